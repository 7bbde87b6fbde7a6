"""Small programs for the scheduler's tests, and their executions found in another way."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from explorer.execution.location import Location
from explorer.program.locks import SpinLock
from explorer.program.program import Program, ThreadSpec
from explorer.program.request import Request
from explorer.program.thread import ONCE, Thread
from explorer.program.tree import Unfolding

Line = tuple[str, str] | tuple[str, str, int]
"""``("R", "x")``, ``("W", "x", 1)``, ``("+", "x", 1)`` (atomic add),
``("wait", "x", 1)``, ``("lock", "a")``, ``("unlock", "a")``."""


async def lines(t: Thread, memory: dict[str, Any], code: Sequence[Line]) -> None:
    """Straight-line code; every access is marked."""
    for operation, name, *operand in code:
        await request(t, operation, memory[name], *operand)


def request(t: Thread, operation: str, where: Any, operand: int = 0) -> Request:
    match operation:
        case "R":
            return t.read(where, ONCE)
        case "W":
            return t.write(where, operand, ONCE)
        case "+":
            return t.fetch("+", where, operand)
        case "wait":
            return t.wait_until(where, lambda value: value == operand)
        case "lock":
            acquisition: Request = where.acquire(t)
            return acquisition
        case "unlock":
            release: Request = where.release(t)
            return release
        case _:
            raise ValueError(operation)


def straight(*threads: Sequence[Line]) -> Unfolding:
    """The program with these threads, named P0, P1, ..."""
    memory: dict[str, Any] = {}
    for thread in threads:
        for operation, name, *_ in thread:
            if operation.endswith("lock"):
                memory.setdefault(name, SpinLock(name))
            else:
                memory.setdefault(name, Location(name))
    return program(*((lines, memory, tuple(thread)) for thread in threads))


def program(*threads: tuple[Any, ...], unroll: int = 2) -> Unfolding:
    """The program whose threads run ``(function, *arguments)``, named P0, P1, ..."""
    specs = tuple(ThreadSpec(f"P{i}", thread[0], thread[1:]) for i, thread in enumerate(threads))
    return Unfolding(Program(specs), unroll)


def interleaved(threads: Sequence[Sequence[Line]]) -> set[object]:
    """The sequentially consistent behaviours of straight-line code.

    Runs every interleaving on a memory that holds the last write of each location, until no
    thread can go on.  A behaviour is how far each thread gets, which write each step reads
    (none for the initial value) and the order of the writes per location.
    """
    found: set[object] = set()

    def go(
        positions: tuple[int, ...], memory: dict[str, tuple[tuple[tuple[int, int], int], ...]], reads: frozenset[Any]
    ) -> None:
        stuck = True
        for thread, position in enumerate(positions):
            if position == len(threads[thread]):
                continue
            operation, name, *operands = threads[thread][position]
            operand = operands[0] if operands else 0
            writes = memory.get(name, ())
            last = writes[-1][1] if writes else 0
            if (operation == "wait" and last != operand) or (operation == "lock" and last != 0):
                continue
            stuck = False
            step = (thread, position)
            stored = {"W": operand, "+": last + operand, "lock": 1, "unlock": 0}
            go(
                (*positions[:thread], position + 1, *positions[thread + 1 :]),
                {**memory, name: (*writes, (step, stored[operation]))} if operation in stored else memory,
                reads if operation in ("W", "unlock") else reads | {(step, writes[-1:])},
            )
        if stuck:
            found.add((positions, reads, frozenset(memory.items())))

    go((0,) * len(threads), {}, frozenset())
    return found
