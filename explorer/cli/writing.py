"""From the findings of a search to files: reports, their pages, and the run file."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from glob import escape
from pathlib import Path
from typing import TypeAlias

import msgspec

from explorer.cli.file_name import label, model_in_file_name
from explorer.cli.outcome import outcomes_of
from explorer.cli.setting import Setting
from explorer.cli.tokens import token_of_execution
from explorer.execution.execution import Execution
from explorer.execution.relation import is_acyclic, union
from explorer.explain.allowed import allowed_by
from explorer.memory.model import Model, flag_title
from explorer.property import Violation
from explorer.schedule.linear import witness
from explorer.schedule.witness import Witness
from explorer.search.ordered import witness_if_ordered
from explorer.search.outcomes import shown_outcome
from explorer.search.projection import LeftOut
from explorer.search.remarks import remarks_of
from explorer.search.result import Finding, Result, Verdict
from explorer.search.violations import DEADLOCK, OUTCOME, found_at, violations_of
from explorer.token import Token
from explorer.version import VERSION
from reports.build import make_report
from reports.kinds import ViolationKind
from reports.render import render
from reports.report import save_report
from reports.runs import RunHeader, save_run
from reports.structure import LeftOut as Others
from reports.structure import Model as ModelName
from reports.structure import Report, Search

SEVERITY = ("leak", "late", "stale", DEADLOCK)
"""Properties in the order in which findings are told."""

Severity: TypeAlias = tuple[int, int, str]
"""What sorts the names of properties."""


def by_severity(name: str, declared: Sequence[str]) -> Severity:
    """Sort key of a property; after those known here come a scenario's own, in the order in which it declares them."""
    known, own = (names.index(name) if name in names else len(names) for names in (SEVERITY, declared))
    return known, own, name


class Writer:
    """Writes what one search found, under names made from scenario, protocol, fix, form and model.

    The form (``Setting.form``) keeps the files of another size or switch; limits and reductions are no part of a
    name: the same program explored again replaces its files.
    """

    def __init__(self, setting: Setting, model: Model, model_name: str) -> None:
        self._setting = setting
        self._model = model
        self._model_name = ModelName(name=model_name, rules_hash=model.rules_hash)
        self._stem = f"{setting.stem}-{model_in_file_name(model.name)}"

    def write_findings(self, result: Result, out: Path) -> tuple[tuple[str, str], ...]:
        """Write a report and a page per kind of violation; gives (label, path), the most severe first."""
        # What an earlier run of this cell left would pass for this one's.
        for old in [*out.glob(f"{escape(self._stem)}-*.json"), *out.glob(f"{escape(self._stem)}-*.html")]:
            old.unlink()
        written = []
        numbers: dict[str, int] = {}
        for finding in told(result):
            name = finding.violation.property
            numbers[name] = numbers.get(name, 0) + 1
            number = f"-{numbers[name]}" if numbers[name] > 1 else ""
            path = out / f"{self._stem}-{label(name)}{number}.json"
            self.save(self.report(finding.execution, finding.violation, finding.witness, search_of(result)), path)
            written.append((f"{name}{number}", str(path)))
        return tuple(written)

    def write_remarks(self, result: Result, out: Path) -> tuple[tuple[str, str], ...]:
        """Write a report and a page per kind of remark, after ``write_findings``; gives (label, path)."""
        written = []
        numbers: dict[str, int] = {}
        for remark in result.remarks:
            numbers[remark.flag] = numbers.get(remark.flag, 0) + 1
            number = f"-{numbers[remark.flag]}" if numbers[remark.flag] > 1 else ""
            path = out / f"{self._stem}-flag-{label(remark.flag)}{number}.json"
            self.save(self.report(remark.execution, remark.finding, remark.witness, search_of(result)), path)
            written.append((f"{remark.flag}{number}", str(path)))
        return tuple(written)

    def write_examples(self, result: Result, out: Path, *, every_goal: bool) -> tuple[tuple[str, str], ...]:
        """Where nothing is violated, write a report and a page per goal that was reached, or of the last one.

        Gives (goal, path), after ``write_findings``.
        They show what a HOLDS rests on: that a read met the seal, that one returned data.
        """
        case = self._setting.case
        if result.verdict is not Verdict.HOLDS or any(prop.name == OUTCOME for prop in case.properties):
            return ()
        outcomes = outcomes_of(self._setting)
        written = []
        reached = [goal for goal in case.goals if goal.name in result.examples]
        for goal in reached if every_goal else reached[-1:]:
            record = result.examples[goal.name]
            execution = record.execution(result.searched)
            facts = outcomes.of(execution)
            if facts is None:
                continue
            search = msgspec.structs.replace(search_of(result), goal=goal.name)
            path = out / f"{self._stem}-{label(goal.name)}.json"
            self.save(self.report(execution, shown_outcome(execution, facts, case, goal), None, search), path)
            written.append((goal.name, str(path)))
        return tuple(written)

    def write_run(self, result: Result, out: Path) -> str:
        """Write the run file; gives its path."""
        path = out / f"{self._stem}.run.jsonl"
        save_run(path, self.header(result), result.records)
        return str(path)

    def header(self, result: Result) -> RunHeader:
        """What the first line of a run file says of a search."""
        setting = self._setting
        return RunHeader(
            format="sealrace-run",
            version=2,
            tool=VERSION,
            scenario=setting.scenario.name,
            protocol=setting.protocol,
            fix=setting.fix,
            parameters=dict(sorted(setting.parameters.items())),
            program_hash=setting.program_hash,
            model=self._model_name,
            search=search_of(result),
            verdict=result.verdict,
            limits=result.limits,
            kinds=kinds_of(result),
            unrecorded=result.unrecorded,
        )

    def write_all(self, result: Result, out: Path) -> str:
        """Write a report and a page for every recorded execution and property it breaks; gives their folder."""
        folder = out / f"{self._stem}-all"
        folder.mkdir(exist_ok=True)
        for number, record in enumerate(result.records, 1):
            execution = record.execution(result.searched)
            for violation in violations_of(execution, self._setting.case, self._model):
                report = self.report(execution, violation, None, search_of(result))
                self.save(report, folder / f"{number}-{label(violation.property)}.json")
        return str(folder)

    def report(self, execution: Execution, violation: Violation, known: Witness | None, search: Search) -> Report:
        """The report of one violating execution; ``known`` is its witness schedule if there is one already."""
        setting = self._setting
        schedule = known or witness_of(execution, self._model)
        return make_report(
            execution=execution,
            violation=violation,
            witness=schedule,
            scenario=setting.scenario.name,
            protocol=setting.protocol,
            fix=setting.fix,
            parameters=setting.parameters,
            program_hash=setting.program_hash,
            model_name=self._model_name.name,
            rules_hash=self._model_name.rules_hash,
            named_relations=self._model.named_relations(execution),
            search=search,
            tool=VERSION,
            allowed_by=allowed_by(execution),
            token=str(self._token(execution, violation, schedule, kept=bool(search.left_out))),
            found_at=found_at(setting.case, violation.property),
        )

    def _token(self, execution: Execution, violation: Violation, schedule: Witness, *, kept: bool) -> Token:
        """The replay token of what a report tells."""
        name = violation.property
        nth = 0
        if name in {flag_title(flag.name) for flag in self._model.flag_checks}:
            marks = [each.marks for each in remarks_of(execution, self._model) if each.property == name]
            nth = marks.index(violation.marks)
        return token_of_execution(
            self._setting,
            self._model_name.name,
            self._model_name.rules_hash,
            execution,
            schedule.order,
            tells=name,
            nth=nth,
            kept=kept,
        )

    @staticmethod
    def save(report: Report, path: Path) -> None:
        """Write a report, and beside it its page."""
        save_report(report, path)
        path.with_suffix(".html").write_text(render(report, "html", path.name), encoding="utf-8")


