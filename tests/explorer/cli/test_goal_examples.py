"""A HOLDS shows what it rests on: for every goal reached an execution that does, as a report that replays."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from command_line import Run, run

from reports.report import load_report


@pytest.fixture
def sealrace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """The command line on the scenarios of the kernel, in an empty folder."""
    monkeypatch.chdir(tmp_path)
    return run


FIXED = ("explore", "inflight", "--small", "--fix", "rwsem", "--model")


def test_every_goal_has_a_report_that_replays(sealrace: Run, tmp_path: Path) -> None:
    (line,) = sealrace(*FIXED, "sc", "--json").stdout.splitlines()
    answer = json.loads(line)
    assert answer["verdict"] == "HOLDS"
    assert list(answer["examples"]) == [goal for goal, reached in answer["goals"].items() if reached]
    assert answer["reports"] == []
    for goal, path in answer["examples"].items():
        assert path.endswith(f"-sc-{goal}.json")
        report = load_report(tmp_path / path)
        assert (report.property.name, report.search.goal) == ("outcome", goal)
        assert (tmp_path / path).with_suffix(".html").exists()
        replayed = sealrace("replay", path)
        assert replayed.exit_code == 0, replayed.stderr
        assert f"REACHED: {goal}" in sealrace("graph", path).stdout


def test_the_sentence_is_what_came_out(sealrace: Run, tmp_path: Path) -> None:
    (line,) = sealrace(*FIXED, "sc", "--json").stdout.splitlines()
    examples = json.loads(line)["examples"]
    met, got = (load_report(tmp_path / examples[goal]).property.sentence for goal in ("met-seal", "returned-data"))
    assert met.startswith("A read found the inode sealed (-EPERM). owner: ftruncate = 0, F_ADD_SEALS = 0, ")
    assert met.endswith("; reader: pread = -EPERM.")
    assert got.startswith("A read copied a page's content. owner: ")
    assert got.endswith("; reader: pread = 4096: what the file held.")


def test_the_seal_is_marked(sealrace: Run, tmp_path: Path) -> None:
    (line,) = sealrace(*FIXED, "sc", "--json").stdout.splitlines()
    report = load_report(tmp_path / json.loads(line)["examples"]["met-seal"])
    (mark,) = report.property.marks
    event = report.events[mark.event]
    assert (mark.label, event.location, event.value) == ("sealed", "inode.seals", 32)
    assert "═ sealed ═" in sealrace("graph", json.loads(line)["examples"]["met-seal"]).stdout


def test_a_violation_has_no_examples(sealrace: Run) -> None:
    (line,) = sealrace("explore", "inflight", "--small", "--model", "sc", "--json").stdout.splitlines()
    assert json.loads(line)["examples"] == {}


def test_text_names_the_pages(sealrace: Run) -> None:
    lines = sealrace(*FIXED, "sc").stdout.splitlines()
    at = next(i for i, line in enumerate(lines) if line.startswith(" reached "))
    assert lines[at + 1].startswith(" how  ")
    assert all(line.endswith(".html") for line in lines[at + 1 : at + 3])


def test_examples_do_not_depend_on_symmetry(sealrace: Run, tmp_path: Path) -> None:
    command = ("explore", "v4", "--fix", "recheck-rmb", "--readers", "2", "--model", "tso", "--no-projection", "--json")
    found = []
    for more in ((), ("--no-symmetry",)):
        answer = json.loads(sealrace(*command, *more).stdout)
        assert answer["verdict"] == "HOLDS"
        found.append([load_report(tmp_path / path).source_of for path in answer["examples"].values()])
    assert found[0] == found[1] != []


def test_a_goal_that_the_execution_does_not_reach_is_refused(sealrace: Run, tmp_path: Path) -> None:
    (line,) = sealrace(*FIXED, "sc", "--json").stdout.splitlines()
    path = json.loads(line)["examples"]["returned-data"]
    file = tmp_path / path
    file.write_text(file.read_text().replace('"goal":"returned-data"', '"goal":"met-seal"'))
    result = sealrace("replay", path)
    assert result.exit_code == 2
    assert result.stderr == (
        f"{path}: the execution runs again, but does not reach the goal 'met-seal'\n"
        "  the goal or the file has changed: explore again\n"
    )


def test_a_goal_beside_a_violation_is_a_fault_of_the_file(sealrace: Run, tmp_path: Path) -> None:
    (line,) = sealrace("explore", "inflight", "--small", "--model", "sc", "--json").stdout.splitlines()
    path = json.loads(line)["reports"][0]
    file = tmp_path / path
    file.write_text(file.read_text().replace('"switches":[]', '"switches":[],"goal":"met-seal"'))
    result = sealrace("replay", path)
    assert result.exit_code == 2
    assert f"{path}: $.search.goal: is not told by an execution that violates 'leak'" in result.stderr


def test_the_matrix_shows_the_last_goal(sealrace: Run, tmp_path: Path) -> None:
    part = ("--scenario", "inflight", "--protocol", "P2", "--fix", "rwsem", "--model", "sc", "--small", "--json")
    (line,) = sealrace("matrix", *part, "--jobs", "1").stdout.splitlines()
    answer = json.loads(line)
    assert len([goal for goal, reached in answer["goals"].items() if reached]) > 1
    assert list(answer["examples"]) == list(answer["goals"])[-1:]
    (page,) = answer["examples"].values()
    assert f'href="{Path(page).with_suffix(".html").name}"' in (tmp_path / "out" / "index.html").read_text()
