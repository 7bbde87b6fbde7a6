"""What of its local variables makes two paths of a thread go on differently."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import fields, is_dataclass
from enum import Enum
from types import CodeType, FrameType, FunctionType
from typing import Any

from explorer.execution.location import Location, Object
from explorer.program.liveness import iterables_of, live_after, pending_at
from explorer.program.loops import Place, instruction_of, loops_of
from explorer.program.thread import Thread
from explorer.program.value import Address, Reached, SymbolicValue


def variables_key(
    frames: Sequence[FrameType], of_value: Callable[[SymbolicValue], object], others: dict[int, object]
) -> object:
    """The variables that suspended frames may still look at, as something comparable.

    ``of_value`` says what of a symbolic value counts.  ``others`` keeps the objects that are
    compared by identity, so that no later one gets the address of one that has gone.
    """
    encode = _Encoder(of_value, others)
    variables = []
    for frame in frames:
        code = frame.f_code
        offset = instruction_of(code)[frame.f_lasti]
        live = live_after(code)[offset] | (pending_at(code).get(offset) or frozenset())
        cells = code.co_cellvars + code.co_freevars
        variables.append(
            tuple((name, encode(value)) for name, value in frame.f_locals.items() if name in live or name in cells)
        )
    return tuple(variables)


def variable_key(value: Any, of_value: Callable[[SymbolicValue], object], others: dict[int, object]) -> object:
    """The same of one value."""
    return _Encoder(of_value, others)(value)


def has_unnamed(place: Place, forks: Sequence[Place]) -> bool:
    """Whether something that one of the ``forks`` before may have chosen is in use at a place, in no variable."""
    for depth, (code, offset, iterations) in enumerate(place):
        if pending_at(code).get(offset) is None:  # not known in handlers: there too decisions stand for it
            return True
        around = [loop.head for loop in loops_of(code) if loop.head <= offset <= loop.end]
        for outer, head in enumerate(around):
            iterable = iterables_of(code).get(head, range(0))
            # Was there a fork in it, in this call and this round of the loops around it?
            for fork in forks:
                if fork[:depth] == place[:depth] and _is_in(fork[depth:], code, iterable, iterations[:outer]):
                    return True
    return False


def _is_in(place: Place, code: CodeType, offsets: range, iterations: tuple[int, ...]) -> bool:
    """Whether the outermost frame of a place is in these offsets and iterations of this code."""
    return bool(place) and place[0][0] is code and place[0][1] in offsets and place[0][2] == iterations


class _Encoder:
    """Turns local variables into something comparable; ``others`` keeps the objects compared by identity."""

    def __init__(self, of_value: Callable[[SymbolicValue], object], others: dict[int, object]) -> None:
        self._of_value = of_value
        self._others = others

    def __call__(self, value: Any) -> object:
        match value:
            case None | int() | str() | bytes() | float() | range() | Enum():
                return (type(value), value)
            case SymbolicValue():
                return ("value", self._of_value(value))
            case Object() | Location():
                return value
            case Address():
                return ("address", value.location)
            case Reached():
                return ("reached", self(value._part))
            case tuple() | list():
                return (type(value), *(self(item) for item in value))
            case dict():
                return (dict, *((self(k), self(v)) for k, v in value.items()))
            case Thread():
                return Thread
            case FunctionType() | CodeType() | type():
                return value
            case _ if is_dataclass(value):
                own = {f.name: getattr(value, f.name) for f in fields(value)} | getattr(value, "__dict__", {})
                return (type(value), *((name, self(part)) for name, part in sorted(own.items())))
            case _:
                # Kept, so that no later object gets its address and passes for it.
                self._others[id(value)] = value
                return (type(value), id(value))
