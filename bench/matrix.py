"""Time the shmem matrix: every scenario and fix, as one ``sealrace matrix`` call in one process.

So a cell has a core to itself.  Cells that differ in the model alone share an unfolding.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from tempfile import TemporaryDirectory

import click

from bench.command import sealrace, spent
from bench.figures import Figure

SERIES = "shmem"
QUICK = ("sc",)
USUAL = ("sc", "tso", "pso")
ALL = (*USUAL, "armv8", "lkmm")

PARTS = ("scenario", "protocol", "fix", "model")
"""What names a cell."""


def measure(models: Sequence[str]) -> list[Figure]:
    """The figure of every cell under some models, and that of the whole call.

    A cell's seconds are those of its search and verdict, without unfolding and reports.
    """
    chosen = [argument for model in models for argument in ("--model", model)]
    with TemporaryDirectory() as folder:
        found = spent(sealrace("matrix", "--json", "--jobs", "1", "--out", folder, *chosen))
    if found.status not in (0, 1):
        raise click.ClickException(found.errors.strip() or f"sealrace matrix ended with status {found.status}")
    cells = [cell for line in found.output.splitlines() if (cell := json.loads(line))["verdict"] != "n/a"]
    wrong = ["/".join(cell[part] for part in PARTS) for cell in cells if cell["as_declared"] is False]
    if wrong:
        raise click.ClickException(f"verdicts are not as declared: {', '.join(wrong)}")
    figures = [
        Figure(
            series=SERIES,
            program=f"{cell['scenario']} {cell['protocol']} {cell['fix']}",
            model=cell["model"],
            seconds=cell["seconds"],
            executions=cell["executions"],
        )
        for cell in cells
    ]
    total = Figure(
        series=SERIES,
        program=f"all cells, {' '.join(models)}",
        model="",
        seconds=found.seconds,
        executions=sum(cell["executions"] for cell in cells),
        cpu_seconds=found.cpu_seconds,
        peak_bytes=found.peak_bytes,
    )
    return [*figures, total]
