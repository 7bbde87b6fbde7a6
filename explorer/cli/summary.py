"""What ``explore`` prints of its cells: a row each, the worst finding as a ladder, where the files are."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from explorer.cli.cell import CellResult
from explorer.cli.cells import Combination
from explorer.cli.file_name import in_file_name, scenario_in_file_name, stem_of
from explorer.cli.output import text_width
from explorer.search.result import Verdict
from reports.render import render
from reports.report import load_report
from reports.words import coverage, others_like


def row(cell: CellResult, fix_width: int, model_width: int) -> str:
    """One verdict of several, with what was explored and why more could not be said."""
    line = f" {cell.fix:{fix_width}}   {cell.model:{model_width}}   {cell.word:{len(Verdict.INCOMPLETE.value)}}"
    line = f"{line}   {explored(cell)}"
    if cell.expected is not None and cell.complete and not cell.as_declared:
        declared = ", ".join(sorted(cell.expected, key=cell.severity)) or Verdict.HOLDS.value
        line += f"   ! declared: {declared}"
    return "\n".join([line, *(f"   {limit}" for limit in cell.limits)])


def not_applicable(combination: Combination, fix_width: int, model_width: int) -> str:
    """The row of a combination that means nothing, with the reason."""
    return f" {combination.fix:{fix_width}}   {'-':{model_width}}   n/a          {combination.reason}"


def explored(cell: CellResult) -> str:
    """How many executions of what kind, and in what time."""
    parts = [coverage(cell.executions, complete=cell.complete, cut=cell.cut)]
    parts += [f"{count:,} {name}" for name, count in cell.counts.items()]
    parts += [f"{count:,} {name}" for name, count in (("cut", cell.cut), ("dropped", cell.dropped)) if count]
    parts += [kinds(count, flag) for flag, count in cell.kinds_of_remarks.items()]
    return f"{', '.join(parts)}; {cell.seconds:.2f} s"


def kinds(count: int, flag: str) -> str:
    """How many kinds of one remark there are: ``2 kinds of data-race``."""
    return f"{count} kind{'' if count == 1 else 's'} of {flag}"


def remarks(cells: Sequence[CellResult]) -> list[str]:
    """The limits of several cells and what models flag, each once: with the cell, or how many it is about."""
    found: dict[str, list[CellResult]] = {}
    for cell in cells:
        flags = (f"model {cell.model} flags {flag}" for flag in cell.kinds_of_remarks)
        for remark in (*cell.limits, *flags):
            found.setdefault(remark, []).append(cell)
    return [f"{_which(about)}: {remark}" for remark, about in found.items()]


def _which(cells: Sequence[CellResult]) -> str:
    first, *others = cells
    name = f"{first.scenario}/{first.protocol}/{first.fix}/{first.model}"
    return f"{name} and {len(others)} more" if others else name


def worst(cells: Sequence[CellResult]) -> CellResult | None:
    """The first cell with the most severe finding, if possible of the code as it is; None if nothing was found."""
    found = (cell for cell in cells if cell.reports)
    return min(found, key=lambda cell: (cell.severity(cell.word), cell.fix != "none"), default=None)


def ladder(cell: CellResult) -> str:
    """The cell's most severe finding, step by step."""
    path = cell.reports[0][1]
    return render(load_report(path), "text", path, text_width())


def heading(cell: CellResult) -> str:
    """The cell and its verdict on one line."""
    chosen = "".join(f", switch {name}" for name in cell.chosen)
    return f"{cell.scenario}, fix {cell.fix}, protocol {cell.protocol}{chosen}, model {cell.model}: {cell.verdict}"


def details(cell: CellResult) -> str:
    """What stands under the ladder, or under the heading of a cell without one."""
    entries = [("explored", explored(cell))]
    if not cell.reports and cell.interleavings:
        entries.append(("", f"they stand for {cell.interleavings:,} interleavings"))
    entries += [("threads" if i == 0 else "", line) for i, line in enumerate(threads(cell))]
    entries += [("but" if i == 0 else "", limit) for i, limit in enumerate(cell.limits)]
    reached = ", ".join(name for name, is_reached in cell.goals.items() if is_reached)
    entries += [("reached", reached)] if reached else []
    for i, (_, path) in enumerate(cell.examples):
        entries.append(("how" if i == 0 else "", str(Path(path).with_suffix(".html"))))
    if cell.reports:
        entries.append(("page", str(Path(cell.reports[0][1]).with_suffix(".html"))))
        entries += [("others" if i == 0 else "", path) for i, (_, path) in enumerate(cell.reports[1:])]
    for remark in cell.remarks:
        times = f"{remark.executions:,} execution{'' if remark.executions == 1 else 's'}"
        entries.append((remark.flag, f"{remark.words}: in {times}" if remark.words else f"in {times}"))
        entries.append(("", str(Path(remark.report).with_suffix(".html"))))
    entries += [("every one", line) for line in [_recorded(cell)] if line]
    entries += [("", f"a report of each in {cell.all_reports}")] if cell.all_reports else []
    return "\n".join(f" {name:10} {text}" for name, text in entries)


def threads(cell: CellResult) -> list[str]:
    """Which threads were left out and how many executions there are with them, or why none were of identical ones."""
    if cell.not_projected:
        return [f"all explored: {cell.not_projected}"]
    if cell.projected is None:
        return []
    lines = [f"without {others_like(o.like, o.first, o.last, o.count)}" for o in cell.projected.left_out]
    note = cell.projected.note
    if cell.projected.executions is None:
        return [*lines, f"how many executions they have with these was not counted: {note}"]
    found = [(number, name) for name, number in cell.projected.violating.items() if number]
    counts = [f"{rounded(cell.projected.executions)} executions", *(f"{rounded(n)} {name}" for n, name in found)]
    return [*lines, f"with these {', '.join(counts)}{f'; {note}' if note else ''}"]


def rounded(number: int) -> str:
    """A number in full, or of a long one its size: ``2.7 * 10^95``."""
    power = len(str(number)) - 1
    return f"{number:,}" if power < 15 else f"{number // 10 ** (power - 1) / 10:.1f} * 10^{power}"


def files(cells: Sequence[CellResult], out: Path) -> str:
    """Where the files of several cells are."""
    protocols = {cell.protocol for cell in cells}
    protocol = in_file_name(protocols.pop()) if len(protocols) == 1 else ""
    stem = out / stem_of(scenario_in_file_name(cells[0].scenario), protocol)
    lines = [f" pages      {stem}-*.html", f" every one  {stem}-*.run.jsonl (sealrace graph FILE:1, FILE:2, ...)"]
    lines += [f"            {_recorded(cell)}" for cell in cells if cell.unrecorded]
    lines += [f"            a report of each in {cell.all_reports}" for cell in cells if cell.all_reports]
    return "\n".join(lines)


def _recorded(cell: CellResult) -> str:
    """The executions in the run file, as names that ``graph`` and ``replay`` take."""
    if not cell.recorded:
        return ""
    last = f" to :{cell.recorded}" if cell.recorded > 1 else ""
    more = f" (the first of {cell.recorded + cell.unrecorded:,}: no file holds more)" if cell.unrecorded else ""
    return f"{cell.run_file}:1{last}{more}"
