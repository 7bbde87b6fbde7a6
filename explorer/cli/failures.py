"""What can go wrong without a bug: one message with place, cause and next step, and an exit status."""

from __future__ import annotations

import os
import sys
import traceback
from collections.abc import Iterator
from contextlib import contextmanager

import click

from explorer.errors import InputError
from explorer.visible import visible

BAD_INPUT = 2
INCOMPLETE = 3
INTERNAL = 70
"""An error of the program itself, as sysexits.h numbers it."""

READER_GONE = 141
"""What a shell reports for a program that SIGPIPE ended."""


class UsageProblem(InputError):
    """Something named on the command line does not exist or does not fit."""


class WorkerKilled(UsageProblem):
    """A worker process has gone while it was needed."""

    def __init__(self) -> None:
        super().__init__("a worker process was killed, perhaps for want of memory\n  try --jobs 1")


@contextmanager
def user_errors() -> Iterator[None]:
    """Print the errors that input and the machine can cause, without a traceback, and exit."""
    try:
        try:
            yield
        finally:
            _flush()
    except InputError as problem:
        _fail(str(problem), BAD_INPUT)
    except BrokenPipeError:
        # The reader has gone (head, less): nothing is wrong and nobody is there to be told.
        sys.exit(READER_GONE)
    except OSError as problem:
        _fail(f"{problem.filename or 'sealrace'}: {problem.strerror or problem}", BAD_INPUT)
    except KeyboardInterrupt:
        _fail("interrupted", INCOMPLETE)
    except (click.ClickException, click.exceptions.Exit, click.Abort):
        raise
    except SystemExit as end:
        # The commands themselves end by click: this is code of a scenario, and its status would be taken for a verdict.
        from explorer.program.frames import raised_by

        _fail(str(raised_by("the code of a scenario", end)), BAD_INPUT)
    except BaseException:
        # 1 would say that something is VIOLATED.
        traceback.print_exc()
        _fail("this is an error of sealrace itself: please report it with the lines above", INTERNAL)


def _flush() -> None:
    """Write out what was printed while its errors can still be told."""
    try:
        sys.stdout.flush()
    except OSError:
        # Otherwise the interpreter tries again when it ends, and prints a traceback.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise


def shown(message: str) -> str:
    """A message that may quote what stands in a file: no control character of it gets to the terminal."""
    return "\n".join(map(visible, message.split("\n")))


def _fail(message: str, status: int) -> None:
    print(shown(message), file=sys.stderr)
    sys.exit(status)
