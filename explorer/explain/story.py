"""What happened, one access after the other."""

from __future__ import annotations

from collections.abc import Collection

from explorer.execution.execution import Execution, Status
from explorer.execution.relation import Relation
from explorer.explain.window import Window
from explorer.property import Violation


def story_of_window(execution: Execution, violation: Violation, before: Relation, window: Window) -> tuple[int, ...]:
    """A window, what its use and its end read, and what the violation marks: the check first, the end last.

    ``before`` is the transitive order in which accesses take effect, here and below.
    """
    read = {execution.source_of[window.use], execution.source_of[window.end]}
    wanted = {window.missed, window.use, *read, *(mark.event for mark in violation.marks)}
    inside = {event for event in wanted - {-1} if not before[event] >> window.check & 1}
    return (window.check, *_up_to(execution, before, inside - {window.check}, window.end))


def story_of_path(execution: Execution, violation: Violation, before: Relation) -> tuple[int, ...]:
    """What is on the path of a violation or marked; what is marked last comes as late as it can.

    Of a deadlock nothing comes late.
    """
    told = {event for edge in violation.path for event in (edge.source, edge.target)}
    told |= {mark.event for mark in violation.marks}
    if not told:
        return ()
    if execution.status is Status.BLOCKED:
        return tuple(_one_by_one(execution, before, told))
    end = violation.marks[-1].event if violation.marks else violation.path[-1].target
    behind = {event for event in told if before[end] >> event & 1}
    return (*_up_to(execution, before, told - behind, end), *_one_by_one(execution, before, behind))


def _up_to(execution: Execution, before: Relation, events: Collection[int], end: int) -> list[int]:
    """Those that need not come behind the end, and it."""
    earlier = {event for event in events if event != end and not before[end] >> event & 1}
    return [*_one_by_one(execution, before, earlier, execution.events[end].thread), end]


def _one_by_one(execution: Execution, before: Relation, events: Collection[int], last: int = -1) -> list[int]:
    """Events as they can take effect, without initial stores; those of the thread ``last`` as late as they can."""
    waiting = sorted(
        (event for event in events if execution.events[event].thread >= 0),
        key=lambda event: (execution.events[event].thread == last, event),
    )
    done: list[int] = []
    while waiting:
        ready = next(e for e in waiting if not any(before[other] >> e & 1 for other in waiting if other != e))
        waiting.remove(ready)
        done.append(ready)
    return done
