"""Going on by steps that take effect now, until a thread would make an access that is watched for."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence

from explorer.execution.execution import Execution
from explorer.schedule.choice import END, Choice
from explorer.schedule.concrete import ConcreteThread
from explorer.schedule.partial import Partial
from explorer.schedule.steps import Step, step_of


class RunOn:
    """Strategy that makes one run: threads take turns, one step each, as sequential consistency has it.

    Turns are fair, so a thread that waits in a loop sees what the others do.  The run stops before the access that
    ``stops`` says yes to, but for its first step: what stands at a break point goes on from it.  It stops too where
    none of the threads has a step that takes effect now.  ``steps`` are those taken.
    """

    def __init__(self, threads: Collection[int], stops: Callable[[ConcreteThread], bool], last: int = -1) -> None:
        """``threads`` take part; the first turn is that of the one after ``last``."""
        self.steps: list[Step] = []
        self._threads = threads
        self._stops = stops
        self._last = last
        self._started = False

    def start(self) -> bool:
        first, self._started = not self._started, True
        return first

    def choose(self, options: Sequence[Choice], state: Partial) -> int | None:
        count = len(state.threads)
        turns = {(self._last + 1 + i) % count: i for i in range(count)}
        ready = [
            index
            for index, choice in enumerate(options)
            if choice != END and choice.thread in self._threads and step_of(choice, state).older == 0
        ]
        if not ready:
            return None
        index = min(ready, key=lambda each: turns[options[each].thread])
        thread = options[index].thread
        if self.steps and self._stops(state.threads[thread]):
            return None
        self._last = thread
        self.steps.append(step_of(options[index], state))
        return index

    def finish(self, result: Execution | None) -> None:
        """Where the run stands is its steps."""
