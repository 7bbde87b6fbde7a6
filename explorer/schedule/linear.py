"""Witness schedules: one readable total order of an execution's events.

An execution is a partial order; a reader wants a story.  A witness is a linear
extension of ``before | rfe`` and, as far as that stays acyclic, of rfi and co, with
the fewest context switches and, among those, the fewest accesses out of program order.

The search runs over downsets (the sets of events that may be done at some moment) as
A* does: cheapest first, a state being the events done and the thread that ran last.

*Why a thread may run on.*  Take any completion of a state whose last thread is t, and an
event e of t that is ready now and whose po-earlier accesses are all done.  Moving e to
the front keeps a linear extension, since e is ready.  It adds no switch, since t ran
last, and taking e out of its old place adds none either: ``changes(a, b) <=
changes(a, e) + changes(e, b)``.  Other events only see more done than before, so no
further one gets out of program order, and e itself is in order.  So a state with such an
event has that one move.  The same holds just after a switch.  Where a model's order
contains po this leaves only the choice of the next thread.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations, pairwise

from explorer.errors import InputError
from explorer.execution.cycle import cycle_in_words
from explorer.execution.execution import Execution
from explorer.execution.kinds import Kind
from explorer.execution.relation import (
    EventSet,
    Relation,
    as_set,
    inverse,
    is_irreflexive,
    members,
    transitive_closure,
)
from explorer.schedule.witness import Witness

_NOBODY = -1  # the thread that ran before the first event


class NoOrderError(InputError):
    """An execution that the model allows, and of which its order of effect leaves no linear extension."""

    def __init__(self, execution: Execution, required: Relation) -> None:
        """``required``: before | rfe, with a cycle."""
        super().__init__(
            "before | rfe has a cycle in an execution that the model allows: "
            f"{cycle_in_words(execution, required)}\n"
            "  a read takes effect after the store of another thread that it reads, whatever 'before' says\n"
            "  add 'acyclic before | rfe' to the model to forbid such executions, or define 'before' without the cycle"
        )


def witness(
    execution: Execution, before: Sequence[int], *, work_limit: int = 50_000, at_most: tuple[int, int] | None = None
) -> Witness | None:
    """The simplest order in which this execution can have happened.

    ``before`` is the model's order in which accesses take effect.  A fence takes its place
    right after the po-earlier events of its own thread wherever the model leaves that open.
    Among equally simple orders the choice is deterministic: lower threads are tried first.

    ``work_limit`` bounds the states expanded.  Beyond it the order is built by a greedy
    rule (always the move that promises the least, never going back) and is not exact.

    ``at_most`` is a bound (switches, reordered accesses), compared in that sequence: None is
    returned as soon as no order at or below it exists, and when the greedy rule finds none.

    Raises:
        NoOrderError: ``before | rfe`` has a cycle, so that no order exists.
    """
    if at_most is not None and _switches_needed(execution, before) > at_most[0]:
        return None
    search = _Search(execution, _kept_order(execution, before))
    found = search.simplest(work_limit, search.no_bound if at_most is None else search.bound(*at_most))
    if found is None:
        return None
    end, exact = found
    return _describe(execution, search, end.order(), exact)


def below(known: Witness) -> tuple[int, int]:
    """The greatest (switches, reordered accesses) that is strictly simpler."""
    reordered = len(known.reordered)
    return (known.switches, reordered - 1) if reordered else (known.switches - 1, 1 << 30)


def is_simpler(witness: Witness | None, known: Witness | None) -> bool:
    """Whether a witness is strictly simpler than one that is known; any is simpler than none."""
    if witness is None or known is None:
        return witness is not None
    return (witness.switches, len(witness.reordered)) < (known.switches, len(known.reordered))


def _switches_needed(execution: Execution, before: Sequence[int]) -> int:
    """A lower bound on the switches of every witness, found without laying out the order.

    Along a chain of ``before`` within threads and of rfe between them, each rfe edge needs a
    switch of its own.  0 where po | rf has a cycle and the chains cannot be followed.
    """
    waiting = [execution.thread_events(thread)[::-1] for thread in range(len(execution.threads))]
    done: list[list[int]] = [[] for _ in waiting]
    needed = [-1] * execution.initial_writes + [0] * (len(execution) - execution.initial_writes)
    finished = set(range(execution.initial_writes))
    progress = True
    while progress:
        progress = False
        for mine, earlier in zip(waiting, done, strict=True):
            while mine and ((source := execution.source_of[mine[-1]]) < 0 or source in finished):
                event = mine.pop()
                most = (
                    needed[source] + 1
                    if source >= 0 and execution.events[source].thread != execution.events[event].thread
                    else 0
                )
                for other in earlier:
                    if needed[other] > most and before[other] >> event & 1:
                        most = needed[other]
                needed[event] = most
                earlier.append(event)
                finished.add(event)
                progress = True
    return 0 if any(waiting) else max(needed, default=0)


def _kept_order(execution: Execution, before: Sequence[int]) -> Relation:
    """The partial order that the witness extends, as transitive rows of predecessors."""
    events = execution.events
    required = list(before)
    own_reads: list[tuple[int, int]] = []
    for load, store in enumerate(execution.source_of):
        if store < 0:
            continue
        if events[store].thread == events[load].thread:
            own_reads.append((store, load))
        else:
            required[store] |= 1 << load
    earlier = inverse(transitive_closure(required))
    if not is_irreflexive(earlier):
        raise NoOrderError(execution, required)
    for store, load in own_reads:
        _keep(earlier, store, load)
    for coherence in execution.coherence:
        for first, second in combinations(coherence[1:], 2):
            _keep(earlier, first, second)
    _place_fences(execution, earlier)
    return earlier


def _keep(earlier: Relation, first: int, second: int) -> None:
    """Put ``first`` before ``second`` unless that closes a cycle."""
    if earlier[first] >> second & 1 or earlier[second] >> first & 1:
        return
    gained = earlier[first] | 1 << first
    for event, row in enumerate(earlier):
        if event == second or row >> second & 1:
            earlier[event] |= gained


def _place_fences(execution: Execution, earlier: Relation) -> None:
    """Let each fence wait for the po-earlier events of its thread, where nothing else has to wait for it."""
    for fence, po_earlier in enumerate(_program_order_before(execution)):
        if execution.events[fence].kind is Kind.FENCE:
            waiting_anyway = po_earlier
            for row in earlier:
                if row >> fence & 1:
                    waiting_anyway &= row
            for event in members(waiting_anyway):
                earlier[fence] |= earlier[event] | 1 << event


def _program_order_before(execution: Execution) -> list[EventSet]:
    """For each event the po-earlier events of its thread."""
    so_far = [0] * len(execution.threads)
    rows = []
    for i, event in enumerate(execution.events):
        if event.thread < 0:
            rows.append(0)
        else:
            rows.append(so_far[event.thread])
            so_far[event.thread] |= 1 << i
    return rows


@dataclass(frozen=True, slots=True)
class _State:
    """A downset, the thread that ran last, and how the search got there.

    ``run`` holds the events done since ``parent``.  ``estimate`` is a lower bound on the
    cost of every witness through this state.
    """

    done: EventSet
    thread: int
    cost: int
    estimate: int
    run: tuple[int, ...]
    parent: _State | None

    def order(self) -> list[int]:
        """All events done, in their order."""
        runs = []
        state: _State | None = self
        while state is not None:
            runs.append(state.run)
            state = state.parent
        return [event for run in reversed(runs) for event in run]


class _Search:
    """The downsets of one partial order, and the way through them that costs least.

    A cost is one number: ``switches * scale + reordered``.  ``scale`` is more than all
    events together, so that costs compare by switches first.
    """

    def __init__(self, execution: Execution, earlier: Relation) -> None:
        """``earlier``: the partial order as transitive, irreflexive rows of predecessors."""
        events = execution.events
        fences = as_set(i for i, event in enumerate(events) if event.kind is Kind.FENCE)
        self.earlier = earlier
        self.threads = [0] * len(execution.threads)
        for i, event in enumerate(events):
            if event.thread >= 0:
                self.threads[event.thread] |= 1 << i
        # The accesses that an access overtakes if they are not done; a fence overtakes nothing.
        self.po_accesses = [
            0 if fences >> i & 1 else row & ~fences for i, row in enumerate(_program_order_before(execution))
        ]
        # Accesses that the order itself puts before a po-earlier one of their thread.
        self.always_reordered = as_set(
            i for i, row in enumerate(self.po_accesses) if any(earlier[other] >> i & 1 for other in members(row))
        )
        self.runs_needed = [self._levels(thread) for thread in self.threads]
        self.everything = (1 << len(events)) - 1
        self.scale = len(events) + 1
        self.no_bound = self.bound(len(events), len(events))
        self.start = _State((1 << execution.initial_writes) - 1, _NOBODY, 0, 0, (), None)

    def bound(self, switches: int, reordered: int) -> int:
        """The cost that stands for at most this (switches, reordered accesses)."""
        return switches * self.scale + min(reordered, self.scale - 1)

    def simplest(self, work_limit: int, bound: int) -> tuple[_State, bool] | None:
        """A state with everything done at a cost of at most ``bound``, and whether it is the cheapest."""
        serial = 0  # equal estimates: the state closest to the end, then the one found first
        queue = [(self.start.estimate, self._left(self.start), serial, self.start)]
        cheapest = {(self.start.done, self.start.thread): self.start.cost}
        expanded = 0
        while queue:
            state = heapq.heappop(queue)[-1]
            if state.done == self.everything:
                return state, True
            if state.cost > cheapest[state.done, state.thread]:
                continue
            if expanded == work_limit:
                end = self._greedy()
                return (end, False) if end.cost <= bound else None
            expanded += 1
            for move in self._moves(state):
                key = move.done, move.thread
                if move.estimate <= bound and (key not in cheapest or move.cost < cheapest[key]):
                    cheapest[key] = move.cost
                    serial += 1
                    heapq.heappush(queue, (move.estimate, self._left(move), serial, move))
        return None

    def _greedy(self) -> _State:
        state = self.start
        while state.done != self.everything:
            state = min(self._moves(state), key=lambda move: (move.estimate, self._left(move)))
        return state

    def _left(self, state: _State) -> int:
        return (self.everything & ~state.done).bit_count()

    def _moves(self, state: _State) -> Iterator[_State]:
        """The states worth trying next, lowest thread first; each lets its thread run on as far as that is free."""
        for thread in range(len(self.threads)):
            switch = 0 if state.thread in (_NOBODY, thread) else self.scale
            for event in self._candidates(state.done, thread):
                cost = state.cost + switch + self._overtakes(event, state.done)
                run = [event]
                done = state.done | 1 << event
                following = self._candidates(done, thread)
                while following and not self._overtakes(following[0], done):
                    run.append(following[0])
                    done |= 1 << following[0]
                    following = self._candidates(done, thread)
                yield _State(done, thread, cost, cost + self._still_needed(done, thread), tuple(run), state)

    def _candidates(self, done: EventSet, thread: int) -> list[int]:
        """Which events of a thread may come next: one alone if it is ready and in program order, else all ready."""
        ready = []
        for event in members(self.threads[thread] & ~done):
            if not self.earlier[event] & ~done:
                if not self._overtakes(event, done):
                    return [event]
                ready.append(event)
        return ready

    def _overtakes(self, event: int, done: EventSet) -> bool:
        """Whether the event, coming next, is out of program order."""
        return self.po_accesses[event] & ~done != 0

    def _levels(self, thread: EventSet) -> list[EventSet]:
        """Level k (from 0): the thread's events from which on it must still run at least k + 1 times.

        Two events of a thread with a foreign one between them lie in different runs.
        """
        levels = []
        level = thread
        while level:
            levels.append(level)
            foreign = self._before_any(level) & ~thread
            level = self._before_any(foreign) & thread
        return levels

    def _before_any(self, events: EventSet) -> EventSet:
        result = 0
        for event in members(events):
            result |= self.earlier[event]
        return result

    def _still_needed(self, done: EventSet, last: int) -> int:
        """A lower bound on the cost of what is left to do.

        Each thread has to be switched to once for every run that it still needs, the first
        of them excepted if it is the thread's turn and nothing foreign stands in the way.
        The bound is consistent: no move lowers it by more than the move costs.
        """
        switches = 0
        for thread, levels in enumerate(self.runs_needed):
            needed = sum(1 for level in levels if level & ~done)
            switches += needed
            if thread == last and needed:
                highest = levels[needed - 1] & ~done
                if not self._before_any(highest) & ~done & ~self.threads[thread]:
                    switches -= 1
        return switches * self.scale + (self.always_reordered & ~done).bit_count()


def _describe(execution: Execution, search: _Search, order: list[int], exact: bool) -> Witness:
    """The witness with this order: what is counted and marked is read off the order alone."""
    events = execution.events
    place = {event: position for position, event in enumerate(order)}
    done = 0
    reordered = []
    forwarded = []
    for event in order:
        if search.po_accesses[event] & ~done:
            reordered.append(event)
        done |= 1 << event
        store = execution.source_of[event]
        if store in place and place[event] < place[store]:
            forwarded.append(event)
    unkept = []
    for coherence in execution.coherence:
        location = events[coherence[0]].location
        assert location is not None
        if any(place[first] > place[second] for first, second in pairwise(coherence[1:])):
            unkept.append(location.name)
    shortfalls = []
    if not exact:
        shortfalls.append("found by a greedy rule: fewer switches may exist")
    if unkept:
        shortfalls.append(f"stores are not in coherence order: {', '.join(unkept)}")
    return Witness(
        order=tuple(order),
        switches=sum(1 for first, second in pairwise(order) if events[first].thread != events[second].thread),
        reordered=tuple(reordered),
        forwarded=tuple(forwarded),
        exact=exact,
        note="; ".join(shortfalls),
        unkept_coherence=tuple(unkept),
    )
