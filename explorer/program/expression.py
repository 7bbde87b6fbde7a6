"""Expressions over the values that a thread has read.

An expression names reads by their position in the thread's program order, so it can
be evaluated as soon as those reads have values, and it tells which reads it depends on.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from explorer.execution.location import Object, Value, show
from explorer.program.errors import ScenarioError

Values: TypeAlias = Sequence[Any]
"""The values of one thread's events by position; only positions that read are looked at."""


@dataclass(frozen=True, slots=True)
class ReadOf:
    """The value of the thread's event at ``position``, a read."""

    position: int

    @property
    def reads(self) -> int:
        """The reads it depends on, as a set of positions (bits)."""
        return 1 << self.position

    def evaluate(self, values: Values) -> Value:
        value: Value = values[self.position]
        return value

    def __str__(self) -> str:
        return f"value{self.position}"


def _truth(function: Callable[[Any, Any], bool]) -> Callable[[Any, Any], int]:
    return lambda a, b: int(function(a, b))


def _divided(function: Callable[[Any, Any], Value]) -> Callable[[Any, Any], Value]:
    def divide(a: Any, b: Any) -> Value:
        if b == 0:
            raise ScenarioError(f"a thread divides {a} by zero", advice="test the divisor first")
        return function(a, b)

    return divide


BITS = 128
"""The widest value: no word of a kernel has more, and what a thread computes must stay printable."""


def _bounded(function: Callable[[Any, Any], int]) -> Callable[[Any, Any], int]:
    def bounded(a: Any, b: Any) -> int:
        result = function(a, b)
        if result.bit_length() > BITS:
            raise ScenarioError(
                f"a thread computes a value of more than {BITS} bits", advice="keep to what a word holds"
            )
        return result

    return bounded


def _shifted(function: Callable[[Any, Any], int]) -> Callable[[Any, Any], int]:
    def shift(a: Any, b: Any) -> int:
        if not 0 <= b <= BITS:
            raise ScenarioError(f"a thread shifts by {b}", advice=f"shift by 0 to {BITS} bits")
        return function(a, b)

    return shift


OPERATORS: dict[str, Callable[..., Value]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": _bounded(operator.mul),
    "//": _divided(operator.floordiv),
    "%": _divided(operator.mod),
    "&": operator.and_,
    "|": operator.or_,
    "^": operator.xor,
    "<<": _shifted(_bounded(operator.lshift)),
    ">>": _shifted(operator.rshift),
    "==": _truth(operator.eq),
    "!=": _truth(operator.ne),
    "<": _truth(operator.lt),
    "<=": _truth(operator.le),
    ">": _truth(operator.gt),
    ">=": _truth(operator.ge),
    "~": operator.invert,
    "neg": operator.neg,
}
"""Every operator of a modelled value; comparisons give 0 or 1, as in C."""


@dataclass(frozen=True, slots=True)
class Operation:
    """An operator applied to expressions and constants."""

    operator: str
    operands: tuple[Expression, ...]
    reads: int = field(init=False)
    _hash: int = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        reads = 0
        for operand in self.operands:
            reads |= reads_of(operand)
        object.__setattr__(self, "reads", reads)
        object.__setattr__(self, "_hash", hash((self.operator, self.operands)))

    def __hash__(self) -> int:
        return self._hash

    def evaluate(self, values: Values) -> Value:
        operands = [evaluate(operand, values) for operand in self.operands]
        try:
            return OPERATORS[self.operator](*operands)
        except TypeError:
            address = next((operand for operand in operands if isinstance(operand, Object)), None)
            if address is None:
                raise
            raise ScenarioError(
                f"the address of {address.name} is an operand of '{self.operator}'",
                advice="only a number can be: look at what is stored where the value is read",
            ) from None

    def __str__(self) -> str:
        parts = [str(o) if isinstance(o, ReadOf | Operation) else show(o) for o in self.operands]
        return f"{self.operator}{parts[0]}" if len(parts) == 1 else f"({parts[0]} {self.operator} {parts[1]})"


Expression: TypeAlias = int | Object | ReadOf | Operation
"""A constant, or something to compute from values read."""


def reads_of(expression: Expression) -> int:
    """The reads that an expression depends on, as a set of positions (bits)."""
    return expression.reads if isinstance(expression, ReadOf | Operation) else 0


def evaluate(expression: Expression, values: Values) -> Value:
    """The expression's value; every read that it depends on must have one."""
    if isinstance(expression, ReadOf | Operation):
        return expression.evaluate(values)
    return expression
