"""Fair to loops that wait: a thread does not spin while the one that it waits for could go on.

A thread that is about to read again, at the same place of the code, a location that nobody has written since, would
find nothing new.  It gives way to the other threads as long as one of them has something else to do.  So a loop that
waits goes round only when something has changed or when there is nothing else, and is not cut for want of iterations.
In the words of Musuvathi and Qadeer, "Fair stateless model checking", PLDI 2008, such a read is where a thread yields.
"""

from __future__ import annotations

from collections.abc import Sequence

from explorer.schedule.choice import Choice
from explorer.schedule.partial import Partial
from explorer.schedule.strategies.sampling import Sampling, ready

_Place = tuple[int, str, int, str]
"""A thread, and a place in its code with the location that it accesses there."""


class Fair(Sampling):
    """A random thread of those that do not spin, and a random one of its steps; the last value where it spins."""

    def __init__(self, seed: int, runs: int, *, first: int = 1) -> None:
        super().__init__(seed, runs, first=first)
        self._read: dict[_Place, int] = {}

    def begin(self) -> None:
        self._read = {}

    def pick(self, options: Sequence[Choice], state: Partial) -> int:
        able = ready(options)
        index_of = {thread: next(i for i, c in enumerate(options) if c.thread == thread) for thread in able}
        place_of = {thread: _place(options[index_of[thread]], state) for thread in able}
        spinning = [thread for thread in able if self._read.get(place_of[thread]) == _writes(thread, state)]
        thread = self.random.choice([thread for thread in able if thread not in spinning] or able)
        self._read[place_of[thread]] = _writes(thread, state)
        if thread in spinning:
            # The last write in coherence order: an old one would let it spin on.
            return max(i for i, choice in enumerate(options) if choice.thread == thread)
        return self.of_thread(options, thread)


def _place(choice: Choice, state: Partial) -> _Place:
    access = state.access(choice)
    assert access.location is not None
    return choice.thread, access.source.file, access.source.line, access.location.name


def _writes(thread: int, state: Partial) -> int:
    """How many writes there are of the location that a thread accesses next."""
    return len(state.coherence[state.threads[thread].location])
