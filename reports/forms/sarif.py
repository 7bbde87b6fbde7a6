"""SARIF 2.1.0: findings for continuous integration and editors, each at the accesses that race.

A result's location is the access at which the violating path ends, its related locations are the access that races
with it and the others of the path.  The code flow has a thread flow per thread, its locations numbered in witness
order.  Files are those of the modelled code, relative to ``%SRCROOT%``: the folder that modules are imported from,
which is the repository's root for the scenarios here, and for litmus tests the folder in which they were run.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path, PurePosixPath
from typing import Any
from urllib.parse import quote

from explorer.visible import visible
from reports.meanings import help_of, meaning_of
from reports.steps import SEALED, Schedule, Step
from reports.structure import Event, Report
from reports.words import counts, explore_command, finding, is_outcome, is_remark, replay_command, title, verdict

_SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
_ROOT = "%SRCROOT%"
_Object = dict[str, Any]


@dataclass(frozen=True)
class Entry:
    """A report, the file that it is in, and, where the scenario declares that it is found, why that is no news."""

    report: Report
    file: str
    accepted: str = ""


def sarif(report: Report, *, file: str) -> str:
    """One report as a SARIF log; ``file`` names it in the replay command."""
    return sarif_log([Entry(report, file)], report.tool)


def sarif_log(entries: Sequence[Entry], tool: str) -> str:
    """A log of one run: a rule per property, a result per report; ``tool`` is the version of Sealrace."""
    names = list(dict.fromkeys(entry.report.property.name for entry in entries))
    driver = {"name": "Sealrace", "version": visible(tool), "rules": [_rule(name) for name in names]}
    run = {
        "tool": {"driver": driver},
        "originalUriBaseIds": {_ROOT: {"description": {"text": "The folder that modelled code is imported from."}}},
        "columnKind": "unicodeCodePoints",
        "results": [_result(entry, names.index(entry.report.property.name)) for entry in entries],
    }
    return json.dumps({"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}, indent=1) + "\n"


def _rule(name: str) -> _Object:
    return {
        "id": visible(name),
        "shortDescription": {"text": meaning_of(visible(name))},
        "help": {"text": help_of(visible(name))},
        "defaultConfiguration": {"level": "warning" if name.startswith("flag ") else "error"},
    }


def _result(entry: Entry, rule: int) -> _Object:
    report = entry.report
    schedule = Schedule(report)
    last, others = racing(report)
    lines = [
        visible(report.property.sentence),
        f"{verdict(report)}: {title(report)}. {counts(report)}.",
        f"Replay it: {replay_command(report, entry.file)}",
        f"Again: {explore_command(report)}",
    ]
    result = {
        "ruleId": visible(report.property.name),
        "ruleIndex": rule,
        **_severity(report),
        "message": _message("\n".join(lines)),
        "locations": [_location(report, schedule, last)] if last is not None else [],
        "relatedLocations": [{"id": i, **_location(report, schedule, event)} for i, event in enumerate(others, 1)],
        # A code flow has a thread at least: none where no thread has a step.
        "codeFlows": [{"threadFlows": flows}] if (flows := list(_flows(report, schedule))) else [],
        "partialFingerprints": {"sealracePath/v1": fingerprint(report)},
    }
    if entry.accepted:
        result["suppressions"] = [{"kind": "external", "justification": entry.accepted}]
    return result


def _severity(report: Report) -> _Object:
    """A violation is an error, a remark of the model a warning; a witness asked for, or an outcome, is neither."""
    if is_outcome(report) or finding(report) == "WITNESS":
        return {"kind": "informational", "level": "none"}
    return {"kind": "fail", "level": "warning" if is_remark(report) else "error"}


def racing(report: Report) -> tuple[int | None, list[int]]:
    """The access at which the violating path ends, and the others, first that which races with it.

    The path ends at its last event that reads or that has a mark (other than the seal's).  The access that races with
    it is the one that the path comes from, from another thread.  Without a path these are the marked events.
    """
    marked = [mark.event for mark in report.property.marks if mark.label != SEALED]
    edges = report.property.path
    events = list(dict.fromkeys(event for edge in edges for event in (edge.source, edge.target)))
    events = events or list(dict.fromkeys(mark.event for mark in report.property.marks))
    if not events:
        return None, []
    ends = [event for event in events if report.events[event].kind.reads or event in marked]
    last = (ends or events)[-1]
    thread = report.events[last].thread
    before = [edge.source for edge in edges if edge.target == last and report.events[edge.source].thread != thread]
    # A path that starts at its end, a circle, has its race where it leaves.
    after = [edge.target for edge in edges if edge.source == last and report.events[edge.target].thread != thread]
    others = dict.fromkeys([*before, *after, *events])
    return last, [event for event in others if event != last]


def fingerprint(report: Report) -> str:
    """A hash of what makes two findings the same: the program by its names, and the path by steps and relations.

    Line numbers and counts take no part, so it stays when code moves or another bound is chosen.
    """

    def place(number: int) -> list[str]:
        event = report.events[number]
        thread = report.threads[event.thread].name if event.thread >= 0 else ""
        return [thread, event.stack[-1].function if event.stack else "", event.step, event.location or ""]

    what = report.property
    facts = [
        [report.scenario, report.fix, report.protocol, report.model.name, what.name],
        [[place(edge.source), edge.relation, place(edge.target)] for edge in what.path],
        [[place(mark.event), mark.label] for mark in what.marks],
    ]
    return sha256(json.dumps(facts).encode()).hexdigest()


def _flows(report: Report, schedule: Schedule) -> Iterator[_Object]:
    for thread, each in enumerate(report.threads):
        steps = [step for step in schedule.steps if step.thread == thread]
        if steps:
            locations = [_step(report, schedule, step) for step in steps]
            yield {"id": visible(each.name), "message": _message(visible(each.name)), "locations": locations}


def _step(report: Report, schedule: Schedule, step: Step) -> _Object:
    last = report.events[step.events[-1]]
    state = {"state": {visible(last.location): _message(visible(str(last.value)))}} if last.location is not None else {}
    return {
        "location": _location(report, schedule, step.events[0]),
        "executionOrder": step.number,
        "importance": "essential" if step.on_path else "unimportant",
        **state,
    }


def _location(report: Report, schedule: Schedule, number: int) -> _Object:
    """Where an event is in the modelled code and in the kernel, and what it does."""
    event = report.events[number]
    step = schedule.step_of.get(number)
    words = [schedule.name(number)]
    if step:
        words = [f"{schedule.name(number)}: {step.action}", *(f"<- {label}" for label in step.labels), *step.notes]
    found: _Object = {"message": _message(" ".join(words))}
    if event.file:
        place = {"artifactLocation": {"uri": uri(event.file), "uriBaseId": _ROOT}}
        found["physicalLocation"] = {**place, **({"region": {"startLine": event.line}} if event.line else {})}
    names = _functions(event)
    if names:
        found["logicalLocations"] = names
    return found


def _functions(event: Event) -> list[_Object]:
    """The modelled function, under the kernel place that it stands for."""
    if not event.stack:
        return []
    function = visible(event.stack[-1].function)
    return [{"name": function, "kind": "function", "fullyQualifiedName": visible(event.reference) or function}]


def _message(text: str) -> _Object:
    """Text as it stands: a message's own braces are placeholders, and brackets before a parenthesis links."""
    return {"text": text.replace("{", "{{").replace("}", "}}").replace("](", r"\](")}


def uri(file: str) -> str:
    """A file as a relative reference: below the current folder if that is where it is, else by its name alone.

    A report says where modelled code is from the folder of imports; only a litmus test, or a scenario file, may
    have its full path.
    """
    path = PurePosixPath(file)
    if path.is_absolute():
        here = PurePosixPath(Path.cwd().as_posix())
        path = path.relative_to(here) if path.is_relative_to(here) else PurePosixPath(path.name)
    return quote(visible(str(path)))
