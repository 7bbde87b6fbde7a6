"""Both engines on random programs, and what must hold of any program's executions."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import islice
from pathlib import Path

import pytest
from engine_results import assert_same, counts, found, scheduled, searched
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from explorer.execution.execution import Execution, Status
from explorer.execution.relation import is_acyclic, union
from explorer.memory.model import Model, load_model
from explorer.program.tree import Unfolding
from explorer.schedule.recording import Recording
from explorer.schedule.replay import replay
from explorer.search.explore import Search
from explorer.search.record import Record
from explorer.testing.operations import Threads, unfold
from explorer.testing.random_programs import thread_lists

MOST = 150
"""Executions of a program that a test looks at; few random programs have more."""

MODELS = {name: load_model(name) for name in ("sc", "tso", "pso")}


def few(unfolding: Unfolding, model: Model) -> list[Execution]:
    """All executions; programs that have too many are left out."""
    leaves = list(islice(filter(None, Search(unfolding, model)), MOST + 1))
    assume(len(leaves) <= MOST)
    return [leaf.execution for leaf in leaves]


@pytest.mark.parametrize("name", MODELS)
@settings(max_examples=500, deadline=None)
@given(threads=thread_lists())
def test_both_engines_find_the_same_executions(name: str, threads: Threads) -> None:
    unfolding, model = unfold(threads), MODELS[name]
    assert_same(few(unfolding, model), scheduled(unfolding, model))


@settings(max_examples=150, deadline=None)
@given(threads=thread_lists())
def test_the_scheduler_finds_what_has_no_cycle_in_po_and_rf_under_a_weak_model(
    coherence: Model, threads: Threads
) -> None:
    unfolding = unfold(threads)
    executions = few(unfolding, coherence)
    assert_same([e for e in executions if is_acyclic(union(e.po, e.rf))], scheduled(unfolding, coherence))


@pytest.fixture(scope="module")
def coherence(tmp_path_factory: pytest.TempPathFactory) -> Model:
    path: Path = tmp_path_factory.mktemp("models") / "coherence.cat"
    path.write_text('"coherence"\nacyclic po-loc | rf | co | fr as coherence\n')
    return load_model(str(path))


@pytest.mark.parametrize("name", MODELS)
@settings(max_examples=100, deadline=None)
@given(threads=thread_lists(), data=st.data())
def test_the_order_of_threads_does_not_matter(name: str, threads: Threads, data: st.DataObject) -> None:
    model = MODELS[name]
    permuted = data.draw(st.permutations(threads))
    assert counts(few(unfold(threads), model)) == counts(searched(unfold(permuted), model))


@settings(max_examples=200, deadline=None)
@given(threads=thread_lists())
def test_a_weaker_model_allows_all_that_a_stronger_one_does(threads: Threads) -> None:
    unfolding = unfold(threads)
    pso, tso, sc = (few(unfolding, MODELS[name]) for name in ("pso", "tso", "sc"))
    for stronger, weaker in ((sc, tso), (tso, pso)):
        for status in Status:
            assert found(stronger)[status].keys() <= found(weaker)[status].keys()
        assert outcomes(stronger) <= outcomes(weaker)


def outcomes(executions: Sequence[Execution]) -> set[object]:
    """Per execution what a litmus test can look at: the values read, and the last one of each location."""
    return {
        (
            tuple(repr(event.value) for event in e.events if event.reads),
            tuple(repr(e.events[order[-1]].value) for order in e.coherence),
        )
        for e in executions
        if e.status is Status.COMPLETE
    }


@settings(max_examples=100, deadline=None)
@given(threads=thread_lists())
def test_a_record_stands_for_its_execution(threads: Threads) -> None:
    executions = few(unfold(threads), MODELS["pso"])
    again = unfold(threads)
    for execution in executions:
        assert Record.of(execution, ()).execution(again).key == execution.key


@settings(max_examples=100, deadline=None)
@given(threads=thread_lists())
def test_a_replay_makes_the_execution_anew(threads: Threads) -> None:
    model = MODELS["pso"]
    executions = few(unfold(threads), model)
    again = unfold(threads)
    for execution in executions[:: len(executions) // 5 + 1]:
        assert replay(again, Recording.of(execution), model).key == execution.key
