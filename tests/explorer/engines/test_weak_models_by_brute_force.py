"""The search under models that allow load buffering, against brute force over all candidate executions."""

from __future__ import annotations

from pathlib import Path

import pytest
from candidate_executions import candidates
from engine_results import assert_same, counts, scheduled, searched
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from random_programs import (
    ACCESSES,
    DECISIONS,
    FENCE,
    OPERANDS,
    READ_ORDERS,
    UPDATE_ORDERS,
    WAITS,
    WRITE_ORDERS,
    Assume,
    CompareExchange,
    Exchange,
    Fetch,
    Follow,
    If,
    Operation,
    Publish,
    Read,
    Threads,
    WaitUntil,
    WaitUpdate,
    Write,
    programs,
    unfold,
)

from explorer.memory.model import Model, load_model

RULES = {
    "coherence": "acyclic po-loc | rf | co | fr as coherence",
    "anything": "irreflexive co as nothing-forbidden",
    # Some halves of the relations only, so that neighbours in coherence do not stand for the rest.
    "halves": "acyclic fencerel(F & Mb) | rfe | coi | fre as some",
    "other-halves": "acyclic po-loc | rfi | coe | fri as others",
    "data": "acyclic po-loc | rf | co | fr as coherence\nacyclic data | rfe as no-thin-air",
    "release-acquire": "acyclic po-loc | rf | co | fr as coherence\n"
    "acyclic [Acquire] ; po | po ; [Release] | rfe | co | fr as order",
    # An axiom that no order covers, checked on finished executions.
    "two-buffered-loads": "acyclic po-loc | rf | co | fr as coherence\nirreflexive po ; rfe ; po ; rfe as no-lb",
}
"""The rules of a model of each kind. None orders all loads before later stores."""


KERNEL = {name: load_model(name) for name in ("sc", "tso", "pso")}


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Model]:
    folder: Path = tmp_path_factory.mktemp("models")
    loaded = {}
    for name, rules in RULES.items():
        path = folder / f"{name}.cat"
        path.write_text(f'"{name}"\n{rules}\n')
        loaded[name] = load_model(str(path))
    return loaded


MOST = 1000
"""Combinations of traces that brute force goes through; few random programs have more."""

X1, Y1 = Write("x", 1), Write("y", 1)
COPY_X, COPY_Y = (Read("x"), Write("y", "r")), (Read("y"), Write("x", "r"))

# (complete executions) under coherence alone, by hand.
BY_HAND: dict[str, tuple[Threads, int]] = {
    # Each load reads 0 or the other thread's store.
    "LB": (((Read("x"), Y1), (Read("y"), X1)), 4),
    # As above, but both reading the other's copy would take the value out of thin air.
    "LB with data on both sides": ((COPY_X, COPY_Y), 3),
    # One constant to begin with: all four.
    "LB with data on one side": ((COPY_X, (Read("y"), X1)), 4),
    # No store, or both: each justifies the other, and no rule of the model forbids that.
    "LB with control on both sides": (((Read("x"), If(1, (Y1,))), (Read("y"), If(1, (X1,)))), 2),
    # r = 1 is never stored; the other arm stores 2, which is not looked for.
    "LB with control that fails": (((Read("x"), If(1, (Y1,))), (Read("y"), If(1, (Write("x", 2),)))), 1),
    # The update writes what it read plus one; the copy may come back to it only out of thin air.
    "an addition and a copy": (((Fetch("+", "x", 1, "once"),), (Read("x"), Write("y", "r"))), 2),
    # y read as 0 or 1, the copy before or after the exchange.
    "an exchange reads a copy of a later store": (((Exchange("x", 2, "once"), Y1), COPY_Y), 4),
}


