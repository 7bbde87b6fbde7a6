"""The candidate executions of a litmus test that end in one outcome, whatever a model says of them.

A candidate takes one path per thread, one write per read of the same location, and one order of the writes of each
location.  Values follow from these, and they must fit: every branch goes the way that its values say, and no value
has itself alone to thank (out of thin air).  No axiom of a model is asked for.

A location is *in order* where its accesses, on their own, have an order that agrees with program order, with nothing
between the halves of an atomic operation.  All models keep all locations in order, so candidates that do are the
ones that are nearest to being allowed, and others are needed only where an outcome has none.  Spin locks are
in order in all.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from itertools import permutations, product
from typing import Any, assert_never

from explorer.execution.execution import Ending, Execution, ThreadEnd
from explorer.execution.kinds import Kind
from explorer.execution.location import Location, Value
from explorer.litmus.condition import sides
from explorer.litmus.source import LitmusError
from explorer.litmus.syntax import Address, And, Equal, Integer, Not, Or, Proposition, Register
from explorer.litmus.syntax import Location as Name
from explorer.litmus.unfold import LitmusSegment, LitmusUnfolding
from explorer.program.build import INITIAL, Path, Place, build_execution
from explorer.program.errors import ScenarioError
from explorer.program.expression import Expression, evaluate, reads_of
from explorer.program.segment import PathTree, Segment
from explorer.program.step import Access, Cause

PAUSE = 256
"""Choices of read sources between two chances for a caller to look at its limits."""


@dataclass(frozen=True, slots=True)
class _Demand:
    """What must be true of the values of a thread on its path: a decision, or what an update requires of its read."""

    thread: int
    expression: Expression
    outcome: object
    """A truth value, or the object that a pointer leads to."""

    def met(self, values: Sequence[Value | None]) -> bool:
        value = evaluate(self.expression, values)
        return (value != 0) is self.outcome if isinstance(self.outcome, bool) else value is self.outcome


@dataclass(frozen=True)
class _ThreadPath:
    """One path of a thread to its end."""

    last: LitmusSegment
    accesses: tuple[Access, ...]
    path: Path
    demands: tuple[_Demand, ...]


def candidates(unfolding: LitmusUnfolding, loose: Collection[Location] = frozenset()) -> Iterator[Execution | None]:
    """Every candidate that satisfies the condition of the unfolded test and its filter, in a fixed order.

    All locations but the loose ones are in order.  None comes now and then, so that a caller can look at its limits.
    """
    wanted = unfolding.test.condition
    if unfolding.test.filter is not None:
        wanted = And((unfolding.test.filter, wanted))
    per_thread = [list(_paths(tree, thread)) for thread, tree in enumerate(unfolding.trees)]
    for chosen in product(*per_thread):
        yield None
        yield from _Choice(unfolding, chosen, wanted, loose).executions()


def _paths(tree: PathTree, thread: int) -> Iterator[_ThreadPath]:
    stack: list[tuple[Segment, tuple[_Demand, ...]]] = [(tree.root, ())]
    while stack:
        segment, demands = stack.pop()
        demands += tuple(
            _Demand(thread, access.requires, True) for access in segment.accesses if access.requires is not None
        )
        if segment.finish is not None:
            assert segment.finish.ending is Ending.RETURNED, "a litmus test has no loop and no assumption"
            assert isinstance(segment, LitmusSegment)
            parts = segment.path
            accesses = tuple(access for part in parts for access in part.accesses)
            path = Path(pair for part in parts for pair in zip(part.accesses, part.control, strict=True))
            yield _ThreadPath(segment, accesses, path, demands)
            continue
        fork = segment.fork
        assert fork is not None
        for outcome in reversed(segment.outcomes):
            if fork.cause is Cause.POINTER and isinstance(outcome, int):
                continue
            decided = () if fork.expression is None else (_Demand(thread, fork.expression, outcome),)
            stack.append((tree.child(segment, outcome), demands + decided))


class _Choice:
    """The candidates of one choice of paths."""

    def __init__(
        self,
        unfolding: LitmusUnfolding,
        chosen: Sequence[_ThreadPath],
        wanted: Proposition,
        loose: Collection[Location],
    ) -> None:
        self._unfolding = unfolding
        self._chosen = chosen
        self._wanted = wanted
        self._writes: dict[Location, list[Place]] = {location: [] for location in unfolding.locations}
        self._initial = {location: (INITIAL, i) for i, location in enumerate(unfolding.locations)}
        self._reads: list[Place] = []
        for thread, path in enumerate(chosen):
            for position, access in enumerate(path.accesses):
                if access.writes and access.location is not None:
                    self._writes[access.location].append((thread, position))
                if access.reads:
                    self._reads.append((thread, position))
        locks = {a.location for path in chosen for a in path.accesses if a.kind in (Kind.LOCK_WRITE, Kind.UNLOCK)}
        # The locations whose writes are tried in coherent orders only.
        self._kept = {location for location in unfolding.locations if location not in loose or location in locks}
        self._reads = self._by_location()
        ends = {self._access(read).location: depth for depth, read in enumerate(self._reads, 1)}
        # Per number of reads that have a source the locations of which all reads have one.
        self._complete: dict[int, list[Location]] = {}
        for location in unfolding.locations:
            self._complete.setdefault(ends.get(location, 0), []).append(location)
        self._orders: dict[Location, list[tuple[Place, ...]]] = {}
        self._demands = [demand for path in chosen for demand in path.demands]
        self._source: dict[Place, Place] = {}
        self._values: dict[Place, object] = {}
        self._known: list[list[Any]] = []
        # Per location for which an order is chosen the value of its last write.
        self._last: dict[str, Any] = {}

    def _by_location(self) -> list[Place]:
        """The reads, those of locations that the outcome says something of first, those of locks last."""
        asked: set[Location | None] = set()
        for side in sides(self._wanted):
            match side:
                case Register(thread, name) if thread < len(self._chosen):
                    path = self._chosen[thread]
                    reads = reads_of(path.last.registers.get(name, 0))
                    asked |= {path.accesses[position].location for position in _positions(reads)}
                case Name():
                    asked.add(self._unfolding.memory.cell(side, side.place).word)
        locks = {self._access(read).location for read in self._reads if self._access(read).kind is Kind.LOCK_READ}
        places = {location: place for place, location in enumerate(self._unfolding.locations)}

        def urgency(read: Place) -> tuple[bool, bool, int]:
            location = self._access(read).location
            assert location is not None
            return location in locks, location not in asked, places[location]

        return sorted(self._reads, key=urgency)

    def executions(self) -> Iterator[Execution | None]:
        """Choose sources read by read; give up as soon as what is known already contradicts what is demanded."""
        if not self._may_hold() or not self._find_orders(0):
            return
        tried = 0
        options = [self._sources(read) for read in self._reads]
        taken = [-1] * len(options)
        depth = 0
        while depth >= 0:
            tried += 1
            if tried % PAUSE == 0:
                yield None
            if depth == len(options):
                yield from self._ordered()
                depth -= 1
                continue
            taken[depth] += 1
            self._source.pop(self._reads[depth], None)
            if taken[depth] == len(options[depth]):
                taken[depth] = -1
                depth -= 1
                continue
            self._source[self._reads[depth]] = options[depth][taken[depth]]
            if not self._is_taken(depth) and self._may_hold() and self._find_orders(depth + 1):
                depth += 1

    def _sources(self, read: Place) -> list[Place]:
        location = self._access(read).location
        assert location is not None
        writes = self._writes[location]
        if location in self._kept:
            writes = [write for write in writes if write[0] != read[0] or write[1] < read[1]]
        return [self._initial[location], *writes]

    def _is_taken(self, depth: int) -> bool:
        """Whether the read is half of an atomic operation, and another one has taken its source before."""
        read = self._reads[depth]
        access = self._access(read)
        return (
            access.rmw
            and access.location in self._kept
            and any(
                self._source[other] == self._source[read] and self._access(other).rmw for other in self._reads[:depth]
            )
        )

    def _access(self, place: Place) -> Access:
        return self._chosen[place[0]].accesses[place[1]]

    # ---- values, as far as the sources chosen so far give them

    def _may_hold(self) -> bool:
        """Whether no demand is known to fail; a value that is computed from itself is none."""
        self._values = {}
        values = [[self._value((t, p), ()) for p in range(len(path.accesses))] for t, path in enumerate(self._chosen)]
        if any(value is _THIN_AIR for row in values for value in row):
            return False
        self._known = [[None if value is _UNKNOWN else value for value in row] for row in values]
        try:
            for demand in self._demands:
                if self._has(demand.thread, reads_of(demand.expression)):
                    if not demand.met(self._known[demand.thread]):
                        return False
            return self._truth(self._wanted) is not False
        except ScenarioError:
            # A sum with an address, say: no execution computes it.
            return False

    def _value(self, place: Place, pending: tuple[Place, ...]) -> object:
        """The value of an event, ``_UNKNOWN`` where it depends on a source not chosen yet."""
        if place in pending:
            return _THIN_AIR
        if place in self._values:
            return self._values[place]
        thread, _ = place
        access = self._access(place)
        if access.reads:
            source = self._source.get(place)
            if source is None:
                return _UNKNOWN
            if source[0] == INITIAL:
                assert access.location is not None
                found: object = access.location.initial
            else:
                found = self._value(source, (*pending, place))
        elif access.writes:
            assert access.value is not None
            values: list[object] = [None] * len(self._chosen[thread].accesses)
            for position in _positions(reads_of(access.value)):
                values[position] = self._value((thread, position), (*pending, place))
                if values[position] is _UNKNOWN or values[position] is _THIN_AIR:
                    return values[position]
            try:
                found = evaluate(access.value, values)
            except ScenarioError:
                return _THIN_AIR
        else:
            return _UNKNOWN
        self._values[place] = found
        return found

    def _has(self, thread: int, reads: int) -> bool:
        return all(self._known[thread][position] is not None for position in _positions(reads))

    def _truth(self, proposition: Proposition) -> bool | None:
        """Whether the final values make it true, None where that is not known yet."""
        match proposition:
            case Not(operand):
                truth = self._truth(operand)
                return None if truth is None else not truth
            case And(operands):
                truths = [self._truth(operand) for operand in operands]
                return False if False in truths else None if None in truths else True
            case Or(operands):
                truths = [self._truth(operand) for operand in operands]
                return True if True in truths else None if None in truths else False
            case Equal(left, right):
                if isinstance(left, Name) and isinstance(right, Integer) and not self._can_end_as(left, right.value):
                    return False
                values = self._final(left), self._final(right)
                return None if None in values else values[0] == values[1]
            case _:
                raise AssertionError(proposition)

    def _final(self, side: Integer | Address | Register | Name) -> int | str | None:
        match side:
            case Integer(value):
                return value
            case Address(location):
                return str(location)
            case Register(thread, name):
                if thread >= len(self._chosen):
                    raise LitmusError(f"there is no thread P{thread}", side.place)
                expression = self._chosen[thread].last.registers.get(name, 0)
                if not self._has(thread, reads_of(expression)):
                    return None
                return _shown(evaluate(expression, self._known[thread]))
            case Name():
                word = self._unfolding.memory.cell(side, side.place).word
                if not self._writes[word]:
                    return _shown(word.initial)
                return _shown(self._last[word.name]) if word.name in self._last else None
            case _:
                assert_never(side)

    def _can_end_as(self, name: Name, value: int) -> bool:
        """Whether some write of a location stores this value, or may do so."""
        word = self._unfolding.memory.cell(name, name.place).word
        stored = [self._known[thread][position] for thread, position in self._writes[word]]
        return not stored or None in stored or value in stored

    # ---- coherence

    def _find_orders(self, depth: int) -> bool:
        """Find the orders of the locations of which now all reads have a source; False where one has none."""
        for location in self._complete.get(depth, ()):
            kept = location in self._kept
            orders = self._coherent_orders(location) if kept else permutations(self._writes[location])
            self._orders[location] = [
                order for order in orders if (not kept or self._explains(location, order)) and self._may_end((order,))
            ]
            if not self._orders[location]:
                return False
        return True

    def _explains(self, location: Location, order: Sequence[Place]) -> bool:
        """Whether each thread goes forwards in the order of a location's writes: no access sees an older one again."""
        at = {self._initial[location]: 0, **{write: place for place, write in enumerate(order, 1)}}
        for thread, path in enumerate(self._chosen):
            seen = 0
            for position, access in enumerate(path.accesses):
                if access.location is not location or not (access.reads or access.writes):
                    continue
                place = at[self._source[thread, position] if access.reads else (thread, position)]
                if place < seen or (access.writes and place == seen):
                    return False
                seen = place
        return True

    def _may_end(self, orders: Sequence[Sequence[Place]]) -> bool:
        """Whether the outcome may be true with these orders of some locations' writes."""
        self._last = {}
        for order in orders:
            if order:
                thread, position = order[-1]
                value = self._known[thread][position]
                location = self._access(order[-1]).location
                if value is not None and location is not None:
                    self._last[location.name] = value
        truth = self._truth(self._wanted)
        self._last = {}
        return truth is not False

    def _ordered(self) -> Iterator[Execution | None]:
        """The candidates of the sources chosen, one for each order of writes that ends as wanted."""
        orders = [self._orders[location] for location in self._writes]
        for tried, coherence in enumerate(product(*orders)):
            if tried % PAUSE == PAUSE - 1:
                yield None
            if self._may_end(coherence):
                yield build_execution(
                    self._unfolding,
                    [path.path for path in self._chosen],
                    self._known,
                    self._source,
                    dict(zip(self._writes, coherence, strict=True)),
                    [ThreadEnd(Ending.RETURNED) for _ in self._chosen],
                )

    def _coherent_orders(self, location: Location) -> Iterator[tuple[Place, ...]]:
        """The orders of the writes of a location that keep program order and the sources of atomic operations."""
        writes = self._writes[location]
        source = {
            (thread, position): self._source[thread, position - 1]
            for thread, position in writes
            if self._access((thread, position)).rmw
        }
        follows = {before: write for write, before in source.items()}
        stack: list[tuple[Place, ...]] = [()]
        while stack:
            order = stack.pop()
            last = order[-1] if order else self._initial[location]
            if len(order) == len(writes):
                yield order
                continue
            for write in reversed(writes):
                due = follows.get(last, write) == write and source.get(write, last) == last
                first = all(other in order for other in writes if other[0] == write[0] and other[1] < write[1])
                if due and first and write not in order:
                    stack.append((*order, write))


class _Nothing:
    """What stands in for a value."""


_UNKNOWN = _Nothing()
_THIN_AIR = _Nothing()


def _shown(value: Value) -> int | str:
    return value if isinstance(value, int) else value.name


def _positions(reads: int) -> Iterator[int]:
    position = 0
    while reads:
        if reads & 1:
            yield position
        reads >>= 1
        position += 1
