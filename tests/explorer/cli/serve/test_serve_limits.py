"""What a window may have: memory and time, of pages and of runs; and what it is told where that is not enough."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import trio

from explorer.cli.serve import desk as desks
from explorer.cli.serve import run_work
from explorer.cli.serve.answer import Answer, Served, limited
from explorer.cli.serve.choices import start
from explorer.cli.serve.desk import Desk, open_desk
from explorer.cli.serve.run_work import begin, go_on

SERVED = Served("out", ())


@pytest.fixture(autouse=True)
def uncapped(monkeypatch: pytest.MonkeyPatch) -> None:
    """Work is done in this process here, whose memory stays as it is."""
    monkeypatch.setattr("explorer.cli.serve.answer.cap_memory", lambda: None)
    monkeypatch.setattr("explorer.cli.serve.run_work.cap_memory", lambda: None)


def token_of(scenario: str) -> str:
    return start(SERVED, scenario, "", "", "", "small").text.removeprefix("/at/")


def at_desk(work: Callable[[Desk], Awaitable[None]]) -> None:
    async def serve() -> None:
        async with open_desk(SERVED) as desk:
            await work(desk)

    trio.run(serve)


# Done in worker processes.


def sleep(_served: Served, seconds: float) -> Answer:
    time.sleep(seconds)
    return Answer(200, f"slept {seconds}")


def end(_served: Served) -> Answer:
    os.kill(os.getpid(), signal.SIGKILL)
    raise AssertionError


def test_a_process_has_its_memory_and_no_more() -> None:
    program = (
        "from explorer.cli.serve.answer import MEMORY, cap_memory\n"
        "cap_memory()\n"
        "half = bytearray(MEMORY // 2)\n"
        "try:\n    bytearray(MEMORY)\nexcept MemoryError:\n    print('capped')"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout == "capped\n"


def test_what_takes_too_much_memory_is_told() -> None:
    @limited
    def fill(_served: Served) -> Answer:
        raise MemoryError

    answer = fill(SERVED)
    assert answer.status == 400
    assert "<h1>this takes more than the 1024 MB that a window may have</h1>" in answer.text
    assert "<p>choose the small sizes, or explore it with sealrace explore</p>" in answer.text


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (OSError(28, "No space left on device", "out/x"), ["out/x: No space left on device", "try again"]),
        (
            RuntimeError("oops"),
            ["this is an error of sealrace itself", "please report it with what the terminal shows"],
        ),
    ],
)
def test_what_fails_is_told(error: Exception, said: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    @limited
    def fail(_served: Served) -> Answer:
        raise error

    answer = fail(SERVED)
    assert answer.status == 500
    assert f"<h1>{said[0]}</h1>\n<p>{said[1]}</p>" in answer.text
    assert ("RuntimeError: oops" in capsys.readouterr().err) == isinstance(error, RuntimeError)


def test_what_takes_too_long_is_ended_and_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(desks, "PAGE_SECONDS", 1.0)

    async def work(desk: Desk) -> None:
        answer = await desk.answer(sleep, 600)
        assert answer.status == 503
        assert "<h1>this takes more than the 1 s that a page may take</h1>" in answer.text

    at_desk(work)


def test_a_process_that_ends_is_told_and_another_one_goes_on() -> None:
    async def work(desk: Desk) -> None:
        answer = await desk.answer(end)
        assert answer.status == 503
        assert "<h1>the process that made this page has ended, perhaps for want of memory</h1>" in answer.text
        assert await desk.answer(sleep, 0) == Answer(200, "slept 0")

    at_desk(work)


def told_of(text: str) -> Any:
    return json.loads(text)


def test_a_run_ends_after_its_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run_work, "SECONDS", 0.0)
    told = begin(SERVED, token_of("inflight"), 100, 1)
    assert told.over
    assert told_of(told.text) == {
        "words": "INCOMPLETE: stopped after 0 s; 0 executions",
        "over": True,
        "executions": 0,
        "bars": [],
    }


def test_a_run_ends_after_its_executions(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run_work, "EXECUTIONS", 5)
    monkeypatch.setattr(run_work, "SLICE", 60.0)
    told = begin(SERVED, token_of("inflight"), None, 0)
    found = told_of(told.text)
    assert (found["words"], found["executions"]) == ("INCOMPLETE: stopped after 5 executions", 5)
    assert sum(bar["executions"] for bar in found["bars"]) == 5


def test_a_run_that_needs_too_much_memory_keeps_what_it_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run_work, "SLICE", 60.0)
    monkeypatch.setattr(run_work, "EXECUTIONS", 5)
    begin(SERVED, token_of("inflight"), None, 0)

    def fill(*_arguments: object) -> None:
        raise MemoryError

    monkeypatch.setattr("explorer.search.from_here.AllWaysOn.go_on", fill)
    told = go_on()
    assert told.over
    found = told_of(told.text)
    assert found["words"] == "INCOMPLETE: stopped at 1024 MB, which a window may have"
    assert found["executions"] == 5


def test_a_run_of_a_damaged_address_says_so() -> None:
    told = begin(SERVED, "sr1_x", None, 0)
    assert (told_of(told.text)["words"], told.over) == ("the token has letters that no token has", True)


def test_outcomes_beyond_those_listed_are_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run_work, "LISTED", 3)
    monkeypatch.setattr(run_work, "SLICE", 60.0)
    found = told_of(begin(SERVED, token_of("inflight"), None, 0).text)
    assert found["words"] == (
        "all continuations: 146 executions, "
        "1 dropped (an assumption of the scenario fails there, so they do not count); "
        "the first 3 of 7 outcomes are listed"
    )
    assert len(found["bars"]) == 3


def test_no_more_than_two_runs_go_on_at_a_time() -> None:
    """The third one waits until another has ended, and the end of a task ends its process."""
    told: dict[int, list[str]] = {number: [] for number in range(3)}

    async def tell(number: int, text: str) -> None:
        told[number].append(told_of(text)["words"])

    async def work(desk: Desk) -> None:
        text = token_of("seal-write")
        scopes = [trio.CancelScope() for _ in told]

        async def run(number: int) -> None:
            with scopes[number]:
                await desk.run(text, 100_000, number, partial(tell, number))

        with trio.fail_after(120):
            async with trio.open_nursery() as nursery:
                for number in (0, 1):
                    nursery.start_soon(run, number)
                while not (told[0] and told[1]):
                    await trio.sleep(0.05)
                nursery.start_soon(run, 2)
                while not told[2]:
                    await trio.sleep(0.05)
                assert told[2] == ["waits for the runs of other windows"]
                scopes[0].cancel()
                while len(told[2]) < 2:
                    await trio.sleep(0.05)
                nursery.cancel_scope.cancel()

    at_desk(work)
    assert " executions" in told[2][1]


def test_a_folder_of_reports_is_made_only_with_the_first(tmp_path: Path) -> None:
    assert start(Served(str(tmp_path / "out"), ()), "seal-write", "", "", "", "").status == 303
    assert not (tmp_path / "out").exists()
