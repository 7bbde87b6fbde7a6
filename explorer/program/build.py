"""From what the engines choose to an ``Execution``: the one place where its lists are laid out.

The scheduler, the replay and the search know an execution as paths, values, read sources
and coherence orders, with writes named by thread and position.  Here they become the
positions and relations that ``Execution`` documents.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from itertools import accumulate
from typing import TypeAlias

from explorer.execution.event import Event
from explorer.execution.execution import Ending, Execution, ThreadEnd
from explorer.execution.kinds import Kind
from explorer.execution.location import Location, Value
from explorer.execution.relation import empty, inverse
from explorer.program.expression import evaluate
from explorer.program.step import Access
from explorer.program.unfolded import UnfoldedProgram

INITIAL = -1
"""The thread of the initial writes."""

Place: TypeAlias = tuple[int, int]
"""An event: its thread and its position there, or ``INITIAL`` and the index of the location."""

Controlled: TypeAlias = tuple[Access, int]
"""An access and the reads that control it (join-scoped), a set of positions of its thread."""


class Path(tuple[Controlled, ...]):
    """The accesses of one thread, with what every execution that takes this path shares.

    An engine that builds many executions keeps its paths, so that each is laid out once.
    """

    def relations(self) -> list[list[tuple[int, int]]]:
        """rmw, addr, data, ctrl and ctrl_later, each as (position, set of positions) pairs."""
        return self._relations

    @cached_property
    def _relations(self) -> list[list[tuple[int, int]]]:
        accesses = [access for access, _control in self]
        return [
            [(i, 1 << i + 1) for i, access in enumerate(accesses) if access.rmw and access.reads],
            _from_reads(access.addr for access in accesses),
            _from_reads(access.data for access in accesses),
            _from_reads(control for _access, control in self),
            _from_reads(access.ctrl_later for access in accesses),
        ]

    @cached_property
    def _events(self) -> dict[tuple[int, int, Value | None], Event]:
        return {}

    def event(self, thread: int, position: int, value: Value | None) -> Event:
        """The event at a position when it reads or writes ``value``."""
        key = (thread, position, value)
        known = self._events.get(key)
        if known is None:
            access = self[position][0]
            known = self._events[key] = Event(
                thread, position, access.kind, access.tag, access.location, value,
                access.source, access.waits, access.implied,
            )  # fmt: skip
        return known


def _from_reads(dependences: Iterable[int]) -> list[tuple[int, int]]:
    """From the reads that each event depends on to the events that depend on each read."""
    rows = inverse(list(dependences))
    return [(read, row) for read, row in enumerate(rows) if row]


def build_execution(
    unfolding: UnfoldedProgram,
    paths: Sequence[Sequence[Controlled]],
    values: Sequence[Sequence[Value | None]],
    source_of: Mapping[Place, Place],
    coherence: Mapping[Location, Sequence[Place]],
    ends: Sequence[ThreadEnd] = (),
) -> Execution:
    """The execution, whole or partial.

    Args:
        unfolding: gives the locations, whose initial writes come first, and the thread names.
        paths: per thread its accesses in program order.
        values: per thread and position the value read or written, None for fences (what an
            SRCU mark carries follows from the rest).
        source_of: the write that each read reads from.
        coherence: per location its writes in coherence order, the initial write left out;
            a location that nothing writes to may be missing.
        ends: per thread how it ended; empty while the execution grows.
    """
    locations = unfolding.locations
    starts = list(accumulate((len(path) for path in paths), initial=len(locations)))

    def index(place: Place) -> int:
        thread, position = place
        return position if thread == INITIAL else starts[thread] + position

    reads = [-1] * starts[-1]
    for read, write in source_of.items():
        reads[index(read)] = index(write)
    orders = tuple(
        (i, *(index(write) for write in coherence.get(location, ()))) for i, location in enumerate(locations)
    )
    return lay_out(unfolding, [_path(path) for path in paths], values, reads, orders, ends)


def _path(given: Sequence[Controlled]) -> Path:
    return given if isinstance(given, Path) else Path(given)


def lay_out(
    unfolding: UnfoldedProgram,
    paths: Sequence[Path],
    values: Sequence[Sequence[Value | None]],
    source_of: Sequence[int],
    coherence: Sequence[tuple[int, ...]],
    ends: Sequence[ThreadEnd],
) -> Execution:
    """The same where ``source_of`` and ``coherence`` are numbered as in an ``Execution`` already."""
    events = [Event(INITIAL, i, Kind.INITIAL, None, x, x.initial) for i, x in enumerate(unfolding.locations)]
    relations = [empty(len(source_of)) for _ in range(5)]
    for thread, path in enumerate(paths):
        start = len(events)
        events += [
            path.event(thread, position, _mark(access, values[thread]) if access.kind is Kind.FENCE else value)
            for position, ((access, _control), value) in enumerate(zip(path, values[thread], strict=True))
        ]
        for relation, rows in zip(relations, path.relations(), strict=True):
            for position, row in rows:
                relation[start + position] = row << start
    names = tuple(thread.name for thread in unfolding.program.threads)
    rmw, addr, data, ctrl, ctrl_later = relations
    return Execution(
        names, tuple(events), tuple(source_of), tuple(coherence), rmw, addr, data, ctrl, ctrl_later, tuple(ends)
    )


def _mark(access: Access, values: Sequence[Value | None]) -> Value | None:
    return None if access.value is None else evaluate(access.value, values)


def blocked_at(access: Access) -> ThreadEnd:
    """The end of a thread that waits at this access, which is no event of its own."""
    assert access.waits
    assert access.location is not None
    return ThreadEnd(Ending.BLOCKED, f"waits for {access.location.name}", access.source, access.location)
