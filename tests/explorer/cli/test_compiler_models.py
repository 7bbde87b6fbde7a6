"""Models with ``+compiler`` wherever a model is named: explored, reported, replayed, run on litmus tests.

The plain mailbox is filled and its flag raised by plain stores, and both are read by plain
loads. Under sc its executions are those of
(flag, box) = (0, 0), (0, 1) and (1, 1); behind a compiler (1, 0) is one, too.
"""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from command_line import Run, run
from mailbox_scenario import MAILBOX, Sees

from explorer.execution.location import Location
from explorer.memory.model import load_model
from explorer.program.program import Program, ThreadSpec
from explorer.program.thread import Thread
from explorer.scenario import Case

LITMUS = """C MP
{}
P0(int *buf, int *flag)
{
	*buf = 1;
	*flag = 1;
}
P1(int *buf, int *flag)
{
	int r0;
	int r1;
	r0 = *flag;
	r1 = *buf;
}
exists (1:r0=1 /\\ 1:r1=0)
"""


def _build(*_settings: object) -> Case:
    box, flag = Location("box"), Location("flag")

    async def writer(t: Thread) -> None:
        await t.write(box, 1, at="W1 fill")
        await t.write(flag, 1, at="W3 raise")

    async def reader(t: Thread) -> None:
        await t.read(flag, at="R1 look")
        await t.read(box, at="R2 open")

    program = Program((ThreadSpec("writer", writer), ThreadSpec("reader", reader)))
    return Case(program, (Sees("leak", (1, 0)),))


@pytest.fixture
def plain_mailbox(sealrace: Run, monkeypatch: pytest.MonkeyPatch) -> Run:
    scenario = replace(MAILBOX, name="plain-mailbox", fixes=("none",), build=_build, expected={})
    monkeypatch.setattr("scenarios.registry.scenarios", lambda: (scenario,))
    return sealrace


def test_a_scenario_is_explored_and_its_report_replays(plain_mailbox: Run) -> None:
    output = plain_mailbox("explore", "plain-mailbox", "--model", "sc", "--model", "sc+compiler", "--json").output
    cells = [json.loads(line) for line in output.splitlines()]
    assert [(cell["model"], cell["executions"], cell["violating"]) for cell in cells] == [
        ("sc", 3, {"leak": 0}),
        ("sc+compiler", 4, {"leak": 1}),
    ]
    # Two threads of two steps: 4 over 2 orders. Behind a compiler they are not counted.
    assert [cell["interleavings"] for cell in cells] == ["6", None]
    for name in (
        "out/plain-mailbox-P2-none-sc+compiler-leak.json",
        "out/plain-mailbox-P2-none-sc+compiler.run.jsonl:1",
    ):
        result = plain_mailbox("replay", name)
        assert result.output.startswith("reproduced: 4 events of 2 threads, leak")
        assert result.output.endswith("model sc+compiler)\n")


def test_a_report_is_refused_under_the_model_without_a_compiler(plain_mailbox: Run) -> None:
    plain_mailbox("explore", "plain-mailbox", "--model", "sc+compiler")
    report = json.loads(Path("out/plain-mailbox-P2-none-sc+compiler-leak.json").read_text(encoding="utf-8"))
    # The kept part of program order is the model's own relation; po is the program's, as in every report.
    assert report["relations"]["po"] != report["relations"]["po-kept"] == []
    report["model"] = {"name": "sc", "rules_hash": load_model("sc").rules_hash}
    Path("edited.json").write_text(json.dumps(report), encoding="utf-8")
    result = plain_mailbox("replay", "edited.json")
    assert result.exit_code == 2
    assert (
        "the model sc does not allow the execution of the report: it violates sequential-consistency" in result.output
    )


@pytest.mark.parametrize(
    ("model", "answer"), [("sc", "Never 0 3"), ("sc+compiler", "Sometimes 1 3"), ("tso+compiler", "Sometimes 1 3")]
)
def test_a_litmus_test_is_run_under_it(tmp_path: Path, model: str, answer: str) -> None:
    file = tmp_path / "MP.litmus"
    file.write_text(LITMUS, encoding="utf-8")
    assert f"Observation MP {answer}" in run("litmus", "--model", model, str(file)).output
