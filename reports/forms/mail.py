r"""The schedule as a ladder for a mail to a kernel list: plain ASCII, at most 72 columns.

It survives what mail programs and git do to text: no line has trailing blanks, starts with ``>`` or ``From ``, or looks
like the start of a patch or of a signature.  Other characters are written as escapes (``\xe9``).

``Result:`` says what a comment in a kernel litmus test would: how many of the executions of the search show this.

* ``Sometimes``: this one does, and another does not;
* ``Always``: all do, and the search was exhaustive;
* ``Maybe``: all do that the search saw (with ``forall``: none met the condition), but it was stopped;
* ``Never``: as in a litmus test with ``forall``, where the executions counted are those that do not meet the condition;
* ``DEADLOCK``: a thread waits for ever.

An example of how a goal is reached has no such line: how many executions reach it is not counted.
``DATARACE`` follows where the model flags one in some execution.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from textwrap import wrap

import msgspec

from explorer.search.violations import DEADLOCK
from explorer.visible import escaped, visible
from reports.forms.ladder import GAP, arrows, behind, hanging
from reports.steps import SEALED, Schedule, Step, initial_lines
from reports.structure import Report
from reports.words import (
    counts,
    effort,
    is_litmus,
    is_outcome,
    meanings,
    models_that_allow,
    remarks,
    replay_words,
    sizes,
    title,
    token_words,
    verdict,
)

WIDTH = 72
"""Columns of a line at most."""

_TEXT = WIDTH - 1  # of wrapped text: a line may have to move by one
_LANES = 26  # columns that the threads' lanes may take together; where they need more, each line names its thread
_ARROW = 10  # columns that an arrow of the path takes before it pushes its event to the right
_RACE = "flag data-race"
_BEYOND = re.compile(r"[^\x00-\x7f]")
_TAKEN = re.compile(r">|From |---|-- ?$|diff -|Index: ")


def mail(report: Report, *, file: str) -> str:
    """The mail's text; ``file`` names the report in the replay command."""
    report = _plain(report)
    schedule = Schedule(report)
    blocks = [
        [
            *_wrapped(f"Sealrace {visible(report.tool)}: {title(report)}"),
            *_wrapped(verdict(report)),
            # How many executions reach a goal is not counted.
            *([] if report.search.goal else [f"Result: {result(report)}"]),
        ],
        _wrapped(visible(report.property.sentence)),
        list(_why(report, schedule)),
        list(_steps(report, schedule)),
        list(_places(schedule)),
        list(_about(report)),
        ["To replay it, access by access:", "", *_command(replay_words(report, file))],
        ["or, without the file:", "", *_command(token_words(report))] if report.token else [],
    ]
    text = "\n\n".join("\n".join(block) for block in blocks if block)
    return "\n".join(map(_safe, text.split("\n"))) + "\n"


def result(report: Report) -> str:
    """What stands behind ``Result:``."""
    name, search = report.property.name, report.search
    found = search.same_outcome if is_outcome(report) else search.violating.get(name, search.remarks.get(name, 0))
    if name == DEADLOCK:
        word = "DEADLOCK"
    elif is_litmus(report) and name == "forall":
        word = "Sometimes" if found < search.executions else "Never" if search.complete else "Maybe"
    elif found < search.executions:
        word = "Sometimes"
    else:
        word = "Always" if search.complete else "Maybe"
    return f"{word} DATARACE" if search.remarks.get(_RACE) else word


def _why(report: Report, schedule: Schedule) -> Iterator[str]:
    """The violating path, from top to bottom."""
    events = list(arrows(schedule))
    if not events:
        return
    yield "Why:"
    yield ""
    widest = min(max(len(arrow) for arrow, _ in events), _ARROW)
    for arrow, event in events:
        step = schedule.step_of.get(event)
        words = f"{schedule.name(event)}: {step.action}" if step else schedule.name(event)
        yield from _wrapped(f"{arrow:{widest}} {words}", "  ", " " * (widest + 5))
    if meanings(report):
        yield ""
        yield from _wrapped(meanings(report), "  ")


