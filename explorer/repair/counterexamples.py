"""The violating executions of a program, and what it takes to forbid each.

The executions of an edited program are those of the program, edited, as far as the model allows them
(``explorer.program.edited_execution``).  So a set of elements is tried on an execution at hand, without a
search: it forbids the execution if the model does not allow it any more, or if it breaks no property any more.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from explorer.execution.execution import Execution, Status
from explorer.memory.model import Model
from explorer.program.edited_execution import EditedExecutions
from explorer.program.edits import Insert, Reorder
from explorer.repair.elements import Element, Elements, closure, in_order, strongest
from explorer.repair.subject import Subject

Check = Callable[[], None]
"""Called between two steps; raises what ends the work."""


class Counterexample:
    """One violating execution. What has been found of it is kept: sets that forbid it, and sets that do not."""

    def __init__(self, execution: Execution, subject: Subject, model: Model, editing: EditedExecutions) -> None:
        self.execution = execution
        self._subject = subject
        self._model = model
        self._editing = editing
        self._forbidding: list[Elements] = []
        self._allowing: list[Elements] = []

    def is_forbidden_by(self, elements: Elements) -> bool:
        """Whether it is no violating execution any more once these elements are there."""
        whole = closure(elements)
        if any(whole >= known for known in self._forbidding):
            return True
        if any(whole <= known for known in self._allowing):
            return False
        edited = self._editing.edited(self.execution, edits_of(elements))
        broken = self.execution.status is Status.BLOCKED or self._subject.breaks(self.execution, edited, self._model)
        if self._model.allows(edited) and broken:
            self._allowing.append(whole)
            return False
        self._forbidding.append(whole)
        return True

    def allowing(self, elements: Elements, others: Sequence[Element], check: Check) -> Elements:
        """As much of ``others`` beside ``elements`` as does not forbid it: a set that no other element fits into.

        It is not forbidden by ``elements``. Half of what is left is tried at a time, of what forbids it half of that.
        """
        kept = closure(elements)
        waiting = [list(others)]
        while waiting:
            check()
            tried = [each for each in waiting.pop() if each not in kept]
            more = closure([*kept, *tried])
            if not tried:
                continue
            if not self.is_forbidden_by(strongest(more)):
                kept = more
            elif len(tried) > 1:
                half = len(tried) // 2
                waiting += [tried[half:], tried[:half]]
        return kept


def edits_of(elements: Elements) -> list[Reorder | Insert]:
    """The edits that a set of elements stands for, in the order of places."""
    return list(in_order(strongest(elements)))
