"""Where everything stands in the picture of a schedule: one lane per thread, one row per step
or run of folded steps.

A lane is a vertical rail with its steps as boxes to the right of it; lanes are as wide as
their longest text, so no text meets another.  Edges are routed by ``reports.picture.routing``.
"""

from __future__ import annotations

from dataclasses import dataclass
from textwrap import wrap

from explorer.execution.kinds import Kind
from explorer.visible import visible
from reports.folding import Row, fold, summary
from reports.holds import Hold, lock_holds
from reports.picture.measure import (
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
from reports.picture.routing import Gutters, Lane, Link, Route
from reports.steps import Schedule, Step
from reports.structure import Report

_NARROWEST = 170.0  # of a lane's boxes


@dataclass(frozen=True)
class Box:
    """A step's box: its left side, the height of its middle, its width, and the lines of small text below it."""

    step: Step
    left: float
    middle: float
    width: float
    action_left: float
    lines: tuple[str, ...]


@dataclass(frozen=True)
class Strip:
    """A row of folded steps: its left side, top, size and lines of small text."""

    steps: Row
    left: float
    top: float
    width: float
    height: float
    lines: tuple[str, ...]


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
    strips: tuple[Strip, ...]
    routes: tuple[Route, ...]
    stubs: tuple[tuple[int, float, float], ...]
    seals: tuple[float, ...]


@dataclass(frozen=True)
class _Column:
    """The widths that the texts of one lane need."""

    names: float
    boxes: float


@dataclass
class _Heights:
    """Where the rows stand from top to bottom.

    ``middles`` are those of the steps drawn as boxes, ``tops`` those of the strips, both by
    the number of the row's first step.
    """

    middles: dict[int, float]
    tops: dict[int, float]
    seals: list[float]
    bottom: float


def lay_out(report: Report, schedule: Schedule) -> Layout:
    """The picture's geometry; a function of the report alone."""
    holds = lock_holds(report, schedule)
    rows = fold(report, schedule, holds)
    drawn = [row[0] for row in rows if len(row) == 1]
    columns = [_column(report, drawn, thread) for thread in range(len(report.threads))]
    lines = {row[0].number: _lines(row, columns[row[0].thread], holds) for row in rows}
    heights = _stack(rows, lines)
    middles = heights.middles
    gutters = Gutters(_links(report, schedule, middles), len(columns))
    lanes = []
    x = MARGIN + NUMBERS
    for thread, column in enumerate(columns):
        rail = x + gutters.left_width(thread)
        lanes.append(Lane(rail, rail + STEM, rail + STEM + column.boxes))
        x = lanes[-1].right + gutters.right_width(thread)
    routes = gutters.routes(lanes)
    return Layout(
        width=x + MARGIN,
        height=heights.bottom,
        lanes=tuple(lanes),
        boxes=tuple(
            Box(
                step=step,
                left=lanes[step.thread].left,
                middle=middles[step.number],
                width=columns[step.thread].boxes,
                action_left=lanes[step.thread].left + PADDING + columns[step.thread].names,
                lines=lines[step.number],
            )
            for step in drawn
        ),
        strips=tuple(
            Strip(
                steps=row,
                left=lanes[row[0].thread].left,
                top=heights.tops[row[0].number],
                width=columns[row[0].thread].boxes,
                height=LINE * len(lines[row[0].number]) + 4,
                lines=lines[row[0].number],
            )
            for row in rows
            if len(row) > 1
        ),
        routes=tuple(routes),
        stubs=tuple(
            (event, lanes[step.thread].rail, middles[step.number])
            for event, step in schedule.step_of.items()
            if step.number in middles
            and _reads_initial(report, event)
            and not any(r.link.target == event and r.link.relation == "rf" for r in routes)
        ),
        seals=tuple(heights.seals),
    )


def _action(step: Step) -> str:
    return " ".join([step.action, *(f"◀ {label}" for label in step.labels)])


def _column(report: Report, drawn: list[Step], thread: int) -> _Column:
    steps = [step for step in drawn if step.thread == thread]
    names = max((text_width(step.name, FONT) + NAME_GAP for step in steps if step.name), default=0.0)
    actions = max((text_width(_action(step), FONT) for step in steps), default=0.0)
    heading = text_width(visible(report.threads[thread].name), FONT + 1)
    return _Column(names, max(names + actions + 2 * PADDING, heading, _NARROWEST))


def _lines(row: Row, column: _Column, holds: tuple[Hold, ...]) -> tuple[str, ...]:
    """The small text of a row: reference and notes below a box, or a strip's summary."""
    if len(row) > 1:
        return tuple(wrap(summary(row, holds), fitting(column.boxes - 2 * PADDING, SMALL)))
    below = row[0].where, *row[0].notes
    return tuple(line for text in below for line in wrap(text, fitting(column.boxes, SMALL)))


def _stack(rows: list[Row], lines: dict[int, tuple[str, ...]]) -> _Heights:
    heights = _Heights({}, {}, [], 20.0)
    for row in rows:
        first = row[0]
        if len(row) > 1:
            heights.tops[first.number] = heights.bottom + (ROW - BOX) / 2
            heights.bottom += LINE * len(lines[first.number]) + 4 + ROW - BOX
            continue
        heights.middles[first.number] = heights.bottom + ROW / 2
        heights.bottom += ROW + LINE * len(lines[first.number])
        if first.seals:
            heights.seals.append(heights.bottom + SEAL / 2 - (ROW - BOX) / 4)
            heights.bottom += SEAL
    return heights


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
        if any(end and end.number not in middles for end in (step, start)):
            continue  # folded
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
