"""Kinds of violation: executions that break a property at the same places of the modelled code."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta

from explorer.search.result import KindKey
from explorer.visible import visible
from reports.structure import Part

Count = Annotated[int, Meta(ge=1)]


class ViolationKind(Part, frozen=True):
    """One kind of violation that a search has found.

    ``breaks`` is the property.  ``path`` is function and location of every event on the violating path, either
    empty where there is none: no line numbers, so that kinds of two programs can be compared.  ``executions``
    counts those of this kind, ``sentence`` says why one of them breaks the property, and ``line`` is the number of
    that one in the run file, from 1; None where it is beyond the cap on records.
    """

    breaks: str
    path: tuple[tuple[str, str], ...]
    executions: Count
    sentence: str
    line: Count | None

    @property
    def key(self) -> KindKey:
        """What is the same in two cells where the kind is."""
        return self.breaks, self.path

    @property
    def places(self) -> str:
        """The path in words: ``read_page(inode.seals), add_seals(inode.seals)``."""
        return visible(", ".join(f"{function.rpartition('.')[2]}({location})" for function, location in self.path))
