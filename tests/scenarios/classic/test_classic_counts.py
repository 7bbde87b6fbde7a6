"""The classic programs have exactly the executions that can be listed by hand, under every model."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from math import factorial

import pytest

from explorer.execution.execution import Status
from explorer.memory.model import load_model
from explorer.program.program import Program
from explorer.program.tree import Unfolding
from explorer.search.explore import Search
from scenarios.classic.litmus import writers
from scenarios.classic.table import CLASSICS
from scenarios.classic.v4 import v4

# (complete under sc, tso, pso). Executions are written as the values read, in thread order.
#
# SB     00 01 10 11; sc forbids 00, a store buffer allows it.
# MP     (flag, data): 00 01 11, and 10 only where the two stores may swap (pso).
# LB     00 01 10; 11 needs a load after a later store, which none of the three allows.
# 2+2W   no reads; coherence orders of x and of y, two each: the pair in which each thread's
#        first store comes last needs stores to swap (pso).
# CoRR   00 01 11; 10 would go back in coherence.
# IRIW   16 pairs of pairs; 10 10 would need the readers to disagree, and all are store-atomic.
# WRC    (P1 x, P2 y, P2 x): 8, without 1 1 0: loads stay before what follows them, stores are atomic.
# writers-3   the coherence orders of three writes.
# ABBA   either thread takes both locks first; mixed, each waits for the other (blocked, below).
# handover    either thread first.
HAND_COUNTS = {
    "SB": (3, 4, 4),
    "MP": (3, 3, 4),
    "LB": (3, 3, 3),
    "2+2W": (3, 3, 4),
    "CoRR": (3, 3, 3),
    "IRIW": (15, 15, 15),
    "WRC": (7, 7, 7),
    "writers-3": (6, 6, 6),
    "ABBA": (2, 2, 2),
    "handover": (2, 2, 2),
}


def statuses(program: Program, model: str) -> Counter[Status]:
    search = Search(Unfolding(program, 3), load_model(model))
    return Counter(leaf.status for leaf in search if leaf is not None)


@pytest.mark.parametrize("name", HAND_COUNTS)
def test_complete_executions_are_those_listed_by_hand(name: str) -> None:
    counts = tuple(statuses(CLASSICS[name](), model)[Status.COMPLETE] for model in ("sc", "tso", "pso"))
    assert counts == HAND_COUNTS[name]


@pytest.mark.parametrize("name", HAND_COUNTS)
@pytest.mark.parametrize("model", ["sc", "tso", "pso"])
def test_only_abba_can_block_and_in_one_way(name: str, model: str) -> None:
    found = statuses(CLASSICS[name](), model)
    assert found[Status.BLOCKED] == (1 if name == "ABBA" else 0)
    assert found[Status.CUT] == found[Status.DROPPED] == 0


@pytest.mark.parametrize("count", [1, 2, 4, 5])
def test_n_writers_have_n_factorial_executions(count: int) -> None:
    assert statuses(writers(count), "pso") == {Status.COMPLETE: factorial(count)}


@pytest.mark.parametrize("model", ["sc", "tso"])
@pytest.mark.parametrize("readers", [1, 2, 3])
def test_v4_has_nine_executions_per_reader(readers: int, model: str) -> None:
    # herd7 7.58 and GenMC 0.10.3 on the same program: 9, 81, 729. Readers write nothing,
    # so each chooses among its nine behaviours independently of the others.
    assert statuses(v4(readers), model) == {Status.COMPLETE: 9**readers}


def test_every_call_builds_locations_of_its_own() -> None:
    factories: list[Callable[[], Program]] = list(CLASSICS.values())
    for factory in factories:
        first, second = Unfolding(factory(), 3).locations, Unfolding(factory(), 3).locations
        assert not set(first) & set(second)
        assert [location.name for location in first] == [location.name for location in second]
