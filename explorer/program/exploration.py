"""Finds the flow of a thread: each arm of each fork is run once.

A run that takes another arm of a known fork is not made from the start: the modelled code is
told once more what it was told on the way to the fork (see ``Past``), and the walk goes on
with what it knew of the path there.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, fields
from types import FrameType

from explorer.execution.event import Source
from explorer.execution.execution import Ending
from explorer.execution.location import Location, Object
from explorer.program.errors import ScenarioError
from explorer.program.expression import Expression, Operation, ReadOf
from explorer.program.flow import MAX_EVENTS, Arm, Flow, Operands, State
from explorer.program.frames import place_of
from explorer.program.identical import classes_of
from explorer.program.loops import LoopWatch, Place
from explorer.program.program import Program, ThreadSpec
from explorer.program.segment import shape_of
from explorer.program.state_key import has_unnamed, variable_key, variables_key
from explorer.program.step import Access, Cause, Finish, Fork, Made, MadeAt, Step
from explorer.program.symbolic import Outcome, Past, Stop, SymbolicRun
from explorer.program.value import SymbolicValue

_NOWHERE = Source("", 0, ())

Pointees = dict[Location, dict[Object, None]]
"""The objects that each location may point to, in the order in which they were found."""

Stopping = Callable[[], str]
"""Says why to stop now, in words; empty as long as there is no reason."""


def never() -> str:
    """No reason to stop, ever."""
    return ""


class UnfoldingStopped(Exception):
    """There was a reason to stop before all arms were run; the message is that reason."""


def explore_program(program: Program, unroll: int, stopping: Stopping = never) -> tuple[dict[int, Flow], Pointees]:
    """The flow of the first thread of every class of identical ones, and the objects that each location may point to.

    Which objects a pointer can point to depends on what all threads store, so threads are
    explored again until nothing new is found.  A loop is cut when it begins its iteration
    number ``unroll`` + 1; for loops end by themselves and are not cut.

    Raises UnfoldingStopped once ``stopping``, which is asked before every arm, gives a reason.
    """
    pointees: Pointees = {}
    flows: dict[int, Flow] = {}
    followed: dict[int, dict[Location, int]] = {}
    indices = [members[0] for members in classes_of(program)]
    while True:
        for index in indices:
            used = followed.get(index)
            if used is None or any(len(pointees.get(location, ())) != count for location, count in used.items()):
                exploration = _Exploration(program.threads[index], pointees, unroll, stopping)
                flows[index] = exploration.explore()
                followed[index] = exploration.followed
                break
        else:
            return flows, pointees


class _Exploration:
    """Explores one thread; adds to ``pointees`` what it may store."""

    def __init__(self, thread: ThreadSpec, pointees: Pointees, unroll: int, stopping: Stopping) -> None:
        self.followed: dict[Location, int] = {}
        self._thread = thread
        self._pointees = pointees
        self._unroll = unroll
        self._stopping = stopping
        self._states: dict[object, State] = {}
        self.others: dict[int, object] = {}
        self._waiting: list[_Turn] = []
        self._place_numbers: dict[Place, int] = {}

    def explore(self) -> Flow:
        start = Arm()
        self._stop_where_asked()
        _Walk(self, start).run()
        while self._waiting:
            self._stop_where_asked()
            turn = self._waiting.pop()
            _Walk(self, turn.arm, turn).run()
        flow = Flow(self._thread, start, list(self._states.values()))
        _spread_later_writes(flow.arms)
        return flow

    def _stop_where_asked(self) -> None:
        reason = self._stopping()
        if reason:
            raise UnfoldingStopped(reason)

    def state(self, key: object, fork: Fork, place: Place) -> tuple[State, bool]:
        """The state with this key, and whether it is new."""
        known = self._states.get(key)
        if known is not None:
            return known, False
        created = self._states[key] = State(len(self._states), fork.cause, place)
        return created, True

    def place_number(self, place: Place) -> int:
        return self._place_numbers.setdefault(place, len(self._place_numbers))

    def outcomes(self, fork: Fork, accesses: Sequence[Access], place: str) -> list[Outcome]:
        if fork.cause is not Cause.POINTER:
            return [True, False]
        location = self._pointed_from(fork.expression, accesses)
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

    def stored(self, location: Location, value: Expression | None, accesses: Sequence[Access]) -> None:
        """Take note of a store: the location may point to what the value may point to."""
        if isinstance(value, Object):
            self.pointees(location).setdefault(value)
        source = self._pointed_from(value, accesses)
        if source is not None and source is not location:
            objects = self.pointees(source)
            self.followed.setdefault(source, len(objects))
            self.pointees(location).update(objects)

    @staticmethod
    def _pointed_from(value: Expression | None, accesses: Sequence[Access]) -> Location | None:
        return accesses[value.position].location if isinstance(value, ReadOf) else None

    def wait(self, turn: _Turn) -> None:
        self._waiting.append(turn)

    @property
    def thread(self) -> ThreadSpec:
        return self._thread

    @property
    def unroll(self) -> int:
        return self._unroll


@dataclass
class _Path:
    """What a walk knows of the path that it is on.

    ``step_places`` has per step, ``access_places`` per access the number of its place.
    ``forked_at`` is the place of the last fork, ``forks_there`` counts those made there before
    since the path came to it.
    """

    taken: list[Outcome] = field(default_factory=list)
    accesses: list[Access] = field(default_factory=list)
    step_places: list[int] = field(default_factory=list)
    access_places: list[int] = field(default_factory=list)
    fork_places: list[Place] = field(default_factory=list)
    forked_at: Place = ()
    forks_there: int = 0

    def copy(self) -> _Path:
        return _Path(
            self.taken.copy(),
            self.accesses.copy(),
            self.step_places.copy(),
            self.access_places.copy(),
            self.fork_places.copy(),
            self.forked_at,
            self.forks_there,
        )


@dataclass(frozen=True)
class _Turn:
    """Another way to go from a fork: into ``arm``, by ``outcome``; ``path`` and ``past`` lead to the fork."""

    path: _Path
    past: Past
    outcome: Outcome
    arm: Arm


class _Walk:
    """One run of the thread, from the start or from a fork on, until it meets a known state."""

    def __init__(self, exploration: _Exploration, arm: Arm, turn: _Turn | None = None) -> None:
        self._exploration = exploration
        self._arm = arm
        # Until the fork where the walk turns off is there again.
        self._turn = turn
        self._path = turn.path.copy() if turn else _Path()
        self._watch = LoopWatch()
        self._run = SymbolicRun(
            exploration.thread,
            self._decide,
            self._record,
            resume=self._watch.resume,
            source_of=_nowhere,
            past=turn.past if turn else Past(),
            passing=self._watch.move,
        )

    def run(self) -> None:
        with suppress(Stop):
            self._run.execute()

    def _record(self, step: Step) -> None:
        if self._turn is not None:
            raise self._run.differs()
        if isinstance(step, Finish):
            self._arm.returns = step.ending is Ending.RETURNED
            return
        frames = self._run.frames
        place = self._watch.place(frames)
        path = self._path
        path.step_places.append(self._exploration.place_number(place))
        if isinstance(step, Fork):
            return
        if place[: len(path.forked_at)] != path.forked_at:
            path.forked_at, path.forks_there = (), 0
        if isinstance(step, Access):
            path.accesses.append(step)
            path.access_places.append(path.step_places[-1])
            self._note(step, frames)
        self._stop_beyond_bound(frames)
        self._arm.places.append(place)
        self._arm.operands.append(self._from_places(step.operands) if isinstance(step, Made) else ())
        if isinstance(step, Access):
            self._arm.summary.append(_summary(step))
            self._arm.accesses.append(step)
            self._arm.shapes.setdefault((step.location, shape_of(path.accesses)))
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
        if access.writes and access.location is not None:
            self._exploration.stored(access.location, access.value, self._path.accesses)

    def _stop_beyond_bound(self, frames: list[FrameType]) -> None:
        frame = self._watch.beyond(frames, self._exploration.unroll)
        if frame is not None:
            self._arm.cut = f"loop in {frame.f_code.co_name}, {place_of(frame)}"
            raise Stop

    def _decide(self, fork: Fork) -> Outcome:
        frames = self._run.frames
        place = self._watch.place(frames)
        if self._turn is not None:
            outcome, self._turn = self._turn.outcome, None
            self._path.taken.append(outcome)
            return outcome
        path = self._path
        path.forks_there = path.forks_there + 1 if place == path.forked_at else 0
        path.forked_at = place
        path.fork_places.append(place)
        self._stop_beyond_bound(frames)
        if fork.cause is Cause.IF:
            self._arm.tested = self._from_places((MadeAt(fork.made.bit_length() - 1),))
        state, new = self._exploration.state((fork.cause, self._key(frames, place)), fork, place)
        self._arm.next = state
        if not new:
            raise Stop
        outcomes = self._exploration.outcomes(fork, path.accesses, place_of(frames[-1]))
        if not outcomes:
            raise Stop  # nothing is known yet that this pointer can point to
        for outcome in outcomes:
            state.arms[outcome] = Arm()
        if len(outcomes) > 1:
            here, past = path.copy(), self._run.past
            for outcome in reversed(outcomes[1:]):
                self._exploration.wait(_Turn(here, past, outcome, state.arms[outcome]))
        path.taken.append(outcomes[0])
        self._arm = state.arms[outcomes[0]]
        return outcomes[0]

    def _from_places(self, operands: Operands) -> Operands:
        """The operands with the numbers of places for those of steps, which differ between paths."""
        return tuple(MadeAt(self._path.step_places[o.step]) if isinstance(o, MadeAt) else o for o in operands)

    def _key(self, frames: list[FrameType], place: Place) -> object:
        """What two paths must share to go on alike: places, the variables still looked at, what is being asked for.

        One instruction can fork repeatedly (``value in (1, 2)``): how often it has done so
        tells its forks apart.  Operands that wait without a name cannot be looked at, so
        there the decisions that led here stand for them.
        """
        variables = variables_key(frames, self._value_key, self._exploration.others)
        unnamed = tuple(self._path.taken) if has_unnamed(place, self._path.fork_places) else ()
        return place, self._path.forks_there, variables, unnamed, self._request_key()

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
                known = expression.position < len(self._path.access_places)
                return ReadOf, self._path.access_places[expression.position] if known else None
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
