"""Keeping a search to the executions that begin with a given one, of which only a part has happened."""

from __future__ import annotations

from explorer.execution.execution import Execution
from explorer.program.build import INITIAL, Place
from explorer.search.leaf import Leaf
from explorer.search.prepared import READ
from explorer.search.state import State


class Beginning:
    """An unfinished execution as what it fixes: what its reads read, and the order of its writes.

    An execution begins with it where it has all its events, with the same sources, and its writes in the same order;
    others may come between these.
    """

    def __init__(self, unfinished: Execution) -> None:
        places: list[Place] = [(event.thread, event.index) for event in unfinished.events]
        for location in range(unfinished.initial_writes):
            places[location] = INITIAL, location
        self._sources: list[list[Place | None]] = [
            [
                places[unfinished.source_of[event]] if unfinished.source_of[event] >= 0 else None
                for event in unfinished.thread_events(thread)
            ]
            for thread in range(len(unfinished.threads))
        ]
        self._rank = {places[write]: i for order in unfinished.coherence for i, write in enumerate(order)}

    def may_become(self, state: State) -> bool:
        """Whether nothing in a partial execution of the search speaks against it: then what it grows into may begin so.

        What it grows into agrees with it no less than the partial execution does.
        """
        for where, sources in zip(state.where, self._sources, strict=True):
            for event, wanted in zip(where, sources, strict=False):
                # An update that fails is one load; one that happens may begin with a fence.
                if (state.access[event].kind == READ) != (wanted is not None):
                    return False
                source = state.source[event]
                if source is not None and (INITIAL, -1 - source) != wanted:
                    if source < 0 or _place(state, source) != wanted:
                        return False
        for order in state.co:
            ranks = [self._rank[place] for place in (_place(state, write) for write in order) if place in self._rank]
            if ranks != sorted(ranks):
                return False
        return True

    def is_begun(self, leaf: Leaf) -> bool:
        """Whether a finished execution, of a state that may become so, has all events of the beginning."""
        return all(made >= len(sources) for made, sources in zip(leaf.made, self._sources, strict=True))


def _place(state: State, event: int) -> Place:
    return state.owner[event], state.access[event].position
