"""Which threads can still write what a read waits for, as far as its location alone tells."""

from __future__ import annotations

from pathlib import Path

import pytest

from explorer.execution.kinds import Kind, Tag
from explorer.execution.location import Location
from explorer.memory.model import Model, load_model
from explorer.program.locks import PageLock
from explorer.program.program import Body, Program, ThreadSpec
from explorer.program.thread import ONCE, Thread
from explorer.program.tree import Unfolding
from explorer.search.prepared import FENCE, READ, Preparation
from explorer.search.state import RUNNING, WAITING, first_state
from explorer.search.supply import Suppliers, Supply

X, Y = Location("x", 1), Location("y")
LOCK = PageLock("lock")


class Growing:
    """A partial execution of some threads that is grown by hand."""

    def __init__(self, *threads: Body, model: Model | None = None) -> None:
        model = model or load_model("lkmm")
        unfolding = Unfolding(Program(tuple(ThreadSpec(f"P{i}", body) for i, body in enumerate(threads))), 3)
        roots = Preparation(unfolding, model).roots
        self.state = first_state(model, roots, tuple(location.initial for location in unfolding.locations))
        self._supply = Supply(unfolding, model)

    def run(self, thread: int, steps: int) -> None:
        """Let a thread make accesses, each at the end of its location's coherence order."""
        state = self.state
        for _ in range(steps):
            item = state.segments[thread].items[state.index[thread]]
            order = (-1 - item.location, *state.co[item.location])
            if item.kind == FENCE:
                state.add_fence(thread, item)
            elif item.kind == READ:
                edges = state.read_edges(thread, item, order[-1])
                assert edges is not None
                state.add_read(thread, item, order[-1], edges)
            else:
                edges = state.write_edges(thread, item, len(order) - 1)
                assert edges is not None
                state.add_write(thread, item, len(order) - 1, edges)

    def go_past(self, thread: int) -> None:
        """Let a thread go on past the read that it stands before, and make the write of the update."""
        self.pass_read(thread)
        self.run(thread, 1)

    def suppliers(self, thread: int) -> Suppliers:
        """Of what the next read of a thread waits for."""
        return self._supply.suppliers(self.state, thread, self.state.segments[thread].items[self.state.index[thread]])

    def pass_read(self, thread: int) -> None:
        """Let a thread go on past the read that it stands before."""
        self.state.add_open_read(thread, self.state.segments[thread].items[self.state.index[thread]])

    def may_end(self) -> bool:
        """Whether all open reads may get their writes."""
        return self._supply.open_reads_may_end(self.state)

    def open_suppliers(self) -> Suppliers:
        """Of what the one open read waits for."""
        (read,) = self.state.open
        return self._supply.suppliers(self.state, self.state.owner[read], self.state.access[read], read)


async def locks(t: Thread) -> None:
    await LOCK.acquire(t)
    await LOCK.release(t)


async def frees(t: Thread) -> None:
    await t.write(LOCK.word, 0)


def test_nobody_comes_between_a_lock_and_its_unlock() -> None:
    held = Growing(locks, locks)
    held.run(0, 2)
    assert held.suppliers(0) == {}


def test_a_lock_waits_for_an_unlock_alone() -> None:
    held = Growing(locks, locks)
    held.run(0, 2)
    ((owner, steps),) = held.suppliers(1).items()
    assert owner == 0
    assert steps is not None
    (unlock,) = steps
    assert unlock.shape == ((Kind.READ, Tag.ONCE, True), (Kind.WRITE, Tag.RELEASE, True))


def test_a_plain_store_gets_between_them() -> None:
    held = Growing(locks, locks, frees)
    held.run(0, 2)
    # Either the store comes last, or the other thread's lock or unlock after it.
    assert held.suppliers(0).keys() == {1, 2}


async def gets(t: Thread) -> None:
    if await t.update_if(X, lambda v: v != 0, lambda v: v + 1):
        await t.fetch("-", X, 1, ONCE)


async def finds_none(t: Thread) -> None:
    await t.wait_until(X, lambda v: v == 0)


async def puts(t: Thread) -> None:
    await t.fetch("-", X, 1, ONCE)


def test_a_count_that_nobody_lets_go_is_not_found_at_0() -> None:
    assert Growing(finds_none, gets, gets).suppliers(0) == {}
    # Whoever puts last.
    assert Growing(finds_none, gets, gets, puts).suppliers(0).keys() == {1, 2, 3}


async def stores_what_it_reads(t: Thread) -> None:
    await t.write(X, await t.read(Y))


def test_a_value_that_another_location_decides_may_be_any() -> None:
    assert Growing(finds_none, stores_what_it_reads).suppliers(0).keys() == {1}


def test_an_update_passed_gets_its_write_in_the_one_place_before_its_own() -> None:
    passed = Growing(puts, gets)
    passed.go_past(0)
    assert passed.open_suppliers().keys() == {1}
    # The lock's owner has gone on past its unlock: the other finds the word 1 in that place.
    passed = Growing(locks, locks)
    passed.run(0, 2)
    passed.go_past(0)
    assert passed.open_suppliers() == {}


