"""The threads of a program as steps that other tools can say: guarded, atomic, with jumps between them.

A step is what takes effect at once under sequential consistency: a load, a store, both halves of an
update, an end of a read-side section, or an end of a grace period. What a thread decides by itself
it decides in the step before. Steps come from the unfolded paths of a thread, never from its source.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import TypeAlias

from explorer.execution.execution import Ending
from explorer.execution.kinds import Kind, Tag
from explorer.execution.location import Location
from explorer.program.expression import Expression
from explorer.program.segment import PathTree, Segment
from explorer.program.step import Access, Cause, Fork
from explorer.program.symbolic import Outcome
from explorer.program.unfolded import UnfoldedProgram

Domain: TypeAlias = Location | None
"""What sections and grace periods belong to: None for RCU, the word of an SRCU domain."""

Read: TypeAlias = tuple[int, Location]
"""A read by its position in the thread's program order, and its location."""


class Act(Enum):
    """What a step does beside reading and writing."""

    ENTER = "begin a read-side section"
    LEAVE = "end a read-side section"
    START = "begin to wait for a grace period"
    PASS = "end of a grace period"


_MARKS = {
    Tag.RCU_LOCK: Act.ENTER,
    Tag.SRCU_LOCK: Act.ENTER,
    Tag.RCU_UNLOCK: Act.LEAVE,
    Tag.SRCU_UNLOCK: Act.LEAVE,
    Tag.SYNC_RCU: Act.START,
    Tag.SYNC_SRCU: Act.START,
}


@dataclass(frozen=True)
class Step:
    """Something that takes effect at once.

    Attributes:
        source: where it comes from: the read of an update, else the only access.
        location: what it accesses, or the domain of its section; None for RCU.
        read: the position of its read, None if it does not read.
        requires: what must hold of the values read, its own among them; it waits for that, or another step of its
            place is made.
        stores: the value that it stores, None if it does not write.
        act: what it does to sections and grace periods.
    """

    source: Access
    location: Location | None
    read: int | None = None
    requires: Expression | None = None
    stores: Expression | None = None
    act: Act | None = None

    @property
    def may_wait(self) -> bool:
        """Whether it can keep its thread waiting."""
        return self.source.waits or self.act is Act.PASS


@dataclass(frozen=True)
class Jump:
    """The thread goes on at a place, by number."""

    place: int


@dataclass(frozen=True)
class Decision:
    """The thread decides by the value of an expression: a way per outcome, the last one if no other is taken."""

    fork: Fork
    expression: Expression
    ways: tuple[tuple[Outcome, Next], ...]


Next: TypeAlias = Jump | Decision


@dataclass(frozen=True)
class Unexplored:
    """A way that has not been unfolded: the segment before it, and the outcome that leads there."""

    segment: Segment
    outcome: Outcome


@dataclass
class Place:
    """Where a thread can be: before one of ``steps``, each with what comes after it, or at an end.

    Attributes:
        reads: what the thread has read before.
        steps: none at an end. Of several just one can be made at any time.
        ending: how the thread ended, None where it has not.
        unexplored: what comes here instead of an end, where that is not unfolded.
    """

    reads: tuple[Read, ...]
    steps: list[tuple[Step, Next]] = field(default_factory=list)
    ending: Ending | None = None
    unexplored: Unexplored | None = None

    @property
    def is_end(self) -> bool:
        """Whether the thread makes no step from here."""
        return not self.steps

    @property
    def may_wait(self) -> bool:
        """Whether a thread can be here for ever."""
        return any(step.may_wait for step, _after in self.steps)


