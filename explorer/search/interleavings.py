"""How many orders of steps a program has under sequential consistency.

A step is one access, one atomic update, one lock acquisition or one unlock; fences are
none.  The number is the sum, over the complete executions, of the linear extensions of
po | rf | co | fr on steps.  It is counted here without listing executions: under sc an
order of steps runs through memory states, and orders that meet in one state go on alike.
"""

from __future__ import annotations

from typing import Any

from explorer.execution.execution import Ending
from explorer.execution.kinds import Kind, Tag
from explorer.execution.location import Location
from explorer.memory.model import Model
from explorer.program.expression import evaluate, reads_of
from explorer.program.segment import Segment
from explorer.program.step import Access, Cause
from explorer.program.symbolic import Outcome
from explorer.program.unfolded import UnfoldedProgram

WORK_LIMIT = 400_000
"""States looked at before the count is given up."""

DIGITS = 4_000
"""Digits of a number that is given."""

Local = tuple[Segment, int, tuple[Any, ...]]
"""A thread: its segment, the index of its next access there, and its values by position."""


def counts_interleavings(model: Model) -> bool:
    """Whether executions under this model stand for orders of steps."""
    return model.name == "sc"


def count_interleavings(unfolding: UnfoldedProgram, work_limit: int = WORK_LIMIT) -> int | None:
    """The number of orders of steps of all complete sc executions; None beyond the work limit, or ``DIGITS``.

    Grace periods order steps beyond their own place, so programs with any are not counted.
    The program must have been searched under sc before, or been unfolded as far as by a search: the
    paths unfolded are the ones that the orders take, and tell which values are still needed.
    """
    return _Counting(unfolding).count(work_limit)


class _Counting:
    def __init__(self, unfolding: UnfoldedProgram) -> None:
        self._trees = unfolding.trees
        self._index = {location: i for i, location in enumerate(unfolding.locations)}
        self._initial = tuple(location.initial for location in unfolding.locations)
        self._uses: dict[tuple[Segment, int], int] = {}
        self._classes = [members for members in unfolding.identical if len(members) > 1]
        self._numbers: dict[Local, int] = {}

    def count(self, work_limit: int) -> int | None:
        """Step by step: all orders of n steps at once, counted by the state they lead to."""
        if any(self._has_grace_period(tree.root) for tree in self._trees):
            return None
        start: list[Local] = []
        for tree in self._trees:
            local = self._settle(tree.root, 0, ())
            if local is None:
                return 0
            start.append(local)
        layer: dict[tuple[tuple[Local, ...], tuple[Any, ...]], int] = {(tuple(start), self._initial): 1}
        finished = 0
        work = 0
        while layer:
            work += len(layer)
            if work > work_limit:
                return None
            following: dict[tuple[tuple[Local, ...], tuple[Any, ...]], int] = {}
            for (locals_, memory), ways in layer.items():
                if work + len(following) > work_limit:
                    return None
                ended = True
                for thread, local in enumerate(locals_):
                    segment, index, _values = local
                    if index == len(segment.accesses) and segment.finish is not None:
                        continue
                    ended = False
                    step = self._step(local, memory)
                    if step is not None:
                        moved, changed = step
                        key = (self._renamed((*locals_[:thread], moved, *locals_[thread + 1 :])), changed)
                        following[key] = following.get(key, 0) + ways
                if ended:
                    finished += ways
            layer = following
        return finished if finished < 10**DIGITS else None

    def _renamed(self, locals_: tuple[Local, ...]) -> tuple[Local, ...]:
        """The one state for all that differ in the names of identical threads: these go on in as many orders."""
        if not self._classes:
            return locals_
        renamed = list(locals_)
        for members in self._classes:
            ordered = sorted([locals_[thread] for thread in members], key=self._number)
            for place, thread in enumerate(members):
                renamed[thread] = ordered[place]
        return tuple(renamed)

    def _number(self, local: Local) -> int:
        return self._numbers.setdefault(local, len(self._numbers))

    def _has_grace_period(self, segment: Segment) -> bool:
        return any(access.tag in (Tag.SYNC_RCU, Tag.SYNC_SRCU) for access in segment.accesses) or any(
            self._has_grace_period(child) for child in segment.children.values()
        )

    def _step(self, local: Local, memory: tuple[Any, ...]) -> tuple[Local, tuple[Any, ...]] | None:
        """What the thread's next step leads to; None when it waits or its path is not complete."""
        segment, index, values = local
        if index == len(segment.accesses):
            return self._update(segment, values, memory)
        access = segment.accesses[index]
        place = self._index[_location(access)]
        if access.reads:
            values = (*values, memory[place])
            if access.requires is not None and evaluate(access.requires, values) == 0:
                return None
            index += 1
            if access.rmw:
                access = segment.accesses[index]
        if access.writes:
            assert access.value is not None
            value = evaluate(access.value, values)
            values = (*values, value)
            memory = (*memory[:place], value, *memory[place + 1 :])
            index += 1
        settled = self._settle(segment, index, values)
        return None if settled is None else (settled, memory)

    def _update(self, segment: Segment, values: tuple[Any, ...], memory: Any) -> tuple[Local, tuple[Any, ...]] | None:
        """An update that may fail: memory decides which way the path forks before it."""
        for outcome in (True, False):
            child = segment.children[outcome]
            settled = self._settle(child, 0, values)
            assert settled is not None, "an update has at least a read"
            step = self._step(settled, memory)
            if step is not None:
                return step
        return None

    def _settle(self, segment: Segment, index: int, values: tuple[Any, ...]) -> Local | None:
        """Go past fences and decisions to the next step or the end, and forget dead values.

        None when the path ends other than by returning.
        """
        while True:
            if index < len(segment.accesses):
                if segment.accesses[index].kind is not Kind.FENCE:
                    break
                values = (*values, None)
                index += 1
            elif segment.fork is None:
                assert segment.finish is not None
                return (segment, index, ()) if segment.finish.ending is Ending.RETURNED else None
            elif segment.fork.expression is None:
                break
            else:
                value = evaluate(segment.fork.expression, values)
                outcome: Outcome = value if segment.fork.cause is Cause.POINTER else value != 0  # type: ignore[assignment]
                segment, index = segment.children[outcome], 0
        live = self._live(segment, index)
        return segment, index, tuple(value if live >> i & 1 else None for i, value in enumerate(values))

    def _live(self, segment: Segment, index: int) -> int:
        """The positions whose values something later on the known paths looks at."""
        known = self._uses.get((segment, index))
        if known is not None:
            return known
        uses = 0
        for access in segment.accesses[index:]:
            for expression in (access.value, access.requires):
                if expression is not None:
                    uses |= reads_of(expression)
        if segment.fork is not None and segment.fork.expression is not None:
            uses |= reads_of(segment.fork.expression)
        for child in segment.children.values():
            uses |= self._live(child, 0)
        self._uses[segment, index] = uses
        return uses


def _location(access: Access) -> Location:
    assert access.location is not None
    return access.location
