"""``sealrace explore``: one scenario."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import combinations as pairs_of
from pathlib import Path

import click

from explorer.cli.cell import CellResult, exit_status, explore_cell, tell_unexpected
from explorer.cli.cells import Combination, combinations_of
from explorer.cli.ci_files import write_files
from explorer.cli.failures import UsageProblem
from explorer.cli.folder import folder_for, make_files
from explorer.cli.interrupts import Interrupts
from explorer.cli.named import choose_switches, digests_of, find_scenario, read_model, warn_of_freedom
from explorer.cli.output import print_json, progress_bar
from explorer.cli.setting import Options, Setting, make_setting
from explorer.cli.shared_search import explore_with_others
from explorer.cli.summary import details, files, heading, ladder, not_applicable, row, worst
from explorer.search.deadline import Deadline
from explorer.search.run import Progress


def explore_scenario(
    name: str,
    fixes: Sequence[str],
    protocols: Sequence[str],
    models: Sequence[str],
    switches: Sequence[str],
    options: Options,
    *,
    jobs: int | None,
    expect: bool,
    as_json: bool,
) -> int:
    """Explore one scenario with the fixes, protocols and models named, print what was found; gives the exit status."""
    scenario = find_scenario(name)
    combinations = combinations_of(scenario, fixes, protocols or scenario.protocols[:1])
    options = replace(options.with_parameters(choose_switches(scenario, switches)), digests=digests_of([scenario]))
    models = tuple(dict.fromkeys(models)) or scenario.models
    _check_models(models)
    total = sum(each.reason is None for each in combinations) * len(models)
    processes = jobs or os.cpu_count() or 1
    table = _Table(combinations, models, options)
    cells: list[CellResult] = []
    make_files(options.junit, options.sarif)
    with folder_for(options.out), Interrupts() as interrupts:
        for found in _explore_cells(combinations, models, options, processes, interrupts):
            if as_json:
                for entry in found.not_applicable(models) if isinstance(found, Combination) else [found.to_json()]:
                    print_json(entry)
            elif len(combinations) * len(models) > 1:
                click.echo(table.row(found))
            if isinstance(found, CellResult):
                cells.append(found)
    rows = [(each, models) for each in combinations]
    write_files(rows, {cell.name: cell for cell in cells}, options, expect=expect)
    if cells and not as_json:
        _show_worst(cells, alone=len(combinations) * len(models) == 1, out=options.out)
    if interrupts.noted:
        click.echo(f"interrupted: {sum(not cell.interrupted for cell in cells)} of {total} cells explored", err=True)
    if expect:
        tell_unexpected(cells)
    return exit_status(cells, total, expect=expect)


class _Table:
    """The rows of several cells, below a heading for each protocol."""

    def __init__(self, combinations: Sequence[Combination], models: Sequence[str], options: Options) -> None:
        self._scenario = combinations[0].scenario
        self._chosen = "".join(
            f", switch {name}" if name in self._scenario.switches else f", {name}={value}"
            for name, value in options.parameters.items()
        )
        self._fix_width = max(len(each.fix) for each in combinations)
        self._model_width = max(map(len, models))
        self._protocol = ""

    def row(self, found: CellResult | Combination) -> str:
        """The row of a cell, or of a combination that means nothing."""
        if isinstance(found, Combination):
            line = not_applicable(found, self._fix_width, self._model_width)
        else:
            line = row(found, self._fix_width, self._model_width)
        if found.protocol == self._protocol:
            return line
        above = "\n" if self._protocol else ""
        self._protocol = found.protocol
        return (
            f"{above}{self._scenario.name}, protocol {found.protocol}{self._chosen}: {self._scenario.title}\n\n{line}"
        )


def _check_models(models: Sequence[str]) -> None:
    """All models can be read, and no two of them would write the same files."""
    read = {model: read_model(model) for model in models}
    for name, model in read.items():
        warn_of_freedom(model, name)
    names = [(name, model.name) for name, model in read.items()]
    for (first, name), (second, other) in pairs_of(names, 2):
        if name == other:
            raise UsageProblem(
                f"the models '{first}' and '{second}' would write the same files\n  give one of them another name"
            )


def _explore_cells(
    combinations: Sequence[Combination],
    models: Sequence[str],
    options: Options,
    processes: int,
    interrupts: Interrupts,
) -> Iterator[CellResult | Combination]:
    """Explore one combination after the other under each model, up to an interrupt; gives back what means nothing."""
    for each in combinations:
        if each.reason is not None:
            yield each
            continue
        deadline = Deadline(options.max_time, interrupts.check)
        setting = make_setting(each.scenario, each.fix, each.protocol, options, deadline)
        for model in models:
            if interrupts.noted:
                return
            yield _explore_with_progress(setting, model, options, processes, interrupts)


def _explore_with_progress(
    setting: Setting, model: str, options: Options, processes: int, interrupts: Interrupts
) -> CellResult:
    with progress_bar(f"{setting.scenario.name}, fix {setting.fix}, model {model}", None) as advance:

        def show(progress: Progress) -> None:
            interrupts.check()
            advance(0, f"{progress.executions:,} executions, {progress.violating:,} violations")

        if processes == 1:
            return explore_cell(setting, model, options, show)
        return explore_with_others(setting, model, options, processes, show, interrupts)


def _show_worst(cells: Sequence[CellResult], *, alone: bool, out: Path) -> None:
    """The most severe finding step by step, and where the rest is; ``alone``: only one cell was asked for."""
    cell = worst(cells)
    if not alone:
        click.echo()
    if cell is not None:
        click.echo(ladder(cell))
    elif alone:
        click.echo(heading(cells[0]))
    if alone:
        click.echo(details(cells[0]))
    elif cell is not None:
        click.echo(files(cells, out))
