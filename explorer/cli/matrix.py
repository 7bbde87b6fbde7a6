"""``sealrace matrix``: scenarios with fixes and protocols under models, as one table."""

from __future__ import annotations

import os
import shlex
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from os.path import relpath
from pathlib import Path
from urllib.parse import quote

import click

from explorer.cli.cell import CellResult, exit_status, explore_cell, tell_unexpected
from explorer.cli.cells import CellName, Job, cells_of
from explorer.cli.ci_files import write_files
from explorer.cli.estimate import Estimate
from explorer.cli.folder import folder_for, make_files
from explorer.cli.interrupts import Interrupts
from explorer.cli.matrix_part import Choice, Part, part_of
from explorer.cli.matrix_work import MatrixDesk
from explorer.cli.named import digests_of, find_unchanged
from explorer.cli.output import print_json, progress_bar
from explorer.cli.setting import Options, make_setting
from explorer.cli.stop_file import stop_file
from explorer.cli.summary import remarks, threads, worst
from explorer.cli.workers import Watch
from explorer.search.deadline import Deadline
from explorer.version import VERSION
from reports.pages.gallery import render_index
from reports.table import render_table
from reports.verdicts import Cell

_INDEX = "index.html"


def explore_matrix(options: Options, choice: Choice, *, jobs: int | None, expect: bool, as_json: bool) -> int:
    """Explore a part of the matrix, print the table, write the index page; gives the exit status."""
    costs = recorded()
    part = part_of(choice, costs)
    options = replace(options.with_parameters(part.switches), digests=digests_of(part.scenarios))
    cores = os.cpu_count() or 1
    processes = jobs or cores
    # Costs are those of the default sizes. More processes than cores are no faster.
    at_once = min(processes, cores)
    estimate = Estimate(part.cells, {} if options.small else costs, at_once)
    found: dict[CellName, CellResult] = {}
    make_files(options.junit, options.sarif)
    with (
        folder_for(options.out),
        Interrupts() as interrupts,
        progress_bar("Exploring", len(part.cells)) as advance,
    ):
        # What an earlier run left would pass for this one's, if this one fails.
        (options.out / _INDEX).unlink(missing_ok=True)

        def tell(cell: CellResult) -> None:
            estimate.note(cell.name, cell.cpu_seconds or 0.0)
            found[cell.name] = cell
            advance(len(found), _left(estimate))

        advance(0, _left(estimate))
        explore_jobs(part.jobs, options, processes, interrupts, tell)
    drawn = list(_as_drawn(part, found, options))
    left_out = _left_out(part, costs, at_once)
    page = _write_index(part, drawn, choice.command + options.command, left_out, options)
    write_files(part.rows, found, options, expect=expect)
    # In the order of the table, whichever cell was the quickest.
    cells = [found[cell] for cell in part.cells if cell in found]
    if as_json:
        _print_json(part, found)
    else:
        click.echo(render_table(drawn), nl=False)
        if part.switches:
            click.echo(f" With switch {', '.join(part.switches)}: for the code as it is then nothing is declared.")
        _show_more(cells, page)
    for line in left_out:
        click.echo(f" {line}", err=as_json)
    if interrupts.noted:
        done = sum(not cell.interrupted for cell in cells)
        click.echo(f"interrupted: {done} of {len(part.cells)} cells explored", err=True)
    if expect:
        tell_unexpected(cells)
    return exit_status(cells, len(part.cells), expect=expect)


def explore_jobs(
    work: Sequence[Job],
    options: Options,
    processes: int,
    interrupts: Interrupts,
    tell: Callable[[CellResult], None],
) -> None:
    """Explore jobs, up to an interrupt; each cell that is done is told.

    Raises UsageProblem for what a worker process found wrong, or when one was killed.
    """
    if processes == 1:
        _explore_here(work, options, interrupts, tell)
        return
    from explorer.cli.processes import serve

    with stop_file() as stop:
        serve(MatrixDesk(work, options, stop, interrupts, tell), processes, interrupts)


def _explore_here(
    work: Sequence[Job], options: Options, interrupts: Interrupts, tell: Callable[[CellResult], None]
) -> None:
    """The same in this process, one job after the other."""
    for job in work:
        scenario, fix, protocol, _models = job
        watch = Watch()
        setting = None
        for cell in cells_of(job):
            if interrupts.noted:
                return
            if setting is None:
                deadline = Deadline(options.max_time, interrupts.check)
                setting = make_setting(find_unchanged(scenario, options.digests), fix, protocol, options, deadline)
            found = explore_cell(setting, cell.model, options, lambda _progress: interrupts.check())
            tell(watch.measured(found))
            watch = Watch()


