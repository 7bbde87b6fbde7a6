"""What ``replay`` and ``graph`` take, and what they refuse: word for word."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import click
import pytest
from command_line import Run
from mailbox_scenario import ENDLESS, MAILBOX, build

from explorer.cli.main import main
from explorer.execution.location import Location
from explorer.program.program import Program, ThreadSpec
from explorer.program.thread import ONCE, Thread
from explorer.scenario import Case, Scenario
from reports.render import FORMS, IMAGES

REPORT = Path("out/mailbox-P2-none-pso-leak.json")
RUN = "out/mailbox-P2-none-pso.run.jsonl"


def test_a_report_is_reproduced(explored: Run) -> None:
    result = explored("replay", str(REPORT))
    assert result.exit_code == 0
    assert result.output == "reproduced: 4 events of 2 threads, leak (mailbox, fix none, protocol P2, model pso)\n"


def test_every_line_of_a_run_file_is_reproduced_and_drawn(explored: Run) -> None:
    outputs = [explored("replay", f"{RUN}:{number}") for number in (1, 2)]
    assert [result.exit_code for result in outputs] == [0, 0]
    assert sorted(result.output.split()[6] for result in outputs) == ["late", "leak"]
    assert explored("graph", f"{RUN}:1", "-f", "svg").output.startswith("<?xml")
    headline = explored("graph", f"{RUN}:2").output.splitlines()[0]
    assert headline.startswith("mailbox, fix none, protocol P2, model pso")


@pytest.mark.parametrize(
    ("name", "message"),
    [
        (f"{RUN}:3", f"{RUN}: there is no execution 3\n  The file records 2.\n"),
        (f"{RUN}:0", f"{RUN}: there is no execution 0\n  The file records 2.\n"),
        (RUN, f"{RUN}: this is a run file\n  name one of its executions: {RUN}:1\n"),
    ],
)
def test_a_line_that_is_not_there(explored: Run, name: str, message: str) -> None:
    for command in ("replay", "graph"):
        result = explored(command, name)
        assert (result.exit_code, result.output) == (2, message)


def test_every_form_is_drawn(explored: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("COLUMNS", raising=False)
    (choice,) = [option.type for option in main.commands["graph"].params if option.name == "form"]
    assert isinstance(choice, click.Choice)
    assert sorted(choice.choices) == sorted((*FORMS, *IMAGES))
    for form in choice.choices:
        result = explored("graph", str(REPORT), "-f", form, "-o", f"leak.{form}")
        assert result.output == f"wrote leak.{form}\n"
        assert Path(f"leak.{form}").read_bytes() == explored("graph", str(REPORT), "-f", form).stdout_bytes


def test_an_image_is_not_printed_on_a_terminal(explored: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("explorer.cli.graph.is_terminal", lambda: True)
    result = explored("graph", str(REPORT), "-f", "png")
    advice = f"name a file: sealrace graph {REPORT} -f png -o FILE.png"
    assert (result.exit_code, result.output) == (2, f"PNG is no text for a terminal\n  {advice}\n")


def test_an_image_without_its_library_says_what_to_install(explored: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    result = explored("graph", str(REPORT), "-f", "png", "-o", "leak.png")
    message = "a PNG needs matplotlib, which is not installed\n  pip install 'sealrace[png]', or take -f svg\n"
    assert (result.exit_code, result.output) == (2, message)
    assert not Path("leak.png").exists()


def test_a_picture_goes_to_a_file(explored: Run) -> None:
    assert explored("graph", str(REPORT), "-f", "html", "-o", "new/page.html").output == "wrote new/page.html\n"
    assert Path("new/page.html").read_text().startswith("<!DOCTYPE html>")
    result = explored("graph", str(REPORT), "-o", f"{REPORT}/page.html")
    assert result.exit_code == 2
    assert result.output.startswith(str(REPORT))


def edit(change: Callable[[dict[str, Any]], None]) -> None:
    report = json.loads(REPORT.read_text())
    change(report)
    REPORT.write_text(json.dumps(report))


def refused(explored: Run, message: str) -> None:
    result = explored("replay", str(REPORT))
    assert (result.exit_code, result.output) == (2, f"{REPORT}: {message}\n")


def test_a_truncated_report(explored: Run) -> None:
    text = REPORT.read_text()
    REPORT.write_text(text[: text.index('"events"') + 30])
    line = text[: text.index('"events"')].count("\n") + 2
    refused(
        explored,
        f"line {line}: the file ends in the middle of the JSON text\n"
        "  It was cut short. Write it again: sealrace explore SCENARIO --out DIR.",
    )


def test_another_version(explored: Run) -> None:
    edit(lambda report: report.update(version=2))
    refused(
        explored,
        "$.version: this sealrace reads version 1, the file has version 2\n"
        "  Use the sealrace that wrote it, or explore again.",
    )


def test_an_edited_event_contradicts_the_rest(explored: Run) -> None:
    def change(report: dict[str, Any]) -> None:
        report["events"][4]["value"] = 7  # the reader's look at the flag

    edit(change)
    result = explored("replay", str(REPORT))
    assert result.exit_code == 2
    assert result.output.startswith(f"{REPORT}: $.source_of[4]: event 4 reads 7, but event 3 writes 1\n")


def test_an_execution_that_the_model_forbids(explored: Run) -> None:
    sc = json.loads(Path("out/mailbox-P2-none-pso-leak.json").read_text())
    explored("explore", "mailbox", "--model", "sc")
    sc["model"] = json.loads(Path("out/mailbox-P2-none-sc-late.json").read_text())["model"]
    REPORT.write_text(json.dumps(sc))
    refused(
        explored,
        "the model sc does not allow the execution of the report: it violates sequential-consistency\n"
        "  the scenario or the file has changed: explore again",
    )


def test_a_model_with_other_rules(sealrace: Run) -> None:
    Path("my.cat").write_text("let before = po | rf\nacyclic before as order\n")
    assert sealrace("explore", "mailbox", "--model", "my.cat").exit_code == 1
    Path("my.cat").write_text("let before = po | rf | fr\nacyclic before as order\n")
    for name in ("out/mailbox-P2-none-my-leak.json", "out/mailbox-P2-none-my.run.jsonl:1"):
        result = sealrace("replay", name)
        assert result.exit_code == 2
        assert result.output == f"{name}: the rules of model my.cat have changed\n  explore again\n"


def build_changed(fix: str, protocol: str, sizes: Mapping[str, int]) -> Case:
    """The mailbox with a reader that looks into the box first."""
    case = build(fix, protocol, sizes)
    flag, box = Location("flag"), Location("box")

    async def writer(t: Thread) -> None:
        await t.write(box, 1, ONCE, at="W1 fill")
        await t.write(flag, 1, ONCE, at="W3 raise")

    async def reader(t: Thread) -> None:
        await t.read(flag, ONCE, at="R1 look")
        await t.read(flag, ONCE, at="R2 open")

    threads = (ThreadSpec("writer", writer), ThreadSpec("reader", reader))
    return Case(Program(threads), case.properties, case.goals)


@pytest.fixture
def changed(explored: Run, monkeypatch: pytest.MonkeyPatch) -> Run:
    """The command line, after one access of the mailbox was changed."""
    scenario: Scenario = replace(MAILBOX, build=build_changed)
    monkeypatch.setattr("scenarios.registry.scenarios", lambda: (scenario,))
    return explored


def test_a_changed_scenario_is_refused_with_the_first_differing_step(changed: Run) -> None:
    refused(
        changed,
        "thread reader, event 2: the report has R[once] box=0 in reader, step R2, the program R[once] flag at R2 open\n"
        "  the scenario or the file has changed: explore again",
    )


def test_a_changed_scenario_has_no_recorded_line(changed: Run) -> None:
    result = changed("replay", f"{RUN}:1")
    assert result.exit_code == 2
    assert result.output.startswith(f"{RUN}:1: this execution is none of the program: ")


def test_a_scenario_that_is_gone(explored: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("scenarios.registry.scenarios", lambda: (ENDLESS,))
    monkeypatch.setattr("scenarios.registry.reduced_forms", tuple)
    result = explored("replay", str(REPORT))
    assert (result.exit_code, result.output) == (2, f"{REPORT}: unknown scenario 'mailbox'\n  there are: endless, v4\n")
