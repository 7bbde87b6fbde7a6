"""Guided by coverage: an order that chance would hardly ever make is made in the second run."""

from __future__ import annotations

import pytest
from driving import SC, traced, values
from small_programs import Line, straight

from explorer.execution.pair_orders import PairOrders
from explorer.program.tree import Unfolding
from explorer.schedule.strategies.coverage import CoverageGuided
from explorer.schedule.strategies.in_order import driven
from explorer.schedule.strategies.random_walk import RandomWalk
from scenarios.registry import scenarios

STEPS: list[Line] = [("R", f"y{i}") for i in range(10)]
FAR = straight([("W", "x", 1)], [*STEPS, ("R", "x")])
"""The write comes at once; the read that it conflicts with after ten steps of its thread."""


@pytest.mark.parametrize("seed", range(20))
def test_both_orders_of_a_pair_in_two_runs(seed: int) -> None:
    """By chance the read comes first in one of 2048 runs: eleven steps in turn must be the reader's.

    The first run shows one order. The second goes for the other one, and holds whoever is to come second.
    """
    strategy = CoverageGuided(seed, 2)
    runs = traced(FAR, strategy)
    assert {values(execution)[-1] for execution in runs.executions} == {0, 1}
    assert strategy.orders == (2, 2)


def test_by_chance_it_takes_longer() -> None:
    runs = traced(FAR, RandomWalk(1, 200))
    assert {values(execution)[-1] for execution in runs.executions} == {1}


def test_an_order_that_cannot_happen_is_gone_for_no_more_than_others() -> None:
    """It waits for x and then reads z, so it comes after both writes: two of four orders are all there are."""
    unfolding = straight([("W", "z", 1), ("W", "x", 1)], [("wait", "x", 1), ("R", "z")])
    strategy = CoverageGuided(1, 30)
    runs = traced(unfolding, strategy)
    assert len(runs.executions) == 30
    assert strategy.orders == (2, 4)


def test_a_thread_is_held_only_while_another_can_go_on() -> None:
    """From the second run on the wait should come before the write; it cannot, and nobody else is there to run."""
    unfolding = straight([("W", "x", 1)], [("wait", "x", 1), ("R", "x")])
    runs = traced(unfolding, CoverageGuided(1, 20))
    assert runs.schedules == ["011"] * 20


def test_more_orders_of_a_kernel_path_than_by_chance() -> None:
    """In fifty runs more than by chance in three hundred."""
    inflight = next(scenario for scenario in scenarios() if scenario.name == "inflight")
    unfolding = Unfolding(inflight.case("none", inflight.protocols[0], inflight.small).program, 3)
    guided = CoverageGuided(1, 50)
    driven(unfolding, SC).run(guided)
    by_chance = PairOrders()
    for execution in traced(unfolding, RandomWalk(1, 300)).executions:
        by_chance.add(execution)
    assert guided.orders[0] > len(by_chance.ordered)
