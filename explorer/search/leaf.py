"""Finished executions as the search hands them on."""

from __future__ import annotations

from collections.abc import Sequence

from explorer.execution.execution import Execution, Status, ThreadEnd, worst
from explorer.execution.location import Value
from explorer.memory.growing import Evaluation
from explorer.memory.model import Model
from explorer.program.build import Path, blocked_at, lay_out
from explorer.program.segment import Segment
from explorer.program.unfolded import UnfoldedProgram
from explorer.search.finished import FinishedExecutions
from explorer.search.kept_order import KeptOrder
from explorer.search.state import State


class Leaf:
    """A finished execution, built only when somebody looks at it.

    ``state`` is what the search had when it finished it; ``made`` counts the accesses that each thread has made.
    """

    def __init__(
        self,
        unfolding: UnfoldedProgram,
        state: State,
        paths: dict[tuple[Segment, int], Path],
        finished: FinishedExecutions,
    ) -> None:
        self._unfolding = unfolding
        self.state = state
        self._paths = paths
        self._finished = finished
        self._evaluation: Evaluation | None = None
        self.made = [self._made(thread) for thread in range(len(state.segments))]
        self._execution: Execution | None = None
        self._ends: tuple[ThreadEnd, ...] = ()

    @property
    def ends(self) -> tuple[ThreadEnd, ...]:
        """How each thread ended."""
        if not self._ends:
            self._ends = tuple([self._end(thread) for thread in range(len(self.made))])
        return self._ends

    def _end(self, thread: int) -> ThreadEnd:
        segment = self.state.segments[thread]
        if self.state.stands(thread):
            return blocked_at(segment.items[self.state.index[thread]].access)
        finish = segment.segment.finish
        assert finish is not None
        return ThreadEnd(finish.ending, finish.detail, finish.source)

    # ---- what the model says of it

    def is_allowed(self) -> bool:
        """Whether it passes the axioms that no order of the model stands for."""
        finished = self._finished
        if not finished.model.residual_axioms:
            return True
        names = self.names
        if finished.checks(names).axioms and not self._evaluated(names).holds():
            return False
        if not finished.chosen:
            return True
        model = finished.model
        return model.accepts(model.evaluator.valuation(self.execution), finished.chosen)

    def raised(self) -> dict[str, list[tuple[int, ...]]]:
        """What the model flags, as ``Model.remarks`` says of the execution; it is allowed."""
        finished = self._finished
        if finished.chooses_flags:
            return finished.model.remarks(self.execution)
        names = self.names
        checks = finished.checks(names)
        if not checks.flags:
            return {}
        evaluation = self._evaluated(names)
        if checks.flags_look_at_values:
            evaluation.learn(self.execution.events)
        return evaluation.raised()

    def _evaluated(self, names: frozenset[str]) -> Evaluation:
        if self._evaluation is None:
            checks = self._finished.checks(names)
            self._evaluation = checks.evaluation(
                self._finished.blocks(names, self.segments, self.made),
                self.source_of(),
                self.coherence(),
                self.execution.events if checks.look_at_values else None,
            )
        return self._evaluation

    # ---- its paths

    @property
    def names(self) -> frozenset[str]:
        """The sets of cat that the events belong to by kind and tag (of a wait that is not over too)."""
        return frozenset().union(*(prepared.names for prepared in self.state.segments))

    @property
    def segments(self) -> tuple[Segment, ...]:
        """Per thread the last segment of its path."""
        return tuple(prepared.segment for prepared in self.state.segments)

    def values(self, thread: int) -> Sequence[Value | None]:
        """The values of a thread's events, by position."""
        return self.state.values[thread]

    @property
    def status(self) -> Status:
        """How the execution ended."""
        return worst(self.ends)

    @property
    def execution(self) -> Execution:
        """The execution itself."""
        if self._execution is None:
            self._execution = lay_out(
                self._unfolding,
                [self._path(thread) for thread in range(len(self.made))],
                [values[:made] for values, made in zip(self.state.values, self.made, strict=True)],
                self.source_of(),
                self.coherence(),
                self.ends,
            )
        return self._execution

    # ---- in the numbering of the execution: initial writes first, then thread by thread

    def _starts(self) -> list[int]:
        starts = [len(self._unfolding.locations)]
        for made in self.made:
            starts.append(starts[-1] + made)
        return starts

    def source_of(self) -> list[int]:
        """The write that each event reads from, -1 for those that do not read."""
        state, starts = self.state, self._starts()
        result = [-1] * starts[-1]
        for event, source in enumerate(state.source):
            if source is not None:
                number = starts[state.owner[event]] + state.access[event].position
                if source < 0:
                    result[number] = -1 - source
                else:
                    result[number] = starts[state.owner[source]] + state.access[source].position
        return result

    def coherence(self) -> list[tuple[int, ...]]:
        """Per location its writes in coherence order, the initial one first."""
        state, starts = self.state, self._starts()
        return [
            (location, *[starts[state.owner[write]] + state.access[write].position for write in order])
            for location, order in enumerate(state.co)
        ]

    def _made(self, thread: int) -> int:
        """How many accesses a thread has made.

        One that waits at a fully ordered update has not begun it: the update's fence is taken
        back.
        """
        made = len(self.state.values[thread])
        if self.state.stands(thread):
            waiting = self.state.segments[thread].items[self.state.index[thread]].access
            return made - waiting.fenced
        return made

    def _path(self, thread: int) -> Path:
        """The accesses that a thread has made."""
        segment, length = self.state.segments[thread].segment, self.made[thread]
        known = self._paths.get((segment, length))
        if known is None:
            pairs = [pair for part in segment.path for pair in zip(part.accesses, part.control, strict=True)]
            known = self._paths[segment, length] = Path(pairs[:length])
        return known

    def before(self, model: Model) -> Sequence[int] | None:
        """The model's transitive order in which accesses take effect, a row per event.

        Where the search has kept that order anyway, rows are made only when looked at.
        """
        if model.before_order is None or not model.orders[model.before_order].complete:
            return model.before(self.execution)
        return KeptOrder(self.state, model.before_order, len(self._unfolding.locations), self.made)
