"""Files for continuous integration, of ``explore``, ``matrix`` and ``litmus``: ``--junit`` and ``--sarif``."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from command_line import Run, run

from explorer.cli.cells import Combination
from explorer.cli.ci_files import write_files
from explorer.cli.named import find_scenario
from explorer.cli.setting import Options

ROOT = Path(__file__).parents[3]

Row = tuple[str, str, str]
"""Name, kind and message of a test case; of one that passed the first line of its text."""


def junit(file: str = "ci/junit.xml") -> list[Row]:
    return [row(case) for case in ET.parse(file).getroot().iter("testcase")]


def row(case: ET.Element) -> Row:
    (outcome,) = case
    lines = (outcome.text or "").splitlines()
    return case.attrib["name"], outcome.tag, outcome.attrib.get("message", lines[0] if lines else "")


def sarif(file: str = "ci/run.sarif") -> list[dict[str, Any]]:
    (run,) = json.loads(Path(file).read_text())["runs"]
    results = run["results"]
    assert isinstance(results, list)
    return results


def test_a_violation_is_a_failure_and_a_result(sealrace: Run) -> None:
    files = ("--junit", "ci/junit.xml", "--sarif", "ci/run.sarif")
    assert sealrace("explore", "mailbox", "--model", "sc", "--model", "pso", *files).exit_code == 1
    assert junit() == [
        ("fix none, protocol P2, model sc", "failure", "VIOLATED: late"),
        ("fix none, protocol P2, model pso", "failure", "VIOLATED: leak"),
    ]
    (suite,) = ET.parse("ci/junit.xml").getroot()
    assert suite.attrib == {"name": "mailbox", "tests": "2", "failures": "2", "errors": "0", "skipped": "0"}
    text = (suite[1][0].text or "").splitlines()
    assert text[1] == "  step by step: sealrace graph out/mailbox-P2-none-pso-leak.json"
    assert text[-2:] == [
        "4 executions, 1 leak, 2 late",
        "again: sealrace explore mailbox --fix none --protocol P2 --model pso --param stores=1 --unroll 3",
    ]
    found = [(each["ruleId"], each["level"], "suppressions" in each) for each in sarif()]
    assert found == [("late", "error", False), ("leak", "error", False), ("late", "error", False)]
    assert "Replay it: sealrace replay out/mailbox-P2-none-pso-leak.json" in sarif()[1]["message"]["text"]
    fingerprints = [each["partialFingerprints"]["sealracePath/v1"] for each in sarif()]
    assert len(set(fingerprints)) == 3


def test_with_expect_what_is_declared_passes(sealrace: Run) -> None:
    files = ("--junit", "ci/junit.xml", "--sarif", "ci/run.sarif")
    assert sealrace("explore", "mailbox", "--model", "pso", "--expect", *files).exit_code == 0
    assert junit() == [("fix none, protocol P2, model pso", "system-out", "VIOLATED: leak, as declared")]
    assert [each["suppressions"][0]["kind"] for each in sarif()] == ["external", "external"]


def test_with_expect_what_is_not_declared_fails(sealrace: Run) -> None:
    """Nothing is declared for the fix ``waits``, in which the reader waits for ever."""
    result = sealrace("explore", "mailbox", "--fix", "waits", "--model", "sc", "--expect", "--junit", "ci/junit.xml")
    assert result.exit_code == 1
    assert junit() == [
        ("fix waits, protocol P2, model sc", "failure", "VIOLATED: deadlock; no verdict is declared"),
    ]


def test_a_search_that_stopped_is_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    cell = ("inflight", "--small", "--fix", "rwsem", "--model", "sc", "--max-executions", "1")
    run("explore", *cell, "--junit", "ci/junit.xml")
    assert junit() == [("fix rwsem, protocol P2, model sc", "error", "INCOMPLETE")]
    (case,) = ET.parse("ci/junit.xml").getroot().iter("testcase")
    assert "but: " in (case[0].text or "")
    run("explore", *cell, "--expect", "--junit", "ci/junit.xml")
    assert junit() == [("fix rwsem, protocol P2, model sc", "error", "INCOMPLETE; declared: HOLDS")]


def test_equal_runs_write_equal_bytes(sealrace: Run) -> None:
    contents = []
    for _ in range(2):
        sealrace("explore", "mailbox", "--model", "pso", "--junit", "a.xml", "--sarif", "a.sarif")
        contents.append((Path("a.xml").read_bytes(), Path("a.sarif").read_bytes()))
    assert contents[0] == contents[1]


def test_the_matrix_writes_them_in_the_order_of_its_table(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    part = ("--small", "--scenario", "inflight", "--fix", "rwsem", "--fix", "none", "--protocol", "P2")
    files = ("--junit", "ci/junit.xml", "--sarif", "ci/run.sarif")
    run("matrix", *part, "--model", "tso", "--model", "sc", "--jobs", "2", *files)
    assert junit() == [
        ("fix none, protocol P2, model sc", "failure", "VIOLATED: leak"),
        ("fix none, protocol P2, model tso", "failure", "VIOLATED: leak"),
        ("fix rwsem, protocol P2, model sc", "system-out", "HOLDS"),
        ("fix rwsem, protocol P2, model tso", "system-out", "HOLDS"),
    ]
    # Under each model one kind of leak, and two kinds of late reads: of the old page and of the new one.
    assert [each["ruleId"] for each in sarif()] == ["leak", "late", "late"] * 2
    files_named = {
        place["location"]["physicalLocation"]["artifactLocation"]["uri"]
        for each in sarif()
        for flow in each["codeFlows"][0]["threadFlows"]
        for place in flow["locations"]
    }
    assert all((ROOT / file).is_file() for file in files_named)
    assert "scenarios/shmem/read.py" in files_named


def test_what_means_nothing_is_skipped_and_what_was_not_run_an_error(sealrace: Run, tmp_path: Path) -> None:
    scenario = find_scenario("mailbox")
    rows = [
        (Combination(scenario, "none", "P2", None), ("sc",)),
        (Combination(scenario, "fenced", "P2", "there is nothing to fence"), ("sc",)),
    ]
    write_files(rows, {}, Options(tmp_path, junit=tmp_path / "a.xml", sarif=tmp_path / "a.sarif"), expect=False)
    assert junit(str(tmp_path / "a.xml")) == [
        ("fix none, protocol P2, model sc", "error", "not run"),
        ("fix fenced, protocol P2, model sc", "skipped", "n/a: there is nothing to fence"),
    ]
    assert sarif(str(tmp_path / "a.sarif")) == []


def test_a_file_that_cannot_be_written_is_told_before_anything_is_explored(sealrace: Run) -> None:
    Path("file").write_text("")
    result = sealrace("explore", "mailbox", "--junit", "file/junit.xml")
    assert (result.exit_code, result.output) == (
        2,
        "file/junit.xml: cannot write there: File exists\n  name another file\n",
    )
    assert not Path("out").exists()


LITMUS = """C {name}
(* Result: {result} *)
{{}}
P0(int *x) {{ WRITE_ONCE(*x, 1); }}
P1(int *x) {{ int r0; r0 = READ_ONCE(*x); }}
exists (1:r0=1)
"""


def test_litmus_tests_are_cases(sealrace: Run) -> None:
    Path("tests").mkdir()
    for name, result in (("right", "Sometimes"), ("wrong", "Never")):
        Path(f"tests/{name}.litmus").write_text(LITMUS.format(name=name, result=result))
    Path("tests/silent.litmus").write_text(LITMUS.format(name="silent", result="").replace("(* Result:  *)", ""))
    Path("tests/broken.litmus").write_text("C broken\n{}\nP0(int *x) { *x = ; }\nexists (x=1)\n")
    assert sealrace("litmus", "tests", "none", "--check", "--junit", "ci/junit.xml").exit_code == 2
    rows = {name: (kind, message) for name, kind, message in junit()}
    assert rows == {
        "tests/broken.litmus": ("error", "could not be run"),
        "tests/right.litmus": ("system-out", "Sometimes 1 1"),
        "tests/silent.litmus": ("skipped", "Sometimes 1 1; there is no comment Result"),
        "tests/wrong.litmus": ("failure", "the comment says Result: Never, found Sometimes"),
        "none": ("error", "could not be run"),
    }
    sealrace("litmus", "tests/wrong.litmus", "--junit", "ci/junit.xml")
    assert junit() == [("tests/wrong.litmus", "system-out", "Sometimes 1 1")]
    (suite,) = ET.parse("ci/junit.xml").getroot()
    assert suite.attrib["name"] == "litmus tests under lkmm"
