"""One cell of the matrix: a scenario with fix and protocol, explored under one model.

Cells are explored in worker processes too, so what is kept of one is plain data.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import click

from explorer.cli.cells import CellName
from explorer.cli.failures import INCOMPLETE
from explorer.cli.named import read_model
from explorer.cli.setting import Options, Setting
from explorer.cli.writing import Severity, Writer, by_severity, kinds_of
from explorer.memory.model import Model
from explorer.search.reductions import Switch
from explorer.search.remarks import Remark, side_facts
from explorer.search.result import Limits, Projected, Result, Verdict
from explorer.search.run import Progress, explore
from explorer.search.violations import DEADLOCK
from reports.kinds import ViolationKind

RECORDS = 100_000
"""Violating executions that a run file holds at most; the header counts the others."""


@dataclass(frozen=True)
class FoundRemark:
    """One kind of remark, such as a data race: the flag, its sides in words and as facts, and its report.

    ``label`` tells the remarks of a cell with the same flag apart, by their steps
    (``data-race A9/R3``) if they have any.
    """

    flag: str
    label: str
    executions: int
    words: str
    sides: tuple[dict[str, str], ...]
    report: str

    @classmethod
    def of(cls, remark: Remark, written: tuple[str, str]) -> FoundRemark:
        """What is kept of a remark for which a report was written under a label."""
        label, report = written
        sides = tuple(side_facts(remark.execution, event) for event in remark.sides)
        steps = [side["step"] for side in sides]
        if steps and all(steps):
            label = f"{remark.flag} {'/'.join(steps)}"
        return cls(remark.flag, label, remark.executions, remark.words, sides, report)


@dataclass(frozen=True)
class CellResult:
    """What is kept of one cell: the answer, and the files written for it.

    ``reports`` pairs a label (the property) with a report file, the most severe first;
    ``examples`` pairs each goal that a program which HOLDS has reached with the report of an execution that does;
    ``all_reports`` is the folder of the reports of every violating execution, empty unless
    asked for.  ``kinds`` says of each report which kind of violation it shows.  ``remarks`` are no
    verdicts: what the model flags, one of each kind.
    ``parameters`` are sizes, switches chosen and bounds, as files have them; ``chosen`` names the
    switches.  ``expected`` is what the scenario declares, None where it declares nothing, as for a
    program with switches.  Counts are those of
    the threads searched; ``projected`` is what they say of all threads where some were left out,
    ``not_projected`` why none were (see ``Result``).  ``cpu_seconds`` are those of all that was done for
    it, unfolding and files included, measured by ``matrix`` alone.
    """

    scenario: str
    protocol: str
    fix: str
    model: str
    parameters: dict[str, int]
    chosen: tuple[str, ...]
    verdict: str
    complete: bool
    executions: int
    blocked: int
    cut: int
    dropped: int
    violating: dict[str, int]
    goals: dict[str, bool]
    limits: tuple[str, ...]
    interleavings: int | None
    seconds: float
    rules_hash: str
    reports: tuple[tuple[str, str], ...]
    kinds: tuple[ViolationKind, ...]
    run_file: str
    recorded: int
    unrecorded: int
    all_reports: str
    examples: tuple[tuple[str, str], ...]
    remarks: tuple[FoundRemark, ...]
    expected: frozenset[str] | None
    switches: tuple[Switch, ...]
    projected: Projected | None
    not_projected: str
    cpu_seconds: float | None = None

    @property
    def name(self) -> CellName:
        return CellName(self.scenario, self.fix, self.protocol, self.model)

    @property
    def counts(self) -> dict[str, int]:
        """Executions per broken property, deadlocks among them, the most severe first."""
        found = {name: count for name, count in {**self.violating, DEADLOCK: self.blocked}.items() if count}
        return {name: found[name] for name in sorted(found, key=self.severity)}

    def severity(self, name: str) -> Severity:
        """Sort key of a property, a deadlock, or a verdict."""
        return by_severity(name, tuple(self.violating))

    @property
    def kinds_of_remarks(self) -> dict[str, int]:
        """Kinds of remarks per flag, in the model's order."""
        return dict(Counter(remark.flag for remark in self.remarks))

    @property
    def word(self) -> str:
        """What a table shows: the most severe property violated, else the verdict."""
        return next(iter(self.counts), self.verdict)

    @property
    def as_declared(self) -> bool:
        """Whether the verdict and the violated properties are those that the scenario declares."""
        if self.expected is None:
            return False
        verdict = Verdict.VIOLATED if self.expected else Verdict.HOLDS
        return self.verdict == verdict.value and self.counts.keys() == self.expected

    @property
    def interrupted(self) -> bool:
        return "interrupted" in self.limits

    def to_json(self) -> dict[str, Any]:
        """The object that ``explore --json`` prints; its counts are of all threads, None where that is not known."""
        projected = self.projected
        return {
            "scenario": self.scenario,
            "protocol": self.protocol,
            "fix": self.fix,
            "model": self.model,
            "verdict": self.verdict,
            "complete": self.complete,
            "executions": projected.executions if projected else self.executions,
            "blocked": self._of_all(self.blocked),
            "cut": self._of_all(self.cut),
            "violating": dict(projected.violating) if projected else self.violating,
            "goals": self.goals,
            "limits": list(self.limits),
            "interleavings": None if self.interleavings is None else str(self.interleavings),
            "seconds": round(self.seconds, 3),
            "reports": [path for _label, path in self.reports],
            "examples": dict(self.examples),
            "dropped": self._of_all(self.dropped),
            "run_file": self.run_file,
            "unrecorded": self.unrecorded,
            "all_reports": self.all_reports or None,
            "remarks": [
                {
                    "flag": r.flag,
                    "executions": None if projected else r.executions,
                    "sides": list(r.sides),
                    "report": r.report,
                }
                for r in self.remarks
            ],
            "switches": list(self.switches),
            "projection": projected
            and {
                "left_out": [asdict(others) for others in projected.left_out],
                "explored": self.executions,
                "violating": self.violating,
                "note": projected.note,
            },
            "not_projected": self.not_projected or None,
            "parameters": self.parameters,
            "as_declared": None if self.expected is None else self.as_declared,
            "cpu_seconds": None if self.cpu_seconds is None else round(self.cpu_seconds, 3),
        }

    def _of_all(self, count: int) -> int | None:
        """A count of the threads searched as one of all threads: nothing is all that it says of these."""
        return count if self.projected is None or count == 0 else None


