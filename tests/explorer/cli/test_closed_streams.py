"""The command started with closed standard streams: nothing fails for want of them, no file takes their place."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from reports.report import load_report

COMMAND = f"{sys.executable} -c 'from explorer.cli.entry import main; main()'"


def status(line: str, folder: Path) -> int:
    return subprocess.run(line, shell=True, cwd=folder, check=False, timeout=120).returncode


@pytest.mark.parametrize("closed", ["<&-", ">&-", "2>&-", "<&- >&- 2>&-"])
def test_what_is_found_is_written_all_the_same(tmp_path: Path, closed: str) -> None:
    assert status(f"{COMMAND} explore v4 --model sc {closed}", tmp_path) == 1
    leak = load_report(str(tmp_path / "out" / "v4-P2-none-sc-leak.json"))
    assert status(f"{COMMAND} replay --step {leak.token} {closed}", tmp_path) == 0
    assert status(f"{COMMAND} replay sr1_none {closed}", tmp_path) == 2
