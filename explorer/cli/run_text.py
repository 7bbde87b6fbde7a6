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
from explorer.visible import visible
from reports.render import render
from reports.report import load_report
from reports.words import cell_command


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
    lines = [render(load_report(reports[0]), "text", reports[0], width)] if reports else []
    lines.append(_heading(setting, model_name, finds))
    entries = _entries(driver, driven, finds, reports, command)
    return "\n".join([*lines, *_labelled(entries)])


def _heading(setting: Setting, model_name: str, finds: Sequence[Find]) -> str:
    """The case on one line, and whether anything was found."""
    names = ", ".join(visible(find.violation.property) for find in finds)
    found = f"found {names}" if finds else "not found"
    return f"{visible(setting.title(model_name))}: {found}"


def _entries(
    driver: Driver, driven: Driven, finds: Sequence[Find], reports: Sequence[str], command: str
) -> Iterator[tuple[str, str]]:
    yield "strategy", driver.title
    yield "runs", _runs(driven)
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
    if not finds:
        yield "but", "nothing is claimed of executions that were not run"
    else:
        yield "again", command
        for path in reports:
            yield "page", str(Path(path).with_suffix(".html"))


def _labelled(entries: Iterator[tuple[str, str]]) -> Iterator[str]:
    """Each entry on a line of its own; a label that comes again is told once."""
    before = ""
    for label, text in entries:
        yield f" {'' if label == before else label:11} {text}"
        before = label


def _runs(driven: Driven) -> str:
    """How many runs, what came of them, and how many different executions."""
    parts = [many(driven.distinct, "distinct execution")]
    counts = [(driven.statuses[status], status.value) for status in (Status.BLOCKED, Status.CUT, Status.DROPPED)]
    parts += [f"{count:,} of them {word}" for count, word in counts if count]
    parts += [f"{many(driven.abandoned, 'run')} abandoned"] if driven.abandoned else []
    return f"{driven.runs:,}: {', '.join(parts)}"


def _found(find: Find, driven: Driven) -> str:
    """How often a property was broken, and when first."""
    rate = f"{find.runs / driven.runs:.2%}"
    which = f"{many(find.executions, 'execution')}, first in run {find.first:,}"
    text = f"{visible(find.violation.property)} in {many(find.runs, 'run')} ({rate}), {which}"
    by = sorted(find.by.items(), key=lambda each: each[1][0])
    if by:
        text += "; by " + ", ".join(f"{name} in run {first:,} ({many(runs, 'run')})" for name, (first, runs) in by)
    return text


def again(setting: Setting, model_name: str, driver: Driver, run: int) -> str:
    """The command that makes one run again."""
    names = setting.scenario.name, setting.fix, setting.protocol, model_name
    command = cell_command(*names, setting.parameters, (), command="run")
    return f"{command} {shlex.join([*driver.words, '--run', str(run)])}"


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
        "limits": [*driven.cuts, *([driven.stopped] if driven.stopped else [])],
        "told": driver.facts(),
    }
