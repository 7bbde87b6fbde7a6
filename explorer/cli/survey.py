"""``sealrace survey``: what can come out of a whole search, when it was found, and which accesses race."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import click

from explorer.cli.failures import INCOMPLETE
from explorer.cli.file_name import in_file_name, model_in_file_name, plain
from explorer.cli.folder import folder_for
from explorer.cli.interrupts import Interrupts
from explorer.cli.litmus_read import SUFFIX
from explorer.cli.named import read_model, warn_of_freedom
from explorer.cli.outcome import outcomes_of
from explorer.cli.output import print_json, progress_bar, text_width
from explorer.cli.setting import Options
from explorer.cli.survey_files import write_survey
from explorer.cli.survey_setting import setting_to_survey, usual_model
from explorer.cli.survey_text import survey_json, survey_text
from explorer.search.result import Limits
from explorer.search.run import Progress
from explorer.search.survey import survey


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
    model_name = model_name or usual_model(name)
    model = read_model(model_name)
    warn_of_freedom(model, model_name)
    setting = setting_to_survey(name, fix, protocol, switches, options, model)
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
