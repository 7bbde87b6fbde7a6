"""Which threads of a program are identical: the same function with the same arguments.

Modelled code depends on nothing but the values it reads, so such threads differ in their
names alone.
"""

from __future__ import annotations

from typing import Any

from explorer.program.program import Program


def classes_of(program: Program) -> tuple[tuple[int, ...], ...]:
    """The classes of identical threads (indices, ascending), ordered by their first members.

    A thread unlike all others is a class of its own.  Arguments are the same if they are one
    object, or plain values (numbers, texts, tuples of these) of one type that are equal:
    locations and objects have an identity, and what ``==`` says of anything else is not asked.
    """
    classes: dict[object, list[int]] = {}
    for index, thread in enumerate(program.threads):
        key = id(thread.function), tuple(map(_key, thread.arguments))
        classes.setdefault(key, []).append(index)
    return tuple(map(tuple, classes.values()))


def _key(argument: Any) -> object:
    if type(argument) in (int, bool, str):
        return type(argument), argument
    if type(argument) is tuple:
        return tuple, tuple(map(_key, argument))
    return id, id(argument)
