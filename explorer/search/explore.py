"""Exhaustive search: every execution that a model allows, each exactly once.

A partial execution grows by one event at a time, thread by thread.  A write is placed in
its location's coherence order at once, a read takes one of the writes that are there, or
*waits* for one that is not there yet; then its thread stops and another goes on.  When
the write appears, the read takes it or waits on.  Every choice is fixed by the execution
that comes out in the end, so no execution is reached twice; every partial execution that
an order of the model forbids is given up, which loses nothing because orders only get
harder to meet.

Where the model keeps each load before the later stores of its thread, po and rf together
have no cycle; then a read whose write is still missing never needs to be passed: if all
threads wait for each other, no execution lies beyond.  Other models allow load
buffering; there the search passes the waiting read, goes on with an unknown value, and
guesses the outcome of decisions on it, to be confirmed when the value is known.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from explorer.memory.model import Model
from explorer.program.build import Path
from explorer.program.expression import evaluate, reads_of
from explorer.program.segment import Segment
from explorer.program.step import Cause
from explorer.program.symbolic import Outcome
from explorer.program.unfolded import UnfoldedProgram
from explorer.search.finished import FinishedExecutions
from explorer.search.growth import PartialExecutions
from explorer.search.leaf import Leaf
from explorer.search.prepared import FENCE, READ, Item, Preparation
from explorer.search.state import BLOCKED, ENDED, RUNNING, WAITING, Edges, State, first_state
from explorer.search.supply import Supply
from explorer.search.symmetry import Symmetry

PAUSE = 256
"""Partial executions between two chances for a caller to look at its limits."""


class Search:
    """The search of one program under one model.

    Iterating gives every execution, in an order that depends on nothing but the program
    and the model.  If it is ``reduced``, only those that are canonical by its ``symmetry`` come, in the
    same order.  ``states`` counts the partial executions looked at.
    """

    def __init__(
        self, unfolding: UnfoldedProgram, model: Model, symmetry: Symmetry | None = None, *, reduced: bool = True
    ) -> None:
        self.unfolding = unfolding
        self.model = model
        self.symmetry = symmetry
        self.reduced = reduced and symmetry is not None
        self.states = 0
        self._preparation = Preparation(unfolding, model)
        self._paths: dict[tuple[Segment, int], Path] = {}
        self._supply = Supply(unfolding, model)
        self._growth = PartialExecutions(unfolding, model, self._supply)
        self._finished = FinishedExecutions(unfolding, model)
        self._never_pass = model.orders_loads_before_later_stores
        self._more_than_orders = self._growth.more_than_orders()
        # Threads that write most go first: readers then find the writes there.
        self._turns = sorted(
            range(len(unfolding.trees)),
            key=lambda thread: -self._preparation.roots[thread].may_write[0].bit_count(),
        )

    def __iter__(self) -> Iterator[Leaf | None]:
        """Every execution; None now and then, so that a caller can look at its limits."""
        stack = [self.begin()]
        while stack:
            leaf = self.step(stack)
            if leaf is not None or self.states % PAUSE == 0:
                yield leaf

    def begin(self) -> State:
        """The partial execution without an event, from which every execution grows."""
        initial = tuple(location.initial for location in self.unfolding.locations)
        return first_state(self.model, self._preparation.roots, initial)

    def step(self, stack: list[State]) -> Leaf | None:
        """Grow the last partial execution of ``stack``; what branches off takes its place.

        Gives the finished execution if there is one that the model allows.
        """
        state = stack.pop()
        self.states += 1
        if not self._may_end(state):
            return None
        leaf = self.follow(state, stack)
        return leaf if leaf is not None and self._is_wanted(leaf) else None

    def _is_wanted(self, leaf: Leaf) -> bool:
        """What is known only of a finished execution: it is canonical, and allowed by the axioms that are no orders."""
        if self.reduced:
            assert self.symmetry is not None
            if not self.symmetry.orbit(leaf.state):
                return False
        return leaf.is_allowed()

    # ---- growing one partial execution until it branches or ends

    def _may_end(self, state: State) -> bool:
        """Whether the model may allow what ``state`` can grow into, and some of it is wanted."""
        if self.reduced:
            assert self.symmetry is not None
            if self.symmetry.rejects(state):
                return False
        if state.questions or not (state.open or self._more_than_orders):
            return True
        return self._supply.open_reads_may_end(state) and self._growth.possible(state)

    def follow(self, state: State, stack: list[State]) -> Leaf | None:
        """Grow ``state`` as far as there is nothing to choose; push what there is to choose.

        Gives the finished execution if it ends here. No axiom is looked at but the orders.
        """
        while True:
            if state.questions:
                self._answer_question(state, stack)
                return None
            thread = self._next_thread(state)
            if thread is None:
                return self._at_rest(state, stack)
            segment = state.segments[thread]
            index = state.index[thread]
            if index == len(segment.items):
                if segment.segment.finish is not None:
                    state.phase[thread] = ENDED
                    if not self._can_go_on(state):
                        return None
                elif not self._decide(state, thread, stack):
                    return None
                continue
            item = segment.items[index]
            if item.kind == FENCE:
                state.add_fence(thread, item)
            elif not (self._read if item.kind == READ else self._write)(state, thread, item, stack):
                return None

    def _next_thread(self, state: State) -> int | None:
        if state.updating is not None:
            return state.updating
        for thread in self._turns:
            if state.phase[thread] == RUNNING:
                return thread
        return None

    def _decide(self, state: State, thread: int, stack: list[State]) -> bool:
        """Follow the fork at the end of a segment; False when the state was handed on or given up."""
        segment = state.segments[thread]
        fork = segment.segment.fork
        assert fork is not None
        if fork.expression is not None and not reads_of(fork.expression) & state.unknown[thread]:
            value = evaluate(fork.expression, state.values[thread])
            outcome: Outcome = value if fork.cause is Cause.POINTER else value != 0  # type: ignore[assignment]
            self._enter(state, thread, outcome)
            return True
        # An update that may fail forks before its read, whose ``requires`` then decides; a
        # decision on an unknown value is a guess to be confirmed.
        for guess in segment.segment.outcomes:
            branch = state.copy()
            if fork.expression is not None and not branch.require(
                thread, fork.expression, reads_of(fork.expression), guess
            ):
                continue
            self._enter(branch, thread, guess)
            stack.append(branch)
        return False

    def _enter(self, state: State, thread: int, outcome: Outcome) -> None:
        state.segments[thread] = self._preparation.child(state.segments[thread], outcome)
        state.index[thread] = 0

    def _write(self, state: State, thread: int, item: Item, stack: list[State]) -> bool:
        """Add a write at every place of its coherence order; False when there is none."""
        options = []
        for place in self._places(state, thread, item):
            edges = state.write_edges(thread, item, place)
            if edges is not None:
                options.append((place, edges))
        for i, (place, edges) in enumerate(options):
            branch = state if i == len(options) - 1 else state.copy()
            branch.add_write(thread, item, place, edges)
            self._ask(branch, item.location)
            if branch is not state:
                stack.append(branch)
        return bool(options)

    def _places(self, state: State, thread: int, item: Item) -> list[int]:
        order = state.co[item.location]
        if item.rmw:
            read = state.where[thread][-1]
            source = state.source[read]
            if source is not None:
                return [order.index(source) + 1 if source >= 0 else 0]
        return [
            place
            for place in range(len(order) + 1)
            if not state.is_glued(order[place - 1] if place else -1 - item.location, item.location)
        ]

    def _read(self, state: State, thread: int, item: Item, stack: list[State]) -> bool:
        """Let a read take every write that is there, and wait for one that is not.

        False when ``state`` itself does not go on.
        """
        location = item.location
        options = []
        for source in (-1 - location, *state.co[location]):
            edges = self._possible(state, thread, item, source)
            if edges is not None:
                options.append((source, edges))
        if self._may_wait(state, thread, item):
            branch = state.copy() if options else state
            branch.phase[thread] = WAITING
            if not options:
                return True
            stack.append(branch)
        for i, (source, edges) in enumerate(options):
            branch = state if i == len(options) - 1 else state.copy()
            self._take(branch, thread, item, source, edges)
            if branch is not state:
                stack.append(branch)
        return bool(options)

    def _possible(self, state: State, thread: int, item: Item, source: int) -> Edges | None:
        """The edges of a read from ``source``; None when a value, an RMW or an order forbids it."""
        if item.rmw and state.is_glued(source, item.location):
            return None
        if self._satisfies(state, thread, item, source) is False:
            return None
        return state.read_edges(thread, item, source)

    @staticmethod
    def _satisfies(state: State, thread: int, item: Item, source: int) -> bool | None:
        """Whether the value of ``source`` is one that the read requires; None when not known yet."""
        if item.requires is None:
            return True
        value = state.value_of(source, item.location)
        if value is None or item.requires_reads & state.unknown[thread]:
            return None
        return evaluate(item.requires, [*state.values[thread], value]) != 0

    @staticmethod
    def _take(state: State, thread: int, item: Item, source: int, edges: Edges) -> None:
        state.add_read(thread, item, source, edges)
        if item.requires is not None:
            demanded = state.require(thread, item.requires, item.requires_reads, None)
            assert demanded, "the value was looked at before the source was taken"

    # ---- reads that wait

    def _may_wait(self, state: State, thread: int, item: Item) -> bool:
        """Whether a read that takes none of the writes that are there may still get one, or wait for ever."""
        if self._supply.may_be_written(state, thread, item) or self._waits_in_vain(state, thread, item):
            return True
        return item.waits and self._supply.may_be_in_vain(state, thread, item)

    def _waits_in_vain(self, state: State, thread: int, item: Item) -> bool:
        """Whether a blocking step cannot go on with the coherence-last value of its location.

        A value that is not known yet counts as one that does not let it go on.
        """
        if not item.waits:
            return False
        order = state.co[item.location]
        return not self._satisfies(state, thread, item, order[-1] if order else -1 - item.location)

    def _can_go_on(self, state: State) -> bool:
        """Whether every waiting read may still get its write, or is a blocking step in vain."""
        for thread, phase in enumerate(state.phase):
            if phase == WAITING:
                if not self._may_wait(state, thread, self._next_item(state, thread)):
                    return False
            elif phase == BLOCKED:
                item = self._next_item(state, thread)
                if not self._waits_in_vain(state, thread, item) and not self._supply.may_be_in_vain(
                    state, thread, item
                ):
                    return False
        return self._supply.open_reads_may_end(state)

    def _ask(self, state: State, location: int) -> None:
        """A write has been added: ask every read that waits for its location."""
        write = len(state.owner) - 1
        owner = state.owner[write]
        for thread, phase in enumerate(state.phase):
            if phase == WAITING and thread != owner:
                if state.segments[thread].items[state.index[thread]].location == location:
                    state.questions += ((-1 - thread, write),)
        for read in state.open:
            if state.owner[read] != owner and state.access[read].location == location:
                state.questions += ((read, write),)

    def _answer_question(self, state: State, stack: list[State]) -> None:
        """Let a waiting read take the write that has come, or wait on."""
        (reader, write), *rest = state.questions
        state.questions = tuple(rest)
        if reader < 0:
            thread = -1 - reader
            item = state.segments[thread].items[state.index[thread]]
            edges = self._possible(state, thread, item, write)
            if edges is not None:
                taken = state.copy()
                taken.phase[thread] = RUNNING
                self._take(taken, thread, item, write, edges)
                stack.append(taken)
        else:
            taken = state.copy()
            if self._close(taken, reader, write):
                stack.append(taken)
        # A read whose question is still to come may get its write by it.
        if state.questions or self._can_go_on(state):
            stack.append(state)

    @staticmethod
    def _close(state: State, read: int, write: int) -> bool:
        item = state.access[read]
        if item.rmw:
            # Its own write, already placed, must stand directly after.
            order = state.co[item.location]
            after = order.index(write) + 1
            own = state.where[state.owner[read]][item.position + 1]
            if after == len(order) or order[after] != own or state.is_glued(write, item.location):
                return False
        return state.close_read(read, write)

    # ---- no thread can run

    def _at_rest(self, state: State, stack: list[State]) -> Leaf | None:
        """No thread can go on: the execution is finished, or a waiting read must be passed."""
        standing = [thread for thread in range(len(state.phase)) if state.stands(thread)]
        leaf = None
        # Values that are still unknown here could only come out of thin air.
        if not state.open and not any(state.unknown):
            if all(self._waits_in_vain(state, thread, self._next_item(state, thread)) for thread in standing):
                leaf = Leaf(self.unfolding, state.copy() if standing else state, self._paths, self._finished)
        while not self._never_pass and self._can_go_on(state):
            thread = self._passed(state)
            if thread is None:
                break
            item = self._next_item(state, thread)
            beyond = state.copy() if item.waits else state
            beyond.add_open_read(thread, item)
            beyond.phase[thread] = RUNNING
            if item.requires is not None:
                beyond.require(thread, item.requires, item.requires_reads, None)
            stack.append(beyond)
            if not item.waits:
                break
            # Or it waits for ever, while others are passed.
            state.phase[thread] = BLOCKED
        return leaf

    @staticmethod
    def _next_item(state: State, thread: int) -> Item:
        return state.segments[thread].items[state.index[thread]]

    def _passed(self, state: State) -> int | None:
        """The thread whose waiting read to go on past; None where the model forbids all that lies beyond.

        Reads that are open already change nothing: what a waiting read waits for can only come
        from behind another waiting read. Of those round a cycle the one of the thread with the fewest
        open reads is passed: threads get on evenly, so that what one has guessed is soon met by another.
        """
        waiting = [thread for thread, phase in enumerate(state.phase) if phase == WAITING]
        items = [self._next_item(state, thread) for thread in waiting]
        reads = [(thread, state.segments[thread], state.index[thread]) for thread in waiting]
        suppliers = [self._supply.suppliers(state, *read) for read in zip(waiting, items, strict=True)]
        served = [[i for i, able in enumerate(suppliers) if thread in able] for thread in waiting]
        opened = [0] * len(state.phase)
        for read in state.open:
            opened[state.owner[read]] += 1
        for cycle in _cycles(served):
            steps = [suppliers[cycle[(place + 1) % len(cycle)]][waiting[i]] for place, i in enumerate(cycle)]
            if self._growth.cycle_possible([reads[i] for i in cycle], steps):
                return min((waiting[i] for i in cycle), key=lambda thread: (opened[thread], thread))
        return None


def _cycles(edges: Sequence[Sequence[int]]) -> Iterator[tuple[int, ...]]:
    """The cycles of a graph with an edge from i to each of ``edges[i]``, each from its least node."""
    stack: list[tuple[int, ...]] = [(start,) for start in reversed(range(len(edges)))]
    while stack:
        path = stack.pop()
        for other in reversed(edges[path[-1]]):
            if other > path[0] and other not in path:
                stack.append((*path, other))
        if path[0] in edges[path[-1]]:
            yield path
