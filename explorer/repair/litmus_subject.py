"""A litmus test to repair: the property is that the outcome of its condition is never reached."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from explorer.execution.execution import Execution
from explorer.litmus.condition import text_of
from explorer.litmus.edited import can_be_written, edited_access, edited_text
from explorer.litmus.expand import Macros, expand
from explorer.litmus.parsed import parsed_test
from explorer.litmus.source import Source
from explorer.litmus.unfold import LitmusUnfolding
from explorer.memory.model import Model
from explorer.program.edits import Reorder
from explorer.program.unfolded import UnfoldedProgram
from explorer.repair.elements import Element
from explorer.scenario import Case

Asks = Callable[[LitmusUnfolding], Case]
"""Makes the case of a test: its program and the property of its condition."""


class LitmusSubject:
    """The test of a file, with the operations of a model."""

    def __init__(self, source: Source, macros: Macros, asks: Asks) -> None:
        self._source = source
        self._macros = macros
        self._asks = asks
        self._test = parsed_test(source, keep=False)
        self.unfolding: UnfoldedProgram
        self.case, self.unfolding = self._made(source, keep=False)

    def can(self, element: Element) -> bool:
        """Whether there is an operation of the kernel for it that the model knows."""
        return can_be_written(self._test, element, self._macros.keys())

    @property
    def file(self) -> str:
        """The path of the file."""
        return self._source.file

    @property
    def condition(self) -> str:
        """The condition, as it is asked: ``exists (1:r0=1)``."""
        return f"{self._test.quantifier.value} ({text_of(self._test.condition)})"

    def access(self, edit: Reorder) -> str:
        """An access as an edit writes it."""
        return edited_access(self._test, self._source, edit)

    def text(self, elements: Sequence[Element]) -> str:
        """The file with these elements. Raises EditRefused."""
        return edited_text(self._test, self._source, elements)

    def edited(self, elements: Sequence[Element]) -> tuple[Case, UnfoldedProgram]:
        """The test that the edited text makes."""
        return self._made(Source(self._source.file, self.text(elements)), keep=False)

    def breaks(self, _execution: Execution, _edited: Execution, _model: Model) -> bool:
        """What a test ends in does not depend on how its accesses are ordered."""
        return True

    def _made(self, source: Source, *, keep: bool) -> tuple[Case, UnfoldedProgram]:
        unfolding = LitmusUnfolding(expand(parsed_test(source, keep=keep), self._macros))
        return self._asks(unfolding), unfolding
