"""Worker processes: trio drives them, trio-parallel starts them and carries calls and answers.

Both take a tenth of a second to import, so this module is imported only where work is handed out.
"""

from __future__ import annotations

from collections.abc import Callable
from multiprocessing import resource_tracker
from typing import Any

import trio
import trio_parallel

from explorer.cli.desk import Desk
from explorer.cli.failures import WorkerKilled
from explorer.cli.interrupts import Interrupts
from explorer.cli.prints import keep_prints_apart

_LOOK_SECONDS = 0.1
_GRACE_SECONDS = 10.0


def serve(desk: Desk, processes: int, interrupts: Interrupts) -> None:
    """Let worker processes make the calls of a desk until it is over.

    The first Ctrl-C or SIGTERM is noted in ``interrupts``, for the desk to see; the second ends all at once.

    Raises:
        WorkerKilled: a worker was killed.
        Exception: what a call or the desk raised.
    """
    # It unblocks signals when it is started, and would be with the first worker.
    resource_tracker.ensure_running()
    failures: list[BaseException] = []
    with interrupts.held_back():
        try:
            trio.run(_serve, desk, processes, interrupts, failures)
        except trio_parallel.BrokenWorkerError as error:
            failures.append(error)
    if not failures:
        return
    if isinstance(failures[0], trio_parallel.BrokenWorkerError):
        raise WorkerKilled from failures[0]
    raise failures[0]


async def _serve(desk: Desk, processes: int, interrupts: Interrupts, failures: list[BaseException]) -> None:
    # trio-parallel would start no more than one per core.
    limiter = trio.CapacityLimiter(processes)
    # Set when there may be something to take that was not there before.
    news = trio.Event()

    def tell() -> None:
        nonlocal news
        news.set()
        news = trio.Event()
        if desk.over:
            nursery.cancel_scope.cancel()

    async def work() -> None:
        while not desk.over:
            call = desk.take()
            if call is None:
                await news.wait()
                continue
            answer = await workers.run_sync(call.function, *call.arguments, kill_on_cancel=True, limiter=limiter)
            desk.bring(call, answer)
            tell()

    async def watch() -> None:
        while True:
            interrupts.ask()
            desk.look()
            tell()
            await trio.sleep(_LOOK_SECONDS)

    async def guarded(task: Callable[[], Any]) -> None:
        try:
            await task()
        except (Exception, KeyboardInterrupt, SystemExit) as error:
            failures.append(error)
            nursery.cancel_scope.cancel()

    async with (
        trio_parallel.open_worker_context(grace_period=_GRACE_SECONDS, init=keep_prints_apart) as workers,
        trio.open_nursery() as nursery,
    ):
        for _ in range(processes):
            nursery.start_soon(guarded, work)
        nursery.start_soon(guarded, watch)
