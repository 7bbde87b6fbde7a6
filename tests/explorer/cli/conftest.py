"""The command line on the toy scenarios."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from command_line import Run, run
from mailbox_scenario import toys

from explorer.cli import scenario_file


@pytest.fixture(autouse=True)
def no_scenario_file_stays(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """What scenario files bring into this process goes with the test: the next has other files of the same names."""
    monkeypatch.setattr(sys, "path", [*sys.path])
    monkeypatch.setattr(scenario_file, "_loaded", {})
    before = set(sys.modules)
    yield
    for name in set(sys.modules) - before:
        if name.endswith(".py") or name == "helpers":
            del sys.modules[name]


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
