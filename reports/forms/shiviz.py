r"""The schedule as a log for ShiViz: one line per step, with a vector clock.

The first line is the regular expression that ShiViz parses the log by, the second, empty, its delimiter
of executions; ShiViz takes both from there when it opens the file.  (Pasted as text, the two lines go into their own
fields.)  Fields are separated by tabs, which visible text does not hold.

The lanes are the threads, and the steps of each stand in the order in which they take effect (the witness
order), so an execution in which program order and reads-from make a circle has clocks too.  An edge from one lane
to another is a read of what the other thread wrote.  Where the witness shows a read before the store that
it reads from, as it does if the model names no order, the two have no edge.

ShiViz knows one kind of edge, what happened before what: it cannot show fr or co, so of the violating path only
po and rf are seen.  Initial writes belong to no thread and are left out.
"""

from __future__ import annotations

import json

from explorer.visible import visible
from reports.steps import Schedule, Step
from reports.structure import Report

PARSER = r"\t".join(
    (
        r"(?<host>[^\t\n]+)",
        r"(?<clock>\{[^\t\n]*\})",
        r"(?<event>[^\t\n]*)",
        r"(?<step>\d+)",
        r"(?<kernel>[^\t\n]*)",
        r"(?<code>[^\t\n]*)",
    )
)
"""The log's lines; ShiViz wants the first three groups, the others are fields that it shows and searches."""


def shiviz(report: Report) -> str:
    """The log: parser, empty line, then the steps in witness order."""
    hosts = _hosts(report)
    schedule = Schedule(report)
    now: list[dict[str, int]] = [{} for _ in hosts]
    written: dict[int, dict[str, int]] = {}
    lines = [PARSER, ""]
    for step in schedule.steps:
        clock = dict(now[step.thread])
        for event in step.events:
            for host, time in written.get(report.source_of[event], {}).items():
                clock[host] = max(time, clock.get(host, 0))
        clock[hosts[step.thread]] = now[step.thread].get(hosts[step.thread], 0) + 1
        now[step.thread] = clock
        written |= dict.fromkeys(step.events, clock)
        fields = (hosts[step.thread], json.dumps(clock, sort_keys=True), _words(step))
        lines.append("\t".join([*fields, str(step.number), step.where, step.place]))
    return "\n".join(lines) + "\n"


def _words(step: Step) -> str:
    parts = [step.name, step.action, *(f"<- {label}" for label in step.labels), *step.notes]
    return " ".join(part for part in parts if part)


def _hosts(report: Report) -> list[str]:
    """The threads' names; a lane's name is what tells it apart."""
    names = [visible(thread.name) for thread in report.threads]
    return [f"{name} ({i})" if names.count(name) > 1 else name for i, name in enumerate(names, 1)]
