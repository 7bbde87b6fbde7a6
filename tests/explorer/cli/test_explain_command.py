"""``sealrace explain``: what it takes, what it refuses, and its JSON."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from command_line import run
from explained_scenarios import SCENARIOS


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("COLUMNS", raising=False)
    Path("own.py").write_text(SCENARIOS, encoding="utf-8")
    return tmp_path


REPORT = "out/own.py-count-plain-none-sc-lost.json"
RUN = "out/own.py-count-plain-none-sc.run.jsonl"
WINDOW = "the window from C1 (look) to C2 (add) is open"


def explained(*arguments: str) -> str:
    result = run("explain", *arguments)
    assert result.exit_code == 0, result.output
    return result.output


def refused(*arguments: str) -> str:
    result = run("explain", *arguments)
    assert result.exit_code == 2
    return result.output


def test_a_report_a_line_of_a_run_file_and_a_token_are_explained_alike() -> None:
    assert run("explore", "own.py:count", "--model", "sc").exit_code == 1
    text = explained(REPORT)
    assert WINDOW in " ".join(text.split())
    token = json.loads(Path(REPORT).read_text(encoding="utf-8"))["token"]
    assert explained(token) == text
    lines = [explained(f"{RUN}:{number}") for number in (1, 2)]
    assert text in lines
    # The other one is the same with the threads the other way round.
    swapped = text.replace("left", "?").replace("right", "left").replace("?", "right")
    assert sorted(line.split() for line in lines) == sorted(each.split() for each in (text, swapped))


def test_a_scenario_that_has_moved_is_named() -> None:
    assert run("explore", "own.py:count", "--model", "sc").exit_code == 1
    text = explained(REPORT)
    Path("elsewhere").mkdir()
    Path("own.py").rename("elsewhere/own.py")
    assert refused(REPORT).startswith(f"{REPORT}: own.py")
    assert explained(REPORT, "--scenario", "elsewhere/own.py") == text


def test_what_is_no_report_is_refused() -> None:
    assert run("explore", "own.py:count", "--model", "sc").exit_code == 1
    assert refused(RUN) == f"{RUN}: this is a run file\n  name one of its executions: {RUN}:1\n"
    assert refused("none.json").startswith("none.json: No such file or directory\n")
    assert refused("sr1_broken") == "the token is damaged: its checksum is another\n  copy all of it\n"


def test_a_report_that_was_edited_is_refused() -> None:
    assert run("explore", "own.py:count", "--model", "sc").exit_code == 1
    report = json.loads(Path(REPORT).read_text(encoding="utf-8"))
    report["allowed_by"] = ["tso", "pso"]
    Path(REPORT).write_text(json.dumps(report), encoding="utf-8")
    assert refused(REPORT) == (
        f"{REPORT}: $.allowed_by[0]: the file has 'tso', the execution run again gives 'sc'\n"
        "  the file was changed by hand, the scenario's code has moved, or another sealrace wrote it: explore again\n"
    )


def test_how_a_goal_is_reached_breaks_nothing() -> None:
    """Of what HOLDS there is a report for each goal reached."""
    assert run("explore", "inflight", "--small", "--fix", "rwsem", "--model", "sc").exit_code == 0
    assert explained("out/inflight-P2-rwsem-small-sc-met-seal.json") == (
        "inflight, fix rwsem, protocol P2, model sc\n"
        "REACHED: met-seal. A read found the inode sealed (-EPERM). owner: ftruncate = 0, F_ADD_SEALS = 0,\n"
        "fallocate = 0; reader: pread = -EPERM.\n"
        "\n"
        "This execution breaks nothing.\n"
        "\n"
        "sc allows it: some order of all accesses explains it.\n"
    )


def test_a_data_race_has_two_sides() -> None:
    """A plain store and a plain load of one location, and nothing else: they race."""
    Path("race.py").write_text(
        SCENARIOS.split("async def both")[0]
        + """
async def fill(t, box):
    await t.write(box, 1, at="W1 fill")


async def take(t, box):
    await t.read(box, ONCE, at="R1 take")