def test_a_thread_that_waits_for_the_location_comes_behind_a_new_write() -> None:
    both = Growing(puts, puts)
    assert both.suppliers(0).keys() == {1}
    both.state.phase[1] = WAITING
    assert both.suppliers(0) == {}
    both.state.phase[1] = RUNNING
    assert both.suppliers(0).keys() == {1}


async def stores_1(t: Thread) -> None:
    await t.write(Y, 1)


async def takes_1(t: Thread) -> None:
    await t.exchange(Y, 0, ONCE)


async def waits_for_1(t: Thread) -> None:
    await t.wait_until(Y, lambda v: v == 1)
    await t.write(Y, 2)


async def finds_2(t: Thread) -> None:
    await t.wait_until(Y, lambda v: v == 2)


def test_a_read_may_stand_between_a_write_and_the_update_right_behind_it() -> None:
    taken = Growing(stores_1, takes_1, waits_for_1, finds_2)
    taken.run(0, 1)
    taken.run(1, 2)
    # The third thread waited for the 1 before it was taken; a write cannot come where it stood.
    assert taken.suppliers(3).keys() == {2}
    # Had it gone by that 1, nobody would bring another.
    taken.state.phase[2] = WAITING
    assert taken.suppliers(3) == {}


async def reads_twice(t: Thread) -> None:
    await t.read(Y, ONCE)
    await t.read(Y, ONCE)


def test_a_read_that_has_been_passed_is_not_behind_what_its_thread_reads_later() -> None:
    passed = Growing(reads_twice, stores_1)
    passed.pass_read(0)
    assert passed.open_suppliers().keys() == {1}
    # The second takes the initial write: a new one cannot come before that.
    passed.run(0, 1)
    assert passed.open_suppliers() == {}
    assert not passed.may_end()


def test_a_read_that_has_been_passed_is_behind_what_its_thread_has_read() -> None:
    passed = Growing(reads_twice, stores_1)
    passed.run(0, 1)
    passed.pass_read(0)
    assert passed.open_suppliers().keys() == {1}


async def reads_around_a_store(t: Thread) -> None:
    await t.read(Y, ONCE)
    await t.write(Y, 0)
    await t.read(Y, ONCE)


def test_reads_that_cannot_take_one_write_need_two() -> None:
    # One write before the thread's own store, another behind it; for each read alone the one there is would do.
    for writers, enough in (((stores_1,), False), ((stores_1, stores_1), True)):
        passed = Growing(reads_around_a_store, *writers)
        passed.pass_read(0)
        passed.run(0, 1)
        passed.pass_read(0)
        assert passed.may_end() is enough


def test_reads_with_nothing_between_them_can_take_one_write() -> None:
    passed = Growing(reads_twice, stores_1)
    passed.pass_read(0)
    passed.pass_read(0)
    assert passed.may_end()


async def stores_2(t: Thread) -> None:
    await t.write(Y, 2)


async def reads_updates_reads(t: Thread) -> None:
    await t.read(Y, ONCE)
    await t.fetch("+", Y, 1, ONCE)
    await t.read(Y, ONCE)


def test_the_write_before_an_update_can_be_that_of_a_read_before_it() -> None:
    passed = Growing(reads_updates_reads, stores_1)
    passed.pass_read(0)
    passed.go_past(0)
    assert passed.may_end()


@pytest.mark.parametrize(("writers", "enough"), [((stores_1,), False), ((stores_1, stores_2), True)])
def test_the_write_before_an_update_is_none_for_a_read_behind_it(writers: tuple[Body, ...], enough: bool) -> None:
    passed = Growing(reads_updates_reads, *writers)
    passed.run(0, 1)
    passed.go_past(0)
    passed.pass_read(0)
    assert passed.may_end() is enough


async def finds_1_then_2(t: Thread) -> None:
    await t.wait_until(Y, lambda v: v == 1)
    await t.wait_until(Y, lambda v: v == 2)


def test_reads_that_want_different_values_need_a_write_each() -> None:
    for writers, enough in (((stores_1, stores_1), False), ((stores_1, stores_2), True)):
        passed = Growing(finds_1_then_2, *writers)
        passed.pass_read(0)
        passed.pass_read(0)
        assert passed.may_end() is enough


async def locks_and_stores(t: Thread) -> None:
    await LOCK.acquire(t)
    await t.write(X, 2, ONCE)
    await LOCK.release(t)


def test_without_coherence_every_write_ahead_may_be_the_one(tmp_path: Path) -> None:
    file = tmp_path / "anything.cat"
    file.write_text('"anything"\nirreflexive co as nothing-forbidden\n')
    model = load_model(str(file))
    assert not model.keeps_coherence
    held = Growing(locks, locks_and_stores, model=model)
    held.run(0, 2)
    assert held.suppliers(0) == {1: None}


def test_every_model_of_the_project_keeps_coherence() -> None:
    assert all(load_model(name).keeps_coherence for name in ("sc", "tso", "pso", "armv8", "lkmm"))
