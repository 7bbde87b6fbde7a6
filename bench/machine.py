"""What figures depend on besides the code: the machine, the interpreter, and how the hot path was built."""

from __future__ import annotations

import os
import platform
import subprocess
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from bench.command import ROOT
from explorer.version import COMPILED


@dataclass(frozen=True)
class Machine:
    """Where and when a run was made.

    Attributes:
        python: implementation and version, ``CPython 3.11.2``.
        processor: the model's name, as far as the system tells it.
        cpus: how many of them.
        compiled: whether the hot modules run as compiled code.
        date: the day, in UTC.
        commit: the commit checked out, with ``+`` if files differ from it; None without git.
    """

    python: str
    processor: str
    cpus: int
    compiled: bool
    date: str
    commit: str | None

    def __str__(self) -> str:
        code = "compiled" if self.compiled else "uncompiled"
        commit = f", commit {self.commit}" if self.commit else ""
        return f"{self.python}, {code}, {self.cpus} x {self.processor}, {self.date}{commit}"


def this_machine() -> Machine:
    """The facts of the machine and the code at hand."""
    return Machine(
        python=f"{platform.python_implementation()} {platform.python_version()}",
        processor=_processor(),
        cpus=os.cpu_count() or 1,
        compiled=COMPILED,
        date=datetime.now(UTC).date().isoformat(),
        commit=_commit(),
    )


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        lines = []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return (names or [platform.processor() or platform.machine()])[0]


def _commit() -> str | None:
    try:
        commit = _git("rev-parse", "--short=12", "HEAD")
        changed = _git("status", "--porcelain", "--untracked-files=no")
    except (OSError, subprocess.CalledProcessError):
        return None
    return f"{commit}+" if changed else commit


def _git(*arguments: str) -> str:
    done = subprocess.run(["git", *arguments], cwd=ROOT, capture_output=True, text=True, check=True)
    return done.stdout.strip()
