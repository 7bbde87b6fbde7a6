"""Whether a recursive name is a set or a relation, before its definition has a meaning."""

from __future__ import annotations

from explorer.memory.cat.names import Function, Primitive, Scope
from explorer.memory.cat.syntax import (
    Apply,
    Binary,
    BinaryOp,
    Binding,
    Expression,
    Name,
    Tuple,
    Unary,
    UnaryOp,
    Universe,
)
from explorer.memory.cat.term import Sort, Term


def recursive_sorts(bindings: tuple[Binding, ...], scope: Scope) -> dict[str, Sort]:
    """The sorts of the names of one ``let rec``.

    A name that only ever stands for itself (``let rec r = r``) counts as a relation.
    """
    known: dict[str, Sort | None] = {binding.name: None for binding in bindings}
    for _ in bindings:  # each round settles at least one name more, or none ever will be
        for binding in bindings:
            known[binding.name] = _sort_of(binding.body, scope, known)
    return {name: sort or Sort.RELATION for name, sort in known.items()}


def _sort_of(expression: Expression, scope: Scope, known: dict[str, Sort | None]) -> Sort | None:
    """The sort that the outermost operators show; None while it hangs on a name without one."""
    match expression:
        case Name(name):
            if name in known:
                return known[name]
            meaning = scope.get(name)
            return meaning.sort if isinstance(meaning, Term) else None
        case Universe():
            return Sort.SET
        case Unary(UnaryOp.COMPLEMENT, operand):
            return _sort_of(operand, scope, known)
        case Binary(BinaryOp.UNION | BinaryOp.INTERSECTION | BinaryOp.DIFFERENCE, left, right):
            return _sort_of(left, scope, known) or _sort_of(right, scope, known)
        case Apply(Name(name), argument):
            match scope.get(name):
                case Primitive():
                    return Sort.SET
                case Function(_, parameters, body, inner):
                    arguments = argument.components if isinstance(argument, Tuple) else (argument,)
                    given = [_sort_of(each, scope, known) for each in arguments]
                    return _sort_of(body, inner, dict(zip(parameters, given, strict=False)))
        case Unary() | Binary():
            return Sort.RELATION
    return None
