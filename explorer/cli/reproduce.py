"""``sealrace reproduce``: the system calls of a violating execution, made on the kernel that runs this program."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from explorer.cli.failures import UsageProblem
from explorer.cli.named import all_scenarios, classic_scenarios, find_reduced_form, find_scenario, read_model
from explorer.cli.named_report import load
from explorer.cli.output import print_json, progress_bar
from explorer.cli.scenario_name import is_in_file
from explorer.cli.setting import Options, make_setting
from explorer.cli.stored import Threads, rerun, stored_model, stored_setting
from explorer.cli.writing import by_severity, witness_of
from explorer.execution.execution import Execution
from explorer.memory.model import Model
from explorer.program.unfolded import UnfoldedProgram
from explorer.schedule.calls import system_calls
from explorer.search.result import Verdict
from explorer.search.run import explore
from explorer.token import is_token
from reports.replay import recording_of

if TYPE_CHECKING:
    from scenarios.real.drive import Step
    from scenarios.real.plan import Plan

MODEL = "sc"
"""The model under which a scenario is explored: what it finds needs no reordering."""

NO_FIX = "none"
"""The form of a scenario in which nothing is repaired."""


@dataclass(frozen=True)
class _Found:
    """A violating execution, under which names it was found."""

    scenario: str
    protocol: str
    fix: str
    model: Model
    model_name: str
    broken: str
    unfolding: UnfoldedProgram
    execution: Execution

    @property
    def title(self) -> str:
        return f"{self.scenario}, fix {self.fix}, protocol {self.protocol}, model {self.model_name}: {self.broken}"


@dataclass(frozen=True)
class _Run:
    """The run to look at: the first that differs from the model if one does, else the first."""

    number: int
    steps: tuple[Step, ...]
    differences: tuple[str, ...]


def reproduce(name: str, runs: int, own: Path | None, *, as_json: bool) -> int:
    """Make the calls ``runs`` times and print what happened; 0 if it was always what the model says, else 1.

    Raises InputError where there is nothing to reproduce, or no way to do it here.
    """
    from scenarios.real.drive import drive
    from scenarios.real.outcome import differences
    from scenarios.real.plan import CannotDrive, make_plan

    found = _of_scenario(name) if _is_scenario(name) else _of_report(name, own)
    try:
        calls = system_calls(found.unfolding, found.execution)
        plan = make_plan(found.execution, calls, witness_of(found.execution, found.model).order)
    except CannotDrive as obstacles:
        lines = str(obstacles).replace("\n", "\n  ")
        raise UsageProblem(f"{found.title}: this execution cannot be driven on a real kernel\n  {lines}") from obstacles
    first: _Run | None = None
    differing = 0
    with progress_bar(found.title, runs) as advance:
        for number in range(1, runs + 1):
            steps = drive(plan)
            run = _Run(number, steps, tuple(differences(plan, found.execution, steps)))
            if first is None or (run.differences and not first.differences):
                first = run
            differing += bool(run.differences)
            advance(number, f"{differing:,} differ")
    assert first is not None, "there is at least one run"
    if as_json:
        print_json(_to_json(found, plan, first, runs, differing))
    else:
        _tell(found, first, runs, differing)
    return 1 if differing else 0


def _is_scenario(name: str) -> bool:
    """Whether the argument names a scenario; where it names no file either, the scenarios are listed."""
    known = {scenario.name for scenario in (*all_scenarios(), *classic_scenarios())}
    return is_in_file(name) or name in known or find_reduced_form(name) is not None or not _is_like_a_file(name)


def _is_like_a_file(name: str) -> bool:
    return is_token(name) or Path(name).exists() or Path(name).name != name or ".json" in name


def _of_scenario(name: str) -> _Found:
    """The most severe violation of a scenario as it is by itself: first fix and protocol, under sc.

    The sizes are the small ones with what ``Scenario.driven`` changes.
    """
    scenario = find_scenario(name)
    fix, protocol = scenario.fixes[0], scenario.protocols[0]
    setting = make_setting(scenario, fix, protocol, Options(Path(), small=True, parameters=scenario.driven))
    model = read_model(MODEL)
    result = explore(setting.case, model, setting.unfolding)
    if not result.findings:
        what = "breaks no property" if result.verdict is Verdict.HOLDS else f"is {result.verdict.value}"
        raise UsageProblem(
            f"{name}, fix {fix}, protocol {protocol}, model {MODEL}: {what}, so there is nothing to reproduce\n"
            "  name the report of another fix: sealrace explore, then sealrace reproduce REPORT"
        )
    declared = tuple(prop.name for prop in setting.case.properties)
    worst = min(result.findings, key=lambda finding: by_severity(finding.violation.property, declared))
    return _Found(
        scenario.name, protocol, fix, model, MODEL, worst.violation.property, result.searched, worst.execution
    )


def _of_report(name: str, own: Path | None) -> _Found:
    """The execution of a report, run again as ``replay`` does."""
    report = load(name, own)
    setting = stored_setting(report, name, own)
    model = stored_model(report.model, name)
    threads = Threads.of(report.search, setting, model, name)
    execution, _violations = rerun(recording_of(report), threads, setting, model, name)
    return _Found(
        report.scenario,
        report.protocol,
        report.fix,
        model,
        report.model.name,
        report.property.name,
        threads.unfolding,
        execution,
    )


def _tell(found: _Found, run: _Run, runs: int, differing: int) -> None:
    """A run step by step, and what all of them show."""
    from scenarios.real.kernel import kernel_name
    from scenarios.real.outcome import after_the_seal
    from scenarios.real.userspace import STAND_IN_NOTE, sets_stand_in

    click.echo(f"{found.title}\non {kernel_name()}\n")
    for line in _lines(found.execution, run.steps):
        click.echo(line)
    click.echo()
    if any(sets_stand_in(step.call) for step in run.steps):
        click.echo(STAND_IN_NOTE)
    if found.fix != NO_FIX:
        click.echo(f"the read path is this kernel's own: it has no fix {found.fix}")
    for sentence in after_the_seal(found.execution, run.steps):
        click.echo(sentence)
    for difference in run.differences:
        click.echo(f"differs in run {run.number}: {difference}")
    if differing:
        click.echo(f"not reproduced: {differing} of {runs} runs differ from the model")
        return
    calls, threads = {id(step.call) for step in run.steps}, {step.call.thread for step in run.steps}
    click.echo(f"reproduced in {runs} of {runs} runs: {len(calls)} calls of {len(threads)} threads, as in the model")


def _lines(execution: Execution, steps: Sequence[Step]) -> list[str]:
    """A line for each step: its number, its thread, the call, and what came of it."""
    from scenarios.real.outcome import came_of, written

    rows = [(str(i), execution.threads[s.call.thread], written(s), came_of(s)) for i, s in enumerate(steps, 1)]
    widths = [max(len(row[column]) for row in rows) for column in range(3)]
    return [f" {row[0]:>{widths[0]}}  {row[1]:{widths[1]}}  {row[2]:{widths[2]}}  {row[3]}" for row in rows]


def _to_json(found: _Found, plan: Plan, run: _Run, runs: int, differing: int) -> dict[str, Any]:
    """The object that ``--json`` prints."""
    from scenarios.real.kernel import kernel_name
    from scenarios.real.memfd import seal_names
    from scenarios.real.outcome import after_the_seal, came_of, shown, written
    from scenarios.real.userspace import KINDS, STAND_IN, modelled_answer, sets_stand_in

    return {
        "scenario": found.scenario,
        "protocol": found.protocol,
        "fix": found.fix,
        "model": found.model_name,
        "property": found.broken,
        "kernel": kernel_name(),
        "stand_in": seal_names(STAND_IN) if any(map(sets_stand_in, plan.calls)) else None,
        "runs": runs,
        "reproduced": runs - differing,
        "run": run.number,
        "steps": [
            {"thread": found.execution.threads[s.call.thread], "call": written(s), "result": came_of(s)}
            for s in run.steps
        ],
        "calls": [
            {
                "thread": found.execution.threads[call.thread],
                "call": KINDS[call.name].written(call.arguments),
                "modelled": shown(modelled_answer(call, found.execution)),
                "real": next((shown(s.answer) for s in run.steps if s.call is call and s.answer is not None), None),
            }
            for call in plan.calls
        ],
        "after_the_seal": after_the_seal(found.execution, run.steps),
        "differences": list(run.differences),
    }
