"""Worker processes that explore: one scenario, fix and protocol each, under its models."""

from __future__ import annotations

import signal
from collections.abc import Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from multiprocessing import get_context
from multiprocessing.synchronize import Event

from explorer.cli.cell import CellResult, explore_cell
from explorer.cli.failures import UsageProblem
from explorer.cli.interrupts import SIGNALS, Interrupts
from explorer.cli.named import find_scenario
from explorer.cli.setting import Options, make_setting
from explorer.errors import InputError
from explorer.search.run import Progress

Job = tuple[str, str, str, tuple[str, ...]]
"""Scenario, fix, protocol and models: cells that share an unfolding."""

_WAKE_SECONDS = 0.2

_stop: Event


def explore_jobs(
    jobs: Sequence[Job], options: Options, processes: int, interrupts: Interrupts
) -> Iterator[tuple[Job, list[CellResult]]]:
    """Explore jobs in worker processes; gives each with its cells when it is done.

    After an interrupt no further job starts, and the running ones end with what they found.
    Raises UsageProblem for what a worker found wrong, or when a worker was killed.
    """
    # Forked workers would inherit threads and open files; spawned ones start clean.
    context = get_context("spawn")
    stop = context.Event()
    pool = ProcessPoolExecutor(processes, context, _start_worker, (stop,))
    try:
        with _blocked_signals():
            futures = {pool.submit(_explore_job, job, options): job for job in jobs}
        waiting: set[Future[list[CellResult]]] = set(futures)
        while waiting:
            done, waiting = wait(waiting, _WAKE_SECONDS, FIRST_COMPLETED)
            if interrupts.noted and not stop.is_set():
                stop.set()
                waiting = {future for future in waiting if not future.cancel()}
            # In the order of the jobs: a set has none.
            yield from ((job, future.result()) for future, job in futures.items() if future in done)
    except BrokenProcessPool as error:
        raise UsageProblem("a worker process was killed, perhaps for want of memory\n  try --jobs 1") from error
    finally:
        stop.set()
        pool.shutdown(cancel_futures=True)


@contextmanager
def _blocked_signals() -> Iterator[None]:
    """Processes started in here never see Ctrl-C: they are told to stop, and so end in good order."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, SIGNALS)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _start_worker(stop: Event) -> None:
    global _stop  # noqa: PLW0603 (the only way to hand a worker an event)
    _stop = stop


def _check_stop(_progress: Progress) -> None:
    if _stop.is_set():
        raise KeyboardInterrupt


def _explore_job(job: Job, options: Options) -> list[CellResult]:
    scenario, fix, protocol, models = job
    cells: list[CellResult] = []
    try:
        setting = make_setting(find_scenario(scenario), fix, protocol, options)
        for model in models:
            if _stop.is_set():
                break
            cells.append(explore_cell(setting, model, options, _check_stop))
    except InputError as error:
        # Errors with more than a message do not travel between processes.
        raise UsageProblem(f"{scenario}, fix {fix}: {error}") from None
    return cells
