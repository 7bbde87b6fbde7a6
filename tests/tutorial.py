"""docs/tutorial.md in pieces: what it has its reader write, change, type and see."""

from __future__ import annotations

import re
from pathlib import Path

PAGE = (Path(__file__).parent.parent / "docs" / "tutorial.md").read_text(encoding="utf-8")

BLOCKS: list[tuple[str, str]] = re.findall(r"^```(\w+)\n(.*?)^```$", PAGE, re.DOTALL | re.MULTILINE)
"""The fenced blocks in their order, each with its kind."""

Command = tuple[str, str]
"""What is typed, and what the page says is printed then."""


def commands(block: str) -> list[Command]:
    """The commands of a block: the lines with a prompt, each with the lines up to the next."""
    typed = re.split(r"^\$ ", block, flags=re.MULTILINE)
    assert typed[0] == ""
    return [(command, printed) for command, _, printed in (each.partition("\n") for each in typed[1:])]


def changed(text: str, difference: str) -> str:
    """The text after a change as the page shows it: hunks, each of which fits one place."""
    for hunk in difference.split("@@\n"):
        lines = hunk.splitlines(keepends=True)
        old, new = ("".join(line[1:] for line in lines if line[0] in marks) for marks in (" -", " +"))
        assert text.count(old) == 1, hunk
        text = text.replace(old, new)
    return text


def finished() -> str:
    """The scenario that a reader has at the end."""
    text = ""
    for kind, block in BLOCKS:
        if kind in ("python", "diff"):
            text = block if kind == "python" else changed(text, block)
    return text
