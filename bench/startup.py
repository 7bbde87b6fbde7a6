"""Time the start of ``sealrace``: what a shell waits for, next to what Python itself takes.

Each command runs in turns with the others, and its figure is the median.  Caches are in a
folder of their own: ``other`` is a run of a test that has not been read before, ``first`` one
with an empty cache.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from bench.command import sealrace
from bench.figures import Figure

SERIES = "start"
ROUNDS = 15
QUICK_ROUNDS = 5

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


def measure(rounds: int) -> list[Figure]:
    """The figure of each command, run in turns so that all meet the same load."""
    with TemporaryDirectory() as folder:
        seconds = _run(Path(folder), rounds)
    return [
        Figure(series=SERIES, program=name, model="", seconds=round(median(taken), 5), runs=rounds)
        for name, taken in seconds.items()
    ]


def _run(folder: Path, rounds: int) -> dict[str, list[float]]:
    test, other = folder / "mp.litmus", folder / "other.litmus"
    test.write_text(TEST, encoding="utf-8")
    commands = {
        PYTHON: ([sys.executable, "-c", "pass"], "kept"),
        VERSION: (sealrace("--version"), "kept"),
        LITMUS: (sealrace("litmus", str(test)), "kept"),
        OTHER: (sealrace("litmus", str(other)), "kept"),
        FIRST: (sealrace("litmus", str(test)), "empty"),
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
    return seconds
