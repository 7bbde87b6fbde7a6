"""``sealrace litmus --export``: a scenario as a litmus test for herd."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from pathlib import Path

import click

from explorer.cli.failures import UsageProblem
from explorer.cli.file_name import scenario_in_file_name
from explorer.cli.named import choose, choose_fix, choose_switches, find_reduced_form, find_scenario, numbers
from explorer.cli.setting import Options, make_setting
from explorer.execution.execution import Execution
from explorer.litmus.export.text import export
from explorer.litmus.export.violating_states import Broken
from explorer.memory.model import Model
from explorer.program.errors import ScenarioError
from explorer.scenario import Case
from explorer.search.violations import violations_of


def export_scenario(
    name: str,
    fix: str,
    protocol: str | None,
    parameters: Sequence[str],
    switches: Sequence[str],
    output: Path | None,
    *,
    small: bool,
) -> None:
    """Print a scenario's program with one fix as a litmus test, or write it to a file.

    Raises:
        UsageProblem: there is no such scenario, or it has no such fix, protocol, size or switch, or no such fix
            with this protocol; the file has no folder.
        ScenarioError: the program or its property cannot be said in a litmus test.
    """
    scenario = find_scenario(name, list_reduced=True)
    if output is not None and not output.parent.is_dir():
        folder = output.parent
        raise UsageProblem(
            f"{folder}: there is no such folder\n  make it first: {shlex.join(['mkdir', '-p', str(folder)])}"
        )
    fix = choose_fix(scenario, fix)
    protocol = choose("protocol", protocol or scenario.protocols[0], scenario.protocols)
    options = Options(Path(), numbers(parameters), small=small).with_parameters(choose_switches(scenario, switches))
    setting = make_setting(scenario, fix, protocol, options)
    sizes = "".join(f", {size} {value}" for size, value in setting.sizes.items() if size not in setting.switches)
    sizes += "".join(f", switch {switch}" for switch in setting.switches)
    try:
        text = export(
            f"{scenario_in_file_name(scenario.name)}-{fix}",
            f"Scenario {scenario.name}, fix {fix}, protocol {protocol}{sizes}: {scenario.title}.",
            setting.unfolding,
            _properties_broken(setting.case) if setting.case.properties else None,
        )
    except ScenarioError as error:
        reduced = find_reduced_form(name)
        if reduced is None:
            raise
        advice = f"its reduced form can be: sealrace litmus --export {reduced.name} --fix {fix}"
        raise ScenarioError(error.message, place=error.place, advice=advice) from error
    if output is None:
        click.echo(text, nl=False)
        return
    output.write_text(text, encoding="utf-8")
    click.echo(f"wrote {output}", err=True)


def _properties_broken(case: Case) -> Broken:
    def broken(execution: Execution, model: Model) -> list[str]:
        return [violation.property for violation in violations_of(execution, case, model)]

    return broken
