"""How many steps a run of a program takes: what PCT spreads its changes of priority over."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from explorer.execution.execution import Execution
from explorer.memory.model import Model
from explorer.program.unfolded import UnfoldedProgram
from explorer.schedule.choice import Choice
from explorer.schedule.partial import Partial
from explorer.schedule.strategies.in_order import driven
from explorer.schedule.strategies.pct import Pct
from explorer.schedule.strategies.random_walk import RandomWalk
from explorer.schedule.strategy import Strategy

SAMPLE = 20
"""Runs of each kind that are made for it."""


def usual_length(
    unfolding: UnfoldedProgram, model: Model, sample: int = SAMPLE, stop: Callable[[], object] = lambda: False
) -> int:
    """The steps of the longest of some runs: threads in turn at random, and one after the other; at least 1.

    ``stop`` is asked at every step: once it gives something true, no more are made.

    The longest path of each thread would be no better: their loops can seldom all be long in one run, and PCT
    would place most of its changes behind the end.
    """
    scheduler = driven(unfolding, model)
    one_by_one = Pct(0, sample, threads=max(1, len(unfolding.trees)), length=1, depth=1)
    longest = 1
    for strategy in (RandomWalk(0, sample), one_by_one):
        counted = _Counted(strategy, stop)
        scheduler.run(counted)
        longest = max(longest, counted.longest)
    return longest


class _Counted:
    """Passes everything on to a strategy, and counts the steps of its runs."""

    def __init__(self, strategy: Strategy, stop: Callable[[], object]) -> None:
        self.longest = 0
        self._stop = stop
        self._strategy = strategy
        self._steps = 0

    def start(self) -> bool:
        self._steps = 0
        return not self._stop() and self._strategy.start()

    def choose(self, options: Sequence[Choice], state: Partial) -> int | None:
        if self._stop():
            return None
        index = self._strategy.choose(options, state)
        if index is not None and options[index].thread >= 0:
            self._steps += 1
            self.longest = max(self.longest, self._steps)
        return index

    def finish(self, result: Execution | None) -> None:
        self._strategy.finish(result)
