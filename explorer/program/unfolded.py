"""A program as the engines take it: the paths of its threads, whatever these are written in."""

from __future__ import annotations

from abc import ABC, abstractmethod

from explorer.execution.location import Location, Object
from explorer.program.errors import ScenarioError
from explorer.program.program import Program
from explorer.program.segment import PathTree


class UnfoldedProgram(ABC):
    """A program ready to be explored.

    ``trees`` are the paths of its threads, ``locations`` all that they touch, ``objects``
    by name all that a location may point to.  ``unroll`` and ``max_events`` bound the paths.
    """

    def __init__(self, program: Program, unroll: int, max_events: int | None = None) -> None:
        self.program = program
        self.unroll = unroll
        self.max_events = max_events
        self.trees, self.locations, self.objects = self._unfold()
        names = [location.name for location in self.locations]
        if len(set(names)) != len(names):
            twice = sorted({name for name in names if names.count(name) > 1})
            raise ScenarioError(f"two locations share a name: {', '.join(twice)}", advice="give each its own name")

    @abstractmethod
    def _unfold(self) -> tuple[tuple[PathTree, ...], tuple[Location, ...], dict[str, Object]]:
        """The trees, locations and objects."""
