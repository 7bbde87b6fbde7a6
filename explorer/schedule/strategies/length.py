"""How many steps a run of a program takes: what PCT spreads its changes of priority over."""

from __future__ import annotations

from collections.abc import Sequence

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


def usual_length(unfolding: UnfoldedProgram, model: Model) -> int:
    """The steps of the longest of some runs: threads in turn at random, and one after the other; at least 1.

    The longest path of each thread would be no better: their loops can seldom all be long in one run, and PCT
    would place most of its changes behind the end.
    """
    scheduler = driven(unfolding, model)
    one_by_one = Pct(0, SAMPLE, threads=max(1, len(unfolding.trees)), length=1, depth=1)
    longest = 1
    for strategy in (RandomWalk(0, SAMPLE), one_by_one):
        counted = _Counted(strategy)
        scheduler.run(counted)
        longest = max(longest, counted.longest)
    return longest


class _Counted:
    """Passes everything on to a strategy, and counts the steps of its runs."""

    def __init__(self, strategy: Strategy) -> None:
        self.longest = 0
        self._strategy = strategy
        self._steps = 0

    def start(self) -> bool:
        self._steps = 0
        return self._strategy.start()

    def choose(self, options: Sequence[Choice], state: Partial) -> int | None:
        index = self._strategy.choose(options, state)
        if index is not None and options[index].thread >= 0:
            self._steps += 1
            self.longest = max(self.longest, self._steps)
        return index

    def finish(self, result: Execution | None) -> None:
        self._strategy.finish(result)
