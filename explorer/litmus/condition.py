"""What a test's condition says of final states."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TypeAlias

from explorer.litmus.syntax import (
    Address,
    And,
    Equal,
    Integer,
    Litmus,
    Location,
    Not,
    Or,
    Proposition,
    Register,
)

Target: TypeAlias = Register | Location

State: TypeAlias = Mapping[str, int | str]
"""A final state: per register (``0:r1``) and location a number, or the name of the location pointed to."""


def holds(proposition: Proposition, state: State) -> bool:
    """Whether a proposition is true of a final state, which has all names in it."""
    match proposition:
        case Equal(left, right):
            return state[str(left)] == _value(right, state)
        case Not(operand):
            return not holds(operand, state)
        case And(operands):
            return all(holds(operand, state) for operand in operands)
        case Or(operands):
            return any(holds(operand, state) for operand in operands)
        case _:
            raise AssertionError(proposition)


def _value(right: Integer | Address | Target, state: State) -> int | str:
    match right:
        case Integer(value):
            return value
        case Address(location):
            return str(location)
        case _:
            return state[str(right)]


def text_of(proposition: Proposition) -> str:
    """A proposition as herd prints it."""
    match proposition:
        case Equal(left, right):
            return f"{_shown(left)}={_shown(right)}"
        case Not(operand):
            return f"not ({text_of(operand)})"
        case And(operands):
            return " /\\ ".join(map(_operand, operands)) or "true"
        case Or(operands):
            return " \\/ ".join(map(_operand, operands)) or "false"
        case _:
            raise AssertionError(proposition)


def _operand(proposition: Proposition) -> str:
    text = text_of(proposition)
    several = isinstance(proposition, And | Or) and len(proposition.operands) > 1
    return f"({text})" if several else text


def _shown(side: Integer | Address | Target) -> str:
    match side:
        case Integer(value):
            return str(value)
        case Address(location):
            return str(location)
        case Location():
            return f"[{side}]"
        case _:
            return str(side)


def state_text(state: State) -> str:
    """A final state on one line, as herd prints it: ``0:r1=1; [x]=2;``."""
    return " ".join(f"{entry};" for entry in state_entries(state))


def state_entries(state: State) -> list[str]:
    """The entries of a final state, as herd prints them: ``0:r1=1`` and ``[x]=2``."""
    return [f"{name if ':' in name else f'[{name}]'}={value}" for name, value in state.items()]


def observed(test: Litmus) -> tuple[Target, ...]:
    """What a final state shows: what ``locations`` asks for and the condition names, registers first."""
    found = {*test.locations, *_targets(test.condition)}
    return tuple(sorted(found, key=_position))


def needed(test: Litmus) -> tuple[Target, ...]:
    """What must be known of a final state: the filter's names too."""
    found = {*observed(test), *(_targets(test.filter) if test.filter is not None else ())}
    return tuple(sorted(found, key=_position))


def _position(target: Target) -> tuple[bool, int, str, int]:
    if isinstance(target, Register):
        return False, target.thread, target.name, 0
    return True, 0, target.name, target.index


def sides(proposition: Proposition) -> Iterator[Integer | Address | Target]:
    """What stands left and right of the equals signs, in the order of the text."""
    match proposition:
        case Equal(left, right):
            yield left
            yield right
        case Not(operand):
            yield from sides(operand)
        case And(operands) | Or(operands):
            for operand in operands:
                yield from sides(operand)


def _targets(proposition: Proposition) -> Iterator[Target]:
    return (side for side in sides(proposition) if isinstance(side, Register | Location))
