"""What strategies that sample have in common: a number of runs, each with random numbers of its own.

A run's numbers come from the seed and the run's number alone.  A strategy that remembers nothing from one run to the
next can so make any run again by itself.
"""

from __future__ import annotations

from collections.abc import Sequence
from random import Random

from explorer.execution.execution import Execution
from explorer.schedule.choice import END, Choice
from explorer.schedule.partial import Partial


class Sampling:
    """A number of runs, from the one with number ``first`` on; ``run`` is the number of the current one."""

    def __init__(self, seed: int, runs: int, *, first: int = 1) -> None:
        self.run = first - 1
        self.random = Random()
        self._seed = seed
        self._last = self.run + runs

    def start(self) -> bool:
        if self.run >= self._last:
            return False
        self.run += 1
        # A string: its hash, unlike that of a tuple, is not what seeds the numbers.
        self.random = Random(f"{self._seed} {self.run}")
        self.begin()
        return True

    def begin(self) -> None:
        """Prepare a run; ``random`` has its numbers."""

    def choose(self, options: Sequence[Choice], state: Partial) -> int | None:
        # Beside the end there may be steps under weak models: a thread that waits may take an old value.
        if options[0] == END and (len(options) == 1 or self.random.randrange(len(options)) == 0):
            return 0
        return self.pick(options, state)

    def pick(self, options: Sequence[Choice], state: Partial) -> int:
        """The index of the next step; there is one, maybe beside the end."""
        raise NotImplementedError

    def finish(self, result: Execution | None) -> None:
        """Nothing is remembered."""

    def of_thread(self, options: Sequence[Choice], thread: int) -> int:
        """The index of one of a thread's steps, each equally likely; where steps take effect at once it has one."""
        return self.random.choice([i for i, choice in enumerate(options) if choice.thread == thread])


def ready(options: Sequence[Choice]) -> list[int]:
    """The threads that have a step, in order."""
    return sorted({choice.thread for choice in options if choice != END})
