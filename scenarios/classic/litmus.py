"""The classic litmus tests, which tell the models apart.

Every access is READ_ONCE or WRITE_ONCE, so nothing but the model orders them.  The names
are those of the field (Alglave, Maranget, Tautschnig, "Herding cats", TOPLAS 2014).
Every call builds a new program with locations of its own.
"""

from __future__ import annotations

from explorer.execution.location import Location
from explorer.program.program import Program, ThreadSpec
from explorer.program.thread import ONCE, Thread


async def _write(t: Thread, *stores: tuple[Location, int]) -> None:
    for location, value in stores:
        await t.write(location, value, ONCE)


async def _read(t: Thread, *locations: Location) -> None:
    for location in locations:
        await t.read(location, ONCE)


async def _write_then_read(t: Thread, written: Location, read: Location) -> None:
    await t.write(written, 1, ONCE)
    await t.read(read, ONCE)


async def _read_then_write(t: Thread, read: Location, written: Location) -> None:
    await t.read(read, ONCE)
    await t.write(written, 1, ONCE)


def store_buffering() -> Program:
    """SB: each thread writes its own location and then reads the other's."""
    x, y = Location("x"), Location("y")
    return Program((ThreadSpec("P0", _write_then_read, (x, y)), ThreadSpec("P1", _write_then_read, (y, x))))


def message_passing() -> Program:
    """MP: data, then a flag; the reader looks at the flag first."""
    data, flag = Location("data"), Location("flag")
    return Program((ThreadSpec("P0", _write, ((data, 1), (flag, 1))), ThreadSpec("P1", _read, (flag, data))))


def load_buffering() -> Program:
    """LB: each thread reads the other's location and then writes its own."""
    x, y = Location("x"), Location("y")
    return Program((ThreadSpec("P0", _read_then_write, (x, y)), ThreadSpec("P1", _read_then_write, (y, x))))


def two_plus_two_writes() -> Program:
    """2+2W: two threads write two locations in opposite orders."""
    x, y = Location("x"), Location("y")
    return Program((ThreadSpec("P0", _write, ((x, 1), (y, 2))), ThreadSpec("P1", _write, ((y, 1), (x, 2)))))


def coherent_reads() -> Program:
    """CoRR: one location, one writer, two reads in a row."""
    x = Location("x")
    return Program((ThreadSpec("P0", _write, ((x, 1),)), ThreadSpec("P1", _read, (x, x))))


def independent_reads() -> Program:
    """IRIW: two independent writers, two readers that look in opposite orders."""
    x, y = Location("x"), Location("y")
    return Program(
        (
            ThreadSpec("P0", _write, ((x, 1),)),
            ThreadSpec("P1", _write, ((y, 1),)),
            ThreadSpec("P2", _read, (x, y)),
            ThreadSpec("P3", _read, (y, x)),
        )
    )


def write_to_read_causality() -> Program:
    """WRC: a write, seen by a thread that then writes, seen by a third that looks for the first."""
    x, y = Location("x"), Location("y")
    return Program(
        (
            ThreadSpec("P0", _write, ((x, 1),)),
            ThreadSpec("P1", _read_then_write, (x, y)),
            ThreadSpec("P2", _read, (y, x)),
        )
    )


def writers(count: int) -> Program:
    """``count`` threads write one location, each its own value."""
    x = Location("x")
    return Program(tuple(ThreadSpec(f"P{i}", _write, ((x, i + 1),)) for i in range(count)))
