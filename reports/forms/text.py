"""The text ladder: one line per step of the witness, for a terminal.

A line holds the step's number, its name in the lane of its thread, what it does, and the
kernel reference; reading down is reading the schedule.  Steps of the violating path have
``>`` in the margin, the double line is the seal.  The path itself comes first, by itself.
Lines are at most ``width`` columns wide but for that of a token, of visible text only; nothing is left out that
fits.  Without a width, as in a file, nothing is left out at all.  Where it is asked for, what the pictures fold
(``reports.folding``) is one line here too, and the command that prints every step stands below.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from textwrap import wrap

from explorer.visible import visible
from reports.folding import Row, fold, summary
from reports.forms.ladder import GAP, arrows, behind, command_lines, hanging
from reports.holds import lock_holds
from reports.steps import Schedule, Step, initial_lines
from reports.structure import Report
from reports.words import (
    counts,
    effort,
    meanings,
    models_that_allow,
    remarks,
    replay_command,
    replay_words,
    sizes,
    title,
    verdict,
)

_WIDTH = 120  # of a file's paragraphs; its steps are as long as they are
_LANE = 8  # where room is scarce: a thread's name makes its lane no wider than this,
_ACCESS = 44  # a longer access runs on into the column of references,
_NAME = 12  # a step's name is cut to this,
_SHORTEST = 12  # and a reference no shorter than this

_FOLDED = "..."  # stands in the lane of a thread whose steps are folded


@dataclass(frozen=True)
class _Row:
    """A step behind what stands before it on its line."""

    head: str
    step: Step


@dataclass(frozen=True)
class _Ladder:
    """The path and the schedule in rows, below a heading; ``access`` is the width of their accesses.

    An event of the path that is no step, such as an initial write, has its name only, and folded steps have their
    summary; ``folded`` counts these steps.
    """

    why: list[_Row | str]
    heading: str
    rows: list[_Row | str]
    access: int
    folded: int

    @property
    def width(self) -> int:
        """Columns that show every row in full."""
        lines = (row if isinstance(row, str) else "".join(self._parts(row)) for row in (*self.why, *self.rows))
        return max((len(line) for line in lines), default=0)

    def line(self, row: _Row | str, width: int) -> str:
        """The row in ``width`` columns: of what is too long, the middle of the reference goes first."""
        if isinstance(row, str):
            return _shortened(row, width)
        start, where, labels = self._parts(row)
        where = _shortened(where, max(width - len(start) - len(labels), _SHORTEST))
        return _shortened(f"{start}{where}{labels}", width)

    def _parts(self, row: _Row) -> tuple[str, str, str]:
        """What stands before the kernel reference, the reference, and the labels."""
        start = f"{row.head}{GAP}{row.step.action:{self.access}}{GAP}"
        return start, row.step.where, "".join(f"{GAP}<- {label}" for label in row.step.labels)


def text(report: Report, *, file: str, width: int | None = None, folded: bool = False) -> str:
    """The report for a terminal ``width`` columns wide, or for a file.

    ``file`` names it in the commands below; where it is empty there is nothing to replay it from.  ``folded``: runs
    of steps off the path are one line each.
    """
    schedule = Schedule(report)
    ladder = _ladder(report, schedule, scarce=False, folded=folded)
    if width is None:
        width = max(_WIDTH, ladder.width)
    elif ladder.width > width:
        ladder = _ladder(report, schedule, scarce=True, folded=folded)
    blocks = [
        _headline(report, width),
        list(_why(report, ladder, width)),
        list(_steps(ladder, width)),
        [
            *behind(" initially  ", initial_lines(report, width - 12)),
            *hanging(" order      ", effort(report), width),
            *hanging(" models     ", models_that_allow(report), width),
            *(line for remark in remarks(report) for line in hanging(" note       ", remark, width)),
            *_whole(ladder, file, width),
            *_replay(report, file, width),
        ],
    ]
    return "\n\n".join("\n".join(line.rstrip() for line in block) for block in blocks if block) + "\n"


def ladder_lines(report: Report, schedule: Schedule, width: int) -> list[str]:
    """The heading of the schedule, and a line for each step without its notes, in ``width`` columns."""
    ladder = _ladder(report, schedule, scarce=False)
    if ladder.width > width:
        ladder = _ladder(report, schedule, scarce=True)
    return [ladder.heading.rstrip(), *(ladder.line(row, width).rstrip() for row in ladder.rows)]


def seal_line(width: int) -> str:
    """The line behind the step that sets the seal."""
    return " sealed ".center(width, "═")


def _whole(ladder: _Ladder, file: str, width: int) -> list[str]:
    """How many steps are folded, and the command that prints every one."""
    if not ladder.folded:
        return []
    commands = behind(" all steps  ", command_lines(["sealrace", "graph", visible(file)], width - 12))
    return [*hanging(" folded     ", f"{ladder.folded} steps off the path", width), *commands]


def _replay(report: Report, file: str, width: int) -> list[str]:
    """How to replay it; a token is one word, and stays whole on a line however narrow."""
    if not file:
        return []
    if file == report.token:
        return [f" replay     {replay_command(report, file)}"]
    lines = behind(" replay     ", command_lines(replay_words(report, file), width - 12))
    return [*lines, *([f" token      {visible(report.token)}"] if report.token else [])]


def _headline(report: Report, width: int) -> list[str]:
    found = verdict(report)
    space = width - len(title(report)) - len(found)
    lines = [title(report) + " " * space + found] if space > 0 else [*wrap(title(report), width), *wrap(found, width)]
    lines += wrap(visible(report.property.sentence), width)
    if sizes(report):
        values = ", ".join(f"{visible(name)} = {visible(str(value))}" for name, value in sizes(report).items())
        lines += wrap(f"with {values}", width)
    return lines + wrap(counts(report), width)


def _why(report: Report, ladder: _Ladder, width: int) -> Iterator[str]:
    """The violating path: its events from top to bottom, each after the relation that leads to it."""
    for row in ladder.why:
        yield ladder.line(row, width)
    yield from hanging(" " * 6, meanings(report), width)


def _steps(ladder: _Ladder, width: int) -> Iterator[str]:
    """The schedule: a line for every step, the notes on it, and the seal."""
    yield ladder.heading
    for row in ladder.rows:
        if isinstance(row, str):
            # Its lock and how many steps it stands for come first.
            yield row if len(row) <= width else f"{row[: width - 1]}…"
            continue
        yield ladder.line(row, width)
        for note in row.step.notes:
            yield from hanging(" " * len(row.head + GAP), note, width)
        if row.step.seals:
            yield seal_line(width)


def _ladder(report: Report, schedule: Schedule, *, scarce: bool, folded: bool = False) -> _Ladder:
    """The rows; where room is ``scarce``, with names cut and columns that do not wait for the longest entry."""
    holds = lock_holds(report, schedule) if folded else ()
    groups = fold(report, schedule, holds) if folded else [(step,) for step in schedule.steps]
    steps = [group[0] for group in groups if len(group) == 1]
    spans = [f"{group[0].number}-{group[-1].number}" for group in groups if len(group) > 1]
    threads = [visible(thread.name) for thread in report.threads]
    names = [_shortened(step.name or "*", _NAME) if scarce else step.name or "*" for step in steps]
    lanes = [min(len(thread), _LANE) if scarce else len(thread) for thread in threads]
    for step, name in zip(steps, names, strict=True):
        lanes[step.thread] = max(lanes[step.thread], len(name))
    access = max((len(step.action) for step in steps), default=0)
    numbers = max(map(len, ["step", str(len(schedule.steps)), *spans]))

    def head(mark: str, number: str, cells: dict[int, str]) -> str:
        columns = [cells.get(i, "").ljust(lane) for i, lane in enumerate(lanes)]
        return GAP.join([f"{mark:1} {number:>{numbers}}", *columns])

    named = dict(zip((step.number for step in steps), names, strict=True))

    def row(group: Row) -> _Row | str:
        step = group[0]
        if len(group) == 1:
            return _Row(head(">" if step.on_path else "", str(step.number), {step.thread: named[step.number]}), step)
        span = f"{step.number}-{group[-1].number}"
        return f"{head('', span, {step.thread: _FOLDED})}{GAP}({summary(group, holds)})"

    return _Ladder(
        why=list(_path(schedule)),
        heading=head("", "step", {i: _shortened(name, lanes[i]) for i, name in enumerate(threads)}),
        rows=[row(group) for group in groups],
        access=min(access, _ACCESS) if scarce else access,
        folded=len(schedule.steps) - len(steps),
    )


def _path(schedule: Schedule) -> Iterator[_Row | str]:
    events = list(arrows(schedule))
    widest = max((len(arrow) for arrow, _ in events), default=0)
    names = max((len(schedule.name(event)) for _, event in events), default=0)
    for i, (arrow, event) in enumerate(events):
        head = f" {'' if i else 'why':5}{arrow:{widest}} {schedule.name(event):{names}}"
        step = schedule.step_of.get(event)
        yield _Row(head, step) if step else head


def _shortened(line: str, width: int) -> str:
    """The line, its middle left out where it is longer than ``width``."""
    if len(line) <= width:
        return line
    tail = (width - 1) // 2
    return f"{line[: width - 1 - tail]}…{line[len(line) - tail :]}"
