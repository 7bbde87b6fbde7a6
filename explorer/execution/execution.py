"""An execution: events and the relations between them.

Two schedules with the same execution are the same behaviour.  The class carries
what the program and the read sources fix; what a memory model derives from that
(its fences, its global order) belongs to ``explorer.memory``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import Enum
from functools import cached_property
from typing import TYPE_CHECKING

from explorer.execution.event import Event, Source
from explorer.execution.kinds import Kind
from explorer.execution.location import Location, Object
from explorer.execution.relation import Relation, from_orders, from_sources, inverse, sequence

if TYPE_CHECKING:
    import networkx


class Ending(Enum):
    """How one thread ended."""

    RETURNED = "returned"
    BLOCKED = "blocked"  # it waits, and the final memory does not let it go on
    CUT = "cut"  # it reached the bound of a loop
    DROPPED = "dropped"  # an assumption failed


class Status(Enum):
    """How an execution ended: the worst ending among its threads."""

    COMPLETE = "complete"
    BLOCKED = "blocked"
    CUT = "cut"
    DROPPED = "dropped"


@dataclass(frozen=True, slots=True)
class ThreadEnd:
    """How one thread ended, and where (the loop that was cut, the step that waits)."""

    ending: Ending
    detail: str = ""
    source: Source | None = None
    waits_for: Location | None = None


def worst(ends: Sequence[ThreadEnd]) -> Status:
    """The status of an execution whose threads ended so."""
    endings = {end.ending for end in ends}
    if Ending.DROPPED in endings:
        return Status.DROPPED
    if Ending.CUT in endings:
        return Status.CUT
    if Ending.BLOCKED in endings:
        return Status.BLOCKED
    return Status.COMPLETE


@dataclass(frozen=True)
class Execution:
    """A candidate execution.

    ``events`` holds the initial writes first, one per location, then each thread's
    events in program order, thread after thread.  Relations are rows over these
    positions (see ``explorer.execution.relation``).

    ``source_of[r]`` is the write that read ``r`` reads from, and -1 for events that
    do not read.  ``coherence`` lists, per location, its writes in coherence order,
    the initial write first.

    ``ctrl`` is the control dependence of the kernel's model (an ``if`` controls what
    happens up to the place where its arms meet), ``ctrl_later`` that of hardware
    models (everything later in program order).

    Invariant: every read reads a write of its own location with its own value; every
    list in ``coherence`` starts with the initial write (asserted on creation).
    """

    threads: tuple[str, ...]
    events: tuple[Event, ...]
    source_of: tuple[int, ...]
    coherence: tuple[tuple[int, ...], ...]
    rmw: Relation
    addr: Relation
    data: Relation
    ctrl: Relation
    ctrl_later: Relation
    ends: tuple[ThreadEnd, ...] = field(default=())

    def __post_init__(self) -> None:
        for read, write in enumerate(self.source_of):
            if write >= 0:
                assert self.events[write].writes
                assert self.events[read].reads
                assert self.events[read].location is self.events[write].location
                assert self.events[read].value == self.events[write].value
        for order in self.coherence:
            assert self.events[order[0]].kind is Kind.INITIAL

    def __len__(self) -> int:
        return len(self.events)

    @property
    def status(self) -> Status:
        """Complete, or the worst ending: dropped before cut before blocked."""
        return worst(self.ends)

    @cached_property
    def po(self) -> Relation:
        """Program order (transitive; initial writes take no part)."""
        rows = [0] * len(self.events)
        later: dict[int, int] = {}
        for i in range(len(self.events) - 1, -1, -1):
            thread = self.events[i].thread
            if thread >= 0:
                rows[i] = later.get(thread, 0)
                later[thread] = rows[i] | 1 << i
        return rows

    @cached_property
    def rf(self) -> Relation:
        """Reads-from: write to read."""
        return from_sources(self.source_of)

    @cached_property
    def co(self) -> Relation:
        """Coherence: earlier to later write of one location (transitive)."""
        return from_orders(self.coherence, len(self.events))

    @cached_property
    def fr(self) -> Relation:
        """From-reads: a read to the writes that come after its source in coherence."""
        return sequence(inverse(self.rf), self.co)

    @cached_property
    def initial_writes(self) -> int:
        """Number of initial writes; the threads' events start at this position."""
        return sum(1 for event in self.events if event.kind is Kind.INITIAL)

    def thread_events(self, thread: int) -> list[int]:
        """Positions of one thread's events, in program order."""
        return [i for i, event in enumerate(self.events) if event.thread == thread]

    def to_networkx(self) -> networkx.MultiDiGraph:
        """The execution as a MultiDiGraph, for graph algorithms of one's own.

        Nodes are the positions of events, with the attributes ``kind`` (``R``, ``W``, ``F``, ... as in cat), ``tag``,
        ``location``, ``value`` (an integer, or an object's name), ``thread`` (its number, -1 for initial writes),
        ``thread_name``, ``index`` (place in program order), ``step``, ``reference`` (the kernel place), ``function``,
        ``file``, ``line``, and the booleans ``waits`` and ``implied``.  What an event does not have is absent.

        Edges have the attribute ``relation``, also their key: ``po`` and ``co`` as immediate pairs, ``rf``, ``fr``,
        ``rmw``, ``addr``, ``data``, ``ctrl`` and ``ctrl-later``.  The graph has ``threads``, their names, and ``ends``,
        how each ended.  ``reports.forms.graph.to_networkx`` has the same names, and what a report knows beside.
        """
        import networkx as nx

        from explorer.execution.graph import node_attributes, related

        graph = nx.MultiDiGraph(threads=self.threads, ends=tuple(end.ending.value for end in self.ends))
        for position, event in enumerate(self.events):
            source = event.source
            graph.add_node(
                position,
                **node_attributes(
                    kind=event.kind,
                    tag=event.tag,
                    location=event.location.name if event.location else None,
                    value=event.value.name if isinstance(event.value, Object) else event.value,
                    thread=event.thread,
                    thread_name=self.threads[event.thread] if event.thread >= 0 else None,
                    index=event.index,
                    step=source.step if source else "",
                    reference=source.reference if source else "",
                    function=source.function if source else "",
                    file=source.file if source else "",
                    line=source.line if source else 0,
                    waits=event.waits,
                    implied=event.implied,
                ),
            )
        relations = {"rf": self.rf, "fr": self.fr, "rmw": self.rmw, "addr": self.addr, "data": self.data}
        relations |= {"ctrl": self.ctrl, "ctrl-later": self.ctrl_later}
        threads = [self.thread_events(thread) for thread in range(len(self.threads))]
        for first, second, name in related(relations, threads, self.coherence):
            graph.add_edge(first, second, key=name, relation=name)
        return graph

    @cached_property
    def key(self) -> tuple[object, ...]:
        """What makes two executions the same: events, endings, rf and co, by name."""

        def name(i: int) -> tuple[int, object]:
            event = self.events[i]
            where = event.index if event.thread >= 0 else event.location and event.location.name
            return event.thread, where

        return (
            tuple(
                (e.thread, e.index, e.kind.value, e.tag and e.tag.value, e.location and e.location.name, repr(e.value))
                for e in self.events
                if e.thread >= 0
            ),
            tuple(end.ending.value for end in self.ends),
            tuple((name(r), name(w)) for r, w in enumerate(self.source_of) if w >= 0),
            tuple(
                sorted(
                    (self.events[order[0]].location.name, tuple(name(w) for w in order))  # type: ignore[union-attr]
                    for order in self.coherence
                    if len(order) > 1
                )
            ),
        )
