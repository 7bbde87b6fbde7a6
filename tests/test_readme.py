"""What the README shows is what the program does."""

import re
import shlex
from pathlib import Path

import pytest
from click.testing import CliRunner

from explorer.cli.main import main
from explorer.scenario import QUICK_MODELS
from reports.render import render
from reports.report import load_report
from scenarios.registry import scenarios

pytestmark = pytest.mark.usefixtures("no_scenario_file_stays")

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
WORDS = ("leak", "late", "stale", "mapped", "swapped", "written", "masked")


def block_after(mark: str) -> str:
    """The first fenced block after a piece of text."""
    match = re.search(r"```[a-z]*\n(.*?)```", README[README.index(mark) :], re.DOTALL)
    assert match is not None
    return match[1]


def test_the_table_is_what_the_command_prints(tmp_path: Path) -> None:
    mark = re.search(r"<!-- table: sealrace (.*) -->", README)
    assert mark is not None
    result = CliRunner().invoke(main, [*shlex.split(mark[1]), "--out", str(tmp_path), "--jobs", "1"])
    assert result.output.startswith(block_after(mark[0]) + "\n Numbers are executions: ")


def test_the_verdicts_are_what_the_scenarios_declare() -> None:
    """Under the models that ``matrix`` explores under by itself, which agree."""
    lines = README[README.index("<!-- verdicts -->") :].split("\n\n")[0].splitlines()[1:]
    rows = [[cell.strip().strip("`") for cell in line.strip("|").split("|")] for line in lines if "---" not in line]
    names, fixes = rows[0][1:], [row[0] for row in rows[1:]]
    assert names == [scenario.name for scenario in scenarios()]
    assert set(fixes) == {fix for scenario in scenarios() for fix in scenario.fixes}
    for fix, *words in rows[1:]:
        for scenario, word in zip(scenarios(), words, strict=True):
            keys = [(scenario.protocols[0], fix, model) for model in QUICK_MODELS]
            declared = {scenario.expected.get(key) for key in keys}
            assert len(declared) == 1, (scenario.name, fix)
            (violated,) = declared
            first = (
                "-"
                if violated is None
                else next((each for each in WORDS if each in violated), "HOLDS" if not violated else "?")
            )
            assert (scenario.name, fix, word) == (scenario.name, fix, first)


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
    """In order, in one folder. Of four commands only the options are tried: ``make explore`` runs the whole matrix,
    what ``reproduce`` needs of the kernel not everybody may use, nor has everybody the tools of ``crosscheck``, and
    ``serve`` does not end by itself."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "my.cat").write_text('"mine"\nacyclic po | rf | co | fr as order\nlet before = po | rf | co | fr\n')
    (tmp_path / "scenarios").symlink_to(ROOT / "scenarios")
    for line in block_after("## Use").splitlines():
        command = shlex.split(line, comments=True)
        assert command[0] == "sealrace"
        arguments = (
            [*command[1:], "--help"] if command[1] in ("matrix", "reproduce", "serve", "crosscheck") else command[1:]
        )
        result = CliRunner().invoke(main, arguments)
        assert result.exit_code in (0, 1), (line, result.output)
        # 1 says VIOLATED, which only explore may say, that a run found something, or that two cells differ.
        assert result.exit_code == 0 or command[1] in ("explore", "run", "diff"), (line, result.output)
    assert (
        (tmp_path / "leak.svg").read_text(encoding="utf-8").startswith('<?xml version="1.0" encoding="UTF-8"?>\n<svg')
    )


def test_the_picture_is_that_of_the_report(tmp_path: Path) -> None:
    arguments = ["explore", "inflight", "--fix", "none", "--model", "sc", "--out", str(tmp_path)]
    assert CliRunner().invoke(main, arguments).exit_code == 1
    report = load_report(tmp_path / "inflight-P2-none-sc-leak.json")
    assert (ROOT / "docs" / "inflight-leak.svg").read_text(encoding="utf-8") == render(report, "svg")
