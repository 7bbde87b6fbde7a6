"""Modelled threads with ``finally``, ``async with`` and ``except`` around what they decide.

An engine leaves a thread at its decisions, so handlers must neither add steps to a path that
goes on elsewhere nor swallow the end of a run.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from types import TracebackType

import pytest
from engine_results import assert_same, counts, scheduled, searched

from explorer.execution.location import Location
from explorer.memory.model import load_model
from explorer.program.errors import ScenarioError
from explorer.program.locks import SpinLock
from explorer.program.program import Body, Program, ThreadSpec
from explorer.program.thread import ONCE, Thread
from explorer.program.tree import Unfolding

X, Y, Z = Location("x"), Location("y"), Location("z")
LOCK = SpinLock("lock")


class Holding:
    """``async with Holding(t):`` a critical section."""

    def __init__(self, t: Thread) -> None:
        self._t = t

    async def __aenter__(self) -> None:
        await LOCK.acquire(self._t)

    async def __aexit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        await LOCK.release(self._t)


async def finally_writes(t: Thread) -> None:
    try:
        if await t.read(X, ONCE):
            await t.write(Y, 1, ONCE)
    finally:
        await t.write(Z, 1, ONCE)


async def nested_finally(t: Thread) -> None:
    try:
        try:
            if await t.read(X, ONCE):
                return
            await t.write(Y, 1, ONCE)
        finally:
            if await t.read(Y, ONCE):
                await t.write(Y, 2, ONCE)
    finally:
        await t.write(Z, 1, ONCE)


async def section(t: Thread) -> None:
    async with Holding(t):
        if await t.read(X, ONCE):
            await t.write(Y, 1, ONCE)


async def bare_except(t: Thread) -> None:
    try:
        if await t.read(X, ONCE):
            raise ValueError
    except:  # noqa: E722
        await t.write(Y, 1, ONCE)


async def except_and_raise_on(t: Thread) -> None:
    try:
        try:
            if await t.read(X, ONCE):
                raise ValueError
        except BaseException:
            await t.write(Y, 1, ONCE)
            raise
    except ValueError:
        await t.write(Z, 1, ONCE)


async def swallows(t: Thread) -> None:
    with suppress(BaseException):
        if await t.read(X, ONCE):
            raise ValueError
        await t.write(Y, 1, ONCE)
    await t.write(Z, 1, ONCE)


async def raises_another(t: Thread) -> None:
    try:
        if await t.read(X, ONCE):
            await t.write(Y, 1, ONCE)
    except BaseException as error:
        raise ValueError from error


async def assumes(t: Thread) -> None:
    try:
        await t.assume(await t.read(X, ONCE) == 1)
    finally:
        await t.write(Z, 1, ONCE)


async def loops(t: Thread) -> None:
    try:
        while await t.read(X, ONCE) == 0:
            pass
    finally:
        await t.write(Z, 1, ONCE)


async def waits(t: Thread) -> None:
    try:
        await t.wait_until(X, lambda v: v == 2, ONCE)
    finally:
        await t.write(Z, 1, ONCE)


# Complete, blocked, cut and dropped executions beside a thread that sets x: the read sees 0 or 1.
BESIDE_A_WRITER: list[tuple[Body, tuple[int, int, int, int]]] = [
    (finally_writes, (2, 0, 0, 0)),
    (nested_finally, (2, 0, 0, 0)),
    (section, (2, 0, 0, 0)),
    (bare_except, (2, 0, 0, 0)),
    (except_and_raise_on, (2, 0, 0, 0)),
    (swallows, (2, 0, 0, 0)),
    (raises_another, (2, 0, 0, 0)),
    (assumes, (1, 0, 0, 1)),
    # 1; or 0, one round, and 1; or 0 twice, and cut where a second round would begin.
    (loops, (2, 0, 1, 0)),
    (waits, (0, 1, 0, 0)),
]


async def writer(t: Thread) -> None:
    await t.write(X, 1, ONCE)


@pytest.mark.parametrize("model", ["sc", "pso", "armv8", "lkmm"])
@pytest.mark.parametrize(("body", "expected"), BESIDE_A_WRITER, ids=lambda value: getattr(value, "__name__", ""))
def test_counts_beside_a_writer(body: Body, expected: tuple[int, int, int, int], model: str) -> None:
    unfolding = Unfolding(Program((ThreadSpec("handler", body), ThreadSpec("writer", writer))), unroll=1)
    search = searched(unfolding, load_model(model))
    assert counts(search) == expected
    assert_same(search, scheduled(unfolding, load_model(model)))


async def indexes(t: Thread) -> None:
    with suppress(BaseException):
        [X, Y][await t.read(X, ONCE)]


async def decides_in_a_predicate(t: Thread) -> None:
    with suppress(BaseException):
        await t.wait_until(X, lambda v: v == 1 or v == 2, ONCE)  # noqa: PLR1714


async def follows_null(t: Thread) -> None:
    with suppress(BaseException):
        (await t.read(X, ONCE)).field  # noqa: B018


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (indexes, r"a value read from memory cannot be used as an index"),
        (decides_in_a_predicate, r"a wait's predicate, a condition or an update decides on a value"),
        (follows_null, r"null pointer|points to no"),
    ],
)
def test_modelled_code_cannot_swallow_what_is_wrong_with_it(body: Callable[[Thread], object], message: str) -> None:
    with pytest.raises(ScenarioError, match=message):
        searched(Unfolding(Program((ThreadSpec("P0", body),)), unroll=1), load_model("sc"))  # type: ignore[arg-type]
