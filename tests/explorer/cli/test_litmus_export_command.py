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
    path = tmp_path / "window.litmus"
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
        (
            ("--export", "fresh-windows"),
            "unknown scenario 'fresh-windows'\n"
            "  there are: fresh, inflight, getpage-stall, lingering-page, preallocated, mmap-window, splice, "
            "masked-eperm, seal-write, seal-punch, seal-swap, seal-fault, v4, fresh-window, "
            "inflight-window, lingering-page-window\n",
        ),
        (("--export", "fresh-window", "--fix", "all"), "unknown fix 'all'"),
        (("--export", "fresh-window", "--protocol", "P9"), "unknown protocol 'P9'"),
        (
            ("--export", "fresh-window", "--param", "pages=1"),
            "unknown parameter 'pages'\n  fresh-window has no sizes\n",
        ),
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
    assert [name for name in reduced if name] == ["fresh-window", "inflight-window", "lingering-page-window"]


@pytest.mark.parametrize(
    ("option", "arguments"),
    [
        ("--fix", ("--fix", "recheck")),
        ("--fix", ("--fix", "none")),
        ("--protocol", ("--protocol", "P2")),
        ("--param", ("--param", "pages=2")),
        ("--small", ("--small",)),
        ("-o", ("-o", "out.litmus")),
    ],
)
def test_options_of_an_export_need_one(option: str, arguments: tuple[str, ...]) -> None:
    result = run("litmus", *arguments, str(FILE))
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.endswith(f"\nError: {option} needs --export\n")


@pytest.mark.parametrize(
    "arguments",
    [("--check",), ("--json",), ("--model", "lkmm"), ("--reports", "reports"), ("--jobs", "1")],
)
def test_options_of_a_run_do_not_go_with_an_export(arguments: tuple[str, ...]) -> None:
    result = run("litmus", "--export", "fresh-window", *arguments)
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.endswith(f"\nError: {arguments[0]} is for running tests, not for --export\n")


def test_a_file_is_written_into_a_folder_that_exists(tmp_path: Path) -> None:
    path = tmp_path / "new folder" / "window.litmus"
    result = run("litmus", "--export", "fresh-window", "-o", str(path))
    advice = f"  make it first: mkdir -p '{path.parent}'\n"
    assert (result.exit_code, result.stderr) == (2, f"{path.parent}: there is no such folder\n{advice}")
    assert not path.parent.exists()
