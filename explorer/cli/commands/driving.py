"""The commands that make some of the executions: by a strategy, or by hand."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from explorer.cli.commands.ending import end_with
from explorer.cli.options import STRATEGIES, PathName, of_one_case, runs_of_a_case


@click.command()
@click.argument("scenario")
@click.option(
    "--strategy",
    default="pct",
    show_default=True,
    type=click.Choice(STRATEGIES),
    help="Who chooses the steps: preemption-bounded where that comes to its end, else pct (see docs/strategies.md).",
)
@click.option("--runs", type=click.IntRange(1), help="Make this many.  [default: 1000; bounded strategies: all]")
@click.option("--seed", type=click.IntRange(0), help="Other random numbers.  [default: 1]")
@click.option("--run", type=click.IntRange(1), help="Look at this one of the runs alone.")
@click.option("--depth", type=click.IntRange(1, 100), help="pct: that of the bugs to look for.  [default: 3]")
@click.option("--bound", type=click.IntRange(0, 1000), help="How many preemptions or delays.  [default: 2]")
@click.option("--quantum", type=click.IntRange(1, 1000), help="round-robin: steps of a turn.  [default: 1, 2, ...]")
@of_one_case("sc")
@runs_of_a_case
def run(
    scenario: str,
    strategy: str,
    fix: str | None,
    protocol: str | None,
    model: str | None,
    parameters: tuple[str, ...],
    switches: tuple[str, ...],
    as_json: bool,
    out: Path,
    small: bool,
    unroll: int,
    max_time: float | None,
    max_events: int | None,
    **how: Any,
) -> None:
    """Run one case of SCENARIO again and again as a strategy chooses: for what is too large to explore.

    Where explore comes to its end, explore is the answer, and run adds nothing. Where it does not, take
    --strategy preemption-bounded, which says so where it is complete within its bound, and then pct.

    Writes a report of the first run that breaks each property. Exit status: 1 found, 2 bad input, 3 not
    found, which claims nothing of what was not run: only explore says HOLDS.
    """
    from explorer.cli.named import numbers
    from explorer.cli.run import run_scenario
    from explorer.cli.setting import Options
    from explorer.cli.strategies import Chosen

    options = Options(out, numbers(parameters), small, unroll, max_time=max_time, max_events=max_events)
    chosen = Chosen(strategy, **how)
    end_with(run_scenario(scenario, fix, protocol, model, switches, chosen, options, as_json=as_json))


@click.command()
@click.argument("scenarios", nargs=-1, metavar="[FILE.py:NAME]...", type=PathName())
@click.option(
    "--port", type=click.IntRange(0, 65535), default=8057, show_default=True, help="Port; 0 takes any that is free."
)
@click.option("--open", "open_browser", is_flag=True, help="Open it in the browser.")
@click.option(
    "--out",
    type=PathName(file_okay=False, path_type=Path),
    default=Path("out"),
    show_default=True,
    help="Folder for the reports that are handed over.",
)
def serve(scenarios: tuple[str, ...], port: int, open_browser: bool, out: Path) -> None:
    """Drive a program by hand in the browser: a live explorer on 127.0.0.1, until Ctrl-C.

    The scenarios that are installed can be chosen there, and those of your own that are named here. Exit status:
    0 ended by Ctrl-C or SIGTERM, 2 bad input, or the port is taken.
    """
    from explorer.cli.serve.command import serve_explorer

    serve_explorer(scenarios, port, out, open_browser=open_browser)
