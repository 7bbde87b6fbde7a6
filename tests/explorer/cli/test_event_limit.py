"""``--max-events``: paths that are cut for their number of events, the same for both engines."""

from __future__ import annotations

from collections import Counter

import pytest

from explorer.execution.execution import Ending, Status
from explorer.execution.location import Location
from explorer.memory.model import load_model
from explorer.program.program import Program, ThreadSpec
from explorer.program.thread import FULL, ONCE, Thread
from explorer.program.tree import Unfolding
from explorer.schedule.depth_first import explore_depth_first
from explorer.search.explore import Search

X, Y = Location("x"), Location("y")


async def store_and_swap(t: Thread) -> None:
    """One event, then a fully ordered exchange: fence, read, write, fence."""
    await t.write(X, 1, ONCE)
    await t.exchange(Y, 2, FULL)


async def compare_and_store(t: Thread) -> None:
    """A compare-exchange, which is two events where it succeeds and one where it fails, then a store."""
    await t.compare_exchange(Y, 0, 1, ONCE)
    await t.write(X, 2, ONCE)


async def branch(t: Thread) -> None:
    """One event and the end, or two."""
    if await t.read(X, ONCE) == 0:
        await t.write(Y, 3, ONCE)


PROGRAM = Program(
    (ThreadSpec("swaps", store_and_swap), ThreadSpec("compares", compare_and_store), ThreadSpec("branches", branch))
)


def paths(thread: int, max_events: int) -> dict[tuple[int, Ending], int]:
    """How many paths of a thread have how many events and which end."""
    tree = Unfolding(PROGRAM, 3, max_events).trees[thread]
    found: Counter[tuple[int, Ending]] = Counter()
    waiting = [tree.root]
    while waiting:
        segment = waiting.pop()
        waiting += [tree.child(segment, outcome) for outcome in segment.outcomes]
        if segment.finish is not None:
            found[sum(len(part.accesses) for part in segment.path), segment.finish.ending] += 1
    return dict(found)


@pytest.mark.parametrize(
    ("thread", "max_events", "expected"),
    [
        (0, 1, {(1, Ending.CUT): 1}),
        # The exchange begins after one event of two: a step is never cut in the middle.
        (0, 2, {(5, Ending.RETURNED): 1}),
        (0, 5, {(5, Ending.RETURNED): 1}),
        (1, 1, {(2, Ending.CUT): 1, (1, Ending.CUT): 1}),
        (1, 2, {(2, Ending.CUT): 1, (2, Ending.RETURNED): 1}),
        (1, 3, {(3, Ending.RETURNED): 1, (2, Ending.RETURNED): 1}),
        # A path that has ended in time is not cut.
        (2, 1, {(1, Ending.CUT): 1, (1, Ending.RETURNED): 1}),
        (2, 2, {(2, Ending.RETURNED): 1, (1, Ending.RETURNED): 1}),
    ],
)
def test_a_path_is_cut_where_a_step_would_go_beyond(
    thread: int, max_events: int, expected: dict[tuple[int, Ending], int]
) -> None:
    assert paths(thread, max_events) == expected


@pytest.mark.parametrize("max_events", [1, 2, 3])
def test_both_engines_cut_alike(max_events: int) -> None:
    unfolding, model = Unfolding(PROGRAM, 3, max_events), load_model("tso")
    searched = Counter((leaf.status, leaf.execution.key) for leaf in Search(unfolding, model) if leaf)
    scheduled = Counter(
        (execution.status, execution.key) for execution in explore_depth_first(unfolding, model).executions
    )
    assert searched == scheduled
    assert any(status is Status.CUT for status, _ in searched) == (max_events < 3)
