"""What a modelled thread can ask of its engine: the only things it may await.

A request is created by the thread context (``explorer.program.thread``), awaited by the
modelled code, and answered by an engine: the unfolder with symbolic values, the
scheduler with concrete ones.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Generator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from explorer.execution.kinds import Kind, Tag
from explorer.program.errors import ScenarioError

_Made = TypeVar("_Made", bound="Request")

_ENGINE = str(Path(__file__).parent)

_made: list[tuple[Request, str]] = []
"""Operations made since a thread last ran on and not awaited yet, with the places of the modelled code."""


@dataclass(frozen=True, slots=True)
class Request:
    """Base of all requests. ``at`` is the step and text given in the model: ``R3 seal check``."""

    at: str

    def __post_init__(self) -> None:
        frame = sys._getframe(2)
        while frame.f_back is not None and frame.f_code.co_filename.startswith(_ENGINE):
            frame = frame.f_back
        _made.append((self, f"{frame.f_code.co_filename}:{frame.f_lineno}"))

    def __await__(self) -> Generator[Request, Any, Any]:
        # Nearly always the last one made; an operation made before the threads started is not there.
        _made[:] = [entry for entry in _made if entry[0] is not self]
        return (yield self)

    def __bool__(self) -> bool:
        raise not_awaited()


def stand_in(request: _Made) -> _Made:
    """An operation that the engine makes beside those of modelled code, or in place of one: nobody will await it."""
    _made[:] = [entry for entry in _made if entry[0] is not request]
    return request


def forget_operations() -> None:
    """Take no account of operations made up to now: a thread is about to run."""
    _made.clear()


def check_awaited() -> None:
    """Raises ScenarioError when a thread has made an operation since and not awaited it: it would not happen."""
    if _made:
        (operation, place), *_others = _made
        _made.clear()
        raise not_awaited(place, type(operation).__name__)


def not_awaited(place: str = "", operation: str = "") -> ScenarioError:
    """The error of modelled code that uses an operation where it wants the operation's value.

    ``operation`` is the name of its class, where that is known: what has no value is awaited for itself.
    """
    call = {"Store": "await t.write(...)", "Fence": "await t.fence(...)", "Assume": "await t.assume(...)"}
    advice = f"write: {call.get(operation, 'value = await t.read(...)')}"
    return ScenarioError("an operation is used without being awaited", place=place, advice=advice)


@dataclass(frozen=True, slots=True)
class Load(Request):
    """A read. With ``until``, a blocking step: it happens when the value satisfies ``until``."""

    location: Any
    tag: Tag
    until: Callable[[Any], Any] | None = None
    kind: Kind = Kind.READ


@dataclass(frozen=True, slots=True)
class Store(Request):
    location: Any
    value: Any
    tag: Tag
    kind: Kind = Kind.WRITE


@dataclass(frozen=True, slots=True)
class LockTest(Request):
    """A read of a spin lock's word that tells a held lock (kind RL) from a free one (kind RU)."""

    location: Any


@dataclass(frozen=True, slots=True)
class Fence(Request):
    """A fence, or a mark that orders as one. SRCU's belong to a ``location`` and carry the index of the section."""

    tag: Tag
    location: Any = None
    value: Any = None


@dataclass(frozen=True, slots=True)
class Update(Request):
    """An atomic read-modify-write, one step.

    ``new`` computes the stored value from the old one.  Without ``condition`` it always
    happens.  With ``condition`` and ``blocking`` it happens when the old value satisfies
    the condition (a lock acquisition); with ``condition`` alone it happens only if the
    value does, and is otherwise an ordinary read (a compare-exchange).  ``full`` puts an
    implied full fence on both sides of a successful update.  ``gives_new`` makes the new
    value the answer instead of the old one.
    """

    location: Any
    new: Callable[[Any], Any]
    read_tag: Tag
    write_tag: Tag
    condition: Callable[[Any], Any] | None = None
    blocking: bool = False
    full: bool = False
    gives_new: bool = False
    read_kind: Kind = Kind.READ
    write_kind: Kind = Kind.WRITE
    failed_kind: Kind = Kind.READ


@dataclass(frozen=True, slots=True)
class Assume(Request):
    """Executions in which the condition is false are dropped."""

    condition: Any
