"""Few preemptions, few delays: by hand, and exactly the executions whose least cost is within the bound."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import least_cost
import pytest
from driving import SC, traced, values
from small_programs import Line, program, straight

from explorer.execution.execution import Status
from explorer.execution.location import Location
from explorer.memory.model import load_model
from explorer.program.program import Program
from explorer.program.thread import ONCE, Thread
from explorer.program.tree import Unfolding
from explorer.program.unfolded import UnfoldedProgram
from explorer.schedule.strategies.bounded import Bounded, Level, delays, preemptions
from explorer.schedule.strategies.in_order import driven
from explorer.search.explore import Search
from scenarios.classic.table import CLASSICS
from scenarios.registry import reduced_forms, scenarios

SB = straight([("W", "x", 1), ("R", "y")], [("W", "y", 1), ("R", "x")])
COSTS = {"preemptions": (preemptions, least_cost.preemptions), "delays": (delays, least_cost.delays)}

FIXES = {"fresh": ("none", "rwsem", "reader-count", "recheck", "acquire-size")}
"""The code as it is and with a lock; of the smallest scenario also a count that is waited for, and loops."""


def least(unfolding: UnfoldedProgram, bound: int, cost: least_cost.Cost) -> dict[object, int]:
    """Of every execution of the search the least cost over its linear extensions, where it is within the bound."""
    found: dict[object, int] = {}
    for leaf in Search(unfolding, SC):
        if leaf is not None:
            within = least_cost.LeastCost(leaf).at_most(bound, cost)
            if within is not None:
                found[leaf.execution.key] = within
    return found


def cases() -> Iterator[Any]:
    for scenario in (*scenarios(), *reduced_forms()):
        for fix in FIXES.get(scenario.name, ("none", "rwsem")):
            if fix in scenario.fixes and scenario.not_applicable(fix, scenario.protocols[0]) is None:
                case = scenario.case(fix, scenario.protocols[0], scenario.small)
                yield pytest.param(case.program, id=f"{scenario.name}-{fix}")


@pytest.mark.parametrize("cost", COSTS)
@pytest.mark.parametrize("threads", tuple(cases()))
def test_those_of_every_scenario_whose_least_cost_is_within_the_bound(threads: Program, cost: str) -> None:
    """Bounds 0 and 1 are the beginning of the search within 2: the costs say which executions are within them."""
    unfolding = Unfolding(threads, 3)
    strategy = Bounded(2, COSTS[cost][0])
    driven(unfolding, SC).run(strategy)
    expected = least(unfolding, 2, COSTS[cost][1])
    assert expected
    assert strategy.cost_of == expected
    assert strategy.complete == 2 or strategy.exhausted


@pytest.mark.parametrize("bound", [0, 1, 3])
@pytest.mark.parametrize("cost", COSTS)
def test_those_of_classic_programs_and_locks(cost: str, bound: int) -> None:
    for name, make in CLASSICS.items():
        unfolding = Unfolding(make(), 3)
        strategy = Bounded(bound, COSTS[cost][0])
        driven(unfolding, SC).run(strategy)
        assert strategy.cost_of == least(unfolding, bound, COSTS[cost][1]), name


def costs(unfolding: UnfoldedProgram, strategy: Bounded) -> dict[tuple[int, ...], int]:
    """By what was read, the least cost."""
    found: dict[tuple[int, ...], int] = {}
    for execution in traced(unfolding, strategy).executions:
        read, cost = values(execution), strategy.cost_of[execution.key]
        found[read] = min(cost, found.get(read, cost))
    return found


def test_store_buffering_by_preemptions() -> None:
    """One thread after the other reads 0 1 or 1 0. To read 1 1 one must be stopped between its store and its load."""
    strategy = Bounded(5)
    assert costs(SB, strategy) == {(0, 1): 0, (1, 0): 0, (1, 1): 1}
    assert [level.executions for level in strategy.levels] == [2, 1]
    # The second preemption, of W0 W1 R0 R1, leads to what was gone on from at one.
    assert (strategy.complete, strategy.exhausted) == (1, True)


def test_store_buffering_by_delays() -> None:
    """Without a delay the first thread runs first; to begin with the second costs one, to stop the first one too."""
    assert costs(SB, Bounded(2, delays)) == {(0, 1): 0, (1, 0): 1, (1, 1): 1}


def test_a_bound_leaves_the_rest_alone() -> None:
    strategy = Bounded(0)
    assert set(costs(SB, strategy)) == {(0, 1), (1, 0)}
    assert (strategy.complete, strategy.exhausted) == (0, False)
    assert strategy.levels == [Level(0, 2, 2)]


def test_stopped_early_it_is_complete_within_what_it_finished() -> None:
    strategy = Bounded(5)
    assert strategy.complete == -1
    assert strategy.start()
    assert strategy.complete == -1


def test_to_leave_a_thread_that_waits_is_no_preemption() -> None:
    """The second thread is left once inside the lock; the first then waits for the lock, and going back is free."""
    unfolding = straight(
        [("R", "x"), ("W", "y", 1), ("lock", "a"), ("unlock", "a")],
        [("lock", "a"), ("W", "x", 1), ("R", "y"), ("unlock", "a")],
    )
    found = costs(unfolding, Bounded(3))
    assert found[1, 1] == 1
    # One after the other.
    assert found[0, 1] == found[1, 0] == 0
    # R x, then all of the second thread: the first is left where it could go on.
    assert found[0, 0] == 1


def test_a_wait_that_memory_satisfies_is_one_that_could_go_on() -> None:
    """The first thread waits for y. Once y is 1, to leave it would cost, but it never has begun: nothing to leave."""
    unfolding = straight([("wait", "y", 1), ("W", "x", 1)], [("W", "y", 1), ("R", "x")])
    found = costs(unfolding, Bounded(3))
    # The second thread, which could read x at once, is left before it does.
    assert found == {(1, 0): 0, (1, 1): 1}


def test_deadlocks_are_executions_too() -> None:
    """Whoever has the lock keeps it, and the other waits for ever."""
    unfolding = straight([("lock", "a")], [("lock", "a")])
    strategy = Bounded(0)
    runs = traced(unfolding, strategy)
    assert [execution.status for execution in runs.executions] == [Status.BLOCKED, Status.BLOCKED]
    assert sorted(strategy.cost_of.values()) == [0, 0]


def test_a_preemption_more_than_two() -> None:
    """Each read of the second thread sees one more store of the first: both must be left as often as they can be."""
    writer: Sequence[Line] = [("W", "x", 1), ("W", "x", 2), ("W", "x", 3)]
    reader: Sequence[Line] = [("R", "x"), ("R", "x"), ("R", "x")]
    found = costs(straight(writer, reader), Bounded(9))
    # The writer is left twice and the reader twice; after the last store the writer has ended.
    assert found[1, 2, 3] == 4
    # Three values of four that do not fall, with repetition: C(6, 3).
    assert len(found) == 20


async def updater(t: Thread, x: Location, y: Location) -> None:
    await t.write(x, 1, ONCE)
    await t.synchronize_rcu()
    await t.write(y, 1, ONCE)


async def section(t: Thread, x: Location, y: Location) -> None:
    await t.rcu_read_lock()
    await t.read(x, ONCE)
    await t.read(y, ONCE)
    await t.rcu_read_unlock()


def test_runs_that_a_grace_period_leaves_nowhere_to_go_are_abandoned() -> None:
    """R x = 0, W x, grace period, W y: the section has been waited for, and yet there it is. It may not read y = 1."""
    x, y = Location("x"), Location("y")
    unfolding = program((updater, x, y), (section, x, y))
    strategy = Bounded(9)
    runs = traced(unfolding, strategy)
    assert {values(execution) for execution in runs.executions} == {(0, 0), (1, 0), (1, 1)}
    assert None in runs.results
    assert strategy.exhausted


def test_under_weak_models_costs_are_those_of_the_order_of_release() -> None:
    """Under tso the thread that runs second may read the old value: no preemption is needed for 0 0."""
    runs = traced(SB, Bounded(0), load_model("tso"))
    assert {values(execution) for execution in runs.executions} == {(0, 0), (0, 1), (1, 0)}
    assert set(runs.schedules) == {"0011", "1100"}
