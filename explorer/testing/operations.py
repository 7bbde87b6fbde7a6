"""Small programs written down as data.

A thread is a tuple of operations and has one register: what it last read.  Operations are
plain records whose repr is what they are built from, so a failing example can be pasted
into a test.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias

from explorer.execution.kinds import Tag
from explorer.execution.location import Location, Object
from explorer.program.locks import PageLock, RwSemaphore, SpinLock
from explorer.program.program import Program, ThreadSpec
from explorer.program.thread import Order, Thread
from explorer.program.tree import Unfolding

UNROLL = 2
"""Rounds of a ``Spin``."""

Lock: TypeAlias = Literal["spin", "page", "rwsem for reading", "rwsem for writing"]

Operand: TypeAlias = int | Literal["r", "r + 1"]
"""A constant, or something computed from the register."""


class Box(Object):
    """An object with one location, to be pointed to."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.field = Location(f"{name}.field")


@dataclass(frozen=True)
class Memory:
    """What the threads share. ``pointer`` holds one of the boxes, at first ``a``."""

    x: Location = field(default_factory=lambda: Location("x"))
    y: Location = field(default_factory=lambda: Location("y"))
    a: Box = field(default_factory=lambda: Box("a"))
    b: Box = field(default_factory=lambda: Box("b"))
    pointer: Location = field(default_factory=lambda: Location("pointer"))
    spin: SpinLock = field(default_factory=lambda: SpinLock("spin"))
    page: PageLock = field(default_factory=lambda: PageLock("page"))
    rwsem: RwSemaphore = field(default_factory=lambda: RwSemaphore("rwsem"))

    def __post_init__(self) -> None:
        self.pointer.initial = self.a

    def location(self, name: str) -> Location:
        """The location that operations name ``x`` or ``y``."""
        return self.x if name == "x" else self.y


def value_of(operand: Operand, register: Any) -> Any:
    """The value of an operand."""
    match operand:
        case "r":
            return register
        case "r + 1":
            return register + 1
        case _:
            return operand


@dataclass(frozen=True)
class Operation:
    """One statement. ``run`` gives the register's new value."""

    async def run(self, t: Thread, memory: Memory, register: Any) -> Any:
        raise NotImplementedError


Operations: TypeAlias = tuple[Operation, ...]
Threads: TypeAlias = Sequence[Operations]


@dataclass(frozen=True)
class Read(Operation):
    """A load."""

    location: str
    order: str = "once"

    async def run(self, t: Thread, memory: Memory, register: Any) -> Any:
        return await t.read(memory.location(self.location), Order(self.order))


@dataclass(frozen=True)
class Write(Operation):
    """A store."""

    location: str
    operand: Operand
    order: str = "once"

    async def run(self, t: Thread, memory: Memory, register: Any) -> Any:
        await t.write(memory.location(self.location), value_of(self.operand, register), Order(self.order))
        return register


@dataclass(frozen=True)
class Fence(Operation):
    """A fence, by the name of its tag."""

    tag: str

    async def run(self, t: Thread, memory: Memory, register: Any) -> Any:
        await t.fence(Tag(self.tag))
        return register


@dataclass(frozen=True)
class Exchange(Operation):
    """xchg()."""

    location: str
    operand: Operand
    order: str = "full"

    async def run(self, t: Thread, memory: Memory, register: Any) -> Any:
        location = memory.location(self.location)
        return await t.exchange(location, value_of(self.operand, register), Order(self.order))


@dataclass(frozen=True)
class CompareExchange(Operation):
    """cmpxchg()."""

    location: str
    expected: Operand
    operand: Operand
    order: str = "full"

    async def run(self, t: Thread, memory: Memory, register: Any) -> Any:
        location = memory.location(self.location)
        expected, operand = value_of(self.expected, register), value_of(self.operand, register)
        return await t.compare_exchange(location, expected, operand, Order(self.order))


@dataclass(frozen=True)
class Fetch(Operation):
    """An atomic operation of one of ``+ - & | ^``; ``result`` is what the register gets, None for none."""

    operator: str
    location: str
    operand: Operand
    order: str = "full"
    result: Literal["old", "new"] | None = "old"

    async def run(self, t: Thread, memory: Memory, register: Any) -> Any:
        location, operand = memory.location(self.location), value_of(self.operand, register)
        gives = await t.fetch(self.operator, location, operand, Order(self.order), result=self.result)
        return register if self.result is None else gives


