"""Which system calls the threads of an execution make, with what arguments, events and results."""

from __future__ import annotations

from explorer.execution.execution import Execution
from explorer.execution.location import Location
from explorer.memory.model import load_model
from explorer.program.program import Program, ThreadSpec, syscall
from explorer.program.thread import FULL, Thread
from explorer.program.tree import Unfolding
from explorer.schedule.calls import SystemCall, system_calls
from explorer.search.explore import Search

SIZE = Location("size", 5)
LOCK = Location("lock", 0)


@syscall("read")
async def read(t: Thread, count: int, pos: int = 0) -> int:
    size = await t.read(SIZE, at="R1")
    count = min(count, 3)  # an argument that the body changes
    if size <= pos:
        return 0
    await t.fetch("+", SIZE, 1, FULL, at="R2")
    return count


@syscall("check")
async def check(_t: Thread, seals: int) -> int:
    return -22 if seals > 7 else 0


@syscall("both")
async def both(t: Thread) -> int:
    return await read(t, 1) + await check(t, 1)


@syscall("wait")
async def wait(t: Thread) -> None:
    await t.wait_until(LOCK, lambda v: v == 1, at="W1")


async def caller(t: Thread) -> None:
    await t.write(LOCK, 0, at="X1")
    await read(t, 7)
    await check(t, 9)
    await read(t, 7, pos=6)
    await both(t)
    await wait(t)


def calls() -> tuple[Execution, tuple[SystemCall, ...]]:
    unfolding = Unfolding(Program((ThreadSpec("caller", caller),)), 3)
    (leaf,) = (leaf for leaf in Search(unfolding, load_model("sc")) if leaf is not None)
    (found,) = system_calls(unfolding, leaf.execution)
    return leaf.execution, found


def test_outermost_activations_in_program_order() -> None:
    _execution, found = calls()
    assert [call.name for call in found] == ["read", "check", "read", "both", "wait"]
    assert {call.thread for call in found} == {0}


def test_arguments_are_those_that_the_call_starts_with() -> None:
    _execution, found = calls()
    assert [dict(call.arguments) for call in found[:3]] == [
        {"count": 7, "pos": 0},
        {"seals": 9},
        {"count": 7, "pos": 6},
    ]


def test_results_and_calls_that_never_return() -> None:
    _execution, found = calls()
    assert [call.result for call in found] == [3, -22, 0, 1, None]
    assert [call.returned for call in found] == [True, True, True, True, False]


def test_events_of_each_call() -> None:
    execution, found = calls()
    steps = [[execution.events[i].source.step for i in call.events] for call in found]  # type: ignore[union-attr]
    # A fully ordered update is a fence, its two halves, and a fence; what the thread waits for is no event.
    # The second read finds the size 6.
    assert steps == [["R1", "R2", "R2", "R2", "R2"], [], ["R1"], ["R1", "R2", "R2", "R2", "R2"], []]


@syscall("drop")
async def drop(t: Thread) -> int:
    await t.assume(await t.read(SIZE, at="D1") == 0)
    return 7


async def dropped(t: Thread) -> None:
    await drop(t)


def test_a_call_whose_thread_is_dropped_does_not_return() -> None:
    unfolding = Unfolding(Program((ThreadSpec("dropped", dropped),)), 3)
    (leaf,) = (leaf for leaf in Search(unfolding, load_model("sc")) if leaf is not None)
    ((call,),) = system_calls(unfolding, leaf.execution)
    assert (call.returned, call.result, len(call.events)) == (False, None, 1)
