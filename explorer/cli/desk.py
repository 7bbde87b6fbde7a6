"""Between those who know what is to be done and those who know how processes do it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol


@dataclass(frozen=True, slots=True, eq=False)
class Call:
    """A function for a worker to call: one that can be imported there, and plain data."""

    function: Callable[..., Any]
    arguments: tuple[Any, ...]


class Desk(Protocol):
    """Hands out calls, and takes in their answers."""

    @property
    def over(self) -> bool:
        """Whether no answer is wanted any more; what still runs then is killed."""

    def take(self) -> Call | None:
        """The next call; None if there is none before further answers come."""

    def bring(self, call: Call, answer: Any) -> None:
        """Take in the answer of a call."""

    def look(self) -> None:
        """Called several times a second, for limits and displays."""
