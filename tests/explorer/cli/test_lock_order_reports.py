"""A violation of the lock order from the search to the picture."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from command_line import run

from explorer.lock_order import LockClass, LockOrder
from explorer.program.locks import PageLock, RwSemaphore
from explorer.program.program import Program, ThreadSpec
from explorer.program.thread import Thread
from explorer.scenario import Case, Parameters, Scenario


def build(fix: str, _protocol: str, _parameters: Parameters) -> Case:
    semaphore, page = RwSemaphore("i_rwsem"), PageLock("page.lock")

    async def truncate(t: Thread) -> None:
        await semaphore.down_write(t, at="T0 lock")
        await page.acquire(t, at="U1 lock")
        await page.release(t, at="U2 unlock")
        await semaphore.up_write(t, at="T6 unlock")

    async def read(t: Thread) -> None:
        if fix == "page-first":
            await page.acquire(t, at="G2 lock")
        await semaphore.down_read(t, at="R0 lock")
        await semaphore.up_read(t, at="R9 unlock")
        if fix == "page-first":
            await page.release(t, at="R6 unlock")

    program = Program((ThreadSpec("owner", truncate), ThreadSpec("reader", read)))
    order = LockOrder((LockClass("i_rwsem", (semaphore.word,)), LockClass("page lock", (page.word,))))
    return Case(program, (order,))


ORDERS = Scenario(
    name="orders",
    title="a page lock and a semaphore",
    text="The reader takes them one way or the other.",
    fixes=("none", "page-first"),
    protocols=("P2",),
    parameters={},
    small={},
    build=build,
    expected={("P2", "none", "sc"): frozenset(), ("P2", "page-first", "sc"): frozenset({"lock-order", "deadlock"})},
)


def test_a_violation_is_told_drawn_and_replayed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("scenarios.registry.scenarios", lambda: (ORDERS,))
    monkeypatch.chdir(tmp_path)
    result = run("explore", "orders", "--fix", "all", "--model", "sc", "--expect", "--json")
    assert result.exit_code == 0
    right, wrong = map(json.loads, result.output.splitlines())
    # One of the two is done before the other begins; the third way, each waits for the other.
    assert (right["executions"], right["verdict"]) == (2, "HOLDS")
    assert (wrong["executions"], wrong["blocked"], wrong["violating"]) == (2, 1, {"lock-order": 2})
    deadlock, order = wrong["reports"]
    assert deadlock.endswith("-deadlock.json")  # known before a scenario's own
    assert run("replay", order).output.startswith("reproduced: ")
    text = run("graph", order).output
    assert "VIOLATED: lock-order" in text
    told = "A thread acquires i_rwsem while it holds page.lock (page lock), which comes after it in the lock order."
    assert told in " ".join(text.split())
    (path,) = [line for line in text.splitlines() if "--po-->" in line]
    assert "R0" in path
    assert run("graph", order, "-f", "svg").exit_code == 0
