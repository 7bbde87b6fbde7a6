"""What the pages of docs/ show is what the program does."""

from __future__ import annotations

import json
import re
import shlex
import shutil
import sys
import tomllib
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from tutorial import finished

from bench.crosscheck import shipped_cases
from explorer.cli.installed import GROUP
from explorer.cli.main import main
from explorer.cli.options import STRATEGIES
from explorer.cli.serve.answer import Served
from explorer.cli.serve.choices import start
from explorer.cli.serve.show import show
from explorer.cli.serve.state import state_of
from explorer.cli.strategies import DEPTH
from explorer.repair.cost import ARMV8, GENERIC, SPARC, X86, Costs
from explorer.scenario import MODELS
from explorer.schedule.steps import Step
from reports.render import FORMS, IMAGES
from reports.report import load_report
from scenarios.conformance.calls import Call
from scenarios.conformance.compare import Comparison, Difference
from scenarios.conformance.script import script
from scenarios.shmem.constants import F_SEAL_WRITE, MAP_SHARED, MFD_ALLOW_SEALING, PAGE_SIZE, PROT_READ
from scenarios.shmem.kernel import Kernel, Version

pytestmark = pytest.mark.usefixtures("no_scenario_file_stays")

DOCS = Path(__file__).parent.parent / "docs"


def page(name: str) -> str:
    return (DOCS / name).read_text(encoding="utf-8")


def blocks(name: str) -> list[str]:
    """The fenced blocks of a page."""
    return re.findall(r"```[a-z]*\n(.*?)```", page(name), re.DOTALL)


def test_the_comparison_prints_what_it_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    commands, printed = blocks("gallery.md")
    explored, compared = (CliRunner().invoke(main, line.split()[1:]) for line in commands.splitlines())
    assert (explored.exit_code, compared.exit_code) == (1, 1)
    assert compared.output == printed


def test_two_fixes_are_compared_as_it_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("COLUMNS", raising=False)
    commands, printed = blocks("compare.md")
    made, compared = (CliRunner().invoke(main, line.split()[1:]) for line in commands.splitlines())
    assert (made.exit_code, compared.exit_code) == (0, 1)
    assert compared.output == printed
    replays = [line.split()[1:] for line in printed.splitlines() if line.strip().startswith("sealrace replay")]
    assert [CliRunner().invoke(main, words).exit_code for words in replays] == [0, 0]


def test_what_is_needed_is_told_as_it_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("COLUMNS", raising=False)
    commands, printed, window, of_window = blocks("mutate.md")
    made, mutated, reduced = (
        CliRunner().invoke(main, line.split()[1:]) for line in [*commands.splitlines(), *window.splitlines()]
    )
    assert (made.exit_code, mutated.exit_code, reduced.exit_code) == (0, 0, 0)
    assert mutated.output == printed
    assert reduced.output == of_window


def test_the_litmus_example_prints_what_it_says(tmp_path: Path) -> None:
    test, printed = blocks("litmus.md")
    path = tmp_path / "mp.litmus"
    path.write_text(test, encoding="utf-8")
    result = CliRunner().invoke(main, ["litmus", str(path)])
    lines = [line for line in result.output.splitlines() if line and not line.startswith("Time")]
    assert lines == printed.splitlines()


def test_the_explanations_are_what_it_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("COLUMNS", raising=False)
    examples = blocks("explain.md")
    assert len(examples) == 4
    for commands, printed in zip(examples[::2], examples[1::2], strict=True):
        explored, explained = (CliRunner().invoke(main, line.split()[1:]) for line in commands.splitlines())
        assert (explored.exit_code, explained.exit_code) == (1, 0)
        assert explained.output == printed


