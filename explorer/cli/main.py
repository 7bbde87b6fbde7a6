"""The command line. Everything heavy is imported by the command that needs it."""

from __future__ import annotations

from pathlib import Path
from typing import Any, NoReturn

import click

from explorer.cli.options import (
    FILE,
    JOBS,
    MODEL,
    PARAM,
    SCENARIO_FILE,
    STRATEGIES,
    SWITCH,
    PathName,
    explores,
    of_one_case,
    runs_of_a_case,
    surveys,
)

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


class _Commands(click.Group):
    """Turns the errors that a user can mend into one clear message and exit status 2."""

    def invoke(self, ctx: click.Context) -> object:
        from explorer.cli.failures import user_errors
        from explorer.cli.prints import prints_apart

        with user_errors(), prints_apart():
            return super().invoke(ctx)


def _end(status: int) -> NoReturn:
    """End the command as click does it: only code of a scenario calls ``sys.exit()`` (see ``user_errors``)."""
    raise click.exceptions.Exit(status)


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
    declared, or nothing is declared for it; of run: found), 2 bad input or usage, 3 INCOMPLETE and
    nothing of this (of run: not found), 70 an error of the program itself.
    """


@main.command("list")
@click.argument("name", required=False, metavar="[FILE.py|SCENARIO]", type=PathName())
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line instead of text.")
def list_scenarios(name: str | None, as_json: bool) -> None:
    """List the scenarios with their fixes, protocols, sizes and switches: all that are installed, or a file's."""
    from explorer.cli.listing import show_scenarios

    show_scenarios(name, as_json=as_json)


@main.command()
@click.argument("name_or_file", metavar="[NAME|FILE.py]", default="handover", type=PathName())
def new(name_or_file: str) -> None:
    """Write a scenario to begin with: NAME in NAME.py, or in FILE.py. Without either it is handover.

    A file that is there stays as it is, and the exit status is 2.
    """
    from explorer.cli.new import write_new

    write_new(name_or_file)


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
    type=PathName(),
    metavar="MODEL",
    help=f"{MODEL} May be repeated.  [default: the scenario's]",
)
@click.option("--param", "parameters", multiple=True, metavar="NAME=N", help=PARAM)
@click.option("--readers", type=click.IntRange(min=0), metavar="N", help="The same as --param readers=N.")
@click.option("--switch", "switches", multiple=True, metavar="NAME", help=SWITCH)
@JOBS
@explores
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
    """Explore SCENARIO and say what its readers can see.

    SCENARIO is a name (see list), or path/to/file.py:name for one of your own (see new).
    """
    from explorer.cli.explore import explore_scenario
    from explorer.cli.named import numbers
    from explorer.cli.setting import Options

    if readers is not None:
        parameters = (*parameters, f"readers={readers}")
    options = Options(parameters=numbers(parameters), **how)
    status = explore_scenario(
        scenario, fixes, protocols, models, switches, options, jobs=jobs, expect=expect, as_json=as_json
    )
    _end(status)


@main.command()
@click.option("--all", "everything", is_flag=True, help="Everything: all models and protocols; many minutes.")
@click.option(
    "--scenario",
    "scenarios",
    multiple=True,
    help="Scenarios alone, path/to/file.py:name too, or 'all'. May be repeated.",
)
@click.option("--fix", "fixes", multiple=True, help="Fixes alone, several joined as a+b, or 'all'. May be repeated.")
@click.option("--protocol", "protocols", multiple=True, help="Protocols alone, or 'all'. May be repeated.")
@click.option(
    "--model", "models", multiple=True, help="Models alone (sc, tso, pso, armv8, lkmm), or 'all'. May be repeated."
)
@click.option("--switch", "switches", multiple=True, metavar="NAME", help=SWITCH)
@JOBS
@explores
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
    _end(explore_matrix(Options(every_goal=False, **how), choice, jobs=jobs, expect=expect, as_json=as_json))


@main.command()
@click.argument("scenario_or_test", metavar="SCENARIO|FILE.litmus", type=PathName())
@of_one_case("sc; for a litmus test lkmm")
@surveys
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
    _end(survey_case(scenario_or_test, fix, protocol, model, switches, options, as_json=as_json))


@main.command()
@click.argument("scenario")
@click.option(
    "--strategy",
    default="pct",
    show_default=True,
    type=click.Choice(STRATEGIES),
    help="Who chooses the steps: preemption-bounded where that comes to its end, else pct (see docs/strategies.md).",
)
@click.option("--runs", type=click.IntRange(1), help="Make this many.  [default: 1000; bounded strategies: all]")
@click.option("--seed", type=click.IntRange(0), help="Other random numbers.  [default: 1]")
@click.option("--run", type=click.IntRange(1), help="Look at this one of the runs alone.")
@click.option("--depth", type=click.IntRange(1, 100), help="pct: that of the bugs to look for.  [default: 3]")
@click.option("--bound", type=click.IntRange(0, 1000), help="How many preemptions or delays.  [default: 2]")
@click.option("--quantum", type=click.IntRange(1, 1000), help="round-robin: steps of a turn.  [default: 1, 2, ...]")
@of_one_case("sc")
@runs_of_a_case
def run(
    scenario: str,
    strategy: str,
    fix: str | None,
    protocol: str | None,
    model: str | None,
    parameters: tuple[str, ...],
    switches: tuple[str, ...],
    as_json: bool,
    out: Path,
    small: bool,
    unroll: int,
    max_time: float | None,
    max_events: int | None,
    **how: Any,
) -> None:
    """Run one case of SCENARIO again and again as a strategy chooses: for what is too large to explore.

    Where explore comes to its end, explore is the answer, and run adds nothing. Where it does not, take
    --strategy preemption-bounded, which says so where it is complete within its bound, and then pct.

    Writes a report of the first run that breaks each property. Exit status: 1 found, 2 bad input, 3 not
    found, which claims nothing of what was not run: only explore says HOLDS.
    """
    from explorer.cli.named import numbers
    from explorer.cli.run import run_scenario
    from explorer.cli.setting import Options
    from explorer.cli.strategies import Chosen

    options = Options(out, numbers(parameters), small, unroll, max_time=max_time, max_events=max_events)
    chosen = Chosen(strategy, **how)
    _end(run_scenario(scenario, fix, protocol, model, switches, chosen, options, as_json=as_json))


