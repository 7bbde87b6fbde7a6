"""``python -m bench.profile PROGRAM MODEL``: which functions a search spends its time in.

The interpreter reports calls of Python functions, so compiled code shows as a whole; figures
are of use for their shares, since reporting takes time of its own.
"""

from __future__ import annotations

from cProfile import Profile
from dataclasses import dataclass
from pathlib import Path
from types import CodeType

import click

from bench.command import ROOT
from bench.programs import find_program
from explorer.errors import InputError
from explorer.memory.model import Model, load_model
from explorer.program.program import Program
from explorer.program.tree import Unfolding
from explorer.search.explore import Search
from explorer.version import COMPILED


@dataclass(frozen=True)
class Share:
    """One function: seconds in it alone, times called, and where it is."""

    seconds: float
    calls: int
    function: str


def shares(program: Program, model: Model) -> tuple[int, list[Share]]:
    """The executions of a program, and the functions that finding them took, the longest first."""
    unfolding = Unfolding(program, 3)
    profile = Profile()
    executions = profile.runcall(lambda: sum(leaf is not None for leaf in Search(unfolding, model)))
    found = [Share(entry.inlinetime, entry.callcount, _name(entry.code)) for entry in profile.getstats()]
    return executions, sorted(found, key=lambda share: (-share.seconds, share.function))


def _name(code: CodeType | str) -> str:
    """A function's file and name; what is built into Python has a name alone."""
    if isinstance(code, str):
        return code
    file = Path(code.co_filename)
    shown = file.relative_to(ROOT) if file.is_relative_to(ROOT) else file.name
    return f"{shown} {code.co_qualname}"


@click.command()
@click.argument("program")
@click.argument("model")
@click.option("--top", type=click.IntRange(1), default=15, show_default=True, help="Functions to show.")
def main(program: str, model: str, top: int) -> None:
    """Profile the search of one of the growing programs, such as v4-r3, under a model."""
    try:
        family, size = find_program(program)
        rules = load_model(model)
    except (ValueError, InputError) as error:
        raise click.UsageError(str(error)) from error
    if COMPILED:
        click.echo("The search is compiled: its functions are not told apart. SEALRACE_PURE=1 at install shows them.")
    executions, found = shares(family.build(size), rules)
    total = sum(share.seconds for share in found)
    click.echo(f"{program} under {model}: {executions:,} executions, {total:.2f} s while profiled")
    click.echo(f"{'share':>6}{'seconds':>9}{'calls':>12}  function")
    for share in found[:top]:
        click.echo(f"{share.seconds / total:>6.1%}{share.seconds:>9.3f}{share.calls:>12,}  {share.function}")


if __name__ == "__main__":
    main(prog_name="python -m bench.profile")
