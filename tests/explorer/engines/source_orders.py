"""Straight-line programs, and every order of their statements that a compiler may leave.

A thread is a tuple of statements; what is stored, and the object that is looked into, may be
what an earlier load of the thread gave.  ``source_orders`` are the programs that a compiler
may make of one; nothing of it is shared with the engines or the rules in cat.  Events are
told apart by their thread and statement, so executions of all these programs can be compared.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby, permutations, product
from typing import Any, Literal, TypeAlias

from explorer.execution.execution import Execution
from explorer.execution.kinds import Kind, Tag
from explorer.execution.location import Location, Object
from explorer.program.program import Program, ThreadSpec, kernel
from explorer.program.thread import Order, Thread
from explorer.program.tree import Unfolding


class Box(Object):
    """An object with one location, to be pointed to."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.field = Location(f"{name}.field")


class Memory:
    """``x``, ``y``, ``z`` and ``u`` hold numbers, ``p`` points to one of two boxes, at first ``a``."""

    def __init__(self) -> None:
        self.boxes = {name: Box(name) for name in "ab"}
        self.places = {name: Location(name) for name in "xyzu"} | {"p": Location("p", self.boxes["a"])}
        self.places |= {name: box.field for name, box in self.boxes.items()}


@dataclass(frozen=True)
class From:
    """What the load gave that is this statement of the thread."""

    statement: int


Where: TypeAlias = "str | From"
"""``x``, ``y``, ``z``, ``u``, ``p``; ``a`` or ``b`` for the field of that box, or that of the box that a load gave."""

Stored: TypeAlias = "int | From | Literal['&a', '&b']"


@dataclass(frozen=True)
class Load:
    where: Where
    order: str = "plain"
    file: str = ""


@dataclass(frozen=True)
class Store:
    where: Where
    value: Stored = 1
    order: str = "plain"
    file: str = ""


@dataclass(frozen=True)
class Swap:
    """An exchange: an RMW, whatever its order."""

    where: str
    value: int
    order: str = "full"


@dataclass(frozen=True)
class Fence:
    tag: str


Statement: TypeAlias = Load | Store | Swap | Fence
Code: TypeAlias = tuple[Statement, ...]

# ---- running them


async def _make(t: Thread, statement: Statement, memory: Memory, given: dict[int, Any], at: str) -> Any:
    def place(where: Where) -> Any:
        return given[where.statement].field if isinstance(where, From) else memory.places[where]

    match statement:
        case Load():
            return await t.read(place(statement.where), Order(statement.order), at=at)
        case Store(value=From(source)):
            await t.write(place(statement.where), given[source], Order(statement.order), at=at)
        case Store(value=str(name)):
            await t.write(place(statement.where), memory.boxes[name[1]], Order(statement.order), at=at)
        case Store():
            await t.write(place(statement.where), statement.value, Order(statement.order), at=at)
        case Swap():
            return await t.exchange(place(statement.where), statement.value, Order(statement.order), at=at)
        case Fence(tag):
            await t.fence(Tag(tag), at=at)
    return None


@kernel("mm/one.c")
async def _in_one(*arguments: Any) -> Any:
    return await _make(*arguments)


@kernel("mm/two.c")
async def _in_two(*arguments: Any) -> Any:
    return await _make(*arguments)


@kernel("include/linux/three.h")
async def _in_header(*arguments: Any) -> Any:
    return await _make(*arguments)


@kernel("mm/one.c")
async def _inlined_in_one(*arguments: Any) -> Any:
    return await _in_header(*arguments)


_FILES = {"": _make, "one": _in_one, "two": _in_two, "inlined in one": _inlined_in_one}


async def _thread(t: Thread, code: Code, order: tuple[int, ...], memory: Memory) -> None:
    given: dict[int, Any] = {}
    for number in order:
        make = _FILES[_file_of(code[number])]
        given[number] = await make(t, code[number], memory, given, f"S{number}")


