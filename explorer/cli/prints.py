"""What a scenario's code prints goes to stderr: stdout is the command's own, and programs read it.

``print`` itself is exchanged, once for a process: a scenario runs step by step between the command's own
lines, and to turn sys.stdout away around each step would cost more than the step.
"""

from __future__ import annotations

import builtins
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from io import StringIO
from typing import Any

_print = builtins.print


def _print_apart(*values: object, file: Any = None, flush: bool = False, **how: Any) -> None:
    if file is not None:
        _print(*values, file=file, flush=flush, **how)
        return
    # In one piece: several processes write there.
    text = StringIO()
    _print(*values, file=text, **how)
    sys.stderr.write(text.getvalue())
    if flush:
        sys.stderr.flush()


def keep_prints_apart() -> None:
    """Let ``print`` go to stderr for the rest of this process, where no file is named."""
    builtins.print = _print_apart


@contextmanager
def prints_apart() -> Iterator[None]:
    """The same for a while."""
    before = builtins.print
    keep_prints_apart()
    try:
        yield
    finally:
        builtins.print = before
