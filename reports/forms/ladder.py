"""What ladders of text share: a terminal's (``reports.forms.text``) and a mail's (``reports.forms.mail``)."""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from textwrap import wrap

from reports.steps import Schedule

GAP = "  "
"""Between the columns of a ladder."""

_NARROWEST = 14  # of wrapped text


def arrows(schedule: Schedule) -> Iterator[tuple[str, int]]:
    """The violating path from event to event, each with the arrow that leads to it: ``--rf-->``."""
    for relation, event in schedule.path():
        yield f"--{relation}-->" if relation else "", event


def hanging(head: str, body: str, width: int) -> list[str]:
    """The body behind a head, wrapped with later lines indented below its start."""
    return behind(head, wrap(body, max(width - len(head), _NARROWEST), subsequent_indent=GAP))


def command_lines(words: list[str], width: int) -> list[str]:
    """A shell command in lines that fit and can be pasted: words stay whole, and go on behind a backslash."""
    lines: list[str] = []
    for word in map(shlex.quote, words):
        if lines and len(f"{lines[-1]} {word}") <= width - len(" \\"):
            lines[-1] += f" {word}"
        else:
            lines.append(word)
    return [f"{line} \\" for line in lines[:-1]] + lines[-1:]


def behind(head: str, lines: list[str]) -> list[str]:
    """Lines behind a head, all from the same column."""
    return [(head if i == 0 else " " * len(head)) + line for i, line in enumerate(lines)]
