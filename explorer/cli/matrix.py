"""``sealrace matrix``: every scenario, fix and model that declares an expectation."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from os.path import relpath
from pathlib import Path

import click

from explorer.cli.cell import CellResult, exit_status, explore_cell
from explorer.cli.cells import CellName, Job, cells_of
from explorer.cli.failures import UsageProblem
from explorer.cli.folder import make_folder
from explorer.cli.interrupts import Interrupts
from explorer.cli.matrix_work import MatrixDesk
from explorer.cli.named import all_scenarios, find_scenario
from explorer.cli.output import print_json, progress_bar
from explorer.cli.setting import Options, Setting, make_setting
from explorer.cli.stop_file import stop_file
from explorer.cli.summary import kinds, worst
from explorer.scenario import QUICK_MODELS
from explorer.version import VERSION
from explorer.visible import visible
from reports.index import Cell, render_index, render_table

_INDEX = "index.html"


def explore_matrix(options: Options, *, models: Sequence[str], jobs: int | None, expect: bool, as_json: bool) -> int:
    """Explore the cells declared for some models, print the table, write the index page; gives the exit status."""
    work = declared_jobs(models or QUICK_MODELS)
    make_folder(options.out)
    # What an earlier run left would pass for this one's, if this one fails.
    (options.out / _INDEX).unlink(missing_ok=True)
    total = sum(len(models) for *_, models in work)
    with Interrupts() as interrupts, progress_bar("Exploring", total) as advance:
        found = explore_jobs(work, options, jobs or os.cpu_count() or 1, interrupts, advance)
    # In the order of the scenarios, whichever cell was the quickest.
    results = {job: [found[cell] for cell in cells_of(job) if cell in found] for job in work}
    cells = [cell for job in work for cell in results[job]]
    drawn = [cell for job in work for cell in _as_drawn(job, results[job], options)]
    page = _write_index(drawn, "".join(f" --model {model}" for model in models) + options.command, options)
    if as_json:
        for cell in cells:
            print_json(cell.to_json())
    else:
        click.echo(render_table(drawn), nl=False)
        _show_more(cells, page)
    if interrupts.noted:
        click.echo(f"interrupted: {sum(not cell.interrupted for cell in cells)} of {total} cells explored", err=True)
    return exit_status(cells, total, expect=expect)


def explore_jobs(
    work: Sequence[Job], options: Options, processes: int, interrupts: Interrupts, advance: Callable[[int, str], None]
) -> dict[CellName, CellResult]:
    """Explore jobs, up to an interrupt; gives the cells that were explored.

    Raises UsageProblem for what a worker process found wrong, or when one was killed.
    """
    if processes == 1:
        return _explore_here(work, options, interrupts, advance)
    from explorer.cli.processes import serve

    with stop_file() as stop:
        desk = MatrixDesk(work, options, stop, interrupts, advance)
        serve(desk, processes, interrupts)
    return desk.found


def _explore_here(
    work: Sequence[Job], options: Options, interrupts: Interrupts, advance: Callable[[int, str], None]
) -> dict[CellName, CellResult]:
    """The same in this process, one job after the other."""
    found: dict[CellName, CellResult] = {}
    for job in work:
        scenario, fix, protocol, _models = job
        setting: Setting | None = None
        for cell in cells_of(job):
            if interrupts.noted:
                return found
            setting = setting or make_setting(find_scenario(scenario), fix, protocol, options)
            found[cell] = explore_cell(setting, cell.model, options, lambda _progress: interrupts.check())
            advance(len(found), "")
    return found


def declared_jobs(models: Sequence[str]) -> list[Job]:
    """The cells declared for some models, those that share an unfolding together, in the scenarios' order.

    Raises UsageProblem for a model that no scenario declares anything for.
    """
    declared = {model for scenario in all_scenarios() for *_, model in scenario.expected}
    for model in models:
        if model not in declared:
            raise UsageProblem(
                f"no scenario declares what to expect under model {visible(model)!r}\n"
                f"  choose from {', '.join(sorted(declared))}, or explore one scenario: sealrace explore"
            )
    jobs: dict[tuple[str, str, str], list[str]] = {}
    for scenario in all_scenarios():
        for protocol, fix, model in scenario.expected:
            if model in models:
                jobs.setdefault((scenario.name, fix, protocol), []).append(model)
    return [(*key, tuple(models)) for key, models in jobs.items()]


def _show_more(cells: Sequence[CellResult], page: Path) -> None:
    """What stands under the table: limits, and where the pictures are."""
    for cell in cells:
        for limit in cell.limits:
            click.echo(f" {cell.scenario}, fix {cell.fix}, model {cell.model}: {limit}")
        for flag, count in cell.kinds_of_remarks.items():
            click.echo(f" {cell.scenario}, fix {cell.fix}, model {cell.model}: {kinds(count, flag)}")
        if cell.unrecorded:
            click.echo(f" {cell.run_file}: {cell.unrecorded:,} violating executions more than a run file holds")
    click.echo(f" Pictures: {page}")
    found = worst(cells)
    if found is not None:
        click.echo(f" One {found.word}, step by step:  sealrace graph {found.reports[0][1]}")


def _write_index(drawn: Sequence[Cell], arguments: str, options: Options) -> Path:
    path = options.out / _INDEX
    titles = {scenario.name: scenario.title for scenario in all_scenarios()}
    command = f"sealrace matrix{arguments}"
    path.write_text(render_index(drawn, command=command, tool=VERSION, titles=titles), encoding="utf-8")
    return path


def _as_drawn(job: Job, found: Sequence[CellResult], options: Options) -> Iterator[Cell]:
    """The cells of a job as reports draw them, those not explored included."""
    scenario, fix, protocol, models = job
    explored = {cell.model: cell for cell in found}
    for model in models:
        cell = explored.get(model)
        yield _with_links(cell, options) if cell else Cell.not_run(scenario, protocol, fix, model)


def _with_links(cell: CellResult, options: Options) -> Cell:
    """The cell as reports draw it, with links relative to the index page."""
    pages = ((label, Path(path).with_suffix(".html")) for label, path in cell.reports)
    remarks = ((remark.label, Path(remark.report).with_suffix(".html")) for remark in cell.remarks)
    return Cell(
        scenario=cell.scenario,
        protocol=cell.protocol,
        fix=cell.fix,
        model=cell.model,
        verdict=cell.verdict,
        word=cell.word,
        executions=cell.executions,
        violating=cell.counts,
        interleavings=None if cell.interleavings is None else str(cell.interleavings),
        expected=cell.as_declared,
        reports=tuple((label, relpath(page, options.out)) for label, page in pages),
        complete=cell.complete,
        cut=cell.cut,
        limits=cell.limits,
        remarks=tuple((label, relpath(page, options.out)) for label, page in remarks),
    )
