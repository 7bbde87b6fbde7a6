"""The command ``sealrace``. ``--version`` is answered before even click is imported."""

from __future__ import annotations

import gc
import sys

from explorer.version import described


def main() -> None:
    """Run the command that the arguments of the process name, and end the process."""
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
