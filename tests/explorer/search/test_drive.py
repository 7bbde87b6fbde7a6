"""Driving a case: when it ends, and what is then said of it."""

from __future__ import annotations

import time
from itertools import count

import pytest
from small_programs import straight

from explorer.memory.model import load_model
from explorer.program.tree import Unfolding
from explorer.schedule.depth_first import DepthFirst
from explorer.schedule.strategies.bounded import Bounded
from explorer.schedule.strategies.length import usual_length
from explorer.schedule.strategies.portfolio import Portfolio
from explorer.schedule.strategy import Strategy
from explorer.search.deadline import Deadline
from explorer.search.drive import Driven, Runs, drive
from scenarios.registry import find


def of_fresh(strategy: Strategy, runs: Runs) -> Driven:
    fresh = find("fresh")
    assert fresh is not None
    case = fresh.case("none", fresh.protocols[0], fresh.small)
    return drive(case, load_model("sc"), Unfolding(case.program, 3), strategy, runs)


class Late(DepthFirst):
    """Makes one run, and lets the time run out in it or only after it."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, *, more: bool) -> None:
        super().__init__()
        self._monkeypatch = monkeypatch
        self._more = more
        self._begun = 0

    def start(self) -> bool:
        self._begun += 1
        if self._begun == 2:
            late = time.monotonic() + 3600
            self._monkeypatch.setattr("time.monotonic", lambda: late)
            return self._more and super().start()
        return super().start()


@pytest.mark.parametrize(("more", "stopped"), [(False, ""), (True, "limit of 60 seconds reached")])
def test_a_strategy_that_has_just_finished_is_not_stopped(
    monkeypatch: pytest.MonkeyPatch, more: bool, stopped: str
) -> None:
    driven = of_fresh(Late(monkeypatch, more=more), Runs(deadline=Deadline(60)))
    assert (driven.runs, driven.stopped) == (1, stopped)


def test_a_number_of_runs_that_is_just_enough_is_everything() -> None:
    """The strategy is asked for another run, and says that there is none."""
    all_of_them = DepthFirst()
    needed = of_fresh(all_of_them, Runs()).runs
    for most, finished in ((needed - 1, False), (needed, True)):
        strategy = DepthFirst()
        assert of_fresh(strategy, Runs(most=most)).runs == most
        assert strategy.finished is finished


def test_a_run_that_is_begun_and_not_made_is_not_counted() -> None:
    bounded = Bounded(2)
    portfolio = Portfolio({"bounded": bounded}, 100)
    assert of_fresh(portfolio, Runs(most=2)).runs == 2
    assert portfolio.runs == {"bounded": 2}
    assert sum(level.runs for level in bounded.levels) == 2
    assert bounded.complete == -1


def test_time_that_is_over_within_a_run_ends_it_and_the_run_is_not_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    """Under lkmm one run can take longer than the rest of the time."""
    monkeypatch.setattr("time.monotonic", count(0, 10).__next__)
    bounded = Bounded(2)
    # The clock goes on by ten seconds whenever it is asked: at 0 the deadline begins, and a run has 35 steps.
    driven = of_fresh(bounded, Runs(deadline=Deadline(100)))
    assert (driven.runs, driven.abandoned, driven.stopped) == (0, 0, "limit of 100 seconds reached")
    assert [level.runs for level in bounded.levels] == [0]


def test_an_interrupt_that_was_noted_ends_the_measuring_and_the_runs() -> None:
    def noted() -> None:
        raise KeyboardInterrupt

    deadline = Deadline(check=noted)
    assert usual_length(straight([("W", "x", 1)] * 5), load_model("sc"), stop=deadline.reason) == 1
    assert of_fresh(DepthFirst(), Runs(deadline=deadline)).stopped == "interrupted"
