"""What a benchmark run finds: one figure per measured thing, and the machine it was measured on.

A run is kept as JSON, so that two can be compared.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import click
import msgspec

from bench.machine import Machine

Count = Annotated[int, msgspec.Meta(ge=0)]
Seconds = Annotated[float, msgspec.Meta(ge=0)]


class BadFile(click.ClickException):
    """A file of figures that cannot be read or written."""

    exit_code = 2


@dataclass(frozen=True)
class Figure:
    """What one measured thing took.

    Attributes:
        series: what it belongs to (``v4``, ``litmus``); sizes of one series follow each other.
        program: its name, ``v4-r3``; with series and model it names the figure.
        model: the memory model, empty where none is asked.
        seconds: wall-clock time of what is measured, the median of ``runs``.
        executions: executions found, None where none are counted.
        states: partial executions looked at by the search.
        files: litmus tests run.
        unfold_seconds: time to explore the threads' places, before the search.
        cpu_seconds: processor time of it, for a command that of all its processes; other work on the machine
            disturbs it less.
        peak_bytes: most memory that a process held.
    """

    series: str
    program: str
    model: str
    seconds: Seconds
    runs: Annotated[int, msgspec.Meta(ge=1)] = 1
    executions: Count | None = None
    states: Count | None = None
    files: Count | None = None
    unfold_seconds: Seconds | None = None
    cpu_seconds: Seconds | None = None
    peak_bytes: Count | None = None

    @property
    def name(self) -> tuple[str, str, str]:
        """What two runs know the figure by."""
        return self.series, self.program, self.model

    @property
    def rate(self) -> float | None:
        """Files, or else executions, per second; None where nothing is counted or no time was seen to pass."""
        done = self.executions if self.files is None else self.files
        return None if done is None or not self.seconds else done / self.seconds


@dataclass(frozen=True)
class Run:
    """All figures of one run, and the machine."""

    machine: Machine
    figures: tuple[Figure, ...]


def make_room(path: Path) -> None:
    """Make the folder of a file, before what it is to hold is measured; BadFile where that is not possible."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise BadFile(f"{path.parent}: {error.strerror}: choose another file with --json") from error


def write_run(path: Path, run: Run) -> None:
    """Write a run as JSON; BadFile where that is not possible."""
    text = msgspec.json.format(msgspec.json.encode(run), indent=1) + b"\n"
    try:
        path.write_bytes(text)
    except OSError as error:
        raise BadFile(f"{path}: {error.strerror}: choose another file with --json") from error


def read_run(path: Path) -> Run:
    """Read a run; BadFile where it is not one."""
    try:
        run = msgspec.json.decode(path.read_bytes(), type=Run)
    except OSError as error:
        raise BadFile(f"{path}: {error.strerror}: name a file that python -m bench --json wrote") from error
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise BadFile(f"{path} is no file of figures: {error}\n  write one with python -m bench --json FILE") from error
    names = [figure.name for figure in run.figures]
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice:
        raise BadFile(f"{path} has two figures of {' '.join(twice)}\n  write one with python -m bench --json FILE")
    return run
