"""Lock order on programs small enough to know every execution of."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Any

import pytest

from explorer.execution.location import Location
from explorer.lock_order import LockClass, LockOrder
from explorer.memory.model import load_model
from explorer.program.locks import PageLock, RwSemaphore, SpinLock
from explorer.program.program import Program, ThreadSpec
from explorer.program.thread import ONCE, Thread
from explorer.program.tree import Unfolding
from explorer.property import Violation
from explorer.scenario import Case
from explorer.search.reductions import NONE
from explorer.search.result import Result, Verdict
from explorer.search.run import explore

SEMAPHORE, A, B, SPIN = RwSemaphore("i_rwsem"), PageLock("page A.lock"), PageLock("page B.lock"), SpinLock("i_lock")
ORDER = LockOrder(
    (
        LockClass("i_rwsem", (SEMAPHORE.word,)),
        LockClass("page lock", (A.word, B.word)),
        LockClass("i_lock", (SPIN.word,)),
    )
)

Body = Callable[[Thread], Coroutine[Any, Any, None]]
MODELS = ("sc", "tso", "pso", "armv8", "lkmm")


def found(*bodies: Body, order: LockOrder = ORDER, model: str = "sc") -> Result:
    program = Program(tuple(ThreadSpec(f"thread {i}", body) for i, body in enumerate(bodies)))
    return explore(Case(program, (order,)), load_model(model), Unfolding(program, 3))


def violation(result: Result) -> Violation:
    (finding,) = result.findings
    assert result.verdict is Verdict.VIOLATED
    return finding.violation


async def in_order(t: Thread) -> None:
    await SEMAPHORE.down_write(t)
    await A.acquire(t)
    await SPIN.acquire(t)
    await SPIN.release(t)
    await A.release(t)
    await SEMAPHORE.up_write(t)


async def spin_then_page(t: Thread) -> None:
    await SPIN.acquire(t, at="S1 outer")
    await A.acquire(t, at="S2 inner")
    await A.release(t)
    await SPIN.release(t)


@pytest.mark.parametrize("model", MODELS)
def test_locks_in_order_hold_and_others_do_not_under_every_model(model: str) -> None:
    assert found(in_order, model=model).verdict is Verdict.HOLDS
    assert found(spin_then_page, model=model).verdict is Verdict.VIOLATED


def test_the_path_leads_from_the_lock_held_to_the_one_taken() -> None:
    result = found(spin_then_page)
    (finding,) = result.findings
    told, events = finding.violation, finding.execution.events
    (edge,) = told.path
    steps = [event.source.step if event.source else "" for event in (events[edge.source], events[edge.target])]
    assert (edge.relation, steps) == ("po", ["S1", "S2"])
    assert [(mark.event, mark.label) for mark in told.marks] == [(edge.source, "held"), (edge.target, "LOCK ORDER")]
    assert told.sentence == (
        "A thread acquires page A.lock (page lock) while it holds i_lock, which comes after it in the lock order."
    )
    assert (told.property, dict(result.violating)) == ("lock-order", {"lock-order": 1})


def test_the_order_is_the_one_that_is_given() -> None:
    other = LockOrder(tuple(reversed(ORDER.classes)), name="upside-down")
    assert found(spin_then_page, order=other).verdict is Verdict.HOLDS
    assert dict(found(in_order, order=other).violating) == {"upside-down": 1}


def test_both_orders_in_one_program_are_a_violation_and_a_deadlock() -> None:
    """One thread takes the page, then the spin lock, the other the reverse.

    Complete are the two executions in which one thread is done before the other begins: which one comes
    first at one lock does so at the other. In both the second thread goes against the order. In the third
    execution each has one lock and waits for the other.
    """
    result = found(in_order, spin_then_page)
    assert (result.executions, result.blocked, dict(result.violating)) == (2, 1, {"lock-order": 2})


def test_what_was_released_is_held_no_longer() -> None:
    async def one_after_the_other(t: Thread) -> None:
        await SPIN.acquire(t)
        await SPIN.release(t)
        await A.acquire(t)
        await A.release(t)
        await SEMAPHORE.down_read(t)
        await SEMAPHORE.up_read(t)
        await SEMAPHORE.down_write(t)
        await SEMAPHORE.up_write(t)

    assert found(one_after_the_other).verdict is Verdict.HOLDS


def test_locks_are_released_in_any_order() -> None:
    async def crosswise(t: Thread) -> None:
        await SEMAPHORE.down_write(t)
        await A.acquire(t)
        await SEMAPHORE.up_write(t)
        await SPIN.acquire(t)  # holds the page
        await A.release(t)
        await SPIN.release(t)

    async def too_early(t: Thread) -> None:
        await SEMAPHORE.down_write(t)
        await A.acquire(t)
        await SEMAPHORE.up_write(t)
        await SEMAPHORE.down_write(t)  # holds the page
        await SEMAPHORE.up_write(t)
        await A.release(t)

    assert found(crosswise).verdict is Verdict.HOLDS
    assert violation(found(too_early)).sentence == (
        "A thread acquires i_rwsem while it holds page A.lock (page lock), which comes after it in the lock order."
    )


def test_a_trylock_is_allowed_against_the_order_and_holds_what_it_gets() -> None:
    async def tries_page(t: Thread) -> None:
        await SPIN.acquire(t)
        if not await A.try_acquire(t):
            await A.release(t)
        await SPIN.release(t)

    async def tries_spin(t: Thread) -> None:
        await A.acquire(t)
        if not await SPIN.try_acquire(t):
            await SPIN.release(t)
        await A.release(t)

    async def waits_with_what_it_tried(t: Thread) -> None:
        if not await SPIN.try_acquire(t):
            await A.acquire(t)
            await A.release(t)
            await SPIN.release(t)

    assert found(tries_page).verdict is Verdict.HOLDS
    assert found(tries_spin).verdict is Verdict.HOLDS
    assert violation(found(waits_with_what_it_tried)).property == "lock-order"


def test_a_trylock_that_fails_holds_nothing() -> None:
    """The other thread has the spin lock in one of the executions: then the page lock is acquired with nothing held."""

    async def other(t: Thread) -> None:
        await SPIN.acquire(t)
        await SPIN.release(t)

    async def page_where_it_fails(t: Thread) -> None:
        failed = await SPIN.try_acquire(t)
        if failed:
            await A.acquire(t)
            await A.release(t)
        else:
            await SPIN.release(t)

    result = found(other, page_where_it_fails)
    assert (result.verdict, result.executions) == (Verdict.HOLDS, 3)


@pytest.mark.parametrize("reader", [True, False])
def test_a_semaphore_taken_for_reading_counts_like_one_taken_for_writing(reader: bool) -> None:
    down, up = (SEMAPHORE.down_read, SEMAPHORE.up_read) if reader else (SEMAPHORE.down_write, SEMAPHORE.up_write)

    async def outer(t: Thread) -> None:
        await down(t)
        await A.acquire(t)
        await A.release(t)
        await up(t)

    async def inner(t: Thread) -> None:
        await A.acquire(t)
        await down(t)
        await up(t)
        await A.release(t)

    assert found(outer).verdict is Verdict.HOLDS
    assert found(inner).verdict is Verdict.VIOLATED


async def two_pages(t: Thread) -> None:
    await A.acquire(t)
    await B.acquire(t)
    await B.release(t)
    await A.release(t)


async def reads_twice(t: Thread) -> None:
    await SEMAPHORE.down_read(t)
    await SEMAPHORE.down_read(t)
    await SEMAPHORE.up_read(t)
    await SEMAPHORE.up_read(t)


@pytest.mark.parametrize(("body", "locks"), [(two_pages, (A, B)), (reads_twice, (SEMAPHORE,))])
def test_two_locks_of_a_class_are_against_the_order_unless_it_is_recursive(
    body: Body, locks: tuple[PageLock | RwSemaphore, ...]
) -> None:
    words = tuple(lock.word for lock in locks)
    told = violation(found(body))
    assert told.sentence.endswith(", of the same class.")
    assert all(word.name in told.sentence for word in words)
    assert found(body, order=LockOrder((LockClass("any", words, recursive=True),))).verdict is Verdict.HOLDS


def test_a_lock_that_cannot_be_had_twice_is_a_deadlock() -> None:
    async def twice(t: Thread) -> None:
        await A.acquire(t)
        await A.acquire(t)

    result = found(twice)
    assert (result.executions, result.blocked) == (0, 1)


def test_locks_of_no_class_are_not_looked_at() -> None:
    unknown, x = SpinLock("unknown"), Location("x")

    async def body(t: Thread) -> None:
        await unknown.acquire(t)
        await t.write(x, 1, ONCE)
        await SEMAPHORE.down_write(t)
        await SEMAPHORE.up_write(t)
        await unknown.release(t)

    assert found(body).verdict is Verdict.HOLDS


def test_identical_threads_are_searched_once_with_the_same_answer() -> None:
    """Three threads, each done before the next begins: 3! executions, every one against the order in each thread."""

    async def body(t: Thread) -> None:
        await SPIN.acquire(t)
        await A.acquire(t)
        await B.acquire(t)
        for lock in (B, A):
            await lock.release(t)
        await SPIN.release(t)

    program = Program(tuple(ThreadSpec(f"thread {i}", body) for i in range(3)))
    case, model, unfolding = Case(program, (ORDER,)), load_model("sc"), Unfolding(program, 3)
    reduced, whole = explore(case, model, unfolding), explore(case, model, unfolding, reductions=NONE)
    for result in (reduced, whole):
        assert (result.executions, dict(result.violating)) == (6, {"lock-order": 6})
    assert [finding.kind for finding in reduced.findings] == [finding.kind for finding in whole.findings]
    # Of the three pairs of a thread the one is told whose lock held comes first in the order.
    assert violation(reduced).sentence == (
        "A thread acquires page B.lock (page lock) while it holds page A.lock (page lock), of the same class."
    )
