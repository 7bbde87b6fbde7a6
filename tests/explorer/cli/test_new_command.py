"""``sealrace new``: what it writes is good form and runs as it is, and what it prints can be pasted."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
from command_line import Run

from explorer.cli.named import find_scenario
from explorer.cli.template import TEMPLATE
from explorer.scenario import MODELS

ROOT = Path(__file__).parents[3]


@pytest.mark.parametrize(
    ("given", "file", "name", "variable"),
    [
        ("ring", "ring.py", "ring", "RING"),
        ("Seq-Count", "seq_count.py", "Seq-Count", "SEQ_COUNT"),
        ("parts/ring_2.py", "parts/ring_2.py", "ring_2", "RING_2"),
        (None, "handover.py", "handover", "HANDOVER"),
        ("TEMPLATE", "template.py", "TEMPLATE", "TEMPLATE"),
        ("NAME", "name.py", "NAME", "NAME"),
    ],
)
def test_it_writes_the_template_under_a_name(
    sealrace: Run, given: str | None, file: str, name: str, variable: str
) -> None:
    Path("parts").mkdir()
    result = sealrace("new", *([given] if given else []))
    assert (result.exit_code, result.output.splitlines()[0]) == (
        0,
        f"wrote {file}, a scenario that runs as it is. Look at it, then:",
    )
    text = Path(file).read_text(encoding="utf-8")
    assert f'\n{variable} = Scenario(\n    name="{name}",\n' in text
    assert f"    sealrace explore {Path(file).name}:{name} --fix all" in text
    assert set(re.findall("FILE|NAME|TEMPLATE", text)) <= {variable}
    assert find_scenario(file).name == f"{file}:{name}"


def test_every_command_that_it_prints_runs(sealrace: Run) -> None:
    Path("my parts").mkdir()
    commands = [line.strip() for line in sealrace("new", "my parts/ring.py").output.splitlines()[2:]]
    assert [command.split()[1] for command in commands] == ["list", "explore", "survey", "matrix"]
    for command in commands:
        program, *arguments = shlex.split(command)
        assert program == "sealrace"
        result = sealrace(*arguments)
        # 1 says VIOLATED, which only explore may say: without the fix, under pso and lkmm.
        assert result.exit_code == (1 if arguments[0] == "explore" else 0), result.output


def test_its_verdicts_are_those_that_it_declares(sealrace: Run) -> None:
    """Derived by hand: where stores or loads may pass each other the box can be empty, with release and acquire not."""
    assert {key for key, broken in TEMPLATE.expected.items() if broken} == {
        ("plain", "none", model) for model in ("pso", "armv8", "lkmm")
    }
    assert {model for _protocol, _fix, model in TEMPLATE.expected} == set(MODELS)
    sealrace("new", "ring")
    models = [word for model in MODELS for word in ("--model", model)]
    result = sealrace("explore", "ring.py:ring", "--fix", "all", *models, "--expect")
    assert result.exit_code == 0
    rows = [line.split()[:3] for line in result.output.split("\n\n")[1].splitlines()]
    assert [row for row in rows if row[2] != "HOLDS"] == [["none", m, "empty"] for m in ("pso", "armv8", "lkmm")]
    assert len(rows) == 10


def test_what_it_writes_passes_ruff_and_mypy(sealrace: Run) -> None:
    sealrace("new", "ring")
    python = [sys.executable, "-m"]
    for command in (
        [*python, "ruff", "check", "--config", str(ROOT / "pyproject.toml"), "ring.py"],
        [*python, "ruff", "format", "--check", "--config", str(ROOT / "pyproject.toml"), "ring.py"],
        [*python, "mypy", "--strict", "--config-file=", "--follow-imports=silent", "ring.py"],
    ):
        done = subprocess.run(
            command, capture_output=True, text=True, check=False, env={**os.environ, "MYPYPATH": str(ROOT)}
        )
        assert done.returncode == 0, done.stdout + done.stderr


RULE = (
    " is no name for a scenario: letters, digits, - and _, at most 60, a letter first\n"
    "  for example: sealrace new ring, or sealrace new path/to/ring.py\n"
)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ("taken", "taken.py: is there already, and stays as it is\n  name another file\n"),
        ("taken.py", "taken.py: is there already, and stays as it is\n  name another file\n"),
        ("dangling", "dangling.py: is there already, and stays as it is\n  name another file\n"),
        ("no/ring.py", "no: there is no such folder\n  make it first: mkdir -p no\n"),
        (
            "queue",
            "queue.py: there is a Python module of that name, and programs would confuse the two\n"
            "  name another file\n",
        ),
        ("2rings", f"'2rings'{RULE}"),
        ("my ring", f"'my ring'{RULE}"),
        ("parts/ring", f"'parts/ring'{RULE}"),
        ("ring.c", f"'ring.c'{RULE}"),
        ("a.b.py", f"'a.b'{RULE}"),
        (".py", f"'.py'{RULE}"),
        ("x" * 61, f"'{'x' * 61}'{RULE}"),
        ("r\x1bng", f"'r\\x1bng'{RULE}"),
    ],
)
def test_it_refuses_what_it_cannot_write(sealrace: Run, given: str, message: str) -> None:
    Path("taken.py").write_text("mine\n", encoding="utf-8")
    Path("dangling.py").symlink_to("nowhere")
    result = sealrace("new", given)
    assert (result.exit_code, result.output) == (2, message)
    assert Path("taken.py").read_text(encoding="utf-8") == "mine\n"
    assert sorted(path.name for path in Path().iterdir()) == ["dangling.py", "taken.py"]


def test_a_folder_whose_name_shows_nothing_is_refused(sealrace: Run) -> None:
    Path("a\x1bb").mkdir()
    result = sealrace("new", "a\x1bb/ring.py")
    said = "a\\x1bb/ring.py: has a character that shows nothing\n  name another folder\n"
    assert (result.exit_code, result.output) == (2, said)
    assert not any(Path("a\x1bb").iterdir())
