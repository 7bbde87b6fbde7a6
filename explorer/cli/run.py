"""``sealrace run``: drive one case by a strategy; found or not found, and nothing claimed of what was not run."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

import click

from explorer.cli.failures import INCOMPLETE, UsageProblem
from explorer.cli.file_name import label, model_in_file_name, plain
from explorer.cli.folder import folder_for
from explorer.cli.interrupts import Interrupts
from explorer.cli.named import choose_case, choose_switches, find_scenario, read_model, warn_of_freedom
from explorer.cli.output import print_json, progress_bar, text_width
from explorer.cli.run_text import again, run_json, run_text
from explorer.cli.setting import Options, Setting, make_setting
from explorer.cli.strategies import Chosen, Driver
from explorer.cli.writing import Writer, by_severity
from explorer.execution.execution import Status
from explorer.memory.model import Model, flag_title
from explorer.search.deadline import Deadline
from explorer.search.drive import Driven, Find, Runs, drive
from reports.structure import Search

MODEL = "sc"
"""The model where none is named."""


def run_scenario(
    name: str,
    fix: str | None,
    protocol: str | None,
    model_name: str | None,
    switches: tuple[str, ...],
    chosen: Chosen,
    options: Options,
    *,
    as_json: bool,
) -> int:
    """Drive one case by a strategy, print what was found and write a report of each property broken.

    Gives the exit status: 1 found, 3 not found.
    """
    interrupts = Interrupts()
    deadline = Deadline(options.max_time, interrupts.check)
    scenario = find_scenario(name)
    fix, protocol = choose_case(scenario, fix, protocol)
    model_name = model_name or MODEL
    model = read_model(model_name)
    warn_of_freedom(model, model_name)
    options = options.with_parameters(choose_switches(scenario, switches))
    setting = make_setting(scenario, fix, protocol, options, deadline)
    folder = options.out / plain(f"{setting.stem}-{model_in_file_name(model.name)}-run-{chosen.name}")
    with folder_for(folder, keep_empty=False), interrupts:
        driver = Driver(chosen, setting.unfolding, model, deadline)
        driven = _drive(setting, model, driver, chosen, deadline)
        finds = _by_severity(setting, driven)
        is_all = driver.ran_everything(driven)
        reports = _write(setting, Writer(setting, model, model_name), finds, driven, folder, is_all=is_all)
        if not reports:
            with suppress(OSError):  # somebody else's files are in it
                folder.rmdir()
    if as_json:
        print_json(run_json(setting, model_name, chosen, driver, driven, finds, reports))
    else:
        command = again(setting, model_name, driver, finds[0].first) if finds else ""
        click.echo(run_text(setting, model_name, driver, driven, finds, reports, command, text_width()))
    return 1 if finds else INCOMPLETE


def _drive(setting: Setting, model: Model, driver: Driver, chosen: Chosen, deadline: Deadline) -> Driven:
    """Make the runs, with progress on a terminal."""
    alone = chosen.run is not None and chosen.starts_anywhere
    first = chosen.run if alone and chosen.run is not None else 1
    runs = Runs(first, chosen.most, chosen.run, deadline)
    title = f"{setting.scenario.name}, fix {setting.fix}, {driver.title}"
    total = None if chosen.run is not None else chosen.most
    with progress_bar(title, total) as advance:

        def show(driven: Driven) -> None:
            advance(driven.runs, f"{driven.runs:,} runs, {driven.distinct:,} executions, {len(driven.finds)} found")

        driven = drive(setting.case, model, setting.unfolding, driver.strategy, runs, show)
    if chosen.run is not None and not driven.runs and not driven.stopped:
        raise UsageProblem(f"--run {chosen.run}: the strategy {chosen.name} has fewer runs here\n  name an earlier one")
    return driven


def _by_severity(setting: Setting, driven: Driven) -> list[Find]:
    """What was found, the most severe property first."""
    declared = tuple(prop.name for prop in setting.case.properties)
    return sorted(driven.finds.values(), key=lambda find: by_severity(find.violation.property, declared))


def _write(
    setting: Setting, writer: Writer, finds: list[Find], driven: Driven, folder: Path, *, is_all: bool
) -> list[str]:
    """Write a report and a page of the first run that broke each property; gives the paths of the reports.

    ``is_all`` says whether there is no execution but those that were run.
    """
    # What an earlier command left would pass for this one's.
    for old in [*folder.glob("*.json"), *folder.glob("*.html")]:
        old.unlink()
    broken = {prop.name: 0 for prop in setting.case.properties} | {
        find.violation.property: find.executions for find in finds
    }
    search = Search(
        executions=driven.statuses[Status.COMPLETE],
        violating=broken,
        interleavings=None,
        complete=is_all,
        remarks={flag_title(flag): count for flag, count in driven.flags.items()},
        switches=(),
        left_out=(),
    )
    paths = []
    for find in finds:
        path = folder / f"{label(find.violation.property)}.json"
        writer.save(writer.report(find.execution, find.violation, None, search), path)
        paths.append(str(path))
    return paths
