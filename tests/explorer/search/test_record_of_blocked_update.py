"""The record of a thread that waits at a fully ordered update leads to the same execution."""

from __future__ import annotations

import pytest

from explorer.execution.execution import Execution, Status
from explorer.execution.location import Location
from explorer.memory.model import load_model
from explorer.program.program import Program, ThreadSpec
from explorer.program.thread import FULL, ONCE, Thread
from explorer.program.tree import Unfolding
from explorer.search.explore import Search
from explorer.search.record import Record


async def write(t: Thread, x: Location) -> None:
    await t.write(x, 1, ONCE)


async def wait(t: Thread, x: Location) -> None:
    await t.wait_rmw(x, lambda v: v == 0, lambda _v: 2, FULL)


async def add_and_wait(t: Thread, x: Location, y: Location) -> None:
    await t.fetch("+", y, 1, FULL)
    await wait(t, x)


def searched(unfolding: Unfolding, model: str) -> list[Execution]:
    """The executions, complete ones first."""
    leaves = [leaf.execution for leaf in Search(unfolding, load_model(model)) if leaf]
    return sorted(leaves, key=lambda execution: execution.status is not Status.COMPLETE)


def waiter(execution: Execution) -> tuple[Status, str]:
    """How the execution ended, and the kinds of the first thread's events."""
    kinds = [execution.events[i].kind.value for i in execution.thread_events(0)]
    return execution.status, "".join(kinds)


@pytest.mark.parametrize("model", ["sc", "tso", "pso"])
def test_the_leading_fence_of_the_update_is_no_event(model: str) -> None:
    x = Location("x")
    program = Program((ThreadSpec("waiter", wait, (x,)), ThreadSpec("writer", write, (x,))))
    unfolding = Unfolding(program, 3)
    executions = searched(unfolding, model)
    # The update takes the 0 before the other thread's store, or it never does: the 1 stays.
    assert [waiter(execution) for execution in executions] == [(Status.COMPLETE, "FRWF"), (Status.BLOCKED, "")]
    for execution in executions:
        assert Record.of(execution, ()).execution(unfolding) == execution


def test_the_trailing_fence_of_the_update_before_stays() -> None:
    x, y = Location("x"), Location("y")
    program = Program((ThreadSpec("waiter", add_and_wait, (x, y)), ThreadSpec("writer", write, (x,))))
    unfolding = Unfolding(program, 3)
    executions = searched(unfolding, "tso")
    assert [waiter(execution) for execution in executions] == [(Status.COMPLETE, "FRWFFRWF"), (Status.BLOCKED, "FRWF")]
    for execution in executions:
        assert Record.of(execution, ()).execution(unfolding) == execution
