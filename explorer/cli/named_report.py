"""What ``replay`` and ``graph`` are given: a report file, one execution of a run file, or a token."""

from __future__ import annotations

import re
from collections.abc import Sequence
from os.path import exists
from pathlib import Path

from explorer.cli.failures import UsageProblem
from explorer.cli.setting import Setting
from explorer.cli.stored import CHANGED, Threads, check_search, listed, naming, rerun, stored_model, stored_setting
from explorer.cli.token_report import report_of_token
from explorer.cli.writing import Writer, by_severity
from explorer.execution.execution import Execution
from explorer.memory.model import Model
from explorer.program.unfolded import UnfoldedProgram
from explorer.property import Violation
from explorer.schedule.recording import Recording
from explorer.search.record import Record
from explorer.search.symmetry import orbit_of, symmetry_of
from explorer.search.violations import kind_of
from explorer.token import is_token
from explorer.visible import visible
from reports.report import Report, load_report
from reports.runs import RunHeader, load_run
from reports.structure import Search

_RUN_LINE = re.compile(r"(.+):([0-9]{1,9})$")


def load(name: str, own: Path | None = None) -> Report:
    """The report that ``name`` stands for; one is made for a run file's line, or a token.

    ``own`` is the file of its scenario, where the user names it (see ``stored_scenario``).
    Raises InputError (ReportError, UsageProblem) where there is none.
    """
    if exists(name):  # of Path it would be an error with a token that is longer than names of files can be
        if name.endswith(".run.jsonl"):
            raise UsageProblem(f"{name}: this is a run file\n  name one of its executions: {name}:1")
        return load_report(name)
    if is_token(name):
        return report_of_token(name, own)
    match = _RUN_LINE.match(name)
    return load_report(name) if match is None else _report_of_line(name, Path(match[1]), int(match[2]), own)


def _report_of_line(name: str, file: Path, number: int, own: Path | None) -> Report:
    header, record = load_run(file, number)
    setting = stored_setting(header, name, own)
    model = stored_model(header.model, name)
    threads = Threads.of(header.search, setting, model, name)
    with naming(name):
        execution = record.execution(threads.unfolding)
    execution, violations = rerun(Recording.of(execution), threads, setting, model, name)
    _compare_header(header, execution, setting, model, name)
    _check_orbit(record, header.search, execution, threads.unfolding, setting, model, name)
    found = tuple(violation.property for violation in violations)
    if found != record.properties:
        raise UsageProblem(
            f"{name}: $.properties: the file has {listed(record.properties)}, "
            f"the execution breaks {listed(found)}\n  {CHANGED}"
        )
    if not violations:
        raise UsageProblem(f"{name}: this execution breaks no property\n  {CHANGED}")
    declared = tuple(prop.name for prop in setting.case.properties)
    _compare_kinds(header, number, execution, violations, name)
    violation = min(violations, key=lambda violation: by_severity(violation.property, declared))
    return Writer(setting, model, header.model.name).report(execution, violation, None, header.search)


def _compare_kinds(
    header: RunHeader, number: int, execution: Execution, violations: Sequence[Violation], file: str
) -> None:
    """The header has the kinds of what this execution breaks, told as here where it is their example."""
    found = {kind_of(execution, violation): violation for violation in violations}
    known = {kind.key for kind in header.kinds}
    for key in found:
        if key not in known:
            raise UsageProblem(f"{file}: line 1: $.kinds: has no such violation of {visible(key[0])}\n  {CHANGED}")
    for i, kind in enumerate(header.kinds):
        if kind.line == number and (kind.key not in found or found[kind.key].sentence != kind.sentence):
            raise UsageProblem(f"{file}: line 1: $.kinds[{i}]: is not what execution {number} breaks\n  {CHANGED}")


def _compare_header(header: RunHeader, execution: Execution, setting: Setting, model: Model, file: str) -> None:
    """The header names what was made of it."""
    made: dict[str, object] = {
        "scenario": setting.scenario.name,
        "protocol": setting.protocol,
        "fix": setting.fix,
        "parameters": setting.parameters,
        "program_hash": setting.program_hash,
    }
    for field, value in made.items():
        if getattr(header, field) != value:
            raise UsageProblem(f"{file}: line 1: $.{field}: is not that of the program\n  {CHANGED}")
    check_search(header.search, execution, setting, model, file)


def _check_orbit(
    record: Record,
    search: Search,
    execution: Execution,
    unfolding: UnfoldedProgram,
    setting: Setting,
    model: Model,
    file: str,
) -> None:
    """The line stands for as many executions as the renaming of identical threads makes of it."""
    symmetry = None if "--no-symmetry" in search.switches else symmetry_of(setting.case, model, unfolding)
    orbit = 1 if symmetry is None else orbit_of(execution, symmetry.classes)
    if record.orbit != orbit:
        raise UsageProblem(
            f"{file}: $.orbit: the file has {record.orbit}, the execution stands for {orbit}\n  {CHANGED}"
        )