@main.command()
@click.argument("report", type=PathName())
@click.option("--step", is_flag=True, help="Step through it with the keys of the page, and off it.")
@SCENARIO_FILE
def replay(report: str, step: bool, own: Path | None) -> None:
    """Run the execution of REPORT again, access by access, and check all that it claims.

    REPORT is a report file, FILE.run.jsonl:N for the Nth execution of a run file, or a token (sr1_...). Exits 0
    when the report is reproduced, 2 when it is refused. With --step it shows at each point what else could have
    happened; a number goes there.
    """
    if step:
        from explorer.cli.step_command import step_through

        step_through(report, own)
        return
    from explorer.cli.replay import replay_report

    replay_report(report, own)


@main.command()
@click.argument("scenario_or_report", metavar="SCENARIO|REPORT", type=PathName())
@click.option("--runs", type=click.IntRange(1, 100_000), default=1, show_default=True, help="Do it this many times.")
@SCENARIO_FILE
@click.option("--json", "as_json", is_flag=True, help="One JSON object instead of text.")
def reproduce(scenario_or_report: str, runs: int, own: Path | None, as_json: bool) -> None:
    """Make the system calls of a violating execution on the kernel that runs this, and compare their results.

    SCENARIO is explored under sc at its small sizes, and its most severe violation taken; REPORT is a
    file as replay takes. A read is stopped in its copy by userfaultfd(2): root, or sysctl
    vm.unprivileged_userfaultfd=1. Exit status: 0 every run gave what the model says, 1 one did not, 2
    it cannot be done on a real kernel or on this one.
    """
    from explorer.cli.reproduce import reproduce as reproduce_here

    _end(reproduce_here(scenario_or_report, runs, own, as_json=as_json))


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

    _end(check_conformance(calls, seed, kernel, as_json=as_json))


@main.command()
@click.argument("scenarios", nargs=-1, metavar="[FILE.py:NAME]...", type=PathName())
@click.option(
    "--port", type=click.IntRange(0, 65535), default=8057, show_default=True, help="Port; 0 takes any that is free."
)
@click.option("--open", "open_browser", is_flag=True, help="Open it in the browser.")
@click.option(
    "--out",
    type=PathName(file_okay=False, path_type=Path),
    default=Path("out"),
    show_default=True,
    help="Folder for the reports that are handed over.",
)
def serve(scenarios: tuple[str, ...], port: int, open_browser: bool, out: Path) -> None:
    """Drive a program by hand in the browser: a live explorer on 127.0.0.1, until Ctrl-C.

    The scenarios that are installed can be chosen there, and those of your own that are named here. Exit status:
    0 ended by Ctrl-C or SIGTERM, 2 bad input, or the port is taken.
    """
    from explorer.cli.serve.command import serve_explorer

    serve_explorer(scenarios, port, out, open_browser=open_browser)


@main.command()
@click.argument("report", type=PathName())
@click.option(
    "-f",
    "--format",
    "form",
    default="text",
    show_default=True,
    type=click.Choice(_FORMS),
    help="What to draw.",
)
@click.option("-o", "--output", type=FILE, help="Write to a file.")
@SCENARIO_FILE
def graph(report: str, form: str, output: Path | None, own: Path | None) -> None:
    """Draw REPORT: a report file, FILE.run.jsonl:N for the Nth execution of a run file, or a token (sr1_...)."""
    from explorer.cli.graph import draw

    draw(report, form, output, own)


@main.command()
@click.argument("first", metavar="A", type=PathName(path_type=Path))
@click.argument("second", metavar="B", type=PathName(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line, one for each two cells.")
def diff(first: Path, second: Path, as_json: bool) -> None:
    """Compare two explored cells, or two folders of them: which violations are gone, kept and new.

    A and B are run files (FILE.run.jsonl; one is written for every cell explored, one that HOLDS
    too) or folders of them. Exit status: 0 nothing differs, 1 something does, 2 bad input.
    """
    from explorer.cli.diff import show_differences

    _end(show_differences(first, second, as_json=as_json))


@main.command()
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

    _end(run_litmus(paths, model, as_json=as_json, check=check, reports=reports, junit=junit, jobs=jobs))


@main.group(invoke_without_command=True)
@click.pass_context
def models(ctx: click.Context) -> None:
    """List the memory models."""
    if ctx.invoked_subcommand is None:
        from explorer.cli.listing import show_models

        show_models()


@models.command("show")
@click.argument("name", type=PathName())
@click.option("--plan", is_flag=True, help="Print when each relation and check is computed instead.")
def show_model(name: str, plan: bool) -> None:
    """Print the rules of model NAME: a model's name, a .cat file, or a folder as a kernel's tools/memory-model."""
    if plan:
        from explorer.cli.model_plan import show_model_plan

        show_model_plan(name)
    else:
        from explorer.cli.listing import show_model_text

        show_model_text(name)
