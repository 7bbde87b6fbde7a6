"""Time all kernel vectors under lkmm, as one ``sealrace litmus`` call with a process per core."""

from __future__ import annotations

import json
from pathlib import Path

import click

from bench.command import ROOT, sealrace, spent
from bench.figures import Figure

SERIES = "litmus"
VECTORS = Path("tests", "explorer", "litmus", "vectors", "kernel")


def measure(*, quick: bool) -> Figure:
    """The figure of the call; a quick one takes the directed tests (C and K) alone."""
    tests = sorted(str(path.relative_to(ROOT)) for path in (ROOT / VECTORS).glob("[CK]*.litmus"))
    found = spent(sealrace("litmus", "--json", "--model", "lkmm", *(tests if quick else [str(VECTORS)])))
    if found.status:
        raise click.ClickException(f"sealrace litmus ended with status {found.status}: {found.errors.strip()}")
    answers = [json.loads(line) for line in found.output.splitlines()]
    return Figure(
        series=SERIES,
        program="kernel vectors, directed" if quick else "kernel vectors",
        model="lkmm",
        seconds=found.seconds,
        executions=sum(answer["positive"] + answer["negative"] for answer in answers),
        files=len(answers),
        cpu_seconds=found.cpu_seconds,
        peak_bytes=found.peak_bytes,
    )
