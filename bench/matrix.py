"""Time the whole matrix: every scenario and fix under every model that it declares verdicts for.

``python -m bench.matrix`` runs ``sealrace matrix`` in one process, so that a cell has a core to
itself, and prints the seconds of every cell; ``--json FILE`` also writes the figures.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory

import click
from click.testing import CliRunner

from explorer.cli.main import main as sealrace
from scenarios.registry import scenarios


@click.command()
@click.option("--json", "file", type=click.Path(dir_okay=False, path_type=Path), help="Write the figures to a file.")
def main(file: Path | None) -> None:
    """Measure every declared cell."""
    click.echo(f"Python {sys.version.split()[0]}, uncompiled, one process")
    models = dict.fromkeys(model for scenario in scenarios() for _, _, model in scenario.expected)
    chosen = [argument for model in models for argument in ("--model", model)]
    started = time.perf_counter()
    with TemporaryDirectory() as folder:
        found = CliRunner().invoke(sealrace, ["matrix", "--json", "--expect", "--jobs", "1", "--out", folder, *chosen])
    seconds = time.perf_counter() - started
    if found.exit_code:
        raise click.ClickException(found.stderr or f"exit status {found.exit_code}: verdicts are not as declared")
    cells = [json.loads(line) for line in found.stdout.splitlines()]
    kept = [
        {key: cell[key] for key in ("scenario", "fix", "model", "verdict", "executions", "cut", "seconds")}
        for cell in cells
    ]
    for cell in kept:
        click.echo(
            f"{cell['scenario']:16}{cell['fix']:14}{cell['model']:7}{cell['verdict']:10}"
            f"{cell['executions']:>7,}{cell['seconds']:>9.1f} s"
        )
    click.echo(f"{len(kept)} cells in {seconds:.0f} s")
    if file is not None:
        file.write_text(json.dumps({"seconds": round(seconds, 1), "cells": kept}, indent=1) + "\n")


if __name__ == "__main__":
    main()
