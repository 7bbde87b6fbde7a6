"""When to stop: once a time is over, or when Ctrl-C was noted."""

from __future__ import annotations

import time
from collections.abc import Callable

from explorer.search.result import time_limit


class Deadline:
    """Counts from when it is made.

    ``seconds``: how long there is, None for as long as it takes.  ``check`` raises KeyboardInterrupt where Ctrl-C
    was noted and not raised at once.
    """

    def __init__(self, seconds: float | None = None, check: Callable[[], None] | None = None) -> None:
        self._seconds = seconds
        self._check = check
        self._started = time.monotonic()

    @property
    def spent(self) -> float:
        """Seconds since it was made."""
        return time.monotonic() - self._started

    def reason(self) -> str:
        """Why to stop now, in words; empty as long as there is no reason."""
        if self._check is not None:
            try:
                self._check()
            except KeyboardInterrupt:
                return "interrupted"
        if self._seconds is not None and self.spent > self._seconds:
            return time_limit(self._seconds)
        return ""
