"""One cell explored by several processes: first here alone, then in pieces that workers explore."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from explorer.cli.cell import CellResult, explore_cell, limits_of
from explorer.cli.cells import CellName
from explorer.cli.desk import Call
from explorer.cli.failures import WorkerKilled
from explorer.cli.interrupts import Interrupts
from explorer.cli.named import read_model
from explorer.cli.setting import Options, Setting
from explorer.cli.stop_file import StopFile, stop_file
from explorer.cli.workers import Prepared, explore_alone, explore_few, explore_share, finish
from explorer.errors import InputError
from explorer.search.division import Division
from explorer.search.result import Limits, time_limit
from explorer.search.run import PROGRESS_SECONDS, Progress, search_of

ALONE_SECONDS = 1.0
"""How long a search goes on here before others share in it: starting them takes half as long."""


class _Watch:
    """The limits on a search, and the display of its progress."""

    def __init__(self, division: Division, limits: Limits, show: Callable[[Progress], None]) -> None:
        self.reason = ""
        self.started = time.monotonic()
        self._division = division
        self._limits = limits
        self._show = show
        self._shown = self.started

    @property
    def seconds(self) -> float:
        """How long the search has taken so far."""
        return time.monotonic() - self.started

    def __call__(self) -> bool:
        """Whether to stop; ``reason`` says why."""
        division, seconds = self._division, self.seconds
        if self.reason:
            return True
        try:
            if time.monotonic() - self._shown > PROGRESS_SECONDS:
                self._shown = time.monotonic()
                self._show(Progress(division.executions, division.violating, division.states, seconds))
        except KeyboardInterrupt:
            self.reason = "interrupted"
        limit = self._limits.seconds
        if not self.reason and limit is not None and self._limits.spent + seconds > limit:
            self.reason = time_limit(limit)
        return bool(self.reason)


class _PieceDesk:
    """Hands out the pieces of one search."""

    def __init__(self, cell: CellName, options: Options, division: Division, watch: _Watch, stop: StopFile) -> None:
        self._cell = cell
        self._options = options
        self._division = division
        self._watch = watch
        self._stop = stop
        self._running = 0

    @property
    def over(self) -> bool:
        """Whether all pieces have been explored, or those that were when the search was stopped."""
        return self._division.over or (bool(self._watch.reason) and not self._running)

    def take(self) -> Call | None:
        """The next piece."""
        task = None if self._watch.reason else self._division.take()
        if task is None:
            return None
        self._running += 1
        return Call(explore_share, (self._cell, self._options, task, self._stop))

    def bring(self, call: Call, answer: Any) -> None:
        """Take in the answer of a piece."""
        self._running -= 1
        if not self._division.over:
            self._division.answer(call.arguments[2], answer[0])

    def look(self) -> None:
        """Tell the workers when a limit is reached."""
        if self._watch():
            self._stop.set()


def explore_with_others(
    setting: Setting,
    model_name: str,
    options: Options,
    processes: int,
    show: Callable[[Progress], None],
    interrupts: Interrupts,
) -> CellResult:
    """Explore a setting under a model, in several processes if it takes longer; what is found is the same.

    ``show`` displays progress, and raises KeyboardInterrupt to end the search.
    """
    if setting.unfolding.stopped:
        return explore_cell(setting, model_name, options, show)
    cell = CellName(setting.scenario.name, setting.fix, setting.protocol, model_name)
    model = read_model(model_name)
    limits = limits_of(options, setting)
    division = Division(limits)
    watch = _Watch(division, limits, show)
    prepared = Prepared(setting, model, search_of(setting.case, model, setting.unfolding, options.reductions))
    try:
        kept = explore_few(prepared, cell, options, show)
        if isinstance(kept, CellResult):
            return kept
        explore_alone(prepared, division, ALONE_SECONDS, watch)
        if not division.over:
            # trio and what starts processes are imported where they are needed.
            from explorer.cli.processes import serve

            with stop_file() as stop:
                serve(_PieceDesk(cell, options, division, watch, stop), processes, interrupts)
            division.stop()
    except WorkerKilled:
        raise
    except InputError:
        # What a single search would have told first, or not come to.
        return explore_cell(setting, model_name, options, show)
    return finish(prepared, cell, options, division, [watch.reason] if watch.reason else [], watch.seconds, kept)
