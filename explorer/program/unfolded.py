"""A program as the engines take it: the paths of its threads, whatever these are written in."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable
from functools import cached_property
from typing import TypeAlias

from explorer.execution.location import Location, Object
from explorer.program.errors import ScenarioError
from explorer.program.program import Program
from explorer.program.segment import PathTree

KnownPath: TypeAlias = tuple[int, tuple[bool | str, ...]]
"""A thread by number, and the outcomes of its decisions up to the last one that is known; objects by name."""


_ADVICE = "give each its own name; make them in build(), for what a thread makes is another one whenever it is run"


class UnfoldedProgram(ABC):
    """A program ready to be explored.

    ``trees`` are the paths of its threads, ``locations`` all that they touch, ``objects``
    by name all that a location may point to.  ``unroll`` and ``max_events`` bound the paths.
    ``stopped`` says why unfolding ended early, and is empty if it did not; then there are no trees, and nothing
    may be said of the program.
    """

    stopped: str = ""

    def __init__(self, program: Program, unroll: int, max_events: int | None = None) -> None:
        self.program = program
        self.unroll = unroll
        self.max_events = max_events
        self.trees, self.locations, self.objects = self._unfold()
        names = [location.name for location in self.locations]
        if len(set(names)) != len(names):
            twice = sorted({name for name in names if names.count(name) > 1})
            raise ScenarioError(f"two locations share a name: {', '.join(twice)}", advice=_ADVICE)

    @cached_property
    def identical(self) -> tuple[tuple[int, ...], ...]:
        """The classes of threads that share their paths (indices, ascending), by their first members."""
        classes: dict[int, list[int]] = {}
        for thread, tree in enumerate(self.trees):
            classes.setdefault(id(tree.root), []).append(thread)
        return tuple(map(tuple, classes.values()))

    def known_paths(self) -> frozenset[KnownPath]:
        """How far the trees have been unfolded, as plain data."""
        found = set()
        for thread, *_others in self.identical:
            stack = [self.trees[thread].root]
            while stack:
                segment = stack.pop()
                stack += segment.children.values()
                if not segment.children:
                    decisions = segment.decisions
                    found.add((thread, tuple(o.name if isinstance(o, Object) else bool(o) for o in decisions)))
        return frozenset(found)

    def unfold(self, paths: Iterable[KnownPath]) -> None:
        """Unfold the trees as far as they were elsewhere, where the same program gave ``known_paths``."""
        for thread, decisions in paths:
            tree = self.trees[thread]
            segment = tree.root
            for decision in decisions:
                segment = tree.child(segment, self.objects[decision] if isinstance(decision, str) else decision)

    @abstractmethod
    def _unfold(self) -> tuple[tuple[PathTree, ...], tuple[Location, ...], dict[str, Object]]:
        """The trees, locations and objects."""
