"""Load buffering with plain accesses: lkmm allows and flags it; no order explains it, and it is shown all the same."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from command_line import Run, run

from reports.report import load_report

LB = """C lb
{}
P0(int *x, int *y) { int r0; r0 = *x; smp_mb(); *y = 1; }
P1(int *x, int *y) { int r0; r0 = *y; smp_mb(); *x = 1; }
exists (0:r0=1 /\\ 1:r0=1)
"""
"""Each load reads the initial value or the other thread's store, in any combination: nothing orders plain accesses of
different threads.  Where both read the stores, each load comes before its own thread's store (the fence) and after the
other's.
"""
NOTE = "the model flags this execution, and its order has a cycle here: the order shown is no claim"


@pytest.fixture
def sealrace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "lb.litmus").write_text(LB)
    return run


def test_a_survey_has_all_four_outcomes_and_their_witnesses_replay(sealrace: Run, tmp_path: Path) -> None:
    result = sealrace("survey", "lb.litmus", "--model", "lkmm", "--json")
    assert result.exit_code == 0
    outcomes = json.loads(result.stdout)["outcomes"]
    assert len(outcomes) == 4
    assert [outcome["executions"] for outcome in outcomes] == [1] * 4
    notes = []
    for outcome in outcomes:
        report = load_report(tmp_path / outcome["report"])
        notes.append(report.witness.note)
        assert sealrace("replay", outcome["report"]).exit_code == 0
    assert notes.count(NOTE) == 1


def test_its_witness_has_a_report(sealrace: Run, tmp_path: Path) -> None:
    assert sealrace("litmus", "lb.litmus", "--model", "lkmm", "--reports", "out").exit_code == 0
    report = load_report(tmp_path / "out" / "lb-lkmm.json")
    assert (report.property.name, report.witness.note) == ("exists", NOTE)
    assert sealrace("replay", "out/lb-lkmm.json").exit_code == 0
    assert NOTE in " ".join(sealrace("graph", "out/lb-lkmm.json").stdout.split())


def test_a_model_without_a_flag_must_name_an_order(sealrace: Run, tmp_path: Path) -> None:
    (tmp_path / "loose.cat").write_text('"loose"\nlet before = [R] ; po ; [W]\nacyclic co | po-loc as coherence\n')
    result = sealrace("survey", "lb.litmus", "--model", "loose.cat")
    assert result.exit_code == 2
    assert "before | rfe has a cycle in an execution that the model allows" in result.stderr
