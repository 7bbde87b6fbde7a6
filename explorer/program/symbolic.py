"""One run of a modelled thread with symbolic values, along given decisions.

The run calls back at every fork and reports every step.  It knows nothing of how forks
are chosen or what becomes of the steps: ``exploration`` finds all places once, ``tree``
walks single paths for the search.
"""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from types import FrameType, NoneType
from typing import Any, TypeVar

from explorer.execution.event import Source
from explorer.execution.execution import Ending
from explorer.execution.kinds import Kind, Tag
from explorer.execution.location import Location, Object
from explorer.program.errors import ScenarioError
from explorer.program.expression import Expression, Operation, ReadOf, reads_of
from explorer.program.frames import (
    CODE_RAISES,
    CallNumbers,
    awaiting_frames,
    defined_at,
    place_of,
    raised_at,
    raised_by,
    running_frames,
)
from explorer.program.program import ThreadSpec
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
from explorer.program.step import Access, Cause, Finish, Fork, Made, MadeAt, Step
from explorer.program.value import SymbolicValue, to_expression, to_location

Outcome = bool | Object
"""How a fork went: true or false, or the object that a pointer points to."""


SourceOf = Callable[[list[FrameType], str], Source]
"""Where a step stands, from the modelled frames and what the model says of the step (``at``)."""


_RETURNED = object()

Answer = bool | int | Object | tuple[Expression, int] | None
"""What modelled code is told: how a fork went, the step of a value that it makes, what an operation gives.

A value that was read is told as its expression and where it was made.
"""


@dataclass(frozen=True)
class Past:
    """What a run told modelled code up to some fork, from the start, and what it had counted there."""

    answers: tuple[Answer, ...] = ()
    steps: int = 0
    position: int = 0
    ctrl_later: int = 0


_Given = TypeVar("_Given")
_Answer = TypeVar("_Answer")


class Stop(BaseException):
    """Raised by the callbacks to end a run early.

    A BaseException, so that ``except Exception`` in modelled code does not take it for its own;
    see ``SymbolicRun`` for the handlers that do.
    """


class _Dropped(BaseException):
    pass


