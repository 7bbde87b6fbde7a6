"""What a recursive name denotes, before its definition has a meaning."""

from __future__ import annotations

from explorer.memory.cat.limits import MAX_RECURSIVE, Effort
from explorer.memory.cat.names import Function, Primitive, Scope
from explorer.memory.cat.sort import RELATION, SET, Sort
from explorer.memory.cat.source import BeyondLimit
from explorer.memory.cat.syntax import (
    Apply,
    Binary,
    BinaryOp,
    Binding,
    Enumeration,
    Expression,
    LetIn,
    Name,
    Try,
    Tuple,
    Unary,
    UnaryOp,
    Universe,
)
from explorer.memory.cat.term import Term

_Known = dict[str, Sort | None]


def recursive_sorts(bindings: tuple[Binding, ...], scope: Scope, effort: Effort) -> dict[str, Sort]:
    """The sorts of the names of one ``let rec``.

    A name that only ever stands for itself (``let rec r = r``) counts as a relation.
    """
    known = _settled(bindings, scope, {}, effort)
    return {binding.name: known[binding.name] or RELATION for binding in bindings}


def _settled(bindings: tuple[Binding, ...], scope: Scope, outer: _Known, effort: Effort) -> _Known:
    if len(bindings) > MAX_RECURSIVE:
        raise BeyondLimit(f"too large: more than {MAX_RECURSIVE} names in one let", bindings[MAX_RECURSIVE].place)
    known: _Known = {**outer, **dict.fromkeys(name for binding in bindings for name in binding.names)}
    for _ in bindings:  # each round settles at least one name more, or none ever will be
        for binding in bindings:
            if len(binding.names) == 1 and not binding.parameters:
                known[binding.name] = _sort_of(binding.body, scope, known, effort)
    return known


def _sort_of(expression: Expression, scope: Scope, known: _Known, effort: Effort) -> Sort | None:
    """The sort that the outermost operators show; None while it hangs on a name without one."""
    with effort.within(expression.place):
        return _shown(expression, scope, known, effort)


def _shown(expression: Expression, scope: Scope, known: _Known, effort: Effort) -> Sort | None:
    match expression:
        case Name(name):
            if name in known:
                return known[name]
            meaning = scope.get(name)
            return meaning.sort if isinstance(meaning, Term) else None
        case Universe() | Enumeration():
            return SET
        case Unary(UnaryOp.COMPLEMENT, operand):
            return _sort_of(operand, scope, known, effort)
        case Binary(BinaryOp.UNION | BinaryOp.INTERSECTION | BinaryOp.DIFFERENCE, left, right):
            return _sort_of(left, scope, known, effort) or _sort_of(right, scope, known, effort)
        case Binary(BinaryOp.ADJOIN, _, right):
            return _sort_of(right, scope, known, effort)
        case LetIn(bindings, _, body):
            return _sort_of(body, scope, _settled(bindings, scope, known, effort), effort)
        case Try(attempt, otherwise):
            return _sort_of(attempt, scope, known, effort) or _sort_of(otherwise, scope, known, effort)
        case Apply(Name(name), argument):
            match scope.get(name):
                case Primitive(result=result):
                    return result
                case Function(_, parameters, body, inner):
                    arguments = argument.components if isinstance(argument, Tuple) else (argument,)
                    given = [_sort_of(each, scope, known, effort) for each in arguments]
                    return _sort_of(body, inner, dict(zip(parameters, given, strict=False)), effort)
        case Unary() | Binary():
            return RELATION
    return None
