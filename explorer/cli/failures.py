"""Errors that a user can mend: one message with place, cause and next step, exit status 2."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager

from explorer.errors import InputError


class UsageProblem(InputError):
    """Something named on the command line does not exist or does not fit."""


@contextmanager
def user_errors() -> Iterator[None]:
    """Print the errors that input can cause, without a traceback, and exit with status 2."""
    try:
        yield
    except InputError as problem:
        _fail(str(problem))
    except BrokenPipeError:
        # The reader has gone (head, less): nothing is wrong and nobody is there to be told.
        sys.stderr.close()
        sys.exit(2)
    except OSError as problem:
        _fail(f"{problem.filename or ''}: {problem.strerror or problem}".lstrip(": "))


def _fail(message: str) -> None:
    print(message, file=sys.stderr)
    sys.exit(2)
