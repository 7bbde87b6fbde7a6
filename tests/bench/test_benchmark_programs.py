"""The programs that are timed: known counts, processes of their own, and the command that runs them."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from bench import run
from bench.command import spent
from bench.figures import read_run
from bench.memory import own_peak
from bench.profile import main as profile
from bench.programs import FAMILIES, QUICK, Family, find_program
from bench.search import measure, measured

READERS = next(family for family in FAMILIES if family.series == "readers")


@pytest.mark.parametrize("family", FAMILIES, ids=lambda family: family.series)
def test_every_program_has_its_known_count_at_its_smallest_size(family: Family) -> None:
    for model, sizes in family.sizes.items():
        found = measure(family, sizes[0], model, 1)
        assert found.executions == family.count(sizes[0], model)
        assert found.name == (family.series, f"{family.prefix}{sizes[0]}", model)


def test_another_count_is_an_error() -> None:
    wrong = replace(READERS, count=lambda size, _model: 2**size + 1)
    with pytest.raises(click.ClickException, match="8 executions, known are 9"):
        measure(wrong, 3, "sc", 1)


def test_sizes_grow_and_quick_runs_leave_out_the_largest() -> None:
    for family in FAMILIES:
        for model, sizes in family.sizes.items():
            assert list(sizes) == sorted(set(sizes))
            assert family.chosen(model, quick=False) == sizes
            quick = family.chosen(model, quick=True)
            assert quick == sizes[: len(quick)]
            assert quick
            assert all(family.count(size, model) <= QUICK[model] for size in quick)
    assert len({family.series for family in FAMILIES}) == len(FAMILIES)


def test_programs_are_found_by_their_names() -> None:
    for family in FAMILIES:
        assert find_program(family.name(12)) == (family, 12)


@pytest.mark.parametrize("name", ["", "v4-r", "v4-r0", "v4-r-1", "v4-rx", "readers", "3", "v4-r٣"])
def test_other_names_are_refused(name: str) -> None:
    with pytest.raises(ValueError, match=r"there is no program .* choose from v4-rN, writers-N"):
        find_program(name)


def test_long_searches_run_once_and_short_ones_several_times(monkeypatch: pytest.MonkeyPatch) -> None:
    assert measure(READERS, 1, "sc", 3).runs == 3
    monkeypatch.setattr("bench.search.ENOUGH", 1e-9)
    assert measure(READERS, 1, "sc", 3).runs == 1


def test_the_memory_of_a_program_is_its_own() -> None:
    # This process holds more than a small search needs; the fresh one does not.
    held = b"x" * 200 * 2**20
    assert own_peak() > len(held)
    found = measured("readers-2", "sc", 1)
    assert found.executions == 4
    assert found.peak_bytes is not None
    assert 2**20 < found.peak_bytes < 100 * 2**20


def test_a_program_that_fails_in_its_process_is_told() -> None:
    with pytest.raises(click.ClickException, match="readers-2 under nonsense: "):
        measured("readers-2", "nonsense", 1)


def test_what_a_command_takes_is_told_with_its_processes() -> None:
    code = "import sys; held = b'x' * 100 * 2**20; print('out'); print('err', file=sys.stderr); sys.exit(3)"
    found = spent([sys.executable, "-c", code])
    assert (found.status, found.output, found.errors) == (3, "out\n", "err\n")
    assert 100 * 2**20 < found.peak_bytes < 150 * 2**20
    assert found.cpu_seconds > 0
    small = spent([sys.executable, "-c", "pass"])
    assert small.peak_bytes < 50 * 2**20


def test_the_command_prints_and_writes_what_it_measures(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run, "FAMILIES", (replace(READERS, sizes={"sc": (2, 3)}),))
    path = tmp_path / "deeper" / "run.json"
    result = CliRunner().invoke(run.main, ["--quick", "--only", "readers", "--json", str(path)])
    assert result.exit_code == 0, result.output
    found = read_run(path)
    assert [figure.executions for figure in found.figures] == [4, 8]
    lines = result.output.splitlines()
    assert lines[0] == str(found.machine)
    assert [line.split()[:3] for line in lines[2:]] == [["readers-2", "sc", "4"], ["readers-3", "sc", "8"]]


def test_quick_and_all_together_are_refused() -> None:
    result = CliRunner().invoke(run.main, ["--quick", "--all"])
    assert result.exit_code == 2
    assert "choose one" in result.output


def test_a_profile_shows_where_the_search_is() -> None:
    result = CliRunner().invoke(profile, ["v4-r2", "sc", "--top", "200"])
    assert result.exit_code == 0, result.output
    lines = result.output.splitlines()
    (head,) = [line for line in lines if line.startswith("v4-r2 under sc: 81 executions")]
    if head == lines[0]:  # uncompiled
        assert any(line.endswith("explorer/search/explore.py Search.follow") for line in lines)
    else:
        assert lines[0].startswith("The search is compiled")


@pytest.mark.parametrize(
    ("arguments", "told"), [(["v5", "sc"], "no program 'v5'"), (["v4-r1", "x86"], "no memory model")]
)
def test_a_profile_of_nothing_known_is_refused(arguments: list[str], told: str) -> None:
    result = CliRunner().invoke(profile, arguments)
    assert result.exit_code == 2
    assert told in result.output
