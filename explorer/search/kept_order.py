"""An order that the search has kept, as the model would compute it."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate
from typing import Any

from explorer.search.state import State


class KeptOrder(Sequence[int]):
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
