"""The commands that ask the kernel that runs this."""

from __future__ import annotations

from pathlib import Path

import click

from explorer.cli.commands.ending import end_with
from explorer.cli.options import SCENARIO_FILE, PathName


@click.command()
@click.argument("scenario_or_report", metavar="SCENARIO|REPORT", type=PathName())
@click.option("--runs", type=click.IntRange(1, 100_000), default=1, show_default=True, help="Do it this many times.")
@SCENARIO_FILE
@click.option("--json", "as_json", is_flag=True, help="One JSON object instead of text.")
def reproduce(scenario_or_report: str, runs: int, own: Path | None, as_json: bool) -> None:
    """Make the system calls of a violating execution on the kernel that runs this, and compare their results.

    SCENARIO is explored under sc at its small sizes, and its most severe violation taken; REPORT is a
    file as replay takes. A read is stopped in its copy by userfaultfd(2): root, or sysctl
    vm.unprivileged_userfaultfd=1. Exit status: 0 every run gave what the model says, 1 one did not, 2
    it cannot be done on a real kernel or on this one.
    """
    from explorer.cli.reproduce import reproduce as reproduce_here

    end_with(reproduce_here(scenario_or_report, runs, own, as_json=as_json))


@click.command()
@click.option(
    "--calls", type=click.IntRange(1), default=20_000, show_default=True, help="Compare this many, or a few more."
)
@click.option("--seed", type=click.IntRange(0), default=1, show_default=True, help="Other sequences of calls.")
@click.option("--kernel", metavar="VERSION", help="Model this version.  [default: the running kernel's]")
@click.option("--json", "as_json", is_flag=True, help="One JSON object instead of text.")
def conformance(calls: int, seed: int, kernel: str | None, as_json: bool) -> None:
    """Compare the modelled memfd with that of the kernel that runs this, call by call.

    Both get the same random calls, and after each the results, size, content, seals, mode and blocks must
    be the same. Exit status: 0 no difference, 1 one, told by the shortest sequence of calls that shows
    it, 2 nothing to compare with here, 3 interrupted and no difference up to then.
    """
    from explorer.cli.conformance import check_conformance

    end_with(check_conformance(calls, seed, kernel, as_json=as_json))
