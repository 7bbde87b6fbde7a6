"""``sealrace replay``: run a recorded execution again and check all that its report claims."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from enum import Enum
from pathlib import Path
from typing import NamedTuple

import click
from msgspec import Struct
from msgspec.structs import replace

from explorer.cli.failures import UsageProblem
from explorer.cli.named_report import load
from explorer.cli.outcome import outcomes_of
from explorer.cli.setting import Setting
from explorer.cli.stored import Threads, check_search, naming, rerun, stored_model, stored_setting
from explorer.cli.writing import Writer
from explorer.execution.execution import Execution
from explorer.memory.model import Model
from explorer.property import Violation
from explorer.search.outcomes import shown_outcome
from explorer.search.remarks import remarks_of
from explorer.search.violations import reaches
from explorer.visible import visible
from reports.replay import recording_of
from reports.report import Report
from reports.steps import Schedule
from reports.words import is_outcome, is_remark, left_out, title


class Again(NamedTuple):
    """An execution that was run again, and what its report tells of it."""

    setting: Setting
    model: Model
    execution: Execution
    violation: Violation


def replay_report(name: str, own: Path | None = None) -> None:
    """Replay a report; every refusal is an InputError that names the first difference.

    ``own`` is the file of its scenario, where it is named (see ``stored_setting``).
    """
    report = load(name, own)
    execution = run_again(report, name, own).execution
    click.echo(f"reproduced: {_counted(report, execution)}, {report.property.name} ({title(report)})")
    for others in left_out(report):
        click.echo(f"run after them to the end: {others}")


def run_again(report: Report, name: str, own: Path | None = None) -> Again:
    """Run the execution of a report again, and check all that the report claims; ``name`` is what it was loaded by.

    Every refusal is an InputError that names the first difference.
    """
    setting = stored_setting(report, name, own)
    model = stored_model(report.model, name)
    # The steps come first: where the scenario has changed, they tell what it does now.
    threads = Threads.of(report.search, setting, model, name)
    execution, violations = rerun(recording_of(report), threads, setting, model, name)
    violation: Violation | None
    if is_outcome(report):
        violation = _outcome(report, setting, execution, violations, name)
    else:
        violation = _told(report, remarks_of(execution, model) if is_remark(report) else violations)
    if violation is None:
        what = "the model raises no flag" if is_remark(report) else "breaks no property"
        raise UsageProblem(
            f"{name}: the execution runs again, but {what} '{visible(report.property.name)}'\n"
            "  the property or the file has changed: explore again"
        )
    with naming(name):
        again = Writer(setting, model, report.model.name).report(execution, violation, None, report.search)
    _compare(name, report, again)
    check_search(report.search, execution, setting, model, name)
    return Again(setting, model, execution, violation)


def _counted(report: Report, execution: Execution) -> str:
    """How many events and threads there were, and how many steps where the ladder numbers fewer of these."""
    events, steps = len(execution) - execution.initial_writes, len(Schedule(report).steps)
    told = f"{events} events of {len(execution.threads)} threads"
    return told if events == steps else f"{told} ({steps} steps: an update's read, write and fences are one)"


def _outcome(
    report: Report, setting: Setting, execution: Execution, violations: Sequence[Violation], file: str
) -> Violation:
    """What came out of an execution that breaks nothing.

    UsageProblem where it does, or is not to be counted, or does not reach the goal that the report tells.
    """
    with naming(file):
        facts = outcomes_of(setting).of(execution)
    if violations or facts is None:
        what = f"breaks '{visible(violations[0].property)}'" if violations else "does not pass the test's filter"
        raise UsageProblem(
            f"{file}: the execution runs again, but {what}\n  the property or the file has changed: survey again"
        )
    name = report.search.goal
    goal = next((each for each in setting.case.goals if each.name == name), None)
    if name and (goal is None or not reaches(execution, goal)):
        raise UsageProblem(
            f"{file}: the execution runs again, but does not reach the goal '{visible(name)}'\n"
            "  the goal or the file has changed: explore again"
        )
    return shown_outcome(execution, facts, setting.case, goal)


def _told(report: Report, found: Sequence[Violation]) -> Violation | None:
    """Of what was found, that which the report tells; of several remarks under one name the one of its events."""
    named = [violation for violation in found if violation.property == report.property.name]
    marked = [mark.event for mark in report.property.marks]
    same = (violation for violation in named if [mark.event for mark in violation.marks] == marked)
    return next(same, next(iter(named), None))


def _compare(name: str, report: Report, again: Report) -> None:
    """What is known of the execution is what the report says, in every field.

    The report may come from another version of the tool, maybe one without tokens or without the models that allow
    the execution, and its search is not made again.
    """
    again = replace(again, tool=report.tool, token=again.token if report.token else "")
    if report.allowed_by is None:
        again = replace(again, allowed_by=None)
    difference = next(_differences("$", report, again), None)
    if difference is not None:
        raise UsageProblem(
            f"{name}: {difference.path}: the file has {_shown(difference.file)}, "
            f"the execution run again gives {_shown(difference.again)}\n"
            "  the file was changed by hand, the scenario's code has moved, or another sealrace wrote it: explore again"
        )


class _Difference(NamedTuple):
    """A field by its JSON path, and its two values; a missing one is ``_MISSING``."""

    path: str
    file: object
    again: object


_MISSING = object()


def _differences(path: str, file: object, again: object) -> Iterator[_Difference]:
    """Where two parts of reports differ, in the order of the file."""
    parts, others = _parts(file), _parts(again)
    if parts is None or others is None:
        if type(file) is not type(again) or file != again:
            yield _Difference(path, file, again)
        return
    for name in {**parts, **others}:
        yield from _differences(path + name, parts.get(name, _MISSING), others.get(name, _MISSING))


def _parts(value: object) -> dict[str, object] | None:
    """The parts of a structure, mapping or list by the end of their paths; None of anything else."""
    match value:
        case Struct():
            return {f".{name}": getattr(value, name) for name in value.__struct_fields__}
        case Mapping():
            return {f"[{name!r}]": part for name, part in value.items()}
        case tuple():
            return {f"[{i}]": part for i, part in enumerate(value)}
    return None


def _shown(value: object) -> str:
    """A value as messages show it: in quotes if it is text, and cut where it is long."""
    if value is _MISSING:
        return "nothing"
    text = visible(repr(value.value if isinstance(value, Enum) else value))
    return text if len(text) <= 60 else f"{text[:60]}..."
