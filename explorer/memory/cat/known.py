"""The body of a function has a meaning only where it is applied; its unknown names are found at once."""

from __future__ import annotations

from typing import assert_never

from explorer.memory.cat.names import Map, Scope, unknown_name
from explorer.memory.cat.syntax import (
    Apply,
    Binary,
    EmptyRelation,
    Enumeration,
    Expression,
    LetIn,
    Name,
    Try,
    Tuple,
    Unary,
    Universe,
)

_LOCAL = Map()
"""Stands for a name whose meaning does not matter here: it is not offered in messages."""


def require_known(expression: Expression, names: tuple[str, ...], scope: Scope) -> None:
    """Check that everything an expression names is in the scope, or one of the local names.

    Raises:
        CatError: at the first name that nothing defines.
    """
    inner = {**scope, **dict.fromkeys(names, _LOCAL)} if names else scope
    match expression:
        case Name(name, place):
            if name not in inner:
                raise unknown_name(name, inner, None, place)
        case Unary(_, operand):
            require_known(operand, (), inner)
        case Binary(_, left, right) | Apply(left, right):
            require_known(left, (), inner)
            require_known(right, (), inner)
        case Tuple(parts) | Enumeration(parts):
            for part in parts:
                require_known(part, (), inner)
        case LetIn(bindings, recursive, body):
            bound = tuple(name for binding in bindings for name in binding.names)
            for binding in bindings:
                require_known(binding.body, (*(bound if recursive else ()), *binding.parameters), inner)
            require_known(body, bound, inner)
        case Try(_, otherwise):
            require_known(otherwise, (), inner)
        case Universe() | EmptyRelation():
            pass
        case _:
            assert_never(expression)
