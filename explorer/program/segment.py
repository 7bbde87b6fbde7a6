"""Paths of a thread as a tree of segments, whatever the thread is written in."""

from __future__ import annotations

import copy
from abc import ABC, abstractmethod
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Protocol, TypeAlias

from explorer.execution.kinds import Kind, Tag
from explorer.execution.location import Location
from explorer.program.errors import ScenarioError
from explorer.program.program import ThreadSpec
from explorer.program.step import Access, Cause, Finish, Fork
from explorer.program.symbolic import Outcome

Shape: TypeAlias = tuple[tuple[Kind, "Tag | None", bool], ...]
"""The events of one step by kind and tag, and whether each is half of an RMW."""


def shape_of(accesses: Sequence[Access]) -> Shape:
    """The step that the last of these accesses belongs to, up to it."""
    begin = len(accesses) - 1
    if accesses[begin].rmw and accesses[begin].writes:
        begin -= 2 if accesses[begin - 1].fenced else 1
    return tuple((access.kind, access.tag, access.rmw) for access in accesses[begin:])


class Onward(Protocol):
    """What a thread may do from a fork on: these accesses and then, if it has not ended, one of ``following``.

    A thread never comes back to where it was.  Expressions name reads by positions that are
    those of one path to here; what they say of an access's own read holds on all.
    """

    @property
    def accesses(self) -> Sequence[Access]: ...

    @property
    def following(self) -> Collection[Onward]: ...


@dataclass(eq=False)
class Segment:
    """Steps of a path from one fork to the next.

    ``accesses`` are the events it adds.  It ends in ``fork``, which may go the ways of
    ``outcomes``, or in ``finish``, never both.  ``later_writes`` are the locations that the
    thread may write after the segment.
    """

    tree: PathTree
    parent: Segment | None
    decisions: tuple[Outcome, ...]
    accesses: tuple[Access, ...] = ()
    fork: Fork | None = None
    outcomes: tuple[Outcome, ...] = ()
    finish: Finish | None = None
    later_writes: frozenset[Location] = frozenset()
    children: dict[Outcome, Segment] = field(default_factory=dict)

    @property
    def path(self) -> list[Segment]:
        """The segments from the root to this one."""
        segments: list[Segment] = []
        segment: Segment | None = self
        while segment is not None:
            segments.append(segment)
            segment = segment.parent
        return segments[::-1]

    @property
    def control(self) -> tuple[int, ...]:
        """Per access the reads whose decisions control it (join-scoped, positions as bits)."""
        return self.tree.control(self)


class PathTree(ABC):
    """All paths of one thread, unfolded as they are asked for.

    A path with more than ``max_events`` events is cut before the step (an atomic operation
    is one) that begins after so many.
    """

    def __init__(self, thread: ThreadSpec, max_events: int | None = None) -> None:
        self.thread = thread
        self.max_events = max_events
        self.root = self._unfold(None, ())

    def under(self, thread: ThreadSpec) -> PathTree:
        """The paths of a thread that is identical but for its name; both trees share their segments."""
        other = copy.copy(self)
        other.thread = thread
        return other

    @abstractmethod
    def _unfold(self, parent: Segment | None, decisions: tuple[Outcome, ...]) -> Segment:
        """The segment that follows the last of these decisions."""

    @abstractmethod
    def control(self, segment: Segment) -> tuple[int, ...]:
        """See ``Segment.control``."""

    def shapes(self) -> dict[Location | None, frozenset[Shape]] | None:
        """The steps that the thread may make, each up to its access of the location; None if nobody has looked.

        Fences that stand alone are listed under None.
        """
        return None

    def onward(self, segment: Segment) -> Collection[Onward] | None:
        """What may follow a segment; None if nobody has looked."""
        return None

    @abstractmethod
    def summary(self) -> Iterable[tuple[object, ...]]:
        """What the thread does, so that another thread has another summary."""

    def child(self, segment: Segment, outcome: Outcome) -> Segment:
        """The segment that follows when the fork at the end of ``segment`` goes this way.

        Raises ScenarioError when a pointer is followed that is null or points to no
        modelled object.
        """
        known = segment.children.get(outcome)
        if known is None:
            fork = segment.fork
            assert fork is not None
            if fork.cause is Cause.POINTER and isinstance(outcome, int):
                raise ScenarioError(
                    f"thread {self.thread.name} follows a null pointer ({fork.expression})",
                    place=f"{fork.source.file}:{fork.source.line}",
                    advice="test the pointer before its fields are used",
                )
            # In the tree that the root was made in: what it knows of all paths is found once.
            known = segment.tree._unfold(segment, (*segment.decisions, outcome))
            segment.children[outcome] = known
        return known


def event_limit(max_events: int) -> str:
    """How the end of a path that was cut for its number of events is described."""
    return f"limit of {max_events} events per thread"