def _steps(report: Report, schedule: Schedule) -> Iterator[str]:
    """The schedule, line by line; a star marks the steps of the path."""
    threads = [visible(thread.name) for thread in report.threads]
    lanes = [len(thread) for thread in threads]
    for step in schedule.steps:
        lanes[step.thread] = max(lanes[step.thread], len(step.name))
    narrow = sum(lanes) + len(GAP) * (len(lanes) - 1) > _LANES
    number = max(len("step"), len(str(len(schedule.steps))) + 2)

    def head(mark: str, count: str, cells: list[str]) -> str:
        widths = [*lanes] if not narrow else [min(max(map(len, threads), default=0), 12), min(_named(schedule), 8)]
        columns = [_cut(cell, width).ljust(width) for cell, width in zip(cells, widths, strict=True)]
        return GAP.join([f"{mark:1}{count:>{number - 1}}", *columns, ""])

    yield head("", "step", ["thread", ""] if narrow else threads).rstrip()
    for step in schedule.steps:
        thread = threads[step.thread]
        name = step.name or "*"
        cells = [thread, name] if narrow else [name if i == step.thread else "" for i in range(len(threads))]
        start = head("*" if step.on_path else "", str(step.number), cells)
        yield from hanging(start, " ".join([step.action, *(f"<- {label}" for label in step.labels)]), _TEXT)
        for note in step.notes:
            yield from hanging(" " * len(start), note, _TEXT)
        if step.seals:
            yield f" {SEALED} ".center(WIDTH, "=")


def _named(schedule: Schedule) -> int:
    return max((len(step.name) for step in schedule.steps), default=1) or 1


def _places(schedule: Schedule) -> Iterator[str]:
    """Where in the kernel the steps are: each step's name and place once."""
    places: dict[tuple[str, str], list[Step]] = {}
    for step in schedule.steps:
        if step.where:
            places.setdefault((step.name, step.where), []).append(step)
    if places:
        yield "Where:"
        yield ""
    for (name, where), steps in places.items():
        yield from _wrapped(f"{name or f'step {steps[0].number}'} {where}", "  ", "     ")


def _about(report: Report) -> Iterator[str]:
    yield from _wrapped(f"{counts(report)}.")
    if sizes(report):
        values = ", ".join(f"{visible(name)} = {visible(str(value))}" for name, value in sizes(report).items())
        yield from _wrapped(f"With {values}.")
    yield from behind("Initially: ", initial_lines(report, _TEXT - 11))
    yield from hanging("Order: ", effort(report), _TEXT)
    yield from hanging("Models: ", models_that_allow(report), _TEXT)
    for remark in remarks(report):
        yield from hanging("Note: ", remark, _TEXT)


def _command(words: list[str]) -> Iterator[str]:
    """A shell command in lines that fit: words, and long words too, go on behind a backslash."""
    width = _TEXT - len("  ") - len(" \\")
    line = ""
    for word in words:
        pieces = list(_pieces(_ascii(word), width))
        for i, piece in enumerate(pieces):
            joint = " " if line and i == 0 else ""
            if len(line + joint + piece) > width:
                # A blank before the backslash ends the word; without one it goes on at the start of the next line.
                yield f"{line} \\" if i == 0 else f"{line}\\"
                line, joint = "", ""
            line += joint + piece
    yield line


def _pieces(word: str, width: int) -> Iterator[str]:
    """A word quoted for the shell, in pieces no longer than this that make one word side by side."""
    start = 0
    while start < len(word) or start == 0:
        end = len(word)
        while len(shlex.quote(word[start:end])) > width:
            end -= 1
        yield shlex.quote(word[start:end])
        start = max(end, 1)


def _wrapped(paragraph: str, indent: str = "", hanging: str | None = None) -> list[str]:
    later = indent if hanging is None else hanging
    return wrap(paragraph, _TEXT, initial_indent=indent, subsequent_indent=later)


def _cut(text: str, width: int) -> str:
    return text if len(text) <= width else f"{text[: width - 1]}~"


def _safe(line: str) -> str:
    """A line as mail keeps it."""
    line = line.rstrip()
    return f" {line}" if _TAKEN.match(line) else line


def _plain(report: Report) -> Report:
    """The report with every character beyond ASCII as an escape."""
    # Beyond ASCII is nothing but text in JSON; the backslash of an escape is written twice there.
    plain = _ascii(msgspec.json.encode(report).decode(), backslash="\\\\")
    return msgspec.json.decode(plain, type=Report)


def _ascii(text: str, backslash: str = "\\") -> str:
    return _BEYOND.sub(lambda sign: escaped(sign[0]).replace("\\", backslash), text)