def unfold(threads: Sequence[Code], orders: Sequence[tuple[int, ...]] | None = None) -> Unfolding:
    """The program, each thread with its statements in this order."""
    memory = Memory()
    taken = orders or [tuple(range(len(code))) for code in threads]
    specs = [
        ThreadSpec(f"P{i}", _thread, (code, order, memory))
        for i, (code, order) in enumerate(zip(threads, taken, strict=True))
    ]
    return Unfolding(Program(tuple(specs)), unroll=1)


# ---- what a compiler may do with them


def _file_of(statement: Statement) -> str:
    return statement.file if isinstance(statement, Load | Store) else ""


def _runs(code: Code) -> list[list[int]]:
    """The statements, cut where a compiler does not look beyond: a run has more than one only if all are plain."""

    def run(number: int) -> object:
        statement = code[number]
        plain = isinstance(statement, Load | Store) and statement.order == "plain"
        return _file_of(statement).removeprefix("inlined in ") if plain else number

    return [list(group) for _key, group in groupby(range(len(code)), run)]


def _inputs(statement: Statement) -> set[int]:
    """The loads that give a statement its place or its value."""
    parts = (getattr(statement, "where", None), getattr(statement, "value", None))
    return {part.statement for part in parts if isinstance(part, From)}


def source_orders(threads: Sequence[Code]) -> Iterator[tuple[tuple[int, ...], ...]]:
    """Per thread an order of its statements: exchanged within runs, and nothing before what it needs."""
    ways = []
    for code in threads:
        pieces = product(*[permutations(run) for run in _runs(code)])
        orders = [tuple(number for piece in each for number in piece) for each in pieces]
        ways.append([order for order in orders if _runs_after_inputs(code, order)])
    yield from product(*ways)


def _runs_after_inputs(code: Code, order: tuple[int, ...]) -> bool:
    return all(order.index(source) < place for place, n in enumerate(order) for source in _inputs(code[n]))


def keeps_places(execution: Execution, threads: Sequence[Code], orders: Sequence[tuple[int, ...]]) -> bool:
    """Whether no two accesses of one location have been exchanged, nor what such a pair and inputs hold together."""
    where = {_name(event)[:2]: event.location for event in execution.events if event.thread >= 0}
    for thread, (code, order) in enumerate(zip(threads, orders, strict=True)):
        for run in _runs(code):
            # Per statement those before which it must come, itself included; the last first.
            behind: dict[int, set[int]] = {}
            for first in reversed(run):
                behind[first] = {first}.union(
                    *(
                        behind[later]
                        for later in run[run.index(first) + 1 :]
                        if first in _inputs(code[later]) or where[thread, f"S{first}"] is where[thread, f"S{later}"]
                    )
                )
                if any(order.index(later) < order.index(first) for later in behind[first]):
                    return False
    return True


# ---- comparing executions


def _name(event: Any) -> tuple[int, str, str]:
    """Thread, statement and, for the halves and fences of an RMW, what the event is."""
    assert event.source is not None
    return event.thread, event.source.step, event.kind.value


def key(execution: Execution) -> object:
    """The events with their values, where each read read from, and the coherence orders: by thread and statement."""

    def name(position: int) -> object:
        event = execution.events[position]
        return _name(event) if event.thread >= 0 else event.location and event.location.name

    return (
        frozenset(
            (name(i), event.location.name, repr(event.value))
            for i, event in enumerate(execution.events)
            if event.location is not None and event.kind is not Kind.INITIAL
        ),
        frozenset((name(read), name(write)) for read, write in enumerate(execution.source_of) if write >= 0),
        frozenset(tuple(map(name, order)) for order in execution.coherence if len(order) > 1),
    )


def keys(executions: Iterable[Execution]) -> set[object]:
    """The executions as keys, which tell them all apart."""
    each = list(executions)
    found = {key(execution) for execution in each}
    assert len(found) == len(each)
    return found
