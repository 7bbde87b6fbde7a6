"""What several commands print: JSON lines and progress."""

from __future__ import annotations

import json
import os
import shutil
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import click

MIN_WIDTH = 60
"""Columns below which a ladder says nothing."""


def print_json(found: dict[str, Any]) -> None:
    """One JSON object on one line."""
    click.echo(json.dumps(found))


def many(count: int, what: str, ending: str = "s") -> str:
    """``1 run``, ``2 runs``; other words have another ``ending`` where there are several."""
    return f"{count:,} {what}{'' if count == 1 else ending}"


def text_width() -> int | None:
    """The columns that text may take: those of the terminal (or of COLUMNS), None where it goes to a file."""
    if sys.stdout.isatty() or "COLUMNS" in os.environ:
        return max(MIN_WIDTH, shutil.get_terminal_size().columns)
    return None


@contextmanager
def progress_bar(title: str, total: int | None) -> Iterator[Callable[[int, str], None]]:
    """A progress display on a terminal, nothing elsewhere.

    Gives a function that takes how many are done and a text to show beside the bar.
    """
    if not sys.stderr.isatty():
        yield lambda _done, _text: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    counted = [BarColumn(), MofNCompleteColumn()] if total is not None else [SpinnerColumn()]
    columns = [TextColumn("{task.description}"), *counted, TimeElapsedColumn(), TextColumn("{task.fields[text]}")]
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(title, total=total, text="")
        yield lambda done, text: bar.update(task, completed=done, text=text)
