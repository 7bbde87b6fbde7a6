"""Which steps of a long schedule are shown by themselves, and which are folded into one row."""

from __future__ import annotations

from itertools import groupby

from reports.holds import Hold, held_at
from reports.steps import Schedule, Step
from reports.structure import Report

Row = tuple[Step, ...]
"""Steps of one row: one step, or a run of steps that do not matter to the violating path."""


def fold(report: Report, schedule: Schedule, holds: tuple[Hold, ...]) -> list[Row]:
    """The rows, together all steps in order.

    Folded are runs of two or more steps of one thread that are off the path, touch no
    location of the path, and have no note on their place in the schedule; what a thread does
    while it holds a lock is a run of its own.
    """
    ends = [event for edge in report.property.path for event in (edge.source, edge.target)]
    anchors = {step.number for event in ends if (step := schedule.anchor(event))}
    on_path = [step for step in schedule.steps if step.on_path or step.number in anchors]
    locations = {report.events[event].location for step in on_path for event in step.events} - {None}

    def matters(step: Step) -> bool:
        touched = {report.events[event].location for event in step.events}
        return step in on_path or bool(step.notes) or not touched.isdisjoint(locations)

    rows: list[Row] = []
    for (_, drawn, _), run in groupby(
        schedule.steps, key=lambda step: (step.thread, matters(step), held_at(holds, step))
    ):
        steps = tuple(run)
        rows += [(step,) for step in steps] if drawn else [steps]
    return rows


def summary(row: Row, holds: tuple[Hold, ...]) -> str:
    """A folded row in words: ``4 steps, T0 to T3: do_truncate, shmem_setattr``; the lock held there goes first."""
    hold = held_at(holds, row[0])
    names = list(dict.fromkeys(step.name for step in row if step.name))
    span = f"{names[0]} to {names[-1]}" if len(names) > 1 else "".join(names)
    functions = ", ".join(dict.fromkeys(step.function for step in row if step.function))
    lock = f"holds {hold.lock}" if hold else ""
    head = ", ".join(part for part in (lock, f"{len(row)} steps", span) if part)
    return f"{head}: {functions}" if functions else head
