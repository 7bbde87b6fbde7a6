"""How many executions depth-first search finds: counts by hand, and every interleaving of small programs."""

from __future__ import annotations

from collections.abc import Sequence
from math import factorial
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from small_programs import Line, interleaved, straight

from explorer.execution.execution import Status
from explorer.memory.model import load_model
from explorer.schedule.depth_first import DepthFirst, explore_depth_first
from explorer.schedule.scheduler import Scheduler

Threads = Sequence[Sequence[Line]]

W, R = "W", "R"
SB: Threads = [[(W, "x", 1), (R, "y")], [(W, "y", 1), (R, "x")]]
MP: Threads = [[(W, "x", 1), (W, "y", 1)], [(R, "y"), (R, "x")]]
LB: Threads = [[(R, "x"), (W, "y", 1)], [(R, "y"), (W, "x", 1)]]
TWO_PLUS_TWO_W: Threads = [[(W, "x", 1), (W, "y", 2)], [(W, "y", 1), (W, "x", 2)]]
CORR: Threads = [[(W, "x", 1)], [(R, "x"), (R, "x")]]
WRC: Threads = [[(W, "x", 1)], [(R, "x"), (W, "y", 1)], [(R, "y"), (R, "x")]]
IRIW: Threads = [[(W, "x", 1)], [(W, "y", 1)], [(R, "x"), (R, "y")], [(R, "y"), (R, "x")]]

COUNTS: dict[str, tuple[Threads, dict[str, int]]] = {
    # Two reads of 0 or 1: four results, of which sc forbids one; tso lets both loads of SB
    # overtake the stores, pso lets the stores of MP and 2+2W overtake each other.
    "SB": (SB, {"sc": 3, "tso": 4, "pso": 4}),
    "MP": (MP, {"sc": 3, "tso": 3, "pso": 4}),
    "LB": (LB, {"sc": 3, "tso": 3, "pso": 3}),
    # Two orders for x times two for y, without the one that makes a cycle.
    "2+2W": (TWO_PLUS_TWO_W, {"sc": 3, "tso": 3, "pso": 4}),
    # 0 0, 0 1, 1 1: never backwards.
    "CoRR": (CORR, {"sc": 3, "tso": 3, "pso": 3}),
    # Eight results of three reads without 1 1 0; each load is in order on all three models.
    "WRC": (WRC, {"sc": 7, "tso": 7, "pso": 7}),
    # Sixteen results without the one in which the readers disagree about the order.
    "IRIW": (IRIW, {"sc": 15, "tso": 15, "pso": 15}),
    # Each add reads the one before it: an order of three.
    "three adds": ([[("+", "x", 1)]] * 3, {"sc": 6, "tso": 6, "pso": 6}),
    # The store before or after the add, never between its read and its write.
    "add and store": ([[("+", "x", 1)], [(W, "x", 5)]], {"sc": 2, "tso": 2, "pso": 2}),
    # A thread reads its own store or one that came over it.
    "own store": ([[(W, "x", 1), (R, "x")], [(W, "x", 2)]], {"sc": 3, "tso": 3, "pso": 3}),
}


@pytest.mark.parametrize("model", ["sc", "tso", "pso"])
@pytest.mark.parametrize("name", COUNTS)
def test_classic_programs(name: str, model: str) -> None:
    threads, counts = COUNTS[name]
    found = explore_depth_first(straight(*threads), load_model(model))
    assert found.finished
    assert found.counts[Status.COMPLETE] == len(found.executions) == counts[model]
    assert len({execution.key for execution in found.executions}) == counts[model]


@pytest.mark.parametrize("writers", [1, 2, 3, 4])
def test_writers_of_one_location_in_every_order(writers: int) -> None:
    unfolding = straight(*([("W", "x", value)] for value in range(1, writers + 1)))
    assert len(explore_depth_first(unfolding, load_model("sc")).executions) == factorial(writers)


def test_no_execution_with_a_cycle_in_po_and_rf(tmp_path: Path) -> None:
    """A model that asks for coherence only allows load buffering; the scheduler cannot get there."""
    path = tmp_path / "coherent.cat"
    path.write_text('"coherent"\nacyclic po-loc | rf | co | fr as coherence\n')
    model = load_model(str(path))
    assert len(explore_depth_first(straight(*SB), model).executions) == 4
    assert len(explore_depth_first(straight(*LB), model).executions) == 3


def test_a_limit_leaves_the_search_unfinished() -> None:
    found = explore_depth_first(straight(*SB), load_model("sc"), limit=2)
    assert not found.finished
    assert len(found.executions) == 2


operations = st.one_of(
    st.tuples(st.just("R"), st.sampled_from("xy")),
    st.tuples(st.sampled_from(["W", "+", "wait"]), st.sampled_from("xy"), st.integers(1, 2)),
    st.tuples(st.sampled_from(["lock", "unlock"]), st.just("a")),
)
programs = st.lists(st.lists(operations, min_size=1, max_size=3), min_size=1, max_size=3)


@settings(max_examples=60, deadline=None)
@given(programs)
def test_under_sc_exactly_the_interleavings(threads: Threads) -> None:
    found = explore_depth_first(straight(*threads), load_model("sc"))
    assert len(found.executions) == len(interleaved(threads))


@settings(max_examples=40, deadline=None)
@given(programs, st.sampled_from(["sc", "tso", "pso"]))
def test_reduction_loses_no_execution(threads: Threads, name: str) -> None:
    unfolding, model = straight(*threads), load_model(name)
    every_order = DepthFirst()
    Scheduler(unfolding, model).run(every_order)
    reduced = explore_depth_first(unfolding, model).executions
    assert {execution.key for execution in reduced} == {execution.key for execution in every_order.executions}
    assert len(reduced) == len(every_order.executions)
