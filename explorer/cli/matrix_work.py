"""What the matrix hands out: jobs, pieces of the cells that take longer, and the writing of these."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from explorer.cli.cell import CellResult
from explorer.cli.cells import CellName, Job
from explorer.cli.desk import Call
from explorer.cli.interrupts import Interrupts
from explorer.cli.setting import Options
from explorer.cli.stop_file import StopFile
from explorer.cli.workers import Spent, Started, explore_job, explore_share, finish_cell
from explorer.search.division import Division


@dataclass(eq=False)
class _Shared:
    """A cell that is explored in pieces; ``running`` are those that are being explored."""

    cell: CellName
    division: Division
    spent: Spent
    not_projected: str
    running: int = 0


class MatrixDesk:
    """Hands out the cells of some jobs, and tells each that is done.

    After an interrupt no further job starts, and what has been started ends with what was found.
    """

    def __init__(
        self,
        jobs: Iterable[Job],
        options: Options,
        stop: StopFile,
        interrupts: Interrupts,
        tell: Callable[[CellResult], None],
    ) -> None:
        self._options = options
        self._stop = stop
        self._interrupts = interrupts
        self._tell = tell
        self._jobs = deque(jobs)
        self._shared: list[_Shared] = []
        # Calls whose answers are still to come, with the cell that they are about if it is one.
        self._running: dict[Call, _Shared | None] = {}

    @property
    def over(self) -> bool:
        """Whether every cell is done."""
        return not (self._jobs or self._shared or self._running)

    def take(self) -> Call | None:
        """What is to be done for the cells that take longer, else the next job: few cells are under way at a time."""
        return self._next_writing() or self._next_piece() or self._next_job()

    def _next_job(self) -> Call | None:
        if not self._jobs:
            return None
        call = Call(explore_job, (self._jobs.popleft(), self._options, self._stop))
        self._running[call] = None
        return call

    def _next_writing(self) -> Call | None:
        for shared in self._shared:
            if self._interrupts.noted and not shared.running:
                reasons = () if shared.division.over else ("interrupted",)
                shared.division.stop()
            elif shared.division.over:
                reasons = ()
            else:
                continue
            self._shared.remove(shared)
            found = shared.cell, self._options, shared.division, reasons, shared.spent, shared.not_projected
            call = Call(finish_cell, found)
            self._running[call] = None
            return call
        return None

    def _next_piece(self) -> Call | None:
        for shared in () if self._interrupts.noted else self._shared:
            task = shared.division.take()
            if task is not None:
                shared.running += 1
                call = Call(explore_share, (shared.cell, self._options, task, self._stop))
                self._running[call] = shared
                return call
        return None

    def bring(self, call: Call, answer: Any) -> None:
        """Take in cells, or the answer of a piece."""
        shared = self._running.pop(call)
        if shared is not None:
            found, spent = answer
            shared.running -= 1
            shared.spent += spent
            if not shared.division.over:
                shared.division.answer(call.arguments[2], found)
            return
        for cell in answer if call.function is explore_job else [answer]:
            if isinstance(cell, Started):
                self._shared.append(_Shared(cell.cell, cell.division, cell.spent, cell.not_projected))
            else:
                self._tell(cell)

    def look(self) -> None:
        """After an interrupt tell the workers."""
        if self._interrupts.noted:
            self._jobs.clear()
            self._stop.set()
