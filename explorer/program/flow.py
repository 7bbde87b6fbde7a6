"""Everywhere a modelled thread can get to: its places and forks, each explored once.

A thread can have far too many paths to list, but it has few *states*: where every frame
is, in which iteration of its loops, with which plain local variables.  Two paths that
meet in one state go on alike, so each arm of each fork is run once.  The result bounds
what a thread may still write, cuts endless loops, and is the graph on which control
dependence is computed.
"""

from __future__ import annotations

from collections.abc import Collection
from contextlib import suppress
from dataclasses import dataclass, field, fields
from types import FrameType

from explorer.execution.event import Source
from explorer.execution.execution import Ending
from explorer.execution.location import Location, Object
from explorer.program.errors import ScenarioError
from explorer.program.expression import Expression, Operation, ReadOf
from explorer.program.frames import place_of
from explorer.program.identical import classes_of
from explorer.program.loops import LoopWatch, Place
from explorer.program.program import Program, ThreadSpec
from explorer.program.segment import Shape, shape_of
from explorer.program.state_key import has_unnamed, variable_key, variables_key
from explorer.program.step import Access, Cause, Finish, Fork, Made, MadeAt, Step
from explorer.program.symbolic import Outcome, Stop, SymbolicRun
from explorer.program.value import SymbolicValue

_NOWHERE = Source("", 0, ())

MAX_EVENTS = 1000
"""Events of one path before it is taken to be endless."""

Operands = tuple[int | Object | MadeAt, ...]

Pointees = dict[Location, dict[Object, None]]
"""The objects that each location may point to, in the order in which they were found."""


@dataclass(eq=False)
class Arm:
    """What follows one outcome of a fork, up to the next fork or the end.

    ``places`` has one entry per step (accesses and values made), ``operands`` what a value
    is made from there (empty for accesses) and ``tested`` what the fork that follows tests:
    constants as they are, values as ``MadeAt`` numbers that stand for the place where they
    came to be.  ``summary`` has one entry per access: kind, tag, location and what is stored
    if it is a constant.  ``accesses`` are they themselves, as made on the first path that came here
    (see ``Onward``).  ``shapes`` has the steps made, each with the location that it ends at
    (see ``PathTree.shapes``).  ``touched`` are the locations read or written in it, ``writes``
    those written, both without repetition; ``later_writes`` those that may be written after
    it.  ``cut`` names the loop whose bound ended it (empty otherwise), ``returns`` says
    that the thread returned.
    """

    places: list[Place] = field(default_factory=list)
    operands: list[Operands] = field(default_factory=list)
    tested: Operands = ()
    summary: list[tuple[str, ...]] = field(default_factory=list)
    accesses: list[Access] = field(default_factory=list)
    shapes: dict[tuple[Location | None, Shape], None] = field(default_factory=dict)
    touched: dict[Location, None] = field(default_factory=dict)
    writes: dict[Location, None] = field(default_factory=dict)
    next: State | None = None
    cut: str = ""
    returns: bool = False
    later_writes: frozenset[Location] = frozenset()

    @property
    def following(self) -> Collection[Arm]:
        """The arms of the fork that it ends in, none where the thread ends."""
        return self.next.arms.values() if self.next else ()


@dataclass(eq=False)
class State:
    """A fork as a place that several paths share."""

    number: int
    cause: Cause
    place: Place
    arms: dict[Outcome, Arm] = field(default_factory=dict)


@dataclass(eq=False)
class Flow:
    """All states of one thread. ``start`` leads to the first fork."""

    thread: ThreadSpec
    start: Arm
    states: list[State]

    @property
    def arms(self) -> list[Arm]:
        """All arms, in the order of their states."""
        return [self.start, *(arm for state in self.states for arm in state.arms.values())]


def explore_program(program: Program, unroll: int) -> tuple[dict[int, Flow], Pointees]:
    """The flow of the first thread of every class of identical ones, and the objects that each location may point to.

    Which objects a pointer can point to depends on what all threads store, so threads are
    explored again until nothing new is found.  A loop is cut when it begins its iteration
    number ``unroll`` + 1; for loops end by themselves and are not cut.
    """
    pointees: Pointees = {}
    flows: dict[int, Flow] = {}
    followed: dict[int, dict[Location, int]] = {}
    indices = [members[0] for members in classes_of(program)]
    while True:
        for index in indices:
            used = followed.get(index)
            if used is None or any(len(pointees.get(location, ())) != count for location, count in used.items()):
                exploration = _Exploration(program.threads[index], pointees, unroll)
                flows[index] = exploration.explore()
                followed[index] = exploration.followed
                break
        else:
            return flows, pointees


