"""Data races on the command line: in the text, as JSON, in the table, on the pages; none of them is a verdict."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from command_line import Run, run
from racing_scenario import RACING

REPORT = "out/racing-P2-none-lkmm-flag-data-race.json"
WORDS = "writer's plain write of x at W1 and reader's plain read of x at R1"


@pytest.fixture
def sealrace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Runs a command on the racing scenario, in an empty folder."""
    declared = replace(RACING, expected={("P2", "none", "lkmm"): frozenset({"seen"})})
    monkeypatch.setattr("scenarios.registry.scenarios", lambda: (declared,))
    monkeypatch.chdir(tmp_path)
    return run


def test_the_text_names_both_sides_and_the_page(sealrace: Run) -> None:
    lines = sealrace("explore", "racing", "--model", "lkmm").output.splitlines()
    assert any(line.startswith(" explored   2 executions, 1 seen, 1 kind of data-race; ") for line in lines)
    at = lines.index(f" data-race  {WORDS}: in 2 executions")
    assert lines[at + 1] == f"            {REPORT.replace('.json', '.html')}"


def test_json_names_both_sides_and_the_report(sealrace: Run) -> None:
    (cell,) = map(json.loads, sealrace("explore", "racing", "--model", "lkmm", "--json").output.splitlines())
    assert (cell["verdict"], cell["violating"]) == ("VIOLATED", {"seen": 1})
    assert cell["remarks"] == [
        {
            "flag": "data-race",
            "executions": 2,
            "sides": [
                {
                    "thread": "writer",
                    "access": "plain write",
                    "location": "x",
                    "function": "store",
                    "step": "W1",
                    "reference": "mm/toy.c store: x",
                },
                {
                    "thread": "reader",
                    "access": "plain read",
                    "location": "x",
                    "function": "load",
                    "step": "R1",
                    "reference": "mm/toy.c load: x",
                },
            ],
            "report": REPORT,
        }
    ]


def test_no_remark_under_a_model_without_flags(sealrace: Run) -> None:
    (cell,) = map(json.loads, sealrace("explore", "racing", "--model", "sc", "--json").output.splitlines())
    assert cell["remarks"] == []


def test_a_race_alone_is_no_violation(sealrace: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    unclaimed = replace(RACING, build=lambda *choice: replace(RACING.build(*choice), properties=()))
    monkeypatch.setattr("scenarios.registry.scenarios", lambda: (unclaimed,))
    result = sealrace("explore", "racing", "--model", "lkmm")
    assert result.exit_code == 0
    assert result.output.startswith("racing, fix none, protocol P2, model lkmm: HOLDS\n")
    assert f" data-race  {WORDS}: in 2 executions" in result.output


def test_the_race_replays_and_is_drawn_as_a_remark(sealrace: Run) -> None:
    sealrace("explore", "racing", "--model", "lkmm")
    replayed = sealrace("replay", REPORT)
    assert replayed.output == (
        "reproduced: 2 events of 2 threads, flag data-race (racing, fix none, protocol P2, model lkmm)\n"
    )
    drawn = sealrace("graph", REPORT).output.splitlines()
    assert drawn[0].startswith("racing, fix none, protocol P2, model lkmm")
    assert drawn[0].endswith(" REMARK: flag data-race")
    assert " ".join(drawn[1:4]).startswith(f"lkmm flags data-race: {WORDS}. ")
    assert drawn[4].endswith("; 1 seen, 2 flag data-race")
    page = Path(REPORT).with_suffix(".html").read_text()
    assert '<span class="word remark">REMARK: flag data-race</span>' in page
    assert "VIOLATED" not in page


def test_a_race_that_is_none_is_refused(sealrace: Run) -> None:
    """Somebody swaps the two sides: nothing is raised for them in this direction."""
    sealrace("explore", "racing", "--model", "lkmm")
    report = json.loads(Path(REPORT).read_text())
    (edge,) = report["property"]["path"]
    edge["source"], edge["target"] = edge["target"], edge["source"]
    report["property"]["marks"].reverse()
    Path(REPORT).write_text(json.dumps(report))
    result = sealrace("replay", REPORT)
    assert result.exit_code == 2
    assert "$.property.path[0]: flag data-race does not relate event" in result.output


def test_flags_that_the_model_does_not_have_are_refused(sealrace: Run) -> None:
    sealrace("explore", "racing", "--model", "lkmm")
    violation = Path("out/racing-P2-none-lkmm-seen.json")
    report = json.loads(violation.read_text())
    report["search"]["remarks"] = {"flag data-race": 2, "flag toothache": 1}
    violation.write_text(json.dumps(report))
    refused = sealrace("replay", str(violation))
    assert (refused.exit_code, refused.output) == (
        2,
        f"{violation}: $.search.remarks: counts flag toothache, no flag of the model\n"
        "  the scenario or the file has changed: explore again\n",
    )
    report["search"]["remarks"] = {}
    violation.write_text(json.dumps(report))
    refused = sealrace("replay", str(violation))
    assert (refused.exit_code, refused.output) == (
        2,
        f"{violation}: $.search.remarks: does not count flag data-race, which this execution has\n"
        "  the scenario or the file has changed: explore again\n",
    )


def test_the_table_says_how_many_kinds_and_the_index_links_each(sealrace: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    from test_matrix_command import first_fix_only

    monkeypatch.setattr("explorer.cli.matrix.explore_jobs", first_fix_only)
    result = sealrace("matrix", "--scenario", "racing", "--model", "lkmm", "--expect")
    assert result.exit_code == 0
    assert " racing/P2/none/lkmm: model lkmm flags data-race" in result.output.splitlines()
    index = Path("out/index.html").read_text()
    link = Path(REPORT).with_suffix(".html").name
    assert f'<i class="remarks">flags: <a href="{link}">data-race W1/R1</a></i>' in index
    assert "<dt>flags</dt>" in index
