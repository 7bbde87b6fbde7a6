"""Other tools as processes: whether one is installed, and what it prints within a time limit."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from explorer.search.deadline import Deadline

_PAUSE = 0.1
"""Seconds between two looks at the time limit and at Ctrl-C."""


class NotInstalled(Exception):
    """A tool is not there; the message says which, and how to get it."""


class ToolFailed(Exception):
    """A tool ended with an error, or printed what it should not; the message says what."""


def require(tool: str, advice: str) -> None:
    """Raises NotInstalled where no folder of PATH has the tool."""
    if shutil.which(tool) is None:
        raise NotInstalled(f"{tool} is not installed ({advice})")


@dataclass(frozen=True)
class Ran:
    """What a tool printed, its exit status, and why it was ended before its end; empty if it was not."""

    output: str
    errors: str
    status: int
    stopped: str = ""


def run_tool(command: Sequence[str], folder: Path, deadline: Deadline) -> Ran:
    """Run a tool in a folder, until its end or the deadline; its output goes to files there on the way."""
    name = Path(command[0]).name
    output, errors = folder / f"{name}.out", folder / f"{name}.err"
    with output.open("wb") as out, errors.open("wb") as err:
        # In a group of its own: Ctrl-C is for this process, which then ends the tool and what it has started.
        process = subprocess.Popen(
            command, cwd=folder, stdin=subprocess.DEVNULL, stdout=out, stderr=err, start_new_session=True
        )
        try:
            stopped = _wait(process, deadline.reason)
        finally:
            _end(process)
    return Ran(_text(output), _text(errors), process.returncode, stopped)


def _wait(process: subprocess.Popen[bytes], reason: Callable[[], str]) -> str:
    """Wait for the end of a process, or until there is a reason to stop; gives that."""
    started = time.monotonic()
    while True:
        try:
            # The first look comes soon: most models are small.
            process.wait(min(_PAUSE, 0.01 + time.monotonic() - started))
        except subprocess.TimeoutExpired:
            stopped = reason()
            if stopped:
                return stopped
        else:
            return ""


def _end(process: subprocess.Popen[bytes]) -> None:
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def _text(file: Path) -> str:
    return file.read_bytes().decode("utf-8", errors="replace")
