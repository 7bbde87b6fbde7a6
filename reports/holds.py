"""Where a thread holds a lock: from the RMW that takes it to the store that gives it back.

A report knows accesses, not locks, so a lock is told by its shape: an RMW that is an acquire (or the taking of a
spinlock) begins a hold of its location, the thread's next release store there, or unlock, ends it.
"""

from __future__ import annotations

from dataclasses import dataclass

from explorer.execution.kinds import Kind, Tag
from explorer.visible import visible
from reports.steps import Schedule, Step
from reports.structure import Event, Report


@dataclass(frozen=True)
class Hold:
    """One thread holds one lock, from step ``first`` to step ``last``; ``lock`` is the visible name of its location."""

    lock: str
    thread: int
    first: int
    last: int


def lock_holds(report: Report, schedule: Schedule) -> tuple[Hold, ...]:
    """All holds, by their first step; one that never ends, of a thread that is blocked, lasts to the last step.

    A try that is no wait is told from other uses of an acquire by its values: from 0, and in the end 0 again.
    """
    pairs = dict(report.relations["rmw"])
    found: list[Hold] = []
    taken: dict[tuple[int, str], Event] = {}
    for event in report.events:
        if event.thread < 0 or event.location is None:
            continue
        where = event.thread, event.location
        if _takes(event) and event.id in pairs:
            taken.setdefault(where, event)
        elif _gives_back(event) and where in taken:
            taking = taken.pop(where)
            if not _waits(taking) and (taking.value, event.value) != (0, 0):
                continue
            first, last = (schedule.step_of[each.id].number for each in (taking, event))
            # Hardware may let an access out of its critical section: the band spans what the lock orders.
            found.append(Hold(visible(event.location), event.thread, min(first, last), max(first, last)))
    for (thread, location), taking in taken.items():
        if _waits(taking):
            first = schedule.step_of[taking.id].number
            found.append(Hold(visible(location), thread, first, len(schedule.steps)))
    return tuple(sorted(found, key=lambda hold: (hold.first, -hold.last)))


def held_at(holds: tuple[Hold, ...], step: Step) -> Hold | None:
    """The hold that the step belongs to: of several the one that began first."""
    return next((hold for hold in holds if hold.thread == step.thread and hold.first <= step.number <= hold.last), None)


def _takes(event: Event) -> bool:
    return event.kind is Kind.LOCK_READ or (event.kind.reads and event.tag is Tag.ACQUIRE)


def _waits(event: Event) -> bool:
    return event.kind is Kind.LOCK_READ or event.waits


def _gives_back(event: Event) -> bool:
    return event.kind is Kind.UNLOCK or (event.kind is Kind.WRITE and event.tag is Tag.RELEASE)
