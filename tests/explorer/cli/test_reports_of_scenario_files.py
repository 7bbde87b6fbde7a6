"""Reports, run files and tokens of scenarios in files: which files are run for them, and which are not."""

from __future__ import annotations

import os
import shlex
import shutil
from pathlib import Path

import pytest
from command_line import Run
from msgspec.structs import replace
from scenario_files import TOYS, write

from explorer.cli import scenario_file
from explorer.token import read_token
from reports.report import load_report


@pytest.fixture
def reported(sealrace: Run) -> Run:
    """A report in ``out`` of a scenario in ``toys.py``."""
    write("toys.py", TOYS)
    sealrace("explore", "toys.py:mailbox", "--model", "pso")
    return sealrace


REPORT = "out/toys.py-mailbox-P2-none-pso-leak.json"
LINE = "out/toys.py-mailbox-P2-none-pso.run.jsonl:1"


def test_reports_of_a_file_replay(reported: Run) -> None:
    assert reported("replay", REPORT).output == (
        "reproduced: 4 events of 2 threads, leak (toys.py:mailbox, fix none, protocol P2, model pso)\n"
    )
    assert reported("replay", LINE).exit_code == 0
    assert reported("graph", LINE).exit_code == 0
    assert reported("reproduce", REPORT).output.startswith("toys.py:mailbox, fix none, protocol P2, model pso: leak: ")


