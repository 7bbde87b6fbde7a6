"""The folder, and the files of one's own choice, that a command writes to."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from explorer.cli.failures import UsageProblem
from explorer.errors import InputError


@contextmanager
def folder_for(out: Path, *, keep_empty: bool = True, option: str = "--out") -> Iterator[None]:
    """Make the folder as ``make_folder`` does, with those above it.

    Where bad input is found only then, those that are new and empty go again; without ``keep_empty`` always.
    """
    new = [folder for folder in (out, *out.parents) if not folder.exists()]
    try:
        make_folder(out, option)
        yield
    except InputError:
        keep_empty = False
        raise
    finally:
        for folder in new if not keep_empty else ():
            with suppress(OSError):  # something has been written to it, or it has gone
                folder.rmdir()


def make_folder(out: Path, option: str = "--out") -> None:
    """Make the folder for reports before anything is explored.

    UsageProblem if that is impossible; it names the ``option`` that takes another folder.
    """
    try:
        out.mkdir(parents=True, exist_ok=True)
        # Whether a file can be made there is known only by making one.
        probe = out / ".sealrace"
        probe.touch()
        probe.unlink()
    except OSError as error:
        raise UsageProblem(
            f"{out}: cannot write there: {error.strerror}\n  name another folder with {option}"
        ) from error


def make_files(*files: Path | None) -> None:
    """Make the files that were asked for, empty, before anything is explored.

    What an earlier run left would pass for this one's.  UsageProblem if one cannot be written.
    """
    for file in files:
        if file is not None:
            try:
                file.parent.mkdir(parents=True, exist_ok=True)
                file.write_bytes(b"")
            except OSError as error:
                raise UsageProblem(f"{file}: cannot write there: {error.strerror}\n  name another file") from error
