"""``sealrace replay``: run a recorded execution again and check all that its report claims."""

from __future__ import annotations

import click

from explorer.cli.failures import UsageProblem
from explorer.cli.stored import load, setting_of
from explorer.schedule.replay import replay
from explorer.search.run import violations_of
from reports.replay import recording_of


def replay_report(name: str) -> None:
    """Replay a report; every refusal is an InputError that names the first difference."""
    report, _shown = load(name)
    setting = setting_of(report)
    if setting.model.rules_hash != report.model.rules_hash:
        raise UsageProblem(f"{name}: the rules of model {report.model.name} have changed\n  explore again")
    execution = replay(setting.unfolding, recording_of(report), setting.model)
    found = {violation.property: violation for violation in violations_of(execution, setting.case, setting.model)}
    again = found.get(report.property.name)
    if again is None:
        raise UsageProblem(
            f"{name}: the execution runs again, but breaks no property '{report.property.name}'\n"
            "  the property has changed: explore again"
        )
    path = [(edge.source, edge.target, edge.relation) for edge in again.path]
    if path != [(edge.source, edge.target, edge.relation) for edge in report.property.path]:
        raise UsageProblem(f"{name}: the execution runs again, but the violating path is another one\n  explore again")
    events = len(execution) - execution.initial_writes
    click.echo(
        f"reproduced: {events} events of {len(execution.threads)} threads, {report.property.name} "
        f"({report.scenario}, fix {report.fix}, protocol {report.protocol}, model {report.model.name})"
    )
