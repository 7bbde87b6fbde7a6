"""The kernel's locks as blocking steps, with the orderings of their fast paths; SRCU domains.

A lock has one location, ``word``.  Acquiring it makes the number there greater, releasing it smaller
(or 0, by an UL); nothing else stores there.  ``explorer.lock_order`` tells by that what a thread holds.
"""

from __future__ import annotations

from typing import Any

from explorer.execution.kinds import Kind, Tag
from explorer.execution.location import Location, Object
from explorer.program.request import Fence, LockTest, Request, Store
from explorer.program.thread import ACQUIRE, RELEASE, Thread

WRITER = 1
"""Bit of ``RwSemaphore.count`` that a writer sets (RWSEM_WRITER_LOCKED)."""

READER = 256
"""What one reader adds to ``RwSemaphore.count`` (RWSEM_READER_BIAS)."""


class SpinLock(Object):
    """spinlock_t: 0 free, 1 held. The acquisition is the pair LKR, LKW of the kernel's model."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.word = Location(name)

    def acquire(self, t: Thread, *, at: str = "") -> Request:
        """spin_lock()."""
        return t.wait_rmw(self.word, lambda v: v == 0, lambda _v: 1, ACQUIRE, at=at, lock=True)

    def try_acquire(self, t: Thread, *, at: str = "") -> Request:
        """spin_trylock(): gives the old word, 0 for success. A failure (LF) orders nothing."""
        return t.update_if(self.word, lambda v: v == 0, lambda _v: 1, ACQUIRE, at=at, lock=True)

    def is_held(self, _t: Thread, *, at: str = "") -> Request:
        """spin_is_locked(): gives 1 where it finds the lock held, 0 where free. It orders nothing."""
        return LockTest(at, self.word)

    def release(self, _t: Thread, *, at: str = "") -> Request:
        """spin_unlock()."""
        return Store(at, self.word, 0, Tag.RELEASE, kind=Kind.UNLOCK)


class SrcuDomain(Object):
    """struct srcu_struct: its read-side critical sections wait only for its own grace periods."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.word = Location(name)

    def read_lock(self, _t: Thread, *, at: str = "") -> Request:
        """srcu_read_lock(): gives the index to end the section with."""
        return Fence(at, Tag.SRCU_LOCK, self.word, 0)

    def read_unlock(self, _t: Thread, index: Any, *, at: str = "") -> Request:
        """srcu_read_unlock(): ``index`` is what the matching read_lock() gave."""
        return Fence(at, Tag.SRCU_UNLOCK, self.word, index)

    def synchronize(self, _t: Thread, *, at: str = "") -> Request:
        """synchronize_srcu(): waits for the sections of this domain; a full fence."""
        return Fence(at, Tag.SYNC_SRCU, self.word)


class PageLock(Object):
    """PG_locked: lock_page() is test_and_set_bit_lock (acquire), unlock_page() a releasing RMW."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.word = Location(name)

    def acquire(self, t: Thread, *, at: str = "") -> Request:
        """lock_page(): sleeps until the bit is clear."""
        return t.wait_rmw(self.word, lambda v: v == 0, lambda _v: 1, ACQUIRE, at=at)

    def try_acquire(self, t: Thread, *, at: str = "") -> Request:
        """trylock_page(): gives the old bit, 0 for success."""
        return t.update_if(self.word, lambda v: v == 0, lambda _v: 1, ACQUIRE, at=at)

    def release(self, t: Thread, *, at: str = "") -> Request:
        """unlock_page(): clear_bit_unlock."""
        return t.fetch("&", self.word, 0, RELEASE, at=at)


class Mutex(PageLock):
    """struct mutex: 0 free, 1 held; the fast paths are a compare-and-exchange with acquire and one with release."""


class RwSemaphore(Object):
    """struct rw_semaphore: ``count`` holds WRITER and a multiple of READER (kernel/locking/rwsem.c)."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.count = Location(name)

    @property
    def word(self) -> Location:
        """The location, by the name that all locks have for it: ``count``."""
        return self.count

    def down_write(self, t: Thread, *, at: str = "") -> Request:
        """down_write(): atomic_long_try_cmpxchg_acquire(&count, 0, WRITER)."""
        return t.wait_rmw(self.count, lambda v: v == 0, lambda _v: WRITER, ACQUIRE, at=at)

    def up_write(self, t: Thread, *, at: str = "") -> Request:
        """up_write(): atomic_long_fetch_add_release(-WRITER, &count)."""
        return t.fetch("-", self.count, WRITER, RELEASE, at=at)

    def down_read(self, t: Thread, *, at: str = "") -> Request:
        """down_read(): atomic_long_add_return_acquire(READER, &count), no writer inside."""
        return t.wait_rmw(self.count, lambda v: (v & WRITER) == 0, lambda v: v + READER, ACQUIRE, at=at)

    def up_read(self, t: Thread, *, at: str = "") -> Request:
        """up_read(): atomic_long_add_return_release(-READER, &count)."""
        return t.fetch("-", self.count, READER, RELEASE, at=at)
