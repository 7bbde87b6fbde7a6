"""How a scenario in a file is named: ``path/to/file.py:name``, or by the file alone."""

from __future__ import annotations

from pathlib import Path

from explorer.cli.failures import UsageProblem

SUFFIX = ".py"

HOW_TO_NAME = "name a Python file and a scenario in it: path/to/file.py:name"


def is_in_file(name: str) -> bool:
    """Whether a name is that of a scenario in a file."""
    return name.endswith(SUFFIX) or f"{SUFFIX}:" in name


def split(name: str) -> tuple[str, str]:
    """The file, and the scenario's own name, empty where the file alone is named.

    A path is kept as it was given, but relative to the current folder where it leads below it: so reports
    have it. UsageProblem where the name can be none.
    """
    path, own = (name, "") if name.endswith(SUFFIX) else name.rsplit(":", 1)
    if not own and not name.endswith(SUFFIX):
        raise UsageProblem(f"'{name}': no name follows the colon\n  {HOW_TO_NAME}")
    if not path.endswith(SUFFIX):
        raise UsageProblem(f"'{name}': the name of a scenario has no colon\n  {HOW_TO_NAME}")
    if not path.isprintable():
        raise UsageProblem(f"{path}: has a character that shows nothing\n  give the file another name")
    found = Path(path)
    here = Path.cwd()
    return str(found.relative_to(here) if found.is_relative_to(here) else found), own
