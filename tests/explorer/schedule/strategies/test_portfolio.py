"""Strategies that share the runs."""

from __future__ import annotations

from driving import traced
from small_programs import straight

from explorer.schedule.strategies.bounded import Bounded
from explorer.schedule.strategies.portfolio import Portfolio
from explorer.schedule.strategies.random_walk import RandomWalk
from explorer.schedule.strategies.round_robin import RoundRobin

PAIR = straight([("W", "x", 1), ("W", "x", 2)], [("W", "y", 1), ("W", "y", 2)])


def test_one_run_each_in_turn() -> None:
    portfolio = Portfolio(
        {"q1": RoundRobin(1, 9, threads=2, quantum=1), "q2": RoundRobin(1, 9, threads=2, quantum=2)}, 6
    )
    assert traced(PAIR, portfolio).schedules == ["0101", "0011", "1010", "1100", "0101", "0011"]
    assert portfolio.runs == {"q1": 3, "q2": 3}


def test_who_has_no_runs_left_is_left_out() -> None:
    """Without a preemption there are two schedules: one thread after the other."""
    portfolio = Portfolio({"few": Bounded(0), "one": RoundRobin(1, 9, threads=2, quantum=1)}, 7)
    assert traced(PAIR, portfolio).schedules == ["0011", "0101", "1100", "1010", "0101", "1010", "0101"]
    assert portfolio.runs == {"few": 2, "one": 5}
    assert portfolio.current == "one"


def test_it_ends_when_nobody_has_runs_left() -> None:
    portfolio = Portfolio({"few": Bounded(0), "random": RandomWalk(1, 1)}, 100)
    assert len(traced(PAIR, portfolio).results) == 3


def test_what_is_told_goes_to_the_strategy_that_made_the_run() -> None:
    """A strategy in a portfolio does what it does by itself."""
    alone, shared = Bounded(2), Bounded(2)
    traced(PAIR, alone)
    traced(PAIR, Portfolio({"random": RandomWalk(1, 9), "few": shared}, 1000))
    assert shared.cost_of == alone.cost_of
    assert shared.exhausted
