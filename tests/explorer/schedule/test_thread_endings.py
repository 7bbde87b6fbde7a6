"""How threads end when they are scheduled: returned, blocked, dropped, cut."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from small_programs import Line, program, straight

from explorer.execution.execution import Ending, Execution, Status
from explorer.execution.location import Location, Object
from explorer.memory.model import load_model
from explorer.program.errors import ScenarioError
from explorer.program.thread import ONCE, Thread
from explorer.program.tree import Unfolding
from explorer.schedule.depth_first import explore_depth_first

SC = load_model("sc")


def explore(unfolding: Unfolding) -> dict[Status, list[Execution]]:
    found: dict[Status, list[Execution]] = {status: [] for status in Status}
    for execution in explore_depth_first(unfolding, SC).executions:
        found[execution.status].append(execution)
    return found


def counts(unfolding: Unfolding) -> tuple[int, int, int, int]:
    """Complete, blocked, cut, dropped."""
    found = explore(unfolding)
    return tuple(len(found[status]) for status in Status)  # type: ignore[return-value]


async def writes(t: Thread, x: Location, *values: int) -> None:
    for value in values:
        await t.write(x, value, ONCE)


async def waits(t: Thread, x: Location, value: int) -> None:
    await t.wait_until(x, lambda v: v == value)


async def drops(t: Thread, x: Location, y: Location) -> None:
    await t.assume((await t.read(x, ONCE)) == 1)
    await t.write(y, 1, ONCE)


async def polls(t: Thread, x: Location) -> None:
    while True:
        if (await t.read(x, ONCE)) == 1:
            return


def both_locks(first: str, second: str) -> Sequence[Line]:
    return [("lock", first), ("lock", second), ("unlock", second), ("unlock", first)]


def test_abba_deadlocks_when_each_has_its_first_lock() -> None:
    # Either thread first at both locks, or each first at its own: then nobody goes on.
    found = explore(straight(both_locks("a", "b"), both_locks("b", "a")))
    assert [len(found[status]) for status in Status] == [2, 1, 0, 0]
    (deadlock,) = found[Status.BLOCKED]
    assert [(end.ending, end.detail) for end in deadlock.ends] == [
        (Ending.BLOCKED, "waits for b"),
        (Ending.BLOCKED, "waits for a"),
    ]
    assert [end.waits_for and end.waits_for.name for end in deadlock.ends] == ["b", "a"]
    # Each thread has its acquisition and nothing of the step that it waits for.
    assert [len(deadlock.thread_events(thread)) for thread in (0, 1)] == [2, 2]


def test_a_lock_is_handed_over() -> None:
    critical: Sequence[Line] = [("lock", "a"), ("+", "x", 1), ("unlock", "a")]
    # Sections do not overlap: two orders of two, six of three.
    assert counts(straight(critical, critical)) == (2, 0, 0, 0)
    assert counts(straight(critical, critical, critical)) == (6, 0, 0, 0)


def test_a_wait_that_is_met_in_the_end_never_blocks() -> None:
    x = Location("x")
    assert counts(program((waits, x, 1), (writes, x, 1))) == (1, 0, 0, 0)


def test_a_wait_blocks_when_the_last_value_does_not_meet_it() -> None:
    x = Location("x")
    # It sees 1 before the 2 comes, or it comes too late; never is its 1 the only way on.
    assert counts(program((waits, x, 1), (writes, x, 1, 2))) == (1, 1, 0, 0)
    assert counts(program((waits, x, 3), (writes, x, 1, 2))) == (0, 1, 0, 0)


def test_when_one_thread_is_dropped_the_others_run_on() -> None:
    x, y = Location("x"), Location("y")
    found = explore(program((drops, x, y), (writes, x, 1, 2)))
    # The read gets 0 or 2 (dropped) or 1.
    assert [len(found[status]) for status in Status] == [1, 0, 0, 2]
    for dropped in found[Status.DROPPED]:
        assert [end.ending for end in dropped.ends] == [Ending.DROPPED, Ending.RETURNED]
        assert [len(dropped.thread_events(thread)) for thread in (0, 1)] == [1, 2]


def test_a_loop_is_cut_at_its_bound() -> None:
    x = Location("x")
    found = explore(program((polls, x), (writes, x, 1), unroll=2))
    # It ends after one read or after two; otherwise both of its reads got 0.
    assert [len(found[status]) for status in Status] == [2, 0, 1, 0]
    (cut,) = found[Status.CUT]
    assert cut.ends[0].detail.startswith("loop in polls, ")
    assert [cut.events[i].value for i in cut.thread_events(0)] == [0, 0]


class Page(Object):
    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.data = Location(f"{name}.data", 7)


async def follows(t: Thread, slot: Location) -> None:
    page = await t.read(slot, ONCE)
    if page != 0:
        await t.read(page.data, ONCE)


async def follows_blindly(t: Thread, slot: Location) -> None:
    page = await t.read(slot, ONCE)
    await t.read(page.data, ONCE)


async def inserts(t: Thread, slot: Location, page: Page) -> None:
    await t.write(slot, page, ONCE)


def test_a_pointer_gives_the_object_that_was_stored() -> None:
    slot, page = Location("slot"), Page("page A")
    found = explore(program((follows, slot), (inserts, slot, page)))
    assert [len(found[status]) for status in Status] == [2, 0, 0, 0]
    values = {tuple(e.events[i].value for i in e.thread_events(0)) for e in found[Status.COMPLETE]}
    assert values == {(0,), (page, 7)}


def test_following_the_null_pointer_is_an_error() -> None:
    slot = Location("slot")
    unfolding = program((follows_blindly, slot), (inserts, slot, Page("page A")))
    with pytest.raises(ScenarioError, match="thread P0 follows a null pointer"):
        explore_depth_first(unfolding, SC)


async def divides(t: Thread, x: Location) -> None:
    await t.write(x, 1 // (await t.read(x, ONCE)), ONCE)


def test_an_exception_in_modelled_code_names_the_thread() -> None:
    unfolding = program((divides, Location("x")))
    with pytest.raises(ScenarioError, match="thread P0 raised ZeroDivisionError"):
        explore_depth_first(unfolding, SC)
