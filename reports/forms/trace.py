"""The schedule in Chrome's Trace Event Format, for Perfetto (ui.perfetto.dev) and chrome://tracing.

One step takes one millisecond.  Every thread has a track with its steps, inside the locks that it holds then;
arrows are reads from (rf) and the other edges of the violating path, as far as they lead forward in the schedule:
what these viewers draw has no other direction.  The path is in ``otherData`` in full.  A location that holds only
integers has a counter, any other location an instant where its value changes.  The seal is an instant across all
tracks.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from explorer.execution.kinds import Kind
from explorer.visible import visible
from reports.holds import Hold, lock_holds
from reports.steps import SEALED, Schedule, Step
from reports.structure import Event, Report
from reports.words import effort, models_that_allow, remarks, title, verdict

_STEP = 1000
"""Microseconds, the format's unit, of a step."""

_PROCESS = 1
_Entry = dict[str, Any]


def trace(report: Report) -> str:
    """The trace as JSON, one event to a line."""
    schedule = Schedule(report)
    entries = [
        *_names(report),
        *_held(report, schedule),
        *(_slice(report, schedule, step) for step in schedule.steps),
        *_arrows(report, schedule),
        *_values(report, schedule),
        *(_instant(SEALED, step.number * _STEP, step.thread, scope="g") for step in schedule.steps if step.seals),
    ]
    about = {
        "verdict": verdict(report),
        "program": title(report),
        "sentence": visible(report.property.sentence),
        "order": effort(report),
        **({} if report.allowed_by is None else {"models": models_that_allow(report)}),
        "notes": remarks(report),
        "path": [
            {"source": edge.source, "target": edge.target, "relation": visible(edge.relation)}
            for edge in report.property.path
        ],
    }
    lines = ",\n".join(json.dumps(entry) for entry in entries)
    return f'{{"displayTimeUnit": "ms", "otherData": {json.dumps(about)}, "traceEvents": [\n{lines}\n]}}\n'


def _names(report: Report) -> Iterator[_Entry]:
    yield {"ph": "M", "pid": _PROCESS, "name": "process_name", "args": {"name": title(report)}}
    for thread, each in enumerate(report.threads):
        base = {"ph": "M", "pid": _PROCESS, "tid": thread + 1}
        yield {**base, "name": "thread_name", "args": {"name": visible(each.name)}}
        yield {**base, "name": "thread_sort_index", "args": {"sort_index": thread}}


def _slice(report: Report, schedule: Schedule, step: Step) -> _Entry:
    events = [report.events[event] for event in step.events]
    last = events[-1]
    facts: _Entry = {"step": step.number, "events": list(step.events), "does": step.action}
    if last.location is not None:
        facts |= {"location": visible(last.location), "value": _value(last)}
    if len(events) > 1:
        facts["value read"] = _value(events[0])
    if events[0].kind.reads:
        facts["reads from"] = schedule.name(report.source_of[events[0].id])
    facts |= {"kernel": step.where} if step.where else {}
    facts |= {"code": step.place} if step.place else {}
    facts |= {"notes": list(step.notes)} if step.notes else {}
    facts |= {"marks": list(step.labels)} if step.labels else {}
    return {
        "ph": "X",
        "pid": _PROCESS,
        "tid": step.thread + 1,
        "ts": (step.number - 1) * _STEP,
        "dur": _STEP,
        "name": " ".join(word for word in (step.name, step.action) if word),
        "cat": "path" if step.on_path else "step",
        **({"cname": "terrible"} if step.on_path else {}),
        "args": facts,
    }


def _held(report: Report, schedule: Schedule) -> Iterator[_Entry]:
    """Locks as slices around steps.

    Slices of a track lie inside one another: a hold that outlasts one it began in is drawn in two parts.
    """
    # Where the holds end that are open, by thread, innermost last.
    open_until: dict[int, list[int]] = {}
    parts = [(hold.first, hold.last, hold) for hold in lock_holds(report, schedule)]
    while parts:
        parts.sort(key=lambda part: (part[0], -part[1]))
        start, end, hold = parts.pop(0)
        around = [until for until in open_until.get(hold.thread, []) if until >= start]
        inner = min([end, *around])
        open_until[hold.thread] = [*around, inner]
        yield _hold(hold, start, inner)
        if inner < end:
            parts.append((inner + 1, end, hold))


def _hold(hold: Hold, start: int, end: int) -> _Entry:
    return {
        "ph": "X",
        "pid": _PROCESS,
        "tid": hold.thread + 1,
        "ts": (start - 1) * _STEP,
        "dur": (end - start + 1) * _STEP,
        "name": f"holds {hold.lock}",
        "cat": "lock",
        "args": {"taken in step": hold.first, "until step": hold.last},
    }


def _arrows(report: Report, schedule: Schedule) -> Iterator[_Entry]:
    path = dict.fromkeys((edge.source, edge.target, edge.relation) for edge in report.property.path)
    reads = {edge[:2] for edge in path if edge[2] in ("rf", "rfe", "rfi")}
    others = [(a, b, "rf") for a, b in report.relations["rf"] if (a, b) not in reads]
    for number, (source, target, relation) in enumerate([*path, *others], 1):
        start, end = schedule.anchor(source), schedule.anchor(target)
        if start is None or end is None or start.number >= end.number:
            continue
        name, category = visible(relation), "path" if (source, target, relation) in path else "rf"
        arrow = {"pid": _PROCESS, "name": name, "cat": category, "id": number, "args": {"from": source, "to": target}}
        for phase, step in (("s", start), ("f", end)):
            binding = {"bp": "e"} if phase == "f" else {}
            yield {
                "ph": phase,
                "tid": step.thread + 1,
                "ts": (step.number - 1) * _STEP + _STEP // 2,
                **binding,
                **arrow,
            }


def _values(report: Report, schedule: Schedule) -> Iterator[_Entry]:
    """What memory holds: from the start the initial value, then that of each store as its step ends."""
    for order in report.coherence:
        writes = [report.events[write] for write in order.writes]
        counts = all(isinstance(write.value, int) for write in writes)
        rank = {write: i for i, write in enumerate(order.writes)}
        latest = -1
        stores = [step for step in schedule.steps if step.events[-1] in rank]
        changes = [(0, writes[0]), *((step.number, report.events[step.events[-1]]) for step in stores)]
        for number, write in changes:
            if rank[write.id] < latest:
                continue  # already overwritten in coherence
            latest = rank[write.id]
            name = visible(order.location)
            if counts:
                values = {"value": write.value}
                yield {"ph": "C", "pid": _PROCESS, "ts": number * _STEP, "name": name, "cat": "value", "args": values}
            else:
                scope = "p" if write.kind is Kind.INITIAL else "t"
                thread = max(write.thread, 0)
                yield _instant(f"{name} = {_value(write)}", number * _STEP, thread, scope=scope)


def _instant(name: str, time: int, thread: int, *, scope: str) -> _Entry:
    return {"ph": "i", "s": scope, "pid": _PROCESS, "tid": thread + 1, "ts": time, "name": name, "cat": "value"}


def _value(event: Event) -> int | str | None:
    return visible(event.value) if isinstance(event.value, str) else event.value
