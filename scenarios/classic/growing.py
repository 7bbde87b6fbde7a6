"""Classic programs that grow by a size, for counts and timing.

Their executions are counted by hand in ``scenarios/classic/counts.py``.  Every access is
READ_ONCE, WRITE_ONCE or a relaxed atomic operation.
"""

from __future__ import annotations

from collections.abc import Sequence

from explorer.execution.location import Location
from explorer.program.program import Program, ThreadSpec
from explorer.program.thread import ONCE, Thread


async def _increment(t: Thread, x: Location) -> None:
    await t.write(x, await t.read(x, ONCE) + 1, ONCE)


async def _increment_atomically(t: Thread, x: Location) -> None:
    await t.fetch("+", x, 1, ONCE)


async def _write(t: Thread, *locations: Location) -> None:
    for location in locations:
        await t.write(location, 1, ONCE)


async def _read(t: Thread, *locations: Location) -> None:
    for location in locations:
        await t.read(location, ONCE)


async def _one_more_than_the_cell_before(t: Thread, before: Location, cell: Location) -> None:
    await t.write(cell, await t.read(before, ONCE) + 1, ONCE)


async def _find_last_zero(t: Thread, cells: Sequence[Location]) -> None:
    for cell in reversed(cells):
        if await t.read(cell, ONCE) == 0:
            break


def increments(count: int) -> Program:
    """``count`` threads add one to a counter, each by a load and a store."""
    x = Location("x")
    return Program(tuple(ThreadSpec(f"P{i}", _increment, (x,)) for i in range(count)))


def atomic_increments(count: int) -> Program:
    """``count`` threads add one to a counter, each by an atomic operation."""
    x = Location("x")
    return Program(tuple(ThreadSpec(f"P{i}", _increment_atomically, (x,)) for i in range(count)))


def last_zero(count: int) -> Program:
    """Thread j of ``count`` makes cell j one more than cell j - 1; one thread looks for the last zero, from the end.

    ``lastzero`` of Abdulla, Aronis, Jonsson, Sagonas, "Optimal dynamic partial order
    reduction", POPL 2014.
    """
    cells = [Location(f"cell{i}") for i in range(count + 1)]
    return Program(
        (
            ThreadSpec("finder", _find_last_zero, (cells,)),
            *(
                ThreadSpec(f"P{i}", _one_more_than_the_cell_before, (cells[i - 1], cells[i]))
                for i in range(1, count + 1)
            ),
        )
    )


def readers(count: int) -> Program:
    """One thread stores a location, ``count`` threads load it."""
    x = Location("x")
    return Program((ThreadSpec("writer", _write, (x,)), *(ThreadSpec(f"P{i}", _read, (x,)) for i in range(count))))


def readers_of_their_own(count: int) -> Program:
    """One thread stores a location; each of ``count`` threads loads a location of its own first, then that one."""
    x = Location("x")
    return Program(
        (
            ThreadSpec("writer", _write, (x,)),
            *(ThreadSpec(f"P{i}", _read, (Location(f"y{i}"), x)) for i in range(count)),
        )
    )


def messages(count: int) -> Program:
    """MP with ``count`` readers: one thread stores data and then a flag, the others load the flag and then the data."""
    data, flag = Location("data"), Location("flag")
    return Program(
        (
            ThreadSpec("writer", _write, (data, flag)),
            *(ThreadSpec(f"P{i}", _read, (flag, data)) for i in range(count)),
        )
    )
