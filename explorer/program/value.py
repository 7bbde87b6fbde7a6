"""Symbolic values: what a read returns while a thread is unfolded.

A ``SymbolicValue`` takes part in arithmetic and comparisons and records an expression.
Asking whether it is true forks the unfolding; asking a pointer for a field forks over
the objects that it can point to.  Everything that would need the number itself is an
error that says what to write instead.
"""

from __future__ import annotations

from types import MethodType
from typing import Any, NoReturn, Protocol

from explorer.execution.location import Location, Object
from explorer.program.errors import ScenarioError
from explorer.program.expression import Expression, Operation, reads_of
from explorer.program.request import Request, not_awaited
from explorer.program.step import MadeAt


class Owner(Protocol):
    """The run that a symbolic value belongs to."""

    def truth(self, value: SymbolicValue) -> bool:
        """Fork on whether the value is non-zero."""

    def pointee(self, value: SymbolicValue) -> Object:
        """Fork on the object that the value points to."""

    def made(self, operands: tuple[int | Object | MadeAt, ...]) -> int:
        """Note that a value is made here from these operands; gives the step of the path, as a bit."""

    def place(self) -> str:
        """``file:line`` of the modelled code that is running."""

    def error(self, message: str, advice: str) -> ScenarioError:
        """The error to raise where modelled code misuses a value."""


class SymbolicValue:
    """A value that depends on what the thread reads.

    ``expression`` is what it stands for; ``made`` the steps of the path at which it and
    the values it is made from came to be, as a set of bits (control dependence follows
    a value out of the arm that made it).
    """

    __slots__ = ("expression", "made", "owner")

    expression: Expression
    made: int
    owner: Owner

    def __init__(self, expression: Expression, owner: Owner, made: int) -> None:
        self.expression = expression
        self.owner = owner
        self.made = made

    @property
    def made_at(self) -> MadeAt:
        """The step at which the value itself came to be: the last of those in ``made``."""
        return MadeAt(self.made.bit_length() - 1)

    def _combine(self, operator: str, *operands: Any) -> SymbolicValue:
        expression = Operation(operator, tuple(to_expression(o, self.owner) for o in operands))
        made = self.owner.made(tuple(_origin(operand) for operand in operands))
        for operand in operands:
            if isinstance(operand, SymbolicValue):
                made |= operand.made
        return SymbolicValue(expression, self.owner, made)

    def __add__(self, other: Any) -> SymbolicValue:
        return self._combine("+", self, other)

    def __radd__(self, other: Any) -> SymbolicValue:
        return self._combine("+", other, self)

    def __sub__(self, other: Any) -> SymbolicValue:
        return self._combine("-", self, other)

    def __rsub__(self, other: Any) -> SymbolicValue:
        return self._combine("-", other, self)

    def __mul__(self, other: Any) -> SymbolicValue:
        return self._combine("*", self, other)

    def __rmul__(self, other: Any) -> SymbolicValue:
        return self._combine("*", other, self)

    def __floordiv__(self, other: Any) -> SymbolicValue:
        return self._combine("//", self, other)

    def __rfloordiv__(self, other: Any) -> SymbolicValue:
        return self._combine("//", other, self)

    def __mod__(self, other: Any) -> SymbolicValue:
        return self._combine("%", self, other)

    def __rmod__(self, other: Any) -> SymbolicValue:
        return self._combine("%", other, self)

    def __and__(self, other: Any) -> SymbolicValue:
        return self._combine("&", self, other)

    def __rand__(self, other: Any) -> SymbolicValue:
        return self._combine("&", other, self)

    def __or__(self, other: Any) -> SymbolicValue:
        return self._combine("|", self, other)

    def __ror__(self, other: Any) -> SymbolicValue:
        return self._combine("|", other, self)

    def __xor__(self, other: Any) -> SymbolicValue:
        return self._combine("^", self, other)

    def __rxor__(self, other: Any) -> SymbolicValue:
        return self._combine("^", other, self)

    def __lshift__(self, other: Any) -> SymbolicValue:
        return self._combine("<<", self, other)

    def __rlshift__(self, other: Any) -> SymbolicValue:
        return self._combine("<<", other, self)

    def __rshift__(self, other: Any) -> SymbolicValue:
        return self._combine(">>", self, other)

    def __rrshift__(self, other: Any) -> SymbolicValue:
        return self._combine(">>", other, self)

    def __invert__(self) -> SymbolicValue:
        return self._combine("~", self)

    def __neg__(self) -> SymbolicValue:
        return self._combine("neg", self)

    def __eq__(self, other: object) -> Any:
        return self._combine("==", self, other)

    def __ne__(self, other: object) -> Any:
        return self._combine("!=", self, other)

    def __lt__(self, other: Any) -> SymbolicValue:
        return self._combine("<", self, other)

    def __le__(self, other: Any) -> SymbolicValue:
        return self._combine("<=", self, other)

    def __gt__(self, other: Any) -> SymbolicValue:
        return self._combine(">", self, other)

    def __ge__(self, other: Any) -> SymbolicValue:
        return self._combine(">=", self, other)

    def __bool__(self) -> bool:
        return self.owner.truth(self)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return follow(getattr(self.owner.pointee(self), name), self)

    def __repr__(self) -> str:
        return f"<{self.expression}>"

    def _refuse(self, use: str, advice: str) -> NoReturn:
        raise self.owner.error(f"a value read from memory cannot be used {use}", advice)

    def __index__(self) -> int:
        self._refuse(
            "as an index or in range()",
            "compare it instead, for example: for i in range(LIMIT): if i >= value: break",
        )

    def __int__(self) -> int:
        self._refuse("as a Python int", "leave it as it is: arithmetic and comparisons work on it")

    __float__ = __int__

    def __hash__(self) -> int:
        self._refuse("as a dictionary key or set member", "compare it with == instead")

    def __iter__(self) -> NoReturn:
        self._refuse("in a for loop or unpacking", "loop over a fixed range and compare")

    def __len__(self) -> int:
        self._refuse("where a length is taken", "loop over a fixed range and compare")

    def __call__(self, *_arguments: Any) -> NoReturn:
        self._refuse("as a function", "decide with an if which function to call")

    def __truediv__(self, _other: Any) -> NoReturn:
        self._refuse("in /", "use // for integer division")

    __rtruediv__ = __truediv__


