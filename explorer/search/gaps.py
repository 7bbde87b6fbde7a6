"""The places in the coherence order of one location where writes may still come, as some reads of it see them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from explorer.search.prepared import WRITE, Item
from explorer.search.state import State
from explorer.search.turns import Step, step_of


@dataclass(frozen=True, slots=True)
class Gap:
    """A place in a coherence order, behind the initial write or another.

    ``value`` is the one before it, ``open`` says whether new writes may come there, ``threads``
    (bits) which threads may make a step there, ``readers`` (bits) which of the reads asked about
    may read from what comes there.  ``closing`` is the update right after it that has yet to get
    what it reads from, in this very place.
    """

    value: Any
    open: bool
    threads: int
    readers: int
    closing: Step | None


def gaps_of(state: State, thread: int, location: int, reads: tuple[int, ...], reading: int) -> tuple[Gap, ...]:
    """The places in the coherence order where there may be a step that matters to a thread's reads.

    Those that are not open to writes matter to threads that may only read (``reading``, bits).
    """
    order = state.co[location]
    bounds = [_bounds(state, thread, state.access[read]) for read in reads]
    if not reads:
        bounds = [(_first_place(state, thread, location), len(order))]
    last = max(high for _low, high in bounds)
    closing = {
        state.where[state.owner[other]][state.access[other].position + 1]: state.access[other].access
        for other in state.open
        if state.access[other].location == location and state.access[other].rmw
    }
    before = (-1 - location, *order)
    places = [place for place in range(last + 1) if not state.is_glued(before[place], location)]
    opened = set(places)
    first = [0] * len(state.segments)
    if places != [last] or reading:
        first = [_first_place(state, other, location) for other in range(len(state.segments))]
        places = [
            place
            for place in range(last + 1)
            if place in opened or any(reading >> other & 1 and low <= place for other, low in enumerate(first))
        ]
    return tuple(
        Gap(
            value=state.value_of(before[place], location),
            open=place in opened,
            threads=sum(1 << other for other, low in enumerate(first) if low <= place and other != thread),
            readers=sum(1 << i for i, (low, high) in enumerate(bounds) if low <= place <= high),
            closing=step_of([closing[order[place]]]) if place < len(order) and order[place] in closing else None,
        )
        for place in places
    )


def _first_place(state: State, thread: int, location: int) -> int:
    """Where in a coherence order the next write of a thread may come at the earliest."""
    return max([place + 1 for _position, place in _seen(state, thread, location)], default=0)


def _bounds(state: State, thread: int, read: Item) -> tuple[int, int]:
    """The first and the last place in the coherence order where the write may come that a passed read takes.

    It is behind what the thread has seen before, its own writes and those it has read from, and not behind what it
    sees after.
    """
    order = state.co[read.location]
    if read.rmw:  # right before its own write
        own = order.index(state.where[thread][read.position + 1])
        return own, own
    seen = _seen(state, thread, read.location)
    low = max([place + 1 for position, place in seen if position < read.position], default=0)
    high = min([place for position, place in seen if position > read.position], default=len(order))
    return low, high


def _seen(state: State, thread: int, location: int) -> list[tuple[int, int]]:
    """Of a thread's accesses of a location the position, and the place of the write made or read, -1: the initial."""
    order = state.co[location]
    found = []
    for event in state.where[thread]:
        item = state.access[event]
        if item.location == location:
            source = event if item.kind == WRITE else state.source[event]
            if source is not None:
                found.append((item.position, order.index(source) if source >= 0 else -1))
    return found
