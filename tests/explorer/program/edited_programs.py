"""Small programs to edit, with the sites that they have."""

from __future__ import annotations

from collections.abc import Iterable

from explorer.execution.execution import Execution
from explorer.execution.location import Location
from explorer.memory.model import load_model
from explorer.program.edits import Edit, edited
from explorer.program.program import Program, ThreadSpec, kernel
from explorer.program.sites import Does, Site, SiteFacts, sites_of, unfold_all
from explorer.program.thread import ONCE, RELEASE, Thread
from explorer.program.tree import Unfolding
from explorer.search.explore import Search

X, Y = Location("x"), Location("y")


@kernel("kernel/toy.c")
async def publish(t: Thread) -> None:
    await t.write(X, 1, at="W1 data")
    await t.write(Y, 1, ONCE, at="W2 flag")


async def consume(t: Thread) -> None:
    if await t.read(Y, ONCE, at="R1 flag"):
        await t.read(X, ONCE, at="R2 data")


async def count(t: Thread, times: int) -> None:
    for _ in range(times):
        await t.fetch("+", X, 1, ONCE, at="C1 count")


async def take(t: Thread) -> None:
    old = await t.compare_exchange(X, 0, 1, at="T1 take")
    if old == 0:
        await t.write(X, 0, RELEASE, at="T2 give back")


def message() -> Program:
    """Message passing: data, then a flag; the flag, then data."""
    return Program((ThreadSpec("left", publish), ThreadSpec("right", consume)))


def counting(times: int = 2) -> Program:
    """Two threads that count by the same line."""
    return Program(tuple(ThreadSpec(f"counter {i}", count, (times,)) for i in range(2)))


def taking() -> Program:
    """Two threads that take something, or find it taken."""
    return Program(tuple(ThreadSpec(f"taker {i}", take) for i in range(2)))


def facts(program: Program) -> dict[str, SiteFacts]:
    """The sites of a program by their labels, every path unfolded."""
    unfolding = Unfolding(program, 3)
    unfold_all(unfolding)
    return {site.label: found for site, found in sites_of(unfolding).items()}


def site(program: Program, label: str) -> Site:
    return facts(program)[label].site


def executions(program: Program, model: str, edits: Iterable[Edit] = ()) -> list[Execution]:
    """All executions that a model allows of a program with these edits."""
    search = Search(Unfolding(edited(program, edits), 3), load_model(model), reduced=False)
    return [leaf.execution for leaf in search if leaf is not None]


def updates_of(program: Program) -> list[Site]:
    return [found.site for found in facts(program).values() if found.site.does is Does.UPDATE]
