"""``--max-time`` counts what unfolding takes: a limit that is over by then ends every command as INCOMPLETE."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from command_line import Run
from mailbox_scenario import MAILBOX

from explorer.cli.cell import RECORDS, limits_of
from explorer.cli.options import STRATEGIES
from explorer.cli.setting import Options, make_setting
from explorer.search.deadline import Deadline
from explorer.search.result import Limits

AT_ONCE = ("--max-time", "1e-9")
"""Over before the first arm is unfolded, whatever the machine."""

REASONS = ["limit of 1e-09 seconds reached", "the program was not unfolded by then: nothing of it was explored"]


@pytest.fixture(autouse=True)
def to_no_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("COLUMNS", raising=False)


@pytest.mark.parametrize("jobs", ["1", "2"])
def test_explore(sealrace: Run, jobs: str) -> None:
    result = sealrace("explore", "mailbox", "--model", "sc", "--jobs", jobs, *AT_ONCE)
    assert (result.exit_code, re.sub(r"[\d.]+ s\n", "0.00 s\n", result.output)) == (
        3,
        "mailbox, fix none, protocol P2, model sc: INCOMPLETE\n"
        " explored   0 executions, not all; 0.00 s\n"
        " but        limit of 1e-09 seconds reached\n"
        "            the program was not unfolded by then: nothing of it was explored\n"
        "            goal not reached: looked\n",
    )


def test_nothing_else_is_lost(sealrace: Run) -> None:
    """Every cell has its line and its run file; none claims to know the program."""
    result = sealrace("explore", "mailbox", "--fix", "all", "--json", *AT_ONCE)
    assert result.exit_code == 3
    cells = [json.loads(line) for line in result.output.splitlines()]
    assert [(cell["fix"], cell["model"]) for cell in cells] == [
        (fix, model) for fix in ("none", "fenced", "waits") for model in ("sc", "tso", "pso")
    ]
    for cell in cells:
        assert (cell["verdict"], cell["complete"], cell["executions"]) == ("INCOMPLETE", False, 0)
        assert cell["limits"] == [*REASONS, "goal not reached: looked"]
        header = json.loads(Path(cell["run_file"]).read_text(encoding="utf-8").splitlines()[0])
        assert (header["verdict"], header["program_hash"]) == ("INCOMPLETE", "")


def test_a_cell_that_was_not_unfolded_is_not_of_another_program(sealrace: Run) -> None:
    sealrace("explore", "mailbox", "--model", "sc", "--out", "before")
    sealrace("explore", "mailbox", "--model", "sc", "--out", "after", *AT_ONCE)
    name = "mailbox-P2-none-sc.run.jsonl"
    output = sealrace("diff", f"before/{name}", f"after/{name}").output
    assert "the second search was stopped" in output
    assert "the modelled code" not in output


def test_matrix(sealrace: Run) -> None:
    result = sealrace("matrix", "--scenario", "mailbox", "--model", "sc", "--jobs", "1", "--json", *AT_ONCE)
    cells = [json.loads(line) for line in result.output.splitlines() if line.startswith("{")]
    assert [cell["fix"] for cell in cells] == ["none", "fenced", "waits"]
    assert all(cell["limits"][:2] == REASONS for cell in cells)
    assert result.exit_code == 3


def test_survey(sealrace: Run) -> None:
    result = sealrace("survey", "mailbox", "--json", *AT_ONCE)
    assert result.exit_code == 3
    assert json.loads(result.output)["incomplete"][:2] == REASONS


@pytest.mark.parametrize("strategy", STRATEGIES)
def test_run(sealrace: Run, strategy: str) -> None:
    """No strategy claims anything of a program that it has not seen."""
    result = sealrace("run", "mailbox", "--strategy", strategy, *AT_ONCE)
    lines = result.output.splitlines()
    assert (result.exit_code, lines[0]) == (3, "mailbox, fix none, protocol P2, model sc: not found")
    assert lines[2] == " runs        0: 0 distinct executions"
    assert lines[-3:] == [
        f" but         {REASONS[0]}",
        f"             {REASONS[1]}",
        "             nothing is claimed of executions that were not run",
    ]
    assert not any("complete" in line or "probability" in line for line in lines)
    assert not Path("out").exists()
    found = json.loads(sealrace("run", "mailbox", "--strategy", strategy, "--json", *AT_ONCE).output)
    assert found["limits"] == REASONS
    told = found["told"].get(strategy, {})
    assert not told.get("exhausted")
    assert told.get("probability") is None


@pytest.mark.parametrize("jobs", ["1", "2"])
def test_the_search_has_the_time_that_unfolding_left(sealrace: Run, monkeypatch: pytest.MonkeyPatch, jobs: str) -> None:
    """Where unfolding took 61 seconds, a search of more executions than anybody waits for ends at once."""

    def slow(*arguments: Any) -> Any:
        return replace(make_setting(*arguments), seconds=61.0)

    monkeypatch.setattr("explorer.cli.explore.make_setting", slow)
    arguments = ("endless", "--fix", "holds", "--model", "sc", "--max-time", "60", "--jobs", jobs, "--json")
    result = sealrace("explore", *arguments)
    (cell,) = [json.loads(line) for line in result.output.splitlines()]
    assert cell["limits"] == ["limit of 60 seconds reached"]
    assert cell["seconds"] < 60
    assert result.exit_code == 3


def test_a_cell_has_the_time_that_unfolding_took(sealrace: Run) -> None:
    options = Options(Path(), max_time=9.0, max_executions=5)
    setting = make_setting(MAILBOX, "none", "P2", options)
    assert setting.seconds > 0
    assert limits_of(options, setting) == Limits(5, 9.0, RECORDS, setting.seconds)
    assert limits_of(options, setting).after(2.0).spent == setting.seconds + 2.0


def test_ctrl_c_ends_unfolding() -> None:
    def noted() -> None:
        raise KeyboardInterrupt

    setting = make_setting(MAILBOX, "none", "P2", Options(Path()), Deadline(check=noted))
    assert setting.unfolding.stopped == "interrupted"
    assert setting.program_hash == ""
