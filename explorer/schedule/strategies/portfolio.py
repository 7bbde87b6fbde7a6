"""Several strategies that share the runs: one run each, in turn."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from explorer.execution.execution import Execution
from explorer.schedule.choice import Choice
from explorer.schedule.partial import Partial
from explorer.schedule.strategy import Strategy


class Portfolio:
    """Gives each strategy a run in its turn, and leaves out those that have none left.

    Attributes:
        current: the name of the strategy that makes the run.
        runs: per name how many runs it has made.
    """

    def __init__(self, strategies: Mapping[str, Strategy], runs: int) -> None:
        assert strategies
        self.runs = dict.fromkeys(strategies, 0)
        self.current = ""
        self._turns = list(strategies.items())
        self._strategy: Strategy = self._turns[0][1]
        self._left = runs

    def start(self) -> bool:
        while self._turns and self._left:
            name, strategy = self._turns.pop(0)
            if strategy.start():
                self._turns.append((name, strategy))
                self._left -= 1
                self.current, self._strategy = name, strategy
                return True
        return False

    def choose(self, options: Sequence[Choice], state: Partial) -> int | None:
        return self._strategy.choose(options, state)

    def finish(self, result: Execution | None) -> None:
        self.runs[self.current] += 1
        self._strategy.finish(result)
