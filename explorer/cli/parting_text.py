"""Where two versions part, in words: what stands below the last step that both make."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from textwrap import wrap
from typing import Any

from explorer.execution.kinds import Tag
from explorer.schedule.parting import Act, Parting
from explorer.visible import visible
from reports.steps import Schedule
from reports.structure import Report

_SHOWN = 6
"""Accesses of a kind that are named, the others counted."""

_ORDERINGS = {Tag.ACQUIRE: "acquire", Tag.RELEASE: "release", Tag.MB: "mb"}

_WHY = {
    "no steps": "no order of steps leads here (load buffering), so {other} is not led along it",
    "no thread": "{other} parts here: it has no thread {thread}",
    "other access": "{other} parts here: {thread} does something else",
    "ended": "{other} parts here: {thread} has come to its end",
    "waits": "{other} parts here: {thread} waits",
    "not there": "{other} parts here: what this step reads or stores is not there",
    "not allowed": "{other} parts here: its model does not allow this step",
    "goes on": "{other} makes all of these steps, and goes on",
    "": "{other} makes all of these steps; what they come to is told otherwise",
}


def parting_lines(parting: Parting, report: Report, schedule: Schedule, other: str, width: int) -> Iterator[str]:
    """What to print below the step at which ``other`` ("A" or "B") parts, or below all steps."""
    thread = ""
    if parting.event is not None:
        thread = visible(report.threads[report.events[parting.event].thread].name)
    why = _WHY[parting.why].format(other=other, thread=thread)
    if parting.why == "not allowed" and parting.event is None:
        why = f"{other} has all of these steps, and its model does not allow them together"
    yield from _wrapped(f"^ {why}", width)
    if parting.instead:
        yield from _wrapped(f"  there: {_acts(parting.instead, waits=parting.why == 'waits')}", width)
    if parting.more:
        yield from _wrapped(f"  before, in {other} alone: {_acts(parting.more)}", width)
    if parting.less:
        yield from _wrapped(f"  before, not in {other}: {_named(parting.less, schedule)}", width)
    if parting.reordered:
        yield from _wrapped(f"  before, ordered otherwise in {other}: {_acts(parting.reordered)}", width)


def _wrapped(text: str, width: int) -> list[str]:
    return wrap(text, width, initial_indent="      ", subsequent_indent="          ", break_on_hyphens=False)


def _acts(acts: Sequence[Act], *, waits: bool = False) -> str:
    told = [_act(act) for act in acts[:_SHOWN]]
    if len(acts) > _SHOWN:
        told += [f"and {len(acts) - _SHOWN} more"]
    if waits and len(acts) <= _SHOWN:
        last = acts[-1]
        told[-1] = visible(f"{last.thread} waits for {last.location}") + _step(last)
    return "; ".join(told)


def _act(act: Act) -> str:
    if act.does == "fence":
        tag = act.tag.value if act.tag is not None else ""
        return visible(f"{act.thread} fence {tag}") + _step(act)
    value = f" = {act.value}" if act.value else ""
    order = f" ({_ORDERINGS[act.tag]})" if act.tag in _ORDERINGS and act.does not in ("locks", "unlocks") else ""
    return visible(f"{act.thread} {act.does} {act.location}{value}{order}") + _step(act)


def _step(act: Act) -> str:
    return f" at {visible(act.step)}" if act.step else ""


def _named(events: Sequence[int], schedule: Schedule) -> str:
    told = [schedule.name(event) for event in events[:_SHOWN]]
    return "; ".join([*told, *([f"and {len(events) - _SHOWN} more"] if len(events) > _SHOWN else [])])


def parting_json(parting: Parting, schedule: Schedule) -> dict[str, Any]:
    """The same as an object: steps by their numbers in the witness schedule."""
    return {
        "step": None if parting.event is None else schedule.step_of[parting.event].number,
        "why": parting.why or None,
        "instead": [_json(act) for act in parting.instead],
        "more": [_json(act) for act in parting.more],
        "less": [schedule.step_of[event].number for event in parting.less if event in schedule.step_of],
        "reordered": [_json(act) for act in parting.reordered],
    }


def _json(act: Act) -> dict[str, Any]:
    return {
        "thread": act.thread,
        "does": act.does,
        "location": act.location,
        "tag": None if act.tag is None else act.tag.value,
        "value": act.value,
        "step": act.step,
    }
