"""The commands that go through every execution."""

from __future__ import annotations

from typing import Any

import click

from explorer.cli.commands.ending import end_with
from explorer.cli.options import JOBS, MODEL, PARAM, SWITCH, PathName, explores, of_one_case, surveys


@click.command()
@click.argument("scenario")
@click.option(
    "--fix",
    "fixes",
    multiple=True,
    default=["none"],
    show_default=True,
    help="Fix variant, several joined as a+b, or 'all'. May be repeated.",
)
@click.option(
    "--protocol",
    "protocols",
    multiple=True,
    help="How the seal gets set, or 'all'. May be repeated.  [default: the scenario's first]",
)
@click.option(
    "--model",
    "models",
    multiple=True,
    type=PathName(),
    metavar="MODEL",
    help=f"{MODEL} May be repeated.  [default: the scenario's]",
)
@click.option("--param", "parameters", multiple=True, metavar="NAME=N", help=PARAM)
@click.option("--readers", type=click.IntRange(min=0), metavar="N", help="The same as --param readers=N.")
@click.option("--switch", "switches", multiple=True, metavar="NAME", help=SWITCH)
@JOBS
@explores
def explore(
    scenario: str,
    fixes: tuple[str, ...],
    protocols: tuple[str, ...],
    models: tuple[str, ...],
    parameters: tuple[str, ...],
    readers: int | None,
    switches: tuple[str, ...],
    jobs: int | None,
    expect: bool,
    as_json: bool,
    **how: Any,
) -> None:
    """Explore SCENARIO and say what its readers can see.

    SCENARIO is a name (see list), or path/to/file.py:name for one of your own (see new).
    """
    from explorer.cli.explore import explore_scenario
    from explorer.cli.named import numbers
    from explorer.cli.setting import Options

    if readers is not None:
        parameters = (*parameters, f"readers={readers}")
    options = Options(parameters=numbers(parameters), **how)
    status = explore_scenario(
        scenario, fixes, protocols, models, switches, options, jobs=jobs, expect=expect, as_json=as_json
    )
    end_with(status)


@click.command()
@click.option("--all", "everything", is_flag=True, help="Everything: all models and protocols; many minutes.")
@click.option(
    "--scenario",
    "scenarios",
    multiple=True,
    help="Scenarios alone, path/to/file.py:name too, or 'all'. May be repeated.",
)
@click.option("--fix", "fixes", multiple=True, help="Fixes alone, several joined as a+b, or 'all'. May be repeated.")
@click.option("--protocol", "protocols", multiple=True, help="Protocols alone, or 'all'. May be repeated.")
@click.option(
    "--model", "models", multiple=True, help="Models alone (sc, tso, pso, armv8, lkmm), or 'all'. May be repeated."
)
@click.option("--switch", "switches", multiple=True, metavar="NAME", help=SWITCH)
@JOBS
@explores
def matrix(
    everything: bool,
    scenarios: tuple[str, ...],
    fixes: tuple[str, ...],
    protocols: tuple[str, ...],
    models: tuple[str, ...],
    switches: tuple[str, ...],
    jobs: int | None,
    expect: bool,
    as_json: bool,
    **how: Any,
) -> None:
    """Explore scenarios with their fixes and protocols under models, and print one table.

    With nothing named: what takes two minutes on two cores, of the scenarios' first protocols under sc, tso and pso.
    Fixes that mean nothing with a protocol are n/a.
    """
    from explorer.cli.matrix import explore_matrix
    from explorer.cli.matrix_part import Choice
    from explorer.cli.setting import Options

    choice = Choice(scenarios, fixes, protocols, models, switches, everything)
    end_with(explore_matrix(Options(every_goal=False, **how), choice, jobs=jobs, expect=expect, as_json=as_json))


@click.command()
@click.argument("scenario_or_test", metavar="SCENARIO|FILE.litmus", type=PathName())
@of_one_case("sc; for a litmus test lkmm")
@surveys
def survey(
    scenario_or_test: str,
    fix: str | None,
    protocol: str | None,
    model: str | None,
    parameters: tuple[str, ...],
    switches: tuple[str, ...],
    as_json: bool,
    **how: Any,
) -> None:
    """Go through every execution of one case, and show what can come out and how often.

    Prints a histogram of outcomes, and writes a page with it, with what was known after how many executions,
    and with the pairs of accesses that were found in both orders; and a report of a witness of each outcome.
    No execution stands for others here, so it takes longer than explore. Exit status: 0 all executions were
    visited, 2 bad input, 3 INCOMPLETE: not all were.
    """
    from explorer.cli.named import numbers
    from explorer.cli.setting import Options
    from explorer.cli.survey import survey_case

    options = Options(parameters=numbers(parameters), **how)
    end_with(survey_case(scenario_or_test, fix, protocol, model, switches, options, as_json=as_json))