class _Exploration:
    """Explores one thread; adds to ``pointees`` what it may store."""

    def __init__(self, thread: ThreadSpec, pointees: Pointees, unroll: int) -> None:
        self.followed: dict[Location, int] = {}
        self._thread = thread
        self._pointees = pointees
        self._unroll = unroll
        self._states: dict[object, State] = {}
        self.others: dict[int, object] = {}
        self._waiting: list[tuple[Outcome, ...]] = []
        self._place_numbers: dict[Place, int] = {}

    def explore(self) -> Flow:
        start = Arm()
        self._waiting = [()]
        while self._waiting:
            _Walk(self, start, self._waiting.pop()).run()
        flow = Flow(self._thread, start, list(self._states.values()))
        _spread_later_writes(flow.arms)
        return flow

    def state(self, key: object, fork: Fork, place: Place) -> tuple[State, bool]:
        """The state with this key, and whether it is new."""
        known = self._states.get(key)
        if known is not None:
            return known, False
        created = self._states[key] = State(len(self._states), fork.cause, place)
        return created, True

    def place_number(self, place: Place) -> int:
        return self._place_numbers.setdefault(place, len(self._place_numbers))

    def outcomes(self, fork: Fork, read_locations: dict[int, Location], place: str) -> list[Outcome]:
        if fork.cause is not Cause.POINTER:
            return [True, False]
        location = self._pointed_from(fork.expression, read_locations)
        if location is None:
            raise ScenarioError(
                f"{fork.expression} is followed as a pointer but is computed",
                place=place,
                advice="follow only pointers read from a location as they are",
            )
        objects = self.pointees(location)
        self.followed.setdefault(location, len(objects))
        return list(objects)

    def pointees(self, location: Location) -> dict[Object, None]:
        known = self._pointees.setdefault(location, {})
        if isinstance(location.initial, Object):
            known.setdefault(location.initial)
        return known

    def stored(self, location: Location, value: Expression | None, read_locations: dict[int, Location]) -> None:
        """Take note of a store: the location may point to what the value may point to."""
        if isinstance(value, Object):
            self.pointees(location).setdefault(value)
        source = self._pointed_from(value, read_locations)
        if source is not None and source is not location:
            objects = self.pointees(source)
            self.followed.setdefault(source, len(objects))
            self.pointees(location).update(objects)

    @staticmethod
    def _pointed_from(value: Expression | None, read_locations: dict[int, Location]) -> Location | None:
        return read_locations.get(value.position) if isinstance(value, ReadOf) else None

    def wait(self, decisions: tuple[Outcome, ...]) -> None:
        self._waiting.append(decisions)

    @property
    def thread(self) -> ThreadSpec:
        return self._thread

    @property
    def unroll(self) -> int:
        return self._unroll


