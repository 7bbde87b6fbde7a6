"""The worker processes of the server: a few that make pages, and one for each run from a state."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from typing import Any

import trio
import trio_parallel

from explorer.cli.serve.answer import SMALLER, Answer, Served, problem
from explorer.cli.serve.run_work import Told, begin, go_on, words

PAGES = 2
"""Processes that make pages: while one unfolds a program for seconds, other windows have the other."""

RUNS = 2
"""Runs at a time; others wait for their turn."""

PAGE_SECONDS = 30.0
"""What a page may take: the largest shipped program takes 3 s, once."""

_GRACE_SECONDS = 0.5


class Desk:
    """Hands work to processes; a task that is cancelled ends its process."""

    def __init__(self, served: Served, workers: Any) -> None:
        self.served = served
        self._workers = workers
        self._pages = trio.CapacityLimiter(PAGES)
        self._runs = trio.CapacityLimiter(RUNS)
        self._run_processes = trio.CapacityLimiter(RUNS)

    async def answer(self, work: Callable[..., Answer], *arguments: object) -> Answer:
        """What ``work`` answers."""
        try:
            with trio.fail_after(PAGE_SECONDS):
                answer: Answer = await self._workers.run_sync(
                    work, self.served, *arguments, kill_on_cancel=True, limiter=self._pages
                )
                return answer
        except trio.TooSlowError:
            return problem(503, f"this takes more than the {PAGE_SECONDS:.0f} s that a page may take\n{SMALLER}")
        except trio_parallel.BrokenWorkerError:
            return problem(503, f"the process that made this page has ended, perhaps for want of memory\n{SMALLER}")

    async def run(self, text: str, runs: int | None, seed: int, tell: Callable[[str], Awaitable[None]]) -> None:
        """Tell how far a run from a state is, again and again until it is over; its process ends with it."""
        if self._runs.available_tokens == 0:
            await tell(words("waits for the runs of other windows", over=False))
        try:
            async with self._runs, _workers() as workers:
                told = await self._in(workers, begin, self.served, text, runs, seed)
                while True:
                    await tell(told.text)
                    if told.over:
                        return
                    told = await self._in(workers, go_on)
        except trio_parallel.BrokenWorkerError:
            await tell(words("INCOMPLETE: its process has ended, perhaps for want of memory", over=True))

    async def _in(self, workers: Any, work: Callable[..., Told], *arguments: object) -> Told:
        told: Told = await workers.run_sync(work, *arguments, kill_on_cancel=True, limiter=self._run_processes)
        return told


@asynccontextmanager
async def open_desk(served: Served) -> AsyncIterator[Desk]:
    """The desk; its processes end with it."""
    # One that does not end by itself is killed: nothing is lost with it.
    with suppress(trio_parallel.BrokenWorkerError):
        async with _workers() as workers:
            yield Desk(served, workers)


def _workers() -> Any:
    return trio_parallel.open_worker_context(grace_period=_GRACE_SECONDS)
