"""What outcomes tell of calls that have returned (``explorer.search.outcomes``): by ``@told``, or as system calls."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from errno import errorcode
from types import CodeType
from typing import Any, TypeAlias

from explorer.execution.event import Event
from explorer.execution.location import Object, show
from explorer.program.program import F, system_call


@dataclass(frozen=True)
class Returned:
    """A call of a modelled function that has returned.

    ``arguments`` are the function's by name, without the thread context; ``events`` what the call did, in
    program order; ``result`` what it returned.
    """

    name: str
    arguments: Mapping[str, Any]
    events: tuple[Event, ...]
    result: Any


Tell: TypeAlias = Callable[[Returned], str]
"""The words for a call; they may depend on nothing but the call."""

_TOLD: dict[CodeType, tuple[str, Tell]] = {}


def told(name: str, words: Tell) -> Callable[[F], F]:
    """Say that the outcome of an execution tells what came of a modelled function, by this name and in these words.

    A system call is told without it, by what it returned.
    """

    def remember(function: F) -> F:
        _TOLD[function.__code__] = name, words
        return function

    return remember


def told_call(code: CodeType) -> str | None:
    """The name by which outcomes tell a modelled function: that of ``@told``, or of its system call."""
    return _TOLD[code][0] if code in _TOLD else system_call(code)


def words_of(code: CodeType) -> Tell | None:
    """The words given for a modelled function by ``@told``."""
    return _TOLD[code][1] if code in _TOLD else None


def returned_words(call: Returned) -> str:
    """The words for a call that has none of its own: ``F_ADD_SEALS = -EBUSY``, or the name where it returns nothing."""
    return call.name if call.result is None else f"{call.name} = {result_words(call.result)}"


def result_words(result: object) -> str:
    """What a function returned: an errno by its name, an object by its own, anything else as it is."""
    if isinstance(result, int) and not isinstance(result, bool) and -result in errorcode:
        return f"-{errorcode[-result]}"
    return show(result) if isinstance(result, int | Object) else str(result)
