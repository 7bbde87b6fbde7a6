"""The matrix of the real scenarios in their small sizes: verdicts, files, and that every report replays."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest
from command_line import process, run

from explorer.cli.named import find_scenario
from explorer.cli.setting import Options, Setting, make_setting
from explorer.scenario import Scenario


def test_the_whole_matrix(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One test, because the run takes long: verdicts, index, and that every report replays."""
    command = process("matrix", "--small", "--expect", "--out", str(tmp_path))
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    check_table(tmp_path, done.stdout.splitlines())
    check_index(tmp_path)
    monkeypatch.setattr("explorer.cli.setting.make_setting", remembered())
    check_replays(tmp_path)


def check_table(folder: Path, lines: list[str]) -> None:
    assert lines[0].split() == ["scenario", "protocol", "fix", "sc", "tso", "pso"]
    assert " 48 verdicts, all as the scenarios declare." in lines
    assert lines[-2] == f" Pictures: {folder}/index.html"
    assert lines[-1] == f" One leak, step by step:  sealrace graph {folder}/inflight-P2-none-sc-leak.json"


def check_index(folder: Path) -> None:
    index = (folder / "index.html").read_text()
    pages = [path.name for path in folder.glob("*-*.html")]
    assert len(pages) == len(list(folder.glob("*.json"))) > 0
    assert all(f'href="{page}"' in index for page in pages)


def check_replays(folder: Path) -> None:
    reports = sorted(folder.glob("*.json"))
    assert len(reports) > 40
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
    fewer = """
import explorer.cli.matrix
jobs = explorer.cli.matrix.declared_jobs()
explorer.cli.matrix.declared_jobs = lambda: [(*job[:3], job[3][:2]) for job in jobs if job[:2] in KEPT]
KEPT = [("fresh", "no-check"), ("lingering-page", "none")]
"""
    found = []
    for seed, processes in (("1", "1"), ("2", "2")):
        command = process("matrix", "--small", "--out", "out", "--jobs", processes, before=fewer)
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
