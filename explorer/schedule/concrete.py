"""One modelled thread run with concrete values, and beside it its path through the unfolding.

The coroutine says what the thread does; the path says what only symbolic values can tell
(dependences, control, where a loop is cut).  Both must agree at every event.
"""

from __future__ import annotations

from collections.abc import Coroutine, Sequence
from dataclasses import dataclass
from typing import Any

from explorer.execution.event import Source
from explorer.execution.execution import Ending, ThreadEnd
from explorer.execution.kinds import Kind, Tag
from explorer.execution.location import Location, Object, Value, show
from explorer.program.build import Controlled, blocked_at
from explorer.program.errors import ScenarioError
from explorer.program.expression import evaluate
from explorer.program.frames import CODE_RAISES, awaiting_frames, place_of, raised_by
from explorer.program.request import (
    Assume,
    Fence,
    Load,
    LockTest,
    Request,
    Store,
    Update,
    check_awaited,
    forget_operations,
)
from explorer.program.segment import PathTree, Segment
from explorer.program.step import Access, Cause, Fork
from explorer.program.symbolic import Outcome, give_up


class UnfoldingMismatch(ScenarioError):
    """The run of a thread and its unfolding disagree.

    The modelled code depends on something other than the values it reads: chance, the time, what it has kept
    since it ran last.
    """

    def __init__(self, thread: str, position: int, unfolded: str, ran: str, place: str = "") -> None:
        super().__init__(
            f"unfolding and running disagree in thread {thread} at event {position}: "
            f"the unfolding has {unfolded}, the run {ran}",
            place=place,
            advice="modelled code must depend on nothing but the values it reads: leave out chance and time",
        )


@dataclass(frozen=True, slots=True)
class Effect:
    """One event of a step: the access, the reads that control it, the value read or written."""

    access: Access
    control: int
    value: Value | None


