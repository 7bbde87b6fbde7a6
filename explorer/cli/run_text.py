"""What ``run`` prints: the most severe find as a ladder, then how the runs went; or all of it as JSON."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from explorer.cli.output import many
from explorer.cli.setting import Setting
from explorer.cli.strategies import Chosen, Driver
from explorer.execution.execution import Status
from explorer.search.drive import Driven, Find
from explorer.search.result import NOT_UNFOLDED
from explorer.visible import visible
from reports.forms.text import text
from reports.report import load_report


def run_text(
    setting: Setting,
    model_name: str,
    driver: Driver,
    driven: Driven,
    finds: Sequence[Find],
    reports: Sequence[str],
    command: str,
    width: int | None,
) -> str:
    """The ladder of the most severe find, if there is one, and the account of the runs below it."""
    lines = [text(load_report(reports[0]), file=reports[0], width=width, folded=True)] if reports else []
    lines.append(_heading(setting, model_name, finds))
    entries = _entries(setting, driver, driven, finds, reports, command)
    return "\n".join([*lines, *_labelled(entries)])


def _heading(setting: Setting, model_name: str, finds: Sequence[Find]) -> str:
    """The case on one line, and whether anything was found."""
    names = ", ".join(visible(find.violation.property) for find in finds)
    found = f"found {names}" if finds else "not found"
    return f"{visible(setting.title(model_name))}: {found}"


def _entries(
    setting: Setting, driver: Driver, driven: Driven, finds: Sequence[Find], reports: Sequence[str], command: str
) -> Iterator[tuple[str, str]]:
    yield "strategy", driver.title
    yield "runs", _runs(driven)
    yield from _not_complete(driven, reports)
    yield from driver.promises(driven)
    for find in finds:
        yield "found", _found(find, driven)
    for flag, count in driven.flags.items():
        yield "flagged", f"{visible(flag)} in {many(count, 'execution')}: see sealrace explore"
    reached = [name for name, is_reached in driven.goals.items() if is_reached]
    if reached:
        yield "reached", visible(", ".join(reached))
    for cut in driven.cuts:
        yield "but", visible(cut)
    if driven.stopped:
        yield "but", driven.stopped
    if setting.unfolding.stopped:
        yield "but", NOT_UNFOLDED
    if not finds:
        nothing = driver.claims_nothing_of(driven)
        yield from [("but", f"nothing is claimed of executions that {nothing}")] if nothing else []
    else:
        yield "again", command
        for path in reports:
            yield "page", str(Path(path).with_suffix(".html"))


def _labelled(entries: Iterator[tuple[str, str]]) -> Iterator[str]:
    """Each entry on a line of its own; a label that comes again is told once."""
    before = ""
    for label, words in entries:
        yield f" {'' if label == before else label:11} {words}"
        before = label


def _runs(driven: Driven) -> str:
    """How many runs, how many different executions they came to, and how these ended."""
    counts = [(driven.statuses[status], status.value) for status in Status]
    ended = ", ".join(f"{count:,} {word}" for count, word in counts if count)
    is_plain = driven.distinct == driven.statuses[Status.COMPLETE]
    found = many(driven.distinct, "distinct execution") + ("" if is_plain else f" ({ended})")
    lost = f"; {many(driven.abandoned, 'run')} abandoned, at what an earlier run had seen or with no way on"
    return f"{driven.runs:,}: {found}{lost if driven.abandoned else ''}"


_ENDS = {
    Status.BLOCKED: "a thread waits for ever",
    Status.CUT: "a bound ended a path",
    Status.DROPPED: "a t.assume() did not hold",
}
"""What it means that an execution is not complete."""


def _not_complete(driven: Driven, reports: Sequence[str]) -> Iterator[tuple[str, str]]:
    """What executions are that are not complete: a report, and its ladder, counts the complete ones."""
    words = [f"{status.value}: {meaning}" for status, meaning in _ENDS.items() if driven.statuses[status]]
    if words:
        is_told = reports and driven.statuses[Status.COMPLETE]
        told = "; the heading of the ladder counts the complete ones" if is_told else ""
        yield "runs", "; ".join(words) + told


def _found(find: Find, driven: Driven) -> str:
    """How often a property was broken, and when first."""
    rate = f"{find.runs / driven.runs:.2%}"
    which = f"{many(find.executions, 'execution')}, first in run {find.first:,}"
    told = f"{visible(find.violation.property)} in {many(find.runs, 'run')} ({rate}), {which}"
    by = sorted(find.by.items(), key=lambda each: each[1][0])
    if by:
        told += "; by " + ", ".join(f"{name} in run {first:,} ({many(runs, 'run')})" for name, (first, runs) in by)
    return told


def again(setting: Setting, model_name: str, driver: Driver, run: int) -> str:
    """The command that makes one run again."""
    words = ["sealrace", "run", setting.scenario.name, "--fix", setting.fix, "--protocol", setting.protocol]
    words += ["--model", model_name, *setting.words, *driver.words, "--run", str(run)]
    return shlex.join(map(visible, words))


def run_json(
    setting: Setting,
    model_name: str,
    chosen: Chosen,
    driver: Driver,
    driven: Driven,
    finds: Sequence[Find],
    reports: Sequence[str],
) -> dict[str, Any]:
    """The object that ``--json`` prints; nothing in it depends on the machine."""
    return {
        **setting.to_json(model_name),
        "strategy": chosen.name,
        **driver.settings,
        "found": bool(finds),
        "runs": driven.runs,
        "abandoned": driven.abandoned,
        "executions": driven.statuses[Status.COMPLETE],
        "blocked": driven.statuses[Status.BLOCKED],
        "cut": driven.statuses[Status.CUT],
        "dropped": driven.statuses[Status.DROPPED],
        "violating": [
            {
                "property": find.violation.property,
                "runs": find.runs,
                "executions": find.executions,
                "first": find.first,
                "by": {name: {"first": first, "runs": runs} for name, (first, runs) in find.by.items()},
                "report": report,
            }
            for find, report in zip(finds, reports, strict=True)
        ],
        "goals": driven.goals,
        "flags": dict(driven.flags),
        "limits": [
            *driven.cuts,
            *([driven.stopped] if driven.stopped else []),
            *([NOT_UNFOLDED] if setting.unfolding.stopped else []),
        ],
        "told": driver.facts(),
    }
