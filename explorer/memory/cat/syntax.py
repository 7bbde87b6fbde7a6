"""The syntax of the cat language as a tree.

Every node knows its place.  Places take no part in comparison and ``repr``, so two
texts that differ only in layout and comments have equal trees.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from typing import TypeAlias

from explorer.memory.cat.source import Place


class UnaryOp(Enum):
    """Operators with one operand; the value is how cat writes them."""

    IDENTITY = "[]"  # of a set: each member with itself
    PLUS = "+"
    STAR = "*"
    OPTIONAL = "?"
    INVERSE = "^-1"
    COMPLEMENT = "~"


class BinaryOp(Enum):
    """Operators with two operands, loosest first; the value is how cat writes them."""

    UNION = "|"
    ADJOIN = "++"
    SEQUENCE = ";"
    DIFFERENCE = "\\"
    INTERSECTION = "&"
    PRODUCT = "*"


class CheckKind(Enum):
    """What a check asks of its expression."""

    ACYCLIC = "acyclic"
    IRREFLEXIVE = "irreflexive"
    EMPTY = "empty"


@dataclass(frozen=True, slots=True)
class Name:
    name: str
    place: Place = field(repr=False, compare=False)


@dataclass(frozen=True, slots=True)
class Universe:
    """``_``, the set of all events."""

    place: Place = field(repr=False, compare=False)


@dataclass(frozen=True, slots=True)
class EmptyRelation:
    """``0``."""

    place: Place = field(repr=False, compare=False)


@dataclass(frozen=True, slots=True)
class Enumeration:
    """``{e, ...}``; without members the empty set."""

    members: tuple[Expression, ...]
    place: Place = field(repr=False, compare=False)


@dataclass(frozen=True, slots=True)
class Tuple:
    """``(e, e, ...)``, two components at least."""

    components: tuple[Expression, ...]
    place: Place = field(repr=False, compare=False)


@dataclass(frozen=True, slots=True)
class Unary:
    op: UnaryOp
    operand: Expression
    place: Place = field(repr=False, compare=False)


@dataclass(frozen=True, slots=True)
class Binary:
    op: BinaryOp
    left: Expression
    right: Expression
    place: Place = field(repr=False, compare=False)


@dataclass(frozen=True, slots=True)
class Apply:
    """``f x`` or ``f(x, y)``: then the argument is a ``Tuple``."""

    function: Expression
    argument: Expression
    place: Place = field(repr=False, compare=False)


@dataclass(frozen=True, slots=True)
class LetIn:
    """``let [rec] x = e and ... in body``."""

    bindings: tuple[Binding, ...]
    recursive: bool
    body: Expression
    place: Place = field(repr=False, compare=False)


@dataclass(frozen=True, slots=True)
class Try:
    """``try e with otherwise``: the second where the first has no meaning."""

    attempt: Expression
    otherwise: Expression
    place: Place = field(repr=False, compare=False)


Expression: TypeAlias = Name | Universe | EmptyRelation | Enumeration | Tuple | Unary | Binary | Apply | LetIn | Try


@dataclass(frozen=True, slots=True)
class Binding:
    """``name = body``, ``name(x, y) = body`` with parameters, or ``(a, b) = body`` with two names or more."""

    names: tuple[str, ...]
    parameters: tuple[str, ...]
    body: Expression
    place: Place = field(repr=False, compare=False)

    @property
    def name(self) -> str:
        """The name, where there is one."""
        assert len(self.names) == 1
        return self.names[0]


@dataclass(frozen=True, slots=True)
class Let:
    bindings: tuple[Binding, ...]
    recursive: bool
    place: Place = field(repr=False, compare=False)


@dataclass(frozen=True, slots=True)
class Check:
    """``[flag] [~] acyclic e [as name]``; ``name`` is empty where the file gives none."""

    kind: CheckKind
    negated: bool
    flag: bool
    expression: Expression
    name: str
    place: Place = field(repr=False, compare=False)


@dataclass(frozen=True, slots=True)
class Include:
    path: str
    place: Place = field(repr=False, compare=False)


@dataclass(frozen=True, slots=True)
class Show:
    """``show`` or ``unshow``: a hint for herd's pictures, without meaning for the rules."""

    place: Place = field(repr=False, compare=False)


@dataclass(frozen=True, slots=True)
class With:
    """``with name from source``: one candidate for every member of the source."""

    name: str
    source: Expression
    place: Place = field(repr=False, compare=False)


@dataclass(frozen=True, slots=True)
class TagName:
    """``'once``, without the quote."""

    name: str
    place: Place = field(repr=False, compare=False)


@dataclass(frozen=True, slots=True)
class TagEnumeration:
    """``enum Accesses = 'once || 'release``."""

    name: str
    tags: tuple[TagName, ...]
    place: Place = field(repr=False, compare=False)


@dataclass(frozen=True, slots=True)
class Instructions:
    """``instructions R[{'once,'acquire}]``: which tags the events of one class carry.

    ``tag_sets`` holds lists of tags and the names of enumerations.
    """

    name: str
    tag_sets: tuple[tuple[TagName, ...] | Name, ...]
    place: Place = field(repr=False, compare=False)


Statement: TypeAlias = Let | Check | Include | Show | With | TagEnumeration | Instructions


def bound_names(statement: Statement) -> tuple[str, ...]:
    """The names that a statement defines."""
    match statement:
        case Let(bindings):
            return tuple(name for binding in bindings for name in binding.names)
        case With(name):
            return (name,)
        case _:
            return ()
