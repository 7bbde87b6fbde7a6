"""Small programs for tests of what other tools are asked."""

from __future__ import annotations

from explorer.execution.location import Location, Object
from explorer.memory.model import load_model
from explorer.program.locks import SpinLock, SrcuDomain
from explorer.program.program import Body, Program, ThreadSpec
from explorer.program.thread import ONCE, Thread
from explorer.program.tree import Unfolding
from explorer.search.explore import Search


def searched(*threads: ThreadSpec, unroll: int = 3) -> Unfolding:
    """The program as it is unfolded once Sealrace has gone through it."""
    unfolding = Unfolding(Program(threads), unroll)
    for _leaf in Search(unfolding, load_model("sc")):
        pass
    return unfolding


def one(function: Body, *arguments: object) -> Unfolding:
    """A program of one thread, P0."""
    return searched(ThreadSpec("P0", function, arguments))


def grace_period(*, stuck: bool) -> Unfolding:
    """A thread in a section stores twice, while another waits for a grace period between two reads.

    ``stuck``: that one holds a lock meanwhile, which the section needs: either can wait for the other for ever.
    """
    x, y, lock = Location("x"), Location("y"), SpinLock("lock")

    async def reader(t: Thread) -> None:
        await t.rcu_read_lock()
        if stuck:
            await lock.acquire(t)
            await lock.release(t)
        await t.write(x, 1, ONCE)
        await t.write(y, 1, ONCE)
        await t.rcu_read_unlock()

    async def updater(t: Thread) -> None:
        if stuck:
            await lock.acquire(t)
        await t.read(x, ONCE)
        await t.synchronize_rcu()
        await t.read(y, ONCE)
        if stuck:
            await lock.release(t)

    return searched(ThreadSpec("reader", reader), ThreadSpec("updater", updater))


def nested_sections() -> Unfolding:
    """Sections of two domains, those of one inside each other; only one of the domains is waited for."""
    waited, other = SrcuDomain("waited"), SrcuDomain("other")
    x = Location("x")

    async def reader(t: Thread) -> None:
        outer = await waited.read_lock(t)
        inner = await waited.read_lock(t)
        beside = await other.read_lock(t)
        await t.read(x, ONCE)
        await other.read_unlock(t, beside)
        await waited.read_unlock(t, inner)
        await waited.read_unlock(t, outer)

    async def updater(t: Thread) -> None:
        await waited.synchronize(t)

    return searched(ThreadSpec("reader", reader), ThreadSpec("updater", updater))


class Box(Object):
    """An object with one field."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.field = Location(f"{name}.field")


def through_a_pointer() -> Unfolding:
    """One thread publishes a box; another follows the pointer where it is not null."""
    pointer, box = Location("pointer"), Box("box")

    async def writer(t: Thread) -> None:
        await t.write(box.field, 5, ONCE)
        await t.write(pointer, box, ONCE)

    async def reader(t: Thread) -> None:
        found = await t.read(pointer, ONCE)
        if found != 0:
            await t.read(found.field, ONCE)

    return searched(ThreadSpec("writer", writer), ThreadSpec("reader", reader))