class ThreadGraph:
    """The places of one thread, and where it starts."""

    def __init__(self, tree: PathTree, synchronized: frozenset[Domain]) -> None:
        self.name = tree.thread.name
        self.places: list[Place] = []
        self._tree = tree
        self._synchronized = synchronized
        # Segments whose steps are still to be laid out, with the place and the reads and sections before them.
        self._waiting: list[tuple[int, list[Step], Segment, tuple[Read, ...], _Sections]] = []
        # Before its first read a thread decides nothing.
        first = self._after(tree.root, (), {})
        assert isinstance(first, Jump)
        self.start = first.place
        while self._waiting:
            place, steps, segment, reads, sections = self._waiting.pop()
            self._lay_out(place, steps, segment, reads, sections)

    @property
    def steps(self) -> Iterator[Step]:
        """Every step that the thread can make."""
        return (step for place in self.places for step, _after in place.steps)

    @property
    def unexplored(self) -> dict[int, Unexplored]:
        """What is not unfolded, by place."""
        return {number: place.unexplored for number, place in enumerate(self.places) if place.unexplored is not None}

    def _place(self, reads: tuple[Read, ...], ending: Ending | None = None) -> int:
        self.places.append(Place(reads, ending=ending))
        return len(self.places) - 1

    def _after(self, segment: Segment, reads: tuple[Read, ...], sections: _Sections) -> Next:
        """What comes once a thread enters a segment."""
        steps = self._steps(segment, sections)
        if not steps:
            return self._at_end(segment, reads, sections)
        place = self._place(reads)
        self._waiting.append((place, steps, segment, reads, sections))
        return Jump(place)

    def _steps(self, segment: Segment, sections: _Sections) -> list[Step]:
        """The steps of a segment; ``sections`` come out as they are behind it."""
        found: list[Step] = []
        for access in segment.accesses:
            if access.kind is Kind.FENCE:
                found += self._marks(access, sections)
            elif access.rmw and access.writes:
                read = found.pop()
                found.append(Step(read.source, read.location, read.read, read.requires, access.value))
            elif access.writes:
                found.append(Step(access, access.location, stores=access.value))
            else:
                found.append(Step(access, access.location, access.position, access.requires))
        return found

    def _marks(self, access: Access, sections: _Sections) -> list[Step]:
        """The steps of an end of a section, or of a grace period; none where nobody waits for such sections."""
        act = _MARKS.get(access.tag) if access.tag is not None else None
        domain = access.location
        if act is None or domain not in self._synchronized:
            return []
        if act is Act.START:
            return [Step(access, domain, act=Act.START), Step(access, domain, act=Act.PASS)]
        depth = sections.get(domain, 0)
        if act is Act.ENTER:
            sections[domain] = depth + 1
            return [Step(access, domain, act=act)] if depth == 0 else []
        sections[domain] = max(depth - 1, 0)
        return [Step(access, domain, act=act)] if depth == 1 else []

    def _lay_out(
        self, place: int, steps: Sequence[Step], segment: Segment, reads: tuple[Read, ...], sections: _Sections
    ) -> None:
        for number, step in enumerate(steps):
            if step.read is not None:
                assert step.location is not None
                reads = (*reads, (step.read, step.location))
            if number < len(steps) - 1:
                following = self._place(reads)
                self.places[place].steps.append((step, Jump(following)))
                place = following
            else:
                self.places[place].steps.append((step, self._at_end(segment, reads, sections)))

    def _at_end(self, segment: Segment, reads: tuple[Read, ...], sections: _Sections) -> Next:
        """What comes behind the steps of a segment."""
        if segment.fork is None:
            assert segment.finish is not None
            return Jump(self._place(reads, segment.finish.ending))
        if segment.fork.cause is Cause.UPDATE:
            return self._update(segment, reads, sections)
        assert segment.fork.expression is not None
        ways = []
        for outcome in segment.outcomes:
            child = segment.children.get(outcome)
            after = (
                self._unexplored(segment, outcome, reads)
                if child is None
                else self._after(child, reads, dict(sections))
            )
            ways.append((outcome, after))
        if segment.fork.cause is Cause.POINTER:
            # What is none of the objects: the search would say so, if any execution led there.
            ways.append((False, self._unexplored(segment, False, reads)))
        return Decision(segment.fork, segment.fork.expression, tuple(ways))

    def _unexplored(self, segment: Segment, outcome: Outcome, reads: tuple[Read, ...]) -> Jump:
        place = self._place(reads)
        self.places[place].unexplored = Unexplored(segment, outcome)
        return Jump(place)

    def _update(self, segment: Segment, reads: tuple[Read, ...], sections: _Sections) -> Next:
        """A place with a step for each outcome of an update that may fail: the first of what comes behind it."""
        place = self._place(reads)
        for outcome in segment.outcomes:
            # Which value leads where is said by what the read requires, so both ways have to be there.
            child = self._tree.child(segment, outcome)
            behind = dict(sections)
            steps = self._steps(child, behind)
            if steps:
                self._lay_out(place, steps, child, reads, behind)
        return Jump(place)


_Sections: TypeAlias = dict[Domain, int]
"""How deep a thread is in sections of each domain."""


def thread_graphs(program: UnfoldedProgram) -> list[ThreadGraph]:
    """The graphs of all threads, as far as their paths are unfolded."""
    synchronized = frozenset(
        access.location
        for tree in program.trees
        for segment in unfolded_segments(tree)
        for access in segment.accesses
        if access.tag in (Tag.SYNC_RCU, Tag.SYNC_SRCU)
    )
    return [ThreadGraph(tree, synchronized) for tree in program.trees]


def unfolded_segments(tree: PathTree) -> Iterator[Segment]:
    """The segments that have been unfolded."""
    stack = [tree.root]
    while stack:
        segment = stack.pop()
        yield segment
        stack += segment.children.values()


def unfold_onward(tree: PathTree, unexplored: Unexplored, segments: int) -> None:
    """Unfold a way that was not, and about so many segments behind it."""
    waiting = [tree.child(unexplored.segment, unexplored.outcome)]
    left = segments
    while waiting and left > 0:
        segment = waiting.pop(0)
        for outcome in segment.outcomes:
            waiting.append(tree.child(segment, outcome))
            left -= 1
