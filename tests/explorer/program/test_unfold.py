"""Paths of a thread: segments, what they end in, and when they are run."""

from __future__ import annotations

from modelled_paths import X, Y, Z, follow, leaves, names, unfold

from explorer.execution.execution import Ending
from explorer.execution.location import Location, Object
from explorer.program.expression import Operation, ReadOf
from explorer.program.program import Program, ThreadSpec
from explorer.program.segment import Segment
from explorer.program.step import Cause
from explorer.program.thread import ONCE, Thread
from explorer.program.tree import Unfolding


def events(end: Segment) -> list[str]:
    return names([access for segment in end.path for access in segment.accesses])


async def decides(t: Thread) -> None:
    x = await t.read(X)
    if x == 1:
        await t.write(Y, x + 1)


def test_a_segment_ends_in_a_fork_or_in_the_end_of_the_thread() -> None:
    tree = unfold(decides)
    root = tree.root
    assert root.finish is None
    assert root.fork is not None
    assert (root.fork.cause, root.fork.expression) == (Cause.IF, Operation("==", (ReadOf(0), 1)))
    assert root.outcomes == (True, False)
    taken = tree.child(root, True)
    assert taken.fork is None
    assert taken.finish is not None
    assert taken.finish.ending is Ending.RETURNED
    assert taken.path == [root, taken]
    (write,) = taken.accesses
    assert (write.position, write.value, write.data) == (1, Operation("+", (ReadOf(0), 1)), 0b1)


def test_a_segment_is_run_once() -> None:
    tree = unfold(decides)
    assert tree.child(tree.root, False) is tree.child(tree.root, False)


def test_later_writes_end_with_the_last_write() -> None:
    tree = unfold(decides)
    assert tree.root.later_writes == {Y}
    assert tree.child(tree.root, True).later_writes == set()


async def decides_again(t: Thread) -> None:
    x = await t.read(X)
    if x == 1:
        await t.write(Y, 1)
    await t.read(Z)
    if x == 1:
        await t.write(Y, 2)


def test_the_same_condition_on_the_same_reads_is_decided_once() -> None:
    assert [(leaf.decisions, events(leaf)) for leaf in leaves(unfold(decides_again))] == [
        ((True,), ["Rx", "Wy", "Rz", "Wy2"]),
        ((False,), ["Rx", "Rz"]),
    ]


async def decides_on_two_reads(t: Thread) -> None:
    for _ in range(2):
        if await t.read(X) == 1:
            await t.write(Y, 1)


def test_the_same_condition_on_another_read_is_decided_anew() -> None:
    assert [leaf.decisions for leaf in leaves(unfold(decides_on_two_reads))] == [
        (True, True), (True, False), (False, True), (False, False),
    ]  # fmt: skip


async def assumes(t: Thread) -> None:
    await t.assume(await t.read(X) == 1)
    await t.write(Y, 1)


def test_an_assumption_that_fails_ends_the_thread() -> None:
    tree = unfold(assumes)
    dropped = follow(tree, False)
    assert dropped.finish is not None
    assert dropped.finish.ending is Ending.DROPPED
    assert events(follow(tree, True)) == ["Rx", "Wy"]


async def updates(t: Thread) -> None:
    await t.compare_exchange(X, 1, 2)


def test_an_update_that_fails_is_a_read_without_fences() -> None:
    tree = unfold(updates)
    assert events(follow(tree, True)) == ["F", "Rx", "Wx", "F2"]
    failed = follow(tree, False)
    assert events(failed) == ["Rx"]
    # It reads something else than was expected.
    assert failed.accesses[0].requires == Operation("==", (Operation("==", (ReadOf(0), 1)), 0))


async def waits(t: Thread) -> None:
    await t.wait_until(X, lambda v: v == 1)
    await t.wait_rmw(Y, lambda v: v == 0, lambda v: v + 1, ONCE)


def test_waiting_steps_do_not_fork() -> None:
    (leaf,) = leaves(unfold(waits))
    wait, read, write = leaf.accesses
    assert (wait.waits, wait.requires) == (True, Operation("==", (ReadOf(0), 1)))
    assert (read.waits, read.rmw, read.requires) == (True, True, Operation("==", (ReadOf(1), 0)))
    assert (write.waits, write.rmw, write.value, write.data) == (False, True, Operation("+", (ReadOf(1), 1)), 0)


class Page(Object):
    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.data = Location(f"{name}.data")


async def follows_twice(t: Thread, slot: Location) -> None:
    page = await t.read(slot)
    await t.read(page.data)
    await t.write(page.data, 1)


async def stores(t: Thread, slot: Location, page: Page) -> None:
    await t.write(slot, page)


def test_a_pointer_is_resolved_once_and_gives_address_dependencies() -> None:
    first, second = Page("A"), Page("B")
    slot = Location("slot", first)
    unfolding = Unfolding(
        Program((ThreadSpec("P0", follows_twice, (slot,)), ThreadSpec("P1", stores, (slot, second)))), 1
    )
    tree = unfolding.trees[0]
    assert tree.root.outcomes == (first, second)
    read, write = follow(tree, second).accesses
    assert (read.location, read.addr, write.location, write.addr) == (second.data, 0b1, second.data, 0b1)
    assert unfolding.locations == (slot, first.data, second.data)
    assert unfolding.objects == {"A": first, "B": second}


async def decides_and_waits(t: Thread) -> None:
    if await t.read(X):
        await t.write(Z, 1)
    await t.wait_until(Y, lambda v: v == 1)
    await t.write(Z, 2)


def test_the_rule_of_hardware_counts_everything_later_and_waits() -> None:
    # The read of x (0) decides; the wait (2) counts as deciding for what follows it.
    path = follow(unfold(decides_and_waits), True).path
    assert [access.ctrl_later for segment in path for access in segment.accesses] == [0, 0b1, 0b1, 0b101]
