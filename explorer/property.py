"""What a scenario asks of an execution, and what an answer consists of."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from explorer.execution.execution import Execution


@dataclass(frozen=True, slots=True)
class Edge:
    """One step of a violating path: ``relation`` (po, rf, fr, ...) leads from event to event."""

    source: int
    target: int
    relation: str


@dataclass(frozen=True, slots=True)
class Mark:
    """A word that a picture puts beside an event, such as ``sealed`` or ``LEAK``."""

    event: int
    label: str


@dataclass(frozen=True, slots=True)
class Violation:
    """Why an execution breaks a property.

    Attributes:
        property: the property's name, ``leak``.
        path: the edges that make it a violation, in reading order.
        marks: the decisive events and a word for each.
        sentence: one sentence that a kernel engineer can read aloud.
    """

    property: str
    path: tuple[Edge, ...]
    marks: tuple[Mark, ...]
    sentence: str


class Property(Protocol):
    """A property of complete executions.

    A property may have two attributes more, which let a search do less (docs/engine.md); both
    count as False where they are missing:

    ``alike``: it treats identical threads alike.  Where they change names, so does the violation
    found, and its kind (name, functions and locations on the path) is the same.  A property that
    names a thread, or tells the first of several violations that may differ, does not.

    ``of_one_thread``: it speaks of one thread.  An execution breaks it exactly where it still does
    without all but one of any threads that never write, for some choice of that one.  Of ``before``
    it may ask only what does *not* come before what, for the threads left out may order more.
    """

    @property
    def name(self) -> str: ...

    def find(self, execution: Execution, before: Sequence[int] | None) -> Violation | None:
        """The violation in this execution, or None.

        ``before`` is the model's transitive order in which accesses take effect, a row of
        bits per event, None where the model names none (then a property that needs it
        answers None).
        """


def treats_threads_alike(prop: Property) -> bool:
    """Whether a property says so."""
    return bool(getattr(prop, "alike", False))


def is_of_one_thread(prop: Property) -> bool:
    """Whether a property says that it speaks of one thread."""
    return bool(getattr(prop, "of_one_thread", False))
