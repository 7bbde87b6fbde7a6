"""The command line on the toy scenarios."""

from __future__ import annotations

from pathlib import Path

import pytest
from command_line import Run, run
from mailbox_scenario import toys


@pytest.fixture(autouse=True)
def files_of_this_test_alone(no_scenario_file_stays: None) -> None:
    """Every test here runs commands in this process."""


@pytest.fixture
def sealrace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Runs a command on the toy scenarios, in an empty folder."""
    monkeypatch.setattr("scenarios.registry.scenarios", toys)
    monkeypatch.chdir(tmp_path)
    return run


@pytest.fixture
def explored(sealrace: Run) -> Run:
    """The command line, after the mailbox was explored under pso."""
    assert sealrace("explore", "mailbox", "--model", "pso").exit_code == 1
    return sealrace
