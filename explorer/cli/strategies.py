"""The strategies of ``sealrace run``: which there are, which options each has, and what it promises."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from fractions import Fraction
from functools import cached_property
from typing import Any

from explorer.cli.failures import UsageProblem
from explorer.cli.options import STRATEGIES
from explorer.cli.output import many
from explorer.memory.model import Model
from explorer.program.unfolded import UnfoldedProgram
from explorer.schedule.depth_first import DepthFirst
from explorer.schedule.strategies.bounded import Bounded, delays, preemptions
from explorer.schedule.strategies.coverage import CoverageGuided
from explorer.schedule.strategies.fair import Fair
from explorer.schedule.strategies.in_order import has_grace_periods, refusing
from explorer.schedule.strategies.length import SAMPLE, usual_length
from explorer.schedule.strategies.pct import Pct, probability, within
from explorer.schedule.strategies.portfolio import Portfolio
from explorer.schedule.strategies.random_walk import RandomWalk
from explorer.schedule.strategies.round_robin import RoundRobin
from explorer.schedule.strategy import Strategy
from explorer.search.deadline import Deadline
from explorer.search.drive import Driven

SEED = 1
"""Of random numbers, unless told otherwise."""

DEPTH = 3
"""Of the bugs that PCT looks for, unless told otherwise."""

BOUND = 2
"""On preemptions or delays, unless told otherwise."""

RUNS = 1000
"""Unless told otherwise; bounded strategies make as many as it takes."""

NO_CYCLE = "without a cycle of po and rf"
"""The executions that runs can come to, where a model allows others (load buffering)."""

_COST = {"preemption-bounded": "preemption", "delay-bounded": "delay"}
"""What the bounded strategies count."""

_SHARED = ("pct", "random", "coverage", "preemption-bounded", "delay-bounded", "fair", "round-robin")
"""Those of a portfolio, in the order of their turns."""

_ALONE = ("random", "pct", "round-robin", "fair")
"""Those that remember nothing from run to run: any run can be made by itself."""


@dataclass(frozen=True)
class Chosen:
    """What was asked for. ``runs``, ``seed``, ``depth``, ``bound`` and ``quantum`` are None where nothing was given."""

    name: str
    runs: int | None = None
    run: int | None = None
    seed: int | None = None
    depth: int | None = None
    bound: int | None = None
    quantum: int | None = None

    def __post_init__(self) -> None:
        """Raises UsageProblem for an option that the strategy does not have."""
        for option in ("seed", "depth", "bound", "quantum"):
            if getattr(self, option) is not None and option not in STRATEGIES[self.name]:
                having = ", ".join(name for name, options in STRATEGIES.items() if option in options)
                raise UsageProblem(f"--{option}: the strategy {self.name} has none\n  it is for {having}")
        if self.run is not None and self.runs is not None:
            raise UsageProblem("--run makes one run again, --runs says how many to make\n  give one of them")

    @property
    def starts_anywhere(self) -> bool:
        """Whether a run can be made without those before it."""
        return self.name in _ALONE

    @property
    def most(self) -> int | None:
        """How many runs to make at most, from the first one on; None for as many as the strategy has."""
        if self.run is not None:
            return 1 if self.starts_anywhere else self.run
        return RUNS if self.runs is None and self.name not in ("preemption-bounded", "delay-bounded") else self.runs


class Driver:
    """A strategy for a program under a model, and the words for it."""

    def __init__(self, chosen: Chosen, unfolding: UnfoldedProgram, model: Model, deadline: Deadline) -> None:
        self._chosen = chosen
        self._deadline = deadline
        self._model = model
        self._unfolding = unfolding
        # A program without threads has one run, of no steps.
        self._threads = max(1, len(unfolding.trees))
        self._made: dict[str, Strategy] = {}
        self.strategy = self._make(chosen.name)

    def _make(self, name: str) -> Strategy:
        chosen = self._chosen
        seed, bound = SEED if chosen.seed is None else chosen.seed, BOUND if chosen.bound is None else chosen.bound
        runs = RUNS if chosen.most is None else chosen.most
        first = chosen.run if chosen.run is not None and chosen.starts_anywhere else 1
        made: Strategy
        match name:
            case "random":
                made = RandomWalk(seed, runs, first=first)
            case "pct":
                made = Pct(seed, runs, threads=self._threads, length=self._steps, depth=self._depth, first=first)
            case "preemption-bounded" | "delay-bounded":
                cost = preemptions if name == "preemption-bounded" else delays
                made = Bounded(bound, cost)
            case "round-robin":
                made = RoundRobin(seed, runs, threads=self._threads, quantum=chosen.quantum, first=first)
            case "fair":
                made = Fair(seed, runs, first=first)
            case "coverage":
                made = CoverageGuided(seed, runs)
            case "depth-first":
                made = DepthFirst()
            case _:
                made = Portfolio({each: self._make(each) for each in _SHARED}, runs)
        self._made[name] = made
        return made

    @cached_property
    def _steps(self) -> int:
        """Within how many steps PCT looks for bugs: measured well where its bound speaks of them, else at a glance."""
        return usual_length(self._unfolding, self._model, 1 if self._unbounded else SAMPLE, self._deadline.reason)

    @property
    def settings(self) -> dict[str, int | None]:
        """The options of the strategy; the quantum is None where none was given."""
        known = {"seed": SEED, "depth": DEPTH, "bound": BOUND, "quantum": None}
        given = {name: getattr(self._chosen, name) for name in STRATEGIES[self._chosen.name]}
        return {name: known[name] if value is None else value for name, value in given.items()}

    @property
    def words(self) -> list[str]:
        """The options that make the same runs again, as on the command line."""
        given = [(name, value) for name, value in self.settings.items() if value is not None]
        return ["--strategy", self._chosen.name, *(word for name, value in given for word in (f"--{name}", str(value)))]

    @property
    def title(self) -> str:
        """The strategy with what it goes by: ``pct, seed 1, depth 3``."""
        parts = [f"{name} {value}" for name, value in self.settings.items() if value is not None]
        return ", ".join([self._chosen.name, *parts])

    @cached_property
    def _unbounded(self) -> str:
        """Why nothing is claimed of runs of PCT, empty where its bound holds."""
        if self._unfolding.stopped:
            return "none is known of a program that was not unfolded"
        if not self._model.is_sequential:
            return f"none is known under {self._model.name}, where a thread's next step is not always one"
        axioms = ", ".join(axiom.name for axiom in refusing(self._unfolding, self._model))
        if not axioms:
            return ""
        with_them = has_grace_periods(self._unfolding)
        what = "grace periods" if with_them else f"what {self._model.name} forbids beside ({axioms})"
        return f"none is known with {what}: a run can come to a point where it must be abandoned"

    @property
    def _depth(self) -> int:
        return DEPTH if self._chosen.depth is None else self._chosen.depth

    def promises(self, driven: Driven) -> list[tuple[str, str]]:
        """What the strategy says of the runs made, each as a label and text."""
        told = []
        for name, strategy in self._made.items():
            if isinstance(strategy, Pct) and strategy.made:
                told.append(("bound", self._bound(strategy, driven)))
            elif isinstance(strategy, Bounded):
                told += _levels(name, strategy)
                told += [("complete", self._within(name, strategy))] if strategy.complete >= 0 else []
            elif isinstance(strategy, CoverageGuided):
                seen, most = strategy.orders
                told.append(("pairs", f"{seen:,} of {most:,} orders of two conflicting accesses seen"))
            elif isinstance(strategy, Portfolio):
                told.append(("shares", ", ".join(f"{each} {runs:,}" for each, runs in strategy.runs.items())))
        if self._ran_out(driven):
            told.append(("complete", self._everything(driven)))
        return told

    def ran_everything(self, driven: Driven) -> bool:
        """Whether the runs that were looked at are all executions that the model allows, up to the bounds."""
        return self._ran_out(driven) and not self._model.can_have_load_buffering

    def _ran_out(self, driven: Driven) -> bool:
        """Whether a strategy has nothing left to run, and every run was looked at."""
        out = any(
            strategy.exhausted if isinstance(strategy, Bounded) else strategy.finished
            for strategy in self._made.values()
            if isinstance(strategy, Bounded | DepthFirst)
        )
        return out and self._chosen.run is None and not driven.stopped

    def claims_nothing_of(self, driven: Driven) -> str:
        """Of which executions nothing is said where nothing was found, in words; empty where all were run."""
        if self._ran_out(driven):
            return "have a cycle of po and rf" if self._model.can_have_load_buffering else ""
        strategy = self.strategy
        if isinstance(strategy, Bounded) and strategy.complete >= 0 and self._chosen.run is None:
            return f"take more than {many(strategy.complete, _COST[self._chosen.name])}"
        return "were not run"

    def facts(self) -> dict[str, Any]:
        """The same as plain data, by strategy."""
        told: dict[str, Any] = {}
        for name, strategy in self._made.items():
            match strategy:
                case Pct():
                    told[name] = {
                        "threads": self._threads,
                        "steps": self._steps,
                        "probability": self._chance_in_text(strategy),
                    }
                case Bounded():
                    levels = [asdict(level) for level in strategy.levels]
                    told[name] = {
                        "levels": levels,
                        "complete": None if strategy.complete < 0 else strategy.complete,
                        "exhausted": strategy.exhausted,
                        "all_executions": strategy.exhausted and not self._model.can_have_load_buffering,
                    }
                case CoverageGuided():
                    seen, most = strategy.orders
                    told[name] = {"seen": seen, "orders": most}
                case DepthFirst():
                    whole = strategy.finished and not self._model.can_have_load_buffering
                    told[name] = {"exhausted": strategy.finished, "all_executions": whole}
                case Portfolio():
                    told[name] = {"runs": strategy.runs}
        return told

    def _everything(self, driven: Driven) -> str:
        """What was run when there is nothing left to run."""
        every = "every execution up to the bounds" if driven.cuts else "every execution"
        if self._model.can_have_load_buffering:
            return f"{every} {NO_CYCLE} was run: sealrace explore takes the others too"
        return f"{every} was run: sealrace explore gives the verdict"

    def _within(self, name: str, strategy: Bounded) -> str:
        """Within which bound everything was run."""
        of = "" if self._model.is_sequential else ", counted in the order in which steps are released"
        cost = many(strategy.complete, _COST[name])
        if not strategy.exhausted:
            return f"every schedule of at most {cost} was run{of}"
        nothing = f"nothing {NO_CYCLE}" if self._model.can_have_load_buffering else "nothing"
        return f"{nothing} takes more than {cost}{of}"

    def _chance(self, strategy: Pct) -> Fraction | None:
        """The probability with which a run of PCT finds a bug of its depth, None where none is claimed."""
        if self._unbounded or strategy.abandoned:
            return None
        return probability(self._threads, self._steps, self._depth)

    def _chance_in_text(self, strategy: Pct) -> str | None:
        chance = self._chance(strategy)
        return None if chance is None else str(chance)

    def _bound(self, strategy: Pct, driven: Driven) -> str:
        """What PCT promises of its runs; in a portfolio these are its share."""
        chance = self._chance(strategy)
        if chance is None:
            return self._unbounded or "none is known, as runs were abandoned"
        bug = f"a bug of depth {self._depth} that shows within {self._steps} steps (fences are none)"
        run = "a run" if self._chosen.name == "pct" else "a run of pct"
        told = f"{run} finds {bug} with a probability of at least 1/{chance.denominator:,}"
        # Cut off, not rounded: it is a lower bound.
        whole, hundredths = divmod(int(within(strategy.made, chance) * 10_000), 100)
        alone = min(driven.runs, strategy.made) <= 1
        return told if alone else f"{told}, one of {strategy.made:,} with at least {whole}.{hundredths:02}%"


def _levels(name: str, strategy: Bounded) -> list[tuple[str, str]]:
    """Per bound what was run."""
    what = _COST[name]
    told = []
    for level in strategy.levels:
        found = f"{many(level.runs, 'run')}, {many(level.executions, 'new execution')}"
        unfinished = "" if level.cost <= strategy.complete else ", not all"
        told.append(("schedules", f"{many(level.cost, what)}: {found}{unfinished}"))
    return told
