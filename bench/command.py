"""Time one command, from a small process that does nothing else.

``python -m bench.command COMMAND ...`` runs it and prints what it took as JSON.  The process in
between keeps the memory of the command apart from that of its caller (``bench/memory.py``),
so it imports little.
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from bench.memory import in_bytes

ROOT = Path(__file__).parent.parent


@dataclass(frozen=True)
class Spent:
    """What a command took, the processes that it started and waited for included, and what it printed.

    ``peak_bytes`` is that of the largest process.
    """

    seconds: float
    cpu_seconds: float
    peak_bytes: int
    status: int
    output: str
    errors: str


def sealrace(*arguments: str) -> list[str]:
    """The command line of the ``sealrace`` that is installed beside this Python."""
    return [str(Path(sys.executable).with_name("sealrace")), *arguments]


def spent(command: Sequence[str]) -> Spent:
    """Run a command in the project's folder from a process of its own."""
    done = subprocess.run(
        [sys.executable, "-m", "bench.command", *command], cwd=ROOT, capture_output=True, text=True, check=True
    )
    return Spent(**json.loads(done.stdout))


def _spend(command: Sequence[str]) -> Spent:
    started = time.perf_counter()
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    seconds = time.perf_counter() - started
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return Spent(
        seconds=round(seconds, 4),
        cpu_seconds=round(used.ru_utime + used.ru_stime, 4),
        peak_bytes=in_bytes(used.ru_maxrss),
        status=done.returncode,
        output=done.stdout,
        errors=done.stderr,
    )


if __name__ == "__main__":
    print(json.dumps(asdict(_spend(sys.argv[1:]))))