def recorded() -> Mapping[CellName, float]:
    """The recorded CPU seconds of cells."""
    from scenarios.costs import recorded_costs

    found = {}
    for name, seconds in recorded_costs().items():
        scenario, protocol, fix, model = name.split("/")
        found[CellName(scenario, fix, protocol, model)] = seconds
    return found


def _left(estimate: Estimate) -> str:
    """The time left, as the progress bar shows it."""
    return f"{estimate.words} left" if estimate.words else ""


def _left_out(part: Part, costs: Mapping[CellName, float], cores: int) -> list[str]:
    """What the quick part is not, and the command that runs all."""
    if not part.left_out:
        return []
    total = len(part.cells) + len(part.left_out)
    words = Estimate(part.left_out, costs, cores).words
    on = f" on {cores} cores" if cores > 1 else ""
    return [
        f"Left out: {len(part.left_out):,} of {total:,} cells, {words}{on}.",
        "All of them: sealrace matrix --all. A part: --scenario, --fix, --protocol, --model.",
    ]


def _print_json(part: Part, found: Mapping[CellName, CellResult]) -> None:
    for each, models in part.rows:
        if each.reason is not None:
            for entry in each.not_applicable(models):
                print_json(entry)
        for cell in cells_of(each.job(models)):
            if cell in found:
                print_json(found[cell].to_json())


def _show_more(cells: Sequence[CellResult], page: Path) -> None:
    """What stands under the table: limits, and where the pictures are."""
    for line in remarks(cells):
        click.echo(f" {line}")
    for cell in cells:
        if cell.unrecorded:
            click.echo(f" {cell.run_file}: {cell.unrecorded:,} violating executions more than a run file holds")
    click.echo(f" Pictures: {page}")
    found = worst(cells)
    if found is not None:
        click.echo(f" One {found.word}, step by step:  sealrace graph {found.reports[0][1]}")


def _write_index(part: Part, drawn: Sequence[Cell], arguments: str, left_out: Sequence[str], options: Options) -> Path:
    path = options.out / _INDEX
    titles = {scenario.name: scenario.title for scenario in part.scenarios}
    command = f"sealrace matrix{arguments}"
    page = render_index(drawn, command=command, tool=VERSION, titles=titles, remarks=left_out)
    path.write_text(page, encoding="utf-8")
    return path


def _as_drawn(part: Part, found: Mapping[CellName, CellResult], options: Options) -> Iterator[Cell]:
    """The cells of a part as reports draw them, those not explored and those that mean nothing included."""
    for each, models in part.rows:
        for cell in cells_of(each.job(models)):
            row = cell.scenario, cell.protocol, cell.fix, cell.model
            if each.reason is not None:
                yield Cell.not_applicable(*row, each.reason)
            elif cell in found:
                yield _with_links(found[cell], options)
            else:
                yield Cell.not_run(*row, _again(cell, tuple(part.switches), options))


def _with_links(cell: CellResult, options: Options) -> Cell:
    """The cell as reports draw it, with links relative to the index page."""

    def link(report: str) -> str:
        return quote(relpath(Path(report).with_suffix(".html"), options.out))

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
        expected=None if cell.expected is None else cell.as_declared,
        reports=tuple((label, link(path)) for label, path in cell.reports),
        examples=tuple((goal, link(path)) for goal, path in cell.examples),
        complete=cell.complete,
        cut=cell.cut,
        limits=cell.limits,
        remarks=tuple((remark.label, link(remark.report)) for remark in cell.remarks),
        blocked=cell.blocked,
        dropped=cell.dropped,
        kinds=cell.kinds,
        parameters=cell.parameters,
        notes=tuple(threads(cell)),
        rules_hash=cell.rules_hash,
        command=_again(cell.name, cell.chosen, options),
        run_file=quote(relpath(cell.run_file, options.out)),
    )


def _again(cell: CellName, switches: Sequence[str], options: Options) -> str:
    """The command that explores this cell alone."""
    words = [
        "sealrace",
        "explore",
        cell.scenario,
        "--fix",
        cell.fix,
        "--protocol",
        cell.protocol,
        "--model",
        cell.model,
    ]
    words += [word for name in switches for word in ("--switch", name)]
    return shlex.join(words) + options.command
