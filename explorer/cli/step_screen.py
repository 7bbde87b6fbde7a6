"""What ``replay --step`` shows: where one stands, what may come now, and what memory holds."""

from __future__ import annotations

from collections.abc import Iterator

from explorer.cli.stepping import Stepping
from explorer.execution.execution import Ending
from explorer.execution.location import show
from explorer.search.so_far import Stand
from explorer.visible import visible
from reports.forms.ladder import behind, hanging
from reports.forms.text import ladder_lines
from reports.words import is_outcome, title

KEYS = "j on, k back, Home End, n p along the reason, number: take it, u leave the branch, t token, q quit"

_FEWEST = 5  # steps of the ladder, however low the screen


def screen(stepping: Stepping, width: int, height: int) -> list[str]:
    """Lines of at most ``width`` columns; more than ``height`` of them only where there is that much to choose from."""
    below = [
        "",
        *_choices(stepping, width),
        *_others(stepping, width),
        *_memory(stepping, width),
        *_end(stepping, width),
    ]
    head = _head(stepping, width)
    steps = _steps(stepping, width, max(height - len(head) - len(below) - 2, _FEWEST))
    return [line.rstrip() for line in (*head, *steps, *below, KEYS)]


def _head(stepping: Stepping, width: int) -> list[str]:
    line = stepping.line
    count = f"step {line.drawn[stepping.at]} of {len(line.schedule.steps)}"
    name = title(line.report)
    return [f"{name}{count:>{max(width - len(name), len(count) + 2)}}", ""]


def _steps(stepping: Stepping, width: int, room: int) -> list[str]:
    """The ladder around where one stands, a rule behind the last step taken."""
    heading, *lines = ladder_lines(stepping.line.report, stepping.line.schedule, width)
    taken = stepping.line.drawn[stepping.at]
    room = max(room - 2, 1)
    first = max(min(taken - room * 2 // 3, len(lines) - room), 0)
    rule = " here ".center(width, "─")
    return [heading, *lines[first:taken], rule, *lines[taken : max(first + room, taken)]]


def _choices(stepping: Stepping, width: int) -> Iterator[str]:
    """What may come now, numbered; the line's own next step is marked."""
    drawn = stepping.choices()
    if not drawn:
        return
    threads = [visible(thread.name) for thread in stepping.here.threads]
    thread = max(len(threads[step.thread]) for step in drawn)
    name = max(len(step.name or "*") for step in drawn)
    action = max(len(step.action) for step in drawn)
    yield "may come now:"
    for number, step in enumerate(drawn, 1):
        mark = ">" if number - 1 == stepping.planned else ""
        text = (
            f"{mark:1} {number:>3}  {threads[step.thread]:{thread}}  {step.name or '*':{name}}  {step.action:{action}}"
        )
        line = f"{text}  {step.where}"
        yield line if len(line) <= width else f"{line[: width - 1]}…"
        for note in step.notes:
            yield from hanging(" " * 7, note, width)


def _others(stepping: Stepping, width: int) -> Iterator[str]:
    """The threads that can make no step, and why."""
    able = {option.step.thread for option in stepping.here.options}
    for i, thread in enumerate(stepping.here.threads):
        name = visible(thread.name)
        if thread.end is not None and thread.end.ending is not Ending.RETURNED:
            detail = f": {visible(thread.end.detail)}" if thread.end.detail else ""
            yield from hanging(f"{name} ", f"has ended {thread.end.ending.value}{detail}", width)
        elif thread.end is not None:
            yield f"{name} has ended"
        elif i not in able:
            yield from hanging(f"{name} ", f"waits: {visible(thread.asks)}", width)


def _memory(stepping: Stepping, width: int) -> list[str]:
    """The last value of every location that the line's threads use."""
    here = stepping.here.execution
    used = {event.location for event in stepping.line.position.execution.events if event.thread >= 0}
    values = []
    for order in here.coherence:
        last = here.events[order[-1]]
        if last.location in used and last.location is not None and last.value is not None:
            values.append(f"{visible(last.location.name)} = {visible(show(last.value))}".replace(" ", "\xa0"))
    if not values:
        return []
    lines = hanging("", ", ".join(values), width - 8)
    return [line.replace("\xa0", " ") for line in behind("memory: ", lines)]


def _end(stepping: Stepping, width: int) -> Iterator[str]:
    """What came out, where the execution is over."""
    stand = stepping.stand
    if stand is Stand.STUCK:
        yield from hanging("", "no step is allowed from here: the model forbids every way on", width)
    if stand is Stand.REFUSED and stepping.here.over:
        axioms = ", ".join(stepping.refused_by)
        yield from hanging("", visible(f"the model does not allow this end: it violates {axioms}"), width)
    if not stepping.here.over or stand is Stand.REFUSED:
        return
    report = stepping.line.report
    told = (
        "over: breaks no property"
        if is_outcome(report)
        else f"over: {report.property.name}: {report.property.sentence}"
    )
    yield from hanging("", visible(told), width)