class SymbolicRun:
    """Runs one thread once. ``decide`` answers forks, ``record`` takes the steps in order.

    ``frames`` gives the modelled frames, outermost first, while a callback runs, ``request`` the
    operation that is being made, None while modelled code runs.  ``resume``
    lets the coroutine run on with an answer, in place of its ``send``; ``source_of`` says
    where a step stands, in place of the frames themselves.

    A run with a ``past`` begins with the same path and comes to its end without making its steps
    again: no callback is called, ``passing`` alone is told the frames wherever a step was made.

    What ends the run is often raised below modelled frames, on the way out of which ``finally``,
    ``async with`` and ``except`` would go on with the thread.  So it is remembered: from then on
    no callback is called, and it is raised again wherever the modelled code comes back.
    """

    def __init__(
        self,
        thread: ThreadSpec,
        decide: Callable[[Fork], Outcome],
        record: Callable[[Step], None],
        *,
        resume: Callable[[Coroutine[Any, Any, Any], Any], Any] | None = None,
        source_of: SourceOf | None = None,
        past: Past | None = None,
        passing: Callable[[list[FrameType]], None] | None = None,
    ) -> None:
        self.thread = thread
        self.frames: list[FrameType] = []
        self.request: Request | None = None
        self._decide = decide
        self._record_step = record
        self._resume = resume or _send
        past = past or Past()
        self._answers = list(past.answers)
        # How many answers of the past have been given again.
        self._given_again = 0
        self._in_past = bool(past.answers)
        self._passing = passing
        self._steps = past.steps
        self._position = past.position
        self._ctrl_later = past.ctrl_later
        self._source_of = source_of or CallNumbers().source
        self._pointees: dict[Expression, Object] = {}
        self._in_predicate = False
        self._running = False
        self._ended_by: BaseException | None = None

    def execute(self) -> None:
        """Run to the end of the path, or until a callback raises ``Stop``."""
        try:
            coroutine = self.thread.start()
        except TypeError as error:
            raise ScenarioError(
                f"thread {self.thread.name} cannot start: {error}",
                advice="give ThreadSpec the arguments that the function takes after the thread context",
            ) from error
        if not isinstance(coroutine, Coroutine):
            raise ScenarioError(
                f"thread {self.thread.name}: {_name_of(self.thread.function)} is no async function",
                place=defined_at(self.thread.function),
                advice="define it with async def, and await each operation",
            )
        try:
            self._drive(coroutine)
        except ScenarioError as error:
            error.place = error.place or raised_at(error)
            raise
        except _Dropped:
            self._record(Finish(Ending.DROPPED, "an assumption failed", self._source_of(self.frames, "")))
        finally:
            self._ended_by = self._ended_by or Stop()
            give_up(coroutine)

    def _drive(self, coroutine: Coroutine[Any, Any, Any]) -> None:
        answer: Any = None
        while True:
            self._running = True
            forget_operations()
            request = self._next_request(coroutine, answer)
            check_awaited()
            self._running = False
            if request is _RETURNED:
                self.frames = []
                self._record(Finish(Ending.RETURNED))
                return
            self.frames = awaiting_frames(coroutine)
            if self._in_past:
                answer = self._answer_again(NoneType, int, tuple)
                if isinstance(answer, tuple):
                    answer = SymbolicValue(answer[0], self, answer[1])
                continue
            self.request = request
            answer = self._handle(request)
            self.request = None
            told = (answer.expression, answer.made) if isinstance(answer, SymbolicValue) else answer
            self._answers.append(told)

    @property
    def past(self) -> Past:
        """What leads to the fork that is being decided."""
        return Past(tuple(self._answers), self._steps, self._position, self._ctrl_later)

    def _answer_again(self, *kinds: type) -> Any:
        """The next answer of the past, to a question of which the answers are of these kinds."""
        if self._passing is not None:
            self._passing(self.frames)
        answer = self._answers[self._given_again]
        self._given_again += 1
        self._in_past = self._given_again < len(self._answers)
        if not isinstance(answer, kinds):
            raise self.differs()
        return answer

    def _next_request(self, coroutine: Coroutine[Any, Any, Any], answer: Any) -> Any:
        """What the modelled code awaits next, ``_RETURNED`` when it has returned."""
        request: Any = _RETURNED
        try:
            request = self._resume(coroutine, answer)
        except StopIteration:
            pass
        except (Stop, ScenarioError):
            raise
        except CODE_RAISES as error:
            if self._ended_by is None:
                # Nearly always it raised because of an operation that stands where its value should.
                check_awaited()
                raise raised_by(f"thread {self.thread.name}", error) from error
        if self._ended_by is not None:
            raise self._ended_by
        return request

    def _handle(self, request: Any) -> Any:
        match request:
            case Load():
                return self._load(request)
            case Store():
                self._store(request)
                return None
            case Fence():
                return self._fence(request)
            case LockTest():
                return self._lock_test(request)
            case Update():
                return self._update(request)
            case Assume():
                self._assume(request)
                return None
            case _:
                raise ScenarioError(
                    f"thread {self.thread.name} awaits something that is no modelled operation ({request!r})",
                    place=self.place(),
                    advice="await only operations of the thread context (t.read, t.write, ...) "
                    "and other modelled functions",
                )

    def _load(self, request: Load) -> SymbolicValue:
        location, addr = to_location(request.location, self)
        result = self._read_value()
        requires = self._apply(request.until, result) if request.until else None
        self._access(
            request.kind,
            request.tag,
            location,
            self._source(request),
            requires=requires,
            addr=addr,
            waits=request.until is not None,
        )
        if request.until:
            # Hardware models: whatever follows a wait follows its branch.
            self._ctrl_later |= reads_of(result.expression)
        return result

    def _store(self, request: Store) -> None:
        location, addr = to_location(request.location, self)
        value = to_expression(request.value, self)
        self._access(
            request.kind, request.tag, location, self._source(request), value=value, addr=addr, data=reads_of(value)
        )

    def _fence(self, request: Fence) -> Any:
        location, addr = (None, 0) if request.location is None else to_location(request.location, self)
        value = None if request.value is None else to_expression(request.value, self)
        data = 0 if value is None else reads_of(value)
        self._access(Kind.FENCE, request.tag, location, self._source(request), value=value, addr=addr, data=data)
        return request.value if request.tag is Tag.SRCU_LOCK else None

    def _lock_test(self, request: LockTest) -> SymbolicValue:
        location, addr = to_location(request.location, self)
        source = self._source(request)
        held = bool(self._fork(Cause.UPDATE, None, 0, source))
        result = self._read_value()
        requires = Operation("!=" if held else "==", (result.expression, 0))
        kind = Kind.IS_LOCKED if held else Kind.IS_UNLOCKED
        self._access(kind, Tag.ONCE, location, source, requires=requires, addr=addr)
        return result

    def _update(self, request: Update) -> SymbolicValue:
        location, addr = to_location(request.location, self)
        source = self._source(request)
        happens = True
        if request.condition is not None and not request.blocking:
            happens = bool(self._fork(Cause.UPDATE, None, 0, source))
        if happens and request.full:
            self._access(Kind.FENCE, Tag.MB, None, source, implied=True)
        result = self._read_value()
        requires = None
        if request.condition is not None:
            requires = self._apply(request.condition, result)
            if not happens:
                requires = _negation(requires)
        if not happens:
            self._access(request.failed_kind, Tag.ONCE, location, source, requires=requires, addr=addr)
            return result
        self._access(
            request.read_kind,
            request.read_tag,
            location,
            source,
            requires=requires,
            addr=addr,
            rmw=True,
            waits=request.blocking,
            fenced=request.full,
        )
        value = self._apply(request.new, result)
        # The pair's own read is related by rmw, not by a data dependence.
        data = reads_of(value) & ~reads_of(result.expression)
        self._access(
            request.write_kind, request.write_tag, location, source, value=value, addr=addr, data=data, rmw=True
        )
        if request.full:
            self._access(Kind.FENCE, Tag.MB, None, source, implied=True)
        return SymbolicValue(value, self, result.made) if request.gives_new else result

    def _assume(self, request: Assume) -> None:
        condition = to_expression(request.condition, self)
        if isinstance(condition, int | Object):
            holds = bool(condition)
        else:
            holds = bool(self._fork(Cause.ASSUME, condition, 0, self._source(request)))
        if not holds:
            raise _Dropped

    def _access(self, kind: Kind, tag: Tag, location: Location | None, source: Source, **more: Any) -> None:
        access = Access(self._position, kind, tag, location, source, ctrl_later=self._ctrl_later, **more)
        self._position += 1
        self._record(access)

    def _read_value(self) -> SymbolicValue:
        """The value of the read that comes next, made at that step."""
        return SymbolicValue(ReadOf(self._position), self, 1 << self._steps)

    def _apply(self, function: Callable[[Any], Any], value: SymbolicValue) -> Expression:
        """What a predicate or an update function computes from a value."""
        self._in_predicate = True
        try:
            result = function(value)
        except (Stop, ScenarioError):
            raise
        except CODE_RAISES as error:
            self._in_predicate = False
            told = raised_by(f"thread {self.thread.name}: its predicate, condition or update", error)
            told.place = told.place or self.place()
            raise told from error
        finally:
            self._in_predicate = False
        return to_expression(result, self)

    def asked(self, function: Callable[[Any], Any]) -> Expression:
        """What a predicate or an update of the request computes; reads that are still to come stand for its own."""
        return self._apply(function, self._read_value())

    def _fork(self, cause: Cause, expression: Expression | None, made: int, source: Source) -> Outcome:
        fork = Fork(cause, expression, made, source)
        outcome = self._call(self._decide, fork)
        self._record(fork)
        if cause is Cause.IF:
            assert expression is not None
            self._ctrl_later |= reads_of(expression)
        return outcome

    def _record(self, step: Step) -> None:
        self._call(self._record_step, step)
        self._steps += 1

    def _call(self, callback: Callable[[_Given], _Answer], given: _Given) -> _Answer:
        if self._ended_by is not None:
            raise self._ended_by
        try:
            return callback(given)
        except (Stop, ScenarioError) as end:
            self._ended_by = end
            raise

    def _source(self, request: Request) -> Source:
        return self._source_of(self.frames, request.at)

    def _fork_source(self) -> Source:
        return self._source_of(self.frames, "")

    # What symbolic values ask of their owner.

    def truth(self, value: SymbolicValue) -> bool:
        if self._in_predicate:
            raise self.error(
                "a wait's predicate, a condition or an update decides on a value with if, and, or, not",
                "write it as one expression: use & and | between comparisons",
            )
        self.frames = running_frames()
        if self._in_past:
            return bool(self._answer_again(bool))
        outcome = bool(self._fork(Cause.IF, value.expression, value.made, self._fork_source()))
        self._answers.append(outcome)
        return outcome

    def pointee(self, value: SymbolicValue) -> Object:
        known = self._pointees.get(value.expression)
        if known is not None:
            return known
        if self._in_predicate:
            raise self.error(
                "a wait's predicate, a condition or an update follows a pointer that has not been followed before",
                "follow it first, in a statement of its own",
            )
        self.frames = running_frames()
        if self._in_past:
            chosen = self._answer_again(Object)
        else:
            chosen = self._fork(Cause.POINTER, value.expression, 0, self._fork_source())
            self._answers.append(chosen)
        assert isinstance(chosen, Object)
        self._pointees[value.expression] = chosen
        return chosen

    def known_pointee(self, value: SymbolicValue) -> Object | None:
        """The object that this path has already found a pointer to point to."""
        return self._pointees.get(value.expression)

    def made(self, operands: tuple[int | Object | MadeAt, ...]) -> int:
        if self._in_predicate:
            return 0
        self.frames = running_frames()
        if self._in_past:
            return int(self._answer_again(int))
        self._record(Made(operands))
        made = 1 << (self._steps - 1)
        self._answers.append(made)
        return made

    def error(self, message: str, advice: str) -> ScenarioError:
        """The error to raise for a value that is misused; it ends the run even if modelled code catches it."""
        error = ScenarioError(message, place=self.place(), advice=advice)
        self._ended_by = self._ended_by or error
        return error

    def differs(self) -> ScenarioError:
        """The error to raise where the thread does not come by the end of its past as before."""
        return self.error(
            "a thread did something that it did not do before",
            "modelled code must depend on nothing but the values it reads",
        )

    def place(self) -> str:
        frames = running_frames() if self._running or self._in_predicate else self.frames
        return place_of(frames[-1]) if frames else ""


def _name_of(function: object) -> str:
    """A function by its name; what has none, such as a ``partial``, by its type."""
    return str(getattr(function, "__name__", type(function).__name__))


_HANDLERS = 100
"""Handlers of one thread that may each await once more while it is given up."""


def give_up(coroutine: Coroutine[Any, Any, Any]) -> None:
    """Close a coroutine, whatever its handlers do about that (``finally`` and ``async with`` may await again)."""
    for _ in range(_HANDLERS):
        try:
            coroutine.close()
        except RuntimeError:
            continue  # it awaits again, or has ended with an error of its own
        except (*CODE_RAISES, Stop):
            return
        return


def _send(coroutine: Coroutine[Any, Any, Any], answer: Any) -> Any:
    return coroutine.send(answer)


def _negation(condition: Expression) -> Expression:
    return Operation("==", (condition, 0))
