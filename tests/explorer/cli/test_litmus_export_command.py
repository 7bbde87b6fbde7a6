"""``sealrace litmus --export``: a scenario as a file that ``sealrace litmus`` runs."""

from __future__ import annotations

from pathlib import Path

import pytest
from command_line import run

FILE = Path(__file__).parents[3] / "scenarios" / "shmem" / "litmus" / "fresh-window-recheck.litmus"


def test_export_prints_the_test() -> None:
    result = run("litmus", "--export", "fresh-window", "--fix", "recheck")
    assert result.exit_code == 0
    assert result.output == FILE.read_text(encoding="utf-8")


def test_an_exported_file_has_the_result_that_it_states(tmp_path: Path) -> None:
    path = tmp_path / "new" / "window.litmus"
    result = run("litmus", "--export", "lingering-page-window", "-o", str(path))
    assert result.exit_code == 0
    assert result.stderr == f"wrote {path}\n"
    checked = run("litmus", str(path), "--check")
    assert checked.exit_code == 0
    assert checked.stderr == "1 of 1 as stated\n"
    assert "Observation lingering-page-window-none Sometimes 1 4" in checked.output


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((), "give files and folders to run, or --export SCENARIO"),
        (("--export", "fresh-window", str(FILE)), "give files and folders to run, or --export SCENARIO"),
        (("--export", "fresh-windows"), "unknown scenario 'fresh-windows'"),
        (("--export", "fresh-window", "--fix", "all"), "unknown fix 'all'"),
        (("--export", "fresh-window", "--protocol", "P9"), "unknown protocol 'P9'"),
        (("--export", "fresh-window", "--param", "pages=1"), "unknown parameter 'pages'"),
        (("--export", "lingering-page", "--small"), "it reaches two fields of page A0 through a pointer"),
        (("--export", "inflight", "--small"), "cannot be exported: herd has no loops"),
    ],
)
def test_what_cannot_be_exported_is_said_and_nothing_printed(arguments: tuple[str, ...], message: str) -> None:
    result = run("litmus", *arguments)
    assert result.exit_code == 2
    assert message in result.stderr
    assert result.stdout == ""
