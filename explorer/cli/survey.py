"""``sealrace survey``: what can come out of a whole search, when it was found, and which accesses race."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import click

from explorer.cli.failures import INCOMPLETE, UsageProblem
from explorer.cli.file_name import in_file_name, model_in_file_name, plain
from explorer.cli.folder import folder_for
from explorer.cli.interrupts import Interrupts
from explorer.cli.litmus_read import SUFFIX, macros_of
from explorer.cli.litmus_setting import litmus_setting
from explorer.cli.named import choose_case, choose_switches, find_scenario, read_model, warn_of_freedom
from explorer.cli.outcome import outcomes_of
from explorer.cli.output import print_json, progress_bar, text_width
from explorer.cli.setting import Options, Setting, make_setting
from explorer.cli.survey_files import write_survey
from explorer.cli.survey_text import survey_json, survey_text
from explorer.memory.model import Model
from explorer.search.result import Limits
from explorer.search.run import Progress
from explorer.search.survey import survey

MODEL, LITMUS_MODEL = "sc", "lkmm"
"""The models where none is named, of scenarios and of litmus tests."""


def survey_case(
    name: str,
    fix: str | None,
    protocol: str | None,
    model_name: str | None,
    switches: Sequence[str],
    options: Options,
    *,
    as_json: bool,
) -> int:
    """Survey one case under one model, print what was found and write its page; gives the exit status.

    0: every execution was visited; 3: not all, and the output says so.
    """
    is_test = name.endswith(SUFFIX)
    model_name = model_name or (LITMUS_MODEL if is_test else MODEL)
    model = read_model(model_name)
    warn_of_freedom(model, model_name)
    setting = (
        _test(name, fix, protocol, switches, options, model)
        if is_test
        else _scenario(name, fix, protocol, switches, options)
    )
    outcomes = outcomes_of(setting)
    stem = in_file_name(Path(name).stem) if is_test else setting.stem
    folder = options.out / plain(f"{stem}-{model_in_file_name(model.name)}-survey")
    limits = Limits(options.max_executions, options.max_time, records=0, spent=setting.seconds)
    with folder_for(folder), Interrupts() as interrupts, progress_bar(f"{name}, model {model_name}", None) as advance:

        def show(progress: Progress) -> None:
            interrupts.check()
            advance(0, f"{progress.executions:,} executions, {progress.violating:,} violations")

        found = survey(setting.case, model, setting.unfolding, outcomes, limits, show)
        shown = write_survey(setting, model, model_name, options, found, folder)
    if as_json:
        print_json(survey_json(setting, model_name, shown, folder))
    else:
        click.echo(survey_text(shown, folder, text_width()))
    return INCOMPLETE if found.incomplete else 0


def _scenario(name: str, fix: str | None, protocol: str | None, switches: Sequence[str], options: Options) -> Setting:
    """The setting of a scenario."""
    scenario = find_scenario(name)
    options = options.with_parameters(choose_switches(scenario, switches))
    return make_setting(scenario, *choose_case(scenario, fix, protocol), options)


def _test(
    name: str, fix: str | None, protocol: str | None, switches: Sequence[str], options: Options, model: Model
) -> Setting:
    """The setting of a litmus test, which has no variants and no bounds (UsageProblem where one is given)."""
    variants = {"--fix": fix, "--protocol": protocol, "--switch": switches, "--param": options.parameters}
    bounds = {"--small": options.small, "--max-events": options.max_events}
    for option, given in {**variants, **bounds}.items():
        if given:
            raise UsageProblem(f"{option}: a litmus test has none\n  leave it out")
    return litmus_setting(Path(name), macros_of(model))
