"""What runs of small programs do under a strategy, for the tests of this folder."""

from __future__ import annotations

from collections.abc import Sequence

from explorer.execution.execution import Execution
from explorer.memory.model import Model, load_model
from explorer.program.unfolded import UnfoldedProgram
from explorer.schedule.choice import Choice
from explorer.schedule.partial import Partial
from explorer.schedule.strategies.in_order import driven
from explorer.schedule.strategy import Strategy

SC = load_model("sc")


class Traced:
    """Passes everything on to a strategy, and keeps per run the threads that made its steps and what came out."""

    def __init__(self, strategy: Strategy) -> None:
        self.threads: list[list[int]] = []
        self.results: list[Execution | None] = []
        self._strategy = strategy

    def start(self) -> bool:
        started = self._strategy.start()
        if started:
            self.threads.append([])
        return started

    def choose(self, options: Sequence[Choice], state: Partial) -> int | None:
        index = self._strategy.choose(options, state)
        if index is not None and options[index].thread >= 0:
            self.threads[-1].append(options[index].thread)
        return index

    def finish(self, result: Execution | None) -> None:
        self.results.append(result)
        self._strategy.finish(result)

    @property
    def executions(self) -> list[Execution]:
        return [result for result in self.results if result is not None]

    @property
    def schedules(self) -> list[str]:
        """The threads of each run as digits: ``0011``."""
        return ["".join(map(str, threads)) for threads in self.threads]


def traced(unfolding: UnfoldedProgram, strategy: Strategy, model: Model = SC) -> Traced:
    """The runs that a strategy makes."""
    watched = Traced(strategy)
    driven(unfolding, model).run(watched)
    return watched


def values(execution: Execution) -> tuple[int, ...]:
    """What was read, thread by thread in program order."""
    return tuple(int(event.value) for event in execution.events if event.kind.value == "R")  # type: ignore[arg-type]
