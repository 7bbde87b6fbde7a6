"""``sealrace explore``: one scenario."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from itertools import combinations

import click

from explorer.cli.cell import CellResult, exit_status, explore_cell
from explorer.cli.failures import UsageProblem
from explorer.cli.folder import make_folder
from explorer.cli.interrupts import Interrupts
from explorer.cli.named import choose, find_scenario, read_model, warn_of_freedom
from explorer.cli.output import print_json, progress_bar
from explorer.cli.setting import Options, Setting, make_setting
from explorer.cli.shared_search import explore_with_others
from explorer.cli.summary import details, files, heading, ladder, row, worst
from explorer.scenario import Scenario
from explorer.search.run import Progress


def explore_scenario(
    name: str,
    fixes: Sequence[str],
    protocol: str | None,
    models: Sequence[str],
    options: Options,
    *,
    jobs: int | None,
    expect: bool,
    as_json: bool,
) -> int:
    """Explore one scenario with the fixes and models named, print what was found; gives the exit status."""
    scenario = find_scenario(name)
    fixes = scenario.fixes if "all" in fixes else [choose("fix", fix, scenario.fixes) for fix in dict.fromkeys(fixes)]
    protocol = choose("protocol", protocol or scenario.protocols[0], scenario.protocols)
    models = tuple(dict.fromkeys(models)) or scenario.models
    _check_models(models)
    make_folder(options.out)
    total = len(fixes) * len(models)
    processes = jobs or os.cpu_count() or 1
    cells: list[CellResult] = []
    with Interrupts() as interrupts:
        for cell in _explore_cells(scenario, fixes, protocol, models, options, processes, interrupts):
            if as_json:
                print_json(cell.to_json())
            elif total > 1:
                if not cells:
                    click.echo(f"{scenario.name}, protocol {protocol}: {scenario.title}\n")
                click.echo(row(cell, max(map(len, fixes)), max(map(len, models))))
            cells.append(cell)
    if cells and not as_json:
        _show_worst(cells, total, options)
    if interrupts.noted:
        click.echo(f"interrupted: {sum(not cell.interrupted for cell in cells)} of {total} cells explored", err=True)
    return exit_status(cells, total, expect=expect)


def _check_models(models: Sequence[str]) -> None:
    """All models can be read, and no two of them would write the same files."""
    read = {model: read_model(model) for model in models}
    for name, model in read.items():
        warn_of_freedom(model, name)
    names = [(name, model.name) for name, model in read.items()]
    for (first, name), (second, other) in combinations(names, 2):
        if name == other:
            raise UsageProblem(
                f"the models '{first}' and '{second}' would write the same files\n  give one of them another name"
            )


def _explore_cells(
    scenario: Scenario,
    fixes: Sequence[str],
    protocol: str,
    models: Sequence[str],
    options: Options,
    processes: int,
    interrupts: Interrupts,
) -> Iterator[CellResult]:
    """Explore fix after fix under each model, up to an interrupt."""
    for fix in fixes:
        setting = make_setting(scenario, fix, protocol, options)
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


def _show_worst(cells: Sequence[CellResult], total: int, options: Options) -> None:
    """The most severe finding step by step, and where the rest is."""
    cell = worst(cells)
    if total > 1:
        click.echo()
    if cell is not None:
        click.echo(ladder(cell))
    elif total == 1:
        click.echo(heading(cells[0]))
    if total == 1:
        click.echo(details(cells[0]))
    elif cell is not None:
        click.echo(files(cells, options.out))
