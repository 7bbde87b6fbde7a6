"""The values of each location over the schedule: what memory holds from step to step, and who accesses it when."""

from __future__ import annotations

from dataclasses import dataclass

from explorer.execution.kinds import Kind
from explorer.visible import visible
from reports.steps import Schedule, shown
from reports.structure import Report


@dataclass(frozen=True)
class Span:
    """A value that memory holds from step ``first`` on, up to and with step ``last``; 0 is before all steps."""

    first: int
    last: int
    value: str


@dataclass(frozen=True)
class Strip:
    """One location: the values of memory one after the other, and the steps that read it."""

    location: str
    spans: tuple[Span, ...]
    reads: tuple[int, ...]

    @property
    def changes(self) -> bool:
        """Whether it ever gets another value."""
        return len(self.spans) > 1


def strips(report: Report, schedule: Schedule) -> list[Strip]:
    """The locations that the threads access: those that change first, then in the report's order."""
    used = {event.location for event in report.events if event.thread >= 0}
    initial = [event for event in report.events if event.kind is Kind.INITIAL and event.location in used]
    values: dict[str, list[tuple[int, str]]] = {visible(event.location or ""): [(0, shown(event))] for event in initial}
    reads: dict[str, list[int]] = {location: [] for location in values}
    for step in schedule.steps:
        if step.change:
            values[step.change.location].append((step.number, step.change.after))
        for event in (report.events[i] for i in step.events):
            if event.kind.reads and event.location is not None:
                reads[visible(event.location)].append(step.number)
    end = len(schedule.steps)
    found = [
        Strip(location, _spans(found, end), tuple(dict.fromkeys(reads[location]))) for location, found in values.items()
    ]
    return sorted(found, key=lambda strip: not strip.changes)


def _spans(values: list[tuple[int, str]], end: int) -> tuple[Span, ...]:
    ends = [first - 1 for first, _ in values[1:]] + [end]
    return tuple(Span(first, last, value) for (first, value), last in zip(values, ends, strict=True))
