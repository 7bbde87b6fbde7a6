"""Random runs: every legal step equally likely, the same ones for the same seed."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random

from explorer.execution.execution import Execution
from explorer.schedule.choice import Choice
from explorer.schedule.partial import Partial


class RandomWalk:
    """Strategy that makes a number of random runs.

    ``executions`` are those found, in the order of the runs; the same one may come again.
    """

    def __init__(self, seed: int, runs: int) -> None:
        self.executions: list[Execution] = []
        self._random = Random(seed)
        self._runs = runs

    def start(self) -> bool:
        self._runs -= 1
        return self._runs >= 0

    def choose(self, options: Sequence[Choice], state: Partial) -> int | None:
        return self._random.randrange(len(options))

    def finish(self, result: Execution | None) -> None:
        if result is not None:
            self.executions.append(result)
