"""What ``explore`` prints and writes, on a scenario whose executions are known by heart."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from command_line import Run
from mailbox_scenario import DECLARED

KEYS = [
    "scenario", "protocol", "fix", "model", "verdict", "complete", "executions", "blocked", "cut", "violating",
    "goals", "limits", "interleavings", "seconds", "reports",
]  # fmt: skip
NO_ORDER = '"anything goes"\nacyclic po | rf as order\n'


def test_json_has_the_promised_keys_in_order(sealrace: Run) -> None:
    result = sealrace("explore", "mailbox", "--json")
    cells = [json.loads(line) for line in result.output.splitlines()]
    assert result.exit_code == 1
    assert [cell["model"] for cell in cells] == ["sc", "tso", "pso"]
    for cell in cells:
        assert list(cell)[: len(KEYS)] == KEYS
        assert isinstance(cell.pop("seconds"), float)
    pso = cells[2]
    assert (pso["scenario"], pso["protocol"], pso["fix"], pso["verdict"]) == ("mailbox", "P2", "none", "VIOLATED")
    assert (pso["complete"], pso["executions"], pso["blocked"], pso["cut"]) == (True, 4, 0, 0)
    assert pso["violating"] == {"late": 2, "leak": 1}
    assert (pso["goals"], pso["limits"], pso["interleavings"]) == ({"looked": True}, [], None)
    assert pso["reports"] == ["out/mailbox-P2-none-pso-leak.json", "out/mailbox-P2-none-pso-late.json"]
    # Two threads of two steps each: 4! / (2! 2!) orders.
    assert (cells[0]["executions"], cells[0]["interleavings"]) == (3, "6")


def test_one_cell_shows_the_most_severe_finding_step_by_step(sealrace: Run) -> None:
    result = sealrace("explore", "mailbox", "--model", "pso")
    assert result.exit_code == 1
    lines = result.output.splitlines()
    assert lines[0].endswith("VIOLATED: leak")
    assert lines[0].startswith("mailbox, fix none, protocol P2, model pso")
    assert " page       out/mailbox-P2-none-pso-leak.html" in lines
    assert " others     out/mailbox-P2-none-pso-late.json" in lines
    assert " every one  out/mailbox-P2-none-pso.run.jsonl:1 to :2" in lines
    assert any(line.startswith(" explored   4 executions, 1 leak, 2 late; ") for line in lines)


def test_several_cells_are_rows_and_one_ladder(sealrace: Run) -> None:
    result = sealrace("explore", "mailbox", "--fix", "fenced", "--fix", "none", "--fix", "none")
    lines = result.output.splitlines()
    words = [line.split()[:3] for line in lines[2:8]]
    assert words == [[fix, model, word] for fix, model, word in (
        ("fenced", "sc", "late"), ("fenced", "tso", "late"), ("fenced", "pso", "late"),
        ("none", "sc", "late"), ("none", "tso", "late"), ("none", "pso", "leak"),
    )]  # fmt: skip
    assert result.output.count("VIOLATED: ") == 1
    assert "mailbox, fix none, protocol P2, model pso" in result.output
    assert " pages      out/mailbox-P2-*.html" in lines


def test_a_deadlock_is_a_violation_with_a_report(sealrace: Run) -> None:
    result = sealrace("explore", "mailbox", "--fix", "waits", "--model", "sc")
    assert result.exit_code == 1
    assert result.output.splitlines()[0].endswith("VIOLATED: deadlock")
    assert sealrace("replay", "out/mailbox-P2-waits-sc-deadlock.json").exit_code == 0


@pytest.mark.parametrize(
    ("arguments", "status"),
    [
        (("mailbox",), 0),  # VIOLATED, as declared
        (("mailbox", "--fix", "waits"), 1),  # VIOLATED, and nothing is declared
        (("endless", "--fix", "holds", "--max-executions", "7"), 3),  # INCOMPLETE: no contradiction either
    ],
)
def test_expect_compares_with_what_is_declared(sealrace: Run, arguments: tuple[str, ...], status: int) -> None:
    assert sealrace("explore", *arguments, "--expect").exit_code == status


def test_a_verdict_that_is_not_declared_is_marked(sealrace: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(DECLARED, ("P2", "none", "sc"), frozenset())
    result = sealrace("explore", "mailbox", "--expect", "--model", "sc", "--model", "tso")
    marked = [line for line in result.output.splitlines() if "! declared" in line]
    assert result.exit_code == 1
    assert [line.split()[1] for line in marked] == ["sc"]
    assert marked[0].endswith("! declared: HOLDS")


def test_a_model_without_an_order_claims_none(sealrace: Run) -> None:
    Path("free.cat").write_text(NO_ORDER)
    result = sealrace("explore", "mailbox", "--model", "free.cat", "--json")
    cell = json.loads(result.output)
    # All four outcomes are allowed; late needs an order, leak does not.
    assert (cell["executions"], cell["violating"]) == (4, {"late": 0, "leak": 1})
    assert cell["reports"] == ["out/mailbox-P2-none-free-leak.json"]
    assert "the order shown is no claim" in " ".join(sealrace("graph", cell["reports"][0]).output.split())
    assert sealrace("replay", cell["reports"][0]).exit_code == 0


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (("endless", "--fix", "holds", "--max-executions", "7"), "limit of 7 executions reached"),
        (("endless", "--fix", "holds", "--max-time", "0.05"), "limit of 0.05 seconds reached"),
        (("mailbox", "--max-events", "1"), "limit of 1 events per thread reached: raise --max-events"),
    ],
)
def test_every_limit_says_so_and_claims_nothing(sealrace: Run, arguments: tuple[str, ...], reason: str) -> None:
    result = sealrace("explore", *arguments, "--model", "tso", "--json")
    cell = json.loads(result.output)
    assert result.exit_code == 3
    assert (cell["verdict"], cell["limits"][0]) == ("INCOMPLETE", reason)
    assert reason in sealrace("explore", *arguments, "--model", "tso").output


def test_all_reports_writes_one_per_execution_and_property(sealrace: Run) -> None:
    result = sealrace("explore", "mailbox", "--model", "pso", "--all-reports")
    folder = Path("out/mailbox-P2-none-pso-all")
    names = sorted(path.name for path in folder.glob("*.json"))
    # Two executions see the flag, one of them an empty box as well.
    assert sorted(name.partition("-")[2] for name in names) == ["late.json", "late.json", "leak.json"]
    assert {name[0] for name in names} == {"1", "2"}
    assert len(list(folder.glob("*.html"))) == 3
    assert f"a report of each in {folder}" in result.output
    for name in names:
        assert sealrace("replay", str(folder / name)).exit_code == 0


def test_the_cap_on_recorded_executions_is_stated(sealrace: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("explorer.cli.cell.RECORDS", 1)
    result = sealrace("explore", "mailbox", "--model", "pso")
    assert "out/mailbox-P2-none-pso.run.jsonl:1 (the first of 2: no file holds more)" in result.output
    header, *lines = Path("out/mailbox-P2-none-pso.run.jsonl").read_text().splitlines()
    assert json.loads(header)["unrecorded"] == 1
    assert len(lines) == 1


def test_sizes_can_be_set(sealrace: Run) -> None:
    cell = json.loads(sealrace("explore", "mailbox", "--model", "sc", "--param", "stores=2", "--json").output)
    # Three stores and two loads: 5! / (3! 2!) orders.
    assert cell["interleavings"] == "10"


def test_an_earlier_run_of_the_cell_leaves_no_reports_behind(sealrace: Run) -> None:
    sealrace("explore", "mailbox", "--model", "pso")
    old = Path("out/mailbox-P2-none-pso-leak-9.json")
    old.write_text("{}")
    other = Path("out/mailbox-P2-none-psomewhere.json")
    other.write_text("{}")
    sealrace("explore", "mailbox", "--model", "pso")
    assert not old.exists()
    assert other.exists()