@dataclass(frozen=True)
class Locked(Operation):
    """A critical section under one of the kernel's locks."""

    lock: Lock
    body: Operations

    async def run(self, t: Thread, memory: Memory, register: Any) -> Any:
        match self.lock:
            case "spin":
                await memory.spin.acquire(t)
            case "page":
                await memory.page.acquire(t)
            case "rwsem for reading":
                await memory.rwsem.down_read(t)
            case "rwsem for writing":
                await memory.rwsem.down_write(t)
        register = await run_all(t, memory, self.body, register)
        match self.lock:
            case "spin":
                await memory.spin.release(t)
            case "page":
                await memory.page.release(t)
            case "rwsem for reading":
                await memory.rwsem.up_read(t)
            case "rwsem for writing":
                await memory.rwsem.up_write(t)
        return register


@dataclass(frozen=True)
class WaitUntil(Operation):
    """Waits for a value."""

    location: str
    operand: Operand
    order: str = "once"

    async def run(self, t: Thread, memory: Memory, register: Any) -> Any:
        wanted = value_of(self.operand, register)
        return await t.wait_until(memory.location(self.location), lambda value: value == wanted, Order(self.order))


@dataclass(frozen=True)
class WaitUpdate(Operation):
    """Waits for a value, and replaces it atomically."""

    location: str
    expected: Operand
    operand: Operand
    order: str = "full"

    async def run(self, t: Thread, memory: Memory, register: Any) -> Any:
        location = memory.location(self.location)
        expected, operand = value_of(self.expected, register), value_of(self.operand, register)
        return await t.wait_rmw(location, lambda old: old == expected, lambda _old: operand, Order(self.order))


@dataclass(frozen=True)
class If(Operation):
    """Decides on whether the register has a value."""

    value: int
    then: Operations
    otherwise: Operations = ()

    async def run(self, t: Thread, memory: Memory, register: Any) -> Any:
        if register == self.value:
            return await run_all(t, memory, self.then, register)
        return await run_all(t, memory, self.otherwise, register)


@dataclass(frozen=True)
class Assume(Operation):
    """Drops the executions in which the register has another value."""

    value: int

    async def run(self, t: Thread, memory: Memory, register: Any) -> Any:
        await t.assume(register == self.value)
        return register


@dataclass(frozen=True)
class Spin(Operation):
    """Reads again until the value is there; cut after ``UNROLL`` rounds."""

    location: str
    value: int

    async def run(self, t: Thread, memory: Memory, register: Any) -> Any:
        while await t.read(memory.location(self.location), Order.ONCE) != self.value:
            pass
        return register


@dataclass(frozen=True)
class Publish(Operation):
    """Lets the pointer point to a box."""

    box: Literal["a", "b"]
    order: str = "release"

    async def run(self, t: Thread, memory: Memory, register: Any) -> Any:
        await t.write(memory.pointer, memory.a if self.box == "a" else memory.b, Order(self.order))
        return register


@dataclass(frozen=True)
class Follow(Operation):
    """Reads the pointer; then reads the box that it points to, or writes to it."""

    operand: Operand | None = None

    async def run(self, t: Thread, memory: Memory, register: Any) -> Any:
        box = await t.read(memory.pointer, Order.ONCE)
        if self.operand is None:
            return await t.read(box.field, Order.ONCE)
        await t.write(box.field, value_of(self.operand, register), Order.ONCE)
        return register


async def run_all(t: Thread, memory: Memory, operations: Operations, register: Any) -> Any:
    """Run operations one after the other; gives the register's last value."""
    for operation in operations:
        register = await operation.run(t, memory, register)
    return register


async def _thread(t: Thread, memory: Memory, operations: Operations) -> None:
    await run_all(t, memory, operations, 0)


def program(threads: Threads) -> Program:
    """The program of these threads, named P0, P1, ..., with a memory of its own."""
    memory = Memory()
    return Program(tuple(ThreadSpec(f"P{i}", _thread, (memory, thread)) for i, thread in enumerate(threads)))


def unfold(threads: Threads) -> Unfolding:
    """The same, unfolded."""
    return Unfolding(program(threads), UNROLL)


@dataclass(frozen=True)
class RandomProgram:
    """Threads that share a memory: what ``programs()`` draws, and what it prints."""

    threads: Threads

    @property
    def program(self) -> Program:
        """The program, made anew."""
        return program(self.threads)
