"""A partial execution, and the two ways in which it grows.

Events are numbered in the order in which they are added.  Initial writes take no number:
``-1 - location`` stands for one where a write is meant, and since nothing comes before
them they take no part in the orders.

For every order of the model (an axiom ``acyclic r``) a row per event holds the events
from which it is reached, itself included.  Adding an event then needs one union and one
test; only an edge to an event that is already there (from-reads, coherence) makes rows
change.
"""

from __future__ import annotations

from typing import Any

from explorer.execution.location import Value
from explorer.memory.model import Model
from explorer.program.expression import Expression, evaluate
from explorer.search.prepared import Item, Prepared

RUNNING, WAITING, BLOCKED, ENDED = range(4)
"""A thread's phase: it can go on; it stands before a read whose write is not there yet; it stands before
a blocking step for ever; it has come to the end of its path.  From BLOCKED on it makes no event any more."""

Edges = list[tuple[int, int]]
"""Per order: the row of a new event, and the events (bits) that it gets an edge to."""

Constraint = tuple[int, Expression, int, Any]
"""Thread, expression, the reads in it, and what it must evaluate to (None: anything true)."""


class OrderTerms:
    """Which dynamic relations one order contains. ``bit`` is its place among the orders."""

    __slots__ = ("bit", "coe", "coi", "fre", "fri", "rfe", "rfi", "whole")

    def __init__(self, place: int, terms: frozenset[str], *, limited: bool) -> None:
        self.bit = 1 << place
        self.rfe, self.rfi = "rfe" in terms, "rfi" in terms
        self.coe, self.coi = "coe" in terms, "coi" in terms
        self.fre, self.fri = "fre" in terms, "fri" in terms
        # With all of co and fr, an event's neighbour in coherence stands for all beyond it.
        self.whole = self.coe and self.coi and self.fre and self.fri and not limited


