"""From the findings of a search to files: reports, their pages, and the run file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from importlib.metadata import version
from pathlib import Path

from explorer.cli.cell import Options
from explorer.execution.execution import Execution
from explorer.execution.relation import is_acyclic, union
from explorer.memory.model import Model
from explorer.program.fingerprint import fingerprint
from explorer.program.tree import Unfolding
from explorer.scenario import Case
from explorer.schedule.linear import Witness, witness
from explorer.search.property import Violation
from explorer.search.result import Result
from explorer.search.run import violations_of
from reports.build import make_report
from reports.render import render
from reports.report import save_report
from reports.runs import RunHeader, save_run
from reports.structure import Model as ModelName
from reports.structure import Report, Search


class Writer:
    """Writes what one search found, under names made from scenario, protocol, fix and model."""

    def __init__(
        self,
        case: Case,
        unfolding: Unfolding,
        model: Model,
        *,
        scenario: str,
        protocol: str,
        fix: str,
        model_name: str,
        parameters: Mapping[str, int],
    ) -> None:
        self._case = case
        self._unfolding = unfolding
        self._model = model
        self._scenario = scenario
        self._protocol = protocol
        self._fix = fix
        self._model_name = ModelName(name=model_name, rules_hash=model.rules_hash)
        self._parameters = {**parameters, "unroll": unfolding.unroll}

    def write(self, result: Result, options: Options) -> tuple[tuple[tuple[str, str], ...], str]:
        """Write a report and a page per finding, and the run file; gives (label, path) pairs and its path.

        With ``options.all_reports`` every recorded execution gets a report.
        """
        options.out.mkdir(parents=True, exist_ok=True)
        stem = f"{self._scenario}-{self._protocol}-{self._fix}-{Path(self._model_name.name).stem}"
        search = search_of(result)
        written = []
        numbers: dict[str, int] = {}
        for finding in result.findings:
            name = finding.violation.property
            numbers[name] = numbers.get(name, 0) + 1
            suffix = f"-{numbers[name]}" if numbers[name] > 1 else ""
            path = options.out / f"{stem}-{name}{suffix}.json"
            self._save(self.report(finding.execution, finding.violation, finding.witness, search), path)
            written.append((f"{name}{suffix}", str(path)))
        run_file = options.out / f"{stem}.run.jsonl"
        header = RunHeader(
            format="sealrace-run",
            version=1,
            tool=version("sealrace"),
            scenario=self._scenario,
            protocol=self._protocol,
            fix=self._fix,
            parameters=dict(sorted(self._parameters.items())),
            program_hash=fingerprint(self._unfolding),
            model=self._model_name,
            search=search,
            unrecorded=result.unrecorded,
        )
        save_run(run_file, header, result.records)
        if options.all_reports:
            for number, record in enumerate(result.records, 1):
                execution = record.execution(self._unfolding)
                for violation in violations_of(execution, self._case, self._model):
                    path = options.out / f"{stem}-all" / f"{number}-{violation.property}.json"
                    path.parent.mkdir(exist_ok=True)
                    self._save(self.report(execution, violation, None, search), path)
                    written.append((f"{number}-{violation.property}", str(path)))
        return tuple(written), str(run_file)

    def report(
        self, execution: Execution, violation: Violation, known: Witness | None, search: Search
    ) -> Report:
        """The report of one violating execution; ``known`` is its witness schedule if there is one already."""
        return make_report(
            execution=execution,
            violation=violation,
            witness=known or witness_of(execution, self._model),
            scenario=self._scenario,
            protocol=self._protocol,
            fix=self._fix,
            parameters=self._parameters,
            program_hash=fingerprint(self._unfolding),
            model_name=self._model_name.name,
            rules_hash=self._model_name.rules_hash,
            named_relations=self._model.named_relations(execution),
            search=search,
            tool=version("sealrace"),
        )

    @staticmethod
    def _save(report: Report, path: Path) -> None:
        save_report(report, path)
        page = path.with_suffix(".html")
        page.write_text(render(report, "html", path.name), encoding="utf-8")


def search_of(result: Result) -> Search:
    """What a report says about the search that it comes from."""
    violating = dict(result.violating)
    if result.blocked:
        violating["deadlock"] = result.blocked
    return Search(
        executions=result.executions,
        violating=violating,
        interleavings=None if result.interleavings is None else str(result.interleavings),
        complete=result.complete,
    )


def witness_of(execution: Execution, model: Model) -> Witness:
    """The witness schedule of an execution.

    Where the model names no order, events are listed in an order of po and rf, or thread by
    thread if these have a cycle, and the note says that nothing is claimed by it.
    """
    before = model.before(execution)
    if before is not None:
        found = witness(execution, before)
        assert found is not None, "without a bound there is always a witness"
        return found
    note = "the model names no order in which accesses take effect (let before = ...): the order shown is no claim"
    order = union(execution.po, execution.rf)
    found = witness(execution, order) if is_acyclic(order) else None
    if found is not None:
        return replace(found, exact=False, note=note)
    events = tuple(range(execution.initial_writes, len(execution)))
    return Witness(events, len(execution.threads) - 1, (), (), False, note, ())
