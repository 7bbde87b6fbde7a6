"""What scheduled threads leave in an execution: events, dependences, and no difference to the unfolding."""

from __future__ import annotations

import re
from typing import Any

import pytest
from small_programs import program

from explorer.execution.execution import Execution, Status
from explorer.execution.kinds import Kind, Tag
from explorer.execution.location import Location
from explorer.execution.relation import pairs
from explorer.memory.model import load_model
from explorer.program.thread import ACQUIRE, FULL, ONCE, Thread
from explorer.program.tree import Unfolding
from explorer.schedule.concrete import UnfoldingMismatch
from explorer.schedule.depth_first import explore_depth_first

SC = load_model("sc")


def executions(unfolding: Unfolding) -> tuple[Execution, ...]:
    return explore_depth_first(unfolding, SC).executions


def names(execution: Execution) -> list[str]:
    return [str(event) for event in execution.events]


async def depends(t: Thread, x: Location, y: Location) -> None:
    value = await t.read(x, ONCE)
    await t.fence(Tag.WMB)
    await t.write(y, value + 1, ONCE)
    if value == 0:
        await t.write(y, 5, ONCE)
    await t.write(x, 6, ONCE)


def test_events_and_dependences_of_one_thread() -> None:
    (execution,) = executions(program((depends, Location("x"), Location("y"))))
    assert names(execution) == [
        "IW x=0",
        "IW y=0",
        "R[once] x=0",
        "F[wmb]",
        "W[once] y=1",
        "W[once] y=5",
        "W[once] x=6",
    ]
    assert execution.source_of == (-1, -1, 0, -1, -1, -1, -1)
    assert execution.coherence == ((0, 6), (1, 4, 5))
    assert pairs(execution.data) == [(2, 4)]
    assert pairs(execution.ctrl_later) == [(2, 5), (2, 6)]
    assert pairs(execution.addr) == pairs(execution.rmw) == []
    assert execution.status is Status.COMPLETE


async def exchanges(t: Thread, x: Location, order: Any) -> None:
    await t.compare_exchange(x, 0, 1, order)


def test_a_full_update_is_one_step_with_two_implied_fences() -> None:
    (execution,) = executions(program((exchanges, Location("x"), FULL)))
    assert names(execution) == ["IW x=0", "F[mb]", "R[once] x=0", "W[once] x=1", "F[mb]"]
    assert [event.implied for event in execution.events] == [False, True, False, False, True]
    assert pairs(execution.rmw) == [(2, 3)]


def test_a_failing_compare_exchange_is_an_ordinary_read() -> None:
    (execution,) = executions(program((exchanges, Location("x", 9), ACQUIRE)))
    assert names(execution) == ["IW x=9", "R[once] x=9"]
    assert execution.coherence == ((0,),)


def test_of_two_compare_exchanges_one_fails_and_reads_the_other() -> None:
    found = executions(program(*[(exchanges, Location("x"), ONCE)] * 2))
    winner, loser = ["R[once] x=0", "W[once] x=1"], ["R[once] x=1"]
    assert sorted(names(execution) for execution in found) == sorted(
        [["IW x=0", *winner, *loser], ["IW x=0", *loser, *winner]]
    )


async def stores_comparison(t: Thread, x: Location, y: Location) -> None:
    await t.write(y, (await t.read(x, ONCE)) == 0, ONCE)


def test_a_comparison_is_stored_as_a_number() -> None:
    (execution,) = executions(program((stores_comparison, Location("x"), Location("y"))))
    stored = execution.events[-1]
    assert (stored.kind, stored.value, type(stored.value)) == (Kind.WRITE, 1, int)


async def looks_aside(t: Thread, x: Location, aside: dict[str, int]) -> None:
    await t.read(x, ONCE)
    for value in range(aside["stores"]):
        await t.write(x, aside["value"] + value, ONCE)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"value": 2}, "thread P0 at event 1: the unfolding has W[once] x=1, the run W[once] x=2"),
        ({"stores": 0}, "thread P0 at event 1: the unfolding has W[once] x=1, the run an end (returned)"),
        ({"stores": 2}, "thread P0 at event 2: the unfolding has no event, the run W[once] x=2"),
    ],
)
def test_a_thread_that_depends_on_something_else_is_caught(change: dict[str, int], said: str) -> None:
    aside = {"stores": 1, "value": 1}
    unfolding = program((looks_aside, Location("x"), aside))
    aside.update(change)
    with pytest.raises(UnfoldingMismatch, match=re.escape(said)):
        executions(unfolding)
