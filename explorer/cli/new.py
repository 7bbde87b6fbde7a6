"""``sealrace new``: a scenario to begin with, in a file of one's own."""

from __future__ import annotations

import re
import shlex
from importlib.util import find_spec
from pathlib import Path

import click

from explorer.cli.failures import UsageProblem
from explorer.cli.scenario_name import SUFFIX
from explorer.visible import visible

_TEMPLATE = Path(__file__).with_name("template.py")
"""What is written: a scenario that is checked as all code here is, its name put in."""

_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_-]{0,59}")


def write_new(name_or_file: str) -> None:
    """Write the file and print the commands to go on with.

    UsageProblem where the name is none, or something has it already; nothing is overwritten.
    """
    is_file = name_or_file.endswith(SUFFIX)
    # What has a dash in its name cannot be imported.
    path = Path(name_or_file if is_file else name_or_file.replace("-", "_").lower() + SUFFIX)
    name = path.stem if is_file else name_or_file
    if not _NAME.fullmatch(name):
        raise UsageProblem(
            f"'{name}' is no name for a scenario: letters, digits, - and _, at most 60, a letter first\n"
            "  for example: sealrace new ring, or sealrace new path/to/ring.py"
        )
    if not str(path).isprintable():
        raise UsageProblem(f"{path}: has a character that shows nothing\n  name another folder")
    if path.is_symlink() or path.exists():
        raise UsageProblem(f"{path}: is there already, and stays as it is\n  name another file")
    if not path.parent.is_dir():
        make = shlex.join(["mkdir", "-p", str(path.parent)])
        raise UsageProblem(f"{path.parent}: there is no such folder\n  make it first: {make}")
    if find_spec(path.stem) is not None:
        raise UsageProblem(
            f"{path}: there is a Python module of that name, and programs would confuse the two\n  name another file"
        )
    scenario = f"{path}:{name}"
    with path.open("x", encoding="utf-8") as file:
        file.write(_text(name, scenario))
    click.echo(f"wrote {visible(str(path))}, a scenario that runs as it is. Look at it, then:\n")
    for command in _commands(path, scenario):
        click.echo(f"  {command}")


def _text(name: str, scenario: str) -> str:
    """The template with its names put in."""
    names = {"FILE:NAME": Path(scenario).name, '"NAME"': f'"{name}"', "TEMPLATE": name.replace("-", "_").upper()}
    text = _TEMPLATE.read_text(encoding="utf-8")
    # In one go: a scenario may be named TEMPLATE.
    return re.sub("|".join(names), lambda found: names[found[0]], text)


def _commands(path: Path, scenario: str) -> list[str]:
    """What to type next, each as it stands."""
    file, name = shlex.quote(str(path)), shlex.quote(scenario)
    return [
        f"sealrace list {file}",
        f"sealrace explore {name} --fix all --model sc --model tso --model pso --model lkmm",
        f"sealrace survey {name} --model pso",
        f"sealrace matrix --scenario {name} --expect",
    ]
