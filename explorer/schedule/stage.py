"""Modelled threads as trio tasks, of which never more than one is running.

trio's own order of tasks is random.  Nothing here depends on it: every task is parked
but the one whose turn it is, and the stage waits until that one is parked again.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager

import trio

from explorer.execution.location import Value
from explorer.program.segment import PathTree
from explorer.schedule.concrete import ConcreteThread


class Stage:
    """The threads of one run, all parked at a memory access or ended."""

    def __init__(self, threads: Sequence[ConcreteThread]) -> None:
        self.threads = threads
        self._turns = [trio.lowlevel.ParkingLot() for _ in threads]
        self._parked = trio.lowlevel.ParkingLot()
        self._value: Value | None = None

    async def release(self, thread: int, value: Value | None) -> None:
        """Let one thread make its access with this value, and run up to the next."""
        self._value = value
        self._turns[thread].unpark()
        await self._parked.park()

    async def _live(self, index: int) -> None:
        """The task of one thread."""
        thread = self.threads[index]
        thread.start()
        while thread.end is None:
            self._parked.unpark()
            await self._turns[index].park()
            thread.step(self._value)
        self._parked.unpark()

    async def _start(self, nursery: trio.Nursery) -> None:
        for index in range(len(self.threads)):
            nursery.start_soon(self._live, index)
            await self._parked.park()


@asynccontextmanager
async def staged(trees: Sequence[PathTree]) -> AsyncIterator[Stage]:
    """The threads of a program started; given up at the end, wherever they are."""
    stage = Stage([ConcreteThread(tree) for tree in trees])
    try:
        async with trio.open_nursery() as nursery:
            await stage._start(nursery)
            yield stage
            nursery.cancel_scope.cancel()
    finally:
        for thread in stage.threads:
            thread.close()


def run_staged(work: Callable[[], Awaitable[None]]) -> None:
    """Run ``work`` under trio.

    The error of one task comes out as itself and not as trio's group of errors: no two
    tasks run at a time, so there is never a second one.
    """
    try:
        trio.run(work)
    except BaseExceptionGroup as group:
        error: BaseException = group
        while isinstance(error, BaseExceptionGroup):
            error = error.exceptions[0]
        raise error from None