class _Walk:
    """One run of the thread: along given decisions, then on until it meets a known state."""

    def __init__(self, exploration: _Exploration, start: Arm, decisions: tuple[Outcome, ...]) -> None:
        self._exploration = exploration
        self._arm = start
        self._given = decisions
        self._taken: list[Outcome] = []
        # Steps up to the last given decision are already recorded.
        self._replaying = bool(decisions)
        self._watch = LoopWatch()
        self._read_locations: dict[int, Location] = {}
        self._accesses: list[Access] = []
        # Per step of the path, and per access, the number of its place.
        self._step_places: list[int] = []
        self._access_places: list[int] = []
        self._fork_places: list[Place] = []
        # The last fork's place, and how many forks were there since the path came to it.
        self._forked_at: Place = ()
        self._forks_there = 0
        self._run = SymbolicRun(
            exploration.thread, self._decide, self._record, resume=self._watch.resume, source_of=_nowhere
        )

    def run(self) -> None:
        with suppress(Stop):
            self._run.execute()

    def _record(self, step: Step) -> None:
        if isinstance(step, Finish):
            self._arm.returns = step.ending is Ending.RETURNED
            return
        frames = self._run.frames
        place = self._watch.place(frames)
        self._step_places.append(self._exploration.place_number(place))
        if isinstance(step, Fork):
            return
        if place[: len(self._forked_at)] != self._forked_at:
            self._forked_at, self._forks_there = (), 0
        if isinstance(step, Access):
            self._accesses.append(step)
            self._access_places.append(self._step_places[-1])
            self._note(step, frames)
        if self._replaying:
            return
        self._stop_beyond_bound(frames)
        self._arm.places.append(place)
        self._arm.operands.append(self._from_places(step.operands) if isinstance(step, Made) else ())
        if isinstance(step, Access):
            self._arm.summary.append(_summary(step))
            self._arm.accesses.append(step)
            self._arm.shapes.setdefault((step.location, shape_of(self._accesses)))
        if isinstance(step, Access) and step.location is not None:
            self._arm.touched.setdefault(step.location)
            if step.writes:
                self._arm.writes.setdefault(step.location)

    def _note(self, access: Access, frames: list[FrameType]) -> None:
        if access.position >= MAX_EVENTS:
            raise ScenarioError(
                f"this path has {MAX_EVENTS} events and no end",
                place=place_of(frames[-1]),
                advice="wait with t.wait_until(location, predicate), or loop over a fixed range",
            )
        if access.reads and access.location is not None:
            self._read_locations[access.position] = access.location
        if access.writes and access.location is not None:
            self._exploration.stored(access.location, access.value, self._read_locations)

    def _stop_beyond_bound(self, frames: list[FrameType]) -> None:
        frame = self._watch.beyond(frames, self._exploration.unroll)
        if frame is not None:
            self._arm.cut = f"loop in {frame.f_code.co_name}, {place_of(frame)}"
            raise Stop

    def _decide(self, fork: Fork) -> Outcome:
        frames = self._run.frames
        place = self._watch.place(frames)
        self._forks_there = self._forks_there + 1 if place == self._forked_at else 0
        self._forked_at = place
        self._fork_places.append(place)
        if self._replaying:
            assert self._arm.next is not None
            outcome = self._given[len(self._taken)]
            self._taken.append(outcome)
            self._replaying = len(self._taken) < len(self._given)
            self._arm = self._arm.next.arms[outcome]
            return outcome
        self._stop_beyond_bound(frames)
        if fork.cause is Cause.IF:
            self._arm.tested = self._from_places((MadeAt(fork.made.bit_length() - 1),))
        state, new = self._exploration.state((fork.cause, self._key(frames, place)), fork, place)
        self._arm.next = state
        if not new:
            raise Stop
        outcomes = self._exploration.outcomes(fork, self._read_locations, place_of(frames[-1]))
        if not outcomes:
            raise Stop  # nothing is known yet that this pointer can point to
        for outcome in outcomes:
            state.arms[outcome] = Arm()
        for outcome in reversed(outcomes[1:]):
            self._exploration.wait((*self._taken, outcome))
        self._taken.append(outcomes[0])
        self._arm = state.arms[outcomes[0]]
        return outcomes[0]

    def _from_places(self, operands: Operands) -> Operands:
        """The operands with the numbers of places for those of steps, which differ between paths."""
        return tuple(MadeAt(self._step_places[o.step]) if isinstance(o, MadeAt) else o for o in operands)

    def _key(self, frames: list[FrameType], place: Place) -> object:
        """What two paths must share to go on alike: places, the variables still looked at, what is being asked for.

        One instruction can fork repeatedly (``value in (1, 2)``): how often it has done so
        tells its forks apart.  Operands that wait without a name cannot be looked at, so
        there the decisions that led here stand for them.
        """
        variables = variables_key(frames, self._value_key, self._exploration.others)
        unnamed = tuple(self._taken) if has_unnamed(place, self._fork_places) else ()
        return place, self._forks_there, variables, unnamed, self._request_key()

    def _request_key(self) -> object:
        """What the operation that forks has been asked for: the variables it came from may be done with."""
        request = self._run.request
        if request is None:
            return None
        parts = []
        for part in fields(request):
            asked = getattr(request, part.name)
            if callable(asked) and not isinstance(asked, SymbolicValue):
                parts.append(self._expression_key(self._run.asked(asked)))
            else:
                parts.append(variable_key(asked, self._value_key, self._exploration.others))
        return type(request), *parts

    def _expression_key(self, expression: Expression) -> object:
        match expression:
            case ReadOf():
                known = expression.position < len(self._access_places)
                return ReadOf, self._access_places[expression.position] if known else None
            case Operation():
                return expression.operator, *map(self._expression_key, expression.operands)
            case _:
                return expression

    def _value_key(self, value: SymbolicValue) -> object:
        """Values that came to be at different places are told apart: control may follow one of them only."""
        return self._run.known_pointee(value), *self._from_places((value.made_at,))


def _nowhere(_frames: list[FrameType], _at: str) -> Source:
    """Nobody asks for the source of a step here, and finding it takes a good part of the time."""
    return _NOWHERE


def _summary(access: Access) -> tuple[str, ...]:
    constant = isinstance(access.value, int | Object)
    return (
        access.kind.value,
        access.tag.value if access.tag else "",
        access.location.name if access.location else "",
        str(access.value) if constant else "",
        "waits" if access.waits else "",
    )


def _spread_later_writes(arms: list[Arm]) -> None:
    """Compute ``later_writes`` of every arm: the least solution over the graph of states."""
    changed = True
    while changed:
        changed = False
        for arm in reversed(arms):
            later: frozenset[Location] = frozenset()
            if arm.next is not None:
                for following in arm.next.arms.values():
                    later |= following.later_writes | frozenset(following.writes)
            if later != arm.later_writes:
                arm.later_writes = later
                changed = True
