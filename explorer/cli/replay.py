"""``sealrace replay``: run a recorded execution again and check all that its report claims."""

from __future__ import annotations

import click

from explorer.cli.failures import UsageProblem
from explorer.cli.stored import load, stored_model, stored_setting
from explorer.cli.writing import Writer
from explorer.schedule.replay import ReplayMismatch, replay
from explorer.search.run import violations_of
from reports.replay import recording_of
from reports.report import Report


def replay_report(name: str) -> None:
    """Replay a report; every refusal is an InputError that names the first difference."""
    report = load(name)
    setting = stored_setting(report, name)
    model = stored_model(report.model, name)
    try:
        execution = replay(setting.unfolding, recording_of(report), model)
    except ReplayMismatch as difference:
        raise UsageProblem(
            f"{name}: {difference}\n  the scenario or the file has changed: explore again"
        ) from difference
    found = {violation.property: violation for violation in violations_of(execution, setting.case, model)}
    violation = found.get(report.property.name)
    if violation is None:
        raise UsageProblem(
            f"{name}: the execution runs again, but breaks no property '{report.property.name}'\n"
            "  the property or the file has changed: explore again"
        )
    _compare(name, report, Writer(setting, model, report.model.name).report(execution, violation, None, report.search))
    events = len(execution) - execution.initial_writes
    click.echo(
        f"reproduced: {events} events of {len(execution.threads)} threads, {report.property.name} "
        f"({report.scenario}, fix {report.fix}, protocol {report.protocol}, model {report.model.name})"
    )


def _compare(name: str, report: Report, again: Report) -> None:
    """What the engine derives from the execution is what the report says."""
    for part in ("property", "relations", "witness"):
        if getattr(report, part) != getattr(again, part):
            raise UsageProblem(
                f"{name}: $.{part}: the execution runs again, but gives another {part}\n"
                "  the file was changed by hand, or written by another sealrace: explore again"
            )
