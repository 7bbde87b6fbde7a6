"""What the commands print: tables, JSON lines, progress."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from importlib.metadata import version
from os.path import relpath

import click

from explorer.cli.cell import CellResult, Options
from reports.index import Cell, render_index, render_table


def print_json(cells: Sequence[CellResult]) -> None:
    """One JSON object a line."""
    for cell in cells:
        click.echo(json.dumps(cell.to_json()))


def write_index(cells: Sequence[CellResult], options: Options, *, command: str) -> str:
    """Write the index page of a run; gives its path."""
    path = options.out / "index.html"
    page = render_index([as_cell(cell, options) for cell in cells], command=command, tool=version("sealrace"))
    options.out.mkdir(parents=True, exist_ok=True)
    path.write_text(page, encoding="utf-8")
    return str(path)


def table(cells: Sequence[CellResult], options: Options) -> str:
    """The verdict table for a terminal."""
    return render_table([as_cell(cell, options) for cell in cells])


def as_cell(cell: CellResult, options: Options) -> Cell:
    """The cell as reports draw it, with links relative to the index page."""
    return Cell(
        scenario=cell.scenario,
        protocol=cell.protocol,
        fix=cell.fix,
        model=cell.model,
        verdict=cell.verdict,
        word=cell.word,
        executions=cell.executions,
        violating={**cell.violating, **({"deadlock": cell.blocked} if cell.blocked else {})},
        interleavings=None if cell.interleavings is None else str(cell.interleavings),
        expected=cell.as_declared,
        reports=tuple(
            (label, relpath(path.removesuffix(".json") + ".html", options.out)) for label, path in cell.reports
        ),
    )


@contextmanager
def progress_bar(title: str, total: int | None, *, quiet: bool) -> Iterator[Callable[[int, str], None]]:
    """A progress display on a terminal, nothing elsewhere.

    Gives a function that takes how many more are done and a text to show beside the bar.
    """
    if quiet or not sys.stderr.isatty():
        yield lambda _done, _text: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    columns = (
        [TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn()]
        if total is not None
        else [SpinnerColumn(), TextColumn("{task.description}"), TextColumn("{task.fields[text]}"), TimeElapsedColumn()]
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(title, total=total, text="")
        yield lambda done, text: bar.update(task, advance=done, text=text)
