"""The classic growing programs have exactly the executions counted by hand, by search and by scheduling."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

import pytest

from explorer.execution.execution import Status
from explorer.memory.model import load_model
from explorer.program.program import Program
from explorer.program.tree import Unfolding
from explorer.schedule.depth_first import explore_depth_first
from explorer.search.explore import Search
from scenarios.classic.counts import (
    atomic_increments_count,
    increments_count,
    last_zero_count,
    messages_count,
    readers_count,
    writers_count,
)
from scenarios.classic.growing import (
    atomic_increments,
    increments,
    last_zero,
    messages,
    readers,
    readers_of_their_own,
)
from scenarios.classic.litmus import writers

Count = Callable[[int, str], int]
MODELS = ("sc", "tso", "pso", "armv8", "lkmm")

# Sizes of the search, and those small enough for the scheduler as well.
FAMILIES: dict[str, tuple[Callable[[int], Program], Count, tuple[int, ...], tuple[int, ...]]] = {
    "writers": (writers, writers_count, (1, 4, 5), (2, 3)),
    "increments": (increments, increments_count, (1, 2, 3, 4), (2, 3)),
    "atomic increments": (atomic_increments, atomic_increments_count, (1, 2, 5), (2, 4)),
    "last zero": (last_zero, last_zero_count, (1, 2, 3, 5), (2, 3)),
    "readers": (readers, readers_count, (1, 2, 6), (3,)),
    "readers of their own": (readers_of_their_own, readers_count, (1, 2, 5), (3,)),
    "messages": (messages, messages_count, (1, 2, 4), (2,)),
}


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize("family", FAMILIES)
def test_the_search_finds_as_many_as_counted_by_hand(family: str, model: str) -> None:
    build, count, sizes, _ = FAMILIES[family]
    for size in sizes:
        leaves = Search(Unfolding(build(size), 3), load_model(model))
        found = Counter(leaf.status for leaf in leaves if leaf is not None)
        assert found == {Status.COMPLETE: count(size, model)}


@pytest.mark.parametrize("model", ["sc", "tso", "pso"])
@pytest.mark.parametrize("family", FAMILIES)
def test_the_scheduler_finds_as_many_as_counted_by_hand(family: str, model: str) -> None:
    build, count, _, sizes = FAMILIES[family]
    for size in sizes:
        found = explore_depth_first(Unfolding(build(size), 3), load_model(model))
        assert found.finished
        assert found.counts == dict.fromkeys(Status, 0) | {Status.COMPLETE: count(size, model)}


@pytest.mark.parametrize(("size", "expected"), [(5, 64), (10, 3_328), (15, 147_456)])
def test_last_zero_has_the_published_counts(size: int, expected: int) -> None:
    # Abdulla et al., POPL 2014, the column of optimal exploration.
    assert last_zero_count(size, "sc") == expected


def final_values(program: Program) -> Counter[object]:
    """The final values of the one location of a program, each with its number of executions under sc."""
    found = [leaf.execution for leaf in Search(Unfolding(program, 3), load_model("sc")) if leaf is not None]
    return Counter(execution.events[order[-1]].value for execution in found for order in execution.coherence)


def test_increments_can_be_lost_and_atomic_ones_cannot() -> None:
    # The second store of two adds to the first or to 0, in either order of the two.
    assert final_values(increments(2)) == {1: 2, 2: 2}
    # The third store adds to 0, to the first or to the second: 3! orders, the second sees 0 or 1.
    # 0 gives 1; the first, which holds 1, gives 2; the second, which holds 1 or 2, gives 2 or 3.
    assert final_values(increments(3)) == {1: 12, 2: 18, 3: 6}
    assert final_values(atomic_increments(4)) == {4: 24}
