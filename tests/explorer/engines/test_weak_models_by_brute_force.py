"""The search under models that allow load buffering, against brute force over all candidate executions."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TypeAlias

import pytest
from candidate_executions import candidates
from engine_results import assert_same, counts, scheduled, searched
from hypothesis import given, reject, settings
from hypothesis import strategies as st

from explorer.execution.execution import Execution
from explorer.execution.relation import is_acyclic, union
from explorer.memory.model import Model, load_model
from explorer.testing.operations import (
    Assume,
    CompareExchange,
    Exchange,
    Fetch,
    Follow,
    If,
    Lock,
    Locked,
    Operation,
    Operations,
    Publish,
    Read,
    Threads,
    WaitUntil,
    WaitUpdate,
    Write,
    unfold,
)
from explorer.testing.random_programs import (
    ACCESSES,
    DECISIONS,
    FENCE,
    OPERANDS,
    READ_ORDERS,
    UPDATE_ORDERS,
    WAITS,
    WRITE_ORDERS,
    thread_lists,
)

COHERENCE = "acyclic po-loc | rf | co | fr as coherence\n"

RULES = {
    "coherence": COHERENCE,
    "no-thin-air": COHERENCE + "acyclic (data | addr | ctrl) | rf as no-thin-air",
    "data": COHERENCE + "acyclic data | rfe as no-thin-air",
    "anything": "irreflexive co as nothing-forbidden",
    # Some halves of the relations only, so that neighbours in coherence do not stand for the rest.
    "halves": "acyclic fencerel(F & Mb) | rfe | coi | fre as some",
    "other-halves": "acyclic po-loc | rfi | coe | fri as others",
    "release-acquire": COHERENCE + "acyclic [Acquire] ; po | po ; [Release] | rfe | co | fr as order",
    # Program order that a release in between undoes: what holds of two events need not hold among others.
    "undone": COHERENCE + "acyclic [R] ; (po \\ (po ; [W & Release] ; po)) ; [W] | rfe as order",
    "undone-pairs": COHERENCE
    + "let gap = [R] ; (po \\ (po ; [W & Release] ; po)) ; [W]\nirreflexive gap ; rfe ; gap ; rfe as no-lb",
    # Axioms that no order covers, checked on finished executions.
    "two-buffered-loads": COHERENCE + "irreflexive po ; rfe ; po ; rfe as no-lb",
    "two-dependent-loads": "let dep = data | addr | ctrl\nirreflexive dep ; rfe ; dep ; rfe as no-dependent-lb",
}
"""The rules of a model of each kind. None orders all loads before later stores."""

KERNEL = {name: load_model(name) for name in ("sc", "tso", "pso")}

COMPILED = {name: load_model(name) for name in ("sc+compiler", "tso+compiler")}

MOST = 1000
"""Combinations of traces that brute force goes through; few random programs have more."""


ModelOf: TypeAlias = Callable[[str], Model]
"""The model of a name in ``RULES``; a function, for Hypothesis prints a test's arguments and models print long."""


@pytest.fixture(scope="module")
def model_of(tmp_path_factory: pytest.TempPathFactory) -> ModelOf:
    folder: Path = tmp_path_factory.mktemp("models")
    loaded = {}
    for name, rules in RULES.items():
        path = folder / f"{name}.cat"
        path.write_text(f'"{name}"\n{rules}\n')
        loaded[name] = load_model(str(path))
        assert not loaded[name].orders_loads_before_later_stores

    def model_of(name: str) -> Model:
        return loaded[name]

    return model_of


def by_brute_force(threads: Threads, model: Model) -> list[Execution]:
    """All executions, one candidate after the other; programs that have too many are left out."""
    executions = candidates(threads, model, MOST)
    if executions is None:
        reject()
    return executions


X1, Y1 = Write("x", 1), Write("y", 1)
COPY_X, COPY_Y = (Read("x"), Write("y", "r")), (Read("y"), Write("x", "r"))
Y1_IF_X1, X1_IF_Y1 = (Read("x"), If(1, (Y1,))), (Read("y"), If(1, (X1,)))

