"""Which threads can still write what a read waits for, as far as its location alone tells.

A model that keeps coherence makes the accesses of each location one sequence: every thread's in
program order, every read behind the write that it reads from and before the next.  So what can
still become of a location is found by letting the threads take turns, each at its accesses of that
location alone: whatever they do elsewhere leaves no fewer ways.  A lock shows what this is
good for: while its owner holds it, nobody else's step on it can come next, and a read of
the owner that waits for one waits for ever.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from explorer.execution.location import Location
from explorer.memory.model import Model
from explorer.program.errors import ScenarioError
from explorer.program.expression import Expression, Operation, ReadOf, evaluate, reads_of
from explorer.program.segment import Onward, Shape, shape_of
from explorer.program.step import Access
from explorer.program.tree import Unfolding
from explorer.search.prepared import WRITE, Item, Prepared
from explorer.search.state import ENDED, WAITING, State

UNKNOWN = None
"""A value that is not known: it may be any."""

MOST = 10_000
"""Turns that are looked at before everything is taken to be possible."""


@dataclass(frozen=True, slots=True)
class Step:
    """An access of the location, or an update of it, whose read is ``ReadOf(0)`` in the expressions.

    ``shape`` says what events it is made of, ``position`` where the last of them stands on the
    thread's path if that is known, else -1.  ``requires`` must hold of the value before it; None
    where nothing is required, or something that other reads decide.  ``value`` is what it
    stores if nothing but the value before decides that, else None.
    """

    shape: Shape
    position: int
    requires: Expression | None
    value: Expression | None

    @property
    def writes(self) -> bool:
        return self.shape[-1][0].writes

    def may_follow(self, before: Any) -> bool:
        """Whether it can happen where the location has this value."""
        return self.requires is None or before is UNKNOWN or _value(self.requires, before) != 0

    def may_fail(self, before: Any) -> bool:
        """Whether it may be that it cannot happen there."""
        return before is UNKNOWN or self.requires is None or not _value(self.requires, before)

    def after(self, before: Any) -> Any:
        """The value that it leaves."""
        if not self.writes:
            return before
        if self.value is None or (before is UNKNOWN and reads_of(self.value)):
            return UNKNOWN
        return _value(self.value, before)


def _value(expression: Expression, before: Any) -> Any:
    try:
        return evaluate(expression, [before])
    except (ScenarioError, TypeError):
        return UNKNOWN  # an error of the thread if it really gets there


@dataclass(eq=False, slots=True)
class Node:
    """What a thread may do next with the location, and where it is then; ``reads`` if it may at some time only read."""

    moves: tuple[tuple[Step, Node], ...]
    reads: bool


@dataclass(frozen=True, slots=True)
class Gap:
    """A place in a coherence order, behind the initial write or another.

    ``value`` is the one before it, ``open`` says whether new writes may come there, ``threads``
    (bits) which threads may make a step there, ``counts``
    whether a read that is asked about may read from what comes there.  ``closing`` is the update
    right after it that has yet to get what it reads from, in this very place.
    """

    value: Any
    open: bool
    threads: int
    counts: bool
    closing: Step | None


Found = tuple[tuple[Any, int, Step], ...]
"""Values that may be written, each with the thread that does it and by which step."""

Suppliers = dict[int, tuple[Step, ...] | None]
"""Threads that may write what a read takes, each with the steps by which it may; None for any that it makes."""


class Supply:
    """Answers for the partial executions of one program under one model."""

    def __init__(self, unfolding: Unfolding, model: Model) -> None:
        self._locations = unfolding.locations
        self._loaded_and_stored = _loaded_and_stored(unfolding)
        self._coherent = model.keeps_coherence
        self._nodes: dict[frozenset[tuple[Step, int]], Node] = {}
        self._ahead: dict[tuple[Prepared, int, int], Node | None] = {}
        self._arms: dict[tuple[Onward, int], Node] = {}
        self._found: dict[tuple[tuple[Gap, ...], int, tuple[Node | None, ...]], Found | None] = {}

    def may_be_written(self, state: State, thread: int, item: Item) -> bool:
        """Whether some thread may still add the write that a read takes before which a thread stands."""
        if item.location in self._loaded_and_stored:
            # Whoever has a store ahead may make it next.
            return self._is_able(state, thread, item)
        return bool(self.suppliers(state, thread, item))

    def suppliers(self, state: State, thread: int, item: Item, read: int | None = None) -> Suppliers:
        """The threads one of which may still add the write that a read takes, and the steps by which each may do so.

        Args:
            thread: the one that stands before the read, or that has gone on past it.
            item: the read.
            read: its event where it has been passed, None where its thread waits at it.
        """
        able = self._able(state, thread, item)
        found = self._written(state, thread, item, read, able)
        if found is None:
            return dict.fromkeys(able)
        wanted = _step([item.access])
        suppliers: dict[int, dict[Step, None]] = {}
        for value, writer, step in found:
            if not wanted.may_follow(value):
                continue
            if read is None or value is UNKNOWN or state.may_learn(thread, item.position, value):
                suppliers.setdefault(writer, {}).setdefault(step)
        return {writer: tuple(steps) for writer, steps in suppliers.items()}

    def may_be_in_vain(self, state: State, thread: int, item: Item) -> bool:
        """Whether the location may still get a value with which a blocking step that waits for it cannot go on."""
        able = self._able(state, thread, item)
        found = self._written(state, thread, item, None, able)
        if found is None:
            return True
        wanted = _step([item.access])
        return any(wanted.may_fail(value) for value, _writer, _step in found)

    @staticmethod
    def _is_able(state: State, thread: int, item: Item) -> bool:
        """Whether another thread may still write the location, as far as its paths tell."""
        for other, segment in enumerate(state.segments):
            if other != thread and state.phase[other] != ENDED:
                if segment.may_write[state.index[other]] >> item.location & 1:
                    return True
        return False

    @staticmethod
    def _able(state: State, thread: int, item: Item) -> list[int]:
        """The other threads that may still write the location, as far as their paths tell."""
        return [
            other
            for other, segment in enumerate(state.segments)
            if other != thread
            and state.phase[other] != ENDED
            and segment.may_write[state.index[other]] >> item.location & 1
        ]

    def _written(self, state: State, thread: int, item: Item, read: int | None, able: list[int]) -> Found | None:
        """What these threads may write where the read may read from it; None where that is not known."""
        if not able:
            return ()
        if not self._coherent or state.updating is not None:
            return None
        nodes: list[Node | None] = [None] * len(state.segments)
        waiting = reading = 0
        for other in able:
            node = nodes[other] = self._node(state.segments[other], state.index[other], item.location)
            if node is None:
                return None
            reading |= node.reads << other
            waiting |= self._waits_for_it(state, other, item.location) << other
        key = _gaps(state, thread, item, read, reading), waiting, tuple(nodes)
        if key not in self._found:
            self._found[key] = _written(*key)
        return self._found[key]

    @staticmethod
    def _waits_for_it(state: State, thread: int, location: int) -> bool:
        """Whether the thread stands before a step on the location that reads a write that is not there yet."""
        if state.phase[thread] != WAITING:
            return False
        item = state.segments[thread].items[state.index[thread]]
        return item.location == location and (item.rmw or item.requires is not None)

    # ---- what the threads do with one location

    def _node(self, prepared: Prepared, index: int, location: int) -> Node | None:
        """Where a thread is that has come to an item of a segment; None where its steps are not known."""
        key = prepared, index, location
        if key not in self._ahead:
            onward = prepared.segment.tree.onward(prepared.segment)
            if onward is None:
                self._ahead[key] = None
            else:
                self._spread(onward, location)
                accesses = prepared.segment.accesses[index:]
                self._ahead[key] = self._before(accesses, self._either(onward, location), location, known=True)
        return self._ahead[key]

    def _spread(self, onward: Iterable[Onward], location: int) -> None:
        """Find the nodes of these arms and of all behind them, the last first."""
        stack = list(onward)
        while stack:
            arm = stack[-1]
            missing = [other for other in arm.following if (other, location) not in self._arms]
            stack += missing
            if not missing:
                stack.pop()
                after = self._either(arm.following, location)
                self._arms[arm, location] = self._before(arm.accesses, after, location, known=False)

    def _either(self, onward: Iterable[Onward], location: int) -> Node:
        return self._same([move for arm in onward for move in self._arms[arm, location].moves])

    def _before(self, accesses: Sequence[Access], node: Node, location: int, *, known: bool) -> Node:
        for step in reversed(_steps(accesses, self._locations[location], known=known)):
            node = self._same([(step, node)])
        return node

    def _same(self, moves: Iterable[tuple[Step, Node]]) -> Node:
        """The one node with these moves."""
        each = dict.fromkeys(moves)
        reads = any(node.reads or not step.writes for step, node in each)
        return self._nodes.setdefault(frozenset((step, id(node)) for step, node in each), Node(tuple(each), reads))


def _loaded_and_stored(unfolding: Unfolding) -> frozenset[int]:
    """The locations, by place, that threads only load and store, with no update and no wait.

    None are named where paths are not known ahead.
    """
    others: set[Location] = set()
    for tree in unfolding.trees:
        onward = tree.onward(tree.root)
        if onward is None:
            return frozenset()
        arms = dict.fromkeys(onward)
        pending = list(arms)
        while pending:
            new = [arm for arm in pending.pop().following if arm not in arms]
            arms.update(dict.fromkeys(new))
            pending += new
        for access in (*tree.root.accesses, *(access for arm in arms for access in arm.accesses)):
            if access.location is not None and (access.rmw or access.requires is not None):
                others.add(access.location)
    return frozenset(i for i, location in enumerate(unfolding.locations) if location not in others)


def _steps(accesses: Sequence[Access], location: Location, *, known: bool) -> list[Step]:
    """The accesses of a location that change it, or cannot happen whatever its value."""
    return [
        _step(accesses[: i + 1], known=known)
        for i, access in enumerate(accesses)
        if access.location is location
        and (access.writes or (access.reads and not access.rmw and access.requires is not None))
    ]


def _step(accesses: Sequence[Access], *, known: bool = False) -> Step:
    """The step that the last of these accesses ends; ``known``: its place is that on the thread's path."""
    last = accesses[-1]
    read = accesses[-2] if last.writes and last.rmw else last if last.reads else None
    own = read.position if read else -1
    return Step(
        shape=shape_of(accesses),
        position=last.position if known else -1,
        requires=_alone(read.requires, own) if read else None,
        value=_alone(last.value, own),
    )


