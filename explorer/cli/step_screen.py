"""What ``replay --step`` shows: where one stands, what may come now, and what memory holds."""

from __future__ import annotations

from collections.abc import Iterator

from explorer.cli.stepping import Stepping
from explorer.execution.execution import Ending
from explorer.execution.location import show
from explorer.search.so_far import Stand
from explorer.visible import visible
from reports.forms.ladder import behind, hanging
from reports.forms.text import ladder_lines, seal_line
from reports.words import is_outcome, title

KEYS = "j on, k back, n p reason, number: take it, u leave it, t token, ? keys, q quit"
_FEW_KEYS = "j on, k back, number: take it, ? keys, q quit"  # where the others do not fit

HELP = """\
j  right arrow   a step on
k  left arrow    a step back
Home  End        to the start, to the end of the line
n  p             to the next step of the reason, to the one before
space            play to the end, until a key is pressed
1  2  3 ...      take that step; a branch begins where it is not the line's own
u                leave the branch, back to where it was taken
t                the token of where you stand, to come back by
?  h             these keys
q  Esc           quit"""

_FEWEST = 5  # lines of the ladder, its heading and the rule among them, however low the screen


def screen(stepping: Stepping, width: int, height: int) -> list[str]:
    """Lines of at most ``width`` columns; more than ``height`` of them only where there is that much to choose from.

    On a low screen memory is cut first.
    """
    head = _head(stepping, width)
    choices = ["", *_choices(stepping, width), *_others(stepping, width)]
    end = [*_end(stepping, width), KEYS if len(KEYS) <= width else _FEW_KEYS]
    room = height - len(head) - len(choices) - len(end)
    memory = _cut(_memory(stepping, width), max(room - _FEWEST, 1), width)
    steps = _steps(stepping, width, max(room - len(memory), _FEWEST))
    return [line.rstrip() for line in (*head, *steps, *choices, *memory, *end)]


def _cut(lines: list[str], count: int, width: int) -> list[str]:
    """The first lines, the last of which says that there are more."""
    return lines if len(lines) <= count else [*lines[: count - 1], f"{lines[count - 1][: width - 2]} …"]


def _head(stepping: Stepping, width: int) -> list[str]:
    line = stepping.line
    count = f"step {line.drawn[stepping.at]} of {len(line.schedule.steps)}"
    name = title(line.report)
    return [f"{name}{count:>{max(width - len(name), len(count) + 2)}}", ""]


def _steps(stepping: Stepping, width: int, room: int) -> list[str]:
    """The ladder around where one stands, a rule behind the last step taken; the double line is the seal."""
    schedule = stepping.line.schedule
    heading, *drawn = ladder_lines(stepping.line.report, schedule, width)
    lines: list[str] = []
    taken = 0
    for step, line in zip(schedule.steps, drawn, strict=True):
        lines += [line, seal_line(width)] if step.seals else [line]
        if step.number <= stepping.line.drawn[stepping.at]:
            taken = len(lines)
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
