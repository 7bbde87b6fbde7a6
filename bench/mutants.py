"""``python -m bench.mutants``: the elements that scenarios need with each of their fixes that hold, at small sizes.

A line per cell of the scenarios' first protocols that hold under sc: the properties, each with how many elements it
needs by itself, or how many guard it together.  Exit status 1 where a property of a cell has neither.
"""

from __future__ import annotations

import multiprocessing
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import click

from explorer.cli.interrupts import Interrupts
from explorer.cli.mutate import Choice, mutated
from explorer.cli.mutate_text import Mutated
from explorer.cli.setting import Options
from scenarios.registry import scenarios


@dataclass(frozen=True)
class Cell:
    """A scenario with a fix that holds, and how it is mutated."""

    scenario: str
    protocol: str
    fix: str
    models: tuple[str, ...]
    max_time: float
    stores: bool


def cells(only: tuple[str, ...], models: tuple[str, ...], max_time: float, stores: bool) -> Iterator[Cell]:
    """The cells that are declared to hold under sc, of some scenarios or of all."""
    for scenario in scenarios():
        protocol = scenario.protocols[0]
        for fix in scenario.fixes:
            holds = scenario.declared(protocol, fix, "sc", scenario.small) == frozenset()
            if holds and scenario.not_applicable(fix, protocol) is None and (not only or scenario.name in only):
                yield Cell(scenario.name, protocol, fix, models, max_time, stores)


def line_of(cell: Cell) -> tuple[str, bool]:
    """What is printed of a cell, and whether each of its properties is needed something for."""
    started = time.monotonic()
    choice = Choice(cell.scenario, cell.fix, cell.protocol, cell.models, (), (), together=True, stores=cell.stores)
    options = Options(Path(), small=True, max_time=cell.max_time)
    found = mutated(choice, options, Interrupts(), lambda _text: None)
    words = {name: _word(found, name) for name in found.held}
    told = ", ".join(f"{name} {word}" for name, word in words.items())
    seconds = time.monotonic() - started
    return f"{cell.scenario:15} {cell.fix:18} {found.count:3} elements  {told}  ({seconds:.0f} s)", all(
        word not in ("-", "?") for word in words.values()
    )


def _word(found: Mutated, name: str) -> str:
    """``2`` elements each needed by itself, ``2 together``, ``-`` for none, ``?`` where that is open."""
    needed = found.needed_by(name)
    if needed:
        return str(len(needed))
    guard = next((guard for guard in found.guards if guard.property == name), None)
    if guard is not None and guard.elements:
        return f"{len(guard.elements)} together"
    return "?" if guard is None or guard.open or found.is_open else "-"


@click.command()
@click.argument("only", nargs=-1, metavar="[SCENARIO]...")
@click.option("--model", "models", multiple=True, default=("sc", "armv8"), show_default=True)
@click.option("--max-time", type=float, default=20.0, show_default=True, help="Seconds for each mutant and model.")
@click.option("--stores/--no-stores", default=True, show_default=True, help="Leave out stores, too.")
@click.option("--jobs", type=click.IntRange(1), default=2, show_default=True)
def main(only: tuple[str, ...], models: tuple[str, ...], max_time: float, stores: bool, jobs: int) -> None:
    """Mutate scenarios, all where none is named, with every fix that holds."""
    whole = True
    with multiprocessing.Pool(jobs) as pool:
        for line, needed in pool.imap(line_of, cells(only, models, max_time, stores)):
            click.echo(line)
            whole = whole and needed
    sys.exit(0 if whole else 1)


if __name__ == "__main__":
    main()
