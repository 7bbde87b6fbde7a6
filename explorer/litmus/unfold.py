"""A litmus test ready for the engines: its threads as trees of paths.

The interpretation of a thread runs symbolically along given decisions, as for modelled
kernel code; what differs is where control comes from (the syntax) and that registers have
final values.
"""

from __future__ import annotations

from collections.abc import Coroutine, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from types import FrameType

from explorer.execution.event import Call, Source
from explorer.execution.execution import Ending
from explorer.execution.location import Location, Object, Value
from explorer.litmus.interpret import Interpretation
from explorer.litmus.memory import Cell, Memory
from explorer.litmus.reach import Reach, pointees
from explorer.litmus.source import LitmusError
from explorer.litmus.syntax import Litmus, Thread
from explorer.program.errors import ScenarioError
from explorer.program.expression import Expression, evaluate
from explorer.program.program import Program, ThreadSpec
from explorer.program.segment import PathTree, Segment, event_limit
from explorer.program.step import Access, Cause, Finish, Fork, Step
from explorer.program.symbolic import Outcome, Stop, SymbolicRun
from explorer.program.thread import Thread as Operations
from explorer.program.unfolded import UnfoldedProgram
from explorer.program.value import SymbolicValue


@dataclass(eq=False)
class LitmusSegment(Segment):
    """A segment with the control of its accesses and, where the thread ends, its registers."""

    masks: tuple[int, ...] = ()
    registers: Mapping[str, Expression] = field(default_factory=dict)

    def final(self, register: str, values: Sequence[Value | None]) -> Value:
        """The value of a register at the end, given those of the thread's events; 0 if it never had one."""
        return evaluate(self.registers.get(register, 0), values)


class LitmusTree(PathTree):
    """All paths of one thread of a litmus test."""

    def __init__(self, code: Thread, thread: ThreadSpec, memory: Memory, reach: Reach, max_events: int | None) -> None:
        self.code = code
        self.memory = memory
        self.reach = reach
        super().__init__(thread, max_events)

    def _unfold(self, parent: Segment | None, decisions: tuple[Outcome, ...]) -> LitmusSegment:
        return _Walk(self, parent, decisions).segment

    def control(self, segment: Segment) -> tuple[int, ...]:
        assert isinstance(segment, LitmusSegment)
        return segment.masks

    def summary(self) -> Iterator[tuple[object, ...]]:
        yield (repr(self.code),)

    def last(self, values: Sequence[Value | None]) -> LitmusSegment:
        """The last segment of the path on which the thread's events have these values (None for a fence)."""
        segment: Segment = self.root
        end = len(segment.accesses)
        while segment.fork is not None:
            segment = self.child(segment, self._outcome(segment, end, values))
            end += len(segment.accesses)
        assert isinstance(segment, LitmusSegment)
        return segment

    def _outcome(self, segment: Segment, end: int, values: Sequence[Value | None]) -> Outcome:
        fork = segment.fork
        assert fork is not None
        if fork.expression is not None:
            value = evaluate(fork.expression, values)
            return value if isinstance(value, Cell) else value != 0
        # A fully ordered update that happens begins with a fence; else its read comes next.
        found = values[end]
        if found is None:
            return True
        read = next(access for access in self.child(segment, True).accesses if access.reads)
        assert read.requires is not None
        return evaluate(read.requires, [*values[:end], *[found] * (read.position + 1 - end)]) != 0


class LitmusUnfolding(UnfoldedProgram):
    """A litmus test ready to be explored. ``memory`` are its cells."""

    def __init__(self, test: Litmus, max_events: int | None = None) -> None:
        self.test = test
        self.memory = Memory(test)
        threads = tuple(ThreadSpec(f"P{code.number}", _run, (code, self.memory)) for code in test.threads)
        super().__init__(Program(threads), unroll=1, max_events=max_events)

    def _unfold(self) -> tuple[tuple[PathTree, ...], tuple[Location, ...], dict[str, Object]]:
        targets = pointees(self.test, self.memory)
        trees = tuple(
            LitmusTree(code, thread, self.memory, Reach(code, self.memory, targets), self.max_events)
            for code, thread in zip(self.test.threads, self.program.threads, strict=True)
        )
        cells = self.memory.cells.values()
        return trees, tuple(cell.word for cell in cells), {cell.name: cell for cell in cells}


async def _run(t: Operations, code: Thread, memory: Memory) -> None:
    """The thread as the scheduler runs it."""
    await Interpretation(code, memory, t).run()


class _Walk:
    """Runs the thread along decisions and keeps what comes after the last of them."""

    def __init__(self, tree: LitmusTree, parent: Segment | None, decisions: tuple[Outcome, ...]) -> None:
        self.segment = LitmusSegment(tree, parent, decisions)
        self._tree = tree
        self._skipped = sum(len(part.accesses) for part in parent.path) if parent else 0
        self._taken = 0
        self._known: dict[Expression, bool] = {}
        self._accesses: list[Access] = []
        self._masks: list[int] = []
        # The step that is being made; all events of one share their source.
        self._source: Source | None = None
        self._interpretation = Interpretation(tree.code, tree.memory, Operations())
        spec = ThreadSpec(tree.thread.name, self._coroutine)
        self._walk(SymbolicRun(spec, self._decide, self._record, source_of=self._source_here))
        self.segment.accesses = tuple(self._accesses[self._skipped :])
        self.segment.masks = tuple(self._masks[self._skipped :])

    def _coroutine(self, _t: Operations) -> Coroutine[object, object, None]:
        return self._interpretation.run()

    def _walk(self, run: SymbolicRun) -> None:
        try:
            run.execute()
        except Stop:
            pass
        except ScenarioError as error:
            cause = error.__cause__
            if isinstance(cause, LitmusError):
                raise cause from None
            raise LitmusError(error.message, self._interpretation.place) from error

    def _source_here(self, _frames: list[FrameType], _at: str) -> Source:
        place = self._interpretation.place
        return Source(place.source.file, place.line, (Call(self._tree.thread.name, 0),), "", place.text)

    def _record(self, step: Step) -> None:
        match step:
            case Access():
                self._stop_at_limit(step.source)
                self._accesses.append(step)
                self._masks.append(self._interpretation.control)
            case Finish():
                self.segment.finish = step
                self.segment.registers = {
                    name: given.value.expression if isinstance(given.value, SymbolicValue) else given.value
                    for name, given in self._interpretation.registers.items()
                }

    def _stop_at_limit(self, source: Source) -> None:
        limit = self._tree.max_events
        if limit is not None and len(self._accesses) >= limit and source is not self._source:
            self.segment.finish = Finish(Ending.CUT, event_limit(limit))
            raise Stop
        self._source = source

    def _decide(self, fork: Fork) -> Outcome:
        if fork.cause is Cause.UPDATE:
            self._stop_at_limit(fork.source)
        known = self._known.get(fork.expression) if fork.cause is Cause.IF and fork.expression is not None else None
        if known is not None:
            return known
        if self._taken == len(self.segment.decisions):
            self.segment.fork = fork
            self.segment.outcomes = self._tree.reach.targets if fork.cause is Cause.POINTER else (True, False)
            self.segment.later_writes = self._tree.reach.writes_of(self._interpretation.ahead)
            raise Stop
        outcome = self.segment.decisions[self._taken]
        self._taken += 1
        if fork.cause is Cause.IF and fork.expression is not None:
            self._known[fork.expression] = bool(outcome)
        return outcome
