"""The outcomes of litmus tests are the final states that ``sealrace litmus`` counts."""

from __future__ import annotations

from pathlib import Path

import pytest

from explorer.litmus.expand import expand
from explorer.litmus.judge import judge
from explorer.litmus.macros import operations
from explorer.litmus.outcomes import FinalStates
from explorer.litmus.parsed import parsed_test
from explorer.litmus.source import Source
from explorer.litmus.unfold import LitmusUnfolding
from explorer.litmus.violation import Condition
from explorer.memory.model import load_model
from explorer.scenario import Case
from explorer.search.survey import Survey, survey

SB = """C SB
{}
P0(int *x, int *y) { int r0; WRITE_ONCE(*x, 1); r0 = READ_ONCE(*y); }
P1(int *x, int *y) { int r0; WRITE_ONCE(*y, 1); r0 = READ_ONCE(*x); }
"""


def unfolded(text: str) -> LitmusUnfolding:
    return LitmusUnfolding(expand(parsed_test(Source("test.litmus", text)), operations()))


def survey_of(unfolding: LitmusUnfolding, model: str) -> Survey:
    case = Case(unfolding.program, (Condition(unfolding),))
    return survey(case, load_model(model), unfolding, FinalStates(unfolding))


def test_registers_are_told_thread_by_thread_and_locations_at_the_end() -> None:
    found = survey_of(unfolded(SB + "locations [x]\nexists (0:r0=0 /\\ 1:r0=0)\n"), "sc")
    facts = {each.facts: (each.executions, each.breaks) for each in found.outcomes}
    end = ("at the end", "x = 1")
    assert facts == {
        (("P0", "r0 = 0"), ("P1", "r0 = 1"), end): (1, ()),
        (("P0", "r0 = 1"), ("P1", "r0 = 0"), end): (1, ()),
        (("P0", "r0 = 1"), ("P1", "r0 = 1"), end): (1, ()),
    }


def test_the_states_of_the_condition_are_told_apart() -> None:
    found = survey_of(unfolded(SB + "exists (0:r0=0 /\\ 1:r0=0)\n"), "lkmm")
    breaks = {each.facts: each.breaks for each in found.outcomes}
    assert len(breaks) == 4
    assert [facts for facts, broken in breaks.items() if broken == ("exists",)] == [
        (("P0", "r0 = 0"), ("P1", "r0 = 0"))
    ]


def test_what_the_filter_leaves_out_is_counted_apart() -> None:
    found = survey_of(unfolded(SB + "filter (0:r0=1)\nexists (1:r0=0)\n"), "sc")
    assert (found.filtered, found.executions) == (1, 2)
    assert found.samples[-1].executions == 2
    # Pairs are of the two executions that are left: y was stored before it was read in both.
    assert {(p.first.location, p.before, p.after) for p in found.pairs} == {("x", 1, 1), ("y", 0, 2)}


def test_a_thread_that_waits_for_ever() -> None:
    text = """C ABBA
{}
P0(spinlock_t *a, spinlock_t *b) { spin_lock(a); spin_lock(b); spin_unlock(b); spin_unlock(a); }
P1(spinlock_t *a, spinlock_t *b) { spin_lock(b); spin_lock(a); spin_unlock(a); spin_unlock(b); }
exists (true)
"""
    found = survey_of(unfolded(text), "lkmm")
    waiting = [each for each in found.outcomes if each.breaks == ("deadlock",)]
    assert [each.facts for each in waiting] == [(("P0", "waits for b"), ("P1", "waits for a"))]


WINDOWS = sorted((Path(__file__).parents[3] / "scenarios/shmem/litmus").glob("*.litmus"))


@pytest.mark.parametrize("path", WINDOWS, ids=lambda path: path.stem)
def test_as_many_executions_and_states_as_judged(path: Path) -> None:
    unfolding = unfolded(path.read_text(encoding="utf-8"))
    answer = judge(unfolding, load_model("lkmm"))
    found = survey_of(unfolded(path.read_text(encoding="utf-8")), "lkmm")
    assert found.executions == answer.positive + answer.negative
    assert found.filtered == answer.filtered
    assert len({each.facts for each in found.outcomes}) == len(answer.states)
    assert sum(each.executions for each in found.outcomes if each.breaks) == answer.shown
