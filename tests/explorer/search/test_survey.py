"""Surveys: exploration over time, limits and bounds, and what they share with a search that is reduced."""

from __future__ import annotations

from itertools import pairwise

import pytest
from surveyed import surveyed, told

from explorer.execution.location import Location
from explorer.memory.model import load_model
from explorer.program.program import Program, ThreadSpec
from explorer.program.thread import ONCE, Thread
from explorer.program.tree import Unfolding
from explorer.scenario import Case, Goal
from explorer.search.outcomes import ThreadOutcomes
from explorer.search.result import Limits
from explorer.search.run import explore
from explorer.search.survey import SAMPLES, Sample, Timeline, survey
from scenarios.classic.litmus import store_buffering, writers
from scenarios.registry import classics, scenarios


def test_the_state_of_exploration_is_known_at_multiples_of_a_stride_and_at_the_end() -> None:
    timeline = Timeline()
    for executions in range(1, 1001):
        if timeline.is_due(executions):
            timeline.keep(Sample(executions, executions, 1, 0, 0, 0))
    timeline.end(Sample(1003, 1003, 2, 0, 0, 0))
    kept = [sample.executions for sample in timeline.samples]
    # 200 of stride 1 became 100 of stride 2, and so on: at 400 stride 4, at 800 stride 8.
    assert kept == [*range(8, 1001, 8), 1003]
    assert len(kept) <= SAMPLES


def test_the_end_replaces_a_sample_of_the_same_execution() -> None:
    timeline = Timeline()
    timeline.keep(Sample(1, 1, 1, 0, 0, 0))
    timeline.end(Sample(1, 9, 1, 0, 0, 0))
    assert timeline.samples == [Sample(1, 9, 1, 0, 0, 0)]


def test_what_is_known_only_grows_and_ends_with_everything() -> None:
    found = surveyed(writers(5), "sc")
    rows = [(s.executions, s.states, s.outcomes, s.violating, s.kinds, s.ordered) for s in found.samples]
    assert all(one <= other for earlier, later in pairwise(rows) for one, other in zip(earlier, later, strict=True))
    last = found.samples[-1]
    # 5! orders; whose store comes last is the outcome; each two stores were met in both orders.
    assert (last.executions, last.outcomes, last.ordered) == (120, 5, 20)
    assert set(told(found).values()) == {24}


def test_store_buffering_over_time() -> None:
    found = surveyed(store_buffering(), "tso")
    assert [(s.executions, s.outcomes, s.ordered) for s in found.samples][-1] == (4, 4, 4)
    assert [s.executions for s in found.samples] == [1, 2, 3, 4]


def test_a_limit_makes_it_incomplete() -> None:
    found = surveyed(writers(5), "sc", limits=Limits(executions=7))
    assert found.incomplete == ("limit of 7 executions reached",)
    assert sum(told(found).values()) == found.executions == 7


def test_a_bound_makes_it_incomplete() -> None:
    x = Location("x")

    async def spin(t: Thread) -> None:
        while await t.read(x, ONCE, at="S1") == 0:
            pass

    async def stop(t: Thread) -> None:
        await t.write(x, 1, ONCE)

    found = surveyed(Program((ThreadSpec("spin", spin), ThreadSpec("stop", stop))), "sc", unroll=2)
    (reason,) = found.incomplete
    assert reason.endswith("was cut after 2 iterations: raise --unroll, or let it wait (t.wait_until, t.assume)")
    assert found.result.cut == 1
    # The loop's body is run never, once, twice, or its path is cut.
    assert told(found) == {"spin: x = 1": 1, "spin: x = 0, x = 1": 1, "spin: x = 0, x = 0, x = 1": 1}


def test_a_goal_that_is_not_reached_leaves_it_complete() -> None:
    unfolding = Unfolding(store_buffering(), unroll=3)
    never = Goal("never", "what never happens", lambda _execution: False)
    case = Case(unfolding.program, (), (never,))
    limits = Limits(executions=2)
    whole = survey(case, load_model("sc"), unfolding, ThreadOutcomes(unfolding))
    part = survey(case, load_model("sc"), unfolding, ThreadOutcomes(unfolding), limits)
    assert whole.result.limits == ("goal not reached: never",)
    assert (whole.incomplete, part.incomplete) == ((), ("limit of 2 executions reached",))


def test_no_execution_at_all_is_incomplete() -> None:
    x = Location("x")

    async def never(t: Thread) -> None:
        await t.assume(await t.read(x, ONCE) == 1)

    found = surveyed(Program((ThreadSpec("never", never),)), "sc")
    assert found.incomplete == ("no complete execution",)
    assert (found.outcomes, found.executions, found.result.dropped) == ((), 0, 1)
    assert [sample.executions for sample in found.samples] == [0]


@pytest.mark.parametrize("model", ["sc", "pso"])
@pytest.mark.parametrize("readers", [1, 3])
def test_it_counts_what_a_reduced_search_counts(readers: int, model: str) -> None:
    """``explore`` leaves readers out, or takes renamed ones for one, and counts all the same."""
    (v4,) = [scenario for scenario in classics() if scenario.name == "v4"]
    case = v4.case("none", "P2", {"readers": readers})
    reduced = explore(case, load_model(model), Unfolding(case.program, unroll=3))
    found = surveyed(case.program, model, case.properties)
    whole = reduced.projected or reduced
    executions, violating = whole.executions, whole.violating
    if executions is not None:
        assert executions == found.result.executions
        assert dict(violating) == dict(found.result.violating)
    broken = sum(each.executions for each in found.outcomes if "leak" in each.breaks)
    assert broken == found.result.violating["leak"] > 0


@pytest.mark.parametrize("name", ["inflight", "fresh", "lingering-page", "masked-eperm", "seal-swap", "splice"])
@pytest.mark.parametrize("fix", ["none", "rwsem"])
def test_it_counts_what_explore_counts(name: str, fix: str) -> None:
    (scenario,) = [each for each in scenarios() if each.name == name]
    case = scenario.case(fix, "P2", scenario.small)
    explored = explore(case, load_model("tso"), Unfolding(case.program, unroll=3))
    found = surveyed(case.program, "tso", case.properties)
    assert sum(each.executions for each in found.outcomes) == explored.executions
    for prop, number in explored.violating.items():
        assert sum(each.executions for each in found.outcomes if prop in each.breaks) == number
    assert (found.result.cut, found.result.dropped) == (explored.cut, explored.dropped)
    assert found.samples[-1].kinds == len(explored.findings)
