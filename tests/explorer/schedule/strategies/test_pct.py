"""Priorities and their changes: which schedules there are, and how likely they come."""

from __future__ import annotations

from collections import Counter
from fractions import Fraction

import pytest
from driving import SC, traced, values
from small_programs import straight

from explorer.schedule.strategies.length import usual_length
from explorer.schedule.strategies.pct import Pct, probability, within

THREES = straight([("W", "x", 1)] * 3, [("W", "y", 1)] * 3)
SB = straight([("W", "x", 1), ("R", "y")], [("W", "y", 1), ("R", "x")])


def test_without_a_change_one_thread_runs_after_the_other() -> None:
    schedules = traced(THREES, Pct(1, 200, threads=2, length=6, depth=1)).schedules
    assert set(schedules) == {"000111", "111000"}


def test_one_change_stops_one_thread_once() -> None:
    """At step c the thread that is about to make it gets the lowest priority: after 0 to 3 steps of the first one.

    A change in the second thread changes nothing: the first has ended.  So of twelve cases (who is first, and when)
    one each stops a thread after one step, one after two, and four leave the one order, four the other.
    """
    schedules = Counter(traced(THREES, Pct(1, 1200, threads=2, length=6, depth=2)).schedules)
    assert set(schedules) == {"000111", "111000", "011100", "001110", "100011", "110001"}
    for schedule, twelfths in {"000111": 4, "111000": 4, "011100": 1, "001110": 1, "100011": 1, "110001": 1}.items():
        # A hundred is the mean of a twelfth, its standard deviation less than ten.
        assert abs(schedules[schedule] - 100 * twelfths) < 50 * twelfths


def test_changes_at_the_first_step_choose_who_is_first() -> None:
    """The thread that would begin is lowered before it has made a step, and so is the next: three in turn, whole."""
    three = straight([("W", "x", 1)] * 2, [("W", "y", 1)] * 2, [("W", "z", 1)] * 2)
    schedules = set(traced(three, Pct(1, 100, threads=3, length=1, depth=3)).schedules)
    assert schedules == {"001122", "002211", "110022", "112200", "220011", "221100"}


def test_the_bound() -> None:
    assert probability(3, 60, 1) == Fraction(1, 3)
    assert probability(3, 60, 3) == Fraction(1, 10800)
    # Half of the runs each: a quarter of the pairs of runs misses.
    assert within(2, Fraction(1, 2)) == Fraction(3, 4)
    # (9/10)^2 = 81/100 has an end in decimals, and is kept to it.
    assert within(2, Fraction(1, 10)) == Fraction(19, 100)


@pytest.mark.parametrize(("runs", "each"), [(1, Fraction(1, 3)), (7, Fraction(2, 7)), (1000, Fraction(1, 3))])
def test_the_bound_of_many_runs_is_never_above_the_exact_one(runs: int, each: Fraction) -> None:
    exact = 1 - (1 - each) ** runs
    assert 0 <= exact - within(runs, each) < Fraction(1, 10**40)
    assert within(runs, each) < 1


@pytest.mark.parametrize(("read", "depth"), [((0, 1), 1), ((1, 0), 1), ((1, 1), 2)])
def test_what_needs_few_changes_comes_no_less_often_than_the_bound(read: tuple[int, int], depth: int) -> None:
    """0 1 and 1 0 need no change, 1 1 one; of four steps and two threads."""
    runs = traced(SB, Pct(5, 1000, threads=2, length=4, depth=depth))
    found = sum(values(execution) == read for execution in runs.executions)
    assert Fraction(found, 1000) >= probability(2, 4, depth) * Fraction(9, 10)
    # 1 1 comes by a change at step 2 alone, whoever is first.
    assert depth == 1 or abs(found - 250) < 50


def test_one_change_cannot_show_what_needs_two() -> None:
    """The reader sees every store of the writer, each once: both must be stopped."""
    unfolding = straight([("W", "x", 1), ("W", "x", 2), ("W", "x", 3)], [("R", "x"), ("R", "x")])
    runs = traced(unfolding, Pct(1, 500, threads=2, length=5, depth=2))
    found = {values(execution) for execution in runs.executions}
    assert (1, 2) not in found
    more = traced(unfolding, Pct(1, 500, threads=2, length=5, depth=4))
    assert (1, 2) in {values(execution) for execution in more.executions}


def test_how_long_runs_are() -> None:
    """Two threads of three steps each; a thread that may return at once counts as it ran."""
    assert usual_length(THREES, SC) == 6
    assert usual_length(straight([("lock", "a")], [("lock", "a"), ("unlock", "a"), ("W", "x", 1)]), SC) == 4
