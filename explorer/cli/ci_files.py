"""Files for continuous integration: the verdicts of a run as JUnit XML, its findings as SARIF."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Mapping, Sequence

from explorer.cli.cell import CellResult
from explorer.cli.cells import CellName, Combination, cells_of
from explorer.cli.setting import Options
from explorer.search.result import Verdict
from explorer.version import VERSION
from reports.forms.junit import Case, Outcome, case_name, junit_file
from reports.forms.sarif import Entry, sarif_log
from reports.report import load_report
from reports.words import cell_command, coverage

Rows = Sequence[tuple[Combination, Sequence[str]]]
"""Combinations of scenario, fix and protocol, each with the models under which it is explored."""


def write_files(rows: Rows, found: Mapping[CellName, CellResult], options: Options, *, expect: bool) -> None:
    """Write the files that the options ask for, cells in the order of the rows."""
    if options.junit is not None:
        options.junit.write_text(junit_file(list(_cases(rows, found, expect=expect))), encoding="utf-8")
    if options.sarif is not None:
        options.sarif.write_text(sarif_log(list(_entries(rows, found, expect=expect)), VERSION), encoding="utf-8")


def _cases(rows: Rows, found: Mapping[CellName, CellResult], *, expect: bool) -> Iterator[Case]:
    for each, models in rows:
        for name in cells_of(each.job(models)):
            words = case_name(name.fix, name.protocol, name.model)
            if each.reason is not None:
                yield Case(name.scenario, words, Outcome.SKIPPED, f"n/a: {each.reason}", "")
            elif name not in found:
                yield Case(name.scenario, words, Outcome.ERROR, "not run", "The run ended before it came to this.")
            else:
                cell = found[name]
                outcome, message = _expected(cell) if expect else _plain(cell)
                yield Case(name.scenario, words, outcome, message, "\n".join(_text(cell)))


def _plain(cell: CellResult) -> tuple[Outcome, str]:
    """What a verdict is by itself."""
    message = ": ".join(dict.fromkeys((cell.verdict, cell.word)))
    if cell.verdict == Verdict.VIOLATED.value:
        return Outcome.FAILED, message
    return Outcome.PASSED if cell.verdict == Verdict.HOLDS.value else Outcome.ERROR, message


def _expected(cell: CellResult) -> tuple[Outcome, str]:
    """What a verdict is beside the one that the scenario declares."""
    outcome, message = _plain(cell)
    # A search that stopped is no failure, whatever is declared.
    wrong = outcome if outcome is Outcome.ERROR else Outcome.FAILED
    if cell.expected is None:
        return wrong, f"{message}; no verdict is declared"
    declared = ", ".join(sorted(cell.expected, key=cell.severity)) or Verdict.HOLDS.value
    if cell.as_declared:
        return Outcome.PASSED, f"{message}, as declared"
    return wrong, f"{message}; declared: {declared}"


def _text(cell: CellResult) -> Iterator[str]:
    """The findings with their sentences, what was explored, and the command that does it again."""
    for label, path in cell.reports:
        yield f"{label}: {load_report(path).property.sentence}"
        yield f"  step by step: {shlex.join(['sealrace', 'graph', path])}"
    counts = [f"{count:,} {name}" for name, count in cell.counts.items()]
    yield ", ".join([coverage(cell.executions, complete=cell.complete, cut=cell.cut), *counts])
    yield from (f"but: {limit}" for limit in cell.limits)
    names = cell.scenario, cell.fix, cell.protocol, cell.model
    yield f"again: {cell_command(*names, cell.parameters, cell.switches)}"


def _entries(rows: Rows, found: Mapping[CellName, CellResult], *, expect: bool) -> Iterator[Entry]:
    """The reports of all cells; with ``expect`` those of a verdict as declared are no news."""
    for each, models in rows:
        for cell in (found[name] for name in cells_of(each.job(models)) if name in found):
            accepted = "The scenario declares this verdict." if expect and cell.as_declared else ""
            for _label, path in cell.reports:
                yield Entry(load_report(path), path, accepted)
            for remark in cell.remarks:
                yield Entry(load_report(remark.report), remark.report)
