"""The core of the patch's race in a few marked accesses, for counts and timing.

An owner that empties, seals and grows under a lock and then stores the secret, and
readers that check as the patch does.  The counts known for it (herd7 7.58, GenMC 0.10.3)
stand in the tests.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from explorer.execution.kinds import Tag
from explorer.execution.location import Location
from explorer.program.locks import SpinLock
from explorer.program.program import Program, ThreadSpec
from explorer.program.thread import ONCE, Thread
from explorer.program.told import Returned, told

SEALED = 32
SECRET = 42


async def owner(t: Thread, isize: Location, seals: Location, data: Location, lock: SpinLock) -> None:
    """Truncate, seal if empty, grow; then write the secret."""
    await lock.acquire(t, at="T1 lock")
    await t.write(isize, 0, ONCE, at="T2 truncate")
    await t.write(data, 0, ONCE, at="T3 empty")
    await lock.release(t, at="T4 unlock")
    await lock.acquire(t, at="A1 lock")
    if await t.read(isize, ONCE, at="A2 is it empty") == 0:
        await t.write(seals, SEALED, ONCE, at="A3 seal")
    await lock.release(t, at="A4 unlock")
    await lock.acquire(t, at="F1 lock")
    await t.write(isize, 1, ONCE, at="F2 grow")
    await lock.release(t, at="F3 unlock")
    await t.write(data, SECRET, ONCE, at="G1 secret")


def read_words(call: Returned) -> str:
    """What a reader came back with."""
    found = {event.source.step: event.value for event in call.events if event.source is not None}
    if "R3" in found:
        return f"data = {found['R3']}{', thrown away' if found.get('R5') else ''}"
    return "found it sealed" if "R2" in found else "found it empty"


@told("read", read_words)
async def reader(t: Thread, isize: Location, seals: Location, data: Location, fix: str = "none") -> None:
    """Size, seal, data, size: each only if the one before lets the read go on.

    With the fixes ``recheck`` and ``recheck-rmb`` the data are thrown away if a second look at the
    seal finds it set; ``recheck-rmb`` puts smp_rmb() before that.
    """
    if await t.read(isize, ONCE, at="R1 size") != 0 and await t.read(seals, ONCE, at="R2 seal check") == 0:
        await t.read(data, ONCE, at="R3 copy")
        if fix == "recheck-rmb":
            await t.fence(Tag.RMB, at="R4 smp_rmb")
        if fix != "none" and await t.read(seals, ONCE, at="R5 seal recheck") != 0:
            return
        await t.read(isize, ONCE, at="R6 size again")


@dataclass(frozen=True)
class Core:
    """The file: its size, its seals and one word of content, and the lock that its owner takes."""

    isize: Location = field(default_factory=lambda: Location("isize", 1))
    seals: Location = field(default_factory=lambda: Location("seals"))
    data: Location = field(default_factory=lambda: Location("data"))
    lock: SpinLock = field(default_factory=lambda: SpinLock("ilock"))

    def program(self, readers: int, fix: str = "none") -> Program:
        """The owner and ``readers`` readers of a file that is not empty and not sealed."""
        looked_at = self.isize, self.seals, self.data
        return Program(
            (
                ThreadSpec("owner", owner, (*looked_at, self.lock)),
                *(ThreadSpec(f"reader {i + 1}", reader, (*looked_at, fix)) for i in range(readers)),
            )
        )


def v4(readers: int) -> Program:
    """The program of so many readers as the patch has them."""
    return Core().program(readers)
