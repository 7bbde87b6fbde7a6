"""C's operators on values, symbolic ones and numbers alike."""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any

from explorer.litmus.syntax import BinaryOp, UnaryOp
from explorer.program.expression import OPERATORS


def as_int(value: Any) -> Any:
    """A comparison gives 0 or 1 in C; Python's gives a bool where both sides are concrete."""
    return int(value) if isinstance(value, bool) else value


def _is_true(value: Any) -> Any:
    return value != 0


_ON_VALUES: dict[str, Callable[[Any, Any], Any]] = {"<<": operator.lshift, ">>": operator.rshift, "*": operator.mul}


def _computed(sign: str) -> Callable[[Any, Any], Any]:
    """An operator of C that checks its operands, of constants as of values read."""

    def compute(a: Any, b: Any) -> Any:
        if isinstance(a, int) and isinstance(b, int):
            return OPERATORS[sign](a, b)
        return _ON_VALUES[sign](a, b)

    return compute


UNARY: dict[UnaryOp, Callable[[Any], Any]] = {
    UnaryOp.NEGATE: lambda v: -v,
    UnaryOp.NOT: lambda v: as_int(v == 0),
    UnaryOp.COMPLEMENT: lambda v: ~v,
}

# && and || compute both sides and make no branch: so reads herd, and so do the vectors.
BINARY: dict[BinaryOp, Callable[[Any, Any], Any]] = {
    BinaryOp.LOGICAL_OR: lambda a, b: as_int(_is_true(a) | _is_true(b)),
    BinaryOp.LOGICAL_AND: lambda a, b: as_int(_is_true(a) & _is_true(b)),
    BinaryOp.OR: lambda a, b: a | b,
    BinaryOp.XOR: lambda a, b: a ^ b,
    BinaryOp.AND: lambda a, b: a & b,
    BinaryOp.EQUAL: lambda a, b: as_int(a == b),
    BinaryOp.NOT_EQUAL: lambda a, b: as_int(a != b),
    BinaryOp.LESS: lambda a, b: as_int(a < b),
    BinaryOp.LESS_EQUAL: lambda a, b: as_int(a <= b),
    BinaryOp.GREATER: lambda a, b: as_int(a > b),
    BinaryOp.GREATER_EQUAL: lambda a, b: as_int(a >= b),
    BinaryOp.SHIFT_LEFT: _computed("<<"),
    BinaryOp.SHIFT_RIGHT: _computed(">>"),
    BinaryOp.ADD: lambda a, b: a + b,
    BinaryOp.SUBTRACT: lambda a, b: a - b,
    BinaryOp.MULTIPLY: _computed("*"),
}
