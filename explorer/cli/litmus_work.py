"""What ``sealrace litmus`` hands out: a few files at a time."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from explorer.cli.desk import Call
from explorer.cli.interrupts import Interrupts
from explorer.cli.litmus_run import LitmusResult, LitmusTask, run_file

FILES = 4
"""Files for one call."""


def run_files(tasks: Sequence[LitmusTask]) -> list[LitmusResult]:
    """The results of some files, in their order."""
    return [run_file(task) for task in tasks]


class LitmusDesk:
    """Hands out files, and gives ``show`` their results in the order of the tasks, whichever is ready first."""

    def __init__(
        self, tasks: Sequence[LitmusTask], show: Callable[[LitmusResult], None], interrupts: Interrupts
    ) -> None:
        self._calls = [Call(run_files, (tasks[first : first + FILES],)) for first in range(0, len(tasks), FILES)]
        self._taken = 0
        self._shown = 0
        self._ready: dict[Call, list[LitmusResult]] = {}
        self._show = show
        self._interrupts = interrupts

    @property
    def over(self) -> bool:
        """Whether every result has been shown."""
        return self._shown == len(self._calls)

    def take(self) -> Call | None:
        """The next files."""
        if self._taken == len(self._calls):
            return None
        self._taken += 1
        return self._calls[self._taken - 1]

    def bring(self, call: Call, answer: Any) -> None:
        """Show the results before which none is missing."""
        self._ready[call] = answer
        while not self.over and (results := self._ready.pop(self._calls[self._shown], None)) is not None:
            self._shown += 1
            for result in results:
                self._show(result)

    def look(self) -> None:
        """Raises KeyboardInterrupt after an interrupt."""
        self._interrupts.check()
