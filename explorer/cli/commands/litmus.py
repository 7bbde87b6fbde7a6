"""The commands for litmus tests."""

from __future__ import annotations

from pathlib import Path

import click

from explorer.cli.commands.ending import end_with
from explorer.cli.options import FILE, JOBS, MODEL, PARAM, SWITCH, PathName, in_time

_EXPORT_ONLY = {
    "fix": "--fix",
    "protocol": "--protocol",
    "parameters": "--param",
    "switches": "--switch",
    "small": "--small",
    "output": "-o",
}
_RUN_ONLY = {
    "model": "--model",
    "as_json": "--json",
    "check": "--check",
    "reports": "--reports",
    "junit": "--junit",
    "jobs": "--jobs",
}


@click.command()
@click.argument("paths", nargs=-1, type=PathName(path_type=Path))
@click.option("--export", "scenario", metavar="SCENARIO", help="Write the scenario as a litmus test instead.")
@click.option(
    "--fix", default="none", show_default=True, help="With --export: the fix variant, or several joined as a+b."
)
@click.option("--protocol", help="With --export: how the seal gets set.  [default: the scenario's first]")
@click.option("--param", "parameters", multiple=True, metavar="NAME=N", help=f"With --export: {PARAM.lower()}")
@click.option("--switch", "switches", multiple=True, metavar="NAME", help=f"With --export: {SWITCH.lower()}")
@click.option("--small", is_flag=True, help="With --export: the scenario's small sizes.")
@click.option("-o", "--output", type=FILE, help="With --export: write to a file.")
@click.option("--model", type=PathName(), metavar="MODEL", default="lkmm", show_default=True, help=MODEL)
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line instead of text.")
@click.option("--check", is_flag=True, help="Compare with the tests' comments Result: ..., exit 1 on a difference.")
@click.option(
    "--reports",
    type=PathName(file_okay=False, path_type=Path),
    help="Folder for a report of a witness of each condition.",
)
@click.option(
    "--junit", type=FILE, help="Write the results to a JUnit XML file. With --check, failures are those not as stated."
)
@JOBS
def litmus(
    paths: tuple[Path, ...],
    scenario: str | None,
    fix: str,
    protocol: str | None,
    parameters: tuple[str, ...],
    switches: tuple[str, ...],
    small: bool,
    output: Path | None,
    model: str,
    as_json: bool,
    check: bool,
    reports: Path | None,
    junit: Path | None,
    jobs: int | None,
) -> None:
    """Run C litmus tests: files, and folders with all that is below them. Or make one of a scenario (--export).

    Exit status: 0 all ran (with --check: all as their comments say), 1 a result differs, 2 a file could not be run.
    """
    if (scenario is None) is not bool(paths):
        raise click.UsageError("give files and folders to run, or --export SCENARIO")
    for name, option in (_EXPORT_ONLY if scenario is None else _RUN_ONLY).items():
        if click.get_current_context().get_parameter_source(name) is click.core.ParameterSource.COMMANDLINE:
            needs = "needs --export" if scenario is None else "is for running tests, not for --export"
            raise click.UsageError(f"{option} {needs}")
    if scenario is not None:
        from explorer.cli.litmus_export import export_scenario

        export_scenario(scenario, fix, protocol, parameters, switches, output, small=small)
        return
    from explorer.cli.litmus import run_litmus

    end_with(run_litmus(paths, model, as_json=as_json, check=check, reports=reports, junit=junit, jobs=jobs))


@click.command("why-not")
@click.argument("file", metavar="FILE.litmus", type=FILE)
@click.argument("outcome", required=False)
@click.option("--model", type=PathName(), metavar="MODEL", default="lkmm", show_default=True, help=MODEL)
@click.option("--json", "as_json", is_flag=True, help="A JSON object instead of text.")
@click.option(
    "--max-candidates",
    type=click.IntRange(1),
    default=10_000,
    show_default=True,
    help="Stop after this many executions that would have the outcome.",
)
@in_time
def why_not(
    file: Path,
    outcome: str | None,
    model: str,
    as_json: bool,
    max_candidates: int,
    max_time: float | None,
) -> None:
    """Say why a model forbids an outcome of a litmus test: the axiom, and the cycle of accesses that breaks it.

    OUTCOME is a condition as behind exists: '1:r0=1 /\\ 1:r1=0'. Without one it is what the test's own exists names, or
    what breaks its forall. Exit status: 0 it is forbidden, 1 it is allowed, 2 bad input, 3 INCOMPLETE.
    """
    from explorer.cli.why_not import explain_outcome

    end_with(explain_outcome(file, outcome, model, as_json=as_json, max_time=max_time, max_candidates=max_candidates))
