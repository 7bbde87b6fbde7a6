"""How many steps the threads of a program make, and writes a location gets: what plans are drawn over."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random

from explorer.execution.execution import Execution
from explorer.schedule.choice import Choice
from explorer.schedule.partial import Partial
from explorer.schedule.scheduler import Scheduler

RUNS = 20
"""Random runs that are made to find out."""


@dataclass(frozen=True)
class Likely:
    """The most of some random runs, and a quarter more; at least 1.

    The longest paths that the code has would be no better: threads with loops seldom all take theirs.

    Attributes:
        lengths: the steps of each thread.
        writes: the stores to one location: what a read may pass over.
    """

    lengths: tuple[int, ...]
    writes: int


def likely(scheduler: Scheduler, threads: int) -> Likely:
    """How large the runs of a program are."""
    walk = _CountedWalk(threads)
    scheduler.run(walk)
    return Likely(tuple(map(_and_more, walk.longest)), _and_more(walk.writes))


def _and_more(count: int) -> int:
    return count + count // 4 + 1


class _CountedWalk:
    """Strategy that makes random runs, the same ones each time, and counts steps by thread and stores by location."""

    def __init__(self, threads: int) -> None:
        self.longest = [0] * threads
        self.writes = 0
        self._made = [0] * threads
        self._random = Random(0)
        self._left = RUNS

    def start(self) -> bool:
        self._made = [0] * len(self._made)
        self._left -= 1
        return self._left >= 0

    def choose(self, options: Sequence[Choice], state: Partial) -> int | None:
        index = self._random.randrange(len(options))
        thread = options[index].thread
        if thread >= 0:
            self._made[thread] += 1
            self.longest[thread] = max(self.longest[thread], self._made[thread])
        return index

    def finish(self, result: Execution | None) -> None:
        if result is not None:
            # The initial write comes first.
            self.writes = max([self.writes, *(len(order) - 1 for order in result.coherence)])
