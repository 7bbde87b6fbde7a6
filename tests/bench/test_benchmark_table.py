"""The lines of a run: rates, and where they fall too far from one size to the next."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sample_runs import figure

from bench.figures import Figure
from bench.table import HEADER, Table

GROWING = frozenset({"v4"})


def remarks(*figures: Figure) -> list[str]:
    """What stands in the last column, right of the memory."""
    table = Table(GROWING)
    return [table.line(found)[HEADER.index("  fall") :].strip() for found in figures]


def test_a_line_shows_counts_seconds_rate_and_memory() -> None:
    found = replace(figure("v4-r3", 0.25, 729), states=1000, peak_bytes=21 * 2**20)
    assert Table(GROWING).line(found).split() == ["v4-r3", "sc", "729", "1,000", "0.2500", "2,916", "21", "MB"]


@pytest.mark.parametrize(
    ("executions", "seconds", "told"),
    [(90, 1, "0.10"), (90, 10, "1.00"), (90, 20, "2.00"), (90, 21, "2.10 WORSE than 2")],
)
def test_the_fall_is_that_of_executions_per_second(executions: int, seconds: float, told: str) -> None:
    assert remarks(figure("v4-r1", 1), figure("v4-r2", seconds, executions)) == ["", told]


def test_the_fall_is_told_by_processor_time_where_that_is_known() -> None:
    found = [replace(figure("v4-r1", 1), cpu_seconds=1.0), replace(figure("v4-r2", 50, 90), cpu_seconds=15.0)]
    assert remarks(*found) == ["", "1.50"]


def test_each_size_is_compared_with_the_one_before_under_the_same_model() -> None:
    found = remarks(
        figure("v4-r1", 1, 100),
        figure("v4-r2", 1, 50),
        figure("v4-r3", 1, 25),
        figure("v4-r1", 1, 1, model="tso"),
        figure("v4-r2", 1, 1, model="tso"),
    )
    assert found == ["", "2.00", "2.00", "", "1.00"]


def test_what_does_not_grow_has_no_fall() -> None:
    assert remarks(figure("a", 1, 10, series="shmem"), figure("b", 1, 1, series="shmem")) == ["", ""]


def test_starts_are_told_in_times_python() -> None:
    found = remarks(
        figure("python -c pass", 0.02, None, "", "start"), figure("sealrace --version", 0.03, None, "", "start")
    )
    assert found == ["1.0 times python", "1.5 times python"]


def test_litmus_files_are_counted_per_second() -> None:
    found = replace(figure("vectors", 2, 5000, "lkmm", "litmus"), files=700, cpu_seconds=3.5)
    assert found.rate == 350
    assert remarks(found) == ["files per second, of 700; 3.5 s of CPU"]
