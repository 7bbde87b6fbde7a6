"""The text ladder: one line per step of the witness, for a terminal.

A line holds the step's number, its name in the lane of its thread, what it does, and the
kernel reference; reading down is reading the schedule.  Steps of the violating path have
``>`` in the margin, the double line is the seal.  The path itself comes first, by itself.
Lines are at most ``width`` columns wide, of visible text only.
"""

from __future__ import annotations

from collections.abc import Iterator
from textwrap import wrap

from reports.steps import Schedule, Step, initial_lines
from reports.structure import Report
from reports.visible import visible
from reports.words import counts, effort, meaning, remarks, replay_command, title

_GAP = "  "
_LANE = 8  # a thread's name makes its lane no wider than this
_ACCESS = 44  # a longer access runs on into the column of references
_SHORTEST = 12  # a reference is cut no shorter than this
_NARROWEST = 14  # of wrapped text


def text(report: Report, *, file: str, width: int = 120) -> str:
    """The report for a terminal ``width`` columns wide; ``file`` is its name in the replay command."""
    schedule = Schedule(report)
    blocks = [
        _headline(report, width),
        list(_why(report, schedule, width)),
        list(_ladder(report, schedule, width)),
        [
            *_behind(" initially  ", initial_lines(report, width - 12)),
            *_hanging(" order      ", effort(report), width),
            *(line for remark in remarks(report) for line in _hanging(" note       ", remark, width)),
            *_hanging(" replay     ", replay_command(file), width),
        ],
    ]
    return "\n\n".join("\n".join(line.rstrip() for line in block) for block in blocks if block) + "\n"


def _headline(report: Report, width: int) -> list[str]:
    verdict = f"VIOLATED: {visible(report.property.name)}"
    space = width - len(title(report)) - len(verdict)
    lines = (
        [title(report) + " " * space + verdict] if space > 0 else [*wrap(title(report), width), *wrap(verdict, width)]
    )
    lines += wrap(visible(report.property.sentence), width)
    if report.parameters:
        values = ", ".join(f"{visible(name)} = {visible(str(value))}" for name, value in report.parameters.items())
        lines += wrap(f"with {values}", width)
    return lines + wrap(counts(report), width)


def _why(report: Report, schedule: Schedule, width: int) -> Iterator[str]:
    """The violating path: its events from top to bottom, each after the relation that leads to it."""
    events: list[tuple[str, int]] = []
    for edge in report.property.path:
        if not events or events[-1][1] != edge.source:
            events.append(("", edge.source))
        events.append((f"--{visible(edge.relation)}-->", edge.target))
    events = events or [("", mark.event) for mark in report.property.marks]
    arrows = max((len(arrow) for arrow, _ in events), default=0)
    names = max((len(schedule.name(event)) for _, event in events), default=0)
    access = _access(schedule)
    for i, (arrow, event) in enumerate(events):
        head = f" {'' if i else 'why':5}{arrow:{arrows}} {schedule.name(event):{names}}"
        step = schedule.step_of.get(event)
        yield _line(head, step, access, width) if step else _shortened(head, width)
    meanings = {edge.relation: meaning(edge.relation) for edge in report.property.path}
    yield from _hanging(" " * 6, ", ".join(f"{visible(r)}: {words}" for r, words in meanings.items() if words), width)


def _ladder(report: Report, schedule: Schedule, width: int) -> Iterator[str]:
    threads = [visible(thread.name) for thread in report.threads]
    names = {step.number: _shortened(step.name or "*", _SHORTEST) for step in schedule.steps}
    lanes = [
        max([min(len(thread), _LANE)] + [len(names[step.number]) for step in schedule.steps if step.thread == i])
        for i, thread in enumerate(threads)
    ]
    numbers = max(len("step"), len(str(len(schedule.steps))))
    access = _access(schedule)

    def head(mark: str, number: str, cells: dict[int, str]) -> str:
        columns = [cells.get(i, "").ljust(lane) for i, lane in enumerate(lanes)]
        return _GAP.join([f"{mark:1} {number:>{numbers}}", *columns])

    yield head("", "step", {i: _shortened(name, lanes[i]) for i, name in enumerate(threads)})
    for step in schedule.steps:
        start = head(">" if step.on_path else "", str(step.number), {step.thread: names[step.number]})
        yield _line(start, step, access, width)
        for note in step.notes:
            yield from _hanging(" " * len(start + _GAP), note, width)
        if step.seals:
            yield " sealed ".center(width, "═")


def _access(schedule: Schedule) -> int:
    """Width of the column of accesses."""
    return min(max((len(step.action) for step in schedule.steps), default=0), _ACCESS)


def _line(head: str, step: Step, access: int, width: int) -> str:
    """One step behind ``head``: the access, the kernel reference as far as it fits, the labels."""
    start = f"{head}{_GAP}{step.action:{access}}{_GAP}"
    labels = "".join(f"{_GAP}<- {label}" for label in step.labels)
    where = _shortened(step.where, max(width - len(start) - len(labels), _SHORTEST))
    return _shortened(f"{start}{where}{labels}", width)


def _shortened(line: str, width: int) -> str:
    """The line, its middle left out where it is longer than ``width``."""
    if len(line) <= width:
        return line
    tail = (width - 1) // 2
    return f"{line[: width - 1 - tail]}…{line[len(line) - tail :]}"


def _hanging(head: str, body: str, width: int) -> list[str]:
    """The body behind a head, wrapped with later lines indented below its start."""
    return _behind(head, wrap(body, max(width - len(head), _NARROWEST), subsequent_indent=_GAP))


def _behind(head: str, lines: list[str]) -> list[str]:
    return [(head if i == 0 else " " * len(head)) + line for i, line in enumerate(lines)]
