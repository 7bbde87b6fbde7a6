"""A file in which a single field says something else is refused, whichever field it is.

Fields that the execution does not determine are listed, each with its reason: that the lists
are exact is part of the tests.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from buffered_scenario import BUFFERED
from command_line import run
from edited_files import accepted
from mailbox_scenario import MAILBOX
from racing_scenario import RACING

from explorer.cli.named_report import load
from explorer.cli.replay import replay_report

# What is accepted in every cell.
NOT_DETERMINED = {
    "$.tool": "which sealrace wrote the file; an execution is the same whoever found it",
    "$.search.executions": "one execution does not tell how many there are",
}
OF_REPORTS = {
    "$.token gone": "a sealrace without tokens wrote it",
    "$.allowed_by gone": "a sealrace that asked no other model wrote it",
}
OF_RUN_FILES = {
    "$.parameters.unroll": "without a loop every bound gives the same program; a report's token has it, too"
}

# What else is accepted in each: a weak execution with everything, a deadlock, and an interleaving.
CELLS = [
    (
        ("buffered", "none", "tso", "stale"),
        {
            "$.search.complete": "one execution does not tell whether all were looked at",
            "$.search.violating.stale": "nor how many others break the property",
        },
    ),
    (
        ("mailbox", "waits", "pso", "deadlock"),
        {
            "$.search.complete": "as above; counts of other properties cannot exceed the 0 complete executions",
            "$.search.violating.deadlock": "nor how many others are deadlocks",
        },
    ),
    (
        ("mailbox", "none", "sc", "late"),
        {
            "$.search.violating.late": "as above; interleavings are counted by complete searches only",
            "$.search.violating.leak": "as above",
            "$.search.interleavings": "nor how many orders of steps all executions stand for",
        },
    ),
    (
        ("racing", "none", "lkmm", "flag-data-race"),
        {
            "$.search.complete": "as above; the race is in both of two executions, so its count cannot be higher",
            "$.search.violating.seen": "as above",
        },
    ),
]


@pytest.fixture(params=CELLS, ids=lambda cell: "-".join(cell[0]))
def explored(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> tuple[Path, Path, set[str]]:
    """A report and a run file of one explored cell, and the fields that are not determined."""
    (scenario, fix, model, kind), more = request.param
    monkeypatch.setattr("scenarios.registry.scenarios", lambda: (MAILBOX, BUFFERED, RACING))
    monkeypatch.chdir(tmp_path)
    assert run("explore", scenario, "--fix", fix, "--model", model).exit_code == 1
    stem = f"out/{scenario}-P2-{fix}-{model}"
    return Path(f"{stem}-{kind}.json"), Path(f"{stem}.run.jsonl"), NOT_DETERMINED.keys() | more.keys()


def test_every_field_of_a_report_is_checked(explored: tuple[Path, Path, set[str]]) -> None:
    report, _run_file, not_determined = explored
    original = json.loads(report.read_text())
    write = lambda edited: report.write_text(json.dumps(edited))  # noqa: E731
    assert accepted(replay_report, str(report), write, original) == not_determined | OF_REPORTS.keys()


def test_every_field_of_a_run_file_is_checked(explored: tuple[Path, Path, set[str]]) -> None:
    _report, file, not_determined = explored
    header, *lines = map(json.loads, file.read_text().splitlines())

    def write(header: Any, line: Any) -> None:
        file.write_text("".join(f"{json.dumps(part)}\n" for part in (header, line, *lines[1:])))

    # The lines are all there, so the header's counts of broken properties are determined.
    expected = {field for field in not_determined if "violating" not in field} | OF_RUN_FILES.keys()
    found = accepted(load, f"{file}:1", lambda edited: write(edited, lines[0]), header)
    # One execution does not tell what kept the search from looking at others.
    assert {field for field in found if not field.startswith("$.limits")} == expected
    assert accepted(load, f"{file}:1", lambda edited: write(header, edited), lines[0]) == set()
