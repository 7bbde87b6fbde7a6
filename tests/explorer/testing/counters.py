"""A counter that loses counts, and what it is to do."""

from __future__ import annotations

from explorer.execution.location import Location
from explorer.program.thread import ONCE, Thread
from explorer.testing import ConcurrentMachine, operation


class Counted:
    """A counter as plain Python."""

    def __init__(self) -> None:
        self.count = 0

    def add(self) -> int:
        self.count += 1
        return self.count


class Counter(ConcurrentMachine):
    """One that loses counts, without roles: who inherits says how many threads there are."""

    def structure(self) -> Location:
        return Location("count")

    def specification(self) -> Counted:
        return Counted()

    @operation("adder")
    async def add(t: Thread, count: Location) -> int:  # noqa: N805
        value: int = await t.read(count, ONCE)
        await t.write(count, value + 1, ONCE)
        return value + 1
