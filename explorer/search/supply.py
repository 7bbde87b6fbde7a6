"""Which threads can still write what a read waits for, as far as its location alone tells.

A model that keeps coherence makes the accesses of each location one sequence: every thread's in
program order, every read behind the write that it reads from and before the next.  So what can
still become of a location is found by letting the threads take turns, each at its accesses of that
location alone: whatever they do elsewhere leaves no fewer ways.  A lock shows what this is
good for: while its owner holds it, nobody else's step on it can come next, and a read of
the owner that waits for one waits for ever.
"""

from __future__ import annotations

from typing import Any

from explorer.memory.model import Model
from explorer.program.unfolded import UnfoldedProgram
from explorer.search.gaps import Gap, gaps_of
from explorer.search.prepared import Item
from explorer.search.state import BLOCKED, WAITING, State
from explorer.search.turns import UNKNOWN, Node, Step, Turns, loaded_and_stored, step_of

MOST = 10_000
"""Turns that are looked at before everything is taken to be possible."""

Found = tuple[tuple[Any, int, Step], ...]
"""Values that may be written, each with the thread that does it and by which step."""

_Question = tuple[tuple[Gap, ...], int, tuple[Node | None, ...]]
"""The places, the threads (bits) whose next step reads a new write, and per thread what it may do next."""

_Turn = tuple[int, Any, bool, int, tuple[Node | None, ...]]
"""The number of a gap and the value there, whether a write has come there, waiting threads and where all are."""

Suppliers = dict[int, tuple[Step, ...] | None]
"""Threads that may write what a read takes, each with the steps by which it may; None for any that it makes."""


class Supply:
    """Answers for the partial executions of one program under one model."""

    def __init__(self, unfolding: UnfoldedProgram, model: Model) -> None:
        self._turns = Turns(unfolding.locations)
        self._loaded_and_stored = loaded_and_stored(unfolding)
        self._coherent = model.keeps_coherence
        self._found: dict[_Question, Found | None] = {}
        self._met: dict[tuple[_Question, tuple[Step, ...]], bool] = {}

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

    def open_reads_may_end(self, state: State) -> bool:
        """Whether each read that has been passed may still get its write, as far as one thread and location tell."""
        together: dict[tuple[int, int], list[int]] = {}
        for read in state.open:
            thread, item = state.owner[read], state.access[read]
            if not self.suppliers(state, thread, item, read):
                return False
            together.setdefault((thread, item.location), []).append(read)
        return all(len(reads) == 1 or self._may_end_together(state, tuple(reads)) for reads in together.values())

    def _may_end_together(self, state: State, reads: tuple[int, ...]) -> bool:
        """Whether these reads of one location by one thread may all get their writes: there may be too few for all."""
        thread, item = state.owner[reads[0]], state.access[reads[0]]
        question = self._question(state, thread, item, reads, self._able(state, thread, item))
        if question is None:
            return True
        wanted = tuple([step_of([state.access[read].access]) for read in reads])
        key = question, wanted
        if key not in self._met:
            self._met[key] = _can_be_met(question, wanted)
        return self._met[key]

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
        question = self._question(state, thread, item, () if read is None else (read,), able)
        if question is None:
            return None
        if question not in self._found:
            self._found[question] = _written(question)
        return self._found[question]

    def _question(
        self, state: State, thread: int, item: Item, reads: tuple[int, ...], able: list[int]
    ) -> _Question | None:
        """What the answer depends on for reads that have been passed, or, without any, for ``item`` that waits.

        None where the steps of a thread are not known.
        """
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
        return gaps_of(state, thread, item.location, reads, reading), waiting, tuple(nodes)

    @staticmethod
    def _waits_for_it(state: State, thread: int, location: int) -> bool:
        """Whether the thread stands before a step on the location that reads a write that is not there yet."""
        if state.phase[thread] != WAITING:
            return False
        item = state.segments[thread].items[state.index[thread]]
        return item.location == location and (item.rmw or item.requires is not None)


def _start(question: _Question) -> _Turn:
    gaps, waiting, nodes = question
    return 0, gaps[0].value, False, waiting, nodes


def _next_turns(gaps: tuple[Gap, ...], turn: _Turn) -> list[tuple[int, Step | None, _Turn]]:
    """What may come next: a step of a thread, or (without a step) the next gap."""
    place, before, filled, waiting, at = turn
    gap = gaps[place]
    following: list[tuple[int, Step | None, _Turn]] = []
    for thread, node in enumerate(at):
        if node is None or not gap.threads >> thread & 1 or (waiting >> thread & 1 and not filled):
            continue
        for step, then in node.moves:
            if step.may_follow(before) and (gap.open or not step.writes):
                moved = (*at[:thread], then, *at[thread + 1 :])
                turned = place, step.after(before), filled or step.writes, waiting & ~(1 << thread), moved
                following.append((thread, step, turned))
    if place + 1 < len(gaps) and (gap.closing is None or (filled and gap.closing.may_follow(before))):
        following.append((-1, None, (place + 1, gaps[place + 1].value, False, waiting, at)))
    return following


def _written(question: _Question) -> Found | None:
    """What may be written where the read may read from it; None where it takes too long to tell."""
    gaps = question[0]
    if not gaps:
        return ()
    found: dict[tuple[Any, int, Step], None] = {}
    start = _start(question)
    seen = {start}
    stack = [start]
    while stack:
        if len(seen) > MOST:
            return None
        turn = stack.pop()
        for thread, step, after in _next_turns(gaps, turn):
            if step is not None and step.writes and gaps[turn[0]].readers:
                found.setdefault((after[1], thread, step))
            if after not in seen:
                seen.add(after)
                stack.append(after)
    return tuple(found)


def _can_be_met(question: _Question, wanted: tuple[Step, ...]) -> bool:
    """Whether every reader may get a write with a value that it takes, or it takes too long to tell."""
    gaps = question[0]
    if not gaps:
        return False
    start = _start(question), (1 << len(wanted)) - 1
    seen = {start}
    stack = [start]
    while stack:
        if len(seen) > MOST:
            return True
        turn, unmet = stack.pop()
        for _thread, step, after in _next_turns(gaps, turn):
            missing = unmet
            if step is not None and step.writes:
                for i, read in enumerate(wanted):
                    if gaps[turn[0]].readers >> i & 1 and read.may_follow(after[1]):
                        missing &= ~(1 << i)
            if not missing:
                return True
            if (after, missing) not in seen:
                seen.add((after, missing))
                stack.append((after, missing))
    return False
