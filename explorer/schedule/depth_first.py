"""Depth-first over all choices: the slow, obviously right exhaustive search.

Each run repeats the choices of an earlier one up to a fork and goes another way there.
Partial executions already seen are not extended again: however the steps were ordered,
the same events, sources and coherence orders go on alike.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass

from explorer.execution.execution import Execution, Status
from explorer.memory.model import Model
from explorer.program.unfolded import UnfoldedProgram
from explorer.schedule.choice import END, Choice
from explorer.schedule.partial import Partial
from explorer.schedule.scheduler import Scheduler


@dataclass(frozen=True)
class Exploration:
    """What an exhaustive run of the scheduler found.

    ``executions`` are all of them, each once, in the order of discovery; with
    ``finished`` false a limit stopped the search and there may be more.
    """

    executions: tuple[Execution, ...]
    finished: bool

    @property
    def counts(self) -> Mapping[Status, int]:
        """How many executions ended in each way; every status has its entry."""
        found = Counter(execution.status for execution in self.executions)
        return {status: found[status] for status in Status}


@dataclass
class _Fork:
    """A partial execution on the current run: the index of the step taken, and the steps
    still to be tried (with their indices), the next one last."""

    taken: int
    untried: list[tuple[int, Choice]]


class DepthFirst:
    """Strategy that takes every legal step of every partial execution exactly once.

    ``limit`` is the number of executions after which it stops.
    """

    def __init__(self, limit: int | None = None) -> None:
        self.executions: list[Execution] = []
        self.finished = False
        self._limit = limit
        self._run: list[_Fork] = []
        self._depth = 0
        self._seen: set[Hashable] = set()
        self._started = False

    def start(self) -> bool:
        if self._limit is not None and len(self.executions) >= self._limit:
            return False
        if self._started and not self._back_up():
            self.finished = True
            return False
        self._started = True
        self._depth = 0
        return True

    def choose(self, options: Sequence[Choice], state: Partial) -> int | None:
        if self._depth == len(self._run):
            fork = _Fork(-1, list(enumerate(options))[::-1])
            if not self._take_next(fork):
                return None
            self._run.append(fork)
        index = self._run[self._depth].taken
        self._depth += 1
        return index

    def finish(self, result: Execution | None) -> None:
        if result is not None:
            self.executions.append(result)

    def _back_up(self) -> bool:
        """Cut the run back to the last fork with a step to a new partial execution, and take it."""
        while self._run:
            if self._take_next(self._run[-1]):
                return True
            self._run.pop()
        return False

    def _take_next(self, fork: _Fork) -> bool:
        while fork.untried:
            fork.taken, choice = fork.untried.pop()
            if choice == END:
                return True
            if choice.leads_to not in self._seen:
                self._seen.add(choice.leads_to)
                return True
        return False


def explore_depth_first(unfolding: UnfoldedProgram, model: Model, limit: int | None = None) -> Exploration:
    """All executions of the program that the model allows and whose po | rf has no cycle.

    Under sc, tso and pso these are all executions.  Stops after ``limit`` executions.
    """
    strategy = DepthFirst(limit)
    Scheduler(unfolding, model, reduced=True).run(strategy)
    return Exploration(tuple(strategy.executions), strategy.finished)
