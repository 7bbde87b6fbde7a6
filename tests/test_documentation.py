"""What the pages of docs/ show is what the program does."""

from __future__ import annotations

import re
from importlib import import_module
from pathlib import Path

import pytest
from click.testing import CliRunner

from explorer.cli.main import main
from explorer.memory.model import load_model
from explorer.program.tree import Unfolding
from explorer.scenario import Scenario
from explorer.search.run import explore

DOCS = Path(__file__).parent.parent / "docs"


def blocks(page: str) -> list[str]:
    """The fenced blocks of a page."""
    return re.findall(r"```[a-z]*\n(.*?)```", (DOCS / page).read_text(encoding="utf-8"), re.DOTALL)


def test_the_litmus_example_prints_what_it_says(tmp_path: Path) -> None:
    test, printed = blocks("litmus.md")
    path = tmp_path / "mp.litmus"
    path.write_text(test, encoding="utf-8")
    result = CliRunner().invoke(main, ["litmus", str(path)])
    lines = [line for line in result.output.splitlines() if line and not line.startswith("Time")]
    assert lines == printed.splitlines()


@pytest.mark.usefixtures("userfaultfd")
def test_what_is_reproduced_prints_what_it_says() -> None:
    command, *printed = blocks("reproduce.md")[0].splitlines()
    result = CliRunner().invoke(main, command.removeprefix("$ sealrace ").split())
    lines = result.output.splitlines()
    assert lines[1].startswith("on Linux ")
    assert [*lines[:1], *lines[2:]] == [*printed[:1], *printed[2:]]


def test_the_scenario_of_ones_own_is_explored(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "documented_mailbox.py").write_text(blocks("scenarios.md")[0], encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    scenario: Scenario = import_module("documented_mailbox").MAILBOX
    verdicts = {}
    for fix in ("none", "wmb"):
        for model in ("sc", "tso", "pso", "armv8", "lkmm"):
            case = scenario.build(fix, "plain", {})
            verdicts[fix, model] = explore(case, load_model(model), Unfolding(case.program, 3)).verdict.value
    # The stores may swap where nothing orders them; with smp_wmb() and smp_rmb() nowhere.
    swaps = ("pso", "armv8", "lkmm")
    assert {key for key, verdict in verdicts.items() if verdict == "VIOLATED"} == {("none", model) for model in swaps}
    assert set(verdicts.values()) == {"VIOLATED", "HOLDS"}
