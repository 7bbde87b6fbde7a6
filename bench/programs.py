"""The programs whose search is timed: families that grow by a size, their executions known beforehand."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from explorer.program.program import Program
from scenarios.classic.counts import (
    atomic_increments_count,
    increments_count,
    last_zero_count,
    messages_count,
    readers_count,
    v4_count,
    writers_count,
)
from scenarios.classic.growing import (
    atomic_increments,
    increments,
    last_zero,
    messages,
    readers,
    readers_of_their_own,
)
from scenarios.classic.litmus import writers
from scenarios.classic.v4 import v4

QUICK = {"sc": 10_000, "tso": 10_000, "pso": 10_000, "armv8": 4_000, "lkmm": 4_000}
"""Per model the executions of the largest program that a quick run takes."""


@dataclass(frozen=True)
class Family:
    """Programs of one kind.

    Attributes:
        series: the name of the family.
        prefix: a program's name without its size.
        build: makes the program of a size.
        count: the executions of a size under a model.
        sizes: per model the sizes to time, in growing order.
    """

    series: str
    prefix: str
    build: Callable[[int], Program]
    count: Callable[[int, str], int]
    sizes: Mapping[str, tuple[int, ...]]

    def name(self, size: int) -> str:
        return f"{self.prefix}{size}"

    def chosen(self, model: str, *, quick: bool) -> tuple[int, ...]:
        """The sizes to time under a model."""
        return tuple(size for size in self.sizes[model] if not quick or self.count(size, model) <= QUICK[model])


_V4 = (1, 2, 3, 4)
_WRITERS = (4, 6, 7)

FAMILIES = (
    Family("v4", "v4-r", v4, v4_count, {"sc": (*_V4, 5), "tso": _V4, "pso": _V4, "lkmm": _V4}),
    Family(
        "writers",
        "writers-",
        writers,
        writers_count,
        {"sc": (*_WRITERS, 8), "tso": _WRITERS, "pso": _WRITERS, "armv8": _WRITERS, "lkmm": _WRITERS},
    ),
    Family("increments", "increments-", increments, increments_count, {"sc": (2, 3, 4, 5), "lkmm": (2, 3, 4, 5)}),
    Family("atomics", "atomics-", atomic_increments, atomic_increments_count, {"sc": (4, 6, 7, 8), "lkmm": (4, 6, 7)}),
    Family("last-zero", "last-zero-", last_zero, last_zero_count, {"sc": (4, 6, 8, 10, 12), "lkmm": (4, 6, 8, 10)}),
    Family("readers", "readers-", readers, readers_count, {"sc": (4, 8, 12, 14), "lkmm": (4, 8, 12)}),
    Family(
        "own-readers", "own-readers-", readers_of_their_own, readers_count, {"sc": (4, 8, 12, 14), "lkmm": (4, 8, 12)}
    ),
    Family("messages", "messages-", messages, messages_count, {"sc": (2, 4, 6, 8), "lkmm": (2, 4, 6, 7)}),
)


def find_program(name: str) -> tuple[Family, int]:
    """The family and the size of a program, one that is not timed included; ValueError for no such name."""
    for family in FAMILIES:
        size = name.removeprefix(family.prefix)
        if size != name and size.isascii() and size.isdigit() and int(size) > 0:
            return family, int(size)
    known = ", ".join(f"{family.prefix}N" for family in FAMILIES)
    raise ValueError(f"there is no program {name!r}: choose from {known}, N from 1")
