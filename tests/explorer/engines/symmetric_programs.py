"""Small programs with identical threads, and properties that treat these alike."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from explorer.execution.execution import Execution
from explorer.execution.location import Location
from explorer.program.locks import SpinLock
from explorer.program.program import Body, Program, ThreadSpec
from explorer.program.thread import FULL, ONCE, Thread
from explorer.property import Edge, Mark, Violation


def identical(count: int, body: Body, *arguments: object) -> Program:
    return Program(tuple(ThreadSpec(f"P{i}", body, arguments) for i in range(count)))


async def add_carelessly(t: Thread, x: Location) -> None:
    await t.write(x, await t.read(x, ONCE) + 1, ONCE)


async def add_atomically(t: Thread, x: Location) -> None:
    await t.fetch("+", x, 1, FULL)


async def add_once_if_zero(t: Thread, x: Location) -> None:
    await t.compare_exchange(x, 0, 1, FULL)


async def add_locked(t: Thread, x: Location, lock: SpinLock) -> None:
    await lock.acquire(t)
    await t.write(x, await t.read(x, ONCE) + 1, ONCE)
    await lock.release(t)


async def take_token(t: Thread, x: Location) -> None:
    """Take the one token that there is, and never give it back."""
    await t.wait_rmw(x, lambda tokens: tokens == 0, lambda _tokens: 1, FULL)


async def copy(t: Thread, source: Location, target: Location) -> None:
    """Half of load buffering."""
    await t.read(source, ONCE)
    await t.write(target, 1, ONCE)


def lost_updates(count: int) -> Program:
    return identical(count, add_carelessly, Location("x"))


def atomic_updates(count: int) -> Program:
    return identical(count, add_atomically, Location("x"))


def races_to_set(count: int) -> Program:
    return identical(count, add_once_if_zero, Location("x"))


def locked_updates(count: int) -> Program:
    return identical(count, add_locked, Location("x"), SpinLock("lock"))


def one_token(count: int) -> Program:
    return identical(count, take_token, Location("token"))


def load_buffering(count: int) -> Program:
    """``count`` threads read x and then write y, as many read y and then write x."""
    x, y = Location("x"), Location("y")
    there = tuple(ThreadSpec(f"P{i}", copy, (x, y)) for i in range(count))
    back = tuple(ThreadSpec(f"Q{i}", copy, (y, x)) for i in range(count))
    return Program((*there, *back))


PROGRAMS: dict[str, Callable[[int], Program]] = {
    "lost updates": lost_updates,
    "atomic updates": atomic_updates,
    "races to set": races_to_set,
    "locked updates": locked_updates,
    "one token": one_token,
}


@dataclass(frozen=True)
class EndsBelow:
    """The last value of the first location is below a number."""

    number: int
    name: str = "below"
    alike: bool = True

    def find(self, execution: Execution, _before: object) -> Violation | None:
        if not execution.coherence:
            return None
        last = execution.coherence[0][-1]
        value = execution.events[last].value
        if not isinstance(value, int) or value >= self.number:
            return None
        path = tuple(Edge(a, b, "co") for a, b in zip(execution.coherence[0], execution.coherence[0][1:], strict=False))
        return Violation(self.name, path, (Mark(last, "last"),), f"It ends at {value}.")


@dataclass(frozen=True)
class FirstThreadReads:
    """The thread with index 0 reads this value: a property that names a thread, and says so by default."""

    value: int
    name: str = "first"

    def find(self, execution: Execution, _before: object) -> Violation | None:
        for event in execution.thread_events(0):
            if execution.events[event].reads and execution.events[event].value == self.value:
                return Violation(self.name, (), (Mark(event, "read"),), "P0 read it.")
        return None