def test_a_report_moves_with_its_file(reported: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    Path("elsewhere").mkdir()
    for name in ("toys.py", "out"):
        Path(name).rename(f"elsewhere/{name}")
    result = reported("replay", f"elsewhere/{REPORT}")
    assert (result.exit_code, result.output) == (
        2,
        f"elsewhere/{REPORT}: toys.py: there is no such file here\n"
        "  if it lies elsewhere, name it: --scenario FILE.py\n",
    )
    for command in (("replay",), ("graph",)):
        for stored in (REPORT, LINE):
            assert reported(*command, f"elsewhere/{stored}", "--scenario", "elsewhere/toys.py").exit_code == 0
    result = reported("reproduce", f"elsewhere/{REPORT}", "--scenario", "elsewhere/toys.py")
    assert "cannot be driven on a real kernel" in result.output
    monkeypatch.chdir("elsewhere")
    assert reported("replay", REPORT).exit_code == 0


def test_the_file_of_a_report_is_named_only_where_it_has_one(reported: Run) -> None:
    sealrace = reported
    assert sealrace("explore", "mailbox", "--model", "pso").exit_code == 1
    shipped = "out/mailbox-P2-none-pso-leak.json"
    result = sealrace("replay", shipped, "--scenario", "toys.py")
    assert (result.exit_code, result.output) == (
        2,
        f"{shipped}: its scenario, mailbox, is in no file\n  leave out --scenario\n",
    )
    result = sealrace("replay", REPORT, "--scenario", "toys.txt")
    assert (result.exit_code, result.output) == (
        2,
        f"{REPORT}: toys.txt: is no Python file\n  name the file that the scenario is in: --scenario FILE.py\n",
    )
    write("other.py")
    result = sealrace("replay", REPORT, "--scenario", "other.py")
    assert (result.exit_code, result.output) == (
        2,
        f"{REPORT}: toys.py: has no scenario named 'mailbox'\n  there are: toys.py:ring\n",
    )


def test_a_file_that_has_changed_is_told_by_its_first_step(reported: Run) -> None:
    write("toys.py", TOYS.replace("await t.write(box, 1, ONCE", "await t.write(box, 2, ONCE"))
    result = reported("replay", REPORT)
    assert result.exit_code == 2
    assert result.output.endswith("the scenario or the file has changed: explore again\n")


SPY = "from pathlib import Path\nPath('run').touch()\n"


def _name_another(file: str) -> None:
    report = Path(REPORT)
    report.write_text(
        report.read_text(encoding="utf-8").replace("toys.py:mailbox", f"{file}:mailbox"), encoding="utf-8"
    )


@pytest.mark.parametrize("how", ["absolute", "above", "link"])
def test_no_report_has_a_file_run_that_lies_elsewhere(
    reported: Run, how: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    write(f"{elsewhere}/other.py", "import explorer\n" + SPY)
    name = {
        "absolute": f"{elsewhere}/other.py",
        "above": os.path.relpath(elsewhere / "other.py"),
        "link": "link/other.py",
    }[how]
    Path("link").symlink_to(elsewhere)
    _name_another(name)
    for command in ("replay", "reproduce"):
        result = reported(command, REPORT)
        assert (result.exit_code, result.output) == (
            2,
            f"{REPORT}: {name}: is not below the current folder, so it is not run because a report names it\n"
            f"  if you trust it, name it yourself: --scenario {name}\n",
        )
    assert not Path("run").exists()


def test_the_command_of_a_report_names_a_file_that_lies_elsewhere(
    sealrace: Run, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    write(f"{elsewhere}/toys.py", TOYS)
    (elsewhere / "below").mkdir()
    monkeypatch.chdir(elsewhere / "below")
    for path in (f"{elsewhere}/toys.py", "../toys.py"):
        ladder = sealrace("explore", f"{path}:mailbox", "--model", "pso").output
        # To a shell a backslash at the end of a line is nothing, and the line goes on.
        printed = ladder.partition("\n replay ")[2].partition("\n token ")[0].replace("\\\n", "")
        command = shlex.split(printed)
        assert command[:2] == ["sealrace", "replay"]
        assert command[-2:] == ["--scenario", path]
        assert sealrace(*command[1:]).exit_code == 0


NOT_RUN = (
    "{file}: you have not run this file yet, so it is not run because a report names it\n"
    "  if you trust it, name it yourself: --scenario {file}\n"
)


def test_no_report_has_another_program_run(reported: Run) -> None:
    """Not even one that looks like a scenario: what a report has run is what the user has run before."""
    write("deploy.py", "from explorer.scenario import Scenario\n" + SPY)
    _name_another("deploy.py")
    result = reported("replay", REPORT)
    assert (result.exit_code, result.output) == (2, f"{REPORT}: {NOT_RUN.format(file='deploy.py')}")
    token = replace(read_token(load_report(Path("out/toys.py-mailbox-P2-none-pso-late.json")).token))
    for small in (False, True):
        other = replace(token, scenario="deploy.py:mailbox", small=small)
        result = reported("replay", str(other))
        name = "token of deploy.py:mailbox, fix none, protocol P2, model pso"
        assert (result.exit_code, result.output) == (2, f"{name}: {NOT_RUN.format(file='deploy.py')}")
    assert not Path("run").exists()


@pytest.mark.parametrize("how", ["copied", "nothing kept"])
def test_a_place_counts_as_run_by_the_user(reported: Run, monkeypatch: pytest.MonkeyPatch, how: str) -> None:
    """In a process of its own: what is remembered is on disk, where anything may be kept."""
    monkeypatch.setattr(scenario_file, "_loaded", {})
    assert reported("replay", REPORT).exit_code == 0
    monkeypatch.setattr(scenario_file, "_loaded", {})
    if how == "copied":
        shutil.copytree(".", "copy")
        monkeypatch.chdir("copy")
    if how == "nothing kept":
        monkeypatch.setenv("SEALRACE_CACHE", "")
    refused = reported("replay", REPORT)
    assert (refused.exit_code, refused.output) == (2, f"{REPORT}: {NOT_RUN.format(file='toys.py')}")
    assert reported("replay", REPORT, "--scenario", "toys.py").exit_code == 0
    monkeypatch.setattr(scenario_file, "_loaded", {})
    # Named once it is known, unless nothing is kept.
    assert reported("replay", REPORT).exit_code == (2 if how == "nothing kept" else 0)


def test_a_file_that_reaches_sealrace_through_another_module_replays(sealrace: Run) -> None:
    write("helpers.py", TOYS)
    write("thin.py", "import helpers\n\nMINE = helpers.MAILBOX\n")
    sealrace("explore", "thin.py:mailbox", "--model", "pso")
    assert sealrace("replay", "out/thin.py-mailbox-P2-none-pso-leak.json").exit_code == 0


def test_tokens_name_files_as_reports_do(reported: Run, tmp_path_factory: pytest.TempPathFactory) -> None:
    token = load_report(Path(REPORT)).token
    for command in (("replay",), ("replay", "--step"), ("graph",)):
        assert reported(*command, token).exit_code == 0
    Path("toys.py").rename("moved.py")
    for command in (("replay",), ("replay", "--step"), ("graph",), ("reproduce",)):
        result = reported(*command, token)
        assert (result.exit_code, result.output) == (
            2,
            "token of toys.py:mailbox, fix none, protocol P2, model pso: toys.py: there is no such file here\n"
            "  if it lies elsewhere, name it: --scenario FILE.py\n",
        )
    for command in (("replay",), ("graph",)):
        assert reported(*command, token, "--scenario", "moved.py").exit_code == 0
    last = reported("replay", "--step", token, "--scenario", "moved.py").output.splitlines()[-1]
    back = shlex.split(last.removeprefix("to come back here: "))
    assert back[-2:] == ["--scenario", "moved.py"]
    assert reported(*back[1:]).exit_code == 0


@pytest.mark.parametrize("small", [False, True])
def test_no_token_has_a_file_run_that_lies_elsewhere(
    reported: Run, small: bool, tmp_path_factory: pytest.TempPathFactory
) -> None:
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    write(f"{elsewhere}/other.py", "import explorer\n" + SPY)
    token = read_token(load_report(Path(REPORT)).token)
    for name in (f"{elsewhere}/other.py", os.path.relpath(elsewhere / "other.py")):
        result = reported("replay", str(replace(token, scenario=f"{name}:mailbox", small=small)))
        assert result.exit_code == 2
        assert f"{name}: is not below the current folder, so it is not run" in result.output
    assert not Path("run").exists()


def test_drawing_a_report_runs_nothing(reported: Run) -> None:
    write("toys.py", SPY)
    assert reported("graph", REPORT).exit_code == 0
    assert not Path("run").exists()


def test_a_report_names_its_scenario_in_full(reported: Run) -> None:
    report = Path(REPORT)
    report.write_text(report.read_text().replace("toys.py:mailbox", "./toys.py:mailbox"))
    result = reported("replay", REPORT)
    assert (result.exit_code, result.output) == (
        2,
        f"{REPORT}: the scenario is toys.py:mailbox, not ./toys.py:mailbox\n  explore again\n",
    )
