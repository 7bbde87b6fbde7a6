"""What can be repaired: a program whose sites can be edited, with what is asked of it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Protocol

from explorer.execution.execution import Execution
from explorer.memory.model import Model
from explorer.program.edits import edited
from explorer.program.exploration import Stopping, never
from explorer.program.tree import Unfolding
from explorer.program.unfolded import UnfoldedProgram
from explorer.repair.elements import Element
from explorer.scenario import Case
from explorer.search.violations import violations_of


class Subject(Protocol):
    """A program to repair. ``case`` has the properties that are to hold, and no others."""

    @property
    def case(self) -> Case: ...

    @property
    def unfolding(self) -> UnfoldedProgram: ...

    def can(self, element: Element) -> bool:
        """Whether the element can be written at its site."""

    def edited(self, elements: Sequence[Element]) -> tuple[Case, UnfoldedProgram]:
        """The edited program, ready to be explored, with what is asked of it.

        Raises EditRefused where the edits cannot be written together.
        """

    def breaks(self, execution: Execution, edited: Execution, model: Model) -> bool:
        """Whether a property is still broken by an execution that the model allows once it is edited."""


class ScenarioSubject:
    """A case of a scenario; ``stopping`` may end the unfolding of an edited program."""

    def __init__(self, case: Case, unfolding: UnfoldedProgram, stopping: Stopping = never) -> None:
        self.case = case
        self.unfolding = unfolding
        self._stopping = stopping

    def can(self, _element: Element) -> bool:
        """Modelled code can have every ordering that the kernel has."""
        return True

    def edited(self, elements: Iterable[Element]) -> tuple[Case, UnfoldedProgram]:
        """The same case with its threads edited."""
        program = edited(self.case.program, elements)
        unfolding = Unfolding(program, self.unfolding.unroll, self.unfolding.max_events, self._stopping)
        return replace(self.case, program=program), unfolding

    def breaks(self, _execution: Execution, edited: Execution, model: Model) -> bool:
        """The property is asked again: of what comes before what there is more now."""
        return bool(violations_of(edited, self.case, model))
