"""The options that several commands share, and what is refused before a command begins."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from math import isfinite
from pathlib import Path
from typing import Any

import click

Command = Callable[..., None]

MODEL = (
    "A model's name (see 'sealrace models'), a .cat file, or a folder with one .cfg file, as a kernel's "
    "tools/memory-model is."
)
SWITCH = "Choose another form of the modelled code (see list). May be repeated."
PARAM = "Set a size of the scenario: 0 to 1000 where the scenario has no other range. May be repeated."

STRATEGIES: Mapping[str, tuple[str, ...]] = {
    "random": ("seed",),
    "pct": ("seed", "depth"),
    "preemption-bounded": ("bound",),
    "delay-bounded": ("bound",),
    "round-robin": ("seed", "quantum"),
    "fair": ("seed",),
    "coverage": ("seed",),
    "depth-first": (),
    "portfolio": ("seed", "depth", "bound", "quantum"),
}
"""The strategies of ``run``, each with the options that it has beside those of all."""


class PathName(click.Path):
    """A path. The empty one is refused: it would be the current folder."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        if value == "":
            self.fail("it is empty: name a file or folder", param, ctx)
        return super().convert(value, param, ctx)


class _Seconds(click.FloatRange):
    """A time above 0, and not infinite."""

    def __init__(self) -> None:
        super().__init__(0, min_open=True)

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        seconds = super().convert(value, param, ctx)
        if not isfinite(seconds):
            self.fail(f"{value} is no number of seconds", param, ctx)
        return seconds


FILE = PathName(dir_okay=False, path_type=Path)

JOBS = click.option("--jobs", type=click.IntRange(1, 256), help="Processes.  [default: one per core]")

SCENARIO_FILE = click.option(
    "--scenario",
    "own",
    type=FILE,
    metavar="FILE.py",
    help="Run this file as the one that the report's scenario is in. One below the current folder need not be named.",
)

_Options = tuple[Callable[[Command], Command], ...]

_OUTPUT: _Options = (
    click.option("--json", "as_json", is_flag=True, help="One JSON object a line instead of text."),
    click.option(
        "--out",
        type=PathName(file_okay=False, path_type=Path),
        default=Path("out"),
        show_default=True,
        help="Folder for reports and run files.",
    ),
)
_SIZES: _Options = (
    click.option("--small", is_flag=True, help="The scenario's small sizes, which take a fraction of the time."),
    click.option(
        "--unroll", type=click.IntRange(1, 100), default=3, show_default=True, help="Iterations of a while loop."
    ),
)
in_time = click.option("--max-time", type=_Seconds(), help="Stop after this many seconds.")
"""The limit on time of a command that does one thing."""

_TIME: _Options = (
    click.option("--max-time", type=_Seconds(), help="Stop a case after this many seconds, unfolding it included."),
    click.option("--max-events", type=click.IntRange(1, 1000), help="Cut a thread's path after this many events."),
)
_BOUNDS: _Options = (
    *_SIZES,
    click.option("--max-executions", type=click.IntRange(1), help="Stop after this many complete executions."),
    *_TIME,
)
_SHARED: _Options = (
    click.option("--expect", is_flag=True, help="Exit 0 if every verdict is the one that the scenario declares."),
    *_OUTPUT,
    click.option(
        "--junit",
        type=FILE,
        help="Write the verdicts to a JUnit XML file. With --expect, failures are those not as declared.",
    ),
    click.option("--sarif", type=FILE, help="Write the findings to a SARIF 2.1.0 file."),
    click.option("--all-reports", is_flag=True, help="Write a full report for every violating execution."),
    *_BOUNDS,
    click.option(
        "--symmetry/--no-symmetry",
        default=True,
        show_default=True,
        help="Search executions that differ in the names of identical threads once.",
    ),
    click.option(
        "--projection/--no-projection",
        default=True,
        show_default=True,
        help="Leave out threads that never write, beside one identical to them.",
    ),
)


def _with(command: Command, options: _Options) -> Command:
    """Give a command these options, in their order."""
    for option in reversed(options):
        command = option(command)
    return command


def explores(command: Command) -> Command:
    """Give a command the options that ``explore`` and ``matrix`` share."""
    return _with(command, _SHARED)


def of_one_case(default_model: str) -> Callable[[Command], Command]:
    """The options that say which case of a scenario is meant, and under which model."""
    options: _Options = (
        click.option("--fix", help="Fix variant, or several joined as a+b.  [default: the scenario's first]"),
        click.option("--protocol", help="How the seal gets set.  [default: the scenario's first]"),
        click.option("--model", type=PathName(), metavar="MODEL", help=f"{MODEL}  [default: {default_model}]"),
        click.option("--param", "parameters", multiple=True, metavar="NAME=N", help=PARAM),
        click.option("--switch", "switches", multiple=True, metavar="NAME", help=SWITCH),
    )
    return lambda command: _with(command, options)


def surveys(command: Command) -> Command:
    """Those of them that mean something where every execution is visited."""
    return _with(command, (*_OUTPUT, *_BOUNDS))


def bounds_of_a_case(command: Command) -> Command:
    """The small sizes and the bounds of a case of which no files are written."""
    return _with(command, _BOUNDS)


def repairs(command: Command) -> Command:
    """Those of a command that explores many edited forms of one case, and writes no files."""
    time = click.option("--max-time", type=_Seconds(), help="Stop after this many seconds, all explorations together.")
    return _with(command, (_OUTPUT[0], *_SIZES, time, _TIME[1]))


def runs_of_a_case(command: Command) -> Command:
    """Those that mean something where runs are made one after the other."""
    return _with(command, (*_OUTPUT, *_SIZES, *_TIME))


def crosschecks(seconds: float) -> Callable[[Command], Command]:
    """Those of them that mean something where other tools are asked too, which have ``seconds`` each."""
    *_unlimited, events = _TIME
    limit = click.option(
        "--max-time",
        type=_Seconds(),
        default=seconds,
        show_default=True,
        help="Stop each side after this many seconds.",
    )
    return lambda command: _with(command, (*_OUTPUT, *_SIZES, limit, events))
