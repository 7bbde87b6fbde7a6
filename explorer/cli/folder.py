"""The folder that a command writes to."""

from __future__ import annotations

from pathlib import Path

from explorer.cli.failures import UsageProblem


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
