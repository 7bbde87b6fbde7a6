"""``sealrace explore``: one scenario."""

from __future__ import annotations

from pathlib import Path

import click

from explorer.cli.cell import CellResult, Options, builtin_models, choose, exit_status, find_scenario, run_cells
from explorer.cli.failures import UsageProblem
from explorer.cli.output import print_json, progress_bar, table
from explorer.search.run import Progress
from reports.render import render
from reports.report import load_report


def explore_scenario(
    name: str,
    fixes: tuple[str, ...],
    protocol: str | None,
    models: tuple[str, ...],
    *,
    parameters: tuple[str, ...],
    out: Path,
    expect: bool,
    as_json: bool,
    small: bool,
    all_reports: bool,
    unroll: int,
    max_executions: int | None,
    max_time: float | None,
    max_events: int | None,
) -> int:
    """Explore one scenario with the fixes and models named, print what was found; gives the exit status."""
    scenario = find_scenario(name)
    chosen_fixes = scenario.fixes if "all" in fixes else fixes or ("none",)
    for fix in chosen_fixes:
        choose("fix", fix, scenario.fixes)
    chosen_protocol = choose("protocol", protocol or scenario.protocols[0], scenario.protocols)
    chosen_models = models or builtin_models()
    options = Options(
        out, small, _numbers(parameters), unroll, max_executions, max_time, max_events, all_reports
    )  # fmt: skip
    cells: list[CellResult] = []
    for fix in chosen_fixes:
        with progress_bar(f"{name}, fix {fix}", None, quiet=as_json) as advance:

            def show(progress: Progress, advance=advance) -> None:  # type: ignore[no-untyped-def]
                advance(0, f"{progress.executions:,} executions, {progress.violating:,} violating")

            found = run_cells(name, fix, chosen_protocol, chosen_models, options, show)
        cells += found
        if as_json:
            print_json(found)
        else:
            for cell in found:
                click.echo(_describe(cell))
        if any("interrupted" in cell.limits for cell in found):
            break
    if not as_json and len(cells) > 1:
        click.echo(table(cells, options))
    return exit_status(cells, expect)


def _numbers(parameters: tuple[str, ...]) -> dict[str, int]:
    numbers = {}
    for parameter in parameters:
        name, equals, value = parameter.partition("=")
        if not equals or not value.isdigit():
            raise UsageProblem(f"--param {parameter}: write NAME=N with a number N, for example pages=2")
        numbers[name] = int(value)
    return numbers


def _describe(cell: CellResult) -> str:
    """One cell for a terminal: the first violation as a ladder, or the counts of a search that found none."""
    lines = []
    if cell.reports:
        path = cell.reports[0][1]
        lines.append(render(load_report(path), "text", path).rstrip())
    else:
        lines.append(f"{cell.scenario}, fix {cell.fix}, model {cell.model}: {cell.verdict}")
    lines.append(_counts(cell))
    lines += [f"  {limit}" for limit in cell.limits]
    reached = [name for name, is_reached in cell.goals.items() if is_reached]
    if reached:
        lines.append(f"  reached: {', '.join(reached)}")
    if len(cell.reports) > 1:
        lines.append("  other kinds: " + "  ".join(path for _label, path in cell.reports[1:]))
    if cell.run_file and any(cell.violating.values()):
        lines.append(f"  every violating execution: {cell.run_file}")
    return "\n".join(lines) + "\n"


def _counts(cell: CellResult) -> str:
    how = "all of them" if cell.complete else "not all"
    counts = [f"{cell.executions:,} executions explored, {how}"]
    counts += [f"{count:,} {name}" for name, count in cell.violating.items() if count]
    counts += [
        f"{count:,} {name}" for name, count in (("blocked", cell.blocked), ("cut", cell.cut), ("dropped", cell.dropped))
        if count
    ]  # fmt: skip
    if cell.interleavings is not None:
        counts.append(f"they stand for {cell.interleavings:,} interleavings")
    return "  " + "; ".join(counts) + f"; {cell.seconds:.2f} s"
