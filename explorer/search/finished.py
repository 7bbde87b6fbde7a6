"""Whether a model allows an execution that a search has finished: the axioms that no order stands for.

What a thread's path decides, which is most of a kernel's model, is computed once per path.
"""

from __future__ import annotations

from collections.abc import Sequence

from explorer.execution.event import Event
from explorer.execution.execution import Execution
from explorer.execution.kinds import Kind
from explorer.execution.location import Location
from explorer.execution.relation import empty
from explorer.memory.growing import Block, BlockAxioms
from explorer.memory.model import Model
from explorer.program.segment import Segment
from explorer.program.step import Access
from explorer.program.unfolded import UnfoldedProgram
from explorer.search.prepared import alone


class FinishedExecutions:
    """Answers for the executions of one program under one model."""

    def __init__(self, unfolding: UnfoldedProgram, model: Model) -> None:
        self._locations = unfolding.locations
        self._model = model
        self._chosen = tuple(axiom for axiom in model.residual_axioms if axiom.chosen)
        self._axioms: dict[frozenset[str], BlockAxioms] = {}
        self._initial: dict[frozenset[str], Block] = {}
        self._paths: dict[tuple[frozenset[str], Segment, int], Block] = {}

    def checks(self, names: frozenset[str]) -> bool:
        """Whether an axiom is left to look at, for events of these sets of cat."""
        return bool(self._chosen or self._left(names).axioms)

    def _left(self, names: frozenset[str]) -> BlockAxioms:
        axioms = self._axioms.get(names)
        if axioms is None:
            axioms = self._axioms[names] = BlockAxioms(self._model, self._model.residual_axioms, names)
        return axioms

    def accepts(self, execution: Execution, segments: Sequence[Segment], names: frozenset[str]) -> bool:
        """Whether it passes.

        Args:
            execution: one that the orders of the model accept.
            segments: per thread the last one of its path.
            names: the sets of cat that its events belong to by kind and tag, and perhaps others.
        """
        axioms = self._left(names)
        if axioms.axioms and not axioms.hold_in(execution, self._blocks(execution, segments, names)):
            return False
        return not self._chosen or self._model.accepts(self._model.evaluator.valuation(execution), self._chosen)

    def _blocks(self, execution: Execution, segments: Sequence[Segment], names: frozenset[str]) -> list[Block]:
        if names not in self._initial:
            self._initial[names] = self._axioms[names].block(initial_writes(self._locations))
        made = [0] * len(segments)
        for event in execution.events[execution.initial_writes :]:
            made[event.thread] += 1
        blocks = [self._initial[names]]
        for thread, (segment, size) in enumerate(zip(segments, made, strict=True)):
            key = names, segment, size
            if key not in self._paths:
                path, control = accesses_to(segment)
                self._paths[key] = self._axioms[names].block(alone(thread, path[:size], control[:size]))
            blocks.append(self._paths[key])
        return blocks


def initial_writes(locations: Sequence[Location]) -> Execution:
    """The initial writes of some locations, as an execution without threads."""
    none = empty(len(locations))
    events = tuple(Event(-1, place, Kind.INITIAL, None, location, None) for place, location in enumerate(locations))
    return Execution(("",), events, (-1,) * len(locations), (), none, none, none, none, none)


def accesses_to(segment: Segment) -> tuple[list[Access], list[int]]:
    """The accesses of the path to the end of a segment, and the reads that control each."""
    path: list[Access] = []
    control: list[int] = []
    for part in segment.path:
        path += part.accesses
        control += part.control
    return path, control