def told(result: Result) -> list[Finding]:
    """The findings in the order in which they are told: the most severe property first."""
    declared = tuple(result.violating)
    return sorted(result.findings, key=lambda each: by_severity(each.violation.property, declared))


def kinds_of(result: Result) -> tuple[ViolationKind, ...]:
    """The kinds of violation, one per report of ``Writer.write_findings`` and in that order."""
    return tuple(
        ViolationKind(
            breaks=finding.kind[0],
            path=finding.kind[1],
            executions=finding.count,
            sentence=finding.violation.sentence,
            line=next((n for n, record in enumerate(result.records, 1) if record == finding.record), None),
        )
        for finding in told(result)
    )


def search_of(result: Result) -> Search:
    """What a report says about the search that it comes from."""
    violating = dict(result.violating)
    if result.blocked:
        violating[DEADLOCK] = result.blocked
    return Search(
        executions=result.executions,
        violating=violating,
        interleavings=None if result.interleavings is None else str(result.interleavings),
        complete=result.complete,
        remarks={flag_title(flag): count for flag, count in result.remarked.items()},
        switches=result.reductions.switches,
        left_out=tuple(map(left_out, result.projected.left_out if result.projected else ())),
    )


def left_out(others: LeftOut) -> Others:
    """Threads left out as a report names them."""
    return Others(like=others.like, first=others.first, last=others.last, count=others.count)


def witness_of(execution: Execution, model: Model) -> Witness:
    """The witness schedule of an execution.

    Where the model names no order, events are listed in an order of po and rf, or thread by
    thread if these have a cycle, and the note says that nothing is claimed by it.
    """
    before = model.before(execution)
    note = "the model names no order in which accesses take effect (let before = ...): the order shown is no claim"
    if before is not None:
        found = witness_if_ordered(execution, before, model)
        if found is not None:
            return found
        note = "the model flags this execution, and its order has a cycle here: the order shown is no claim"
    order = union(execution.po, execution.rf)
    found = witness(execution, order) if is_acyclic(order) else None
    if found is not None:
        return replace(found, exact=False, note=note)
    events = tuple(range(execution.initial_writes, len(execution)))
    return Witness(events, len(execution.threads) - 1, (), (), False, note, ())
