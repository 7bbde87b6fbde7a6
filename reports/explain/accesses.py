"""Accesses in words, as the kernel's documentation has them: loads, stores, locks, and where in the kernel they are."""

from __future__ import annotations

from explorer.execution.kinds import Kind, Tag
from explorer.visible import visible
from reports.steps import KERNEL_PLACE, Schedule, shown
from reports.structure import Event, Report

TOGETHER = "\xa0"
"""Keeps two words on one line, and is a blank in what is printed; it is never in visible text."""


class Accesses:
    """Words for the accesses of one report; all strings are visible text."""

    def __init__(self, report: Report) -> None:
        self._report = report
        self._schedule = Schedule(report)
        self._partner = {a: b for pair in report.relations["rmw"] for a, b in (pair, pair[::-1])}

    def number(self, event: int) -> int:
        """The number of its step in the schedule, 0 for an initial store."""
        step = self._schedule.step_of.get(event)
        return step.number if step else 0

    def sentence(self, event: int) -> str:
        """Who does what where: ``reader loads 0 from inode.seals (R3 seal check, mm/shmem.c f, step 2)``."""
        return f"{self.thread(event)} {self._does(event)} ({', '.join(self._places(event))})"

    def thread(self, event: int) -> str:
        return visible(self._report.threads[self._report.events[event].thread].name)

    def location(self, event: int) -> str:
        return visible(self._report.events[event].location or "")

    def labels(self, event: int) -> list[str]:
        """What the property marks it with."""
        return [visible(mark.label) for mark in self._report.property.marks if mark.event == event]

    def name(self, event: int) -> str:
        """The access as one end of a window: ``R3 (seal check)``; by what it does where its step has no name."""
        step, words, _place = self._reference(event)
        if step and words:
            return f"{step} ({words})"
        return step or words or self.access(event)

    def access(self, event: int) -> str:
        """The access by kind and location: ``the load of inode.seals (R3 seal check)``."""
        found = self._report.events[event]
        step, words, _place = self._reference(event)
        called = " ".join(word for word in (step, words) if word)
        what = f"the {kind_of_access(found)} {'of' if found.kind.reads else 'to'} {visible(found.location or '')}"
        return f"{what} ({called})" if called else what

    def is_update(self, event: int) -> bool:
        """Whether it is half of an atomic operation."""
        return event in self._partner

    def _does(self, event: int) -> str:
        found = self._report.events[event]
        location = visible(found.location or "")
        match found.kind:
            case Kind.LOCK_READ | Kind.LOCK_WRITE:
                return f"takes {location}"
            case Kind.UNLOCK:
                return f"releases {location}"
            case Kind.LOCK_FAILED:
                return f"tries to take {location}, which is held"
        if self.is_update(event):
            read, write = sorted((event, self._partner[event]))
            events = self._report.events
            return f"changes {location} from {shown(events[read])} to {shown(events[write])} in one atomic operation"
        if found.kind.reads:
            return f"loads {shown(found)} from {location}"
        return f"stores {shown(found)} to {location}"

    def _places(self, event: int) -> list[str]:
        step, words, place = self._reference(event)
        called = " ".join(word for word in (step, words) if word)
        return [*([called] if called else []), *([place] if place else []), f"step{TOGETHER}{self.number(event)}"]

    def _reference(self, event: int) -> tuple[str, str, str]:
        """Its step's short name, what the step is called, and the place in the kernel, each possibly empty.

        A reference is a place, or a place, a colon and what the step is called there.
        """
        found = self._report.events[event]
        reference = visible(found.reference)
        function = visible(found.stack[-1].function) if found.stack else ""
        place, colon, words = reference.rpartition(": ")
        if not colon:
            place, words = (reference, "") if KERNEL_PLACE.match(reference) else (function, reference)
        is_named_like_its_thread = place == self._report.threads[found.thread].name
        return visible(found.step), words, "" if is_named_like_its_thread else place or function


def kind_of_access(event: Event) -> str:
    """``load`` or ``store``."""
    return "load" if event.kind.reads else "store"


def marking(event: Event, *, update: bool) -> str:
    """How an access is made, to stand before its kind: ``plain``; or as the kernel's function that makes it."""
    if event.kind in (Kind.LOCK_READ, Kind.LOCK_WRITE):
        return "taking of a lock"
    if event.kind is Kind.UNLOCK:
        return "release of a lock"
    if update:
        return f"{kind_of_access(event)} of an atomic operation"
    if event.tag is Tag.PLAIN:
        return f"plain {kind_of_access(event)}"
    if event.tag is Tag.ACQUIRE:
        return "load with smp_load_acquire()"
    if event.tag is Tag.RELEASE:
        return "store with smp_store_release()"
    return "load with READ_ONCE()" if event.kind.reads else "store with WRITE_ONCE()"
