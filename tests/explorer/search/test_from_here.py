"""What can come out after given steps: as the scheduler finds it, and for each outcome the steps that lead there."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from random import Random
from typing import Any

import pytest
from engine_results import searched
from hypothesis import given, settings
from hypothesis import strategies as st

from explorer.cli.outcome import outcomes_of
from explorer.cli.setting import Options, make_setting
from explorer.execution.execution import Execution
from explorer.memory.model import Model, load_model
from explorer.program.unfolded import UnfoldedProgram
from explorer.scenario import Case
from explorer.schedule.depth_first import DepthFirst
from explorer.schedule.scheduler import Scheduler
from explorer.schedule.steps import Step
from explorer.schedule.walk import Position, walk_now
from explorer.search.from_here import AllWaysOn, RandomWaysOn
from explorer.search.outcomes import ThreadOutcomes
from explorer.search.violations import violations_of
from explorer.testing import operations, random_programs
from explorer.testing.operations import CompareExchange, Read, Threads, Write
from scenarios.registry import find

SC, ARM = load_model("sc"), load_model("armv8")
FOR_EVER = 1e6


def walked(unfolding: UnfoldedProgram, model: Model, random: Any, count: int) -> Position:
    """A position after up to ``count`` random steps."""
    position = walk_now(unfolding, model, ())
    while position.options and len(position.steps) < count:
        position = walk_now(unfolding, model, (*position.steps, random.choice(position.options).step))
    return position


def stepped(unfolding: UnfoldedProgram, model: Model, position: Position) -> list[Execution]:
    """The executions that the scheduler finds from there."""
    strategy = DepthFirst()
    Scheduler(unfolding, model, after=position.steps).run(strategy)
    return strategy.executions


@settings(max_examples=60, deadline=None)
@given(
    random_programs.thread_lists(),
    st.sampled_from(["sc", "tso", "pso"]),
    st.integers(0, 6),
    st.randoms(use_true_random=False),
)
def test_all_ways_on_are_those_of_the_scheduler(threads: Threads, name: str, count: int, random: Any) -> None:
    unfolding, model = operations.unfold(threads), load_model(name)
    case, outcomes = Case(unfolding.program), ThreadOutcomes(unfolding)
    position = walked(unfolding, model, random, count)
    ways = AllWaysOn(case, unfolding, model, outcomes, position)
    ways.go_on(FOR_EVER, 10**6)
    expected = Counter(
        (outcomes.of(execution), tuple(v.property for v in violations_of(execution, case, model)))
        for execution in stepped(unfolding, model, position)
        if execution.status.value in ("complete", "blocked")
    )
    assert ways.over
    assert Counter({(bar.facts, bar.breaks): bar.executions for bar in ways.histogram.bars}) == expected
    for bar in ways.histogram.bars:
        assert bar.steps is not None
        assert bar.steps[: len(position.steps)] == position.steps
        end = walk_now(unfolding, model, bar.steps)
        assert end.may_end
        assert outcomes.of(end.execution) == bar.facts


def test_an_update_that_has_failed_does_not_happen_after_all() -> None:
    """P0 has found x to be 1; that it finds 0, and stores behind a fence, is another way."""
    threads = ((CompareExchange("x", 0, 1, "full"),), (Write("x", 1, "once"),))
    unfolding = operations.unfold(threads)
    for steps, told in (((Step(1), Step(0)), "x = 1"), ((Step(1), Step(0, older=1)), "x = 0")):
        position = walk_now(unfolding, SC, steps)
        ways = AllWaysOn(Case(unfolding.program), unfolding, SC, ThreadOutcomes(unfolding), position)
        ways.go_on(FOR_EVER, 10)
        (bar,) = ways.histogram.bars
        assert bar.executions == 1
        assert bar.facts[0] == ("P0", told)


def test_an_outcome_that_no_steps_lead_to_has_none() -> None:
    """Load buffering: under armv8 both loads may give 1, and nothing that goes on step by step finds that."""
    threads = (
        (Read("y", "once"), Write("x", 1, "once")),
        (Read("x", "once"), Write("y", 1, "once")),
    )
    unfolding = operations.unfold(threads)
    position = walk_now(unfolding, ARM, ())
    ways = AllWaysOn(Case(unfolding.program), unfolding, ARM, ThreadOutcomes(unfolding), position)
    ways.go_on(FOR_EVER, 10**6)
    assert sum(bar.executions for bar in ways.histogram.bars) == len(searched(unfolding, ARM)) == 4
    assert [bar.steps is None for bar in ways.histogram.bars].count(True) == 1


@pytest.fixture(scope="module")
def inflight() -> Any:
    scenario = find("inflight")
    assert scenario is not None
    return make_setting(scenario, "none", "P2", Options("out", small=True))  # type: ignore[arg-type]


def test_the_small_inflight_from_its_start(inflight: Any) -> None:
    """As ``sealrace survey inflight --small`` counts it."""
    ways = AllWaysOn(inflight.case, inflight.unfolding, SC, outcomes_of(inflight), walk_now(inflight.unfolding, SC, ()))
    ways.go_on(FOR_EVER, 10**6)
    found = ways.histogram
    assert (found.executions, dict(found.others)) == (146, {"dropped": 1})
    assert [(bar.breaks, bar.executions) for bar in found.bars[:2]] == [(("late",), 40), (("leak", "late"), 23)]


def test_a_search_goes_on_where_it_stopped(inflight: Any) -> None:
    whole, parts = (
        AllWaysOn(inflight.case, inflight.unfolding, SC, outcomes_of(inflight), walk_now(inflight.unfolding, SC, ()))
        for _ in range(2)
    )
    whole.go_on(FOR_EVER, 10**6)
    for most in (1, 10, 100):
        parts.go_on(FOR_EVER, most)
        assert (parts.histogram.executions, parts.over) == (most, False)
    parts.go_on(FOR_EVER, 10**6)
    assert parts.over
    assert parts.histogram.bars == whole.histogram.bars


def test_random_runs_are_the_same_for_the_same_seed(inflight: Any) -> None:
    position = walked(inflight.unfolding, SC, Random(1), 12)

    def bars(seed: int) -> Sequence[tuple[object, int, tuple[Step, ...] | None]]:
        ways = RandomWaysOn(inflight.case, inflight.unfolding, SC, outcomes_of(inflight), position, seed, 30)
        ways.go_on(FOR_EVER, 10**6)
        assert ways.over
        assert ways.histogram.executions + ways.histogram.others.total() == 30
        return [(bar.facts, bar.executions, bar.steps) for bar in ways.histogram.bars]

    assert bars(1) == bars(1)
    assert bars(1) != bars(2)


def test_random_runs_stop_at_a_limit_and_go_on(inflight: Any) -> None:
    ways = RandomWaysOn(
        inflight.case, inflight.unfolding, SC, outcomes_of(inflight), walk_now(inflight.unfolding, SC, ()), 1, 30
    )
    ways.go_on(FOR_EVER, 10)
    assert (ways.histogram.executions, ways.over) == (10, False)
    ways.go_on(0.0, 10**6)
    assert ways.histogram.executions == 10
    ways.go_on(FOR_EVER, 10**6)
    assert ways.over
