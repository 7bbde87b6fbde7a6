"""The window in an execution that sequential consistency allows: what was checked, and the use that relied on it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from explorer.execution.execution import Execution
from explorer.execution.kinds import Kind
from explorer.execution.relation import EventSet, Relation, as_set, intersection, inverse, members, reachable, union
from explorer.property import Violation


@dataclass(frozen=True)
class Window:
    """A load, a store that it missed, and an access of its thread, behind that store, that relied on the load.

    Attributes:
        check: the load: the last one that the violation's path names, or of what a mark sets, that missed the store.
        missed: the store of another thread that overwrites what the check read.
        use: where the window ends: the first load behind the check that ``end`` depends on and that sees what another
            thread stored after ``missed``; where there is none, ``end`` itself.
        end: the access that the violation is about.
        looks_again: whether the thread loads the location of the check once more before the window ends.
    """

    check: int
    missed: int
    use: int
    end: int
    looks_again: bool


def find_window(execution: Execution, violation: Violation, before: Relation) -> Window | None:
    """The window that a violation went through, None where it rests on no load that was out of date.

    ``before`` is the transitive order in which accesses take effect.
    """
    for end in _ends(violation):
        if execution.events[end].thread < 0:
            continue
        found = _check(execution, violation, before, end)
        if found is not None:
            check, missed = found
            use = _use(execution, before, check, missed, end)
            return Window(check, missed, use, end, _looks_again(execution, check, use))
    return None


def _ends(violation: Violation) -> Iterator[int]:
    """What a violation may be about: the end of its path, then what it marks, the last first."""
    yield from (edge.target for edge in violation.path[-1:])
    yield from (mark.event for mark in reversed(violation.marks))


def _check(execution: Execution, violation: Violation, before: Relation, end: int) -> tuple[int, int] | None:
    """The last load before ``end`` in its thread that was out of date by then, and the store that it missed.

    The path of the violation says first which load missed what; then come loads that are on the path or marked, then
    any load that missed what is marked, then what ``end`` depends on.
    """
    fr = execution.fr
    told = {event for edge in violation.path for event in (edge.source, edge.target)}
    told |= {mark.event for mark in violation.marks}
    stores = range(len(execution))
    named = [(edge.source, edge.target) for edge in violation.path if edge.relation in ("fr", "fre")]
    overwritten = [(load, store) for load in sorted(told) for store in stores if fr[load] >> store & 1]
    marked = [(load, mark.event) for mark in violation.marks for load in stores if fr[load] >> mark.event & 1]
    needed = _needed_for(execution, end, union(execution.addr, execution.data, execution.ctrl))
    relied_on = [(load, store) for load in members(needed) for store in stores if fr[load] >> store & 1]
    for candidates in (named, overwritten, marked, relied_on):
        found = [
            (load, store)
            for load, store in candidates
            if execution.po[load] >> end & 1
            and _is_alone(execution, load)
            and execution.events[load].thread != execution.events[store].thread
            and not before[end] >> store & 1
        ]
        if found:
            last = max(load for load, _ in found)
            return last, next(store for load, store in found if load == last)
    return None


def _is_alone(execution: Execution, load: int) -> bool:
    """Whether a load is no half of an atomic operation: what that read cannot be out of date as it stores."""
    return execution.events[load].kind is Kind.READ and not execution.rmw[load]


def _use(execution: Execution, before: Relation, check: int, missed: int, end: int) -> int:
    """Where the window ends."""
    needed = _needed_for(execution, end, union(execution.addr, execution.data))
    for load in range(check + 1, end):
        source = execution.source_of[load]
        is_other = source >= 0 and execution.events[source].thread != execution.events[end].thread
        if needed >> load & 1 and is_other and (source == missed or before[missed] >> source & 1):
            return load
    return end


def _looks_again(execution: Execution, check: int, use: int) -> bool:
    """The events of a thread stand side by side."""
    location = execution.events[check].location
    return any(event.reads and event.location is location for event in execution.events[check + 1 : use])


def _needed_for(execution: Execution, event: int, dependences: Relation) -> EventSet:
    """What an event depends on, also through stores of its own thread."""
    own = as_set(i for i, other in enumerate(execution.events) if other.thread == execution.events[event].thread)
    inside = intersection(execution.rf, [own if own >> i & 1 else 0 for i in range(len(execution))])
    return reachable(inverse(union(dependences, inside)), 1 << event)
