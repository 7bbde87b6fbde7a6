"""docs/tutorial.md, followed to the letter from an empty folder: every file, every command, all that each prints."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from tutorial import BLOCKS, PAGE, changed, commands

ROOT = Path(__file__).parent.parent
BIN = Path(sys.executable).parent
SECONDS = re.compile(r"\b\d+\.\d\d s\b")


def in_any_time(printed: str) -> str:
    """What was printed without the time that searches took."""
    return SECONDS.sub("N s", printed)


@pytest.fixture(scope="module")
def reader(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The environment of who follows the page: the programs, and a home, which keeps which files were named."""
    assert (BIN / "sealrace").exists(), "make test installs it"
    return {"PATH": f"{BIN}{os.pathsep}{os.defpath}", "HOME": str(tmp_path_factory.mktemp("home"))}


@pytest.fixture(scope="module")
def followed(tmp_path_factory: pytest.TempPathFactory, reader: dict[str, str]) -> Path:
    """The folder after all of the page was done in it, with nothing of the one who did it but the programs."""
    folder = tmp_path_factory.mktemp("ring")
    scenario = folder / "ring.py"
    for kind, block in BLOCKS:
        if kind == "python":
            scenario.write_text(block, encoding="utf-8")
        elif kind == "diff":
            scenario.write_text(changed(scenario.read_text(encoding="utf-8"), block), encoding="utf-8")
        for command, expected in commands(block) if kind == "console" else []:
            done = subprocess.run(
                ["sh", "-c", command],
                cwd=folder,
                env=reader,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                check=False,
            )
            assert in_any_time(done.stdout) == in_any_time(expected), command
            # 1 says VIOLATED, which the page says as well.
            assert done.returncode == (1 if "VIOLATED" in expected else 0), command
    return folder


def test_every_command_prints_what_it_says(followed: Path) -> None:
    typed = [command for kind, block in BLOCKS if kind == "console" for command, _ in commands(block)]
    assert len(typed) == 9
    assert {shlex.split(command)[1] for command in typed} == {"new", "explore", "replay", "matrix"}
    assert {kind for kind, _ in BLOCKS} == {"c", "sh", "console", "python", "diff"}


def test_every_file_that_it_names_is_there(followed: Path) -> None:
    named = set(re.findall(r"`(out/[^`. ][^` ]*)`", PAGE))
    assert named == {"out/index.html", "out/ring.py-ring-spsc-none-small-pso-wrong-item.html"}
    for name in named:
        assert (followed / name).is_file()
    for link in re.findall(r"\]\((\w+\.md)\)", PAGE):
        assert (ROOT / "docs" / link).is_file()


def test_every_command_named_in_passing_runs(followed: Path, reader: dict[str, str]) -> None:
    """The last of them with a report put in for the dots."""
    found = re.findall(r"`(sealrace [^`]+)`", PAGE)
    assert len(found) == 3
    for command in found:
        report = "out/ring.py-ring-spsc-none-small-pso-wrong-item.json"
        done = subprocess.run(
            [str(BIN / "sealrace"), *shlex.split(command.replace("out/....json", report))[1:]],
            cwd=followed,
            env=reader,
            stdout=subprocess.DEVNULL,
            check=False,
        )
        assert done.returncode == 0, command


def test_every_token_that_it_shows_replays(followed: Path, reader: dict[str, str]) -> None:
    tokens = re.findall(r"^ token {6}(sr1_\S+)$", PAGE, re.MULTILINE)
    assert len(tokens) == 3
    for token in tokens:
        done = subprocess.run(
            [str(BIN / "sealrace"), "replay", token],
            cwd=followed,
            env=reader,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.stdout.startswith("reproduced: "), done.stderr


def test_the_model_that_comes_out_is_good_form(followed: Path) -> None:
    settings = str(ROOT / "pyproject.toml")
    for command in (
        ["ruff", "check", "--config", settings, "ring.py"],
        ["ruff", "format", "--check", "--config", settings, "ring.py"],
        ["mypy", "--strict", "--config-file=", "--follow-imports=silent", "ring.py"],
    ):
        done = subprocess.run(
            [sys.executable, "-m", *command],
            cwd=followed,
            env={**os.environ, "MYPYPATH": str(ROOT)},
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr


def test_the_lines_that_install_it_are_those_of_this_project() -> None:
    """They need a network; what they name is looked up."""
    (lines,) = [block.splitlines() for kind, block in BLOCKS if kind == "sh"]
    clone, venv, install, activate, folder = map(shlex.split, lines)
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert clone == ["git", "clone", "REPOSITORY", project["name"]]
    assert "git clone REPOSITORY sealrace" in (ROOT / "README.md").read_text(encoding="utf-8")
    assert venv == ["python3", "-m", "venv", "venv"]
    # From the folder that was cloned: a name alone would be looked up in an index of packages.
    assert install == ["venv/bin/pip", "install", f"./{clone[-1]}"]
    assert activate == [".", "venv/bin/activate"]
    assert folder == ["mkdir", "ring", "&&", "cd", "ring"]
    assert project["scripts"].keys() == {"sealrace"}
    assert project["requires-python"] == ">=3.11"
    assert "Python 3.11 or later" in PAGE


def test_what_is_installed_has_types_for_those_who_write_scenarios() -> None:
    data = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["setuptools"]["package-data"]
    for package in ("explorer", "reports", "scenarios"):
        assert "py.typed" in data[package]
        assert (ROOT / package / "py.typed").is_file()
