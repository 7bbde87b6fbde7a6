"""The core of the patch's race in a few marked accesses, for counts and timing.

An owner that empties, seals and grows under a lock and then stores the secret, and
readers that check as the patch does.  The counts known for it (herd7 7.58, GenMC 0.10.3)
stand in the tests.
"""

from __future__ import annotations

from explorer.execution.location import Location
from explorer.program.locks import SpinLock
from explorer.program.program import Program, ThreadSpec
from explorer.program.thread import ONCE, Thread

SEALED = 32
SECRET = 42


async def owner(t: Thread, isize: Location, seals: Location, data: Location, lock: SpinLock) -> None:
    """Truncate, seal if empty, grow; then write the secret."""
    await lock.acquire(t)
    await t.write(isize, 0, ONCE)
    await t.write(data, 0, ONCE)
    await lock.release(t)
    await lock.acquire(t)
    if await t.read(isize, ONCE) == 0:
        await t.write(seals, SEALED, ONCE)
    await lock.release(t)
    await lock.acquire(t)
    await t.write(isize, 1, ONCE)
    await lock.release(t)
    await t.write(data, SECRET, ONCE)


async def reader(t: Thread, isize: Location, seals: Location, data: Location) -> None:
    """Size, seal, data, size: each only if the one before lets the read go on."""
    if await t.read(isize, ONCE) != 0 and await t.read(seals, ONCE) == 0:
        await t.read(data, ONCE)
        await t.read(isize, ONCE)


def v4(readers: int) -> Program:
    """The owner and ``readers`` readers of a file that is not empty and not sealed."""
    isize, seals, data = Location("isize", 1), Location("seals"), Location("data")
    lock = SpinLock("ilock")
    return Program(
        (
            ThreadSpec("owner", owner, (isize, seals, data, lock)),
            *(ThreadSpec(f"reader {i + 1}", reader, (isize, seals, data)) for i in range(readers)),
        )
    )
