"""How a term is computed from its operands: each term becomes a step, compiled once.

A step reads the values of its operands from a list and gives the term's own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, TypeAlias

from explorer.execution import rows
from explorer.execution.relation import EventSet, from_pairs, pairs
from explorer.execution.rows import Rows
from explorer.memory.cat import families
from explorer.memory.cat.base import BASE_RELATIONS, BASE_SETS, BaseValues
from explorer.memory.cat.sort import RELATION, SET
from explorer.memory.cat.source import Place
from explorer.memory.cat.term import Op, Term

# The value of term n at place n (see families), for a fixpoint a tuple of these; None where not
# computed yet.  The sort checks of the elaborator stand in for static types.
Values: TypeAlias = list[Any]
Step: TypeAlias = Callable[[Values, BaseValues], Any]


def in_order(
    roots: Iterable[Term], wanted: Callable[[Term], bool], given: Callable[[Term], bool] = lambda _: False
) -> list[int]:
    """The numbers of the wanted terms that the roots are made of, operands first.

    What is not wanted is still looked into: the bodies of a fixpoint hold both terms of
    each round and terms that are the same in all rounds.  What is given has its value, and
    is not looked into.
    """
    seen: set[int] = set()
    found: list[int] = []
    pending = list(roots)
    while pending:
        term = pending.pop()
        if term.number not in seen:
            seen.add(term.number)
            if not given(term):
                pending.extend(_inputs(term))
            if wanted(term):
                found.append(term.number)
    return sorted(found)


def _inputs(term: Term) -> tuple[Term, ...]:
    """The terms whose values the step of a term reads: for ``[S] ; r`` not ``[S]`` but the set itself.

    For ``a & b^-1`` that is b.
    """
    if term.op is Op.INTERSECTION and term.sort == RELATION:
        a, b = term.operands
        if b.op is Op.INVERSE:
            return a, b.operands[0]
        if a.op is Op.INVERSE:
            return b, a.operands[0]
    if term.op is Op.SEQUENCE:
        first, second = term.operands
        if first.op is Op.IDENTITY:
            return first.operands[0], second
        if second.op is Op.IDENTITY:
            return first, second.operands[0]
    return term.operands


def algebra(term: Term, place: Place | None) -> Step:
    """The step of a term that is neither a fixpoint nor a map; ``place`` is for messages."""
    match term.op:
        case Op.BASE:
            return _base(term)
        case Op.VARIABLE | Op.CHOICE:
            return _unset
        case Op.EMPTY:
            sort = term.sort
            return lambda _, base: families.nothing(sort, base.size)
        case Op.UNION:
            return _union(term)
        case Op.SEQUENCE:
            return _sequence(term)
        case Op.COMPONENT:
            fixpoint, index = term.operands[0].number, term.index
            return lambda values, _: values[fixpoint][index]
        case Op.INTERSECTION | Op.DIFFERENCE:
            return _binary(term)
        case Op.PRODUCT:
            a, b = (operand.number for operand in term.operands)
            return lambda values, base: rows.product(values[a], values[b], base.size)
        case Op.SINGLETON | Op.CROSS | Op.LINEARISATIONS | Op.CLASSES:
            return _family(term, place)
        case _:
            return _unary(term)


def _base(term: Term) -> Step:
    if term.sort == SET:
        set_rule = BASE_SETS[term.name]
        return lambda _, base: set_rule(base)
    relation_rule = BASE_RELATIONS[term.name]
    return lambda _, base: relation_rule(base)


def _unset(_values: Values, _base: BaseValues) -> Any:
    raise AssertionError("a variable or a choice is set by what is around it")


def _union(term: Term) -> Step:
    places = [operand.number for operand in term.operands]
    if term.sort == SET:

        def unite_sets(values: Values, _: BaseValues) -> EventSet:
            result: EventSet = 0
            for place in places:
                result |= values[place]
            return result

        return unite_sets
    if term.sort == RELATION:
        return lambda values, _: rows.union([values[place] for place in places])
    return lambda values, _: tuple(sorted(set().union(*[values[place] for place in places])))


def _sequence(term: Term) -> Step:
    """Composition; with ``[S]`` on one side it only selects rows or columns."""
    a, b = (each.number for each in _inputs(term))
    first, second = term.operands
    if first.op is Op.IDENTITY:
        return lambda values, _: rows.restrict_domain(values[a], values[b])
    if second.op is Op.IDENTITY:
        return lambda values, _: rows.restrict_codomain(values[a], values[b])
    return lambda values, _: rows.sequence(values[a], values[b])


def _binary(term: Term) -> Step:
    """Intersection and difference."""
    a, b = (operand.number for operand in term.operands)
    common = term.op is Op.INTERSECTION
    if term.sort == SET:
        if common:
            return lambda values, _: values[a] & values[b]
        return lambda values, _: values[a] & ~values[b]
    if term.sort == RELATION:
        if _inputs(term) != term.operands:
            given, turned = (each.number for each in _inputs(term))
            return lambda values, _: rows.intersection_with_inverse(values[given], values[turned])
        if common:
            return lambda values, _: rows.intersection(values[a], values[b])
        return lambda values, _: rows.difference(values[a], values[b])
    return lambda values, _: tuple(member for member in values[a] if (member in values[b]) is common)


def _family(term: Term, place: Place | None) -> Step:
    places = [operand.number for operand in term.operands]
    a, sort = places[0], term.operands[0].sort
    match term.op:
        case Op.SINGLETON:
            return lambda values, base: families.collect([values[a]], sort, base.size)
        case Op.CROSS:
            return lambda values, base: families.cross(values[a], sort, base.size, place)
        case Op.LINEARISATIONS:
            return lambda values, base: families.linearisations(values[a], values[places[1]], base.size, place)
        case _:
            return lambda values, base: families.classes(values[a], base.size)


def _unary(term: Term) -> Step:
    a = term.operands[0].number
    match term.op:
        case Op.COMPLEMENT:
            if term.sort == SET:
                return lambda values, base: base.universe & ~values[a]
            return lambda values, _: rows.complement(values[a])
        case Op.IDENTITY:
            return lambda values, base: rows.identity(values[a], base.size)
        case Op.DOMAIN:
            return lambda values, _: rows.domain(values[a])
        case Op.RANGE:
            return lambda values, _: rows.codomain(values[a])
        case Op.INVERSE:
            return lambda values, _: rows.inverse(values[a])
        case Op.PLUS:
            return lambda values, _: rows.transitive_closure(values[a])
        case Op.STAR:
            return lambda values, _: rows.reflexive(rows.transitive_closure(values[a]))
        case Op.OPTIONAL:
            return lambda values, _: rows.reflexive(values[a])
        case Op.SINGLESTEP:
            return lambda values, _: _single_steps(values[a])
        case Op.DIFFERENT_VALUES:
            return lambda values, base: _different_values(values[a], base)
        case _:
            raise AssertionError(term.op)


def _single_steps(value: Rows) -> Rows:
    return rows.difference(value, rows.sequence(value, rows.transitive_closure(value)))


def _different_values(value: Rows, base: BaseValues) -> Rows:
    """The pairs whose events both have a value, and not the same."""
    values = [event.value for event in base.events]
    found = pairs(rows.to_rows(value))
    different = [(a, b) for a, b in found if None not in (values[a], values[b]) and values[a] != values[b]]
    return rows.from_rows(from_pairs(base.size, different))
