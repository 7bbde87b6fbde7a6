"""``sealrace survey``: what it prints and writes, that all of it replays, and what it refuses."""

from __future__ import annotations

import json
import os
import signal
import subprocess
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from command_line import Run, process, run
from mailbox_scenario import ENDLESS, MAILBOX, Sees, build
from test_interrupted_search import TOYS, interrupt, start

from explorer.scenario import Case

FOLDER = Path("out/mailbox-P2-none-pso-survey")

PRINTED = """\
mailbox, fix none, protocol P2, model pso: 4 executions, 4 outcomes

 1  25.0%  ########################  leak, late      reader: flag = 1, box = 0   outcome-1.json
 1  25.0%  ########################  late            reader: flag = 1, box = 1   outcome-2.json
 1  25.0%  ########################  breaks nothing  reader: flag = 0, box = 0   outcome-3.json
 1  25.0%  ########################  breaks nothing  reader: flag = 0, box = 1   outcome-4.json

 pairs       2 conflicting: 2 in both orders
 races       box 1, flag 1
 explored    4 partial executions; all outcomes known after 4 executions
 page        out/mailbox-P2-none-pso-survey/index.html
"""

SB = """C SB
{}
P0(int *x, int *y) { int r0; WRITE_ONCE(*x, 1); r0 = READ_ONCE(*y); }
P1(int *x, int *y) { int r0; WRITE_ONCE(*y, 1); r0 = READ_ONCE(*x); }
exists (0:r0=0 /\\ 1:r0=0)
"""


@pytest.fixture(autouse=True)
def to_no_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("COLUMNS", raising=False)


def surveyed(sealrace: Run, *arguments: str, status: int = 0) -> dict[str, Any]:
    result = sealrace("survey", *arguments, "--json")
    assert result.exit_code == status, result.output
    found: dict[str, Any] = json.loads(result.output)
    return found


def test_the_histogram(sealrace: Run) -> None:
    result = sealrace("survey", "mailbox", "--model", "pso")
    assert result.exit_code == 0
    assert result.output == PRINTED


