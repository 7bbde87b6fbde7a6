"""Time the search of one program under one model, in a process that does nothing else.

``python -m bench.search PROGRAM MODEL RUNS`` prints the figure as JSON.  Only the search
itself is timed, with the unfolding of its paths: the model is read before.
"""

from __future__ import annotations

import subprocess
import sys
import time
from statistics import median

import click
import msgspec

from bench.command import ROOT
from bench.figures import Figure
from bench.memory import own_peak
from bench.programs import Family, find_program
from explorer.memory.model import load_model
from explorer.program.tree import Unfolding
from explorer.search.explore import Search

ENOUGH = 0.5
"""Seconds of searching after which a program is not searched again."""


def measured(program: str, model: str, runs: int) -> Figure:
    """The figure of a program, searched in a fresh process; ClickException where that fails."""
    done = subprocess.run(
        [sys.executable, "-m", "bench.search", program, model, str(runs)], cwd=ROOT, capture_output=True, check=False
    )
    if done.returncode:
        raise click.ClickException(f"{program} under {model}: {done.stderr.decode(errors='replace').strip()}")
    return msgspec.json.decode(done.stdout, type=Figure)


def measure(family: Family, size: int, model_name: str, runs: int) -> Figure:
    """Search a program up to ``runs`` times, long ones once; ClickException if a count is not the one known."""
    model = load_model(model_name)
    unfolding_took: list[float] = []
    search_took: list[float] = []
    processor_took: list[float] = []
    peak = 0
    while len(search_took) < runs and sum(search_took) < ENOUGH:
        started = time.perf_counter()
        unfolding = Unfolding(family.build(size), 3)
        unfolded = time.perf_counter()
        before = time.process_time()
        search = Search(unfolding, model)
        executions = sum(leaf is not None for leaf in search)
        search_took.append(time.perf_counter() - unfolded)
        processor_took.append(time.process_time() - before)
        unfolding_took.append(unfolded - started)
        peak = peak or own_peak()
        if executions != family.count(size, model_name):
            raise click.ClickException(f"{executions:,} executions, known are {family.count(size, model_name):,}")
    return Figure(
        series=family.series,
        program=family.name(size),
        model=model_name,
        seconds=round(median(search_took), 6),
        runs=len(search_took),
        executions=executions,
        states=search.states,
        unfold_seconds=round(median(unfolding_took), 6),
        cpu_seconds=round(median(processor_took), 6),
        peak_bytes=peak,
    )


def main(program: str, model: str, runs: str) -> None:
    """Print one figure; a count that is not the one known ends the process with status 1."""
    family, size = find_program(program)
    try:
        figure = measure(family, size, model, int(runs))
    except click.ClickException as error:
        sys.exit(error.message)
    print(msgspec.json.encode(figure).decode())


if __name__ == "__main__":
    main(*sys.argv[1:])
