"""Where everything stands in the picture of a schedule: one lane per thread, one row per step.

A lane is a vertical rail with its steps as boxes to the right of it; lanes are as wide as
their longest text, so no text meets another.  Edges are routed by ``reports.routing``.
"""

from __future__ import annotations

from dataclasses import dataclass
from textwrap import wrap

from explorer.execution.kinds import Kind
from reports.measure import (
    BOX,
    FONT,
    LINE,
    MARGIN,
    NAME_GAP,
    NUMBERS,
    PADDING,
    ROW,
    SEAL,
    SMALL,
    STEM,
    fitting,
    text_width,
)
from reports.routing import Gutters, Lane, Link, Route
from reports.steps import Schedule, Step
from reports.structure import Report
from reports.visible import visible

_NARROWEST = 170.0  # of a lane's boxes


@dataclass(frozen=True)
class Box:
    """A step's box: its left side, the height of its middle, and its texts below one another."""

    step: Step
    left: float
    middle: float
    width: float
    action_left: float
    notes: tuple[str, ...]


@dataclass(frozen=True)
class Layout:
    """The picture below its title; y is 0 at the threads' names.

    ``stubs`` are the reads of an initial value, with the place of their dots.  ``seals``
    are the heights of the seal lines.
    """

    width: float
    height: float
    lanes: tuple[Lane, ...]
    boxes: tuple[Box, ...]
    routes: tuple[Route, ...]
    stubs: tuple[tuple[int, float, float], ...]
    seals: tuple[float, ...]
    changes_left: float


@dataclass(frozen=True)
class _Column:
    """The texts of one lane and the widths they need."""

    names: float
    boxes: float


def lay_out(report: Report, schedule: Schedule) -> Layout:
    """The picture's geometry; a function of the report alone."""
    columns = [_column(report, schedule, thread) for thread in range(len(report.threads))]
    notes = {step.number: _notes(step, columns[step.thread]) for step in schedule.steps}
    middles, seals, height = _rows(schedule, notes)
    gutters = Gutters(_links(report, schedule, middles), len(columns))
    lanes = []
    x = MARGIN + NUMBERS
    for thread, column in enumerate(columns):
        rail = x + gutters.left_width(thread)
        lanes.append(Lane(rail, rail + STEM, rail + STEM + column.boxes))
        x = lanes[-1].right + gutters.right_width(thread)
    routes = gutters.routes(lanes)
    changes = max([text_width(step.change, SMALL) for step in schedule.steps] + [text_width("what changed", FONT)])
    return Layout(
        width=x + 2 * MARGIN + changes,
        height=height,
        lanes=tuple(lanes),
        boxes=tuple(
            Box(
                step=step,
                left=lanes[step.thread].left,
                middle=middles[step.number],
                width=columns[step.thread].boxes,
                action_left=lanes[step.thread].left + PADDING + columns[step.thread].names,
                notes=notes[step.number],
            )
            for step in schedule.steps
        ),
        routes=tuple(routes),
        stubs=tuple(
            (event, lanes[step.thread].rail, middles[step.number])
            for event, step in schedule.step_of.items()
            if _reads_initial(report, event)
            and not any(r.link.target == event and r.link.relation == "rf" for r in routes)
        ),
        seals=tuple(seals),
        changes_left=x + MARGIN,
    )


def _action(step: Step) -> str:
    return " ".join([step.action, *(f"◀ {label}" for label in step.labels)])


def _column(report: Report, schedule: Schedule, thread: int) -> _Column:
    steps = [step for step in schedule.steps if step.thread == thread]
    names = max((text_width(step.name, FONT) + NAME_GAP for step in steps if step.name), default=0.0)
    actions = max((text_width(_action(step), FONT) for step in steps), default=0.0)
    heading = text_width(visible(report.threads[thread].name), FONT + 1)
    return _Column(names, max(names + actions + 2 * PADDING, heading, _NARROWEST))


def _notes(step: Step, column: _Column) -> tuple[str, ...]:
    return tuple(line for note in step.notes for line in wrap(note, fitting(column.boxes, SMALL)))


def _rows(schedule: Schedule, notes: dict[int, tuple[str, ...]]) -> tuple[dict[int, float], list[float], float]:
    """The middle of each step's row, the heights of the seal lines, and the height of all rows."""
    middles: dict[int, float] = {}
    seals: list[float] = []
    top = 20.0
    for step in schedule.steps:
        middles[step.number] = top + ROW / 2
        top += ROW + LINE * len(notes[step.number])
        if step.seals:
            seals.append(top + SEAL / 2 - (ROW - BOX) / 4)
            top += SEAL
    return middles, seals, top


def _reads_initial(report: Report, event: int) -> bool:
    source = report.source_of[event]
    return source >= 0 and report.events[source].kind is Kind.INITIAL


def _links(report: Report, schedule: Schedule, middles: dict[int, float]) -> list[Link]:
    """The edges to draw: the violating path, and where else each load takes its value from another step."""
    path = [(edge.source, edge.target, edge.relation) for edge in report.property.path]
    on_path = {(source, target) for source, target, relation in path if relation in ("rf", "rfe", "rfi")}
    others = [
        (source, target, "rf")
        for target, source in enumerate(report.source_of)
        if source >= 0 and (source, target) not in on_path and not _reads_initial(report, target)
    ]
    links = []
    for source, target, relation in [*dict.fromkeys(path), *others]:
        step, start = schedule.anchor(target), schedule.anchor(source)
        if step is None or step is start:
            continue
        links.append(
            Link(
                source=source,
                target=target,
                relation=relation,
                on_path=(source, target, relation) in path,
                source_lane=start.thread if start else None,
                target_lane=step.thread,
                start=middles[start.number] if start else 0.0,
                end=middles[step.number],
            )
        )
    return links
