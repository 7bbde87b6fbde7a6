"""The recorded costs of the matrix: what they are made from, and that they are of cells that there are."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from bench.costs import main
from scenarios.costs import FILE, recorded_costs
from scenarios.registry import scenarios

SCENARIO = scenarios()[0]
CELL = {
    "scenario": SCENARIO.name,
    "protocol": "P2",
    "fix": "none",
    "model": "sc",
    "verdict": "HOLDS",
    "complete": True,
    "parameters": {**SCENARIO.parameters, "unroll": 3},
    "cpu_seconds": 1.236,
    "executions": 9,
}
MEANINGLESS = {
    **{key: CELL[key] for key in ("scenario", "protocol", "fix")},
    "model": "pso",
    "verdict": "n/a",
    "reason": "",
}


def write(tmp_path: Path, *cells: object) -> tuple[int, str, Path]:
    run, output = tmp_path / "run.jsonl", tmp_path / "costs.json"
    run.write_text("".join(f"{json.dumps(cell)}\n" for cell in cells))
    result = CliRunner().invoke(main, [str(run), "-o", str(output)])
    return result.exit_code, result.output, output


def test_costs_are_sorted_and_rounded(tmp_path: Path) -> None:
    status, printed, output = write(tmp_path, CELL, MEANINGLESS, {**CELL, "fix": "acquire-size", "cpu_seconds": 70.0})
    assert status == 0
    assert printed == f"2 cells, 71 s of CPU: {output}\n"
    assert output.read_text() == '{\n"fresh/P2/acquire-size/sc": 70.0,\n"fresh/P2/none/sc": 1.24\n}\n'


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ({"scenario": "stale"}, "stale/P2/none/sc: there is no such scenario"),
        ({"parameters": {**SCENARIO.small, "unroll": 3}}, "fresh/P2/none/sc: was not explored at the default sizes"),
        ({"complete": False}, "fresh/P2/none/sc: was not explored to its end by the matrix"),
        ({"cpu_seconds": None}, "fresh/P2/none/sc: was not explored to its end by the matrix"),
        ({"fix": None}, "run.jsonl:1: Expected `str`, got `null` - at `$.fix`"),
    ],
)
def test_what_is_no_run_of_the_matrix_is_refused(tmp_path: Path, change: dict[str, object], complaint: str) -> None:
    status, printed, output = write(tmp_path, CELL | change)
    assert status == 2
    assert complaint in printed
    assert not output.exists()


def test_a_cell_twice_is_refused(tmp_path: Path) -> None:
    status, printed, _ = write(tmp_path, CELL, CELL)
    assert status == 2
    assert "run.jsonl:2: fresh/P2/none/sc is there twice" in printed


def test_the_recorded_costs_are_of_cells_that_there_are() -> None:
    costs = recorded_costs()
    cells = {
        f"{scenario.name}/{protocol}/{fix}/{model}"
        for scenario in scenarios()
        for protocol in scenario.protocols
        for fix in scenario.fixes
        if scenario.not_applicable(fix, protocol) is None
        for model in ("sc", "tso", "pso", "armv8", "lkmm")
    }
    assert costs.keys() <= cells
    assert all(seconds >= 0 for seconds in costs.values())
    assert FILE.read_text() == json.dumps(dict(costs), indent=0, sort_keys=True) + "\n"
