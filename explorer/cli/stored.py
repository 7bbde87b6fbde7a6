"""What ``replay`` and ``graph`` are given: a report file, or one execution of a run file."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from explorer.cli.cell import Options, find_scenario, unfold
from explorer.cli.failures import UsageProblem
from explorer.cli.writing import Writer
from explorer.memory.model import Model, load_model
from explorer.program.tree import Unfolding
from explorer.scenario import Case
from explorer.search.run import violations_of
from reports.report import Report, load_report
from reports.runs import RunHeader, load_run

_RUN_LINE = re.compile(r"(.+):([0-9]+)$")


@dataclass(frozen=True)
class Setting:
    """What a stored execution belongs to, built anew."""

    case: Case
    unfolding: Unfolding
    model: Model
    writer: Writer


def setting_of(stored: Report | RunHeader) -> Setting:
    """Build the scenario that a report or run file names; UsageProblem where that is impossible."""
    scenario = find_scenario(stored.scenario)
    if stored.fix not in scenario.fixes or stored.protocol not in scenario.protocols:
        raise UsageProblem(
            f"scenario {scenario.name} has no fix '{stored.fix}' with protocol '{stored.protocol}'\n  explore it again"
        )
    parameters = {}
    for name, value in stored.parameters.items():
        if not isinstance(value, int):
            raise UsageProblem(f"parameter {name} must be a number, the file has {value!r}\n  explore it again")
        parameters[name] = value
    unroll = parameters.pop("unroll", 3)
    case, unfolding = unfold(
        scenario, stored.fix, stored.protocol, Options(out=Path(), parameters=parameters, unroll=unroll)
    )
    model = load_model(stored.model.name)
    writer = Writer(
        case, unfolding, model, scenario=scenario.name, protocol=stored.protocol, fix=stored.fix,
        model_name=stored.model.name, parameters=parameters,
    )  # fmt: skip
    return Setting(case, unfolding, model, writer)


def load(name: str) -> tuple[Report, str]:
    """The report that ``name`` stands for and the name to show; one is made for a run file's line."""
    match = _RUN_LINE.match(name)
    if match is None or Path(name).exists():
        return load_report(name), name
    header, record = load_run(Path(match[1]), int(match[2]))
    setting = setting_of(header)
    execution = record.execution(setting.unfolding)
    violations = violations_of(execution, setting.case, setting.model)
    if not violations:
        raise UsageProblem(f"{name}: this execution breaks no property any more\n  explore it again")
    return setting.writer.report(execution, violations[0], None, header.search), name
