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
    """The checks of a model, for the executions of one program.

    ``chosen`` are the axioms that depend on what a ``with`` chooses, ``chooses_flags`` says whether
    some flag does; these are left to the model.
    """

    def __init__(self, unfolding: UnfoldedProgram, model: Model) -> None:
        self.model = model
        self.chosen = tuple([axiom for axiom in model.residual_axioms if axiom.chosen])
        self.chooses_flags = any(flag.chosen for flag in model.flag_checks)
        self._locations = unfolding.locations
        self._checks: dict[frozenset[str], BlockAxioms] = {}
        self._initial: dict[frozenset[str], Block] = {}
        self._paths: dict[tuple[frozenset[str], int, Segment, int], Block] = {}

    def checks(self, names: frozenset[str]) -> BlockAxioms:
        """What is left to look at, for events of these sets of cat and perhaps others."""
        checks = self._checks.get(names)
        if checks is None:
            model = self.model
            flags = () if self.chooses_flags else model.flag_checks
            checks = self._checks[names] = BlockAxioms(model, model.residual_axioms, names, flags)
            self._initial[names] = checks.block(initial_writes(self._locations))
        return checks

    def blocks(self, names: frozenset[str], segments: Sequence[Segment], made: Sequence[int]) -> tuple[Block, ...]:
        """The blocks of an execution.

        Args:
            names: the sets of cat that its events belong to by kind and tag, and perhaps others.
            segments: per thread the last one of its path.
            made: per thread how many accesses it has made.
        """
        checks = self.checks(names)
        blocks = [self._initial[names]]
        for thread, segment in enumerate(segments):
            key = names, thread, segment, made[thread]
            block = self._paths.get(key)
            if block is None:
                path, control = accesses_to(segment)
                size = made[thread]
                block = self._paths[key] = checks.block(alone(thread, path[:size], control[:size]))
            blocks.append(block)
        return tuple(blocks)


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
