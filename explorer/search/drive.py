"""Driving a case by a strategy: runs are made and looked at, and nothing is claimed of what was not run."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass, field

from explorer.execution.execution import Ending, Execution, Status
from explorer.memory.model import Model
from explorer.program.unfolded import UnfoldedProgram
from explorer.property import Violation
from explorer.scenario import Case
from explorer.schedule.choice import Choice
from explorer.schedule.partial import Partial
from explorer.schedule.strategies.in_order import driven
from explorer.schedule.strategies.portfolio import Portfolio
from explorer.schedule.strategy import Strategy
from explorer.search.deadline import Deadline
from explorer.search.run import PROGRESS_SECONDS, cut_in_words
from explorer.search.violations import reaches, violations_of


@dataclass(frozen=True, slots=True)
class Runs:
    """Which runs to make, and which of them to look at: all, or ``only`` one; ``deadline`` says when to stop."""

    first: int = 1
    most: int | None = None
    only: int | None = None
    deadline: Deadline = field(default_factory=Deadline)


@dataclass(slots=True)
class Find:
    """One property that some runs have broken.

    Attributes:
        violation: how the first of these runs broke it, and ``execution`` what that run was.
        first: the number of that run.
        runs: how many runs broke it; ``executions`` how many executions these were.
        by: in a portfolio, per strategy that found it the number of the first run and how many there were.
    """

    violation: Violation
    execution: Execution
    first: int
    runs: int = 0
    executions: int = 0
    by: dict[str, list[int]] = field(default_factory=dict)


@dataclass(slots=True)
class Driven:
    """What the runs were and what they found.

    Attributes:
        runs: how many were looked at; ``abandoned`` of these led to no execution.
        statuses: the distinct executions by how they ended.
        finds: per property broken, deadlocks among them, in the order of discovery.
        goals: per declared goal whether some complete execution reached it.
        flags: per flag of the model how many of the complete executions it remarks on.
        cuts: what cut paths, in words.
        stopped: why there are no more runs, where the strategy had begun another one.
    """

    goals: dict[str, bool]
    runs: int = 0
    abandoned: int = 0
    statuses: dict[Status, int] = field(default_factory=lambda: dict.fromkeys(Status, 0))
    finds: dict[str, Find] = field(default_factory=dict)
    flags: Counter[str] = field(default_factory=Counter)
    cuts: dict[str, None] = field(default_factory=dict)
    stopped: str = ""

    @property
    def distinct(self) -> int:
        """How many executions were seen, however they ended."""
        return sum(self.statuses.values())


def drive(
    case: Case,
    model: Model,
    unfolding: UnfoldedProgram,
    strategy: Strategy,
    runs: Runs,
    progress: Callable[[Driven], None] | None = None,
) -> Driven:
    """Make runs of a case as a strategy chooses.

    ``progress`` is called a few times a second. The deadline ends the runs, in the midst of one too, which is not
    looked at then; what was found up to then is given.
    """
    observer = _Observer(case, model, unfolding, strategy, runs, progress)
    driven(unfolding, model).run(observer)
    return observer.driven


class _Observer:
    """Passes everything on to a strategy, and looks at the executions that come out."""

    def __init__(
        self,
        case: Case,
        model: Model,
        unfolding: UnfoldedProgram,
        strategy: Strategy,
        runs: Runs,
        progress: Callable[[Driven], None] | None,
    ) -> None:
        self.driven = Driven({goal.name: False for goal in case.goals})
        self._case = case
        self._model = model
        self._unfolding = unfolding
        self._strategy = strategy
        self._runs = runs
        self._progress = progress
        self._number = runs.first - 1
        self._reported = time.monotonic()
        # By key of each execution seen: the properties that it breaks.
        self._seen: dict[Hashable, tuple[str, ...]] = {}

    def start(self) -> bool:
        # Asked first: a strategy that has no more runs has not been stopped.
        if not self._strategy.start():
            return False
        made = self._number - self._runs.first + 1
        if self._runs.most is not None and made >= self._runs.most:
            return False
        if self._is_stopped():
            return False
        self._number += 1
        return True

    def choose(self, options: Sequence[Choice], state: Partial) -> int | None:
        if self._is_stopped():
            return None
        return self._strategy.choose(options, state)

    def finish(self, result: Execution | None) -> None:
        if self.driven.stopped:
            return
        self._strategy.finish(result)
        if self._runs.only not in (None, self._number):
            return
        self.driven.runs += 1
        if result is None:
            self.driven.abandoned += 1
            return
        broken = self._seen.get(result.key)
        if broken is None:
            broken = self._seen[result.key] = self._look_at(result)
        for name in broken:
            find = self.driven.finds[name]
            find.runs += 1
            if isinstance(self._strategy, Portfolio):
                find.by.setdefault(self._strategy.current, [self._number, 0])[1] += 1

    def _look_at(self, execution: Execution) -> tuple[str, ...]:
        """Count an execution seen for the first time; gives the properties that it breaks."""
        found = self.driven
        found.statuses[execution.status] += 1
        for end in execution.ends:
            if end.ending is Ending.CUT:
                found.cuts.setdefault(cut_in_words(end.detail, self._unfolding))
        if execution.status is Status.COMPLETE:
            for goal in self._case.goals:
                found.goals[goal.name] = found.goals[goal.name] or reaches(execution, goal)
            found.flags.update(self._model.flags(execution) if self._model.flag_checks else ())
        violations = violations_of(execution, self._case, self._model)
        for violation in violations:
            find = found.finds.setdefault(violation.property, Find(violation, execution, self._number))
            find.executions += 1
        return tuple(violation.property for violation in violations)

    def _is_stopped(self) -> bool:
        """Whether to stop now; ``stopped`` says why from then on. Reports progress, if that is due."""
        self.driven.stopped = self.driven.stopped or self._runs.deadline.reason()
        now = time.monotonic()
        if self._progress is not None and now - self._reported > PROGRESS_SECONDS:
            self._reported = now
            self._progress(self.driven)
        return bool(self.driven.stopped)
