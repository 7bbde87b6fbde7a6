"""``sealrace litmus --export``: a scenario as a file that ``sealrace litmus`` runs."""

from __future__ import annotations

import json
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


def test_what_cannot_be_exported_in_full_names_its_reduced_form() -> None:
    result = run("litmus", "--export", "inflight", "--fix", "acquire-size")
    assert result.exit_code == 2
    refusal, advice = result.output.splitlines()
    assert refusal.startswith("thread owner cannot be exported: herd has no loops, and a bound cuts the loop in ")
    assert advice == "  its reduced form can be: sealrace litmus --export inflight-window --fix acquire-size"
    assert run("litmus", "--export", "inflight-window", "--fix", "acquire-size").exit_code == 0


def test_list_names_what_can_be_exported() -> None:
    lines = run("list").output.splitlines()
    assert f"{'':16}for herd   sealrace litmus --export lingering-page-window" in lines
    reduced = [json.loads(line)["reduced_form"] for line in run("list", "--json").output.splitlines()]
    assert reduced == ["fresh-window", "inflight-window", "lingering-page-window"]
