"""Both engines find the executions of the classic programs, and the numbers known for ``v4``."""

from __future__ import annotations

import pytest
from engine_results import assert_same, counts, scheduled, searched

from explorer.execution.execution import Status
from explorer.memory.model import load_model
from explorer.program.tree import Unfolding
from explorer.schedule.extensions import interleavings
from explorer.search.explore import Search
from explorer.search.interleavings import count_interleavings
from scenarios.classic.table import CLASSICS
from scenarios.classic.v4 import v4


@pytest.mark.parametrize("model", ["sc", "tso", "pso"])
@pytest.mark.parametrize("name", CLASSICS)
def test_both_engines_find_the_same_executions(name: str, model: str) -> None:
    unfolding = Unfolding(CLASSICS[name](), 3)
    assert_same(searched(unfolding, load_model(model)), scheduled(unfolding, load_model(model)))


@pytest.mark.parametrize("model", ["sc", "tso", "pso"])
def test_the_scheduler_deadlocks_abba_too(model: str) -> None:
    # Either thread takes both locks first, or each takes its first lock and waits for ever.
    assert counts(scheduled(Unfolding(CLASSICS["ABBA"](), 3), load_model(model))) == (2, 1, 0, 0)


@pytest.mark.parametrize("model", ["sc", "tso", "pso"])
def test_a_lock_is_handed_over_in_either_order(model: str) -> None:
    assert counts(scheduled(Unfolding(CLASSICS["handover"](), 3), load_model(model))) == (2, 0, 0, 0)


# A reader ends at once where its first load of isize is 0, or its load of seals is not 0:
# (0), (new 1, sealed), (old 1, sealed). Else it has read the old isize and goes on to data and
# isize: (first 0, any of old, 0, new), (emptied, 0 or new), (secret, new). Together 9.
# Under pso isize = 0 and data = 0, and isize = 1 and the secret, may swap: (emptied, old) and
# (secret, 0) come in, the locks between the pairs order the rest.
@pytest.mark.parametrize(("model", "expected"), [("sc", 9), ("tso", 9), ("pso", 11)])
def test_v4_with_one_reader_by_hand(model: str, expected: int) -> None:
    unfolding = Unfolding(v4(1), 3)
    assert counts(searched(unfolding, load_model(model))) == (expected, 0, 0, 0)
    assert counts(scheduled(unfolding, load_model(model))) == (expected, 0, 0, 0)


@pytest.mark.parametrize("model", ["sc", "tso"])
def test_v4_with_four_readers(model: str) -> None:
    # 9 ** 4; GenMC 0.10.3 counts as many.
    statuses = [leaf.status for leaf in Search(Unfolding(v4(4), 3), load_model(model)) if leaf is not None]
    assert statuses == [Status.COMPLETE] * 6561


@pytest.mark.parametrize(("readers", "expected"), [(1, 15), (2, 225), (3, 3375)])
def test_v4_under_the_kernels_model(readers: int, expected: int) -> None:
    # herd7 counts 15 and 225; readers touch nothing of each other's, so it is 15 ** readers.
    found = [leaf.status for leaf in Search(Unfolding(v4(readers), 3), load_model("lkmm")) if leaf is not None]
    assert found == [Status.COMPLETE] * expected


# Straight-line threads of n1, n2, ... steps have (n1 + n2 + ...)! / (n1! n2! ...) orders.  ABBA:
# the thread that takes both locks first gives back the other's first lock and then its own;
# the other can lock between the two or after both, and either thread can be the first.
# last-zero-2: the finder stops after one load, before cell 2 is stored: 5! / (2! 3!) merges of two threads, the
# load before or after the other's (20); after two, between the stores of cells 2 and 1, where only the load of
# thread 1 is free (5); or after three, the store of cell 1 before the second of them, the two steps of
# thread 1 anywhere in the 4 gaps up to there (10).
INTERLEAVINGS = {
    "SB": 6,
    "MP": 6,
    "LB": 6,
    "2+2W": 6,
    "CoRR": 3,
    "IRIW": 180,
    "WRC": 30,
    "writers-3": 6,
    "ABBA": 4,
    "handover": 2,
    "v4-r1": 733,  # herd7's nine executions, their linear extensions counted
    "increments-2": 6,
    "atomics-3": 6,
    "last-zero-2": 35,
    "readers-3": 24,
    "own-readers-2": 30,
    "messages-2": 90,
}


@pytest.mark.parametrize("name", CLASSICS)
def test_interleavings_are_the_linear_extensions_of_all_executions(name: str) -> None:
    unfolding = Unfolding(CLASSICS[name](), 3)
    executions = searched(unfolding, load_model("sc"))
    extensions = [interleavings(e) for e in executions if e.status is Status.COMPLETE]
    assert count_interleavings(unfolding) == sum(n for n in extensions if n is not None) == INTERLEAVINGS[name]
    assert None not in extensions


def test_interleavings_of_v4_with_two_readers() -> None:
    unfolding = Unfolding(v4(2), 3)
    assert len(searched(unfolding, load_model("sc"))) == 81
    assert count_interleavings(unfolding) == 1_746_200
