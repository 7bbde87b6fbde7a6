"""A scenario for searches that several processes share: readers of v4, and programs that end otherwise.

With fix ``none`` the readers of v4 can copy what was stored after the seal: the secret behind a size that was
read before.  With ``deadlock`` two threads take two locks in opposite order, with ``cut`` one waits in a
loop; the property of ``wrong`` raises an error.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from explorer.execution.execution import Execution
from explorer.execution.location import Location
from explorer.program.locks import SpinLock
from explorer.program.program import Program, ThreadSpec
from explorer.program.thread import ONCE, Thread
from explorer.property import Edge, Mark, Violation
from explorer.scenario import Case, Goal, Scenario
from scenarios.classic.v4 import SECRET, v4


@dataclass(frozen=True)
class Copies:
    """Violated where a reader copies the secret."""

    reader: int

    @property
    def name(self) -> str:
        return f"leak-{self.reader}"

    def find(self, execution: Execution, _before: object) -> Violation | None:
        for read in execution.thread_events(self.reader):
            if execution.events[read].value == SECRET:
                write = execution.source_of[read]
                return Violation(self.name, (Edge(write, read, "rf"),), (Mark(read, "LEAK"),), "The secret is out.")
        return None


@dataclass(frozen=True)
class Wrong:
    """Raises an error where a reader copies the secret."""

    name: str = "wrong"

    def find(self, execution: Execution, before: object) -> Violation | None:
        if Copies(1).find(execution, before):
            raise ValueError("the secret")
        return None


def _deadlock() -> Program:
    a, b, x = SpinLock("a"), SpinLock("b"), Location("x")

    def taker(first: SpinLock, second: SpinLock, value: int):  # type: ignore[no-untyped-def]
        async def take(t: Thread) -> None:
            await first.acquire(t)
            await second.acquire(t)
            await t.write(x, value, ONCE)
            await second.release(t)
            await first.release(t)

        return take

    async def reader(t: Thread) -> None:
        await t.read(x, ONCE)
        await t.read(x, ONCE)

    takers = (ThreadSpec("first", taker(a, b, 1)), ThreadSpec("second", taker(b, a, 2)))
    return Program((*takers, ThreadSpec("one reader", reader), ThreadSpec("other reader", reader)))


def _cut() -> Program:
    x, y = Location("x"), Location("y")

    async def waiter(t: Thread) -> None:
        while await t.read(x, ONCE) == 0:
            await t.write(y, 1, ONCE)

    async def writer(t: Thread) -> None:
        await t.write(y, 2, ONCE)
        await t.write(x, 1, ONCE)

    return Program((ThreadSpec("waiter", waiter), ThreadSpec("writer", writer), ThreadSpec("other writer", writer)))


def _build(fix: str, _protocol: str, sizes: Mapping[str, int]) -> Case:
    if fix == "deadlock":
        return Case(_deadlock())
    if fix == "cut":
        return Case(_cut())
    readers = sizes["readers"]
    if fix == "wrong":
        return Case(v4(readers), (Wrong(),))
    sealed = Goal("secret", "somebody reads the secret", lambda e: any(x.value == SECRET and x.reads for x in e.events))
    return Case(v4(readers), tuple(Copies(reader) for reader in range(1, readers + 1)), (sealed,))


SHARED = Scenario(
    name="shared",
    title="readers of a file that is sealed",
    text="Many executions of few accesses.",
    fixes=("none", "deadlock", "cut", "wrong"),
    protocols=("P2",),
    parameters={"readers": 3},
    small={"readers": 1},
    build=_build,
    expected={
        ("P2", "none", "sc"): frozenset(f"leak-{reader}" for reader in (1, 2, 3)),
        ("P2", "cut", "sc"): frozenset(),
    },
    ranges={"readers": range(1, 9)},
)
