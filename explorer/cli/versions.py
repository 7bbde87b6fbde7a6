"""``sealrace diff`` of two fixes, or of two versions of a scenario or litmus test: both are explored, then compared."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import click

from explorer.cli.failures import INCOMPLETE, UsageProblem
from explorer.cli.interrupts import Interrupts
from explorer.cli.litmus_read import SUFFIX
from explorer.cli.named import read_model, warn_of_freedom
from explorer.cli.outcome import outcomes_of
from explorer.cli.output import print_json, progress_bar, text_width
from explorer.cli.setting import Options, Setting
from explorer.cli.survey_files import in_order_of_display, witness_report
from explorer.cli.survey_setting import setting_to_survey, usual_model
from explorer.cli.versions_text import Compared, First, Side, versions_json, versions_text
from explorer.cli.writing import Writer, search_of
from explorer.memory.model import Model
from explorer.schedule.parting import parting
from explorer.search.difference import difference, simplest
from explorer.search.result import Finding, Limits
from explorer.search.run import Progress
from explorer.search.survey import Outcome, Survey, survey
from reports.comparison import what_differs
from reports.structure import Report

WITNESSES = 50
"""Outcomes of each kind (gone, new) whose witnesses get a token, in the order of display."""


@dataclass(frozen=True)
class Choice:
    """What is compared: each of these once for both sides, or twice, once for each.

    ``second`` is the second scenario or test, ``against`` the switches that the second side has beside the others.
    """

    first: str
    second: str | None = None
    fixes: Sequence[str] = ()
    protocols: Sequence[str] = ()
    models: Sequence[str] = ()
    switches: Sequence[str] = ()
    against: Sequence[str] = ()


@dataclass(frozen=True)
class _Version:
    """One side before and after it was explored."""

    setting: Setting
    model: Model
    model_name: str
    survey: Survey

    @property
    def writer(self) -> Writer:
        return Writer(self.setting, self.model, self.model_name)

    @property
    def outcomes(self) -> list[Outcome]:
        return in_order_of_display(self.setting, self.survey)

    def report(self, outcome: Outcome) -> Report:
        return witness_report(self.writer, self.setting, self.model, self.survey, outcome)


def compare_versions(choice: Choice, options: Options, *, as_json: bool) -> int:
    """Explore both sides, print what differs; gives the exit status.

    0: nothing; 1: an outcome, a kind of violation or a verdict; 3: a side was not explored to its end, and nothing
    differs that does not depend on the rest.
    """
    sides = _sides(choice)
    with Interrupts() as interrupts:
        first, second = (_explored(side, options, interrupts, letter) for side, letter in zip(sides, "AB", strict=True))
    compared = _compared(first, second)
    if as_json:
        print_json(versions_json(compared))
    else:
        click.echo(versions_text(compared, text_width()))
    if compared.differs:
        return 1
    return INCOMPLETE if first.survey.incomplete or second.survey.incomplete else 0


@dataclass(frozen=True)
class _Asked:
    """One side as it was asked for."""

    name: str
    fix: str | None
    protocol: str | None
    model: str
    switches: tuple[str, ...]


def _sides(choice: Choice) -> tuple[_Asked, _Asked]:
    """Both sides; UsageProblem where they are the same, or something was named three times."""
    names = [choice.first, choice.second or choice.first]
    tests = [name.endswith(SUFFIX) for name in names]
    if tests[0] != tests[1]:
        raise UsageProblem(f"{names[0]} and {names[1]}: a litmus test and a scenario\n  name two of one sort")
    fixes = _pair("--fix", choice.fixes)
    protocols = _pair("--protocol", choice.protocols)
    models = _pair("--model", choice.models)
    both = tuple(choice.switches)
    twice = sorted({*both} & {*choice.against})
    if twice:
        raise UsageProblem(f"--against-switch {twice[0]}: both sides have it\n  leave out --switch {twice[0]}")
    first, second = (
        _Asked(names[i], fixes[i], protocols[i], models[i] or usual_model(names[i]), switches)
        for i, switches in enumerate((both, (*both, *choice.against)))
    )
    if first == second:
        raise UsageProblem(
            f"{first.name}: both sides are the same\n"
            "  name two of something: --fix A --fix B, --against-switch NAME, or two scenarios"
        )
    return first, second


def _pair(option: str, given: Sequence[str]) -> tuple[str | None, str | None]:
    """What an option says of either side."""
    if len(given) > 2:
        raise UsageProblem(f"{option}: given {len(given)} times, and there are two sides\n  give it once, or twice")
    return (given[0], given[-1]) if given else (None, None)


def _explored(side: _Asked, options: Options, interrupts: Interrupts, letter: str) -> _Version:
    """Survey one side."""
    model = read_model(side.model)
    warn_of_freedom(model, side.model)
    setting = setting_to_survey(side.name, side.fix, side.protocol, side.switches, options, model)
    limits = Limits(options.max_executions, options.max_time, records=0, spent=setting.seconds)
    with progress_bar(f"{letter}  {side.name}, model {side.model}", None) as advance:

        def show(progress: Progress) -> None:
            interrupts.check()
            advance(0, f"{progress.executions:,} executions, {progress.violating:,} violations")

        found = survey(setting.case, model, setting.unfolding, outcomes_of(setting), limits, show)
    return _Version(setting, model, side.model, found)


def _compared(first: _Version, second: _Version) -> Compared:
    """The comparison as it is shown."""
    found = difference(first.outcomes, second.outcomes)
    headers = [version.writer.header(version.survey.result) for version in (first, second)]
    differs = what_differs(*headers)
    if "sizes" in differs and _sizes(first.setting) == _sizes(second.setting):
        differs[differs.index("sizes")] = "switches"
    sides = [
        Side(
            version.setting,
            version.model_name,
            header,
            version.survey,
            {finding.kind: _token(version, finding) for finding in version.survey.result.findings},
            {id(outcome): version.report(outcome).token for outcome in alone[:WITNESSES]},
        )
        for version, header, alone in zip((first, second), headers, (found.gone, found.new), strict=True)
    ]
    compared = Compared(sides[0], sides[1], found, tuple(differs), None)
    return replace(compared, first=_first(compared, first, second))


def _sizes(setting: Setting) -> dict[str, int]:
    """Sizes and bounds without switches."""
    return {name: value for name, value in setting.parameters.items() if name not in setting.scenario.switches}


def _token(version: _Version, finding: Finding) -> str:
    """The token of the simplest execution of a kind of violation."""
    search = search_of(version.survey.result)
    return version.writer.report(finding.execution, finding.violation, finding.witness, search).token


def _first(compared: Compared, first: _Version, second: _Version) -> First | None:
    """The simplest execution of an outcome that is known to be in one side alone, and where the other one parts."""
    alone = simplest([*compared.certainly_gone, *compared.certainly_new])
    if alone is None:
        return None
    is_gone = any(alone is outcome for outcome in compared.certainly_gone)
    own, other = (first, second) if is_gone else (second, first)
    execution = alone.record.execution(own.setting.unfolding)
    report = own.report(alone)
    return First(is_gone, alone, report, parting(execution, report.witness.order, other.setting.unfolding, other.model))
