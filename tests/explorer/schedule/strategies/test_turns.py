"""Round robin and fair, by hand."""

from __future__ import annotations

import pytest
from driving import traced
from small_programs import program, straight

from explorer.execution.execution import Status
from explorer.execution.location import Location
from explorer.program.thread import ONCE, Thread
from explorer.program.unfolded import UnfoldedProgram
from explorer.schedule.strategies.fair import Fair
from explorer.schedule.strategies.random_walk import RandomWalk
from explorer.schedule.strategies.round_robin import RoundRobin

THREES = straight([("W", "x", 1)] * 3, [("W", "y", 1)] * 3)


def test_turns_of_one_step_then_of_two_and_of_three() -> None:
    assert traced(THREES, RoundRobin(1, 6, threads=2)).schedules == [
        "010101", "101010",
        "001101", "110010",
        "000111", "111000",
    ]  # fmt: skip


def test_turns_of_a_given_length() -> None:
    assert traced(THREES, RoundRobin(1, 3, threads=2, quantum=2)).schedules == ["001101", "110010", "001101"]


def test_who_cannot_go_on_is_passed_over() -> None:
    """The first thread waits for y, the third for the first: whoever begins, the second makes two steps.

    With turns of two the first then makes both of its own; the second ends within its turn.
    """
    unfolding = straight(
        [("wait", "y", 1), ("W", "z", 1)], [("W", "x", 1), ("W", "y", 1), ("W", "x", 2)], [("wait", "z", 1)]
    )
    assert traced(unfolding, RoundRobin(1, 3, threads=3, quantum=1)).schedules == ["110102"] * 3
    assert traced(unfolding, RoundRobin(1, 1, threads=3, quantum=2)).schedules == ["110012"]


async def spinner(t: Thread, flag: Location) -> None:
    while await t.read(flag, ONCE) == 0:
        pass


async def raiser(t: Thread, flag: Location, x: Location, before: int) -> None:
    for _ in range(before):
        await t.write(x, 1, ONCE)
    await t.write(flag, 1, ONCE)


def spinning(before: int) -> UnfoldedProgram:
    """One thread waits in a loop, cut after three iterations, for what another does after so many steps."""
    flag, x = Location("flag"), Location("x")
    return program((spinner, flag), (raiser, flag, x, before), unroll=3)


@pytest.mark.parametrize("seed", range(5))
def test_a_loop_that_waits_lets_the_other_go_on(seed: int) -> None:
    """It looks once, or not at all, before the flag is up, and once after."""
    runs = traced(spinning(2), Fair(seed, 40))
    assert {execution.status for execution in runs.executions} == {Status.COMPLETE}
    assert {schedule.count("0") for schedule in runs.schedules} == {1, 2}
    assert all(schedule.rstrip("0") != schedule for schedule in runs.schedules)


def test_a_random_thread_would_spin_on() -> None:
    """To be complete the loop may go round at most twice while the other makes nine steps: one in a hundred."""
    runs = traced(spinning(8), RandomWalk(1, 100))
    assert sum(execution.status is Status.CUT for execution in runs.executions) > 80


def test_two_that_wait_for_each_other_spin_to_the_end() -> None:
    flag, other = Location("flag"), Location("other")
    runs = traced(program((spinner, flag), (spinner, other), unroll=3), Fair(1, 10))
    assert {execution.status for execution in runs.executions} == {Status.CUT}


def test_a_read_of_what_was_written_since_is_none_in_vain() -> None:
    """Two writes of x by two other threads: the loop that waits for the second may look after each of them."""

    async def waits(t: Thread, x: Location) -> None:
        while await t.read(x, ONCE) < 2:
            pass

    async def writes(t: Thread, x: Location, value: int) -> None:
        await t.write(x, value, ONCE)

    x = Location("x")
    runs = traced(program((waits, x), (writes, x, 1), (writes, x, 2), unroll=4), Fair(1, 100))
    assert set(runs.schedules) == {
        # It looks first, sees 0, and gives way until one has written; after a 1 it gives way to the other.
        "01020", "0120", "0201",
        # The others begin: it need not look at 0, nor at 1.
        "1020", "120", "201",
        # 1 has come over 2, and nobody is left to wait for: five looks, and the loop is cut.
        "0210000", "2100000",
    }  # fmt: skip
