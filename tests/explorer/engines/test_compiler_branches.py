"""Models with ``+compiler`` where threads decide and wait: counts by hand."""

from __future__ import annotations

from typing import Any

import pytest
from engine_results import counts, searched

from explorer.execution.location import Location
from explorer.memory.model import load_model
from explorer.program.program import Program, ThreadSpec, kernel
from explorer.program.thread import ONCE, Thread
from explorer.program.tree import Unfolding
from explorer.testing.operations import If, Read, Threads, WaitUntil, Write, unfold

MODELS = {name: load_model(name) for model in ("sc", "armv8") for name in (model, f"{model}+compiler")}


async def _chooses(t: Thread, x: Location, y: Location, z: Location) -> None:
    """Loads y where x is set, and stores in z what it has then."""
    found: Any = 0
    if await t.read(x):
        found = await t.read(y)
    await t.write(z, found)


async def _loads_and_stores(t: Thread, x: Location, _y: Location, z: Location) -> None:
    await t.read(z, ONCE)
    await t.write(x, 1, ONCE)


X1, Y1 = Write("x", 1, "plain"), Write("y", 1, "plain")
READ_X, READ_Y = Read("x", "plain"), Read("y", "plain")
READ_X_MARKED, READ_Y_MARKED, X1_MARKED, Y1_MARKED = Read("x"), Read("y"), Write("x", 1), Write("y", 1)
WAIT_X, WAIT_Y = WaitUntil("x", 1, "plain"), WaitUntil("y", 1, "plain")

# Complete and blocked executions under sc and sc+compiler.
DECIDED: dict[str, tuple[Threads, tuple[int, int], tuple[int, int]]] = {
    # x = 0 and no store; or x = 1, and the other load, exchanged with its store, reads 0 or 1.
    "a store under a branch": (((READ_X, If(1, (Y1,))), (READ_Y, X1)), (2, 0), (3, 0)),
    # The store of y stays behind the load of x; the other thread keeps its order.
    "a store under a branch, the rest marked": (
        ((READ_X, If(1, (Y1,))), (READ_Y_MARKED, X1_MARKED)),
        (2, 0),
        (2, 0),
    ),
    # Whichever arm is taken, y is stored: before x is loaded, perhaps.
    "a store where the arms meet": (((READ_X, If(1, ()), Y1), (READ_Y_MARKED, X1_MARKED)), (3, 0), (4, 0)),
    # x is loaded where y = 1: before y, perhaps.
    "a load under a branch": (((X1_MARKED, Y1_MARKED), (READ_Y, If(1, (READ_X,)))), (2, 0), (3, 0)),
    # Neither the load behind it nor the store before it moves across the wait.
    "a wait before a load": (((X1_MARKED, Y1_MARKED), (WAIT_Y, READ_X)), (1, 0), (1, 0)),
    "a wait behind a store": (((X1, WAIT_Y), (WAIT_X, Y1)), (1, 0), (1, 0)),
    # Each waits for the other; no store moves before its wait.
    "waits on both sides": (((WAIT_X, Y1), (WAIT_Y, X1)), (0, 1), (0, 1)),
}


@pytest.mark.parametrize("name", DECIDED)
def test_branches_and_waits_by_hand(name: str) -> None:
    threads, *expected = DECIDED[name]
    for model, of_status in zip(("sc", "sc+compiler"), expected, strict=True):
        found = searched(unfold(threads), MODELS[model])
        assert counts(found) == (*of_status, 0, 0)


def test_what_an_arm_has_read_needs_the_branch() -> None:
    """With x = 0 the load of z reads either 0; with x = 1 only the initial one: z is stored behind the load of x.

    With x = 0 z may be stored first, but then x = 1 comes later still and is not read.
    """
    places = tuple(map(Location, "xyz"))
    program = Program((ThreadSpec("P0", _chooses, places), ThreadSpec("P1", _loads_and_stores, places)))
    for model in ("sc", "sc+compiler"):
        assert len(searched(Unfolding(program, unroll=1), MODELS[model])) == 3


@kernel("mm/one.c")
async def _stores_anyway(t: Thread, x: Location, y: Location) -> None:
    if await t.read(x):
        pass
    await t.write(y, 1)


async def _loads_then_stores(t: Thread, x: Location, y: Location) -> None:
    await t.read(y, ONCE)
    await t.write(x, 1, ONCE)


def test_a_store_behind_a_branch_that_is_not_decided_yet_may_move_in_a_kernel_file_too() -> None:
    """Load buffering: both loads read 1 where the compiler has exchanged those of one thread."""
    places = (Location("x"), Location("y"))
    program = Program((ThreadSpec("P0", _stores_anyway, places), ThreadSpec("P1", _loads_then_stores, places)))
    found = [len(searched(Unfolding(program, unroll=1), MODELS[model])) for model in ("sc", "sc+compiler")]
    assert found == [3, 4]


def test_a_store_moves_before_a_branch_on_armv8_only_by_the_compiler() -> None:
    """Load buffering with data on the other side: the hardware keeps the store behind the branch."""
    threads = ((READ_X, If(1, ()), Y1), (READ_Y, Write("x", "r", "plain")))
    found = [searched(unfold(threads), MODELS[name]) for name in ("armv8", "armv8+compiler")]
    assert list(map(len, found)) == [3, 4]
