"""What can come out after given steps: a histogram that grows, of all ways on or of random ones.

What is found is counted and given up, so that a search of any length takes the memory of its outcomes.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from explorer.execution.execution import Execution, Status
from explorer.execution.relation import is_acyclic, union
from explorer.memory.model import Model
from explorer.program.unfolded import UnfoldedProgram
from explorer.scenario import Case
from explorer.schedule.choice import Choice
from explorer.schedule.linear import witness
from explorer.schedule.partial import Partial
from explorer.schedule.scheduler import Scheduler
from explorer.schedule.steps import Step, steps_of
from explorer.schedule.strategies.random_walk import RandomWalk
from explorer.schedule.strategy import Strategy
from explorer.schedule.walk import Position
from explorer.search.beginning import Beginning
from explorer.search.explore import PAUSE, Search
from explorer.search.outcomes import Facts, Outcomes
from explorer.search.violations import violations_of


@dataclass(frozen=True)
class Bar:
    """One outcome: what came out and which properties that breaks, how often, and the steps to the first of them.

    The steps are None where none lead there: what reads and stores have read and stored goes round in a circle.
    """

    facts: Facts
    breaks: tuple[str, ...]
    executions: int
    steps: tuple[Step, ...] | None


class Histogram:
    """The executions counted.

    Attributes:
        executions: complete and blocked ones.
        others: runs that came to something else: ``cut``, ``dropped``, ``filtered`` (by the filter clause of a litmus
            test), ``refused`` (random runs alone: no read had a source, or the model does not allow the whole).
    """

    def __init__(self, case: Case, model: Model, outcomes: Outcomes, position: Position) -> None:
        self.executions = 0
        self.others: Counter[str] = Counter()
        self._case, self._model, self._outcomes = case, model, outcomes
        self._position = position
        self._bars: dict[tuple[Facts, tuple[str, ...]], Bar] = {}

    @property
    def bars(self) -> tuple[Bar, ...]:
        """The outcomes: those that break something first, then by how often, then by words."""
        return tuple(
            sorted(self._bars.values(), key=lambda bar: (not bar.breaks, -bar.executions, bar.breaks, bar.facts))
        )

    def add(self, execution: Execution | None) -> None:
        """Count an execution that continues the position; None for a run that was refused."""
        if execution is None:
            self.others["refused"] += 1
            return
        if execution.status not in (Status.COMPLETE, Status.BLOCKED):
            self.others[execution.status.value] += 1
            return
        facts = self._outcomes.of(execution)
        if facts is None:
            self.others["filtered"] += 1
            return
        self.executions += 1
        breaks = tuple(violation.property for violation in violations_of(execution, self._case, self._model))
        known = self._bars.get((facts, breaks))
        steps = self._steps_to(execution) if known is None else known.steps
        self._bars[facts, breaks] = Bar(facts, breaks, 1 + (known.executions if known else 0), steps)

    def _steps_to(self, execution: Execution) -> tuple[Step, ...] | None:
        """The steps taken, and those that lead on from there, with as few switches between threads as may be."""
        order = union(execution.po, execution.rf)
        if not is_acyclic(order):
            return None
        before = self._position.execution
        place = {(event.thread, event.index): i for i, event in enumerate(execution.events)}
        taken = [place[before.events[i].thread, before.events[i].index] for i in self._position.order]
        known = set(taken)
        simplest = witness(execution, order)
        assert simplest is not None, "no bound was given, and the order has no cycle"
        return steps_of(execution, [*taken, *(i for i in simplest.order if i not in known)])


class AllWaysOn:
    """Every execution that begins with the steps of a position, each once."""

    def __init__(
        self, case: Case, unfolding: UnfoldedProgram, model: Model, outcomes: Outcomes, position: Position
    ) -> None:
        self.histogram = Histogram(case, model, outcomes, position)
        self.over = False
        self.states = 0
        self._search = Search(unfolding, model)
        self._beginning = Beginning(position.execution)
        self._stack = [self._search.begin()]

    def go_on(self, seconds: float, most: int) -> None:
        """Search for this long, or until ``most`` executions are counted."""
        until = time.monotonic() + seconds
        while self._stack and self.histogram.executions < most:
            before = len(self._stack) - 1
            leaf = self._search.step(self._stack)
            self._stack[before:] = [state for state in self._stack[before:] if self._beginning.may_become(state)]
            if leaf is not None and self._beginning.may_become(leaf.state) and self._beginning.is_begun(leaf):
                self.histogram.add(leaf.execution)
            if (leaf is not None or self._search.states % PAUSE == 0) and time.monotonic() >= until:
                break
        self.states = self._search.states
        self.over = not self._stack


class RandomWaysOn:
    """A number of random runs from a position, the same ones for the same seed."""

    def __init__(
        self,
        case: Case,
        unfolding: UnfoldedProgram,
        model: Model,
        outcomes: Outcomes,
        position: Position,
        seed: int,
        runs: int,
    ) -> None:
        self.histogram = Histogram(case, model, outcomes, position)
        self.over = False
        self._scheduler = Scheduler(unfolding, model, after=position.steps)
        self._strategy = _Counted(RandomWalk(seed, runs), self.histogram)

    def go_on(self, seconds: float, most: int) -> None:
        """Run for this long, or until ``most`` executions are counted; a run that has begun comes to its end."""
        self._strategy.until, self._strategy.most = time.monotonic() + seconds, most
        self._scheduler.run(self._strategy)
        self.over = self._strategy.over


class _Counted:
    """A strategy whose choices are another one's; what comes of them is counted and not kept."""

    def __init__(self, strategy: Strategy, histogram: Histogram) -> None:
        self.over = False
        self.until = 0.0
        self.most = 0
        self._strategy, self._histogram = strategy, histogram

    def start(self) -> bool:
        if self._histogram.executions >= self.most or time.monotonic() >= self.until:
            return False
        self.over = not self._strategy.start()
        return not self.over

    def choose(self, options: Sequence[Choice], state: Partial) -> int | None:
        return self._strategy.choose(options, state)

    def finish(self, result: Execution | None) -> None:
        self._histogram.add(result)
