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
    """A property of complete executions."""

    @property
    def name(self) -> str: ...

    def find(self, execution: Execution, before: Sequence[int] | None) -> Violation | None:
        """The violation in this execution, or None.

        ``before`` is the model's transitive order in which accesses take effect, a row of
        bits per event, None where the model names none (then a property that needs it
        answers None).
        """
