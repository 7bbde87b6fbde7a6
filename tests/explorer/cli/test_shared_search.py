"""A search that several processes share finds what one finds, to the byte, and ends in good order."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

PROGRAM = Path(__file__).with_name("toy_program.py")
PATIENCE = 60  # seconds; what is waited for comes within a few


def command(*arguments: str) -> list[str]:
    return [sys.executable, str(PROGRAM), *arguments]


def found(folder: Path, *arguments: str) -> dict[str, str]:
    """All that a command prints and writes, without the time that it took."""
    folder.mkdir()
    with subprocess.Popen(
        command(*arguments), cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as child:
        printed, remarks = child.communicate(timeout=PATIENCE)
    files = {str(path.relative_to(folder)): path for path in sorted(folder.rglob("*")) if path.is_file()}
    return {
        "status": str(child.returncode),
        "printed": re.sub(r'seconds": [0-9.e-]+', 'seconds": 0', printed),
        "remarks": remarks,
        **{name: path.read_text(encoding="utf-8") for name, path in files.items()},
    }


@pytest.mark.parametrize(
    "arguments",
    [
        ("shared", *(word for fix in ("none", "deadlock", "cut") for word in ("--fix", fix)), "--model", "sc"),
        ("shared", "--model", "lkmm", "--param", "readers=2"),
        ("inflight", "--small", "--model", "tso"),
        *(("shared", "--model", "sc", "--max-executions", most) for most in ("1", "300", "729")),
    ],
    ids=" ".join,
)
def test_jobs_make_no_difference(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    one, two, four = (found(tmp_path / jobs, "explore", *arguments, "--json", "--jobs", jobs) for jobs in "124")
    assert len(one) > 3
    assert one["remarks"] == ""
    assert two == one
    assert four == one


SHARED = ("matrix", *(w for name in ("mailbox", "shared") for w in ("--scenario", name)),
          *(w for name in ("none", "deadlock", "cut") for w in ("--fix", name)))  # fmt: skip


def test_the_matrix_shares_in_long_cells(tmp_path: Path) -> None:
    one, four = (found(tmp_path / jobs, *SHARED, "--model", "sc", "--json", "--jobs", jobs) for jobs in "14")
    cells = [json.loads(line) for line in one["printed"].splitlines()]
    assert [(cell["scenario"], cell["fix"]) for cell in cells] == [
        ("mailbox", "none"),
        ("shared", "none"),
        ("shared", "deadlock"),
        ("shared", "cut"),
    ]
    assert four == one


def test_litmus_tests_are_run_alike(tmp_path: Path) -> None:
    text = "C %s\n{}\nP0(int *x) { WRITE_ONCE(*x, 1); }\nP1(int *x) { int r0 = READ_ONCE(*x); }\nexists (1:r0=1)\n"
    for number in range(20):
        (tmp_path / f"t{number:02}.litmus").write_text(text % number)
    (tmp_path / "t07.litmus").write_text("C broken\n")
    one, four = (found(tmp_path / jobs, "litmus", "--json", "--jobs", jobs, "..") for jobs in "14")
    assert len(one["printed"].splitlines()) == 19
    assert one["status"] == "2"
    assert "t07.litmus" in one["remarks"]
    assert four == one


def test_a_mistake_is_told_alike(tmp_path: Path) -> None:
    """A property that fails on executions that are not among the first."""
    one, four = (found(tmp_path / jobs, "explore", "shared", "--fix", "wrong", "--jobs", jobs) for jobs in "14")
    assert one["status"] == "2"
    assert "the property wrong raised ValueError: the secret" in one["remarks"]
    assert four == one


def children(process: int) -> set[int]:
    """The processes that a process has started, and those that these have."""
    found: set[int] = set()
    for thread in Path(f"/proc/{process}/task").iterdir():
        for child in map(int, (thread / "children").read_text().split()):
            found |= {child, *children(child)}
    return found


def workers(process: int) -> set[int]:
    """Of these those that explore."""
    found = set()
    for child in children(process):
        if b"spawn_main" in Path(f"/proc/{child}/cmdline").read_bytes():
            found.add(child)
    return found


@pytest.fixture
def endless(tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    """A search without an end, with two workers exploring; no process of it may be left in the end."""
    arguments = ("explore", "endless", "--model", "sc", "--jobs", "2", "--json")
    with subprocess.Popen(
        command(*arguments), cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as child:
        until = time.monotonic() + PATIENCE
        while len(workers(child.pid)) < 2:
            assert child.poll() is None, child.communicate()
            assert time.monotonic() < until, "no workers"
            time.sleep(0.05)
        time.sleep(1)
        started = children(child.pid)
        yield child
        while left := {process for process in started if Path(f"/proc/{process}").exists()}:
            assert time.monotonic() < until, left
            time.sleep(0.05)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_search_keeps_what_was_found(
    endless: subprocess.Popen[str], number: signal.Signals, tmp_path: Path
) -> None:
    """Terminals send Ctrl-C to the workers, too."""
    for process in (*workers(endless.pid), endless.pid):
        os.kill(process, number)
    printed, remarks = endless.communicate(timeout=PATIENCE)
    (cell,) = [json.loads(line) for line in printed.splitlines()]
    assert (endless.returncode, cell["verdict"], cell["complete"]) == (1, "VIOLATED", False)
    assert cell["limits"] == ["interrupted"]
    assert cell["executions"] > 0
    assert remarks == "interrupted: 0 of 1 cells explored\n"
    header, *lines = (tmp_path / cell["run_file"]).read_text().splitlines()
    assert json.loads(header)["search"]["complete"] is False
    assert len(lines) == cell["violating"]["leak"] - cell["unrecorded"]


def test_a_second_signal_ends_at_once(endless: subprocess.Popen[str]) -> None:
    for process in workers(endless.pid):
        os.kill(process, signal.SIGSTOP)
    endless.send_signal(signal.SIGINT)
    time.sleep(0.5)
    assert endless.poll() is None
    endless.send_signal(signal.SIGINT)
    printed, remarks = endless.communicate(timeout=PATIENCE)
    assert (endless.returncode, printed, remarks) == (3, "", "interrupted\n")


def test_a_killed_worker_is_told(endless: subprocess.Popen[str]) -> None:
    os.kill(min(workers(endless.pid)), signal.SIGKILL)
    printed, remarks = endless.communicate(timeout=PATIENCE)
    assert (endless.returncode, printed) == (2, "")
    assert remarks == "a worker process was killed, perhaps for want of memory\n  try --jobs 1\n"


def test_a_limit_on_time_ends_all(tmp_path: Path) -> None:
    result = found(tmp_path / "two", "explore", "endless", "--model", "sc", "--jobs", "2", "--max-time", "2", "--json")
    (cell,) = [json.loads(line) for line in result["printed"].splitlines()]
    assert cell["limits"] == ["limit of 2 seconds reached"]
    assert (result["status"], cell["complete"]) == ("1", False)
    assert cell["executions"] > 0
