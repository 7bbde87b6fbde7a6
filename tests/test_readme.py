"""What the README shows is what the program does."""

import re
import shlex
from pathlib import Path

import pytest
from click.testing import CliRunner

from explorer.cli.main import main
from explorer.scenario import QUICK_MODELS
from reports.index import Cell, render_table
from reports.render import render
from reports.report import load_report
from scenarios.registry import scenarios

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
WORDS = ("leak", "late", "stale")


def block_after(mark: str) -> str:
    """The first fenced block after a piece of text."""
    match = re.search(r"```[a-z]*\n(.*?)```", README[README.index(mark) :], re.DOTALL)
    assert match is not None
    return match[1]


def test_the_table_is_what_the_scenarios_declare() -> None:
    """The one of ``make explore``, which explores under the models that ``matrix`` explores under by itself."""
    cells = []
    for scenario in scenarios():
        declared = {key: violated for key, violated in scenario.expected.items() if key[2] in QUICK_MODELS}
        for (protocol, fix, model), violated in declared.items():
            word = next((word for word in WORDS if word in violated), "HOLDS")
            verdict = "VIOLATED" if violated else "HOLDS"
            cells.append(Cell(scenario.name, protocol, fix, model, verdict, word, 1, {}, None, True, ()))
    assert block_after("<!-- table -->") == render_table(cells).split("\n\n")[0] + "\n"


def test_every_fix_of_the_table_is_explained() -> None:
    fixes = {fix for scenario in scenarios() for _, fix, _ in scenario.expected}
    assert set(re.findall(r"^\| `([\w-]+)` \| [^|]+ \|$", README, re.MULTILINE)) >= fixes


def test_the_example_prints_what_it_says(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    example = tmp_path / "example.py"
    example.write_text(block_after("## Your own threads"), encoding="utf-8")
    exec(compile(example.read_text(encoding="utf-8"), str(example), "exec"), {"__name__": "example"})
    assert capsys.readouterr().out == "sc 3\ntso 4\n"
    assert "prints `sc 3` and `tso 4`" in README


def test_every_command_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In order, in one folder. The whole matrix is what ``make explore`` runs: only its options are tried."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "my.cat").write_text('"mine"\nacyclic po | rf | co | fr as order\nlet before = po | rf | co | fr\n')
    (tmp_path / "scenarios").symlink_to(ROOT / "scenarios")
    for line in block_after("## Use").splitlines():
        command = shlex.split(line, comments=True)
        assert command[0] == "sealrace"
        arguments = [*command[1:], "--help"] if command[1] == "matrix" else command[1:]
        result = CliRunner().invoke(main, arguments)
        assert result.exit_code in (0, 1), (line, result.output)
        # 1 says VIOLATED, which only explore may say.
        assert result.exit_code == 0 or command[1] == "explore", (line, result.output)
    assert (
        (tmp_path / "leak.svg").read_text(encoding="utf-8").startswith('<?xml version="1.0" encoding="UTF-8"?>\n<svg')
    )


def test_the_picture_is_that_of_the_report(tmp_path: Path) -> None:
    arguments = ["explore", "inflight", "--fix", "none", "--model", "sc", "--out", str(tmp_path)]
    assert CliRunner().invoke(main, arguments).exit_code == 1
    report = load_report(tmp_path / "inflight-P2-none-sc-leak.json")
    assert (ROOT / "docs" / "inflight-leak.svg").read_text(encoding="utf-8") == render(report, "svg")