# Executions (complete, blocked, cut, dropped) under coherence alone and under no-thin-air, by hand.
BY_HAND: dict[str, tuple[Threads, tuple[int, int, int, int], tuple[int, int, int, int]]] = {
    # Each load reads 0 or the other thread's store.
    "LB": (((Read("x"), Y1), (Read("y"), X1)), (4, 0, 0, 0), (4, 0, 0, 0)),
    # As above, but both reading the other's copy would take the value out of thin air.
    "LB with data on both sides": ((COPY_X, COPY_Y), (3, 0, 0, 0), (3, 0, 0, 0)),
    # One constant to begin with: all four.
    "LB with data on one side": ((COPY_X, (Read("y"), X1)), (4, 0, 0, 0), (4, 0, 0, 0)),
    # No store, or both: each justifies the other, which coherence alone does not forbid.
    "LB with control on both sides": ((Y1_IF_X1, X1_IF_Y1), (2, 0, 0, 0), (1, 0, 0, 0)),
    # x is 1 always: y is not stored, or it is and the other load reads 0 or 1.
    "LB with control on one side": ((Y1_IF_X1, (Read("y"), X1)), (3, 0, 0, 0), (3, 0, 0, 0)),
    # The first thread reads 0, initial or copied; or 1, the copy of what it stores because of that.
    "LB with control and data": ((Y1_IF_X1, COPY_Y), (3, 0, 0, 0), (2, 0, 0, 0)),
    # The same, the copy being stored by an exchange.
    "LB with control and an exchange's data": (
        (Y1_IF_X1, (Read("y"), Exchange("x", "r", "once"))),
        (3, 0, 0, 0),
        (2, 0, 0, 0),
    ),
    # All loads read 0; or each condition holds because of the next thread's, and the last load reads 0 or 1.
    "a ring of control": (
        (Y1_IF_X1, (Read("y"), If(2, (X1,))), (Read("y"), If(1, (Read("x"), Write("y", 2))))),
        (3, 0, 0, 0),
        (1, 0, 0, 0),
    ),
    # Box a's field is read as 0, and the pointer stays; or as 1, and the pointer is stored again
    # and the first thread, which stores that 1 through it, reads the old one or the new.
    "LB with control and address": (
        ((Follow(1),), (Follow(), If(1, (Publish("a"),)))),
        (3, 0, 0, 0),
        (2, 0, 0, 0),
    ),
    # r = 1 is never stored; the other arm stores 2, which is not looked for.
    "LB with control that fails": ((Y1_IF_X1, (Read("y"), If(1, (Write("x", 2),)))), (1, 0, 0, 0), (1, 0, 0, 0)),
    # x read as 0 or as the copy, y as 0 or as the sum; both copied would add 1 to itself.
    "LB with an addition copied back": (
        ((Fetch("+", "x", 1, "once", "new"), Write("y", "r")), COPY_Y),
        (3, 0, 0, 0),
        (3, 0, 0, 0),
    ),
    # y read as 0 or 1, and the exchange directly after the initial write or after the copy.
    # Nothing comes between the exchange and its source, so each pair of sources has one
    # coherence order; the exchange that reads the copy of 1 is the buffered load.
    "an exchange reads a copy of a later store": (
        ((Exchange("x", 2, "once"), Y1), COPY_Y),
        (4, 0, 0, 0),
        (4, 0, 0, 0),
    ),
    # y read as 0 or 1, and the exchange directly after the initial write, the 1 or the 3.
    "an exchange reads the first of two later stores": (
        ((Exchange("x", 2, "once"), Y1), (Read("y"), X1, Write("x", 3))),
        (6, 0, 0, 0),
        (6, 0, 0, 0),
    ),
    # y read as 0 or 1; the thread's own 2 is read wherever the 1 stands, the 1 only after the 2.
    "a store before the buffered load": (
        ((Write("x", 2), Read("x"), Y1), (Read("y"), X1)),
        (6, 0, 0, 0),
        (6, 0, 0, 0),
    ),
    # Both go on, each by the store that the other made once it had gone on; or both wait for ever.
    "LB with waits": (((WaitUntil("x", 1), Y1), (WaitUntil("y", 1), X1)), (1, 1, 0, 0), (1, 1, 0, 0)),
    "LB with updates that wait": (
        ((WaitUpdate("x", 1, 2), Y1), (WaitUpdate("y", 1, 2), X1)),
        (1, 1, 0, 0),
        (1, 1, 0, 0),
    ),
    # It may take the 1, or be late for it; but 2 stays, so it may not be late for that.
    "a wait for what is overwritten": (((WaitUntil("x", 1),), (X1, Write("x", 2))), (1, 1, 0, 0), (1, 1, 0, 0)),
    "a wait for what stays": (((WaitUntil("x", 2),), (X1, Write("x", 2))), (1, 0, 0, 0), (1, 0, 0, 0)),
    # Read 0, it stores nothing and the other reads 0; read 1, the other reads 0 or 1.
    "LB with an assumption": (((Read("x"), Assume(1), Y1), (Read("y"), X1)), (2, 0, 0, 1), (2, 0, 0, 1)),
}


@pytest.mark.parametrize("program", BY_HAND)
def test_load_buffering_by_hand(model_of: ModelOf, program: str) -> None:
    threads, *expected = BY_HAND[program]
    for name, of_status in zip(("coherence", "no-thin-air"), expected, strict=True):
        assert counts(searched(unfold(threads), model_of(name))) == of_status
    for name in RULES:
        assert_same(searched(unfold(threads), model_of(name)), by_brute_force(threads, model_of(name)))


