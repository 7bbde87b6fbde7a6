"""Outcomes of two surveys side by side: message passing, which may see the flag and old data, or may not."""

from __future__ import annotations

from surveyed import surveyed

from explorer.search.difference import difference, simplest
from explorer.search.outcomes import Facts
from explorer.search.survey import Outcome
from scenarios.classic.litmus import message_passing


def facts(outcomes: tuple[Outcome, ...]) -> list[Facts]:
    return [outcome.facts for outcome in outcomes]


STALE: Facts = (("P1", "flag = 1, data = 0"),)


def test_what_one_model_has_alone_is_gone_or_new() -> None:
    strong, weak = (surveyed(message_passing(), model).outcomes for model in ("tso", "pso"))
    found = difference(weak, strong)
    assert (facts(found.gone), found.new, len(found.kept)) == ([STALE], (), 3)
    found = difference(strong, weak)
    assert (found.gone, facts(found.new), len(found.kept)) == ((), [STALE], 3)
    assert all(one.facts == other.facts and one is not other for one, other in found.kept)


def test_the_simplest_has_the_fewest_switches() -> None:
    """Of the three under sc two need one switch, and one two: the reader between the two stores."""
    outcomes = surveyed(message_passing(), "sc").outcomes
    assert sorted(each.witness.switches for each in outcomes if each.witness) == [1, 1, 2]
    best = simplest(outcomes)
    assert best is not None
    assert best is next(each for each in outcomes if each.witness and each.witness.switches == 1)
    assert simplest(()) is None
