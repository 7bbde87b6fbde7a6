"""Which reads a search must be able to pass before the write that they read is there.

Where all threads wait for each other, an execution beyond has a cycle in po | rf: from a
waiting read to a later write of its thread, to the waiting read of another thread that
reads it, and so on.  rfe is in an order of the model; where that order also puts each of
these reads before the later writes of its thread to the location that the next one reads,
the execution is forbidden.  Only a cycle that no order holds needs to be looked at.
"""

from __future__ import annotations

from collections.abc import Sequence

from explorer.execution.event import Event
from explorer.execution.execution import Execution
from explorer.execution.kinds import Kind, Tag
from explorer.execution.location import Location
from explorer.execution.relation import inverse, transitive_closure
from explorer.memory.model import Model, Order
from explorer.program.expression import reads_of
from explorer.program.segment import Segment
from explorer.program.step import Access, Cause

MOST = 500
"""Segments looked at for one read before it is taken to be one that must be passed."""


class Passing:
    """Answers for the reads of one program under one model, each computed once."""

    def __init__(self, model: Model) -> None:
        self._orders = [(place, order) for place, order in enumerate(model.orders) if "rfe" in order.terms]
        self._known: dict[tuple[Segment, int, Location], frozenset[int]] = {}
        self._budget = 0

    def cycle(self, waiting: Sequence[tuple[Segment, Access, frozenset[Location]]]) -> tuple[int, ...]:
        """Waiting reads that may read from each other's threads, round a cycle; none if the model forbids all.

        Args:
            waiting: per thread that waits the segment and the access that it stands before, and
                the locations that the thread may still write.
        """
        edges = [
            [
                (other, self.holding(segment, read.position, wanted.location))
                for other, (_segment, wanted, _writes) in enumerate(waiting)
                if i != other and wanted.location is not None and wanted.location in writes
            ]
            for i, (segment, read, writes) in enumerate(waiting)
        ]
        for start in range(len(waiting)):
            found = _open_cycle(edges, (start,), None)
            if found:
                return found
        return ()

    def holding(self, segment: Segment, position: int, location: Location) -> frozenset[int]:
        """The model's orders, by place, that put a read before every later write of its thread to a location.

        Args:
            segment: a segment that the path of the thread goes through, at the read or later.
            position: that of the read in program order.
            location: the one written.
        """
        known = self._known.get((segment, position, location))
        if known is None:
            found = []
            for place, order in self._orders:
                self._budget = MOST
                if self._ordered(order, segment, position, location, 0):
                    found.append(place)
            known = self._known[segment, position, location] = frozenset(found)
        return known

    def _ordered(self, order: Order, segment: Segment, position: int, location: Location, decided: int) -> bool:
        """Whether the order puts the read before all writes of the location in the segment and what follows.

        ``decided`` are the reads that decisions taken since the last access looked at.
        """
        self._budget -= 1
        if self._budget < 0:
            return False
        path = [access for part in segment.path for access in part.accesses]
        after = self._after(order, segment, path, position, location, decided)
        writes = [a.position for a in path[position + 1 :] if a.writes and a.location is location]
        if not all(after >> write & 1 for write in writes):
            return False
        if location not in segment.later_writes or after >> len(path) & 1:
            # Whatever is added behind a write that is ordered already is ordered as well.
            return True
        fork = segment.fork
        assert fork is not None, "nothing is written after the end"
        if fork.cause is Cause.IF and fork.expression is not None:
            decided |= reads_of(fork.expression)
        children = [segment.tree.child(segment, outcome) for outcome in segment.outcomes]
        return all(
            self._ordered(order, child, position, location, 0 if child.accesses else decided) for child in children
        )

    @staticmethod
    def _after(
        order: Order, segment: Segment, path: Sequence[Access], position: int, location: Location, decided: int
    ) -> int:
        """The events of the path (bits) that the order puts after the read.

        The event behind the path stands for a write that nothing but its place and location
        orders: plain, with no dependence but on the decisions taken before it.
        """
        size = len(path) + 1
        later = decided | (path[-1].ctrl_later if path else 0)
        control = [mask for part in segment.path for mask in part.control]
        events = [Event(0, i, a.kind, a.tag, a.location, None) for i, a in enumerate(path)]
        rows = order.static_rows(
            Execution(
                threads=("",),
                events=(*events, Event(0, size - 1, Kind.WRITE, Tag.PLAIN, location, None)),
                source_of=(-1,) * size,
                coherence=(),
                rmw=[*(1 << i + 1 if a.rmw and a.reads else 0 for i, a in enumerate(path)), 0],
                addr=inverse([*(a.addr for a in path), 0]),
                data=inverse([*(a.data for a in path), 0]),
                ctrl=inverse([*control, 0]),
                ctrl_later=inverse([*(a.ctrl_later for a in path), later]),
            )
        )
        return transitive_closure(rows)[position]


def _open_cycle(
    edges: Sequence[Sequence[tuple[int, frozenset[int]]]], path: tuple[int, ...], held: frozenset[int] | None
) -> tuple[int, ...]:
    """A cycle from the path's first thread, by greater ones, that no one order holds; empty if there is none."""
    for other, holding in edges[path[-1]]:
        still = holding if held is None else held & holding
        if other == path[0] and not still:
            return path
        if other > path[0] and other not in path:
            found = _open_cycle(edges, (*path, other), still)
            if found:
                return found
    return ()