def explore_cell(
    setting: Setting, model_name: str, options: Options, progress: Callable[[Progress], None]
) -> CellResult:
    """Explore a setting under a model; write its reports and its run file."""
    model = read_model(model_name)
    result = explore(setting.case, model, setting.unfolding, limits_of(options, setting), progress, options.reductions)
    return write_cell(setting, model, model_name, options, result)


def limits_of(options: Options, setting: Setting) -> Limits:
    """Where the search of a cell stops: the time that its unfolding took counts."""
    return Limits(options.max_executions, options.max_time, RECORDS, setting.seconds)


def write_cell(setting: Setting, model: Model, model_name: str, options: Options, result: Result) -> CellResult:
    """Write the reports and the run file of what was found in a setting under a model."""
    writer = Writer(setting, model, model_name)
    reports = writer.write_findings(result, options.out)
    remarks = writer.write_remarks(result, options.out)
    return CellResult(
        scenario=setting.scenario.name,
        protocol=setting.protocol,
        fix=setting.fix,
        model=model_name,
        parameters=setting.parameters,
        chosen=setting.switches,
        verdict=result.verdict.value,
        complete=result.complete,
        executions=result.executions,
        blocked=result.blocked,
        cut=result.cut,
        dropped=result.dropped,
        violating=dict(result.violating),
        goals=dict(result.goals),
        limits=result.limits,
        interleavings=result.interleavings,
        seconds=result.seconds,
        rules_hash=model.rules_hash,
        reports=reports,
        kinds=kinds_of(result),
        run_file=writer.write_run(result, options.out),
        recorded=len(result.records),
        unrecorded=result.unrecorded,
        all_reports=writer.write_all(result, options.out) if options.all_reports else "",
        examples=writer.write_examples(result, options.out, every_goal=options.every_goal),
        remarks=tuple(map(FoundRemark.of, result.remarks, remarks)),
        expected=None if setting.switches else setting.declared(model_name),
        switches=options.reductions.switches,
        projected=result.projected,
        not_projected=result.not_projected,
    )


def exit_status(cells: list[CellResult], total: int, *, expect: bool) -> int:
    """0, 1 or 3, as ``sealrace --help`` says; ``total`` cells were asked for."""
    if expect:
        verdicts = {cell.verdict for cell in cells if not cell.as_declared}
        wrong = bool(verdicts - {Verdict.INCOMPLETE.value})
    else:
        verdicts = {cell.verdict for cell in cells}
        wrong = Verdict.VIOLATED.value in verdicts
    if wrong:
        return 1
    return INCOMPLETE if Verdict.INCOMPLETE.value in verdicts or len(cells) < total else 0


def tell_unexpected(cells: Sequence[CellResult]) -> None:
    """Name on stderr the cells that are not as declared, with both: with ``--expect`` each is a failure.

    What is declared and what is found are all the properties that are violated.
    """
    for cell in cells:
        name = "/".join((cell.scenario, cell.protocol, cell.fix, *cell.chosen, cell.model))
        if cell.expected is None:
            click.echo(f"{name}: no verdict is declared, found is {cell.word}", err=True)
        elif not cell.as_declared:
            declared = ", ".join(sorted(cell.expected, key=cell.severity)) or Verdict.HOLDS.value
            click.echo(f"{name}: declared is {declared}, found is {', '.join(cell.counts) or cell.verdict}", err=True)
