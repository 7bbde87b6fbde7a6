"""The comments of litmus and macro files, and what they say about the expected result."""

from __future__ import annotations

import re

from explorer.litmus.source import LitmusError, Place, Source
from explorer.litmus.syntax import Expected, Outcome

_MARK = re.compile(r'/\*|//|\(\*|["{}]')
_NESTING = re.compile(r"\(\*|\*\)")
_RESULT = re.compile(r"\bResult:[ \t]*(Never|Sometimes|Always|DEADLOCK)?[ \t]*(DATARACE)?\b")
_NOT_BLANK = re.compile(r"[^\n]")


def blank_comments(source: Source, *, litmus: bool) -> tuple[str, tuple[str, ...]]:
    """The text with every comment replaced by spaces, so that offsets stay, and the comments.

    ``/* */`` and ``//`` are comments everywhere.  ``(* *)``, which nests, is one in litmus tests
    outside the threads; inside them ``(*`` opens a parenthesis before a dereference.

    Raises:
        LitmusError: a comment is never closed.
    """
    text = source.text
    kept: list[str] = []
    comments: list[str] = []
    done = at = depth = blocks = 0  # done: up to where the text is in kept; blocks: how many have been closed
    while mark := _MARK.search(text, at):
        at = mark.end()
        match mark.group():
            case "{":
                depth += 1
                continue
            case "}":
                depth = max(0, depth - 1)
                blocks += depth == 0
                continue
            case '"':
                if depth == blocks == 0:  # the doc string of the header
                    at = max(at, text.find('"', at) + 1)
                continue
            case "(*":
                if not litmus or (depth > 0 and blocks > 0):
                    continue
                end = _closing(text, at)
            case "/*":
                closing = text.find("*/", at)
                end = closing + 2 if closing >= 0 else None
            case _:
                newline = text.find("\n", at)
                end = newline if newline >= 0 else len(text)
        if end is None:
            raise LitmusError("this comment is never closed", Place(source, mark.start(), mark.end()))
        comments.append(text[mark.start() : end])
        kept += [text[done : mark.start()], _NOT_BLANK.sub(" ", comments[-1])]
        done = at = end
    return "".join([*kept, text[done:]]), tuple(comments)


def _closing(text: str, at: int) -> int | None:
    """Where the comment ends that is open at ``at``."""
    depth = 1
    while depth and (mark := _NESTING.search(text, at)):
        depth += 1 if mark.group() == "(*" else -1
        at = mark.end()
    return None if depth else at


def expected_result(comments: tuple[str, ...]) -> Expected | None:
    """The first ``Result: Never``, ``Sometimes``, ``Always`` or ``DEADLOCK``, with ``DATARACE`` or without."""
    for comment in comments:
        for found in _RESULT.finditer(comment):
            outcome, race = found.groups()
            if outcome or race:
                return Expected(Outcome(outcome) if outcome else None, data_race=race is not None)
    return None
