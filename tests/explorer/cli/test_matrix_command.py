"""The matrix of the real scenarios in their small sizes: verdicts, files, and that every report replays."""

from __future__ import annotations

import json
import os
import re
import subprocess
from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path

import pytest
from command_line import Run, process, run

from explorer.cli.cell import CellResult, explore_cell
from explorer.cli.cells import CellName, Job, cells_of
from explorer.cli.matrix_part import Choice, Part, part_of
from explorer.cli.named import find_scenario
from explorer.cli.setting import Options, Setting, make_setting
from explorer.scenario import Scenario

CHEAP = ("none", "no-check", "recheck", "rwsem")
FEW = 36


def few_costs() -> dict[CellName, float]:
    """Costs that make the quick part a few cells: of some fixes, in the order of the table."""
    return {cell: 1.0 if cell.fix in CHEAP else FEW + 1.0 for cell in part_of(Choice(everything=True), {}).cells}


FEWER = f"""
import sys
sys.path.insert(0, {str(Path(__file__).parent)!r})
import explorer.cli.matrix, explorer.cli.matrix_part, test_matrix_command
explorer.cli.matrix.recorded = test_matrix_command.few_costs
explorer.cli.matrix_part.BUDGET = test_matrix_command.FEW
"""


def test_the_quick_part(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One test, because the run takes long: verdicts, index, and that every report replays."""
    command = process("matrix", "--small", "--expect", "--out", str(tmp_path), before=FEWER)
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    monkeypatch.setattr("explorer.cli.matrix_part.BUDGET", FEW)
    part = part_of(Choice(), few_costs())
    assert len(part.cells) == FEW
    undeclared = [cell for cell in part.cells if not declared(cell)]
    # Each cell without a declared verdict is named, and is a failure.
    told = [line.partition(":")[0] for line in done.stderr.splitlines()]
    assert told == ["/".join((cell.scenario, cell.protocol, cell.fix, cell.model)) for cell in undeclared]
    assert done.returncode == (1 if undeclared else 0)
    check_table(tmp_path, done.stdout.splitlines(), part, len(undeclared))
    check_index(tmp_path)
    monkeypatch.setattr("explorer.cli.setting.make_setting", remembered())
    check_replays(tmp_path)


def declared(cell: CellName) -> bool:
    return (cell.protocol, cell.fix, cell.model) in find_scenario(cell.scenario).expected


def check_table(folder: Path, lines: list[str], part: Part, undeclared: int) -> None:
    headings = dict.fromkeys(f" {each.scenario.name}, protocol {each.protocol}" for each, _ in part.rows)
    assert [line for line in lines if line in headings] == list(headings)
    assert all(line.split() == ["fix", "sc", "tso", "pso"] for line in lines if line.startswith("   fix "))
    silent = f", where they do. None is declared for {undeclared}." if undeclared else "."
    assert f" {len(part.cells)} verdicts, all as the scenarios declare{silent}" in lines
    assert f" Pictures: {folder}/index.html" in lines
    step_by_step = " One leak, step by step:  sealrace graph "
    (report,) = [line.removeprefix(step_by_step) for line in lines if line.startswith(step_by_step)]
    assert Path(report).parent == folder
    assert re.fullmatch(r"[\w-]+-P2-none(-small)?-sc-leak\.json", Path(report).name)
    total = len(part.cells) + len(part.left_out)
    assert lines[-2].startswith(f" Left out: {len(part.left_out):,} of {total:,} cells, ")
    assert lines[-1] == " All of them: sealrace matrix --all. A part: --scenario, --fix, --protocol, --model."


def check_index(folder: Path) -> None:
    index = (folder / "index.html").read_text()
    pages = [path.name for path in folder.glob("*-*.html")]
    assert len(pages) == len(list(folder.glob("*.json"))) > 0
    assert all(f'href="{page}"' in index for page in pages)


def check_replays(folder: Path) -> None:
    reports = sorted(folder.glob("*.json"))
    assert len(reports) > 20
    for report in reports:
        result = run("replay", str(report))
        assert result.exit_code == 0, result.output
        assert result.output.startswith("reproduced: ")


def remembered() -> Callable[[Scenario, str, str, Options], Setting]:
    """``make_setting`` that unfolds every program once: that takes most of the time of a replay."""

    @cache
    def known(scenario: str, fix: str, protocol: str, sizes: tuple[tuple[str, int], ...], unroll: int) -> Setting:
        return make_setting(find_scenario(scenario), fix, protocol, Options(Path(), dict(sizes), unroll=unroll))

    def setting(scenario: Scenario, fix: str, protocol: str, options: Options) -> Setting:
        return known(scenario.name, fix, protocol, tuple(options.parameters.items()), options.unroll)

    return setting


def test_same_bytes_whatever_the_hash_seed_and_the_number_of_processes(tmp_path: Path) -> None:
    names = (("scenario", "fresh"), ("scenario", "lingering-page"), ("fix", "none"), ("fix", "no-check"))
    chosen = [word for kind, name in (*names, ("model", "sc"), ("model", "tso")) for word in (f"--{kind}", name)]
    found = []
    for seed, processes in (("1", "1"), ("2", "2")):
        command = process("matrix", "--small", *chosen, "--out", "out", "--jobs", processes)
        folder = tmp_path / seed
        folder.mkdir()
        done = subprocess.run(
            command, cwd=folder, env={**os.environ, "PYTHONHASHSEED": seed}, capture_output=True, text=True, check=False
        )
        assert done.returncode == 1, done.stderr
        files = {path.name: path.read_bytes() for path in sorted((folder / "out").iterdir())}
        found.append((done.stdout, files))
    assert found[0] == found[1]
    assert sum(name.endswith(".json") for name in found[0][1]) > 4


def first_fix_only(
    jobs: Sequence[Job], options: Options, _processes: int, _interrupts: object, tell: Callable[[CellResult], None]
) -> None:
    """A run that is stopped after its first job, in this process: toys do not travel."""
    scenario, fix, protocol, _models = jobs[0]
    setting = make_setting(find_scenario(scenario), fix, protocol, options)
    for cell in cells_of(jobs[0]):
        tell(explore_cell(setting, cell.model, options, lambda _: None))


MAILBOX = ("matrix", "--scenario", "mailbox", "--fix", "none", "--fix", "fenced")
ORDERED = ("--model", "sc", "--model", "tso", "--model", "pso")


def test_a_run_that_was_stopped_says_what_it_did_not_do(sealrace: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("explorer.cli.matrix.explore_jobs", first_fix_only)
    result = sealrace(*MAILBOX, *ORDERED, "--expect")
    # Declared are fixes none and fenced under three models each.
    assert result.exit_code == 3
    lines = [line.split() for line in result.output.splitlines()]
    assert ["none", "late", "1", "late", "1", "leak", "1"] in lines
    assert ["fenced", *(["not", "run"] * 3)] in lines
    assert " INCOMPLETE: 3 of 6 cells were not run." in result.output.splitlines()
    assert " 3 verdicts, all as the scenarios declare." in result.output.splitlines()
    index = Path("out/index.html").read_text()
    assert "<title>Sealrace verdicts (incomplete)</title>" in index
    assert '<p class="banner">INCOMPLETE: 3 of 6 cells were not run.</p>' in index
    assert index.count('<b class="word not-run">not run</b></td>') == 3


def test_an_index_of_an_earlier_run_does_not_pass_for_one_that_failed(
    sealrace: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("explorer.cli.matrix.explore_jobs", fail)
    Path("out").mkdir()
    Path("out/index.html").write_text("all is well")
    assert sealrace("matrix").exit_code != 0
    assert not Path("out/index.html").exists()


def test_cut_executions_are_told_alike_in_text_json_and_index(sealrace: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """With one event a thread nothing ends: the writer never raises the flag, the reader never looks into the box."""
    monkeypatch.setattr("explorer.cli.matrix.explore_jobs", first_fix_only)
    cells = [
        json.loads(line) for line in sealrace(*MAILBOX, *ORDERED, "--max-events", "1", "--json").output.splitlines()
    ]
    assert [(cell["verdict"], cell["executions"], cell["cut"]) for cell in cells] == [("INCOMPLETE", 0, 1)] * 3
    index = Path("out/index.html").read_text()
    bound = "limit of 1 events per thread reached: raise --max-events"
    assert cells[0]["limits"][0] == bound
    assert index.count('<b class="word incomplete">INCOMPLETE</b>') == 3
    assert index.count("<i>0 executions, all within the bounds, 1 cut") == 3
    assert index.count(f'<i class="limit">{bound}</i>') == 3
    printed = sealrace("explore", "mailbox", "--model", "pso", "--max-events", "1").output
    assert " explored   0 executions, all within the bounds, 1 cut; " in printed
    assert f" but        {bound}" in printed.splitlines()