def _alone(expression: Expression | None, position: int) -> Expression | None:
    """The expression where it depends on this read at most, which becomes ``ReadOf(0)``; else None."""
    match expression:
        case ReadOf():
            return ReadOf(0) if expression.position == position else None
        case Operation():
            operands = [_alone(operand, position) for operand in expression.operands]
            known = [operand for operand in operands if operand is not None]
            return Operation(expression.operator, tuple(known)) if len(known) == len(operands) else None
        case _:
            return expression


def _gaps(state: State, thread: int, item: Item, read: int | None, reading: int) -> tuple[Gap, ...]:
    """The places in the coherence order where there may be a step that matters to the read.

    Those that are not open to writes matter to threads that may only read (``reading``, bits).
    """
    location = item.location
    order = state.co[location]
    # An update reads from what comes directly before its own write.
    own = state.where[thread][item.position + 1] if read is not None and item.rmw else None
    last = len(order) if own is None else order.index(own)
    closing = {
        state.where[state.owner[other]][state.access[other].position + 1]: state.access[other].access
        for other in state.open
        if state.access[other].location == location and state.access[other].rmw
    }
    before = (-1 - location, *order)
    places = [place for place in range(last + 1) if not state.is_glued(before[place], location)]
    opened = set(places)
    first = [0] * len(state.segments)
    if places != [last] or reading:
        first = [_first_place(state, other, location) for other in range(len(state.segments))]
        places = [
            place
            for place in range(last + 1)
            if place in opened or any(reading >> other & 1 and least <= place for other, least in enumerate(first))
        ]
    return tuple(
        Gap(
            value=state.value_of(before[place], location),
            open=place in opened,
            threads=sum(1 << other for other, least in enumerate(first) if least <= place and other != thread),
            counts=place == last if own is not None else read is not None or first[thread] <= place,
            closing=_step([closing[order[place]]]) if place < len(order) and order[place] in closing else None,
        )
        for place in places
    )


