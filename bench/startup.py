"""Time the start of ``sealrace``: what a shell waits for, next to what Python itself takes.

``python -m bench.startup`` runs each command 15 times, in turns, and prints the medians and
their ratios to ``python -c pass``; ``--json FILE`` also writes them.  Caches are in a folder
of their own: ``other`` is a run of a test that has not been read before, ``first`` one with an
empty cache.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

import click

ROUNDS = 15

PYTHON = "python -c pass"
VERSION = "sealrace --version"
LITMUS = "sealrace litmus mp.litmus"
OTHER = f"{LITMUS}, other"
FIRST = f"{LITMUS}, first"

TEST = """C mp

{}

P0(int *x, int *y)
{
	WRITE_ONCE(*x, 1);
	smp_store_release(y, 1);
}

P1(int *x, int *y)
{
	int r0;
	int r1;

	r0 = smp_load_acquire(y);
	r1 = READ_ONCE(*x);
}

exists (1:r0=1 /\\ 1:r1=0)
"""


def measure(folder: Path, rounds: int) -> dict[str, float]:
    """Medians of the seconds that each command takes, run in turns so that all meet the same load."""
    test, other = folder / "mp.litmus", folder / "other.litmus"
    test.write_text(TEST, encoding="utf-8")
    sealrace = str(Path(sys.executable).with_name("sealrace"))
    commands = {
        PYTHON: ([sys.executable, "-c", "pass"], "kept"),
        VERSION: ([sealrace, "--version"], "kept"),
        LITMUS: ([sealrace, "litmus", str(test)], "kept"),
        OTHER: ([sealrace, "litmus", str(other)], "kept"),
        FIRST: ([sealrace, "litmus", str(test)], "empty"),
    }
    # Python keeps the bytecode of installed packages, and of what it imports unless told otherwise.
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    seconds: dict[str, list[float]] = {name: [] for name in commands}
    for number in range(-1, rounds):
        other.write_text(TEST.replace("C mp", f"C mp{number}"), encoding="utf-8")
        for name, (command, cache) in commands.items():
            chosen = folder / (cache if cache == "kept" else f"{cache}-{number}")
            started = time.perf_counter()
            subprocess.run(
                command, check=True, stdout=subprocess.DEVNULL, env={**environment, "SEALRACE_CACHE": str(chosen)}
            )
            if number >= 0:  # the round before fills the cache, and the system's own
                seconds[name].append(time.perf_counter() - started)
    return {name: median(taken) for name, taken in seconds.items()}


@click.command()
@click.option("--rounds", type=click.IntRange(1), default=ROUNDS, show_default=True, help="Runs of each command.")
@click.option("--json", "file", type=click.Path(dir_okay=False, path_type=Path), help="Write the figures to a file.")
def main(rounds: int, file: Path | None) -> None:
    """Measure the start of Python, of ``--version``, and of one small litmus test."""
    click.echo(f"Python {sys.version.split()[0]}, medians of {rounds} runs")
    with TemporaryDirectory() as folder:
        found = measure(Path(folder), rounds)
    results = [
        {"command": name, "seconds": round(taken, 4), "times_python": round(taken / found[PYTHON], 2)}
        for name, taken in found.items()
    ]
    for result in results:
        click.echo(f"{result['command']:34}{result['seconds']:>8.3f} s{result['times_python']:>7.1f} times python")
    if file is not None:
        file.write_text(json.dumps(results, indent=1) + "\n")


if __name__ == "__main__":
    main()
