"""Steps that run other steps: recursion, and a function applied to every member of a collection.

The terms that depend on the variable of a fixpoint or map are computed anew in each
round; what does not depend on it has been computed before.
"""

from __future__ import annotations

from typing import Any

from explorer.memory.cat import families
from explorer.memory.cat.base import BaseValues
from explorer.memory.cat.limits import MAX_STEPS
from explorer.memory.cat.source import BeyondLimit, CatError, Place
from explorer.memory.cat.steps import Step, Values, algebra, in_order
from explorer.memory.cat.term import Op, Term, TermTable


def compile_step(table: TermTable, term: Term) -> Step:
    """The step of a term."""
    match term.op:
        case Op.FIXPOINT:
            return _fixpoint(table, term)
        case Op.MAP:
            return _map(table, term)
        case _:
            return algebra(term, table.places.get(term.number))


def _rounds(table: TermTable, binder: Term, body: Term) -> list[tuple[int, Step]]:
    """The steps of one round towards a body: of its terms that depend on the binder's variables.

    Those that depend on a variable of a further binder inside are that one's own business.
    """
    own = frozenset(binder.variables)
    numbers = in_order([body], lambda each: bool(each.open_in & own) and each.open_in <= own | binder.open_in)
    return [(number, compile_step(table, table.terms[number])) for number in numbers if number not in own]


def _fixpoint(table: TermTable, term: Term) -> Step:
    """Start with nothing and repeat the bodies, one after the other, until nothing changes.

    As in herd, a body sees what the bodies before it have given in the same round.  Where
    they only grow with their variables, the least solution comes out.  Under a difference
    they may not come to rest: an inflationary recursion adds something in each round, so
    there is an end after as many rounds as there are pairs; what lasts longer is an error.
    """
    variables = term.variables
    bodies = [body.number for body in term.operands]
    sorts = [body.sort for body in term.operands]
    rounds = [_rounds(table, term, body) for body in term.operands]

    place = table.places[term.number]
    work = sum(map(len, rounds))

    def iterate(values: Values, base: BaseValues) -> tuple[Any, ...]:
        _begin(term, base)
        found: tuple[Any, ...] = tuple(families.nothing(sort, base.size) for sort in sorts)
        for variable, nothing in zip(variables, found, strict=True):
            values[variable] = nothing
        for _ in range(len(bodies) * base.size**2 + 2):
            _spend(base, work, place)
            before = found
            for variable, body, steps in zip(variables, bodies, rounds, strict=True):
                for number, step in steps:
                    values[number] = step(values, base)
                values[variable] = values[body]
            found = tuple(values[variable] for variable in variables)
            if all(map(families.same, found, before, sorts)):
                return found
        raise CatError("this recursion never comes to rest", place)

    return iterate


def _map(table: TermTable, term: Term) -> Step:
    body, collection = term.operands
    (variable,) = term.variables
    steps = _rounds(table, term, body)
    place = table.places.get(term.number)

    def apply(values: Values, base: BaseValues) -> Any:
        _begin(term, base)
        results = []
        for member in families.elements(values[collection.number], collection.sort):
            _spend(base, 1 + len(steps), place)
            values[variable] = member
            for number, step in steps:
                values[number] = step(values, base)
            results.append(values[body.number])
        return families.collect(results, body.sort, base.size)

    return apply


def _begin(binder: Term, base: BaseValues) -> None:
    """An outermost binder begins to count; those inside go on counting."""
    if not binder.open_in:
        base.steps = 0


def _spend(base: BaseValues, steps: int, place: Place | None) -> None:
    base.steps += steps
    if base.steps > MAX_STEPS:
        raise BeyondLimit(f"this takes more than {MAX_STEPS} steps", place)
