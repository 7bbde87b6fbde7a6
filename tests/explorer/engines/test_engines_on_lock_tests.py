"""spin_trylock(), spin_is_locked() and the marks of RCU and SRCU, in both engines."""

from __future__ import annotations

import pytest
from engine_results import assert_same, counts, scheduled, searched

from explorer.execution.execution import Execution
from explorer.execution.location import Location
from explorer.memory.model import load_model
from explorer.program.locks import SpinLock, SrcuDomain
from explorer.program.program import Body, Program, ThreadSpec
from explorer.program.thread import Thread
from explorer.program.tree import Unfolding
from explorer.search.interleavings import count_interleavings

MODELS = ["sc", "tso", "pso"]


def executions(model: str, *bodies: Body) -> list[Execution]:
    """The executions of these threads, by both engines."""
    unfolding = Unfolding(Program(tuple(ThreadSpec(f"P{i}", body) for i, body in enumerate(bodies))), 3)
    by_search = searched(unfolding, load_model(model))
    assert_same(by_search, scheduled(unfolding, load_model(model)))
    return by_search


def kinds(execution: Execution, thread: int) -> str:
    return " ".join(execution.events[i].kind.value for i in execution.thread_events(thread))


@pytest.mark.parametrize("model", MODELS)
def test_a_lock_is_found_free_before_and_after_it_is_held(model: str) -> None:
    lock = SpinLock("lock")

    async def holder(t: Thread) -> None:
        await lock.acquire(t)
        await lock.release(t)

    async def observer(t: Thread) -> None:
        await lock.is_held(t)

    found = executions(model, holder, observer)
    # It reads the initial value, the acquisition or the release.
    assert counts(found) == (3, 0, 0, 0)
    assert sorted(kinds(execution, 1) for execution in found) == ["RL", "RU", "RU"]


@pytest.mark.parametrize("model", MODELS)
def test_a_trylock_takes_the_lock_or_leaves_it(model: str) -> None:
    lock = SpinLock("lock")

    async def holder(t: Thread) -> None:
        await lock.acquire(t)
        await lock.release(t)

    async def taker(t: Thread) -> None:
        if await lock.try_acquire(t) == 0:
            await lock.release(t)

    found = executions(model, holder, taker)
    # Before the holder, after it, or in vain while the lock is held.
    assert counts(found) == (3, 0, 0, 0)
    assert sorted(kinds(execution, 1) for execution in found) == ["LF", "LKR LKW UL", "LKR LKW UL"]


def test_a_trylock_in_its_own_section_fails() -> None:
    lock = SpinLock("lock")

    async def twice(t: Thread) -> None:
        await lock.acquire(t)
        await lock.try_acquire(t)
        await lock.is_held(t)

    (execution,) = executions("sc", twice)
    assert kinds(execution, 0) == "LKR LKW LF RL"


def test_marks_of_rcu_and_srcu_are_events() -> None:
    domain = SrcuDomain("ss")

    async def reader(t: Thread) -> None:
        await t.rcu_read_lock()
        index = await domain.read_lock(t)
        await domain.read_unlock(t, index)
        await t.rcu_read_unlock()

    async def updater(t: Thread) -> None:
        await t.synchronize_rcu()
        await domain.synchronize(t)

    (execution,) = executions("sc", reader, updater)
    assert [str(execution.events[i]) for i in execution.thread_events(0)] == [
        "F[rcu-lock]",
        "F[srcu-lock] ss=0",
        "F[srcu-unlock] ss=0",
        "F[rcu-unlock]",
    ]
    assert [str(execution.events[i]) for i in execution.thread_events(1)] == ["F[sync-rcu]", "F[sync-srcu]"]
    assert execution.events[execution.thread_events(1)[-1]].location is domain.word


def test_orders_of_steps_are_not_counted_with_a_grace_period() -> None:
    domain, x = SrcuDomain("ss"), Location("x")

    async def reader(t: Thread) -> None:
        index = await domain.read_lock(t)
        await t.read(x)
        await domain.read_unlock(t, index)

    async def writer(t: Thread) -> None:
        await t.write(x, 1)

    async def updater(t: Thread) -> None:
        await t.write(x, 1)
        await domain.synchronize(t)

    def count(*bodies: Body) -> int | None:
        unfolding = Unfolding(Program(tuple(ThreadSpec(f"P{i}", body) for i, body in enumerate(bodies))), 3)
        searched(unfolding, load_model("sc"))
        return count_interleavings(unfolding)

    assert count(reader, writer) == 2
    assert count(reader, updater) is None
