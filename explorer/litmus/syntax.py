"""A C litmus test as written: the nodes of its syntax tree.

Two trees are equal when they say the same; where a node stands in the text is not compared.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum

from explorer.litmus.source import NOWHERE, Place


@dataclass(frozen=True, slots=True)
class Node:
    """Something that stands at a place of the text."""

    place: Place = field(default=NOWHERE, compare=False, repr=False, kw_only=True)


class UnaryOp(Enum):
    NEGATE = "-"
    NOT = "!"
    COMPLEMENT = "~"


class BinaryOp(Enum):
    """The operators of C with two operands.  ``level``: how tightly one binds, 1 the loosest."""

    _value_: str
    level: int

    def __init__(self, text: str) -> None:
        levels = ("||", "&&", "|", "^", "&", "== !=", "< <= > >=", "<< >>", "+ -", "*")
        self.level = 1 + next(level for level, texts in enumerate(levels) if text in texts.split())

    LOGICAL_OR = "||"
    LOGICAL_AND = "&&"
    OR = "|"
    XOR = "^"
    AND = "&"
    EQUAL = "=="
    NOT_EQUAL = "!="
    LESS = "<"
    LESS_EQUAL = "<="
    GREATER = ">"
    GREATER_EQUAL = ">="
    SHIFT_LEFT = "<<"
    SHIFT_RIGHT = ">>"
    ADD = "+"
    SUBTRACT = "-"
    MULTIPLY = "*"


@dataclass(frozen=True, slots=True)
class Type(Node):
    """``struct srcu_struct *`` is ``Type("struct srcu_struct", 1)``."""

    name: str
    pointers: int = 0


@dataclass(frozen=True, slots=True)
class Expression(Node):
    """Something with a value; also a call that has none, which then stands alone."""


@dataclass(frozen=True, slots=True)
class Integer(Expression):
    value: int


@dataclass(frozen=True, slots=True)
class Name(Expression):
    name: str


@dataclass(frozen=True, slots=True)
class Unary(Expression):
    operator: UnaryOp
    operand: Expression


@dataclass(frozen=True, slots=True)
class Binary(Expression):
    operator: BinaryOp
    left: Expression
    right: Expression


@dataclass(frozen=True, slots=True)
class Conditional(Expression):
    """``condition ? then : otherwise``."""

    condition: Expression
    then: Expression
    otherwise: Expression


@dataclass(frozen=True, slots=True)
class Dereference(Expression):
    """``*pointer``: as a value a plain read of memory, left of ``=`` a plain write."""

    pointer: Expression


@dataclass(frozen=True, slots=True)
class Index(Expression):
    """``base[index]``, that is ``*(base + index)``."""

    base: Expression
    index: Expression


@dataclass(frozen=True, slots=True)
class AddressOf(Expression):
    target: Expression


@dataclass(frozen=True, slots=True)
class Cast(Expression):
    type: Type
    operand: Expression


@dataclass(frozen=True, slots=True)
class Call(Expression):
    """A call of a kernel primitive by its name in the kernel; a macro file says what it does."""

    function: str
    arguments: tuple[Expression, ...]


@dataclass(frozen=True, slots=True)
class Primitive(Expression):
    """An operation of the memory model, as macro files spell it: ``__xchg{mb}(X, V)``.

    ``operator`` is the second operand of ``__atomic_op(X, +, V)`` and its like.
    """

    name: str
    tag: str | None
    arguments: tuple[Expression, ...]
    operator: BinaryOp | None = None


@dataclass(frozen=True, slots=True)
class Statement(Node):
    pass


@dataclass(frozen=True, slots=True)
class Declaration(Statement):
    """One local variable; ``int r0, *r1;`` makes two declarations."""

    type: Type
    name: str
    initialiser: Expression | None = None


@dataclass(frozen=True, slots=True)
class Assign(Statement):
    """``target = value``: no event when the target is a local variable, else a plain write."""

    target: Expression
    value: Expression


@dataclass(frozen=True, slots=True)
class If(Statement):
    condition: Expression
    then: tuple[Statement, ...]
    otherwise: tuple[Statement, ...] = ()


@dataclass(frozen=True, slots=True)
class Block(Statement):
    """``{ ... }``, and ``do { ... } while (0)``, which is the same."""

    statements: tuple[Statement, ...]


@dataclass(frozen=True, slots=True)
class ExpressionStatement(Statement):
    expression: Expression


@dataclass(frozen=True, slots=True)
class Parameter(Node):
    """A location that a thread may use: ``int *x`` names the address of the location x."""

    type: Type
    name: str


@dataclass(frozen=True, slots=True)
class Thread(Node):
    number: int
    parameters: tuple[Parameter, ...]
    body: tuple[Statement, ...]


@dataclass(frozen=True, slots=True)
class Register(Node):
    """A local variable of a thread, seen from outside: ``0:r1``."""

    thread: int
    name: str

    def __str__(self) -> str:
        return f"{self.thread}:{self.name}"


@dataclass(frozen=True, slots=True)
class Location(Node):
    """A location, or an element of an array; element 0 goes by the name of the array."""

    name: str
    index: int = 0

    def __str__(self) -> str:
        return f"{self.name}[{self.index}]" if self.index else self.name


@dataclass(frozen=True, slots=True)
class Address(Node):
    """The address of a location, as a value: ``&x``, or ``x`` right of an equals sign."""

    location: Location


Value = Integer | Address


@dataclass(frozen=True, slots=True)
class Initial(Node):
    """One entry of the initial state.

    ``size`` is the number of elements of an array, None for what is none.  ``values`` may be
    fewer than there are elements: the others are 0.
    """

    target: Register | Location
    type: Type | None = None
    size: int | None = None
    values: tuple[Value, ...] = ()


@dataclass(frozen=True, slots=True)
class Proposition(Node):
    """What a condition says of a final state."""


@dataclass(frozen=True, slots=True)
class Equal(Proposition):
    """``left = right``; a register or location on the right stands for its own final value."""

    left: Register | Location
    right: Integer | Address | Register | Location


@dataclass(frozen=True, slots=True)
class Not(Proposition):
    operand: Proposition


@dataclass(frozen=True, slots=True)
class And(Proposition):
    """All hold; ``true`` is the one without operands."""

    operands: tuple[Proposition, ...]


@dataclass(frozen=True, slots=True)
class Or(Proposition):
    """At least one holds; ``false`` is the one without operands."""

    operands: tuple[Proposition, ...]


class Quantifier(Enum):
    EXISTS = "exists"
    NOT_EXISTS = "~exists"
    FORALL = "forall"

    @property
    def shows(self) -> bool:
        """Whether the proposition is true in executions that a report shows; counterexamples of ``forall`` lack it."""
        return self is not Quantifier.FORALL


class Outcome(Enum):
    NEVER = "Never"
    SOMETIMES = "Sometimes"
    ALWAYS = "Always"
    MAYBE = "Maybe"
    DEADLOCK = "DEADLOCK"


@dataclass(frozen=True, slots=True)
class Expected(Node):
    """What the comment ``Result: ...`` of a test says will be found.

    ``outcome`` is None where it says DATARACE alone.  ``unknown`` is a word that is no result; it says nothing then.
    """

    outcome: Outcome | None
    data_race: bool = False
    unknown: str = ""

    def __str__(self) -> str:
        words = [self.unknown] if self.unknown else [self.outcome.value] if self.outcome is not None else []
        return " ".join([*words, "DATARACE"] if self.data_race else words)


@dataclass(frozen=True, slots=True)
class Litmus(Node):
    """A litmus test.

    ``information`` are the header's ``Key=Value`` lines; ``locations`` what the test asks to be
    shown; executions that do not meet ``filter`` do not count.  A test without a condition has
    ``forall (true)``, as in herd.
    """

    name: str
    initial: tuple[Initial, ...]
    threads: tuple[Thread, ...]
    quantifier: Quantifier = Quantifier.FORALL
    condition: Proposition = And(())
    documentation: str | None = None
    information: tuple[tuple[str, str], ...] = ()
    locations: tuple[Register | Location, ...] = ()
    filter: Proposition | None = None
    expected: Expected | None = None
