"""How the tests of this folder run ``sealrace``: in this process, or in one of its own."""

from __future__ import annotations

import sys
from collections.abc import Callable

from click.testing import CliRunner, Result

from explorer.cli.main import main

Run = Callable[..., Result]


def run(*arguments: str) -> Result:
    """Run a command; anything but an exit status raised by it fails the test."""
    result = CliRunner().invoke(main, arguments)
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result


def process(*arguments: str, before: str = "") -> list[str]:
    """The command line of a process of its own; ``before`` is Python to run first.

    Ctrl-C works there even where the tests run in the background, with Ctrl-C ignored.
    """
    program = f"""
import signal
signal.signal(signal.SIGINT, signal.default_int_handler)
{before}
from explorer.cli.main import main
main(prog_name="sealrace")
"""
    return [sys.executable, "-c", program, *arguments]
