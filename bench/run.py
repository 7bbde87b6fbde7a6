"""``python -m bench``: measure everything, print it, and write it as JSON if asked to."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import click

from bench import litmus, matrix, search, startup
from bench.figures import Figure, Run, make_room, write_run
from bench.machine import this_machine
from bench.programs import FAMILIES
from bench.table import HEADER, Table

GROWING = tuple(family.series for family in FAMILIES)
SERIES = (*GROWING, litmus.SERIES, matrix.SERIES, startup.SERIES)
RUNS = 5
QUICK_RUNS = 3


def measured(chosen: Sequence[str], *, quick: bool, models: Sequence[str]) -> Iterator[Figure]:
    """The figures of the chosen series, as they come; ``models`` are those of the matrix."""
    for family in FAMILIES:
        if family.series in chosen:
            for model in family.sizes:
                for size in family.chosen(model, quick=quick):
                    yield search.measured(family.name(size), model, QUICK_RUNS if quick else RUNS)
    if litmus.SERIES in chosen:
        yield litmus.measure(quick=quick)
    if matrix.SERIES in chosen:
        yield from matrix.measure(models)
    if startup.SERIES in chosen:
        yield from startup.measure(startup.QUICK_ROUNDS if quick else startup.ROUNDS)


@click.command()
@click.option("--quick", is_flag=True, help="Leave out what takes long: the largest sizes, most models of the matrix.")
@click.option("--all", "everything", is_flag=True, help="The matrix under armv8 and lkmm too: many minutes.")
@click.option("--only", multiple=True, type=click.Choice(SERIES), help="Measure one series alone; may be repeated.")
@click.option("--json", "file", type=click.Path(dir_okay=False, path_type=Path), help="Write the figures to a file.")
def main(quick: bool, everything: bool, only: tuple[str, ...], file: Path | None) -> None:
    """Measure the searches, the kernel vectors, the shmem matrix and the start of the command.

    Exit status: 0 all was measured, 1 a count or a verdict is not the one known.
    """
    if quick and everything:
        raise click.UsageError("--quick leaves out what --all adds: choose one")
    if file is not None:
        make_room(file)
    models = matrix.QUICK if quick else matrix.ALL if everything else matrix.USUAL
    machine = this_machine()
    click.echo(str(machine))
    click.echo(HEADER)
    table = Table(frozenset(GROWING))
    figures = []
    for figure in measured(only or SERIES, quick=quick, models=models):
        figures.append(figure)
        click.echo(table.line(figure))
    if file is not None:
        write_run(file, Run(machine, tuple(figures)))
