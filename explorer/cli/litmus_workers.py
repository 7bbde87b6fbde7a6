"""Worker processes that run litmus tests, one file each."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import get_context

from explorer.cli.failures import UsageProblem
from explorer.cli.litmus_run import LitmusResult, LitmusTask, run_file


def run_files(tasks: Sequence[LitmusTask], jobs: int) -> Iterator[LitmusResult]:
    """The results in the order of the tasks; UsageProblem when a worker was killed."""
    pool = ProcessPoolExecutor(min(jobs, len(tasks)), get_context("spawn"))
    try:
        yield from pool.map(run_file, tasks, chunksize=4)
    except BrokenProcessPool as error:
        raise UsageProblem("a worker process was killed, perhaps for want of memory\n  try --jobs 1") from error
    finally:
        pool.shutdown(cancel_futures=True)