def _origin(operand: int | Object | SymbolicValue) -> int | Object | MadeAt:
    return operand.made_at if isinstance(operand, SymbolicValue) else operand


class Address:
    """A location found through a pointer: it carries an address dependency on ``pointer``."""

    __slots__ = ("location", "pointer")

    def __init__(self, location: Location, pointer: SymbolicValue) -> None:
        self.location = location
        self.pointer = pointer

    def __repr__(self) -> str:
        return f"{self.location.name} through {self.pointer}"


class Reached:
    """A part of an object (a lock, an array of words) reached through a pointer."""

    __slots__ = ("_part", "_pointer")

    def __init__(self, part: Any, pointer: SymbolicValue) -> None:
        self._part = part
        self._pointer = pointer

    def __getattr__(self, name: str) -> Any:
        part = getattr(self._part, name)
        if isinstance(part, MethodType) and part.__self__ is self._part:
            return MethodType(part.__func__, self)
        return follow(part, self._pointer)

    def __getitem__(self, index: int) -> Any:
        return follow(self._part[index], self._pointer)


def follow(part: Any, pointer: SymbolicValue) -> Any:
    """A part of the object that ``pointer`` points to, remembering how it was reached."""
    if isinstance(part, Location):
        return Address(part, pointer)
    if isinstance(part, Object | list | tuple):
        return Reached(part, pointer)
    if isinstance(part, MethodType):
        return MethodType(part.__func__, Reached(part.__self__, pointer))
    return part


def to_expression(value: Any, owner: Owner) -> Expression:
    """The expression of a value that modelled code computed."""
    if isinstance(value, SymbolicValue):
        return value.expression
    if isinstance(value, int | Object):
        return int(value) if isinstance(value, bool) else value
    if isinstance(value, Request):
        raise not_awaited(owner.place())
    raise owner.error(
        f"{value!r} is no value that memory can hold",
        "use integers, objects (the null pointer is 0) and values read",
    )


def to_location(target: Any, owner: Owner) -> tuple[Location, int]:
    """The location of an access and the reads that its address depends on."""
    if isinstance(target, Location):
        return target, 0
    if isinstance(target, Address):
        return target.location, reads_of(target.pointer.expression)
    if isinstance(target, SymbolicValue):
        raise owner.error("a pointer itself is no location", "access a field of the object: page.data[0]")
    raise owner.error(
        f"{target!r} is no location",
        "create locations before the threads start: Location(name)",
    )
