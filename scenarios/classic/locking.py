"""Classic programs over spin locks."""

from __future__ import annotations

from explorer.program.locks import SpinLock
from explorer.program.program import Program, ThreadSpec
from explorer.program.thread import Thread


async def _both(t: Thread, first: SpinLock, second: SpinLock) -> None:
    await first.acquire(t)
    await second.acquire(t)
    await second.release(t)
    await first.release(t)


async def _once(t: Thread, lock: SpinLock) -> None:
    await lock.acquire(t)
    await lock.release(t)


def abba() -> Program:
    """Two threads take two locks in opposite orders: they can deadlock."""
    a, b = SpinLock("a"), SpinLock("b")
    return Program((ThreadSpec("P0", _both, (a, b)), ThreadSpec("P1", _both, (b, a))))


def lock_handover() -> Program:
    """Two threads take one lock, one after the other."""
    lock = SpinLock("lock")
    return Program((ThreadSpec("P0", _once, (lock,)), ThreadSpec("P1", _once, (lock,))))
