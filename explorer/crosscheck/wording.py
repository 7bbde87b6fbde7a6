"""Values, expressions and names of a program in a language like C: what Promela and C have in common."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from explorer.errors import InputError
from explorer.execution.location import Object, Value
from explorer.program.expression import Expression, Operation, ReadOf
from explorer.program.unfolded import UnfoldedProgram

OBJECTS_FROM = 1 << 30
"""Numbers that stand for objects; what a thread stores or computes is smaller, or the program is not said."""

_NOT_IN_NAMES = re.compile(r"[^A-Za-z0-9_]+")
_DIRECT = frozenset({"+", "-", "&", "|", "^", "==", "!=", "<", "<=", ">", ">="})
_UNARY = {"~": "~", "neg": "-"}


class CannotSay(InputError):
    """The program has something that a tool's language does not have; the message says what."""


def require_small(value: int) -> None:
    """Raises CannotSay where a number could be taken for an object, or not be held at all."""
    if not -OBJECTS_FROM < value < OBJECTS_FROM:
        raise CannotSay(f"the value {value} has more than 30 bits")


class Wording:
    """How numbers stand for the values of one program, and what its locations are called."""

    def __init__(self, program: UnfoldedProgram) -> None:
        self._objects = tuple(program.objects.values())
        self._numbers = {each: OBJECTS_FROM + number for number, each in enumerate(self._objects)}
        taken: set[str] = set()
        self.locations = {
            location: _unused(_NOT_IN_NAMES.sub("_", location.name).strip("_"), taken) for location in program.locations
        }

    @property
    def objects(self) -> tuple[Object, ...]:
        """The objects that numbers stand for."""
        return self._objects

    def number(self, value: Value) -> int:
        """The number that stands for a value.

        Raises:
            CannotSay: it is too large.
        """
        if isinstance(value, Object):
            if value not in self._numbers:
                # Compared with or stored, and never followed.
                self._numbers[value] = OBJECTS_FROM + len(self._objects)
                self._objects = (*self._objects, value)
            return self._numbers[value]
        require_small(value)
        return value

    def value(self, number: int) -> Value:
        """The value that a number stands for.

        Raises:
            CannotSay: a thread has computed a number that stands for nothing.
        """
        if number < OBJECTS_FROM:
            return number
        if number - OBJECTS_FROM >= len(self._objects):
            raise CannotSay("a value that a thread computes has more than 30 bits")
        return self._objects[number - OBJECTS_FROM]

    def expression(self, said: Expression, read: Callable[[int], str]) -> str:
        """An expression; ``read`` gives the name of what was read at a position.

        Raises:
            CannotSay: it has an operator that is not the same in these languages for all numbers.
        """
        match said:
            case ReadOf(position):
                return read(position)
            case Operation(operator=operator, operands=operands):
                return self._operation(operator, operands, [self.expression(each, read) for each in operands])
        return str(self.number(said))

    @staticmethod
    def _operation(operator: str, operands: Sequence[Expression], said: Sequence[str]) -> str:
        if operator in _UNARY:
            return f"({_UNARY[operator]}{said[0]})"
        left, right = said
        if operator in _DIRECT:
            return f"({left} {operator} {right})"
        constants = [operand for operand in operands if isinstance(operand, int)]
        if operator == "*" and constants:
            return f"({left} * {right})"
        if operator in ("<<", ">>") and isinstance(operands[1], int) and operands[1] < 30:
            return f"({left} {operator} {right})"
        raise CannotSay(f"a value is computed with {operator} from values read")


def _unused(wish: str, taken: set[str]) -> str:
    """A name that is not taken yet; none of them is a word of either language, for they begin with ``v_``."""
    name, number = f"v_{wish}", 1
    while name in taken:
        number += 1
        name = f"v_{wish}_{number}"
    taken.add(name)
    return name
