"""Replay tokens on the command line: printed, taken wherever a report is, and refused by name."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from command_line import Run
from mailbox_scenario import ENDLESS, MAILBOX
from msgspec import structs
from racing_scenario import RACING

from explorer.cli.named_report import load
from explorer.cli.setting import Options, make_setting
from explorer.cli.tokens import token_of_steps
from explorer.memory.model import load_model
from explorer.schedule.steps import Step
from explorer.token import read_token
from reports.report import Report, load_report

LEAK = Path("out/mailbox-P2-none-pso-leak.json")


def token_of(file: Path) -> str:
    return load_report(str(file)).token


def without_search(report: Report) -> dict[str, Any]:
    """A report's fields but for the search that found it, of which a token knows nothing."""
    return {name: value for name, value in structs.asdict(report).items() if name != "search"}


def refused(sealrace: Run, token: str, said: str) -> None:
    for command in ("replay", "graph", "reproduce"):
        result = sealrace(command, token)
        assert (result.exit_code, result.output) == (2, said), command


@pytest.fixture
def racing(sealrace: Run, monkeypatch: pytest.MonkeyPatch) -> Run:
    monkeypatch.setattr("scenarios.registry.scenarios", lambda: (RACING,))
    return sealrace


def test_the_token_of_every_report_stands_for_it(sealrace: Run) -> None:
    sealrace("explore", "mailbox", "--fix", "all", "--model", "pso", "--model", "armv8", "--param", "stores=2")
    files = sorted(Path("out").glob("*.json"))
    assert {file.name.split("-")[-1] for file in files} == {"leak.json", "late.json", "deadlock.json"}
    for file in files:
        token = token_of(file)
        told = sealrace("replay", str(file))
        assert told.exit_code == 0
        assert sealrace("replay", token).output == told.output
        assert without_search(load(token)) == without_search(load(str(file)))


def test_an_example_of_a_goal_has_one(sealrace: Run) -> None:
    sealrace("explore", "endless", "--fix", "holds", "--small")
    sealrace("explore", "mailbox", "--fix", "fenced", "--model", "sc")
    file = Path("out/mailbox-P2-fenced-sc-late.json")
    token = token_of(file)
    assert sealrace("replay", token).output.startswith("reproduced: 5 events of 2 threads, late (mailbox")


def test_a_remark_of_the_model_has_one(racing: Run) -> None:
    racing("explore", "racing", "--model", "lkmm")
    (race,) = Path("out").glob("*-flag-*.json")
    result = racing("replay", token_of(race))
    assert (
        result.output
        == "reproduced: 2 events of 2 threads, flag data-race (racing, fix none, protocol P2, model lkmm)\n"
    )


def test_load_buffering_has_one_without_steps(sealrace: Run, tmp_path: Path) -> None:
    """po | rf has a cycle: no order of steps leads there."""
    test = tmp_path / "LB.litmus"
    test.write_text(
        "C LB\n\n{}\n\n"
        "P0(int *x, int *y)\n{\n\tint r0 = READ_ONCE(*x);\n\tWRITE_ONCE(*y, 1);\n}\n\n"
        "P1(int *x, int *y)\n{\n\tint r0 = READ_ONCE(*y);\n\tWRITE_ONCE(*x, 1);\n}\n\n"
        "exists (0:r0=1 /\\ 1:r0=1)\n"
    )
    assert sealrace("litmus", "LB.litmus", "--reports", "r").exit_code == 0
    (file,) = Path("r").glob("*.json")
    token = token_of(file)
    assert read_token(token).record is not None
    assert sealrace("replay", token).output == sealrace("replay", str(file)).output
    assert without_search(load(token)) == without_search(load(str(file)))


