"""Round robin: each thread makes a number of steps in its turn."""

from __future__ import annotations

from collections.abc import Sequence

from explorer.schedule.choice import Choice
from explorer.schedule.partial import Partial
from explorer.schedule.strategies.sampling import Sampling, ready


class RoundRobin(Sampling):
    """Threads take turns of ``quantum`` steps; a turn is shorter where its thread cannot go on.

    The first run begins with the first thread, the next one with the next.  Where no quantum is given it is 1 until
    each thread has begun, then 2, and so on.  Nothing else differs between runs but the steps chosen where a thread
    has several, by the seed.
    """

    def __init__(self, seed: int, runs: int, *, threads: int, quantum: int | None = None, first: int = 1) -> None:
        assert quantum is None or quantum >= 1
        super().__init__(seed, runs, first=first)
        self._threads = threads
        self._chosen = quantum
        self._quantum = 0
        self._thread = 0
        self._left = 0

    def begin(self) -> None:
        rounds, self._thread = divmod(self.run - 1, self._threads)
        self._quantum = self._left = self._chosen or rounds + 1

    def pick(self, options: Sequence[Choice], state: Partial) -> int:
        able = ready(options)
        if self._left == 0 or self._thread not in able:
            # The next in turn that can go on; the thread itself comes last.
            turns = [(self._thread + i) % self._threads for i in range(1, self._threads + 1)]
            self._thread = next(thread for thread in turns if thread in able)
            self._left = self._quantum
        self._left -= 1
        return self.of_thread(options, self._thread)
