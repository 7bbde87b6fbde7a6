"""Executions that no engine builds, for the axioms that only these can fail."""

from __future__ import annotations

from explorer.execution.event import Event
from explorer.execution.execution import Execution
from explorer.execution.kinds import Kind, Tag
from explorer.execution.location import Location
from explorer.execution.relation import empty, from_pairs

X = Location("x")


def split_rmw(*, paired: bool = True) -> Execution:
    """P0 reads x and writes 1 as one RMW; P1's 2 comes between. Without the pair it is a load and a store."""
    read, write = (0, Kind.READ, 0), (0, Kind.WRITE, 1)
    between = (1, Kind.WRITE, 2)
    return _execution(
        (read, write, between), source_of=(-1, 0, -1, -1), coherence=(0, 3, 2), rmw=[(1, 2)] if paired else []
    )


def own_future() -> Execution:
    """One thread reads x and then writes the value that it read."""
    return _execution(((0, Kind.READ, 1), (0, Kind.WRITE, 1)), source_of=(-1, 2, -1), coherence=(0, 2), rmw=[])


def _execution(
    accesses: tuple[tuple[int, Kind, int], ...],
    source_of: tuple[int, ...],
    coherence: tuple[int, ...],
    rmw: list[tuple[int, int]],
) -> Execution:
    """Accesses of x (thread, kind, value) behind its initial write, thread by thread."""
    threads = [thread for thread, _kind, _value in accesses]
    size = len(accesses) + 1
    return Execution(
        threads=tuple(f"P{thread}" for thread in range(max(threads) + 1)),
        events=(
            Event(-1, 0, Kind.INITIAL, None, X, 0),
            *(
                Event(thread, threads[:i].count(thread), kind, Tag.ONCE, X, value)
                for i, (thread, kind, value) in enumerate(accesses)
            ),
        ),
        source_of=source_of,
        coherence=(coherence,),
        rmw=from_pairs(size, rmw),
        addr=empty(size),
        data=empty(size),
        ctrl=empty(size),
        ctrl_later=empty(size),
    )
