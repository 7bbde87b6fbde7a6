"""What every strategy must keep to, and that runs are the same ones each time."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from small_programs import Line, straight

from explorer.execution.execution import Execution
from explorer.memory.model import load_model
from explorer.program.build import INITIAL
from explorer.schedule.choice import END, Choice
from explorer.schedule.depth_first import DepthFirst, explore_depth_first
from explorer.schedule.partial import Partial
from explorer.schedule.scheduler import Scheduler
from explorer.schedule.strategies.bounded import Bounded, delays
from explorer.schedule.strategies.coverage import CoverageGuided
from explorer.schedule.strategies.fair import Fair
from explorer.schedule.strategies.pct import Pct
from explorer.schedule.strategies.portfolio import Portfolio
from explorer.schedule.strategies.random_walk import RandomWalk
from explorer.schedule.strategies.round_robin import RoundRobin
from explorer.schedule.strategy import Strategy

TSO = load_model("tso")
PROGRAM: Sequence[Sequence[Line]] = [
    [("W", "x", 1), ("R", "y"), ("lock", "a"), ("unlock", "a")],
    [("W", "y", 1), ("R", "x"), ("lock", "a")],
]
"""Store buffering, then a lock that the second thread never gives back."""

STRATEGIES: dict[str, Callable[[], Strategy]] = {
    "depth first": DepthFirst,
    "random walk": lambda: RandomWalk(seed=1, runs=60),
    "pct": lambda: Pct(1, 60, threads=2, length=7, depth=3),
    "preemption-bounded": lambda: Bounded(2),
    "delay-bounded": lambda: Bounded(2, delays),
    "round robin": lambda: RoundRobin(1, 60, threads=2),
    "fair": lambda: Fair(1, 60),
    "coverage": lambda: CoverageGuided(1, 60),
    "portfolio": lambda: Portfolio({"fair": Fair(1, 60), "random": RandomWalk(1, 60)}, 60),
}

ALONE: dict[str, Callable[[int, int], Strategy]] = {
    "random walk": lambda first, runs: RandomWalk(1, runs, first=first),
    "pct": lambda first, runs: Pct(1, runs, threads=2, length=7, depth=3, first=first),
    "round robin": lambda first, runs: RoundRobin(1, runs, threads=2, first=first),
    "fair": lambda first, runs: Fair(1, runs, first=first),
}
"""Those of which any run can be made alone: by its number, and how many."""


class Watched:
    """Passes everything on to a strategy and checks how both sides behave."""

    def __init__(self, strategy: Strategy) -> None:
        self.trace: list[Choice] = []
        self.results: list[Execution | None] = []
        self._strategy = strategy
        self._running = False

    def start(self) -> bool:
        assert not self._running
        self._running = self._strategy.start()
        return self._running

    def choose(self, options: Sequence[Choice], state: Partial) -> int | None:
        assert self._running
        assert options
        assert len(set(options)) == len(options)
        assert [choice.thread for choice in options] == sorted(choice.thread for choice in options)
        assert (END in options) == state.may_end()
        index = self._strategy.choose(options, state)
        if index is not None:
            self.trace.append(options[index])
        return index

    def finish(self, result: Execution | None) -> None:
        assert self._running
        self._running = False
        self.results.append(result)
        self._strategy.finish(result)


def watch(strategy: Strategy) -> Watched:
    watched = Watched(strategy)
    Scheduler(straight(*PROGRAM), TSO).run(watched)
    return watched


@pytest.mark.parametrize("name", STRATEGIES)
def test_conformance(name: str) -> None:
    watched = watch(STRATEGIES[name]())
    keys = [result.key for result in watched.results if result is not None]
    everything = {execution.key for execution in explore_depth_first(straight(*PROGRAM), TSO).executions}
    # The four of store buffering, each with either thread first at the lock.
    assert len(everything) == 8
    assert set(keys) <= everything
    assert len(set(keys)) > 1


@pytest.mark.parametrize("name", STRATEGIES)
def test_the_same_choices_every_time(name: str) -> None:
    assert watch(STRATEGIES[name]()).trace == watch(STRATEGIES[name]()).trace


@pytest.mark.parametrize("name", ALONE)
def test_a_run_by_itself_is_the_same(name: str) -> None:
    """The seventeenth of sixty."""
    watched = watch(ALONE[name](1, 16)), watch(ALONE[name](1, 17)), watch(ALONE[name](17, 1))
    before, with_it, alone = (each.trace for each in watched)
    assert with_it == before + alone


def test_another_seed_makes_other_choices() -> None:
    assert watch(RandomWalk(seed=1, runs=20)).trace != watch(RandomWalk(seed=2, runs=20)).trace


def test_random_walk_makes_its_runs() -> None:
    assert len(watch(RandomWalk(seed=1, runs=20)).results) == 20
    assert watch(RandomWalk(seed=1, runs=0)).results == []


def test_depth_first_takes_each_step_once() -> None:
    watched = watch(DepthFirst())
    keys = [result.key for result in watched.results if result is not None]
    assert len(keys) == len(set(keys))


class FirstOf:
    """Strategy for one run that notes the options and takes the first."""

    def __init__(self) -> None:
        self.options: list[list[Choice]] = []

    def start(self) -> bool:
        return not self.options

    def choose(self, options: Sequence[Choice], state: Partial) -> int | None:
        self.options.append(list(options))
        return 0

    def finish(self, result: Execution | None) -> None:
        assert result is not None


def test_the_options_of_one_run() -> None:
    strategy = FirstOf()
    Scheduler(straight([("W", "x", 1), ("W", "x", 2)], [("R", "x")]), TSO).run(strategy)
    initial, first, second = (INITIAL, 0), (0, 0), (0, 1)
    assert strategy.options == [
        [Choice(0, None, 1), Choice(1, initial)],
        # Before its own thread's earlier store it may not go.
        [Choice(0, None, 2), Choice(1, initial), Choice(1, first)],
        [Choice(1, initial), Choice(1, first), Choice(1, second)],
        [END],
    ]


def test_abandoned_runs_give_nothing() -> None:
    class GivesUp(FirstOf):
        def choose(self, options: Sequence[Choice], state: Partial) -> int | None:
            super().choose(options, state)
            return None

        def finish(self, result: Execution | None) -> None:
            assert result is None

    strategy = GivesUp()
    Scheduler(straight(*PROGRAM), TSO).run(strategy)
    assert len(strategy.options) == 1


SCRIPT = """
from test_strategies import STRATEGIES, watch
for name in STRATEGIES:
    watched = watch(STRATEGIES[name]())
    print(watched.trace)
    print([result and result.key for result in watched.results])
"""


def test_the_same_trace_in_every_process() -> None:
    def output(hash_seed: str) -> str:
        root = Path(__file__).parents[3]
        path = os.pathsep.join([str(root), str(Path(__file__).parent)])
        environment = {**os.environ, "PYTHONHASHSEED": hash_seed, "PYTHONPATH": path}
        command = [sys.executable, "-c", SCRIPT]
        return subprocess.run(command, env=environment, capture_output=True, text=True, check=True).stdout

    first = output("1")
    assert first.count("Choice(") > 100
    assert output("2") == first
