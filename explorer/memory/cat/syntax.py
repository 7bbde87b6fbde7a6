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
    """``let x = e and ... in body``."""

    bindings: tuple[Binding, ...]
    recursive: bool
    body: Expression
    place: Place = field(repr=False, compare=False)


@dataclass(frozen=True, slots=True)
class Try:
    """``try e with f``: e, or f where e names something that nothing defines."""

    expression: Expression
    otherwise: Expression
    place: Place = field(repr=False, compare=False)


Expression: TypeAlias = Name | Universe | EmptyRelation | Enumeration | Tuple | Unary | Binary | Apply | LetIn | Try


@dataclass(frozen=True, slots=True)
class Binding:
    """``name = body`` or, with parameters, ``name(x, y) = body``."""

    name: str
    parameters: tuple[str, ...]
    body: Expression
    place: Place = field(repr=False, compare=False)


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
    """``with name from e``: one candidate per member of a set of sets or relations."""

    name: str
    choices: Expression
    place: Place = field(repr=False, compare=False)


@dataclass(frozen=True, slots=True)
class Enumerate:
    """``enum name = 'tag || ...`` of a ``.bell`` file."""

    name: str
    tags: tuple[str, ...]
    place: Place = field(repr=False, compare=False)


@dataclass(frozen=True, slots=True)
class Instructions:
    """``instructions kind[{'tag, ...}]`` of a ``.bell`` file; ``tags`` names an ``enum`` or lists them."""

    kind: str
    tags: str | tuple[str, ...]
    place: Place = field(repr=False, compare=False)


Statement: TypeAlias = Let | Check | Include | Show | With | Enumerate | Instructions
