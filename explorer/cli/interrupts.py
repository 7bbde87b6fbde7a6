"""Ctrl-C while a command explores: the search ends between two steps, and what it found is kept."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType, TracebackType
from typing import Any

SIGNALS = (signal.SIGINT, signal.SIGTERM)


class Interrupts:
    """Notes Ctrl-C and SIGTERM, so that no file is left half written; the second one ends the command at once.

    A context manager; ``check`` is what a search calls now and then.
    """

    def __init__(self) -> None:
        self.noted = False
        self._handlers: dict[signal.Signals, Any] = {}

    def __enter__(self) -> Interrupts:
        for number in SIGNALS:
            # A shell starts background jobs with Ctrl-C ignored: that stays so.
            if signal.getsignal(number) is not signal.SIG_IGN:
                self._handlers[number] = signal.signal(number, self._note)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for number, handler in self._handlers.items():
            signal.signal(number, handler)

    def check(self) -> None:
        """Raises KeyboardInterrupt once a signal has come."""
        if self.noted:
            raise KeyboardInterrupt

    @contextmanager
    def held_back(self) -> Iterator[None]:
        """Signals come in here only where ``ask`` is called, and never to processes that are started in here."""
        before = signal.pthread_sigmask(signal.SIG_BLOCK, SIGNALS)
        try:
            yield
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, before)

    def ask(self) -> None:
        """Note the signals that have been held back; raises KeyboardInterrupt for the second one."""
        while (found := signal.sigtimedwait(self._handlers, 0)) is not None:
            self._note(found.si_signo, None)

    def _note(self, _number: int, _frame: FrameType | None) -> None:
        self.check()
        self.noted = True
