"""The command that compares with other tools."""

from __future__ import annotations

from pathlib import Path

import click

from explorer.cli.commands.ending import end_with
from explorer.cli.options import PathName, crosschecks, of_one_case

MAX_TIME = 300.0
"""Seconds that each side has: other tools tell nothing on the way."""


@click.command()
@click.argument("scenario_or_test", metavar="SCENARIO|FILE.litmus", type=PathName())
@of_one_case("sc")
@click.option(
    "--tool",
    "tools",
    multiple=True,
    type=click.Choice(["spin", "herd7", "genmc"]),
    help="Compare with this tool alone. May be repeated.  [default: all that are installed]",
)
@crosschecks(MAX_TIME)
def crosscheck(
    scenario_or_test: str,
    fix: str | None,
    protocol: str | None,
    model: str | None,
    parameters: tuple[str, ...],
    switches: tuple[str, ...],
    tools: tuple[str, ...],
    small: bool,
    unroll: int,
    max_time: float,
    max_events: int | None,
    out: Path,
    as_json: bool,
) -> None:
    """Compare with SPIN, herd7 and GenMC, where they are installed.

    SCENARIO is a name (see list), or path/to/file.py:name. Its program is written in the language of each
    tool that can say it, and what comes out there is compared with what comes out here. What is not
    compared is told with the reason. Exit status: 0 all that was compared agrees, 1 there is a
    difference, 2 bad input, 3 INCOMPLETE: a side did not come to its end, or nothing was compared.
    """
    from explorer.cli.crosscheck import cross_check
    from explorer.cli.named import numbers
    from explorer.cli.setting import Options

    options = Options(
        out=out,
        parameters=numbers(parameters),
        small=small,
        unroll=unroll,
        max_time=max_time,
        max_events=max_events,
    )
    end_with(cross_check(scenario_or_test, fix, protocol, model, switches, tools, options, as_json=as_json))
