"""The commands that say what to change."""

from __future__ import annotations

from typing import Any

import click

from explorer.cli.commands.ending import end_with
from explorer.cli.options import of_one_case, repairs


@click.command()
@click.argument("scenario", metavar="SCENARIO|FILE.litmus")
@click.option("--property", "prop", metavar="P", help="The property that is to hold.  [default: all of the scenario]")
@of_one_case("lkmm")
@repairs
def repair(
    scenario: str,
    prop: str | None,
    fix: str | None,
    protocol: str | None,
    model: str | None,
    parameters: tuple[str, ...],
    switches: tuple[str, ...],
    as_json: bool,
    **how: Any,
) -> None:
    """Find what makes a property of SCENARIO hold: stronger orderings, barriers, or one of its fixes.

    All minimal sets of READ_ONCE and WRITE_ONCE, acquire and release, smp_rmb(), smp_wmb() and smp_mb()
    are given, the cheapest first, each explored under every model, and each fix alone. Of a litmus test
    the outcome that its condition looks for is to be impossible.

    Exit status: 0 it holds as it is or by one of these sets, 1 no ordering makes it hold (the fixes are
    told all the same), 2 bad input or usage, 3 stopped before all was settled; what was found by then is told.
    """
    from pathlib import Path

    from explorer.cli.named import numbers
    from explorer.cli.repair import repair_case
    from explorer.cli.setting import Options

    options = Options(Path(), numbers(parameters), **how)
    end_with(repair_case(scenario, fix, protocol, model, prop, switches, options, as_json=as_json))