class ConcreteThread:
    """A thread between two of its steps.

    ``path`` and ``values`` hold the events so far (see ``build_execution``).  ``request``
    is the memory access that the thread waits to make, ``end`` how it ended, ``result`` what its
    function returned.

    Invariant: once started, exactly one of ``request`` and ``end`` is None between steps;
    the request is then no fence.
    """

    def __init__(self, tree: PathTree) -> None:
        self.name = tree.thread.name
        self.path: list[Controlled] = []
        self.values: list[Value | None] = []
        self.request: Load | LockTest | Store | Update | Fence | None = None
        self.end: ThreadEnd | None = None
        self.result: Any = None
        self._tree = tree
        self._segment = tree.root
        self._index = 0
        self._coroutine: Coroutine[Any, Any, Any] = tree.thread.start()

    def start(self) -> None:
        """Run up to the first memory access."""
        self._settle()
        self._run(None)

    def step(self, value: Value | None) -> None:
        """Make the requested access, and run up to the next one.

        ``value`` is what it reads, None for a store.  Fences and assumptions on the way
        belong to the step.
        """
        match self.request:
            case Store():
                answer = None
            case Update(gives_new=True) as update if value is not None:
                answer = as_memory_holds_it(update.new(value))
            case _:
                answer = value
        self._add(value)
        self._run(answer)

    def close(self) -> None:
        """Give up the coroutine."""
        give_up(self._coroutine)

    @property
    def location(self) -> Location:
        """The location of the requested access."""
        assert isinstance(self.request, Load | LockTest | Store | Update)
        location = self.request.location
        assert isinstance(location, Location)
        return location

    @property
    def waits(self) -> bool:
        """Whether the request is a blocking step."""
        match self.request:
            case Load(until=until):
                return until is not None
            case Update(blocking=blocking):
                return blocking
            case _:
                return False

    def takes(self, value: Value) -> bool:
        """Whether the requested read can happen with this value; only blocking steps refuse any."""
        match self.request:
            case Load(until=until):
                return until is None or bool(until(value))
            case Update(blocking=True, condition=condition):
                return condition is None or bool(condition(value))
            case _:
                return True

    def updates(self, value: Value) -> bool:
        """Whether the request is an update that happens when it reads this value."""
        match self.request:
            case Update(condition=condition):
                return condition is None or bool(condition(value))
            case _:
                return False

    def asked(self) -> str:
        """The request as messages name it: ``R[once] x at R3 seal check``."""
        match self.request:
            case Load(kind=kind, tag=tag) | Update(read_kind=kind, read_tag=tag):
                name = describe(kind, tag, self.location, None)
            case LockTest():
                name = f"a test of {self.location.name}"
            case Store(kind=kind, tag=tag, value=value):
                name = describe(kind, tag, self.location, as_memory_holds_it(value))
            case other:
                raise AssertionError(f"thread {self.name} does not stand at a memory access: {other}")
        return f"{name} at {self.request.at}" if self.request.at else name

    @property
    def stands_at(self) -> Source:
        """Where in the modelled code the requested access stands."""
        segment, index = self._segment, self._index
        if index == len(segment.accesses):
            # An update that may fail: both outcomes have their first event at the same place.
            segment, index = self._tree.child(segment, True), 0
        return segment.accesses[index].source

    def may_write(self, location: Location) -> bool:
        """Whether the thread can still write the location, on any path from here."""
        if self.end is not None:
            return False
        following = self._segment.accesses[self._index :]
        return location in self._segment.later_writes or any(a.writes and a.location is location for a in following)

    def blocked(self) -> ThreadEnd:
        """The end of this thread if nothing lets it go on."""
        return blocked_at(next(a for a in self._segment.accesses[self._index :] if a.waits))

    def effects(self, value: Value | None) -> tuple[Effect, ...]:
        """The events of the requested step, in program order, if ``value`` is what it reads.

        Raises UnfoldingMismatch when the unfolding has others here.
        """
        segment, index = self._cursor(value)
        values = list(self.values)
        effects = []
        for kind, tag, asked in self._asked(value):
            access = segment.accesses[index] if index < len(segment.accesses) else None
            of_event = _mark(access, values) if kind is Kind.FENCE else asked
            values.append(of_event)
            location = self._fence_location() if kind is Kind.FENCE else self.location
            if access is None or not _agrees(access, kind, tag, location, values):
                ran = describe(kind, tag, location, of_event)
                raise UnfoldingMismatch(
                    self.name, len(values) - 1, _describe_access(access, values), ran, self._place()
                )
            effects.append(Effect(access, segment.control[index], of_event))
            index += 1
        return tuple(effects)

    def _place(self) -> str:
        """``file:line`` of the modelled code where the thread stands, empty where it has ended."""
        frames = awaiting_frames(self._coroutine)
        return place_of(frames[-1]) if frames else ""

    def _fence_location(self) -> Location | None:
        return self.request.location if isinstance(self.request, Fence) else None

    def _asked(self, value: Value | None) -> Sequence[tuple[Kind, Tag, Value | None]]:
        """Kind, tag and value of each event that the request stands for."""
        match self.request:
            case Load(kind=kind, tag=tag):
                return ((kind, tag, value),)
            case LockTest():
                return ((Kind.IS_LOCKED if value else Kind.IS_UNLOCKED, Tag.ONCE, value),)
            case Store(kind=kind, tag=tag, value=stored):
                return ((kind, tag, as_memory_holds_it(stored)),)
            case Fence(tag=tag):
                return ((Kind.FENCE, tag, None),)
            case Update() as update:
                assert value is not None
                if not self.updates(value):
                    return ((update.failed_kind, Tag.ONCE, value),)
                read = (update.read_kind, update.read_tag, value)
                write = (update.write_kind, update.write_tag, as_memory_holds_it(update.new(value)))
                fence = (Kind.FENCE, Tag.MB, None)
                return (fence, read, write, fence) if update.full else (read, write)
            case None:
                raise AssertionError(f"thread {self.name} has ended")

    def _cursor(self, value: Value | None) -> tuple[Segment, int]:
        """Where the unfolding has the events of the request: a segment and an index in it."""
        fork = self._segment.fork
        if self._index == len(self._segment.accesses) and fork is not None and fork.cause is Cause.UPDATE:
            assert value is not None
            happens = bool(value) if isinstance(self.request, LockTest) else self.updates(value)
            return self._tree.child(self._segment, happens), 0
        return self._segment, self._index

    def _add(self, value: Value | None) -> None:
        """Add the events of the request to the path, and follow it to the next event or the end."""
        effects = self.effects(value)
        segment, index = self._cursor(value)
        for effect in effects:
            self.path.append((effect.access, effect.control))
            self.values.append(effect.value)
        self._segment, self._index = segment, index + len(effects)
        self._settle()

    def _settle(self) -> None:
        """Decide the forks that the values read so far decide."""
        while self._index == len(self._segment.accesses):
            fork = self._segment.fork
            if fork is None or fork.cause is Cause.UPDATE:
                return
            self._segment, self._index = self._tree.child(self._segment, self._outcome(fork)), 0

    def _outcome(self, fork: Fork) -> Outcome:
        assert fork.expression is not None
        value = evaluate(fork.expression, self.values)
        if fork.cause is Cause.POINTER:
            # The tree refuses to follow False, the null pointer.
            return value if isinstance(value, Object) else False
        return bool(value)

    def _run(self, answer: Value | None) -> None:
        """Answer the request; run up to the next memory access or the end."""
        self.request = None
        while True:
            if self._reached(Ending.CUT):
                self._finish(Ending.CUT)
                return
            request = self._send(answer)
            answer = None
            match request:
                case Load() | LockTest() | Store() | Update():
                    self.request = request
                    return
                case Fence():
                    self.request = request
                    self._add(None)
                    self.request = None
                    answer = request.value if request.tag is Tag.SRCU_LOCK else None
                case Assume(condition=condition):
                    if not condition:
                        self._finish(Ending.DROPPED)
                        return
                case _:
                    self._finish(Ending.RETURNED)
                    return

    def _send(self, answer: Value | None) -> Request | None:
        """What the coroutine asks next, None when it returns."""
        forget_operations()
        try:
            request = self._coroutine.send(answer)
            check_awaited()
        except StopIteration as stop:
            check_awaited()
            self.result = stop.value
            return None
        except ScenarioError:
            raise
        except CODE_RAISES as error:
            # Nearly always it raised because of an operation that stands where its value should.
            check_awaited()
            raise raised_by(f"thread {self.name}", error) from error
        assert isinstance(request, Request)
        return request

    def _reached(self, ending: Ending) -> bool:
        finish = self._segment.finish
        return finish is not None and finish.ending is ending and self._index == len(self._segment.accesses)

    def _finish(self, ending: Ending) -> None:
        finish = self._segment.finish
        if finish is None or not self._reached(ending):
            following = self._segment.accesses[self._index :]
            unfolded = _describe_access(following[0] if following else None, self.values)
            raise UnfoldingMismatch(self.name, len(self.path), unfolded, f"an end ({ending.value})", self._place())
        self.end = ThreadEnd(finish.ending, finish.detail, finish.source)
        give_up(self._coroutine)


