"""Statements of a litmus test with the places that they come from, and how arms of a decision meet."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TypeAlias

from explorer.litmus.syntax import Assign, Binary, BinaryOp, Expression, If, Integer, Name, Statement
from explorer.program.loops import Place


@dataclass(frozen=True, slots=True)
class Plain:
    """A statement, from one place of the modelled code."""

    place: Place
    statement: Statement


@dataclass(frozen=True, slots=True)
class Choice:
    """A decision of the modelled code with what is done in its arms only."""

    place: Place
    condition: Expression
    then: Code
    otherwise: Code


Code: TypeAlias = tuple[Plain | Choice, ...]


def choose(place: Place, condition: Expression, then: Code, otherwise: Code) -> Code:
    """A decision between two ways to go on to the end of the thread.

    Both ways pass a place with the same statement where the arms have met.  Where they part
    again (a plain variable remembers the arm), the same condition is decided again, which
    controls what follows like the first time.
    """
    i, j = _meeting(then, otherwise)
    together = 0
    while i + together < len(then) and j + together < len(otherwise) and then[i + together] == otherwise[j + together]:
        together += 1
    after, instead = then[i + together :], otherwise[j + together :]
    again = choose(place, condition, after, instead) if after or instead else ()
    return (Choice(place, condition, then[:i], otherwise[:j]), *then[i : i + together], *again)


def _meeting(then: Code, otherwise: Code) -> tuple[int, int]:
    """Where two ways do the same thing at the same place for the first time; their ends if they never do."""
    where = {part.place: j for j, part in reversed(list(enumerate(otherwise)))}
    for i, part in enumerate(then):
        j = where.get(part.place)
        if j is not None and otherwise[j] == part:
            return i, j
    return len(then), len(otherwise)


def statements(code: Code, register: Callable[[Place], str]) -> tuple[Statement, ...]:
    """The code as C.  herd has no empty arms: ``register`` gives one to set in a decision without any effect."""
    return tuple(_statements(code, register))


def _statements(code: Code, register: Callable[[Place], str]) -> Iterable[Statement]:
    for part in code:
        if isinstance(part, Plain):
            yield part.statement
            continue
        condition, then = part.condition, statements(part.then, register)
        otherwise = statements(part.otherwise, register)
        if not then and not otherwise:
            then = (Assign(Name(register(part.place)), Integer(1)),)
        elif not then:
            condition, then, otherwise = negation(condition), otherwise, ()
        yield If(condition, then, otherwise)


def negation(condition: Expression) -> Expression:
    """The contrary, without ``!``, which herd's C does not have."""
    match condition:
        case Binary(BinaryOp.EQUAL, left, right):
            return Binary(BinaryOp.NOT_EQUAL, left, right)
        case Binary(BinaryOp.NOT_EQUAL, left, right):
            return Binary(BinaryOp.EQUAL, left, right)
        case _:
            return Binary(BinaryOp.EQUAL, condition, Integer(0))
