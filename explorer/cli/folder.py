"""The folder that a command writes to."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from explorer.cli.failures import UsageProblem
from explorer.errors import InputError


@contextmanager
def folder_for(out: Path) -> Iterator[None]:
    """Make the folder as ``make_folder`` does; where bad input is found only then, an empty new one goes again."""
    new = not out.exists()
    make_folder(out)
    try:
        yield
    except InputError:
        if new:
            with suppress(OSError):  # something has been written to it
                out.rmdir()
        raise


def make_folder(out: Path) -> None:
    """Make the folder for reports before anything is explored; UsageProblem if that is impossible."""
    try:
        out.mkdir(parents=True, exist_ok=True)
        # Whether a file can be made there is known only by making one.
        probe = out / ".sealrace"
        probe.touch()
        probe.unlink()
    except OSError as error:
        raise UsageProblem(f"{out}: cannot write there: {error.strerror}\n  name another folder with --out") from error
