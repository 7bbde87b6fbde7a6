"""An update that waited for its source writes before anybody else does."""

from __future__ import annotations

from explorer.execution.execution import Status
from explorer.execution.location import Location
from explorer.memory.model import load_model
from explorer.program.program import Program, ThreadSpec
from explorer.program.thread import ONCE, Thread
from explorer.program.tree import Unfolding
from explorer.search.explore import Search


def test_a_thread_that_waited_for_the_same_write_does_not_get_between_its_halves() -> None:
    x, others = Location("x"), (Location("y"), Location("z"))

    async def exchange(t: Thread) -> None:
        await t.exchange(x, 1, ONCE)

    async def write(t: Thread) -> None:
        await t.write(x, 2, ONCE)

    async def read_and_write(t: Thread) -> None:
        await t.read(x, ONCE)
        for other in others:
            await t.write(other, 1, ONCE)
        await t.write(x, 3, ONCE)

    threads = tuple(ThreadSpec(f.__name__, f) for f in (exchange, write, read_and_write))
    leaves = [leaf for leaf in Search(Unfolding(Program(threads), 3), load_model("sc")) if leaf]
    # Six orders of the three writes of x; the exchange reads the one before its own, the load
    # any that comes before its thread's own: one where that is the first, else two or three.
    assert [leaf.status for leaf in leaves] == [Status.COMPLETE] * (2 * (1 + 2 + 3))
    assert len({leaf.execution.key for leaf in leaves}) == 12
