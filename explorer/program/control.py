"""Which decisions control which events of a path, up to the place where their arms meet.

The flow of a thread has the states in which an ``if`` can find it and the places that
each arm comes by.  A decision is in force from its fork to the first place that every
path from that fork comes by, its immediate post-dominator; a ``return`` in one arm leaves
no such place.  A thread that has numbered the iterations of its loops never comes back to
a state, so what every path comes by is found in one pass, the last states first.

Two ways in which a decision outlives its join cannot be seen in the places alone.  It may
have chosen a plain value (an errno) that lets paths part later, and it may have chosen
what a later ``if`` tests.  Both are found by comparing what can happen at the later place
after the one arm and after the other: where that differs, the decision tells the branches
apart, and controls what they decide.

The rule is that of the kernel's model (Alglave et al., "Frightening small children and
disconcerting grown-ups", ASPLOS 2018).
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass
from functools import reduce
from graphlib import TopologicalSorter
from operator import and_, or_

from explorer.program.expression import reads_of
from explorer.program.flow import Arm, Flow, State
from explorer.program.loops import Place
from explorer.program.step import Access, Cause, Fork, Made
from explorer.program.symbolic import Outcome

_END = -1
"""Where an arm leads that leads to no further place."""

_Spot = tuple[int, Outcome | None]
"""A place that a path leaves, and the outcome if the last it did there was to decide an if."""

_Possible = dict[Hashable, int]
"""What can happen somewhere, each with the arms (as bits) in which it does."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """What one path does in one arm: what led there (None at the start) and the steps that it makes."""

    entry: tuple[Fork, State, Outcome] | None
    arm: Arm
    steps: tuple[Access | Made, ...]


@dataclass(frozen=True, slots=True)
class _Decision:
    """A decision of a path: its state, and the reads that it and what it tests depend on."""

    state: State
    reads: int


@dataclass(frozen=True, slots=True)
class _Force:
    """Reads that control what follows until the path comes to one of the places ``until``."""

    reads: int
    until: int


@dataclass(frozen=True, slots=True)
class PathControl:
    """Control along a path, as far as it has been walked.

    ``accesses`` has the controlling reads of each access of the last segment, ``steps`` those
    of the value made at each step of the path.
    """

    accesses: tuple[int, ...] = ()
    steps: tuple[int, ...] = ()
    decisions: tuple[_Decision, ...] = ()
    in_force: tuple[_Force, ...] = ()
    spot: _Spot | None = None


class ControlGraph:
    """Joins and partings of the decisions of one thread.

    Places are numbered and sets of them, and of arms, are bits.
    """

    def __init__(self, flow: Flow) -> None:
        self._numbers: dict[Place, int] = {}
        arms = flow.arms
        self._bit = {arm: 1 << i for i, arm in enumerate(arms)}
        self._places = {arm: tuple(self._number(place) for place in arm.places) for arm in arms}
        self._reached: dict[Arm, int] = {}
        self._returns: dict[Arm, bool] = {}
        self._ahead: dict[Arm, int] = {}
        order: TopologicalSorter[State] = TopologicalSorter()
        for state in flow.states:
            order.add(state, *(arm.next for arm in state.arms.values() if arm.next is not None))
        for state in order.static_order():
            for arm in state.arms.values():
                self._look_ahead(arm)
        self._look_ahead(flow.start)
        # A path that is cut or dropped has no say, unless all are.
        self._with_say = {arm for arm in arms if self._returns[arm] or not self._returns[flow.start]}
        self._onward: dict[_Spot, _Possible] = {}
        self._operands: dict[int, _Possible] = {}
        self._after: dict[_Spot, dict[Arm, int]] = {}
        self._entering: dict[Place, dict[State, int]] = {}
        for arm in arms:
            if arm in self._with_say:
                self._add_occurrences(arm)

    def walk(self, before: PathControl, stretches: Iterable[Stretch]) -> PathControl:
        """Control along a path that goes on from ``before`` through these stretches."""
        walk = _Walk(self, before)
        for stretch in stretches:
            if stretch.entry is not None:
                fork, state, outcome = stretch.entry
                walk.fork(fork, state, self._number(state.place), outcome)
            for step, place in zip(stretch.steps, self._places[stretch.arm], strict=False):
                walk.step(step, place)
        return walk.result()

    def join(self, state: State) -> int:
        """The places that every path from this fork comes by."""
        return self._by_all(list(state.arms.values()))

    def choose_branch(self, states: Sequence[State], spot: _Spot) -> list[int]:
        """Which of the decisions of a path, in the order made, chose where it goes on to from here."""
        return self._choosers(states, self._onward.get(spot, {}))

    def choose_operands(self, states: Sequence[State], place: int) -> list[int]:
        """Which of the decisions of a path chose what is tested or computed at ``place``."""
        return self._choosers(states, self._operands.get(place, {}))

    def branches_join(self, state: State, spot: _Spot) -> int:
        """The places that every path from this fork over ``spot`` comes by after it."""
        reached = reduce(or_, (self._reached[arm] for arm in state.arms.values()))
        return reduce(and_, (after for arm, after in self._after[spot].items() if self._bit[arm] & reached))

    def _number(self, place: Place) -> int:
        return self._numbers.setdefault(place, len(self._numbers))

    def _look_ahead(self, arm: Arm) -> None:
        """Compute which arms can follow, and what every path from the beginning of the arm comes by."""
        following = [] if arm.next is None else list(arm.next.arms.values())
        self._reached[arm] = self._bit[arm]
        for later in following:
            self._reached[arm] |= self._reached[later]
        self._returns[arm] = arm.returns or any(self._returns[later] for later in following)
        self._ahead[arm] = _bits(self._places[arm]) | self._from_end(arm)

    def _from_end(self, arm: Arm) -> int:
        """The places that every path comes by from the end of the arm on."""
        if arm.next is None:
            return 0
        return 1 << self._number(arm.next.place) | self._by_all(list(arm.next.arms.values()))

    def _by_all(self, arms: list[Arm]) -> int:
        # A path that is cut or dropped has no say in where the others meet.
        returning = [arm for arm in arms if self._returns[arm]]
        return reduce(and_, (self._ahead[arm] for arm in returning or arms)) if arms else 0

    def _add_occurrences(self, arm: Arm) -> None:
        places = self._places[arm]
        for i, place in enumerate(places):
            if i == 0 or places[i - 1] != place:
                ahead = _bits(places[i:]) | self._from_end(arm)
                self._add_onward((place, None), arm, self._next_place(arm, i, place), ahead)
            if arm.operands[i]:
                self._add(self._operands.setdefault(place, {}), arm.operands[i], arm)
        if arm.next is not None:
            entering = self._entering.setdefault(arm.next.place, {})
            entering[arm.next] = entering.get(arm.next, 0) | self._bit[arm]
            place = self._number(arm.next.place)
            if arm.tested:
                self._add(self._operands.setdefault(place, {}), arm.tested, arm)
                for outcome, later in arm.next.arms.items():
                    if later in self._with_say:
                        self._add_onward((place, outcome), arm, self._next_place(later, 0, place), self._ahead[later])
            elif not places or places[-1] != place:
                ahead = self._from_end(arm)
                self._add_onward((place, None), arm, self._next_place(arm, len(places), place), ahead)

    def _add_onward(self, spot: _Spot, arm: Arm, following: Hashable, ahead: int) -> None:
        self._add(self._onward.setdefault(spot, {}), following, arm)
        self._after.setdefault(spot, {})[arm] = ahead

    def _add(self, possible: _Possible, what: Hashable, arm: Arm) -> None:
        possible[what] = possible.get(what, 0) | self._bit[arm]

    def _next_place(self, arm: Arm, start: int, place: int) -> Hashable:
        """Where a path goes on to from ``place``, at step ``start`` of the arm: per outcome of a fork there."""
        for later in self._places[arm][start:]:
            if later != place:
                return later
        if arm.next is None:
            return _END
        following = self._number(arm.next.place)
        if following != place:
            return following
        return tuple((outcome, self._next_place(later, 0, place)) for outcome, later in arm.next.arms.items())

    def _choosers(self, states: Sequence[State], possible: _Possible) -> list[int]:
        if len(possible) < 2:
            return []
        found: list[int] = []
        for i in range(len(states) - 1, -1, -1):
            # It tells the possibilities apart, or makes a difference to how a later decision does.
            if _tells_apart(self._ways(states[i], possible)) or any(
                _tells_apart(self._ways(states[i], self._ways_at(states[later], possible))) for later in found
            ):
                found.append(i)
        return found

    def _ways(self, state: State, possible: _Possible) -> tuple[frozenset[Hashable], ...]:
        """Per arm of a decision what is possible after it."""
        after = [self._reached[arm] for arm in state.arms.values()]
        return tuple(frozenset(what for what, arms in possible.items() if arms & reached) for reached in after)

    def _ways_at(self, state: State, possible: _Possible) -> _Possible:
        """What the decision at this place can come to mean, depending on the state in which a path meets it."""
        ways: _Possible = {}
        for entering, arms in self._entering[state.place].items():
            meaning = self._ways(entering, possible)
            ways[meaning] = ways.get(meaning, 0) | arms
        return ways


class _Walk:
    """Walks a path and keeps the decisions that are in force."""

    def __init__(self, graph: ControlGraph, before: PathControl) -> None:
        self._graph = graph
        self._steps = list(before.steps)
        self._decisions = list(before.decisions)
        self._in_force = before.in_force
        self._spot = before.spot
        self._accesses: list[int] = []

    def result(self) -> PathControl:
        return PathControl(
            tuple(self._accesses), tuple(self._steps), tuple(self._decisions), self._in_force, self._spot
        )

    def step(self, step: Access | Made, place: int) -> None:
        self._move(place)
        control = self._control()
        if isinstance(step, Access):
            self._accesses.append(control)
        else:
            control |= self._chosen_by(place)
        self._steps.append(control)

    def fork(self, fork: Fork, state: State, place: int, outcome: Outcome) -> None:
        self._move(place)
        self._steps.append(self._control())
        if fork.cause is not Cause.IF:
            return
        assert fork.expression is not None
        reads = reads_of(fork.expression) | self._chosen_by(place)
        for step, control in enumerate(self._steps):
            if fork.made >> step & 1:
                reads |= control
        self._spot = place, outcome
        self._decisions.append(_Decision(state, reads))
        self._in_force = (*self._in_force, _Force(reads, self._graph.join(state)))

    def _move(self, place: int) -> None:
        """Leave the last place: decisions that tell its branches apart come into force, others end here."""
        if self._spot is not None and place != self._spot[0]:
            for i in self._graph.choose_branch(self._states(), self._spot):
                until = self._graph.branches_join(self._decisions[i].state, self._spot)
                self._in_force = (*self._in_force, _Force(self._decisions[i].reads, until))
            self._in_force = tuple(force for force in self._in_force if not force.until >> place & 1)
        self._spot = place, None

    def _control(self) -> int:
        return reduce(or_, (force.reads for force in self._in_force), 0)

    def _chosen_by(self, place: int) -> int:
        """The reads of the decisions that chose what is tested or computed at this place."""
        chosen = self._graph.choose_operands(self._states(), place)
        return reduce(or_, (self._decisions[i].reads for i in chosen), 0)

    def _states(self) -> list[State]:
        return [decision.state for decision in self._decisions]


def _tells_apart(ways: tuple[frozenset[Hashable], ...]) -> bool:
    """Whether a decision whose arms can both lead here makes a difference to what is possible."""
    return all(ways) and len(set(ways)) > 1


def _bits(numbers: Iterable[int]) -> int:
    return reduce(or_, (1 << number for number in numbers), 0)