@pytest.mark.parametrize("name", ["undone", "undone-pairs"])
@pytest.mark.parametrize(
    ("between", "expected"),
    [
        # Each load reads 0 or the other thread's store, but not both the other's.
        ((), 3),
        # A release of y between: nothing orders the first thread's load and its second store of y. Where x is
        # read as 0, y is read as 0 or from either store; where as 1, as 0 or from the second.
        ((Write("y", 1, "release"),), 5),
        # The release only where x is read as 1: otherwise y is read as 0 or from the one store.
        ((If(1, (Write("y", 1, "release"),)),), 4),
    ],
)
def test_what_comes_between_two_accesses_can_undo_their_order(
    name: str, between: tuple[Operation, ...], expected: int, model_of: ModelOf
) -> None:
    threads: Threads = ((Read("x"), *between, Y1), (Read("y"), X1))
    found = searched(unfold(threads), model_of(name))
    assert counts(found) == (expected, 0, 0, 0)
    assert_same(found, by_brute_force(threads, model_of(name)))


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


def nobody_waits_beside_two_others(threads: Threads) -> bool:
    waits = any(isinstance(operation, WaitUntil | WaitUpdate) for thread in threads for operation in thread)
    return len(threads) == 2 or not waits


@pytest.mark.parametrize("name", RULES)
@settings(max_examples=100, deadline=None)
@given(threads=st.one_of(load_buffering(), thread_lists(OPERATIONS, size=5)).filter(nobody_waits_beside_two_others))
def test_the_search_finds_what_brute_force_finds(model_of: ModelOf, name: str, threads: Threads) -> None:
    model = model_of(name)
    assert_same(searched(unfold(threads), model), by_brute_force(threads, model))


LOCKS: st.SearchStrategy[Lock] = st.sampled_from(["page", "rwsem for reading", "rwsem for writing", "spin"])


@st.composite
def load_buffering_under_locks(draw: st.DrawFn) -> Threads:
    """The same in critical sections, or with one of the accesses outside; the locks may be the same or not."""
    first = draw(LOCKS)
    second = draw(st.one_of(st.just(first), LOCKS))
    return draw(_section(first, "x", "y")), draw(_section(second, "y", "x"))


@st.composite
def _section(draw: st.DrawFn, lock: Lock, loaded: str, stored: str) -> Operations:
    load = draw(loads(loaded))
    # Brute force looks for decisions at the top of a thread only.
    store = draw(stores(stored).filter(lambda operation: not isinstance(operation, If)))
    if draw(st.booleans()):
        return (Locked(lock, (load, store)),)
    return (Locked(lock, (load,)), draw(stores(stored))) if draw(st.booleans()) else (load, Locked(lock, (store,)))


@pytest.mark.parametrize("name", ["coherence", "no-thin-air", "release-acquire", "two-buffered-loads", "anything"])
@settings(max_examples=60, deadline=None)
@given(threads=load_buffering_under_locks())
def test_the_search_finds_what_brute_force_finds_under_locks(model_of: ModelOf, name: str, threads: Threads) -> None:
    model = model_of(name)
    assert_same(searched(unfold(threads), model), by_brute_force(threads, model))


@pytest.mark.parametrize("name", KERNEL)
@settings(max_examples=60, deadline=None)
@given(threads=thread_lists(OPERATIONS, size=5))
def test_both_engines_find_what_brute_force_finds(name: str, threads: Threads) -> None:
    executions = by_brute_force(threads, KERNEL[name])
    assert_same(searched(unfold(threads), KERNEL[name]), executions)
    assert_same(scheduled(unfold(threads), KERNEL[name]), executions)


def plainly(operations: Operations) -> Operations:
    """The same with plain loads and stores in place of marked ones."""
    made: list[Operation] = []
    for operation in operations:
        match operation:
            case Read(location, "once"):
                operation = Read(location, "plain")
            case Write(location, operand, "once"):
                operation = Write(location, operand, "plain")
            case If(value, then, otherwise):
                operation = If(value, plainly(then), plainly(otherwise))
        made.append(operation)
    return tuple(made)


@pytest.mark.parametrize("name", COMPILED)
@settings(max_examples=80, deadline=None)
@given(threads=st.one_of(load_buffering(), thread_lists(OPERATIONS, size=5)).filter(nobody_waits_beside_two_others))
def test_the_search_finds_what_brute_force_finds_behind_a_compiler(name: str, threads: Threads) -> None:
    plain = [plainly(thread) for thread in threads]
    found = searched(unfold(plain), COMPILED[name])
    assert_same(found, by_brute_force(plain, COMPILED[name]))
    assert_same([e for e in found if is_acyclic(union(e.po, e.rf))], scheduled(unfold(plain), COMPILED[name]))