def build(fix, protocol, sizes):
    box = Location("box")
    return Case(Program((ThreadSpec("writer", fill, (box,)), ThreadSpec("reader", take, (box,)))), (), (ENDED,))


RACE = scenario("race", build)
""",
        encoding="utf-8",
    )
    assert run("explore", "race.py", "--model", "lkmm").exit_code == 0
    assert explained("out/race.py-race-plain-none-lkmm-flag-data-race.json") == (
        "race.py:race, fix none, protocol plain, model lkmm\n"
        "REMARK: flag data-race. lkmm flags data-race: writer's plain write of box at W1 and reader's once\n"
        "read of box at R1.\n"
        "\n"
        "Two accesses of one location:\n"
        "  writer stores 1 to box (W1 fill, fill, step 1).\n"
        "  reader loads 1 from box (R1 take, take, step 2).\n"
        "\n"
        "At least one of the two is plain, and nothing orders them: neither comes before the other. The\n"
        "compiler may tear, repeat or leave out a plain access. READ_ONCE() and WRITE_ONCE() for both, or an\n"
        "order between them, such as a lock, end the data race. Of the execution itself: sc allows it.\n"
    )


def test_the_lines_fit_the_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    assert run("explore", "own.py:count", "--model", "sc").exit_code == 1
    monkeypatch.setenv("COLUMNS", "60")
    narrow = explained(REPORT)
    assert max(map(len, narrow.splitlines())) <= 60
    monkeypatch.setenv("COLUMNS", "200")
    assert narrow.split() == explained(REPORT).split()


def test_json_of_a_window() -> None:
    """The lost update: right loads 0, left stores 1, right stores 1."""
    assert run("explore", "own.py:count", "--model", "sc").exit_code == 1
    found = json.loads(explained(REPORT, "--json"))
    assert found["why"] == "window"
    assert found["allowed_by"] == ["sc", "tso", "pso", "armv8", "lkmm"]
    check, missed, use, end = (found["window"][name] for name in ("check", "missed", "use", "end"))
    assert check == {
        "event": check["event"],
        "thread": "right",
        "access": "load",
        "location": "count",
        "value": 0,
        "step": 1,
        "name": "C1",
        "reference": "look",
        "function": "add",
    }
    assert (missed["thread"], missed["access"], missed["value"]) == ("left", "store", 1)
    assert (use["thread"], use["access"], use["value"]) == ("right", "store", 1)
    assert end == use
    assert found["story"] == [check, missed, use]
    assert found["hops"] == found["not_kept"] == found["not_full"] == []
    assert found["text"][0] == "In this order:"
    assert WINDOW in found["text"][-1]


def test_json_of_a_cycle() -> None:
    """Message passing under pso: only the order of the two stores is not kept."""
    Path("mp.litmus").write_text(
        "C mp\n{}\nP0(int *x, int *y) { WRITE_ONCE(*x, 1); WRITE_ONCE(*y, 1); }\n"
        "P1(int *x, int *y) { int r0 = READ_ONCE(*y); int r1 = READ_ONCE(*x); }\nexists (1:r0=1 /\\ 1:r1=0)\n",
        encoding="utf-8",
    )
    assert run("litmus", "--model", "pso", "--reports", "out", "mp.litmus").exit_code == 0
    found = json.loads(explained("out/mp-pso.json", "--json"))
    assert (found["why"], found["window"], found["story"]) == ("cycle", None, [])
    assert found["allowed_by"] == ["pso", "armv8", "lkmm"]
    hops = [
        (hop["source"]["location"], hop["relation"], hop["target"]["location"], hop["kept"]) for hop in found["hops"]
    ]
    assert hops == [("x", "po", "y", False), ("y", "rf", "y", True), ("y", "po", "x", True), ("x", "fr", "x", True)]
    (missing,) = found["not_kept"]
    assert (missing["kept_by"], missing["compiler_may_exchange"]) == (["sc", "tso"], False)
    assert missing["rule"].startswith("Two stores with WRITE_ONCE(), and nothing between them orders them.")
