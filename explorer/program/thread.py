"""The thread context: every operation that modelled code can await.

A modelled thread is an ``async def`` whose first parameter is the context::

    async def writer(t: Thread, x: Location, flag: Location) -> None:
        await t.write(x, 1)
        await t.write(flag, 1, RELEASE)

Reads return a value that is symbolic while the thread is unfolded and an ``int`` or an
``Object`` while it is scheduled; the same operators work on both.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum
from typing import Any, Literal

from explorer.execution.kinds import Kind, Tag
from explorer.program.expression import OPERATORS
from explorer.program.request import Assume, Fence, Load, Request, Store, Update


class Order(Enum):
    """How an access is ordered: the suffixes of the kernel's operations."""

    __hash__ = object.__hash__  # each is there once; that of Enum is a function of Python's

    PLAIN = "plain"  # an ordinary C access
    ONCE = "once"  # READ_ONCE, WRITE_ONCE, _relaxed
    ACQUIRE = "acquire"  # smp_load_acquire, _acquire
    RELEASE = "release"  # smp_store_release, _release
    FULL = "full"  # an atomic operation without suffix: fully ordered


PLAIN, ONCE, ACQUIRE, RELEASE, FULL = Order

ACCESS_TAGS = {PLAIN: Tag.PLAIN, ONCE: Tag.ONCE, ACQUIRE: Tag.ACQUIRE, RELEASE: Tag.RELEASE}
UPDATE_TAGS = {
    PLAIN: (Tag.PLAIN, Tag.PLAIN),
    ONCE: (Tag.ONCE, Tag.ONCE),
    ACQUIRE: (Tag.ACQUIRE, Tag.ONCE),
    RELEASE: (Tag.ONCE, Tag.RELEASE),
    FULL: (Tag.ONCE, Tag.ONCE),
}
"""The tags of the read and the write of an atomic update."""

FENCES = (
    Tag.MB,
    Tag.RMB,
    Tag.WMB,
    Tag.BARRIER,
    Tag.BEFORE_ATOMIC,
    Tag.AFTER_ATOMIC,
    Tag.AFTER_SPINLOCK,
    Tag.AFTER_UNLOCK_LOCK,
)

_LOCK = {"read_kind": Kind.LOCK_READ, "write_kind": Kind.LOCK_WRITE}


def _access_tag(order: Order, refused: Order, operation: str) -> Tag:
    if order is refused or order is FULL:
        raise ValueError(
            f"a {operation} cannot be {order.value}: use plain, once or "
            + ("acquire" if refused is Order.RELEASE else "release")
        )
    return ACCESS_TAGS[order]


def _identity(value: Any) -> Any:
    return value


