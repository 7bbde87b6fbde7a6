"""What ``replay`` and ``graph`` are given: a report file, or one execution of a run file."""

from __future__ import annotations

import re
from pathlib import Path

from explorer.cli.failures import UsageProblem
from explorer.cli.litmus_setting import SUFFIX, stored_litmus
from explorer.cli.named import find_scenario, read_model
from explorer.cli.setting import UNROLL, Options, Setting, make_setting
from explorer.cli.writing import Writer, by_severity
from explorer.memory.model import Model
from explorer.search.record import RecordError
from explorer.search.run import violations_of
from reports.report import Report, load_report
from reports.runs import RunHeader, load_run
from reports.structure import Model as ModelName

_RUN_LINE = re.compile(r"(.+):([0-9]+)$")


def load(name: str) -> Report:
    """The report that ``name`` stands for; one is made for a run file's line.

    Raises InputError (ReportError, UsageProblem) where there is none.
    """
    if Path(name).exists():
        if name.endswith(".run.jsonl"):
            raise UsageProblem(f"{name}: this is a run file\n  name one of its executions: {name}:1")
        return load_report(name)
    match = _RUN_LINE.match(name)
    return load_report(name) if match is None else _report_of_line(name, Path(match[1]), int(match[2]))


def _report_of_line(name: str, file: Path, number: int) -> Report:
    header, record = load_run(file, number)
    setting = stored_setting(header, name)
    model = stored_model(header.model, name)
    try:
        execution = record.execution(setting.unfolding)
    except RecordError as error:
        raise UsageProblem(f"{name}: {error}") from error
    violations = violations_of(execution, setting.case, model)
    if not violations:
        raise UsageProblem(f"{name}: this execution breaks no property\n  the scenario has changed: explore again")
    violation = min(violations, key=lambda violation: by_severity(violation.property))
    return Writer(setting, model, header.model.name).report(execution, violation, None, header.search)


def stored_setting(stored: Report | RunHeader, file: str) -> Setting:
    """The setting that a report or run file names; UsageProblem where there is none any more."""
    if stored.scenario.endswith(SUFFIX):
        return stored_litmus(stored.scenario, stored_model(stored.model, file))
    scenario = find_scenario(stored.scenario)
    if stored.fix not in scenario.fixes or stored.protocol not in scenario.protocols:
        raise UsageProblem(
            f"{file}: scenario {scenario.name} has no fix '{stored.fix}' with protocol '{stored.protocol}'\n"
            "  explore again"
        )
    sizes = {}
    for name, value in stored.parameters.items():
        if not isinstance(value, int) or value < 0:
            raise UsageProblem(f"{file}: parameter {name} must be a number, not {value!r}\n  explore again")
        sizes[name] = value
    unroll = sizes.pop("unroll", UNROLL)
    max_events = sizes.pop("max-events", None)
    options = Options(Path(), sizes, unroll=unroll, max_events=max_events)
    return make_setting(scenario, stored.fix, stored.protocol, options)


def stored_model(stored: ModelName, file: str) -> Model:
    """The model that a report or run file names; UsageProblem if its rules are others by now."""
    model = read_model(stored.name)
    if model.rules_hash != stored.rules_hash:
        raise UsageProblem(f"{file}: the rules of model {stored.name} have changed\n  explore again")
    return model
