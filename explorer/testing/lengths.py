"""How many steps the threads of a program make: what plans are drawn over."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random

from explorer.execution.execution import Execution
from explorer.schedule.choice import Choice
from explorer.schedule.partial import Partial
from explorer.schedule.scheduler import Scheduler

RUNS = 20
"""Random runs that are made to find out."""


def likely_lengths(scheduler: Scheduler, threads: int) -> tuple[int, ...]:
    """Per thread the most steps that it made in some random runs, and a quarter more; at least 1.

    The longest path that its code has would be no better: threads with loops seldom all take theirs.
    """
    walk = _CountedWalk(threads)
    scheduler.run(walk)
    return tuple(count + count // 4 + 1 for count in walk.longest)


class _CountedWalk:
    """Strategy that makes random runs, the same ones each time, and counts the steps of each thread."""

    def __init__(self, threads: int) -> None:
        self.longest = [0] * threads
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
        pass
