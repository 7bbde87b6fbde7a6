"""``sealrace matrix``: every scenario, fix and model that declares an expectation."""

from __future__ import annotations

import os
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from multiprocessing import get_context
from pathlib import Path

import click

from explorer.cli.cell import CellResult, Options, all_scenarios, exit_status, run_cells
from explorer.cli.output import print_json, progress_bar, table, write_index

Job = tuple[str, str, str, tuple[str, ...]]
"""Scenario, fix, protocol and models."""


def explore_matrix(
    *,
    jobs: int | None,
    expect: bool,
    as_json: bool,
    out: Path,
    **more: object,
) -> int:
    """Explore all declared cells, print the table, write the index page; gives the exit status."""
    options = Options(out=out, **more)  # type: ignore[arg-type]
    work = _jobs()
    results: dict[Job, list[CellResult]] = {}
    total = sum(len(job[3]) for job in work)
    # Forked workers would inherit threads and signal state; spawned ones start clean.
    pool = ProcessPoolExecutor(jobs or os.cpu_count() or 1, mp_context=get_context("spawn"))
    futures: dict[Future[list[CellResult]], Job] = {pool.submit(run_cells, *job, options): job for job in work}
    with progress_bar(f"Exploring {total} cells", total, quiet=as_json) as advance:
        try:
            for future in as_completed(futures):
                results[futures[future]] = future.result()
                advance(len(results[futures[future]]), "")
        except KeyboardInterrupt:
            # The running searches get the signal too: they end, and say how far they came.
            for future in futures:
                future.cancel()
            for future, job in futures.items():
                if not future.cancelled() and future.exception() is None:
                    results[job] = future.result()
    pool.shutdown()
    cells = [cell for job in work for cell in results.get(job, [])]
    command = "sealrace matrix" + (" --small" if options.small else "")
    page = write_index(cells, options, command=command)
    if as_json:
        print_json(cells)
    else:
        click.echo(table(cells, options))
        click.echo(f" Pictures: {page}")
        click.echo(_example(cells))
    if len(cells) < total:
        click.echo(f"interrupted: {len(cells)} of {total} cells explored", err=True)
        return 1 if _any_violated(cells) else 3
    return exit_status(cells, expect)


def _any_violated(cells: list[CellResult]) -> bool:
    return any(cell.violated for cell in cells)


def _example(cells: list[CellResult]) -> str:
    """A command that shows the first leak, or whatever was found."""
    reports = [(label, path) for cell in cells for label, path in cell.reports]
    leaks = [path for label, path in reports if label == "leak"]
    if leaks:
        return f" One leak, step by step:  sealrace graph {leaks[0]}"
    return f" One violation, step by step:  sealrace graph {reports[0][1]}" if reports else " No violation was found."


def _jobs() -> list[Job]:
    """The declared cells, those that share an unfolding together, in the scenarios' order."""
    jobs: dict[tuple[str, str, str], list[str]] = {}
    for scenario in all_scenarios():
        for protocol, fix, model in scenario.expected:
            jobs.setdefault((scenario.name, fix, protocol), []).append(model)
    return [(*key, tuple(models)) for key, models in jobs.items()]
