"""The command ``sealrace``. ``--version`` is answered before even click is imported."""

from __future__ import annotations

import gc
import os
import sys

from explorer.version import described


def open_streams() -> None:
    """Give a process that was started with closed standard streams empty ones: no file is to take their place."""
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, mode, encoding="utf-8"))  # noqa: SIM115 (as long as the process)


def main() -> None:
    """Run the command that the arguments of the process name, and end the process."""
    open_streams()
    if sys.argv[1:] == ["--version"]:
        try:
            print(described(), flush=True)
        except OSError:
            pass  # the same fails again below, and is told as everywhere else
        else:
            return
    # What a start makes is there to stay: looking through it again and again finds nothing.
    gc.set_threshold(100_000, 20, 20)
    from explorer.cli.main import main as commands

    commands()
