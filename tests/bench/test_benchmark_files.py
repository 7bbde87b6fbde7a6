"""Files of figures: what is written is read back, and what is none is refused with a reason."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sample_runs import MACHINE, figure, run

from bench.command import ROOT
from bench.figures import BadFile, Figure, Run, make_room, read_run, write_run
from bench.machine import this_machine

counts = st.none() | st.integers(0, 2**62)
seconds = st.floats(0, 1e9)
figures = st.builds(
    Figure,
    series=st.text(),
    program=st.text(),
    model=st.text(),
    seconds=seconds,
    runs=st.integers(1, 100),
    executions=counts,
    states=counts,
    files=counts,
    unfold_seconds=st.none() | seconds,
    cpu_seconds=st.none() | seconds,
    peak_bytes=counts,
)


@given(st.lists(figures, unique_by=lambda found: found.name))
def test_what_is_written_is_read_back(tmp_path_factory: pytest.TempPathFactory, found: list[Figure]) -> None:
    path = tmp_path_factory.mktemp("figures") / "run.json"
    for machine in (MACHINE, replace(MACHINE, commit=None, compiled=True)):
        write_run(path, Run(machine, tuple(found)))
        assert read_run(path) == Run(machine, tuple(found))


def test_this_machine_is_written_and_read_back(tmp_path: Path) -> None:
    write_run(tmp_path / "run.json", Run(this_machine(), ()))
    assert read_run(tmp_path / "run.json").machine == this_machine()


def test_the_runs_kept_with_the_project_are_read() -> None:
    kept = sorted((ROOT / "bench" / "results").glob("*.json"))
    assert kept
    for path in kept:
        assert read_run(path).figures


def written(path: Path, change: dict[str, Any]) -> Path:
    """A good file with something changed in its first figure."""
    write_run(path, run(figure("v4-r1", 0.5)))
    content = json.loads(path.read_text(encoding="utf-8"))
    content["figures"][0] |= change
    path.write_text(json.dumps(content), encoding="utf-8")
    return path


def test_a_file_changed_in_nothing_is_read(tmp_path: Path) -> None:
    assert read_run(written(tmp_path / "run.json", {})).figures == (figure("v4-r1", 0.5),)


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"seconds": "long"}, r"Expected `float`, got `str` - at `\$\.figures\[0\]\.seconds`"),
        ({"seconds": -1}, r"Expected `float` >= 0"),
        ({"executions": -1}, r"Expected `int` >= 0"),
        ({"executions": 1.5}, r"Expected `int \| null`, got `float`"),
        ({"runs": 0}, r"Expected `int` >= 1"),
        ({"series": None}, r"Expected `str`, got `null`"),
    ],
)
def test_a_damaged_figure_is_told_with_its_place(tmp_path: Path, change: dict[str, Any], told: str) -> None:
    path = written(tmp_path / "run.json", change)
    with pytest.raises(BadFile, match=told):
        read_run(path)


@pytest.mark.parametrize(
    "content", [b"", b"{}", b"[]", b'{"machine": ', b"\xff\xfe", b'{"machine": {}, "figures": []}']
)
def test_what_is_no_file_of_figures_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "run.json"
    path.write_bytes(content)
    with pytest.raises(BadFile, match=r"run\.json is no file of figures: .*\n  write one with"):
        read_run(path)


def test_a_figure_given_twice_is_refused(tmp_path: Path) -> None:
    write_run(tmp_path / "run.json", run(figure("v4-r1", 1), figure("v4-r2", 1), figure("v4-r1", 2)))
    with pytest.raises(BadFile, match="two figures of v4 v4-r1 sc"):
        read_run(tmp_path / "run.json")


def test_a_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(BadFile, match=r"none\.json: No such file or directory: name a file that"):
        read_run(tmp_path / "none.json")


def test_a_place_that_cannot_be_written_is_told_before_anything_is_measured(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(BadFile, match="choose another file with --json"):
        make_room(tmp_path / "file" / "deeper" / "run.json")
    with pytest.raises(BadFile, match="choose another file with --json"):
        write_run(tmp_path, run())
