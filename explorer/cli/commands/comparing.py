"""The command that compares what was explored, or explores what it compares."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from explorer.cli.commands.ending import end_with
from explorer.cli.options import MODEL, PARAM, SWITCH, PathName, bounds_of_a_case

_TWICE = "Twice: one for each side."


@click.command()
@click.argument("first", metavar="A", type=PathName())
@click.argument("second", metavar="[B]", required=False, type=PathName())
@click.option("--fix", "fixes", multiple=True, help=f"Fix variant, or several joined as a+b. {_TWICE}")
@click.option("--protocol", "protocols", multiple=True, help=f"How the seal gets set. {_TWICE}")
@click.option(
    "--model",
    "models",
    multiple=True,
    type=PathName(),
    metavar="MODEL",
    help=f"{MODEL} {_TWICE}  [default: sc; for litmus tests lkmm]",
)
@click.option("--param", "parameters", multiple=True, metavar="NAME=N", help=PARAM)
@click.option("--switch", "switches", multiple=True, metavar="NAME", help=SWITCH)
@click.option(
    "--against-switch",
    "against",
    multiple=True,
    metavar="NAME",
    help="Compare without this switch (a version such as v6.9) with it. May be repeated.",
)
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line, one for each two cells.")
@bounds_of_a_case
def diff(
    first: str,
    second: str | None,
    fixes: tuple[str, ...],
    protocols: tuple[str, ...],
    models: tuple[str, ...],
    parameters: tuple[str, ...],
    switches: tuple[str, ...],
    against: tuple[str, ...],
    as_json: bool,
    **how: Any,
) -> None:
    """Compare two fixes or versions of a scenario, or what two explorations have written.

    A is a scenario, with --fix twice, --against-switch, or --protocol or --model twice. A and B are two scenarios
    (OLD.py:name NEW.py:name) or two litmus tests. Both sides are explored: outcomes and violations that are gone or
    new, a token for each, and the first execution where they differ.

    Or A and B are run files (FILE.run.jsonl; one is written for every cell explored, one that HOLDS too) or folders of
    them: which violations are gone, kept and new.

    Exit status: 0 nothing differs, 1 something does, 2 bad input, 3 a side was not explored to its end, and nothing is
    known to differ.
    """
    from explorer.cli.diff import are_runs, show_differences
    from explorer.cli.named import numbers
    from explorer.cli.setting import Options
    from explorer.cli.versions import Choice, compare_versions

    if are_runs(first, second):
        for option in click.get_current_context().command.params:
            name = option.name or ""
            given = click.get_current_context().get_parameter_source(name)
            if given is click.core.ParameterSource.COMMANDLINE and name not in ("first", "second", "as_json"):
                raise click.UsageError(f"{option.opts[0]} is for scenarios, not for run files")
        end_with(show_differences(Path(first), Path(second or ""), as_json=as_json))
    choice = Choice(first, second, fixes, protocols, models, switches, against)
    options = Options(out=Path(), parameters=numbers(parameters), **how)
    end_with(compare_versions(choice, options, as_json=as_json))