def test_the_threads_that_a_projection_keeps(sealrace: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    sealrace("explore", "v4", "--readers", "3", "--model", "lkmm")
    (file,) = Path("out").glob("v4-*leak.json")
    token = token_of(file)
    assert read_token(token).kept
    assert sealrace("replay", token).output == sealrace("replay", str(file)).output
    assert "run after them to the end: reader 2 to reader 3" in sealrace("replay", token).output


def test_what_is_printed_can_be_pasted(explored: Run) -> None:
    """In the ladder, in the mail, on the page: each command and token runs."""
    ladder = explored("graph", str(LEAK)).output
    (token,) = re.findall(r"^ token +(\S+)$", ladder, re.MULTILINE)
    mail = explored("graph", str(LEAK), "-f", "mail").output.replace("\\\n", "")
    (mailed,) = re.findall(r"or, without the file:\n\nsealrace replay (\S+)", mail)
    page = LEAK.with_suffix(".html").read_text()
    (shown,) = re.findall(r"^sealrace replay (sr1_\S+)$", page, re.MULTILINE)
    assert token == mailed == shown
    assert explored("replay", token).exit_code == 0


def test_the_ladder_of_a_token_names_it_once(explored: Run) -> None:
    token = token_of(LEAK)
    assert explored("graph", token).output.count(token) == 1


def test_a_report_from_before_tokens_replays(explored: Run) -> None:
    fields = json.loads(LEAK.read_text())
    del fields["token"]
    LEAK.write_text(json.dumps(fields))
    assert explored("replay", str(LEAK)).exit_code == 0
    assert " token " not in explored("graph", str(LEAK)).output


def test_a_token_changed_in_a_report_is_found(explored: Run) -> None:
    fields = json.loads(LEAK.read_text())
    fields["token"] = token_of(Path("out/mailbox-P2-none-pso-late.json"))
    LEAK.write_text(json.dumps(fields))
    result = explored("replay", str(LEAK))
    assert result.exit_code == 2
    assert f"{LEAK}: $.token: the file has " in result.output


def test_a_scenario_that_has_changed_is_named(explored: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    token = token_of(LEAK)
    changed = replace(MAILBOX, build=lambda _fix, protocol, sizes: MAILBOX.build("fenced", protocol, sizes))
    monkeypatch.setattr("scenarios.registry.scenarios", lambda: (changed, ENDLESS))
    name = "token of mailbox, fix none, protocol P2, model pso"
    refused(explored, token, f"{name}: the scenario has changed since the token was made\n  explore again\n")


def test_a_scenario_that_is_gone_is_named(explored: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    token = token_of(LEAK)
    monkeypatch.setattr("scenarios.registry.scenarios", lambda: (ENDLESS,))
    monkeypatch.setattr("scenarios.registry.classics", lambda: ())
    name = "token of mailbox, fix none, protocol P2, model pso"
    refused(explored, token, f"{name}: unknown scenario 'mailbox'\n  there are: endless\n")


def test_a_model_that_has_changed_is_named(sealrace: Run, tmp_path: Path) -> None:
    model = tmp_path / "mine.cat"
    model.write_text('"mine"\nacyclic po-loc | rf | co | fr as coherence\n')
    sealrace("explore", "mailbox", "--model", "mine.cat")
    token = token_of(Path("out/mailbox-P2-none-mine-leak.json"))
    assert sealrace("replay", token).exit_code == 0
    model.write_text('"mine"\nacyclic po | rf | co | fr as coherence\n')
    name = "token of mailbox, fix none, protocol P2, model mine.cat"
    refused(sealrace, token, f"{name}: the rules of model mine.cat have changed since\n  explore again\n")


def test_white_space_in_a_token_is_not_printed_again(explored: Run) -> None:
    token = token_of(LEAK)
    broken = f" {token[:10]}\n  {token[10:]}"
    for command in ("replay", "graph"):
        assert explored(command, broken).output == explored(command, token).output


def test_a_token_of_an_end_that_does_not_say_so_is_over(sealrace: Run) -> None:
    setting = make_setting(MAILBOX, "none", "P2", Options(Path()))
    steps = [Step(thread) for thread in (0, 0, 1, 1)]
    token = token_of_steps(setting, "pso", load_model("pso").rules_hash, steps)
    assert not token.over
    assert sealrace("replay", str(token)).output.startswith("reproduced: 4 events of 2 threads, late (mailbox")


def test_a_name_that_no_file_has_is_told_once(sealrace: Run) -> None:
    setting = make_setting(MAILBOX, "none", "P2", Options(Path()))
    token = token_of_steps(setting, "pso", load_model("pso").rules_hash, [Step(0)])
    odd = structs.replace(token, parameters={"a\x1bb": 1})
    name = "token of mailbox, fix none, protocol P2, model pso"
    said = f"{name}: $.parameters: no name holds control characters: a\\x1bb\n  explore again\n"
    refused(sealrace, str(odd), said)


def test_no_token_has_other_files_read_than_models(sealrace: Run) -> None:
    Path("secret").write_text("password\n")
    setting = make_setting(MAILBOX, "none", "P2", Options(Path()))
    token = token_of_steps(setting, "secret", load_model("pso").rules_hash, [Step(0)])
    name = "token of mailbox, fix none, protocol P2, model secret"
    refused(sealrace, str(token), f"{name}: secret: is no model: those are .cat files\n  explore again\n")


def test_a_schedule_that_is_not_over_is_no_report(sealrace: Run) -> None:
    setting = make_setting(MAILBOX, "none", "P2", Options(Path()))
    token = str(token_of_steps(setting, "pso", load_model("pso").rules_hash, [Step(0)]))
    name = "token of mailbox, fix none, protocol P2, model pso"
    refused(
        sealrace,
        token,
        f"{name}: after these 1 steps the execution is not over\n  go on from there: sealrace replay --step {token}\n",
    )


@pytest.mark.parametrize(
    ("steps", "said"),
    [
        ([0, 0], "after these 2 steps the execution is not over\n  explore again\n"),
        ([0, 0, 0], "step 3 is not possible: thread writer has ended: returned\n"),
    ],
)
def test_steps_that_are_none_are_refused(sealrace: Run, steps: list[int], said: str) -> None:
    setting = make_setting(MAILBOX, "none", "P2", Options(Path()))
    rules = load_model("pso").rules_hash
    token = str(token_of_steps(setting, "pso", rules, [Step(thread) for thread in steps], over=True))
    refused(sealrace, token, f"token of mailbox, fix none, protocol P2, model pso: {said}")


def test_a_property_that_it_does_not_break_is_refused(sealrace: Run) -> None:
    setting = make_setting(MAILBOX, "none", "P2", Options(Path()))
    steps = [Step(thread) for thread in (0, 1, 1, 0)]
    rules = load_model("pso").rules_hash
    token = token_of_steps(setting, "pso", rules, steps, over=True, tells="leak")
    name = "token of mailbox, fix none, protocol P2, model pso"
    refused(sealrace, str(token), f"{name}: the execution does not break 'leak'\n  explore again\n")
    told = token_of_steps(setting, "pso", rules, steps, over=True)
    assert "OUTCOME: breaks no property" in sealrace("graph", str(told)).output


def test_a_damaged_token_is_refused(explored: Run) -> None:
    token = token_of(LEAK)
    said = "the token is damaged: its checksum is another\n  copy all of it\n"
    refused(explored, token[:-3], said)