def describe(kind: Kind, tag: Tag | None, location: Location | None, value: Value | None) -> str:
    """An event as messages name it: ``W[once] x=1``, ``F[mb]``."""
    name = f"{kind.value}[{tag.value}]" if tag else kind.value
    if location is None:
        return name
    return f"{name} {location.name}" if value is None else f"{name} {location.name}={show(value)}"


def _describe_access(access: Access | None, values: Sequence[Value | None]) -> str:
    if access is None:
        return "no event"
    stored = None if access.value is None else evaluate(access.value, values)
    return describe(access.kind, access.tag, access.location, stored)


def _mark(access: Access | None, values: Sequence[Value | None]) -> Value | None:
    """What an SRCU mark carries: no value of memory, the thread's path gives it."""
    return None if access is None or access.value is None else evaluate(access.value, values)


def _agrees(access: Access, kind: Kind, tag: Tag, location: Location | None, values: Sequence[Value | None]) -> bool:
    """Whether the access is this event; ``values`` end with the event's own value."""
    return (
        access.kind is kind
        and access.tag is tag
        and access.location is location
        and access.position == len(values) - 1
        and (access.value is None or evaluate(access.value, values) == values[-1])
        and (access.requires is None or bool(evaluate(access.requires, values)))
    )


def as_memory_holds_it(value: Value) -> Value:
    """A comparison of concrete values gives a bool; memory holds 0 or 1."""
    return int(value) if isinstance(value, bool) else value
