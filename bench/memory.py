"""The most memory that a process has held."""

from __future__ import annotations

import resource
import sys
from pathlib import Path


def own_peak() -> int:
    """Bytes that this process held at most, as resident memory.

    From /proc where there is one: ``getrusage`` also counts what the process held before it
    became this program, when it was a copy of the one that started it.
    """
    try:
        lines = Path("/proc/self/status").read_text(encoding="utf-8").splitlines()
    except OSError:
        return in_bytes(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM:")) * 1024


def in_bytes(ru_maxrss: int) -> int:
    """``ru_maxrss`` in bytes: kilobytes, but on macOS bytes already."""
    return ru_maxrss if sys.platform == "darwin" else ru_maxrss * 1024
