"""A thread that makes one call after another, and cannot keep the program from ending."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future
from queue import SimpleQueue
from threading import Thread
from typing import Generic, TypeVar

R = TypeVar("R")


class Worker(Generic[R]):
    """A thread of its own for the calls of one modelled thread.

    The executors of the standard library wait at the end of the program for a call that
    never returns; this does not.
    """

    def __init__(self) -> None:
        self._calls: SimpleQueue[tuple[Future[R], Callable[[], R]] | None] = SimpleQueue()
        self._thread = Thread(target=self._work, daemon=True)
        self._thread.start()

    def submit(self, call: Callable[[], R]) -> Future[R]:
        """Make a call when those before it have returned."""
        future: Future[R] = Future()
        self._calls.put((future, call))
        return future

    def end(self, seconds: float) -> None:
        """Make no further call; wait this long for the one under way."""
        self._calls.put(None)
        self._thread.join(seconds)

    def _work(self) -> None:
        while (todo := self._calls.get()) is not None:
            future, call = todo
            try:
                future.set_result(call())
            except BaseException as error:
                future.set_exception(error)
