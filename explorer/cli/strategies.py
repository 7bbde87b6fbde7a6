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
from explorer.schedule.strategies.length import usual_length
from explorer.schedule.strategies.pct import Pct, probability, within
from explorer.schedule.strategies.portfolio import Portfolio
from explorer.schedule.strategies.random_walk import RandomWalk
from explorer.schedule.strategies.round_robin import RoundRobin
from explorer.schedule.strategy import Strategy
from explorer.search.drive import Driven

SEED = 1
"""Of random numbers, unless told otherwise."""

DEPTH = 3
"""Of the bugs that PCT looks for, unless told otherwise."""

BOUND = 2
"""On preemptions or delays, unless told otherwise."""

RUNS = 1000
"""Unless told otherwise; bounded strategies make as many as it takes."""

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

    def __init__(self, chosen: Chosen, unfolding: UnfoldedProgram, model: Model) -> None:
        self._chosen = chosen
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
        """Within how many steps PCT looks for bugs."""
        return usual_length(self._unfolding, self._model)

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

    @property
    def chance(self) -> Fraction | None:
        """The probability with which a run of PCT finds a bug of its depth, None where none is claimed."""
        return probability(self._threads, self._steps, self._depth) if self._model.is_sequential else None

    @property
    def _depth(self) -> int:
        return DEPTH if self._chosen.depth is None else self._chosen.depth

    def promises(self, driven: Driven) -> list[tuple[str, str]]:
        """What the strategy says of the runs made, each as a label and text."""
        told = [("bound", self._pct(driven))] if self._chosen.name == "pct" else []
        for name, strategy in self._made.items():
            if isinstance(strategy, Bounded):
                told += _levels(name, strategy, sequential=self._model.is_sequential)
            elif isinstance(strategy, CoverageGuided):
                seen, most = strategy.orders
                told.append(("pairs", f"{seen:,} of {most:,} orders of two conflicting accesses seen"))
            elif isinstance(strategy, DepthFirst) and strategy.finished:
                told.append(("runs out", "every execution was run: sealrace explore gives the verdict"))
            elif isinstance(strategy, Portfolio):
                told.append(("shares", ", ".join(f"{each} {runs:,}" for each, runs in strategy.runs.items())))
        return told

    def facts(self) -> dict[str, Any]:
        """The same as plain data, by strategy."""
        told: dict[str, Any] = {}
        for name, strategy in self._made.items():
            match strategy:
                case Pct():
                    told[name] = {"threads": self._threads, "steps": self._steps, "probability": self._chance_in_text}
                case Bounded():
                    levels = [asdict(level) for level in strategy.levels]
                    told[name] = {
                        "levels": levels,
                        "complete": None if strategy.complete < 0 else strategy.complete,
                        "exhausted": strategy.exhausted,
                    }
                case CoverageGuided():
                    seen, most = strategy.orders
                    told[name] = {"seen": seen, "orders": most}
                case DepthFirst():
                    told[name] = {"exhausted": strategy.finished}
                case Portfolio():
                    told[name] = {"runs": strategy.runs}
        return told

    @property
    def _chance_in_text(self) -> str | None:
        return None if self.chance is None else str(self.chance)

    def _pct(self, driven: Driven) -> str:
        chance = self.chance
        if chance is None:
            return f"none is known under {self._model.name}, where a thread's next step is not always one"
        bug = f"a bug of depth {self._depth} that shows within {self._steps} steps"
        told = f"a run finds {bug} with a probability of at least 1/{chance.denominator:,}"
        # Cut off, not rounded: it is a lower bound.
        whole, hundredths = divmod(int(within(driven.runs, chance) * 10_000), 100)
        return told if driven.runs <= 1 else f"{told}, one of {driven.runs:,} with at least {whole}.{hundredths:02}%"


def _levels(name: str, strategy: Bounded, *, sequential: bool) -> list[tuple[str, str]]:
    """Per bound what was run, and within which bound that is everything."""
    what = "preemption" if name == "preemption-bounded" else "delay"
    told = []
    for level in strategy.levels:
        found = f"{many(level.runs, 'run')}, {many(level.executions, 'new execution')}"
        unfinished = "" if level.cost <= strategy.complete else ", not all"
        told.append(("schedules", f"{many(level.cost, what)}: {found}{unfinished}"))
    of = "" if sequential else ", counted in the order in which steps are released"
    if strategy.exhausted:
        told.append(("complete", f"nothing takes more than {many(strategy.complete, what)}{of}"))
    elif strategy.complete >= 0:
        told.append(("complete", f"every schedule of at most {many(strategy.complete, what)} was run{of}"))
    return told
