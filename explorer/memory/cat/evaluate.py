"""The values of terms in an execution.

Each term is compiled once into a step that reads the values of its operands from a list
and leaves its own there.  A valuation runs the steps that an answer needs, and each at
most once for its execution.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable
from typing import Any, TypeAlias

from explorer.execution import relation
from explorer.execution.execution import Execution
from explorer.execution.relation import EventSet, Relation
from explorer.memory.cat.analysis import Analysis
from explorer.memory.cat.base import BASE_RELATIONS, BASE_SETS, BaseValues
from explorer.memory.cat.source import CatError
from explorer.memory.cat.term import Op, Sort, Term, TermTable

# The value of term n at place n: an EventSet, a Relation, or for a fixpoint a tuple of these;
# None where not computed yet.  The sort checks of the elaborator stand in for static types.
_Values: TypeAlias = list[Any]
_Step: TypeAlias = Callable[[_Values, BaseValues], Any]


ROUNDS = 1000
"""Rounds after which a recursion that does not only grow is taken never to come to rest."""


class Evaluator:
    """Evaluates the terms of one table; keeps what consecutive executions share."""

    def __init__(self, table: TermTable, analysis: Analysis) -> None:
        self._steps = [_compile(table, term) for term in table.terms]
        self._schedules: dict[int, list[int]] = {}
        self._static = [not analysis.dynamic(term) and not term.open_in for term in table.terms]
        self._latest: Valuation | None = None

    def valuation(self, execution: Execution) -> Valuation:
        """The values in an execution, to be computed when asked for.

        Asked again for the same execution, it is the same object; for one of the same
        events and dependences it starts with the values that rf and co do not touch.
        """
        latest = self._latest
        if latest is not None and latest.base.execution is execution:
            return latest
        if latest is not None and _same_paths(latest.base.execution, execution):
            values = [value if static else None for value, static in zip(latest.values, self._static, strict=True)]
        else:
            values = [None] * len(self._steps)
        self._latest = Valuation(self, execution, values)
        return self._latest

    def compute(self, term: Term, values: _Values, base: BaseValues) -> Any:
        schedule = self._schedules.get(term.number)
        if schedule is None:
            schedule = self._schedules[term.number] = _in_order([term], lambda each: not each.open_in)
        for number in schedule:
            if values[number] is None:
                values[number] = self._steps[number](values, base)
        return values[term.number]


class Valuation:
    """The values of terms in one execution."""

    def __init__(self, evaluator: Evaluator, execution: Execution, values: _Values) -> None:
        self.base = BaseValues(execution)
        self.values = values
        self._evaluator = evaluator

    def relation(self, term: Term) -> Relation:
        """The rows of a relation; not to be changed."""
        assert term.sort is Sort.RELATION
        rows: Relation = self._evaluator.compute(term, self.values, self.base)
        return rows

    def set(self, term: Term) -> EventSet:
        assert term.sort is Sort.SET
        events: EventSet = self._evaluator.compute(term, self.values, self.base)
        return events


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


def _in_order(roots: Iterable[Term], wanted: Callable[[Term], bool]) -> list[int]:
    """The numbers of the wanted terms that the roots are made of, operands first.

    What is not wanted is still looked into: the bodies of a fixpoint hold both terms of
    each round and terms that are the same in all rounds.
    """
    seen: set[int] = set()
    found: list[int] = []
    pending = list(roots)
    while pending:
        term = pending.pop()
        if term.number not in seen:
            seen.add(term.number)
            pending.extend(_inputs(term))
            if wanted(term):
                found.append(term.number)
    return sorted(found)


def _inputs(term: Term) -> tuple[Term, ...]:
    """The terms whose values the step of a term reads: for ``[S] ; r`` not ``[S]`` but the set itself."""
    if term.op is Op.SEQUENCE:
        first, second = term.operands
        if first.op is Op.IDENTITY:
            return first.operands[0], second
        if second.op is Op.IDENTITY:
            return first, second.operands[0]
    return term.operands


def _compile(table: TermTable, term: Term) -> _Step:
    match term.op:
        case Op.BASE:
            return _base(term)
        case Op.VARIABLE:
            return _unset
        case Op.EMPTY:
            return _empty_set if term.sort is Sort.SET else _empty_relation
        case Op.UNION:
            return _union(term)
        case Op.SEQUENCE:
            return _sequence(term)
        case Op.FIXPOINT:
            return _fixpoint(table, term)
        case Op.COMPONENT:
            place, index = term.operands[0].number, term.index
            return lambda values, _: values[place][index]
        case Op.INTERSECTION | Op.DIFFERENCE | Op.PRODUCT:
            return _binary(term)
        case _:
            return _unary(term)


def _base(term: Term) -> _Step:
    if term.sort is Sort.SET:
        set_rule = BASE_SETS[term.name]
        return lambda _, base: set_rule(base)
    relation_rule = BASE_RELATIONS[term.name]
    return lambda _, base: relation_rule(base)


def _unset(_values: _Values, _base: BaseValues) -> Any:
    raise AssertionError("a variable is set by its fixpoint")


def _empty_set(_values: _Values, _base: BaseValues) -> EventSet:
    return 0


def _empty_relation(_values: _Values, base: BaseValues) -> Relation:
    return relation.empty(base.size)


def _union(term: Term) -> _Step:
    places = [operand.number for operand in term.operands]
    if term.sort is Sort.SET:

        def unite_sets(values: _Values, _: BaseValues) -> EventSet:
            result: EventSet = 0
            for place in places:
                result |= values[place]
            return result

        return unite_sets
    return lambda values, _: relation.union(*[values[place] for place in places])


def _sequence(term: Term) -> _Step:
    """Composition; with ``[S]`` on one side it only selects rows or columns."""
    a, b = (each.number for each in _inputs(term))
    first, second = term.operands
    if first.op is Op.IDENTITY:
        return lambda values, _: [row if values[a] >> i & 1 else 0 for i, row in enumerate(values[b])]
    if second.op is Op.IDENTITY:
        return lambda values, _: _select_columns(values[a], values[b])
    return lambda values, _: relation.sequence(values[a], values[b])


def _select_columns(rows: Relation, events: EventSet) -> Relation:
    return [row & events for row in rows]


def _binary(term: Term) -> _Step:
    a, b = (operand.number for operand in term.operands)
    sets = term.sort is Sort.SET
    if term.op is Op.PRODUCT:
        return lambda values, base: relation.product(values[a], values[b], base.size)
    if term.op is Op.INTERSECTION:
        if sets:
            return lambda values, _: values[a] & values[b]
        return lambda values, _: relation.intersection(values[a], values[b])
    if sets:
        return lambda values, _: values[a] & ~values[b]
    return lambda values, _: relation.difference(values[a], values[b])


def _unary(term: Term) -> _Step:
    a = term.operands[0].number
    match term.op:
        case Op.COMPLEMENT:
            if term.sort is Sort.SET:
                return lambda values, base: base.universe & ~values[a]
            return lambda values, base: [base.universe & ~row for row in values[a]]
        case Op.IDENTITY:
            return lambda values, base: relation.identity(values[a], base.size)
        case Op.DOMAIN:
            return lambda values, _: relation.domain(values[a])
        case Op.RANGE:
            return lambda values, _: relation.codomain(values[a])
        case Op.INVERSE:
            return lambda values, _: relation.inverse(values[a])
        case Op.PLUS:
            return lambda values, _: relation.transitive_closure(values[a])
        case Op.STAR:
            return lambda values, _: _reflexive(relation.transitive_closure(values[a]))
        case Op.OPTIONAL:
            return lambda values, _: _reflexive(values[a])
        case _:
            raise AssertionError(term.op)


def _reflexive(rows: Relation) -> Relation:
    return [row | 1 << i for i, row in enumerate(rows)]


def _fixpoint(table: TermTable, term: Term) -> _Step:
    """Start with nothing and repeat the bodies, one after the other, until nothing changes.

    Where the bodies only grow with their variables, that is the least solution, and it comes
    after finitely many rounds.  Other recursions may never come to rest; then there is no
    value.  Each body sees what those before it have just come to: for the recursions that do
    not only grow, the order of the definitions matters.
    """
    own = frozenset(term.variables)
    sorts = [table.terms[variable].sort for variable in term.variables]
    turns = []
    for variable, body in zip(term.variables, term.operands, strict=True):
        inner = _in_order([body], lambda each: bool(each.open_in & own))
        steps = [(number, _compile(table, table.terms[number])) for number in inner if number not in own]
        turns.append((variable, body.number, steps))
    rounds = ROUNDS if not term.monotone else sys.maxsize

    def iterate(values: _Values, base: BaseValues) -> tuple[Any, ...]:
        for variable, sort in zip(term.variables, sorts, strict=True):
            values[variable] = 0 if sort is Sort.SET else relation.empty(base.size)
        for _ in range(rounds):
            changed = False
            for variable, body, steps in turns:
                for number, step in steps:
                    values[number] = step(values, base)
                if values[variable] != values[body]:
                    values[variable] = values[body]
                    changed = True
            if not changed:
                return tuple(values[variable] for variable in term.variables)
        raise CatError(f"a recursive definition does not come to rest within {ROUNDS} rounds")

    return iterate
