"""The command line. Everything heavy is imported by the command that needs it."""

from __future__ import annotations

import sys
from collections.abc import Callable
from math import isfinite
from pathlib import Path
from typing import Any

import click

Command = Callable[..., None]

_MODEL = (
    "A model's name (see 'sealrace models'), a .cat file, or a folder with one .cfg file, as a kernel's "
    "tools/memory-model is."
)
_SWITCH = "Choose another form of the modelled code (see list). May be repeated."
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
_FORMS = (
    *("text", "mail", "svg", "html", "png", "dot", "mermaid"),
    *("shiviz", "trace", "graphml", "json", "junit", "sarif"),
)
_PARAM = "Set a size of the scenario: 0 to 1000 where the scenario has no other range. May be repeated."


class _Commands(click.Group):
    """Turns the errors that a user can mend into one clear message and exit status 2."""

    def invoke(self, ctx: click.Context) -> object:
        from explorer.cli.failures import user_errors

        with user_errors():
            return super().invoke(ctx)


class _Path(click.Path):
    """A path. The empty one is refused: it would be the current folder."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        if value == "":
            self.fail("it is empty: name a file or folder", param, ctx)
        return super().convert(value, param, ctx)


class _Seconds(click.FloatRange):
    """A time above 0, and not infinite."""

    def __init__(self) -> None:
        super().__init__(0, min_open=True)

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        seconds = super().convert(value, param, ctx)
        if not isfinite(seconds):
            self.fail(f"{value} is no number of seconds", param, ctx)
        return seconds


def _version(ctx: click.Context, _parameter: click.Parameter, wanted: bool) -> None:
    if wanted and not ctx.resilient_parsing:
        from explorer.version import described

        click.echo(described())
        ctx.exit()


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.option("--version", is_flag=True, callback=_version, expose_value=False, is_eager=True, help="Show the version.")
def main() -> None:
    """Explore every execution of a lockless path, and show the ones that break a property.

    Exit status: 0 all HOLDS (with --expect: all as declared), 1 something VIOLATED (or not as
    declared, or nothing is declared for it), 2 bad input or usage, 3 INCOMPLETE and nothing of
    this, 70 an error of the program itself.
    """


_FILE = _Path(dir_okay=False, path_type=Path)

_JOBS = click.option("--jobs", type=click.IntRange(1, 256), help="Processes.  [default: one per core]")

_Options = tuple[Callable[[Command], Command], ...]

_OUTPUT: _Options = (
    click.option("--json", "as_json", is_flag=True, help="One JSON object a line instead of text."),
    click.option(
        "--out",
        type=_Path(file_okay=False, path_type=Path),
        default=Path("out"),
        show_default=True,
        help="Folder for reports and run files.",
    ),
)
_BOUNDS: _Options = (
    click.option("--small", is_flag=True, help="The scenario's small sizes, which take a fraction of the time."),
    click.option(
        "--unroll", type=click.IntRange(1, 100), default=3, show_default=True, help="Iterations of a while loop."
    ),
    click.option("--max-executions", type=click.IntRange(1), help="Stop after this many complete executions."),
    click.option("--max-time", type=_Seconds(), help="Stop a search after this many seconds."),
    click.option("--max-events", type=click.IntRange(1, 1000), help="Cut a thread's path after this many events."),
)
_SHARED: _Options = (
    click.option("--expect", is_flag=True, help="Exit 0 if every verdict is the one that the scenario declares."),
    *_OUTPUT,
    click.option(
        "--junit",
        type=_FILE,
        help="Write the verdicts to a JUnit XML file. With --expect, failures are those not as declared.",
    ),
    click.option("--sarif", type=_FILE, help="Write the findings to a SARIF 2.1.0 file."),
    click.option("--all-reports", is_flag=True, help="Write a full report for every violating execution."),
    *_BOUNDS,
    click.option(
        "--symmetry/--no-symmetry",
        default=True,
        show_default=True,
        help="Search executions that differ in the names of identical threads once.",
    ),
    click.option(
        "--projection/--no-projection",
        default=True,
        show_default=True,
        help="Leave out threads that never write, beside one identical to them.",
    ),
)


def _with(command: Command, options: _Options) -> Command:
    """Give a command these options, in their order."""
    for option in reversed(options):
        command = option(command)
    return command


def _explores(command: Command) -> Command:
    """Give a command the options that ``explore`` and ``matrix`` share."""
    return _with(command, _SHARED)


def _surveys(command: Command) -> Command:
    """Those of them that mean something where every execution is visited."""
    return _with(command, (*_OUTPUT, *_BOUNDS))


@main.command("list")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line instead of text.")
def list_scenarios(as_json: bool) -> None:
    """List the scenarios with their fixes, protocols, sizes and switches."""
    from explorer.cli.listing import show_scenarios

    show_scenarios(as_json=as_json)


@main.command()
@click.argument("scenario")
@click.option(
    "--fix",
    "fixes",
    multiple=True,
    default=["none"],
    show_default=True,
    help="Fix variant, several joined as a+b, or 'all'. May be repeated.",
)
@click.option(
    "--protocol",
    "protocols",
    multiple=True,
    help="How the seal gets set, or 'all'. May be repeated.  [default: the scenario's first]",
)
@click.option(
    "--model",
    "models",
    multiple=True,
    type=_Path(),
    metavar="MODEL",
    help=f"{_MODEL} May be repeated.  [default: the scenario's]",
)
@click.option("--param", "parameters", multiple=True, metavar="NAME=N", help=_PARAM)
@click.option("--readers", type=click.IntRange(min=0), metavar="N", help="The same as --param readers=N.")
@click.option("--switch", "switches", multiple=True, metavar="NAME", help=_SWITCH)
@_JOBS
@_explores
def explore(
    scenario: str,
    fixes: tuple[str, ...],
    protocols: tuple[str, ...],
    models: tuple[str, ...],
    parameters: tuple[str, ...],
    readers: int | None,
    switches: tuple[str, ...],
    jobs: int | None,
    expect: bool,
    as_json: bool,
    **how: Any,
) -> None:
    """Explore SCENARIO and say what its readers can see."""
    from explorer.cli.explore import explore_scenario
    from explorer.cli.named import numbers
    from explorer.cli.setting import Options

    if readers is not None:
        parameters = (*parameters, f"readers={readers}")
    options = Options(parameters=numbers(parameters), **how)
    status = explore_scenario(
        scenario, fixes, protocols, models, switches, options, jobs=jobs, expect=expect, as_json=as_json
    )
    sys.exit(status)


@main.command()
@click.option("--all", "everything", is_flag=True, help="Everything: all models and protocols; many minutes.")
@click.option("--scenario", "scenarios", multiple=True, help="Scenarios alone, or 'all'. May be repeated.")
@click.option("--fix", "fixes", multiple=True, help="Fixes alone, several joined as a+b, or 'all'. May be repeated.")
@click.option("--protocol", "protocols", multiple=True, help="Protocols alone, or 'all'. May be repeated.")
@click.option(
    "--model", "models", multiple=True, help="Models alone (sc, tso, pso, armv8, lkmm), or 'all'. May be repeated."
)
@click.option("--switch", "switches", multiple=True, metavar="NAME", help=_SWITCH)
@_JOBS
@_explores
def matrix(
    everything: bool,
    scenarios: tuple[str, ...],
    fixes: tuple[str, ...],
    protocols: tuple[str, ...],
    models: tuple[str, ...],
    switches: tuple[str, ...],
    jobs: int | None,
    expect: bool,
    as_json: bool,
    **how: Any,
) -> None:
    """Explore scenarios with their fixes and protocols under models, and print one table.

    With nothing named: what takes two minutes on two cores, of the scenarios' first protocols under sc, tso and pso.
    Fixes that mean nothing with a protocol are n/a.
    """
    from explorer.cli.matrix import explore_matrix
    from explorer.cli.matrix_part import Choice
    from explorer.cli.setting import Options

    choice = Choice(scenarios, fixes, protocols, models, switches, everything)
    sys.exit(explore_matrix(Options(every_goal=False, **how), choice, jobs=jobs, expect=expect, as_json=as_json))


@main.command()
@click.argument("scenario_or_test", metavar="SCENARIO|FILE.litmus", type=_Path())
@click.option("--fix", help="Fix variant, or several joined as a+b.  [default: the scenario's first]")
@click.option("--protocol", help="How the seal gets set.  [default: the scenario's first]")
@click.option("--model", type=_Path(), metavar="MODEL", help=f"{_MODEL}  [default: sc; for a litmus test lkmm]")
@click.option("--param", "parameters", multiple=True, metavar="NAME=N", help=_PARAM)
@click.option("--switch", "switches", multiple=True, metavar="NAME", help=_SWITCH)
@_surveys
def survey(
    scenario_or_test: str,
    fix: str | None,
    protocol: str | None,
    model: str | None,
    parameters: tuple[str, ...],
    switches: tuple[str, ...],
    as_json: bool,
    **how: Any,
) -> None:
    """Go through every execution of one case, and show what can come out and how often.

    Prints a histogram of outcomes, and writes a page with it, with what was known after how many executions,
    and with the pairs of accesses that were found in both orders; and a report of a witness of each outcome.
    No execution stands for others here, so it takes longer than explore. Exit status: 0 all executions were
    visited, 2 bad input, 3 INCOMPLETE: not all were.
    """
    from explorer.cli.named import numbers
    from explorer.cli.setting import Options
    from explorer.cli.survey import survey_case

    options = Options(parameters=numbers(parameters), **how)
    sys.exit(survey_case(scenario_or_test, fix, protocol, model, switches, options, as_json=as_json))


@main.command()
@click.argument("report", type=_Path())
@click.option("--step", is_flag=True, help="Step through it with the keys of the page, and off it.")
def replay(report: str, step: bool) -> None:
    """Run the execution of REPORT again, access by access, and check all that it claims.

    REPORT is a report file, FILE.run.jsonl:N for the Nth execution of a run file, or a token (sr1_...). Exits 0
    when the report is reproduced, 2 when it is refused. With --step it shows at each point what else could have
    happened; a number goes there.
    """
    if step:
        from explorer.cli.step_command import step_through

        step_through(report)
        return
    from explorer.cli.replay import replay_report

    replay_report(report)


@main.command()
@click.argument("scenario_or_report", metavar="SCENARIO|REPORT", type=_Path())
@click.option("--runs", type=click.IntRange(1, 100_000), default=1, show_default=True, help="Do it this many times.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object instead of text.")
def reproduce(scenario_or_report: str, runs: int, as_json: bool) -> None:
    """Make the system calls of a violating execution on the kernel that runs this, and compare their results.

    SCENARIO is explored under sc at its small sizes, and its most severe violation taken; REPORT is a
    file as replay takes. A read is stopped in its copy by userfaultfd(2): root, or sysctl
    vm.unprivileged_userfaultfd=1. Exit status: 0 every run gave what the model says, 1 one did not, 2
    it cannot be done on a real kernel or on this one.
    """
    from explorer.cli.reproduce import reproduce as reproduce_here

    sys.exit(reproduce_here(scenario_or_report, runs, as_json=as_json))


@main.command()
@click.option(
    "--calls", type=click.IntRange(1), default=20_000, show_default=True, help="Compare this many, or a few more."
)
@click.option("--seed", type=click.IntRange(0), default=1, show_default=True, help="Other sequences of calls.")
@click.option("--kernel", metavar="VERSION", help="Model this version.  [default: the running kernel's]")
@click.option("--json", "as_json", is_flag=True, help="One JSON object instead of text.")
def conformance(calls: int, seed: int, kernel: str | None, as_json: bool) -> None:
    """Compare the modelled memfd with that of the kernel that runs this, call by call.

    Both get the same random calls, and after each the results, size, content, seals, mode and blocks must
    be the same. Exit status: 0 no difference, 1 one, told by the shortest sequence of calls that shows
    it, 2 nothing to compare with here, 3 interrupted and no difference up to then.
    """
    from explorer.cli.conformance import check_conformance

    sys.exit(check_conformance(calls, seed, kernel, as_json=as_json))


@main.command()
@click.argument("report", type=_Path())
@click.option(
    "-f",
    "--format",
    "form",
    default="text",
    show_default=True,
    type=click.Choice(_FORMS),
    help="What to draw.",
)
@click.option("-o", "--output", type=_FILE, help="Write to a file.")
def graph(report: str, form: str, output: Path | None) -> None:
    """Draw REPORT: a report file, FILE.run.jsonl:N for the Nth execution of a run file, or a token (sr1_...)."""
    from explorer.cli.graph import draw

    draw(report, form, output)


@main.command()
@click.argument("first", metavar="A", type=_Path(path_type=Path))
@click.argument("second", metavar="B", type=_Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line, one for each two cells.")
def diff(first: Path, second: Path, as_json: bool) -> None:
    """Compare two explored cells, or two folders of them: which violations are gone, kept and new.

    A and B are run files (FILE.run.jsonl; one is written for every cell explored, one that HOLDS
    too) or folders of them. Exit status: 0 nothing differs, 1 something does, 2 bad input.
    """
    from explorer.cli.diff import show_differences

    sys.exit(show_differences(first, second, as_json=as_json))


@main.command()
@click.argument("paths", nargs=-1, type=_Path(path_type=Path))
@click.option("--export", "scenario", metavar="SCENARIO", help="Write the scenario as a litmus test instead.")
@click.option(
    "--fix", default="none", show_default=True, help="With --export: the fix variant, or several joined as a+b."
)
@click.option("--protocol", help="With --export: how the seal gets set.  [default: the scenario's first]")
@click.option("--param", "parameters", multiple=True, metavar="NAME=N", help=f"With --export: {_PARAM.lower()}")
@click.option("--switch", "switches", multiple=True, metavar="NAME", help=f"With --export: {_SWITCH.lower()}")
@click.option("--small", is_flag=True, help="With --export: the scenario's small sizes.")
@click.option("-o", "--output", type=_FILE, help="With --export: write to a file.")
@click.option("--model", type=_Path(), metavar="MODEL", default="lkmm", show_default=True, help=_MODEL)
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line instead of text.")
@click.option("--check", is_flag=True, help="Compare with the tests' comments Result: ..., exit 1 on a difference.")
@click.option(
    "--reports",
    type=_Path(file_okay=False, path_type=Path),
    help="Folder for a report of a witness of each condition.",
)
@click.option(
    "--junit", type=_FILE, help="Write the results to a JUnit XML file. With --check, failures are those not as stated."
)
@_JOBS
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

    sys.exit(run_litmus(paths, model, as_json=as_json, check=check, reports=reports, junit=junit, jobs=jobs))


@main.group(invoke_without_command=True)
@click.pass_context
def models(ctx: click.Context) -> None:
    """List the memory models."""
    if ctx.invoked_subcommand is None:
        from explorer.cli.listing import show_models

        show_models()


@models.command("show")
@click.argument("name", type=_Path())
@click.option("--plan", is_flag=True, help="Print when each relation and check is computed instead.")
def show_model(name: str, plan: bool) -> None:
    """Print the rules of model NAME: a model's name, a .cat file, or a folder as a kernel's tools/memory-model."""
    if plan:
        from explorer.cli.model_plan import show_model_plan

        show_model_plan(name)
    else:
        from explorer.cli.listing import show_model_text

        show_model_text(name)
