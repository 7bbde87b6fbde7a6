"""A ring buffer for one producer and one consumer, and the ways in which it can be wrong.

With room for two: the producer may be two ahead of the consumer.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar

from hypothesis import strategies as st

from explorer.execution.location import Location
from explorer.program.thread import ACQUIRE, ONCE, RELEASE, Order, Thread
from explorer.testing import ConcurrentMachine, operation

ROOM = 2
FULL, EMPTY = -11, -11


@dataclass
class Ring:
    """``first``: the slot is filled before it is made known; ``stores`` and ``loads`` are how indices are accessed.

    ``spare`` is how many values the consumer leaves in it.
    """

    first: bool = True
    spare: int = 0
    stores: Order = RELEASE
    loads: Order = ACQUIRE
    head: Location = field(default_factory=lambda: Location("head"))
    tail: Location = field(default_factory=lambda: Location("tail"))
    slots: tuple[Location, ...] = field(default_factory=lambda: tuple(Location(f"slot {i}") for i in range(ROOM)))


class Queue:
    """What it is to do, as plain Python."""

    def __init__(self) -> None:
        self.values: list[int] = []

    def push(self, value: int) -> int:
        if len(self.values) == ROOM:
            return FULL
        self.values.append(value)
        return 0

    def pop(self) -> int:
        return self.values.pop(0) if self.values else EMPTY


class RingMachine(ConcurrentMachine):
    """The ring as it should be."""

    roles: ClassVar = {"producer": 1, "consumer": 1}
    how: ClassVar[dict[str, Any]] = {}

    def structure(self) -> Ring:
        return Ring(**self.how)

    def specification(self) -> Queue:
        return Queue()

    @operation("producer", value=st.integers(1, 2))
    async def push(t: Thread, ring: Ring, value: int) -> int:  # noqa: N805
        head = await t.read(ring.head, ONCE)
        tail = await t.read(ring.tail, ring.loads)
        if head - tail == ROOM:
            return FULL
        slot = await slot_of(ring.slots, head)
        if ring.first:
            await t.write(slot, value, ONCE)
            await t.write(ring.head, head + 1, ring.stores)
        else:
            await t.write(ring.head, head + 1, ring.stores)
            await t.write(slot, value, ONCE)
        return 0

    @operation("consumer")
    async def pop(t: Thread, ring: Ring) -> int:  # noqa: N805
        tail = await t.read(ring.tail, ONCE)
        head = await t.read(ring.head, ring.loads)
        if head - tail <= ring.spare:
            return EMPTY
        value: int = await t.read(await slot_of(ring.slots, tail), ONCE)
        await t.write(ring.tail, tail + 1, ring.stores)
        return value


async def slot_of(slots: Sequence[Location], index: Any) -> Location:
    """The slot of an index, which only its own thread changes: one decision, where a slot is no number."""
    return slots[0] if index % ROOM == 0 else slots[1]
