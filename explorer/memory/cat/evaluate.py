"""The values of terms in an execution.

A valuation runs the steps that an answer needs, and each at most once for its execution;
those that rf and co do not touch at most once for all executions of the same paths.
"""

from __future__ import annotations

from typing import Any

from explorer.execution import rows
from explorer.execution.execution import Execution
from explorer.execution.relation import EventSet, Relation
from explorer.execution.rows import Rows
from explorer.memory.cat.analysis import Analysis
from explorer.memory.cat.base import BaseValues
from explorer.memory.cat.binders import compile_step
from explorer.memory.cat.sort import RELATION, SET
from explorer.memory.cat.steps import Values, in_order
from explorer.memory.cat.term import Op, Term, TermTable


class Evaluator:
    """Evaluates the terms of one table; ``places`` says where some are spelled out."""

    def __init__(self, table: TermTable, analysis: Analysis) -> None:
        self.places = table.places
        self.steps = [compile_step(table, term) for term in table.terms]
        self._schedules: dict[int, list[tuple[int, bool]]] = {}
        self._static = [analysis.static(term) for term in table.terms]
        self._choices = [term.number for term in table.terms if term.op is Op.CHOICE]
        self._latest: Valuation | None = None

    def prepare(self, execution: Execution) -> Prepared:
        """What the executions of one choice of paths have in common.

        Args:
            execution: any execution of these paths; its rf and co are not looked at and may
                be missing, as may the values of its reads.
        """
        return Prepared(self, execution)

    def valuation(self, execution: Execution) -> Valuation:
        """The values in an execution, to be computed when asked for.

        Asked again for the same execution, it is the same object; one that is made of the
        same events and dependences shares what rf and co do not touch.
        """
        latest = self._latest
        if latest is not None and latest.base.execution is execution:
            return latest
        if latest is not None and _same_paths(latest.prepared.base.execution, execution):
            self._latest = latest.prepared.valuation(execution)
        else:
            self._latest = self.prepare(execution).valuation(execution)
        return self._latest

    def choices(self, term: Term) -> list[int]:
        """The choices that a term depends on."""
        needed = {number for number, _ in self.schedule(term)}
        return [number for number in self._choices if number in needed]

    def schedule(self, term: Term) -> list[tuple[int, bool]]:
        """The terms that a term is made of, operands first, and whether each is static."""
        found = self._schedules.get(term.number)
        if found is None:
            numbers = in_order([term], lambda each: not each.open_in)
            found = self._schedules[term.number] = [(number, self._static[number]) for number in numbers]
        return found


class Prepared:
    """The values that do not depend on rf and co, for one choice of paths, each computed when first needed."""

    def __init__(self, evaluator: Evaluator, execution: Execution) -> None:
        self.evaluator = evaluator
        self.base = BaseValues.of(execution)
        self.values: Values = [None] * len(evaluator.steps)

    def valuation(self, execution: Execution) -> Valuation:
        """The values in an execution of these paths."""
        assert len(execution) == self.base.size
        return Valuation(self, BaseValues.of(execution), list(self.values))

    def static(self, number: int) -> Any:
        """The value of a static term, of which the operands have been asked for before."""
        if self.values[number] is None:
            self.values[number] = self.evaluator.steps[number](self.values, self.base)
        return self.values[number]


class Valuation:
    """The values of terms in one execution, for one choice of what every ``with`` takes."""

    def __init__(self, prepared: Prepared, base: BaseValues, values: Values) -> None:
        self.prepared = prepared
        self.base = base
        self._values = values

    def relation(self, term: Term) -> Relation:
        """The rows of a relation; not to be changed."""
        return rows.to_rows(self.rows(term))

    def rows(self, term: Term) -> Rows:
        """The same as models are evaluated on it."""
        assert term.sort == RELATION
        return self.value(term)

    def set(self, term: Term) -> EventSet:
        assert term.sort == SET
        events: EventSet = self.value(term)
        return events

    def value(self, term: Term) -> Any:
        """The value of a term of any sort (see ``families``)."""
        values = self._values
        if values[term.number] is None:
            evaluator = self.prepared.evaluator
            for number, static in evaluator.schedule(term):
                if static:
                    values[number] = self.prepared.static(number)
                elif values[number] is None:
                    values[number] = evaluator.steps[number](values, self.base)
        return values[term.number]

    def decides(self, term: Term) -> bool:
        """Whether every choice that the term depends on has been made."""
        return all(self._values[choice] is not None for choice in self.prepared.evaluator.choices(term))

    def choose(self, choice: Term, value: Any) -> Valuation:
        """The same execution with a ``with`` decided; nothing that depends on it has been asked for yet."""
        assert choice.op is Op.CHOICE
        assert self._values[choice.number] is None
        values = list(self._values)
        values[choice.number] = value
        return Valuation(self.prepared, self.base, values)


def _same_paths(first: Execution, second: Execution) -> bool:
    """Whether the executions were built from the very same events and dependences."""
    return (
        first.events is second.events
        and first.rmw is second.rmw
        and first.addr is second.addr
        and first.data is second.data
        and first.ctrl is second.ctrl
        and first.ctrl_later is second.ctrl_later
    )
