"""Ctrl-C: what was found is shown and written, and the exit status says how far to trust it."""

from __future__ import annotations

import json
import re
import signal
import subprocess
import time
from pathlib import Path

import pytest
from command_line import process

TOYS = f"""
import sys
sys.path.insert(0, {str(Path(__file__).parent)!r})
import scenarios.registry, mailbox_scenario
scenarios.registry.scenarios = mailbox_scenario.toys
"""
PATIENCE = 60  # seconds; what is waited for comes within a few


def interrupt(child: subprocess.Popen[str], appears: Path, number: signal.Signals) -> tuple[str, str]:
    """Send a signal to the process itself, as soon as there is a file; gives what it prints."""
    until = time.monotonic() + PATIENCE
    while not appears.exists():
        assert child.poll() is None, child.communicate()
        assert time.monotonic() < until, f"{appears} never appeared"
        time.sleep(0.05)
    time.sleep(0.5)
    child.send_signal(number)
    return child.communicate(timeout=PATIENCE)


def start(command: list[str], folder: Path) -> subprocess.Popen[str]:
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=folder)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize(("fix", "status", "verdict"), [("none", 1, "VIOLATED"), ("holds", 3, "INCOMPLETE")])
def test_explore_keeps_what_it_found(
    tmp_path: Path, number: signal.Signals, fix: str, status: int, verdict: str
) -> None:
    command = process("explore", "endless", "--fix", fix, "--json", "--jobs", "1", before=TOYS)
    with start(command, tmp_path) as child:
        printed, remarks = interrupt(child, tmp_path / "out", number)
    (cell,) = [json.loads(line) for line in printed.splitlines()]
    assert (child.returncode, cell["verdict"], cell["complete"]) == (status, verdict, False)
    assert cell["limits"] == ["interrupted"]
    assert cell["executions"] > 0
    assert remarks == "interrupted: 0 of 3 cells explored\n"
    header, *lines = (tmp_path / cell["run_file"]).read_text().splitlines()
    assert json.loads(header)["search"]["complete"] is False
    assert len(lines) == cell["violating"].get("leak", 0)
    assert bool(cell["reports"]) == (fix == "none")


@pytest.mark.parametrize("jobs", ["1", "2"])
def test_matrix_keeps_what_it_found(tmp_path: Path, jobs: str) -> None:
    """The workers do not get the signal, and end all the same."""
    command = process("matrix", "--scenario", "fresh", "--scenario", "inflight", "--jobs", jobs, "--out", "out")
    with start(command, tmp_path) as child:
        first = tmp_path / "out" / "fresh-P2-no-check-sc.run.jsonl"
        printed, remarks = interrupt(child, first, signal.SIGINT)
    assert child.returncode == 1
    lines = printed.splitlines()
    assert lines[0] == " fresh, protocol P2"
    assert next(line.split()[1] for line in lines if line.startswith("   no-check ")) == "leak"
    (told,) = remarks.splitlines()
    assert re.fullmatch(r"interrupted: \d+ of \d+ cells explored", told)
    assert any(line.startswith(" INCOMPLETE: ") and line.endswith(" cells were not run.") for line in lines)
    assert "fresh-P2-no-check-sc-leak.html" in (tmp_path / "out" / "index.html").read_text()
