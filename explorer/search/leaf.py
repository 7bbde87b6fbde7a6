"""Finished executions as the search hands them on."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from itertools import accumulate
from typing import Any

from explorer.execution.execution import Execution, Status, ThreadEnd, worst
from explorer.execution.location import Value
from explorer.memory.model import Model
from explorer.program.build import Path, blocked_at, build_execution
from explorer.program.segment import Segment
from explorer.program.unfolded import UnfoldedProgram
from explorer.search.state import State


class Leaf:
    """A finished execution, built only when somebody looks at it."""

    def __init__(self, unfolding: UnfoldedProgram, state: State, paths: dict[tuple[Segment, int], Path]) -> None:
        self._unfolding = unfolding
        self._state = state
        self._paths = paths

    @cached_property
    def ends(self) -> tuple[ThreadEnd, ...]:
        """How each thread ended."""
        ends = []
        for thread, segment in enumerate(self._state.segments):
            if self._state.stands(thread):
                ends.append(blocked_at(segment.items[self._state.index[thread]].access))
            else:
                finish = segment.segment.finish
                assert finish is not None
                ends.append(ThreadEnd(finish.ending, finish.detail, finish.source))
        return tuple(ends)

    @property
    def names(self) -> frozenset[str]:
        """The sets of cat that the events belong to by kind and tag (of a wait that is not over too)."""
        return frozenset().union(*(prepared.names for prepared in self._state.segments))

    @property
    def segments(self) -> tuple[Segment, ...]:
        """Per thread the last segment of its path."""
        return tuple(prepared.segment for prepared in self._state.segments)

    def values(self, thread: int) -> Sequence[Value | None]:
        """The values of a thread's events, by position."""
        return self._state.values[thread]

    @property
    def status(self) -> Status:
        """How the execution ended."""
        return worst(self.ends)

    @cached_property
    def execution(self) -> Execution:
        """The execution itself."""
        state = self._state

        def name(event: int) -> tuple[int, int]:
            if event < 0:
                return -1, -1 - event
            return state.owner[event], state.access[event].position

        return build_execution(
            self._unfolding,
            paths=[self._path(thread) for thread in range(len(state.segments))],
            values=[values[: self._made(thread)] for thread, values in enumerate(state.values)],
            source_of={name(event): name(source) for event, source in enumerate(state.source) if source is not None},
            coherence={
                self._unfolding.locations[location]: [name(event) for event in order]
                for location, order in enumerate(state.co)
            },
            ends=self.ends,
        )

    def _made(self, thread: int) -> int:
        """How many accesses a thread has made.

        One that waits at a fully ordered update has not begun it: the update's fence is taken
        back.
        """
        made = len(self._state.values[thread])
        if self._state.stands(thread):
            waiting = self._state.segments[thread].items[self._state.index[thread]].access
            return made - waiting.fenced
        return made

    def _path(self, thread: int) -> Path:
        """The accesses that a thread has made."""
        segment, length = self._state.segments[thread].segment, self._made(thread)
        known = self._paths.get((segment, length))
        if known is None:
            pairs = [pair for part in segment.path for pair in zip(part.accesses, part.control, strict=True)]
            known = self._paths[segment, length] = Path(pairs[:length])
        return known

    def before(self, model: Model) -> Sequence[int] | None:
        """The model's transitive order in which accesses take effect, a row per event.

        Where the search has kept that order anyway, rows are made only when looked at.
        """
        if model.before_order is None or not model.orders[model.before_order].complete:
            return model.before(self.execution)
        made = [self._made(thread) for thread in range(len(self._state.segments))]
        return _KeptOrder(self._state, model.before_order, len(self._unfolding.locations), made)


class _KeptOrder(Sequence[int]):
    """An order that the search has kept, in the numbering of the execution.

    Initial writes have empty rows: nothing that is asked of this order begins at one.
    """

    def __init__(self, state: State, order: int, locations: int, made: list[int]) -> None:
        self._rows = state.rows[order]
        starts = list(accumulate(made, initial=locations))
        # Per event of the search its number in the execution, and back; -1 for one taken back.
        self._number = [
            starts[thread] + item.position if item.position < made[thread] else -1
            for thread, item in zip(state.owner, state.access, strict=True)
        ]
        self._event = {number: event for event, number in enumerate(self._number) if number >= 0}
        self._length = starts[-1]
        self._made: dict[int, int] = {}

    def __len__(self) -> int:
        return self._length

    def __getitem__(self, number: Any) -> Any:
        if number >= self._length:
            raise IndexError(number)
        row = self._made.get(number)
        if row is None:
            row = 0
            event = self._event.get(number)
            if event is not None:
                for other, before in enumerate(self._rows):
                    if before >> event & 1 and other != event and self._number[other] >= 0:
                        row |= 1 << self._number[other]
            self._made[number] = row
        return row
