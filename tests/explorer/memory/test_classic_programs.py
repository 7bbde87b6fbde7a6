"""How many executions of the classic programs each model allows, counted by hand."""

from __future__ import annotations

import pytest
from candidate_programs import Step, Thread, candidates, exchange, fence, lock, read, write

from explorer.execution.kinds import Kind, Tag
from explorer.execution.relation import pairs
from explorer.memory.model import load_model


def sb(*between: Step) -> list[Thread]:
    return [[write("x"), *between, read("y")], [write("y"), *between, read("x")]]


def mp(*between: Step, flag: Step | None = None) -> list[Thread]:
    return [[write("x"), *between, flag or write("y")], [read("y"), read("x")]]


def two_plus_two_w(*between: Step, tag: Tag = Tag.ONCE) -> list[Thread]:
    return [
        [write("x", 1), *between, write("y", 2, tag)],
        [write("y", 1), *between, write("x", 2, tag)],
    ]


# Two reads, each of the initial value or the other thread's, make four candidates unless noted.
COUNTS: dict[str, tuple[list[Thread], int, int, int]] = {
    # Both read 0 only where a store is delayed past a load.
    "SB": (sb(), 3, 4, 4),
    # Loads before the own store's effect: the own reads are fixed, the rest is SB.
    "SB, own store read first": (
        [[write("x"), read("x"), read("y")], [write("y"), read("y"), read("x")]],
        *(3, 4, 4),
    ),
    # A release store and an acquire load leave x86 and SPARC as they are.
    "SB, release and acquire": (
        [
            [write("x", 1, Tag.RELEASE), read("y", Tag.ACQUIRE)],
            [write("y", 1, Tag.RELEASE), read("x", Tag.ACQUIRE)],
        ],
        *(3, 4, 4),
    ),
    # An atomic exchange is a full fence, as the store of the pattern and between its two accesses.
    "SB, stores by xchg": ([[*exchange("x"), read("y")], [*exchange("y"), read("x")]], 3, 3, 3),
    "SB, xchg between": (
        [[write("x"), *exchange("a"), read("y")], [write("y"), *exchange("b"), read("x")]],
        *(3, 3, 3),
    ),
    "SB, lock between": ([[write("x"), *lock("a"), read("y")], [write("y"), *lock("b"), read("x")]], 3, 3, 3),
    # A trylock that fails is an ordinary read.
    "SB, failed trylock between": (
        [
            [write("x"), Step(Kind.LOCK_FAILED, Tag.ONCE, "a"), read("y")],
            [write("y"), Step(Kind.LOCK_FAILED, Tag.ONCE, "b"), read("x")],
        ],
        *(3, 4, 4),
    ),
    # An unlock is a store: it does not hold back a later load.
    "SB, unlock between": (
        [
            [write("x"), Step(Kind.UNLOCK, Tag.RELEASE, "a", 1), read("y")],
            [write("y"), Step(Kind.UNLOCK, Tag.RELEASE, "b", 1), read("x")],
        ],
        *(3, 4, 4),
    ),
    # Flag seen and data not only where stores change places.
    "MP": (mp(), 3, 3, 4),
    "MP, wmb": (mp(fence(Tag.WMB)), 3, 3, 3),
    "MP, mb": (mp(fence(Tag.MB)), 3, 3, 3),
    "MP, rmb in the writer": (mp(fence(Tag.RMB)), 3, 3, 4),
    "MP, released flag": (mp(flag=write("y", 1, Tag.RELEASE)), 3, 3, 3),
    "MP, unlocked flag": (mp(flag=Step(Kind.UNLOCK, Tag.RELEASE, "y", 1)), 3, 3, 3),
    # Loads are ordered with everything later in all three.
    "LB": ([[read("x"), write("y")], [read("y"), write("x")]], 3, 3, 3),
    # Two coherence orders of two writes each.
    "2+2W": (two_plus_two_w(), 3, 3, 4),
    "2+2W, wmb": (two_plus_two_w(fence(Tag.WMB)), 3, 3, 3),
    "2+2W, released": (two_plus_two_w(tag=Tag.RELEASE), 3, 3, 3),
    # New value before old: per-location coherence forbids one of four.
    "CoRR": ([[write("x")], [read("x"), read("x")]], 3, 3, 3),
    # Of two coherence orders one goes against program order.
    "CoWW": ([[write("x", 1), write("x", 2)]], 1, 1, 1),
    # The read after the own write may not see the initial value.
    "CoWR": ([[write("x"), read("x")]], 1, 1, 1),
    # Four reads: 16 candidates, one with the two readers disagreeing on the order of the stores.
    "IRIW": ([[write("x")], [write("y")], [read("x"), read("y")], [read("y"), read("x")]], 15, 15, 15),
    # Three reads: 8 candidates, one breaks causality.
    "WRC": ([[write("x")], [read("x"), write("y")], [read("y"), read("x")]], 7, 7, 7),
    # y's two writes in two orders, x read in two ways; the bad one delays the store of y past the load.
    "R": ([[write("x"), write("y", 1)], [write("y", 2), read("x")]], 3, 4, 4),
    # The bad one lets the writer's stores change places.
    "S": ([[write("x", 2), write("y")], [read("y"), write("x", 1)]], 3, 3, 4),
    # One of two exchanges comes first; that both read the initial value is no candidate.
    "two xchg": ([exchange("x", 1), exchange("x", 2)], 2, 2, 2),
}


