"""``python -m bench.costs RUN.jsonl``: what the cells of the matrix cost, from what a run of it has printed.

``sealrace matrix --all --json > RUN.jsonl`` is such a run, at the default sizes.  What the command
line estimates by is written anew, to ``scenarios/costs.json``.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import click
import msgspec

from bench.figures import BadFile
from explorer.cli.setting import UNROLL
from scenarios.costs import FILE, cost_name
from scenarios.registry import find


class _Line(msgspec.Struct):
    """What of a cell is looked at; one that means nothing has its verdict only."""

    scenario: str
    protocol: str
    fix: str
    model: str
    verdict: str
    complete: bool = False
    parameters: dict[str, int] = {}
    cpu_seconds: float | None = None


def costs_of(lines: Iterable[bytes], file: str) -> dict[str, float]:
    """CPU seconds by the names of cells, to hundredths.

    Raises BadFile for a line that is no cell of the matrix, explored to its end at the default sizes.
    """
    costs: dict[str, float] = {}
    for number, line in enumerate(lines, 1):
        try:
            cell = msgspec.json.decode(line, type=_Line)
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            raise BadFile(f"{file}:{number}: {error}\n  write one with sealrace matrix --all --json") from error
        if cell.verdict == "n/a":
            continue
        name = cost_name(cell.scenario, cell.protocol, cell.fix, cell.model)
        _check(cell, f"{file}:{number}: {name}")
        if name in costs:
            raise BadFile(f"{file}:{number}: {name} is there twice\n  name the output of one run")
        costs[name] = round(cell.cpu_seconds or 0.0, 2)
    return costs


def _check(cell: _Line, place: str) -> None:
    scenario = find(cell.scenario)
    if scenario is None:
        raise BadFile(f"{place}: there is no such scenario\n  run the matrix again")
    expected: dict[str, Any] = {**scenario.parameters, "unroll": UNROLL}
    if cell.parameters != expected:
        raise BadFile(f"{place}: was not explored at the default sizes\n  run it without --small and --unroll")
    if not cell.complete or cell.cpu_seconds is None:
        raise BadFile(f"{place}: was not explored to its end by the matrix\n  let sealrace matrix --all end by itself")


@click.command()
@click.argument("run", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "-o", "--output", type=click.Path(dir_okay=False, path_type=Path), default=FILE, show_default="the package's"
)
def main(run: Path, output: Path) -> None:
    """Write what the cells of RUN cost."""
    costs = costs_of(run.read_bytes().splitlines(), str(run))
    output.write_text(json.dumps(costs, indent=0, sort_keys=True) + "\n", encoding="utf-8")
    click.echo(f"{len(costs)} cells, {sum(costs.values()):,.0f} s of CPU: {output}")


if __name__ == "__main__":
    main(prog_name="python -m bench.costs")
