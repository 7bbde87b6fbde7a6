"""What worker processes are called for when scenarios are explored.

A worker keeps the programs and searches that it has made: the next call is likely to be about the same.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace

from explorer.cli.cell import CellResult, explore_cell, limits_of, write_cell
from explorer.cli.cells import CellName, Job, cells_of
from explorer.cli.failures import UsageProblem
from explorer.cli.named import find_unchanged, read_model
from explorer.cli.setting import Options, Setting, make_setting
from explorer.cli.stop_file import StopFile
from explorer.errors import InputError
from explorer.memory.model import Model
from explorer.program.frames import raised_by
from explorer.search.counted import Counted
from explorer.search.division import Answer, Division, Task, explore_piece
from explorer.search.explore import Search
from explorer.search.result import Result
from explorer.search.run import Progress, conclude, explore_kept, search_of
from explorer.search.tally import Tally

ALONE_SECONDS = 3.0
"""How long a worker explores a cell before it lets others share in it."""


@dataclass(frozen=True)
class Spent:
    """What calls have taken, in seconds of the clock and of the processor."""

    seconds: float = 0.0
    cpu_seconds: float = 0.0

    def __add__(self, other: Spent) -> Spent:
        return Spent(self.seconds + other.seconds, self.cpu_seconds + other.cpu_seconds)


NOTHING = Spent()


class Watch:
    """Measures work of this process, from when it is made; nothing else may run meanwhile."""

    def __init__(self) -> None:
        self._started = time.monotonic()
        self._cpu_started = time.process_time()

    @property
    def spent(self) -> Spent:
        return Spent(time.monotonic() - self._started, time.process_time() - self._cpu_started)

    def measured(self, cell: CellResult, before: Spent = NOTHING) -> CellResult:
        """A cell that is done, with the processor time of all work on it; ``before`` is that of earlier calls."""
        return replace(cell, cpu_seconds=before.cpu_seconds + self.spent.cpu_seconds)


@dataclass(frozen=True)
class Started:
    """A cell that takes longer: what is known of it, and the pieces that are left.

    ``not_projected`` as in ``Result``.
    """

    cell: CellName
    division: Division
    spent: Spent
    not_projected: str


@dataclass(frozen=True)
class Prepared:
    """A cell ready to be explored."""

    setting: Setting
    model: Model
    search: Search


_settings: dict[tuple[str, str, str], tuple[Options, Setting]] = {}
_cells: dict[CellName, tuple[Options, Prepared]] = {}

_KEPT = 4
"""Settings, and searches, that a process keeps."""


def prepare(cell: CellName, options: Options) -> Prepared:
    """The setting and the search of a cell, those of an earlier call where there was one."""
    kept = _cells.get(cell)
    if kept is None or kept[0] != options:
        setting = _setting((cell.scenario, cell.fix, cell.protocol), options)
        model = read_model(cell.model)
        search = search_of(setting.case, model, setting.unfolding, options.reductions)
        kept = _cells[cell] = options, Prepared(setting, model, search)
        if len(_cells) > _KEPT:
            del _cells[next(iter(_cells))]
    return kept[1]


def _setting(name: tuple[str, str, str], options: Options) -> Setting:
    kept = _settings.get(name)
    if kept is None or kept[0] != options:
        scenario, fix, protocol = name
        setting = make_setting(find_unchanged(scenario, options.digests), fix, protocol, options)
        kept = _settings[name] = options, setting
        if len(_settings) > _KEPT:
            del _settings[next(iter(_settings))]
    return kept[1]


def explore_alone(prepared: Prepared, division: Division, seconds: float, stop: Callable[[], bool]) -> bool:
    """Explore pieces of a cell here, for some time; False where ``stop`` says so first.

    The time is looked at between two pieces.
    """
    until = time.monotonic() + seconds
    case, search = prepared.setting.case, prepared.search
    stopped = False

    def noted_stop() -> bool:
        nonlocal stopped
        stopped = stopped or stop()
        return stopped

    while time.monotonic() < until and (task := division.take()) is not None:
        division.answer(task, explore_piece(case, search, task, division.limits.records, noted_stop))
        if stopped:
            division.stop()
            return False
    return True


def finish(
    prepared: Prepared,
    cell: CellName,
    options: Options,
    division: Division,
    reasons: Sequence[str],
    seconds: float,
    not_projected: str,
) -> CellResult:
    """Write what the pieces of a cell have come to; ``reasons`` say why some are missing."""
    setting, model = prepared.setting, prepared.model
    setting.unfolding.unfold(division.paths)
    counted = division.counted or Counted.of(Tally(setting.case, model, limits_of(options, setting)))
    tally = counted.tally(setting.case, model, setting.unfolding)
    reasons = [*([division.limit] if division.limit else []), *reasons]
    result = conclude(tally, prepared.search, reasons, seconds, options.reductions, not_projected=not_projected)
    return write_cell(setting, model, cell.model, options, result)


# ---- what is called


def explore_job(job: Job, options: Options, stop: StopFile) -> list[CellResult | Started]:
    """Explore cells, each for some time."""
    cells: list[CellResult | Started] = []
    for cell in cells_of(job):
        if stop():
            break
        watch = Watch()
        with _named(cell):
            found = _explore_cell(cell, options, stop, watch)
        cells.append(replace(found, spent=watch.spent) if isinstance(found, Started) else watch.measured(found))
    return cells


def _explore_cell(cell: CellName, options: Options, stop: StopFile, watch: Watch) -> CellResult | Started:
    prepared = prepare(cell, options)

    def check(_progress: Progress) -> None:
        if stop():
            raise KeyboardInterrupt

    if options.max_time is not None:
        return explore_cell(prepared.setting, cell.model, options, check)
    kept = explore_few(prepared, cell, options, check)
    if isinstance(kept, CellResult):
        return kept
    division = Division(limits_of(options, prepared.setting))
    whole = explore_alone(prepared, division, ALONE_SECONDS, stop)
    if division.over:
        reasons = () if whole else ("interrupted",)
        return finish(prepared, cell, options, division, reasons, watch.spent.seconds, kept)
    return Started(cell, division, NOTHING, kept)


def explore_few(
    prepared: Prepared, cell: CellName, options: Options, progress: Callable[[Progress], None]
) -> CellResult | str:
    """Explore a cell without the threads that can be left out, which is not shared; or why none can be."""
    setting, model = prepared.setting, prepared.model
    limits = limits_of(options, setting)
    kept = explore_kept(setting.case, model, setting.unfolding, limits, progress, options.reductions)
    return write_cell(setting, model, cell.model, options, kept) if isinstance(kept, Result) else kept


def explore_share(cell: CellName, options: Options, task: Task, stop: StopFile) -> tuple[Answer, Spent]:
    """Explore a piece of a cell; gives the answer, and what that took."""
    watch = Watch()
    with _named(cell):
        prepared = prepare(cell, options)
        limits = limits_of(options, prepared.setting)
        answer = explore_piece(prepared.setting.case, prepared.search, task, limits.records, stop)
    return answer, watch.spent


def finish_cell(
    cell: CellName, options: Options, division: Division, reasons: Sequence[str], spent: Spent, not_projected: str
) -> CellResult:
    """Write what the pieces of a cell have come to; they took what is ``spent``."""
    watch = Watch()
    with _named(cell):
        found = finish(prepare(cell, options), cell, options, division, reasons, spent.seconds, not_projected)
    return watch.measured(found, spent)


@contextmanager
def _named(cell: CellName) -> Iterator[None]:
    """Errors with more than a message do not travel between processes."""
    try:
        yield
    except InputError as error:
        raise UsageProblem(f"{cell.scenario}, fix {cell.fix}: {error}") from None
    except SystemExit as end:
        raise UsageProblem(f"{cell.scenario}, fix {cell.fix}: {raised_by('the code of the scenario', end)}") from None
