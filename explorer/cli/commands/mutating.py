"""The command that asks what is needed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from explorer.cli.commands.ending import end_with
from explorer.cli.options import MODEL, PARAM, SWITCH, PathName, bounds_of_a_case


@click.command()
@click.argument("scenario")
@click.option("--fix", help="Fix variant, or several joined as a+b.  [default: the scenario's first]")
@click.option("--protocol", help="How the seal gets set.  [default: the scenario's first]")
@click.option(
    "--model",
    "models",
    multiple=True,
    type=PathName(),
    metavar="MODEL",
    help=f"{MODEL} May be repeated.  [default: sc]",
)
@click.option("--property", "properties", multiple=True, metavar="NAME", help="Ask for this one. May be repeated.")
@click.option("--param", "parameters", multiple=True, metavar="NAME=N", help=PARAM)
@click.option("--switch", "switches", multiple=True, metavar="NAME", help=SWITCH)
@click.option(
    "--together/--singly",
    default=True,
    show_default=True,
    help="Of a property that needs no element by itself, find which guard it together.",
)
@click.option("--stores", is_flag=True, help="Leave out each store in turn as well: would a property notice?")
@click.option("--json", "as_json", is_flag=True, help="One JSON object instead of text.")
@bounds_of_a_case
def mutate(
    scenario: str,
    fix: str | None,
    protocol: str | None,
    models: tuple[str, ...],
    properties: tuple[str, ...],
    parameters: tuple[str, ...],
    switches: tuple[str, ...],
    together: bool,
    stores: bool,
    as_json: bool,
    **how: Any,
) -> None:
    """Weaken or remove each ordering, fence, lock and check of SCENARIO in turn, and say which are needed by what.

    Asked are the properties that hold as it is. --max-time is that of each mutant. Exit status: 0 each of these
    properties needs some element by itself, 1 one does not (it is guarded twice, or by nothing), 2 bad input, or
    no property holds, 3 not all was explored, and that leaves it open.
    """
    from explorer.cli.mutate import Choice, mutate_case
    from explorer.cli.named import numbers
    from explorer.cli.setting import Options

    options = Options(out=Path(), parameters=numbers(parameters), **how)
    choice = Choice(scenario, fix, protocol, models, switches, properties, together, stores)
    end_with(mutate_case(choice, options, as_json=as_json))
