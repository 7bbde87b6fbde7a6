"""The comments of litmus and macro files, and what they say about the expected result."""

from __future__ import annotations

import re

from explorer.litmus.source import LitmusError, Place, Source
from explorer.litmus.syntax import Expected, Outcome

_MARK = re.compile(r'/\*|//|\(\*|["{}]')
_NESTING = re.compile(r"\(\*|\*\)")
_RESULT = re.compile(r"\bResult:[ \t]*([A-Za-z]+)(?:[ \t]+(DATARACE)\b)?")
_OUTCOMES = tuple(outcome.value for outcome in Outcome)
_RACE = "DATARACE"
_DOCUMENTATION = re.compile(r'"[^"]*"')
_THREAD = re.compile(r"^[ \t]*(P[0-9]+)[ \t]*\(", re.MULTILINE)
_NOT_BLANK = re.compile(r"[^\n]")


def blank_comments(source: Source, *, litmus: bool) -> tuple[str, tuple[Place, ...]]:
    """The text with every comment replaced by spaces, so that offsets stay, and where the comments stand.

    ``/* */`` and ``//`` are comments everywhere.  ``(* *)``, which nests, is one in litmus tests
    outside the threads; inside them ``(*`` opens a parenthesis before a dereference.

    Raises:
        LitmusError: a comment is never closed, or a litmus test begins with its threads: what is a comment depends on
            the initial state before them.
    """
    text = source.text
    kept: list[str] = []
    comments: list[Place] = []
    done = at = depth = blocks = 0  # done: up to where the text is in kept; blocks: how many have been closed
    while mark := _MARK.search(text, at):
        at = mark.end()
        match mark.group():
            case "{":
                if litmus and depth == blocks == 0:
                    _check_initial_state(source, "".join([*kept, text[done : mark.start()]]))
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
        comments.append(Place(source, mark.start(), end))
        kept += [text[done : mark.start()], _NOT_BLANK.sub(" ", comments[-1].text)]
        done = at = end
    return "".join([*kept, text[done:]]), tuple(comments)


def _check_initial_state(source: Source, header: str) -> None:
    """Refuse a thread in what stands before the first brace, comments blanked."""
    thread = _THREAD.search(_DOCUMENTATION.sub(lambda found: _NOT_BLANK.sub(" ", found.group()), header))
    if thread:
        place = Place(source, thread.start(1), thread.end(1))
        raise LitmusError("the initial state is missing: write { } before the first thread", place)


def _closing(text: str, at: int) -> int | None:
    """Where the comment ends that is open at ``at``."""
    depth = 1
    while depth and (mark := _NESTING.search(text, at)):
        depth += 1 if mark.group() == "(*" else -1
        at = mark.end()
    return None if depth else at


def expected_result(comments: tuple[Place, ...]) -> Expected | None:
    """What the first ``Result:`` that names one says: a word of ``Outcome``, ``DATARACE``, or both.

    Where none names one, the word of the first is kept: whether it is a mistake depends on who asks.
    """
    stated = [
        _expected(Place(comment.source, *(comment.start + offset for offset in found.span(1))), found[2] is not None)
        for comment in comments
        for found in _RESULT.finditer(comment.text)
    ]
    return next((expected for expected in stated if not expected.unknown), next(iter(stated), None))


def _expected(word: Place, race: bool) -> Expected:
    if word.text == _RACE:
        return Expected(None, data_race=True, place=word)
    if word.text not in _OUTCOMES:
        return Expected(None, unknown=word.text, place=word)
    return Expected(Outcome(word.text), data_race=race, place=word)


def check_expected(expected: Expected) -> None:
    """Raises LitmusError, with its place, where the comment ``Result:`` says what is no result."""
    if expected.unknown:
        known = f"{', '.join(_OUTCOMES)} or {_RACE}"
        raise LitmusError(f"'{expected.unknown}' is no result: a comment can say {known}", expected.place)