def test_a_narrow_terminal_wraps_what_came_out(sealrace: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    lines = sealrace("survey", "mailbox", "--model", "pso").output.splitlines()
    assert max(map(len, lines)) <= 80
    assert lines[2:4] == [
        " 1  25.0%  ########################  leak, late      reader: flag = 1, box = 0",
        "                                                     outcome-1.json",
    ]


def test_json_holds_all_of_it(sealrace: Run) -> None:
    found = surveyed(sealrace, "mailbox", "--model", "pso")
    assert list(found) == [
        "scenario", "protocol", "fix", "model", "parameters", "complete", "incomplete", "executions", "blocked", "cut",
        "dropped", "filtered", "violating", "outcomes", "exploration", "pairs", "page",
    ]  # fmt: skip
    assert found["outcomes"][0] == {
        "facts": [{"of": "reader", "got": "flag = 1, box = 0"}],
        "breaks": ["late", "leak"],
        "executions": 1,
        "first": found["outcomes"][0]["first"],
        "report": str(FOLDER / "outcome-1.json"),
    }
    assert sorted(each["first"] for each in found["outcomes"]) == [1, 2, 3, 4]
    assert found["exploration"][-1] == {
        "executions": 4, "states": 4, "outcomes": 4, "violating": 2, "kinds": 2, "ordered": 4,
    }  # fmt: skip
    box, flag = found["pairs"]
    assert (box["location"], flag["location"]) == ("box", "flag")
    assert (box["found"], box["before"], box["after"], box["both"], box["alone"]) == ("both", 2, 2, 0, 0)
    first = {name: box["first"][name] for name in ("thread", "function", "step", "does")}
    assert first == {"thread": "writer", "function": "writer", "step": "W1", "does": "writes"}
    assert box["lock"] is False


def test_it_counts_what_explore_counts(sealrace: Run) -> None:
    for fix in MAILBOX.fixes:
        for model in ("sc", "pso", "lkmm"):
            explored = json.loads(sealrace("explore", "mailbox", "--fix", fix, "--model", model, "--json").output)
            found = surveyed(sealrace, "mailbox", "--fix", fix, "--model", model, status=3 if fix == "waits" else 0)
            told = sum(each["executions"] for each in found["outcomes"])
            assert told == explored["executions"] + explored["blocked"]
            assert found["violating"] == explored["violating"]


@pytest.mark.parametrize("fix", MAILBOX.fixes)
@pytest.mark.parametrize("model", ["sc", "pso", "lkmm"])
def test_every_witness_replays_and_draws(sealrace: Run, fix: str, model: str) -> None:
    sealrace("survey", "mailbox", "--fix", fix, "--model", model)
    folder = Path(f"out/mailbox-P2-{fix}-{model}-survey")
    reports = sorted(folder.glob("outcome-*.json"))
    assert len(reports) == len(list(folder.glob("outcome-*.html"))) >= 1
    for report in reports:
        replayed = sealrace("replay", str(report))
        assert replayed.exit_code == 0, replayed.output
        for form in ("text", "svg", "dot", "html", "graphml", "json"):
            assert sealrace("graph", str(report), "-f", form).exit_code == 0


def test_what_a_report_of_an_outcome_says(sealrace: Run) -> None:
    sealrace("survey", "mailbox", "--model", "pso")
    lines = sealrace("graph", str(FOLDER / "outcome-4.json")).output.splitlines()
    assert lines[0].split("  ")[0] == "mailbox, fix none, protocol P2, model pso"
    assert lines[0].endswith("OUTCOME: breaks no property")
    assert lines[1] == "reader: flag = 0, box = 1."
    assert "4 executions explored, all up to unroll = 3; 2 late, 1 leak; 1 with this outcome" in lines[2] + lines[3]
    assert "sealrace survey mailbox --fix none" in (FOLDER / "outcome-4.html").read_text(encoding="utf-8")
    assert sealrace("replay", str(FOLDER / "outcome-4.json")).output == (
        "reproduced: 4 events of 2 threads, outcome (mailbox, fix none, protocol P2, model pso)\n"
    )


@pytest.mark.parametrize(
    ("number", "path", "value", "message"),
    [
        (4, ("property", "sentence"), "reader: flag = 0, box = 0.", "$.property.sentence: the file has"),
        (4, ("search", "same_outcome"), 0, "$.search.same_outcome: counts no execution with this outcome"),
        (4, ("search", "same_outcome"), 5, "$.search.same_outcome: 5 of 4 executions"),
        (2, ("property", "name"), "outcome", "the execution runs again, but breaks 'late'"),
        (4, ("property", "name"), "late", "the execution runs again, but breaks no property 'late'"),
    ],
)
def test_an_edited_report_is_refused(
    sealrace: Run, number: int, path: tuple[str, str], value: object, message: str
) -> None:
    sealrace("survey", "mailbox", "--model", "pso")
    file = FOLDER / f"outcome-{number}.json"
    report = json.loads(file.read_text(encoding="utf-8"))
    report[path[0]][path[1]] = value
    file.write_text(json.dumps(report), encoding="utf-8")
    result = sealrace("replay", str(file))
    assert result.exit_code == 2
    assert message in result.output


def test_a_second_survey_leaves_nothing_of_the_first(sealrace: Run) -> None:
    sealrace("survey", "mailbox", "--model", "pso")
    assert surveyed(sealrace, "mailbox", "--model", "pso", "--max-executions", "2", status=3)["complete"] is False
    assert sorted(path.name for path in FOLDER.iterdir()) == [
        "index.html", "outcome-1.html", "outcome-1.json", "outcome-2.html", "outcome-2.json",
    ]  # fmt: skip


def test_explore_leaves_a_survey_alone(sealrace: Run) -> None:
    sealrace("survey", "mailbox", "--model", "pso")
    before = sorted(FOLDER.iterdir())
    sealrace("explore", "mailbox", "--model", "pso")
    assert sorted(FOLDER.iterdir()) == before


def test_incomplete_is_said_first_and_drawn(sealrace: Run) -> None:
    result = sealrace("survey", "mailbox", "--model", "pso", "--max-executions", "3")
    assert result.exit_code == 3
    assert result.output.splitlines()[:2] == [
        "mailbox, fix none, protocol P2, model pso: 3 executions, 3 outcomes",
        " INCOMPLETE: limit of 3 executions reached",
    ]
    assert "INCOMPLETE: limit of 3 executions reached" in (FOLDER / "index.html").read_text(encoding="utf-8")


def test_the_command_says_a_large_limit_in_full(sealrace: Run) -> None:
    sealrace("survey", "mailbox", "--model", "pso", "--max-executions", "1234567")
    assert "--max-executions 1234567<" in (FOLDER / "index.html").read_text(encoding="utf-8")


def test_a_time_limit(sealrace: Run) -> None:
    found = surveyed(sealrace, "endless", "--max-time", "0.5", status=3)
    assert found["incomplete"] == ["limit of 0.5 seconds reached"]
    assert sum(each["executions"] for each in found["outcomes"]) == found["executions"] > 0


def test_a_bound_on_events(sealrace: Run) -> None:
    result = sealrace("survey", "mailbox", "--max-events", "1")
    assert result.exit_code == 3
    assert " INCOMPLETE: limit of 1 events per thread reached: raise --max-events" in result.output


def test_an_interrupt_keeps_what_was_found(tmp_path: Path) -> None:
    folder = tmp_path / "out" / "endless-P2-none-sc-survey"
    with start(process("survey", "endless", "--json", before=TOYS), tmp_path) as child:
        printed, _remarks = interrupt(child, folder, signal.SIGINT)
    found = json.loads(printed)
    assert (child.returncode, found["incomplete"]) == (3, ["interrupted"])
    assert found["executions"] > 0
    assert (folder / "index.html").exists()


def test_the_same_bytes_whatever_the_hash_seed(tmp_path: Path) -> None:
    written = []
    for seed in ("1", "77"):
        folder = tmp_path / seed
        folder.mkdir()
        command = process("survey", "masked-eperm", "--small", "--model", "armv8", "--json")
        done = subprocess.run(
            command, cwd=folder, env={**os.environ, "PYTHONHASHSEED": seed}, capture_output=True, check=True
        )
        files = {path.name: path.read_bytes() for path in (folder / "out").rglob("*") if path.is_file()}
        written.append((done.stdout, files))
    assert written[0] == written[1]
    assert len(written[0][1]) > 10


def test_a_litmus_test(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("sb.litmus").write_text(SB, encoding="utf-8")
    result = run("survey", "sb.litmus")
    assert result.exit_code == 0
    assert result.output.splitlines()[:6] == [
        "sb.litmus, model lkmm: 4 executions, 4 outcomes",
        "",
        " 1  25.0%  ########################  witness  P0: r0 = 0; P1: r0 = 0   outcome-1.json",
        " 1  25.0%  ########################  other    P0: r0 = 0; P1: r0 = 1   outcome-2.json",
        " 1  25.0%  ########################  other    P0: r0 = 1; P1: r0 = 0   outcome-3.json",
        " 1  25.0%  ########################  other    P0: r0 = 1; P1: r0 = 1   outcome-4.json",
    ]
    for number in range(1, 5):
        replayed = run("replay", f"out/sb-lkmm-survey/outcome-{number}.json")
        assert replayed.output.endswith("(sb.litmus, model lkmm)\n"), replayed.output
    text = run("graph", "out/sb-lkmm-survey/outcome-2.json").output
    assert "OUTCOME: not of the condition" in text
    page = Path("out/sb-lkmm-survey/outcome-2.html").read_text(encoding="utf-8")
    assert "sealrace survey --model lkmm sb.litmus" in page
    assert run("survey", "sb.litmus", "--model", "sc").output.startswith(
        "sb.litmus, model sc: 3 executions, 3 outcomes"
    )


def test_a_test_inside_a_package_is_no_python(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its path starts with the name of a package, as that of modelled code does."""
    monkeypatch.chdir(Path(__file__).parents[3])
    test = "scenarios/shmem/litmus/fresh-window-none.litmus"
    assert run("survey", test, "--out", str(tmp_path)).exit_code == 0
    assert run("litmus", test, "--reports", str(tmp_path)).exit_code == 0


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("nothing",), "unknown scenario 'nothing'\n  there are: "),
        (("mailbox", "--fix", "x"), "unknown fix 'x'\n  there are: none, fenced, waits\n"),
        (("mailbox", "--protocol", "x"), "unknown protocol 'x'\n  there are: P2\n"),
        (("mailbox", "--param", "stores=9"), "stores=9 is out of range\n  it can be 1 to 3\n"),
        (("mailbox", "--switch", "x"), "unknown switch 'x'\n  mailbox has no switches\n"),
        (("gone.litmus",), "gone.litmus: "),
        (("sb.litmus", "--fix", "none"), "--fix: a litmus test has none\n  leave it out\n"),
        (("sb.litmus", "--small"), "--small: a litmus test has none\n  leave it out\n"),
    ],
)
def test_what_is_refused(sealrace: Run, arguments: tuple[str, ...], message: str) -> None:
    Path("sb.litmus").write_text(SB, encoding="utf-8")
    result = sealrace("survey", *arguments)
    assert (result.exit_code, result.output[: len(message)]) == (2, message)
    assert not Path("out").exists()


def test_a_property_cannot_have_the_name_of_outcomes(sealrace: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def named(fix: str, protocol: str, sizes: Any) -> Case:
        return replace(build(fix, protocol, sizes), properties=(Sees("outcome", (1,)),))

    monkeypatch.setattr("scenarios.registry.scenarios", lambda: (replace(MAILBOX, build=named, expected={}), ENDLESS))
    result = sealrace("survey", "mailbox")
    assert result.exit_code == 2
    assert result.output == (
        "mailbox has a property 'outcome', which is the name of what breaks none\n  give the property another name\n"
    )


@pytest.mark.parametrize("name", ["inflight", "lingering-page", "seal-swap", "splice"])
def test_witnesses_of_kernel_paths_replay(name: str, tmp_path: Path) -> None:
    result = run("survey", name, "--small", "--model", "sc", "--out", str(tmp_path), "--json")
    assert result.exit_code == 0
    outcomes = json.loads(result.output)["outcomes"]
    assert any(not each["breaks"] for each in outcomes)
    for each in outcomes:
        replayed = run("replay", each["report"])
        assert replayed.exit_code == 0, replayed.output


def test_what_a_read_gave_is_told_as_content(tmp_path: Path) -> None:
    result = run("survey", "inflight", "--small", "--out", str(tmp_path), "--json")
    outcomes = json.loads(result.output)["outcomes"]
    told = {(tuple(each["breaks"]), each["facts"][-1]["got"]) for each in outcomes}
    assert told == {
        (("leak", "late"), "pread = 4096: what the guest wrote"),
        (("late",), "pread = 4096: zeros"),
        (("late",), "pread = 4096: what the file held"),
        ((), "pread = 4096: what the file held"),
        ((), "pread = 4096: a hole"),
        ((), "pread = 0"),
        ((), "pread = -EPERM"),
    }
    assert {each["facts"][0]["got"] for each in outcomes} == {"ftruncate = 0, F_ADD_SEALS = 0, fallocate = 0"}
