"""Lock holds of a schedule: from the step that takes a lock to the step of the same thread that releases it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from explorer.execution.kinds import Kind, Tag
from reports.steps import Schedule, Step
from reports.structure import Report


class Hold(NamedTuple):
    """A lock held by a thread; where nothing releases it, ``last`` is the thread's last step."""

    location: str
    thread: int
    first: Step
    last: Step


def holds(report: Report, schedule: Schedule) -> list[Hold]:
    """The holds in the order in which the locks are taken.

    A lock is taken by a lock operation, or by an atomic operation with acquire (a page lock, a semaphore's
    count); it is held until the thread's next store to the same location that is an unlock or has release.
    A fully ordered operation, as on a reference count, takes no lock.
    """
    found = []
    for step in schedule.steps:
        if _takes(report, step):
            last = step
            for later in _after(schedule, step):
                last = later
                if _releases(report, later, step):
                    break
            found.append(Hold(report.events[step.events[-1]].location or "", step.thread, step, last))
    return found


def _after(schedule: Schedule, step: Step) -> Iterator[Step]:
    return (later for later in schedule.steps if later.thread == step.thread and later.number > step.number)


def _takes(report: Report, step: Step) -> bool:
    first, last = (report.events[step.events[end]] for end in (0, -1))
    if last.kind is Kind.LOCK_WRITE:
        return True
    return first.kind is Kind.READ and last.kind is Kind.WRITE and first.tag is Tag.ACQUIRE


def _releases(report: Report, step: Step, taken: Step) -> bool:
    event = report.events[step.events[-1]]
    same = event.location == report.events[taken.events[-1]].location
    return same and (event.kind is Kind.UNLOCK or (event.kind is Kind.WRITE and event.tag is Tag.RELEASE))