def test_why_not_prints_what_it_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    test, *shown = blocks("why-not.md")
    (tmp_path / "isa2.litmus").write_text(test, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    printed = ""
    for command in re.findall(r"^\$ sealrace (.+)$", "".join(shown), re.MULTILINE):
        printed += f"$ sealrace {command}\n{CliRunner().invoke(main, shlex.split(command)).output}"
    assert printed == "".join(shown)


def test_the_survey_prints_what_it_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    command, *printed = blocks("survey.md")[0].splitlines()
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("COLUMNS", raising=False)
    result = CliRunner().invoke(main, command.removeprefix("$ sealrace ").split())
    assert result.exit_code == 0
    assert result.output.splitlines() == printed


def test_repairs_print_what_they_say(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first, beyond, test, litmus = blocks("repair.md")
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("COLUMNS", raising=False)
    Path("sb.litmus").write_text(test, encoding="utf-8")
    for block, status in ((first, 0), (beyond, 1), (litmus, 0)):
        command, *printed = block.splitlines()
        result = CliRunner().invoke(main, command.removeprefix("$ sealrace ").split())
        assert result.exit_code == status, result.output
        assert result.output.splitlines() == printed


@pytest.mark.parametrize(("column", "costs"), list(enumerate((X86, SPARC, ARMV8, GENERIC))))
def test_the_weights_of_repairs_are_those_of_the_table(column: int, costs: Costs) -> None:
    head, *rows = re.findall(r"^\| ?([^`|]*?) ?\| (.+) \|$", page("repair.md").partition("## Costs")[2], re.MULTILINE)
    assert (costs.architecture, dict(costs.rows())) == (
        head[1].split(" | ")[column],
        {name: int(weights.split(" | ")[column]) for name, weights in rows},
    )


def test_the_run_prints_what_it_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    command, *printed = blocks("strategies.md")[0].splitlines()
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("COLUMNS", raising=False)
    result = CliRunner().invoke(main, command.removeprefix("$ sealrace ").split())
    assert result.exit_code == 3
    assert result.output.splitlines() == printed


@pytest.mark.parametrize("scenario", ["lingering-page", "seal-swap"])
def test_runs_of_each_depth_find_as_often_as_the_table_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, scenario: str
) -> None:
    """One row that is better with the usual depth, and the one that is not."""
    monkeypatch.chdir(tmp_path)
    row = re.search(rf"^\| {scenario} \| ([a-z]+) \| ([\d |]+) \|$", page("strategies.md"), re.MULTILINE)
    assert row is not None
    for depth, runs in zip(("2", "3"), row[2].split(" | "), strict=False):
        result = CliRunner().invoke(main, ["run", scenario, "--small", "--depth", depth, "--json"])
        found = {each["property"]: each["runs"] for each in json.loads(result.output)["violating"]}
        assert found[row[1]] == int(runs)


def test_what_to_take_first_comes_first() -> None:
    advice = re.findall(r"^(\d)\. \*\*`(.+?)`\*\*", page("strategies.md").split("```")[0], re.MULTILINE)
    assert advice == [
        ("1", "sealrace explore"),
        ("2", "sealrace run SCENARIO --strategy preemption-bounded"),
        ("3", "sealrace run SCENARIO"),
    ]
    usual = {option.name: option.default for option in main.commands["run"].params}
    assert usual["strategy"] == "pct"
    assert f"**The depth is {DEPTH} unless told otherwise.**" in page("strategies.md")


def test_what_needs_a_checkout_says_so() -> None:
    before = page("strategies.md").split("$ python -m bench.rates")[0]
    assert "run it in the top folder of a checkout" in before[-300:]
    assert "`python -m bench.rates`, in a checkout," in page("performance.md")


def test_the_strategies_are_those_of_the_table() -> None:
    table = re.findall(r"^\| `([a-z-]+)` \|", page("strategies.md"), re.MULTILINE)
    assert table[:2] == ["preemption-bounded", "pct"]
    assert sorted(table) == sorted(STRATEGIES)


def test_a_strategy_in_python_prints_what_it_says(capsys: pytest.CaptureFixture[str]) -> None:
    exec(compile(blocks("strategies.md")[-1], "example", "exec"), {"__name__": "example"})
    assert f"prints `{capsys.readouterr().out.strip()}`:" in page("strategies.md")


@pytest.mark.skipif(
    shutil.which("spin") is None or shutil.which("cc") is None, reason="needs spin and cc (apt install spin gcc)"
)
def test_what_is_cross_checked_prints_what_it_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The last block is of ``python -m bench.crosscheck``, which takes minutes; each of its cases has a test."""
    agreeing, stuck, differing, whole = blocks("crosscheck.md")
    (tmp_path / "stuck.py").write_text(stuck, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("COLUMNS", raising=False)
    for block, status in ((agreeing, 0), (differing, 1)):
        command, *printed = block.splitlines()
        result = CliRunner().invoke(main, command.removeprefix("$ sealrace ").split())
        assert result.exit_code == status
        assert result.output.splitlines() == printed
    assert whole == "{0} of {0} cases agree with SPIN\n".format(len(list(shipped_cases(all_protocols=False))))


@pytest.mark.usefixtures("userfaultfd")
def test_what_is_reproduced_prints_what_it_says() -> None:
    command, *printed = blocks("reproduce.md")[0].splitlines()
    result = CliRunner().invoke(main, command.removeprefix("$ sealrace ").split())
    lines = result.output.splitlines()
    assert lines[1].startswith("on Linux ")
    assert [*lines[:1], *lines[2:]] == [*printed[:1], *printed[2:]]


def test_the_scenario_of_ones_own_is_explored(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    example, commands, _entry_points, _test = blocks("scenarios.md")
    (tmp_path / "mailbox.py").write_text(example, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    for line in commands.splitlines():
        result = CliRunner().invoke(main, line.removeprefix("sealrace ").split())
        # 1 says VIOLATED, which explore and matrix may say.
        assert result.exit_code == (1 if line.split()[1] in ("explore", "matrix") else 0), (line, result.output)
    arguments = ["--fix", "all", *(word for model in MODELS for word in ("--model", model)), "--json"]
    result = CliRunner().invoke(main, ["explore", "mailbox.py:mailbox", *arguments])
    found = [json.loads(line) for line in result.stdout.splitlines()]
    verdicts = {(cell["fix"], cell["model"]): cell["verdict"] for cell in found}
    # The stores may swap where nothing orders them; with smp_wmb() and smp_rmb() nowhere.
    swaps = ("pso", "armv8", "lkmm")
    assert {key for key, verdict in verdicts.items() if verdict == "VIOLATED"} == {("none", model) for model in swaps}
    assert list(verdicts) == [(fix, model) for fix in ("none", "wmb") for model in MODELS]
    assert set(verdicts.values()) == {"VIOLATED", "HOLDS"}


def test_the_entry_points_are_of_the_group_that_is_looked_at() -> None:
    declared = tomllib.loads(blocks("scenarios.md")[2])["project"]["entry-points"]
    assert declared == {GROUP: {"mailbox": "acme_locks.mailbox:MAILBOX"}}


def test_a_scenario_is_tested_as_it_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The ring is the one that comes out of the tutorial."""
    (tmp_path / "ring.py").write_text(finished(), encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    names: dict[str, Any] = {"__name__": "example"}
    try:
        exec(compile(blocks("scenarios.md")[3], "example", "exec"), names)
    finally:
        sys.modules.pop("ring", None)
    names["test_every_item_arrives"]()


def test_the_forms_are_drawn_as_it_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "scenarios").symlink_to(DOCS.parent / "scenarios")
    forms, tokens, integration, example, printed = blocks("reports.md")
    for line in [*forms.splitlines(), *tokens.splitlines(), *integration.splitlines()]:
        result = CliRunner().invoke(main, line.removeprefix("sealrace ").split())
        # 1 says VIOLATED, which only explore may say.
        assert result.exit_code == 0 or (line.startswith("sealrace explore") and result.exit_code == 1), result.output
    # The token is that of the report that the page draws; tutorial, testing and compare have tests of their own.
    leak = load_report(str(tmp_path / "out" / "inflight-P2-none-small-sc-leak.json"))
    pages = [
        DOCS.parent / "README.md",
        *(path for path in DOCS.glob("*.md") if path.name not in ("tutorial.md", "testing.md", "compare.md")),
    ]
    printed_tokens = {token for page in pages for token in re.findall(r"sr1_[\w-]+", page.read_text(encoding="utf-8"))}
    assert printed_tokens == {leak.token}
    drawn = re.findall(r"-f (\w+)", forms)
    assert sorted([*drawn, "text"]) == sorted((*FORMS, *IMAGES))
    table = re.findall(r"^\| (`[^|]*`) \|", page("reports.md").partition("\n## ")[0], re.MULTILINE)
    assert sorted(form.strip("`") for row in table for form in row.split(", ")) == sorted((*FORMS, *IMAGES))
    assert all((tmp_path / name).stat().st_size for name in ("verdicts.xml", "findings.sarif", "litmus.xml"))
    capsys.readouterr()
    exec(compile(example, "example", "exec"), {"__name__": "example"})
    assert capsys.readouterr().out == printed


def test_a_difference_from_the_kernel_is_told_as_it_says() -> None:
    """Of three calls that hypothesis comes to; when it finds them depends on its version."""
    printed = blocks("conformance.md")[1].splitlines()
    with Comparison(Kernel(parts=frozenset(), version=Version.V6_5), ()) as comparison:
        comparison.make(Call("memfd_create", ("rw", MFD_ALLOW_SEALING)))
        comparison.make(Call("add_seals", ("rw", F_SEAL_WRITE)))
        with pytest.raises(Difference, match="mmap") as caught:
            comparison.make(Call("mmap", ("m0", "rw", PAGE_SIZE, PROT_READ, MAP_SHARED)))
    assert printed[4:] == [f"  {line}" for line in script(caught.value)]


def test_the_cards_of_the_live_explorer(monkeypatch: pytest.MonkeyPatch) -> None:
    """The small inflight under armv8 after five steps of the owner."""
    monkeypatch.setattr("explorer.cli.serve.answer.cap_memory", lambda: None)
    served = Served("out", ())
    first = state_of(start(served, "inflight", "", "", "armv8", "small").text.removeprefix("/at/"), ())
    text = show(served, first.after([Step(0)] * 5).removeprefix("/at/")).text
    cards = re.findall(r"<article.*?</article>", text, re.DOTALL)
    shown = [
        " ".join(unescape(re.sub("<[^>]*>", " ", part)).split())
        for card in cards
        for pattern in (
            r"<h2.*?</h2>",
            r'<p class="asks">.*?</p>',
            r'<p class="why-not">.*?</p>',
            r'<a class="offer.*?</a>',
        )
        for part in re.findall(pattern, card, re.DOTALL)
    ]
    block = page("serve.md").split("```")[3]
    words = set(block.replace("[", " ").replace("]", " ").split())
    assert len(cards) == 3
    assert words == {word for line in shown for word in line.replace("[", " ").replace("]", " ").split()}
