"""Which steps a picture of a long schedule draws by themselves, and which it folds into one row."""

from __future__ import annotations

from itertools import groupby

from reports.steps import Schedule, Step
from reports.structure import Report

Row = tuple[Step, ...]
"""Steps of one row: one step, or a run of steps that do not matter to the violating path."""


def fold(report: Report, schedule: Schedule) -> list[Row]:
    """The rows of the picture, together all steps in order.

    Folded are runs of two or more steps of one thread that are off the path, touch no
    location of the path, and have no note on their place in the schedule.
    """
    ends = [event for edge in report.property.path for event in (edge.source, edge.target)]
    anchors = {step.number for event in ends if (step := schedule.anchor(event))}
    on_path = [step for step in schedule.steps if step.on_path or step.number in anchors]
    locations = {report.events[event].location for step in on_path for event in step.events} - {None}

    def matters(step: Step) -> bool:
        touched = {report.events[event].location for event in step.events}
        return step in on_path or bool(step.notes) or not touched.isdisjoint(locations)

    rows: list[Row] = []
    for (_, drawn), run in groupby(schedule.steps, key=lambda step: (step.thread, matters(step))):
        steps = tuple(run)
        rows += [(step,) for step in steps] if drawn else [steps]
    return rows


def summary(row: Row) -> str:
    """A folded row in words: ``4 steps, T0 to T3: do_truncate, shmem_setattr``."""
    names = list(dict.fromkeys(step.name for step in row if step.name))
    span = f"{names[0]} to {names[-1]}" if len(names) > 1 else "".join(names)
    functions = ", ".join(dict.fromkeys(step.function for step in row if step.function))
    head = ", ".join(part for part in (f"{len(row)} steps", span) if part)
    return f"{head}: {functions}" if functions else head
