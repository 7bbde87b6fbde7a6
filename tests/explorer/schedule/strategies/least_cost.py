"""The least cost of an execution over all its linear extensions, by itself: no part of the scheduler is used.

The steps of an execution are its accesses, an update being one.  An order of them is a linear extension of
po | rf | co | fr; the sets of steps done on the way are the downsets of that order.  Dijkstra's algorithm goes over the
downsets, each with the thread that ran last.

A thread could go on if it has not ended and does not wait.  It waits where its next step is a blocking one whose
predicate is false for the last value of the location.  What a thread waits for when the execution ends is no event:
the path through the unfolding has it.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Sequence

from explorer.execution.execution import Ending
from explorer.execution.kinds import Kind, Tag
from explorer.execution.location import Location, Value
from explorer.execution.relation import pairs, transitive_closure, union
from explorer.program.expression import evaluate
from explorer.program.step import Access
from explorer.search.leaf import Leaf

Cost = Callable[[int | None, int, Sequence[bool]], int]
"""Of a step: by the thread before, the thread that makes it, and per thread whether it could go on."""


def preemptions(last: int | None, thread: int, able: Sequence[bool]) -> int:
    return 1 if last is not None and last != thread and able[last] else 0


def delays(last: int | None, thread: int, able: Sequence[bool]) -> int:
    passed, each = 0, last or 0
    while each != thread:
        passed += able[each]
        each = (each + 1) % len(able)
    return passed


class LeastCost:
    """The downsets of one execution."""

    def __init__(self, leaf: Leaf) -> None:
        self._execution = leaf.execution
        events = self._execution.events
        # A grace period is no single step, and may keep a thread from going on.
        assert all(event.tag not in (Tag.SYNC_RCU, Tag.SYNC_SRCU) for event in events)
        self._values = [list(leaf.values(thread)) for thread in range(len(leaf.made))]
        self._paths: list[list[Access]] = [
            [access for part in segment.path for access in part.accesses] for segment in leaf.segments
        ]
        step_of = list(range(len(events)))
        for read, write in pairs(self._execution.rmw):
            step_of[write] = read
        order = union(self._execution.po, self._execution.rf, self._execution.co, self._execution.fr)
        self._earlier: dict[int, set[int]] = {
            i: set()
            for i, event in enumerate(events)
            if event.kind not in (Kind.INITIAL, Kind.FENCE) and step_of[i] == i
        }
        for first, second in pairs(transitive_closure(order)):
            one, other = step_of[first], step_of[second]
            if one != other and one in self._earlier and other in self._earlier:
                self._earlier[other].add(one)
        self._steps = [
            [i for i in self._execution.thread_events(thread) if i in self._earlier]
            for thread in range(len(self._paths))
        ]
        # Of a step its thread and place there; initial writes are no steps.
        self._place = {step: (t, place) for t, steps in enumerate(self._steps) for place, step in enumerate(steps)}
        # By location, its writes from first to last, each with the step that it belongs to.
        self._writes = {
            events[order[0]].location: [(write, step_of[write]) for write in order]
            for order in self._execution.coherence
        }

    def at_most(self, bound: int, cost: Cost) -> int | None:
        """The least cost of a linear extension; None if it is beyond the bound."""
        start = (0,) * len(self._steps)
        end = tuple(len(steps) for steps in self._steps)
        queue: list[tuple[int, tuple[int, ...], int]] = [(0, start, -1)]
        done: set[tuple[tuple[int, ...], int]] = set()
        while queue:
            spent, made, last = heapq.heappop(queue)
            if made == end:
                return spent
            if (made, last) in done:
                continue
            done.add((made, last))
            able = [self._could_go_on(thread, made) for thread in range(len(made))]
            for thread, steps in enumerate(self._steps):
                if made[thread] < len(steps) and self._is_ready(steps[made[thread]], made):
                    more = spent + cost(None if last < 0 else last, thread, able)
                    if more <= bound:
                        after = (*made[:thread], made[thread] + 1, *made[thread + 1 :])
                        heapq.heappush(queue, (more, after, thread))
        return None

    def _is_done(self, step: int, made: tuple[int, ...]) -> bool:
        thread, place = self._place.get(step, (0, -1))
        return place < made[thread]

    def _is_ready(self, step: int, made: tuple[int, ...]) -> bool:
        return all(self._is_done(earlier, made) for earlier in self._earlier[step])

    def _could_go_on(self, thread: int, made: tuple[int, ...]) -> bool:
        steps = self._steps[thread]
        if made[thread] < len(steps):
            event = self._execution.events[steps[made[thread]]]
            access = self._paths[thread][event.index]
        elif self._execution.ends[thread].ending is Ending.BLOCKED:
            # Behind all events of the thread; a fence that belongs to the step stands between.
            begun = len(self._execution.thread_events(thread))
            access = next(access for access in self._paths[thread][begun:] if access.kind is not Kind.FENCE)
        else:
            return False
        if not access.waits:
            return True
        assert access.location is not None
        assert access.requires is not None
        values = [*self._values[thread][: access.position], self._last_value(access.location, made)]
        return bool(evaluate(access.requires, values))

    def _last_value(self, location: Location, made: tuple[int, ...]) -> Value:
        last = [write for write, step in self._writes[location] if self._is_done(step, made)][-1]
        value = self._execution.events[last].value
        assert value is not None
        return value
