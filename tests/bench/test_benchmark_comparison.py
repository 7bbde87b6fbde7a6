"""Two runs side by side: ratios, what is marked, and the exit status."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sample_runs import figure, run

from bench.compare import main
from bench.figures import Run, write_run


def compared(folder: Path, old: Run, new: Run, *options: str) -> Result:
    """The command on the files of two runs."""
    write_run(folder / "old.json", old)
    write_run(folder / "new.json", new)
    return CliRunner().invoke(main, [*options, str(folder / "old.json"), str(folder / "new.json")])


def row(result: Result, program: str) -> list[str]:
    """The words of a program's line."""
    (line,) = [line for line in result.output.splitlines() if line.startswith(f"{program} ")]
    return line.split()


def test_a_run_compared_with_itself_shows_no_difference(tmp_path: Path) -> None:
    same = run(figure("v4-r1", 0.5), figure("v4-r2", 1.5, 81))
    result = compared(tmp_path, same, same, "--fail-slower")
    assert result.exit_code == 0
    assert row(result, "v4-r1") == ["v4-r1", "sc", "0.5000", "0.5000", "1.00"]
    assert result.output.endswith(
        "2 compared, 0 in one run only; beyond a factor of 1.25: 0 slower, 0 faster; counts changed: 0\n"
    )


def test_the_machines_of_both_runs_are_shown(tmp_path: Path) -> None:
    result = compared(tmp_path, run(), run())
    assert result.output.splitlines()[:2] == [
        f"{which}: CPython 3.11.2, uncompiled, 2 x a processor, 2026-11-30, commit 0123456789ab"
        for which in ("old", "new")
    ]


@pytest.mark.parametrize(
    ("seconds", "ratio", "mark"),
    [(2.5, "1.25", []), (2.6, "1.30", ["slower"]), (1.6, "0.80", []), (1.5, "0.75", ["faster"])],
)
def test_what_differs_by_more_than_a_quarter_is_marked(
    tmp_path: Path, seconds: float, ratio: str, mark: list[str]
) -> None:
    result = compared(tmp_path, run(figure("v4-r1", 2)), run(figure("v4-r1", seconds)))
    assert row(result, "v4-r1") == ["v4-r1", "sc", "2.0000", f"{seconds:.4f}", ratio, *mark]
    assert result.exit_code == 0


def test_the_threshold_can_be_moved(tmp_path: Path) -> None:
    old, new = run(figure("v4-r1", 2)), run(figure("v4-r1", 2.6))
    assert "slower" not in row(compared(tmp_path, old, new, "--threshold", "1.5"), "v4-r1")
    assert compared(tmp_path, old, new, "--threshold", "0.5").exit_code == 2


def test_what_takes_next_to_no_time_is_not_marked(tmp_path: Path) -> None:
    # A ratio of 5 between 1 and 5 ms is noise; between 4 and 20 ms it is not.
    old = run(figure("v4-r1", 0.001), figure("v4-r2", 0.004))
    result = compared(tmp_path, old, run(figure("v4-r1", 0.005), figure("v4-r2", 0.02)), "--fail-slower")
    assert row(result, "v4-r1")[-1] == "5.00"
    assert row(result, "v4-r2")[-2:] == ["5.00", "slower"]


def test_processor_time_is_compared_where_that_is_asked_for(tmp_path: Path) -> None:
    old = run(replace(figure("v4-r1", 1), cpu_seconds=0.5), figure("v4-r2", 1))
    new = run(replace(figure("v4-r1", 1), cpu_seconds=1.0), figure("v4-r2", 2))
    result = compared(tmp_path, old, new, "--cpu")
    assert row(result, "v4-r1") == ["v4-r1", "sc", "0.5000", "1.0000", "2.00", "slower"]
    assert row(result, "v4-r2") == ["v4-r2", "sc", "-", "-"]  # it is not known there


def test_slower_is_an_error_only_where_that_is_asked_for(tmp_path: Path) -> None:
    old, new = run(figure("v4-r1", 1)), run(figure("v4-r1", 2))
    assert compared(tmp_path, old, new).exit_code == 0
    assert compared(tmp_path, old, new, "--fail-slower").exit_code == 1
    assert compared(tmp_path, new, old, "--fail-slower").exit_code == 0


@pytest.mark.parametrize(("executions", "told"), [(10, "9 before, 10 now"), (None, "9 before, not counted now")])
def test_another_count_is_an_error(tmp_path: Path, executions: int | None, told: str) -> None:
    result = compared(tmp_path, run(figure("v4-r1", 1)), run(figure("v4-r1", 1, executions)))
    assert result.exit_code == 1
    assert f"executions: {told}" in result.output
    assert result.output.endswith("counts changed: 1\n")


def test_a_time_of_zero_has_no_ratio(tmp_path: Path) -> None:
    result = compared(tmp_path, run(figure("v4-r1", 0)), run(figure("v4-r1", 1)))
    assert row(result, "v4-r1") == ["v4-r1", "sc", "0.0000", "1.0000"]


def test_programs_that_one_run_lacks_are_told(tmp_path: Path) -> None:
    old = run(figure("gone", 1), figure("v4-r1", 1), figure("v4-r1", 1, model="tso"))
    new = run(figure("v4-r1", 1), figure("come", 3, 81))
    result = compared(tmp_path, old, new, "--fail-slower")
    assert result.exit_code == 0
    lines = [line.split() for line in result.output.splitlines()[3:-1]]
    assert lines == [
        ["v4-r1", "sc", "1.0000", "1.0000", "1.00"],
        ["come", "sc", "-", "3.0000", "only", "in", "the", "new", "run"],
        ["gone", "sc", "1.0000", "-", "only", "in", "the", "old", "run"],
        ["v4-r1", "tso", "1.0000", "-", "only", "in", "the", "old", "run"],
    ]
    assert "1 compared, 3 in one run only" in result.output


@pytest.mark.parametrize("damaged", ["old.json", "new.json"])
def test_a_file_that_cannot_be_read_ends_with_status_two(tmp_path: Path, damaged: str) -> None:
    for name in ("old.json", "new.json"):
        write_run(tmp_path / name, run())
    (tmp_path / damaged).write_text("{", encoding="utf-8")
    result = CliRunner().invoke(main, [str(tmp_path / "old.json"), str(tmp_path / "new.json")])
    assert result.exit_code == 2
    assert f"{damaged} is no file of figures: Input data was truncated" in result.stderr
    assert result.stdout == ""
    (tmp_path / damaged).unlink()
    missing = CliRunner().invoke(main, [str(tmp_path / "old.json"), str(tmp_path / "new.json")])
    assert missing.exit_code == 2
    assert f"{damaged}: No such file or directory" in missing.stderr
