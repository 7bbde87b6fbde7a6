"""Which threads can still write what a read waits for, as far as its location alone tells.

A model that keeps coherence makes the accesses of each location one sequence: every thread's in
program order, every read behind the write that it reads from and before the next.  So what can
still become of a location is found by letting the threads take turns, each at its accesses of that
location alone: whatever they do elsewhere leaves no fewer ways.  A lock shows what this is
good for: while its owner holds it, nobody else's step on it can come next, and a read of
the owner that waits for one waits for ever.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from explorer.memory.model import Model
from explorer.program.unfolded import UnfoldedProgram
from explorer.search.prepared import WRITE, Item
from explorer.search.state import BLOCKED, WAITING, State
from explorer.search.turns import UNKNOWN, Node, Step, Turns, loaded_and_stored, step_of

MOST = 10_000
"""Turns that are looked at before everything is taken to be possible."""


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

    def __init__(self, unfolding: UnfoldedProgram, model: Model) -> None:
        self._turns = Turns(unfolding.locations)
        self._loaded_and_stored = loaded_and_stored(unfolding)
        self._coherent = model.keeps_coherence
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
        wanted = step_of([item.access])
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
        wanted = step_of([item.access])
        return any(wanted.may_fail(value) for value, _writer, _step in found)

    @staticmethod
    def _is_able(state: State, thread: int, item: Item) -> bool:
        """Whether another thread may still write the location, as far as its paths tell."""
        for other, segment in enumerate(state.segments):
            if other != thread and state.phase[other] < BLOCKED:
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
            and state.phase[other] < BLOCKED
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
            node = nodes[other] = self._turns.ahead(state.segments[other], state.index[other], item.location)
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
            closing=step_of([closing[order[place]]]) if place < len(order) and order[place] in closing else None,
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