class State:
    """A partial execution that every order of the model accepts.

    Invariants: ``co[l]`` lists the writes of location ``l`` (initial write left out) and an
    RMW's write stands directly after the write that its read reads from; ``glued`` are the
    writes directly followed by such an RMW write; every read that is not in ``open`` and
    not the one a WAITING thread stands before has a source.  ``updating`` is the thread
    that has added the read of an RMW and not yet its write, None if there is none: no
    other write is added before that one.
    """

    __slots__ = (
        "access", "co", "constraints", "glued", "glued_initially", "index", "initial", "initial_readers", "open",
        "owner", "phase", "questions", "readers", "rows", "segments", "source", "terms", "thread_events", "unknown",
        "updating", "values", "where",
    )  # fmt: skip

    def __init__(
        self,
        terms: tuple[OrderTerms, ...],
        initial: tuple[Value, ...],
        # Per thread.
        segments: list[Prepared],
        index: list[int],
        phase: list[int],
        # Per thread and position.
        values: list[list[Any]],
        where: list[list[int]],
        # Per thread: reads and writes without a value yet (positions), and its events (bits both).
        unknown: list[int],
        thread_events: list[int],
        # Per event.
        owner: list[int],
        access: list[Item],
        source: list[int | None],
        readers: list[int],
        # Per order and event.
        rows: list[list[int]],
        # Per location.
        co: list[tuple[int, ...]],
        initial_readers: list[int],
        glued: int,
        glued_initially: int,
        updating: int | None,
        # What is still to be asked, and what must still turn out to hold.
        questions: tuple[tuple[int, int], ...],
        open: tuple[int, ...],
        constraints: tuple[Constraint, ...],
    ) -> None:
        self.terms = terms
        self.initial = initial
        self.segments = segments
        self.index = index
        self.phase = phase
        self.values = values
        self.where = where
        self.unknown = unknown
        self.thread_events = thread_events
        self.owner = owner
        self.access = access
        self.source = source
        self.readers = readers
        self.rows = rows
        self.co = co
        self.initial_readers = initial_readers
        self.glued = glued
        self.glued_initially = glued_initially
        self.updating = updating
        self.questions = questions
        self.open = open
        self.constraints = constraints

    def copy(self) -> State:
        return State(
            self.terms,
            self.initial,
            self.segments[:],
            self.index[:],
            self.phase[:],
            [values[:] for values in self.values],
            [where[:] for where in self.where],
            self.unknown[:],
            self.thread_events[:],
            self.owner[:],
            self.access[:],
            self.source[:],
            self.readers[:],
            [rows[:] for rows in self.rows],
            self.co[:],
            self.initial_readers[:],
            self.glued,
            self.glued_initially,
            self.updating,
            self.questions,
            self.open,
            self.constraints,
        )

    def stands(self, thread: int) -> bool:
        """Whether the thread stands before a read."""
        return self.phase[thread] in (WAITING, BLOCKED)

    # ---- adding events

    def _append(self, thread: int, item: Item, value: Any) -> int:
        event = len(self.owner)
        assert item.position == len(self.where[thread])
        self.owner.append(thread)
        self.access.append(item)
        self.source.append(None)
        self.readers.append(0)
        self.where[thread].append(event)
        self.values[thread].append(value)
        self.thread_events[thread] |= 1 << event
        self.index[thread] += 1
        return event

    def add_fence(self, thread: int, item: Item) -> None:
        bit = 1 << len(self.owner)
        where = self.where[thread]
        for rows, before in zip(self.rows, item.before, strict=True):
            row = bit
            for position in before:
                row |= rows[where[position]]
            rows.append(row)
        self._append(thread, item, None)

    def read_edges(self, thread: int, item: Item, source: int) -> Edges | None:
        """What a read from ``source`` adds to the orders, None when one of them forbids it."""
        location = item.location
        if source >= 0:
            order = self.co[location]
            later = order[order.index(source) + 1 :]
        else:
            later = self.co[location]
        bit = 1 << len(self.owner)
        where = self.where[thread]
        edges = []
        for terms, rows, before in zip(self.terms, self.rows, item.before, strict=True):
            row = bit
            for position in before:
                row |= rows[where[position]]
            after = 0
            if item.linked & terms.bit:
                if source >= 0 and (terms.rfi if self.owner[source] == thread else terms.rfe):
                    if self.access[source].linked & terms.bit:
                        row |= rows[source]
                after = self._overwriting(terms, thread, later)
            if row & after:
                return None
            edges.append((row, after))
        return edges

    def add_read(self, thread: int, item: Item, source: int, edges: Edges) -> None:
        """Add a read that reads from ``source``, with the edges found for it."""
        self._add_edges(edges)
        value = self.value_of(source, item.location)
        event = self._append(thread, item, value)
        if value is None:
            self.unknown[thread] |= 1 << item.position
        self._read_from(event, source, item.location)
        if item.rmw:
            self.glue(source, item.location)
            assert self.updating is None
            self.updating = thread

    def _add_edges(self, edges: Edges) -> None:
        for rows, (row, after) in zip(self.rows, edges, strict=True):
            if after:
                rows[:] = [r | row if r & after else r for r in rows]
            rows.append(row)

    def _overwriting(self, terms: OrderTerms, thread: int, later: tuple[int, ...]) -> int:
        """The writes (bits) that an order puts after a read that ``later`` overwrites."""
        if not later:
            return 0
        if terms.whole:
            return 1 << later[0]
        after = 0
        for write in later:
            if terms.fri if self.owner[write] == thread else terms.fre:
                if self.access[write].linked & terms.bit:
                    after |= 1 << write
        return after

    def _read_from(self, read: int, source: int, location: int) -> None:
        self.source[read] = source
        if source >= 0:
            self.readers[source] |= 1 << read
        else:
            self.initial_readers[location] |= 1 << read

    def add_open_read(self, thread: int, item: Item) -> None:
        """Add a read whose write is not there yet, and go on past it."""
        self.add_fence(thread, item)
        self.unknown[thread] |= 1 << item.position
        self.open += (self.where[thread][-1],)
        if item.rmw:
            self.updating = thread

    def write_edges(self, thread: int, item: Item, place: int) -> Edges | None:
        """What a write at ``place`` of its coherence order adds, None when an order forbids it."""
        bit = 1 << len(self.owner)
        where = self.where[thread]
        edges = []
        for terms, rows, before in zip(self.terms, self.rows, item.before, strict=True):
            row = bit
            for position in before:
                row |= rows[where[position]]
            after = 0
            if item.linked & terms.bit:
                row, after = self._coherence_edges(terms, rows, thread, item.location, place, row)
            if row & after:
                return None
            edges.append((row, after))
        return edges

    def add_write(self, thread: int, item: Item, place: int, edges: Edges) -> None:
        """Add a write at ``place`` of its coherence order, with the edges found for it."""
        self._add_edges(edges)
        value = None
        if item.value_reads & self.unknown[thread]:
            self.unknown[thread] |= 1 << item.position
        else:
            assert item.value is not None
            value = evaluate(item.value, self.values[thread])
        event = self._append(thread, item, value)
        order = self.co[item.location]
        self.co[item.location] = (*order[:place], event, *order[place:])
        assert self.updating in (None, thread)
        self.updating = None

    def _coherence_edges(
        self, terms: OrderTerms, rows: list[int], thread: int, location: int, place: int, row: int
    ) -> tuple[int, int]:
        """The new write's row with what coherence puts before it, and the writes after it (bits)."""
        order = self.co[location]
        if terms.whole:
            if place:
                previous = order[place - 1]
                row |= rows[previous]
                readers = self.readers[previous]
            else:
                readers = self.initial_readers[location]
            while readers:
                low = readers & -readers
                row |= rows[low.bit_length() - 1]
                readers ^= low
            return row, 1 << order[place] if place < len(order) else 0
        own = self.thread_events[thread]
        earlier_reads = self.initial_readers[location]
        after = 0
        for i, write in enumerate(order):
            if self.access[write].linked & terms.bit and (terms.coi if own >> write & 1 else terms.coe):
                if i < place:
                    row |= rows[write]
                else:
                    after |= 1 << write
            if i < place:
                earlier_reads |= self.readers[write]
        earlier_reads &= (own if terms.fri else 0) | (~own if terms.fre else 0)
        while earlier_reads:
            low = earlier_reads & -earlier_reads
            read = low.bit_length() - 1
            if self.access[read].linked & terms.bit:
                row |= rows[read]
            earlier_reads ^= low
        return row, after

    def close_read(self, read: int, source: int) -> bool:
        """Give an open read its source; False when an order or a value forbids it."""
        thread, item = self.owner[read], self.access[read]
        location = item.location
        order = self.co[location]
        later = order[order.index(source) + 1 :]
        for terms, rows in zip(self.terms, self.rows, strict=True):
            if not item.linked & terms.bit:
                continue
            linked = self.access[source].linked & terms.bit
            if linked and (terms.rfi if self.owner[source] == thread else terms.rfe):
                before = rows[source]
                if before >> read & 1:
                    return False
                rows[:] = [r | before if r >> read & 1 else r for r in rows]
            after = self._overwriting(terms, thread, later)
            if rows[read] & after:
                return False
            if after:
                row = rows[read]
                rows[:] = [r | row if r & after else r for r in rows]
        self.open = tuple(other for other in self.open if other != read)
        self._read_from(read, source, location)
        if item.rmw:
            self.glue(source, location)
        value = self.value_of(source, location)
        return value is None or self._learn(thread, item.position, value)

    def glue(self, source: int, location: int) -> None:
        """An RMW reads from ``source``: nothing may come between it and the RMW's write."""
        if source >= 0:
            self.glued |= 1 << source
        else:
            self.glued_initially |= 1 << location

    def is_glued(self, source: int, location: int) -> bool:
        return bool(self.glued >> source & 1 if source >= 0 else self.glued_initially >> location & 1)

    # ---- values

    def value_of(self, source: int, location: int) -> Any:
        """The value of a write, None while it is unknown."""
        if source < 0:
            return self.initial[location]
        return self.values[self.owner[source]][self.access[source].position]

    def require(self, thread: int, expression: Expression, reads: int, wanted: Any) -> bool:
        """Demand that an expression has a value, now or once its reads have theirs."""
        if reads & self.unknown[thread]:
            self.constraints += ((thread, expression, reads, wanted),)
            return True
        return agrees(evaluate(expression, self.values[thread]), wanted)

    def may_learn(self, thread: int, position: int, value: Any) -> bool:
        """Whether an unknown value may turn out to be this one, by what is demanded of it alone."""
        values: list[Any] | None = None
        for owner, expression, reads, wanted in self.constraints:
            if owner == thread and reads & self.unknown[thread] == 1 << position:
                if values is None:
                    values = self.values[thread][:]
                    values[position] = value
                if not agrees(evaluate(expression, values), wanted):
                    return False
        return True

    def _learn(self, thread: int, position: int, value: Any) -> bool:
        """A value has become known: compute what depends on it; False when a demand fails."""
        known = [(thread, position, value)]
        while known:
            thread, position, value = known.pop()
            self.values[thread][position] = value
            self.unknown[thread] &= ~(1 << position)
            event = self.where[thread][position]
            for reader in range(len(self.owner)):
                if self.source[reader] == event:
                    known.append((self.owner[reader], self.access[reader].position, value))
            for other in self.where[thread]:
                item = self.access[other]
                if item.value_reads >> position & 1 and not item.value_reads & self.unknown[thread]:
                    assert item.value is not None
                    known.append((thread, item.position, evaluate(item.value, self.values[thread])))
        waiting: list[Constraint] = []
        for constraint in self.constraints:
            thread, expression, reads, wanted = constraint
            if reads & self.unknown[thread]:
                waiting.append(constraint)
            elif not agrees(evaluate(expression, self.values[thread]), wanted):
                return False
        self.constraints = tuple(waiting)
        return True


def first_state(model: Model, roots: list[Prepared], initial: tuple[Value, ...]) -> State:
    """The state in which nothing has happened.

    Args:
        roots: the first segment of every thread.
        initial: the initial value of every location.
    """
    orders = [
        OrderTerms(place, order.terms, limited=order.among is not None) for place, order in enumerate(model.orders)
    ]
    threads = len(roots)
    return State(
        terms=tuple(orders),
        initial=initial,
        segments=roots[:],
        index=[0] * threads,
        phase=[RUNNING] * threads,
        values=[[] for _ in roots],
        where=[[] for _ in roots],
        unknown=[0] * threads,
        thread_events=[0] * threads,
        owner=[],
        access=[],
        source=[],
        readers=[],
        rows=[[] for _ in orders],
        co=[()] * len(initial),
        initial_readers=[0] * len(initial),
        glued=0,
        glued_initially=0,
        updating=None,
        questions=(),
        open=(),
        constraints=(),
    )


def agrees(value: Any, wanted: Any) -> bool:
    """Whether a value is the one that a constraint wants."""
    if wanted is None:
        return value is not None and value != 0
    if isinstance(wanted, bool):
        return (value != 0) is wanted
    return bool(value is wanted)