@pytest.mark.parametrize("name", COUNTS)
def test_models_allow_as_many_executions_as_counted_by_hand(name: str) -> None:
    program, *expected = COUNTS[name]
    models = [load_model(model) for model in ("sc", "tso", "pso")]
    executions = list(candidates(program))
    assert [sum(map(model.allows, executions)) for model in models] == expected


FULL = {Tag.MB, Tag.BEFORE_ATOMIC, Tag.AFTER_ATOMIC, Tag.AFTER_SPINLOCK, Tag.SYNC_RCU, Tag.SYNC_SRCU}


@pytest.mark.parametrize("tag", Tag)
def test_only_full_fences_order_a_store_before_a_later_load(tag: Tag) -> None:
    for name in ("tso", "pso"):
        model = load_model(name)
        allowed = sum(model.allows(execution) for execution in candidates(sb(fence(tag))))
        assert allowed == (3 if tag in FULL else 4), name


def test_store_buffering_is_the_one_execution_that_tso_adds_to_sc() -> None:
    sc, tso = load_model("sc"), load_model("tso")
    added = [execution for execution in candidates(sb()) if tso.allows(execution) and not sc.allows(execution)]
    # Positions: 0 initial x, 1 initial y, 2 W x, 3 R y, 4 W y, 5 R x.
    assert [execution.source_of for execution in added] == [(-1, -1, -1, 1, -1, 0)]
    assert sc.violated(added[0]) == ("sequential-consistency",)
    # Each load comes before the other thread's store; the initial writes come first.
    before = tso.before(added[0])
    assert before is not None
    assert pairs(before) == [(0, 2), (0, 5), (1, 3), (1, 4), (3, 4), (5, 2)]


def test_violated_names_the_failing_axioms_in_file_order() -> None:
    tso = load_model("tso")
    # One thread writes x and then reads the initial value: fr goes against po-loc, and in the global
    # order the load still only precedes the store.
    stale = next(e for e in candidates([[write("x"), read("x")]]) if e.source_of[2] == 0)
    assert tso.violated(stale) == ("coherence",)
    # Reading x new and then old: the loads are also in the global order, rfe before them and fr behind.
    program = [[write("x")], [read("x"), read("x")]]
    backwards = next(e for e in candidates(program) if e.source_of[2:] == (1, 0))
    assert tso.violated(backwards) == ("coherence", "total-store-order")
    assert tso.violated_while_growing(backwards) == ("coherence", "total-store-order")
