"""A leak that takes three switches at least, in a program with accesses beside it that have nothing to do with it.

The reader looks at the seal, and then copies the page; the owner sets the seal; the guest, once it sees the seal,
writes the page.  A leak has the reader's look before the seal is set, the guest's look after it, and the copy after
the guest's store: reader, owner, guest, reader, and no fewer.
"""

from __future__ import annotations

from dataclasses import dataclass

from explorer.execution.execution import Execution
from explorer.execution.location import Location
from explorer.program.program import Program, ThreadSpec
from explorer.program.thread import ONCE, Thread
from explorer.property import Edge, Mark, Violation
from explorer.scenario import Case

LEAST = 3
"""The context switches of a leak: see above."""

SECRET = 7


@dataclass(frozen=True)
class Leak:
    """Violated where the reader copies what the guest stored."""

    name: str = "leak"

    def find(self, execution: Execution, _before: object) -> Violation | None:
        for event in execution.thread_events(0):
            if execution.events[event].value == SECRET:
                store = execution.source_of[event]
                return Violation("leak", (Edge(store, event, "rf"),), (Mark(event, "LEAK"),), "The reader saw it.")
        return None


def padded(accesses: int = 30) -> Case:
    """The program with that many irrelevant accesses, a multiple of 6, before and after what matters in each thread."""
    seal, page = Location("seal"), Location("page")
    own = [Location(f"own {thread}") for thread in range(3)]

    async def pad(t: Thread, thread: int) -> None:
        for _ in range(accesses // 6):
            await t.read(own[thread], ONCE)

    async def reader(t: Thread) -> None:
        await pad(t, 0)
        sealed = await t.read(seal, ONCE, at="R1 look")
        await pad(t, 0)
        if sealed == 0:
            await t.read(page, ONCE, at="R2 copy")

    async def owner(t: Thread) -> None:
        await pad(t, 1)
        await t.write(seal, 1, ONCE, at="O1 seal")
        await pad(t, 1)

    async def guest(t: Thread) -> None:
        await pad(t, 2)
        sealed = await t.read(seal, ONCE, at="G1 look")
        await pad(t, 2)
        if sealed == 1:
            await t.write(page, SECRET, ONCE, at="G2 store")

    threads = (ThreadSpec("reader", reader), ThreadSpec("owner", owner), ThreadSpec("guest", guest))
    return Case(Program(threads), (Leak(),))
