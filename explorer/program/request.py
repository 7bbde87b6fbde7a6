"""What a modelled thread can ask of its engine: the only things it may await.

A request is created by the thread context (``explorer.program.thread``), awaited by the
modelled code, and answered by an engine: the unfolder with symbolic values, the
scheduler with concrete ones.
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from dataclasses import dataclass
from typing import Any

from explorer.execution.kinds import Kind, Tag
from explorer.program.errors import ScenarioError


@dataclass(frozen=True, slots=True)
class Request:
    """Base of all requests. ``at`` is the step and text given in the model: ``R3 seal check``."""

    at: str

    def __await__(self) -> Generator[Request, Any, Any]:
        return (yield self)

    def __bool__(self) -> bool:
        raise not_awaited()


def not_awaited(place: str = "") -> ScenarioError:
    """The error of modelled code that uses an operation where it wants the operation's value."""
    return ScenarioError(
        "an operation is used without being awaited", place=place, advice="write: value = await t.read(...)"
    )


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