class Thread:
    """What a modelled thread awaits its operations from.

    Every operation takes ``at``, the step and the place in the modelled kernel function:
    ``"R3 seal check"`` gives the step ``R3`` and, inside a function decorated with
    ``@kernel("mm/shmem.c")``, the reference ``mm/shmem.c shmem_file_read_iter: seal check``.
    """

    def read(self, location: Any, order: Order = PLAIN, *, at: str = "") -> Request:
        """Load a location; gives its value."""
        return Load(at, location, _access_tag(order, Order.RELEASE, "read"))

    def write(self, location: Any, value: Any, order: Order = PLAIN, *, at: str = "") -> Request:
        """Store a value (an integer, an object, or something computed from values read)."""
        return Store(at, location, value, _access_tag(order, Order.ACQUIRE, "write"))

    def fence(self, tag: Tag, *, at: str = "") -> Request:
        """A fence: ``Tag.MB`` for smp_mb(), ``Tag.RMB``, ``Tag.WMB``, ..."""
        if tag not in FENCES:
            known = ", ".join(f"Tag.{fence.name}" for fence in FENCES)
            raise ValueError(f"{tag!r} is no fence: use one of {known}")
        return Fence(at, tag)

    def rcu_read_lock(self, *, at: str = "") -> Request:
        """Begin an RCU read-side critical section. Sections nest."""
        return Fence(at, Tag.RCU_LOCK)

    def rcu_read_unlock(self, *, at: str = "") -> Request:
        """End the innermost RCU read-side critical section."""
        return Fence(at, Tag.RCU_UNLOCK)

    def synchronize_rcu(self, *, at: str = "") -> Request:
        """Wait for a grace period: one event, and a full fence. No section spans it."""
        return Fence(at, Tag.SYNC_RCU)

    def wait_until(
        self, location: Any, predicate: Callable[[Any], Any], order: Order = ONCE, *, at: str = ""
    ) -> Request:
        """Block until the location's value satisfies the predicate; gives the value.

        One load event, the one that sees such a value: failed attempts are no events.
        """
        return Load(at, location, _access_tag(order, Order.RELEASE, "read"), until=predicate)

    def wait_rmw(
        self,
        location: Any,
        predicate: Callable[[Any], Any],
        update: Callable[[Any], Any],
        order: Order = FULL,
        *,
        at: str = "",
        lock: bool = False,
    ) -> Request:
        """Block until the value satisfies the predicate, then replace it atomically by ``update``.

        Gives the old value.  ``lock`` makes the pair a lock acquisition (LKR, LKW).
        """
        kinds = _LOCK if lock else {}
        return self._update(location, update, order, at, condition=predicate, blocking=True, **kinds)

    def exchange(self, location: Any, value: Any, order: Order = FULL, *, at: str = "") -> Request:
        """Store a value atomically (xchg); gives the old value."""
        return self._update(location, lambda _old: value, order, at)

    def compare_exchange(
        self, location: Any, expected: Any, value: Any, order: Order = FULL, *, at: str = ""
    ) -> Request:
        """Store ``value`` if the location holds ``expected`` (cmpxchg); gives the old value."""
        return self._update(location, lambda _old: value, order, at, condition=lambda old: old == expected)

    def update_if(
        self,
        location: Any,
        predicate: Callable[[Any], Any],
        update: Callable[[Any], Any],
        order: Order = FULL,
        *,
        at: str = "",
        lock: bool = False,
    ) -> Request:
        """Replace the value atomically if it satisfies the predicate (atomic_add_unless, trylock).

        Gives the old value, which tells whether it happened.  Where it does not, the
        access is an ordinary marked read.  ``lock`` makes the pair a lock acquisition (LKR,
        LKW) and the read of a failure an LF.
        """
        kinds = {**_LOCK, "failed_kind": Kind.LOCK_FAILED} if lock else {}
        return self._update(location, update, order, at, condition=predicate, **kinds)

    def fetch(
        self,
        operator: str,
        location: Any,
        operand: Any,
        order: Order = FULL,
        *,
        at: str = "",
        result: Literal["old", "new"] | None = "old",
    ) -> Request:
        """Atomic ``+ - & | ^``; gives the old value (atomic_fetch_add) or the new one (atomic_add_return).

        With ``result=None`` the operation returns nothing and orders nothing (atomic_add);
        the read half is then tagged ``noreturn``, and the order must be ``ONCE``.
        """
        if operator not in ("+", "-", "&", "|", "^"):
            raise ValueError(f"there is no atomic {operator}: use + - & | or ^")
        if result is None and order is not ONCE:
            raise ValueError("an atomic operation without a result is unordered: say order=ONCE")
        compute = OPERATORS[operator]
        tags = {"read_tag": Tag.NORETURN} if result is None else {}
        return self._update(location, lambda old: compute(old, operand), order, at, gives_new=result == "new", **tags)

    def assume(self, condition: Any, *, at: str = "") -> Request:
        """Drop the executions in which the condition is false."""
        return Assume(at, condition)

    @staticmethod
    def _update(location: Any, new: Callable[[Any], Any], order: Order, at: str, **more: Any) -> Update:
        read, write = UPDATE_TAGS[order]
        full = order is FULL
        return Update(**{"read_tag": read, "write_tag": write, **more}, at=at, location=location, new=new, full=full)