@pytest.mark.parametrize("name", BY_HAND)
def test_load_buffering_by_hand(models: dict[str, Model], name: str) -> None:
    threads, expected = BY_HAND[name]
    found = searched(unfold(threads), models["coherence"])
    assert counts(found) == (expected, 0, 0, 0)
    by_brute_force = candidates(threads, models["coherence"], 1000)
    assert by_brute_force is not None
    assert_same(found, by_brute_force)


def test_brute_force_and_the_scheduler_agree_where_both_know_all(models: dict[str, Model]) -> None:
    threads: Threads = ((Read("x"), X1, WaitUpdate("y", 1, 2)), (Y1, Fetch("+", "x", 1)))
    sc = load_model("sc")
    by_brute_force = candidates(threads, sc, 1000)
    assert by_brute_force is not None
    assert_same(scheduled(unfold(threads), sc), by_brute_force)


OPERATIONS = st.one_of(
    ACCESSES,
    ACCESSES,
    ACCESSES,
    FENCE,
    DECISIONS,
    st.one_of(
        WAITS,
        st.builds(Assume, st.integers(0, 1)),
        st.builds(Publish, st.just("b"), st.just("once")),
        st.builds(Follow, st.one_of(st.none(), OPERANDS)),
    ),
)


def loads(location: str) -> st.SearchStrategy[Operation]:
    where = st.just(location)
    return st.one_of(
        st.builds(Read, where, READ_ORDERS),
        st.builds(Read, where, READ_ORDERS),
        st.builds(Exchange, where, OPERANDS, UPDATE_ORDERS),
        st.builds(Fetch, st.sampled_from("+|^"), where, OPERANDS, UPDATE_ORDERS),
        st.builds(CompareExchange, where, st.integers(0, 2), OPERANDS, UPDATE_ORDERS),
        st.builds(WaitUntil, where, st.integers(1, 2)),
        st.builds(WaitUpdate, where, st.integers(0, 2), OPERANDS, UPDATE_ORDERS),
    )


def stores(location: str) -> st.SearchStrategy[Operation]:
    where = st.just(location)
    write = st.builds(Write, where, OPERANDS, WRITE_ORDERS)
    return st.one_of(
        write,
        write,
        st.builds(If, st.integers(0, 2), st.tuples(write), st.one_of(st.just(()), st.tuples(write))),
        st.builds(Exchange, where, OPERANDS, UPDATE_ORDERS),
        st.builds(Fetch, st.sampled_from("+|^"), where, OPERANDS, UPDATE_ORDERS),
    )


@st.composite
def load_buffering(draw: st.DrawFn) -> Threads:
    """Two threads that each load what the other stores later, and something of each in between or beside them."""
    between = st.lists(st.one_of(ACCESSES, FENCE), max_size=1)
    first = (draw(loads("x")), *draw(between), draw(stores("y")))
    second = (draw(loads("y")), draw(stores("x")))
    third = draw(st.lists(ACCESSES, max_size=1))
    return (first, second, tuple(third)) if third else (first, second)


@pytest.mark.parametrize("name", RULES)
@settings(max_examples=300, deadline=None)
@given(threads=st.one_of(load_buffering(), programs(OPERATIONS, size=5)))
def test_the_search_finds_what_brute_force_finds(models: dict[str, Model], name: str, threads: Threads) -> None:
    model = models[name]
    by_brute_force = candidates(threads, model, MOST)
    assume(by_brute_force is not None)
    assert by_brute_force is not None
    assert_same(searched(unfold(threads), model), by_brute_force)


@pytest.mark.parametrize("name", KERNEL)
@settings(max_examples=100, deadline=None)
@given(threads=programs(OPERATIONS, size=5))
def test_both_engines_find_what_brute_force_finds(name: str, threads: Threads) -> None:
    model = KERNEL[name]
    by_brute_force = candidates(threads, model, MOST)
    assume(by_brute_force is not None)
    assert by_brute_force is not None
    unfolding = unfold(threads)
    assert_same(searched(unfolding, model), by_brute_force)
    assert_same(scheduled(unfolding, model), by_brute_force)
