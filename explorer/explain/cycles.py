"""The cycle that sequential consistency forbids: the one worth telling of those that an execution has."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from heapq import heappop, heappush
from itertools import pairwise

from explorer.execution.execution import Execution
from explorer.execution.relation import Relation, as_set, intersection, members, transitive_closure, union
from explorer.explain.hops import Hop
from explorer.property import Edge

_Cost = tuple[int, int, int, tuple[int, ...]]
"""Hops between threads, all hops, accesses that the violation does not tell, and the accesses themselves."""


def shortest_cycle(execution: Execution, path: Sequence[Edge] = (), marked: Collection[int] = ()) -> tuple[Hop, ...]:
    """A cycle in po | rf | co | fr with few threads, then few accesses; empty where there is none.

    One that shares a hop between threads with ``path``, the path of the violation, comes before all others: it is what
    the violation rests on. Of equally short ones that with most accesses on the path or ``marked``, then the first by
    place. It begins with its first access by place.
    """
    graph = _Graph(execution, {event for edge in path for event in (edge.source, edge.target)} | set(marked))
    told = [(edge.source, edge.target) for edge in path if graph.crosses(edge.source, edge.target)]
    cycle = _from_the_first(graph.shortest_through(told) or graph.shortest_through(list(graph.crossings())))
    return hops_along(execution, cycle)


def hops_along(execution: Execution, way: Sequence[int]) -> tuple[Hop, ...]:
    """A way from access to access as hops; a cycle names its first access again at its end."""
    return tuple(Hop(a, b, _relation(execution, a, b)) for a, b in pairwise(way))


class _Graph:
    """The accesses that are on cycles, and the steps between them."""

    def __init__(self, execution: Execution, told: Collection[int]) -> None:
        events = execution.events
        self._told = told
        accesses = as_set(i for i, event in enumerate(events) if event.thread >= 0 and (event.reads or event.writes))
        # An access is on a cycle where it comes before itself.
        every = union(execution.po, execution.rf, execution.co, execution.fr)
        closed = transitive_closure(every)
        self._cyclic = as_set(i for i in members(accesses) if closed[i] >> i & 1)
        threads: dict[int, int] = {}
        for i, event in enumerate(events):
            threads[event.thread] = threads.get(event.thread, 0) | 1 << i
        self._within: Relation = self._restricted(execution.po)
        between = self._restricted(union(execution.rf, execution.co, execution.fr))
        others = [~threads[event.thread] for event in events]
        self._between: Relation = intersection(between, others)

    def _restricted(self, relation: Relation) -> Relation:
        return [row & self._cyclic if self._cyclic >> i & 1 else 0 for i, row in enumerate(relation)]

    def crosses(self, source: int, target: int) -> bool:
        """Whether this is a hop between two threads that can be on a cycle."""
        return bool(self._between[source] >> target & 1)

    def crossings(self) -> Iterator[tuple[int, int]]:
        """All such hops."""
        for source, row in enumerate(self._between):
            for target in members(row):
                yield source, target

    def shortest_through(self, hops: Sequence[tuple[int, int]]) -> list[int]:
        """The accesses of the shortest cycle that has one of these hops as its last; empty where there is none."""
        best: tuple[_Cost, list[int]] | None = None
        for source, target in dict.fromkeys(hops):
            found = self._way(target, source, best[0] if best else None)
            if found is not None and (best is None or found[0] < best[0]):
                best = found
        return best[1] if best else []

    def _way(self, start: int, end: int, bound: _Cost | None) -> tuple[_Cost, list[int]] | None:
        """The cheapest way from one access to another (Dijkstra); None where it costs at least the bound."""
        waiting: list[tuple[_Cost, bool]] = [((0, 0, self._price(start), (start,)), True)]
        done: set[tuple[int, bool]] = set()
        while waiting:
            cost, crossed = heappop(waiting)
            if bound is not None and cost >= bound:
                return None
            between, hops, untold, way = cost
            event = way[-1]
            if (event, crossed) in done:
                continue
            done.add((event, crossed))
            if event == end:
                return cost, list(way)
            # Two hops in one thread are one.
            for target in members(self._within[event]) if crossed else ():
                heappush(waiting, ((between, hops + 1, untold + self._price(target), (*way, target)), False))
            for target in members(self._between[event]):
                heappush(waiting, ((between + 1, hops + 1, untold + self._price(target), (*way, target)), True))
        return None

    def _price(self, event: int) -> int:
        return event not in self._told


def _from_the_first(cycle: Sequence[int]) -> list[int]:
    """A cycle from the access that comes first by place (thread by thread, in program order) back to it."""
    first = cycle.index(min(cycle)) if cycle else 0
    return [*cycle[first:], *cycle[:first], *cycle[first : first + 1]]


def _relation(execution: Execution, source: int, target: int) -> str:
    if execution.events[source].thread == execution.events[target].thread:
        return "po"
    relations = {"rf": execution.rf, "co": execution.co, "fr": execution.fr}
    return next(name for name, rows in relations.items() if rows[source] >> target & 1)