def _first_place(state: State, thread: int, location: int) -> int:
    """Where in a coherence order the next write of a thread may come at the earliest."""
    order = state.co[location]
    least = 0
    for event in state.where[thread]:
        item = state.access[event]
        if item.location == location:
            source = event if item.kind == WRITE else state.source[event]
            if source is not None and source >= 0:
                least = max(least, order.index(source) + 1)
    return least


def _written(gaps: tuple[Gap, ...], waiting: int, nodes: tuple[Node | None, ...]) -> Found | None:
    """What may be written where it counts; None where it takes too long to tell.

    ``waiting`` are the threads (bits) whose next step reads a new write.
    """
    found: dict[tuple[Any, int, Step], None] = {}
    start = (0, gaps[0].value, False, waiting, nodes)
    seen = {start}
    stack = [start]
    while stack:
        if len(seen) > MOST:
            return None
        place, before, filled, waiting, at = stack.pop()
        gap = gaps[place]
        following = []
        for thread, node in enumerate(at):
            if node is None or not gap.threads >> thread & 1 or (waiting >> thread & 1 and not filled):
                continue
            for step, then in node.moves:
                if step.may_follow(before) and (gap.open or not step.writes):
                    after = step.after(before)
                    if step.writes and gap.counts:
                        found.setdefault((after, thread, step))
                    moved = (*at[:thread], then, *at[thread + 1 :])
                    following.append((place, after, filled or step.writes, waiting & ~(1 << thread), moved))
        if place + 1 < len(gaps) and (gap.closing is None or (filled and gap.closing.may_follow(before))):
            following.append((place + 1, gaps[place + 1].value, False, waiting, at))
        new = [each for each in following if each not in seen]
        seen.update(new)
        stack += new
    return tuple(found)
