"""``sealrace crosscheck``: what other tools find of the same program, beside what Sealrace finds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import click
from msgspec import structs

from explorer.cli.crosscheck_text import crosscheck_json, crosscheck_text
from explorer.cli.failures import INCOMPLETE
from explorer.cli.file_name import in_file_name, model_in_file_name, plain
from explorer.cli.folder import folder_for
from explorer.cli.interrupts import Interrupts
from explorer.cli.litmus_read import SUFFIX
from explorer.cli.named import read_model, warn_of_freedom
from explorer.cli.output import print_json, progress_bar, text_width
from explorer.cli.setting import Options, Setting
from explorer.cli.survey_setting import setting_to_survey
from explorer.cli.writing import Writer
from explorer.crosscheck.asking import LISTED, TOOLS, Asked, Tool, compare, names_of, prepared
from explorer.crosscheck.comparison import Answer, Comparison, Difference
from explorer.crosscheck.own_search import Found, search_all
from explorer.crosscheck.tools import NotInstalled
from explorer.errors import InputError
from explorer.memory.model import Model
from explorer.search.deadline import Deadline
from explorer.search.outcomes import shown_outcome
from explorer.search.reductions import NONE
from explorer.search.violations import DEADLOCK
from reports.structure import Search

MODEL = "sc"
"""The model where none is named: the one that every tool knows."""


def cross_check(
    name: str,
    fix: str | None,
    protocol: str | None,
    model_name: str | None,
    switches: Sequence[str],
    tools: Sequence[str],
    options: Options,
    *,
    as_json: bool,
) -> int:
    """Compare one case with every tool that is there, and print what comes of it; gives the exit status.

    0: all that was compared agrees; 1: there is a difference; 3: a side did not come to its end, or nothing was
    compared.
    """
    model_name = model_name or MODEL
    model = read_model(model_name)
    warn_of_freedom(model, model_name)
    is_test = name.endswith(SUFFIX)
    setting = setting_to_survey(name, fix, protocol, switches, options, model)
    stem = in_file_name(Path(name).stem) if is_test else setting.stem
    folder = options.out / plain(f"{stem}-{model_in_file_name(model.name)}-crosscheck")
    with folder_for(folder, keep_empty=False), Interrupts() as interrupts:
        # What an earlier run left would pass for this one's.
        for old in (file for ending in ("pml", "litmus", "c", "json", "html") for file in folder.glob(f"*.{ending}")):
            old.unlink()
        title = f"{setting.scenario.name} under {model_name}" if is_test else setting.title(model_name)
        asked = Asked(setting.unfolding, model_name, title, folder, stem, Path(name) if is_test else None)
        ready: dict[str, Tool] = {}
        comparisons: dict[str, Comparison] = {}
        for tool in names_of(tools):
            try:
                ready[tool] = prepared(tool, asked)
            except (NotInstalled, InputError) as reason:
                comparisons[tool] = Comparison(TOOLS[tool], Answer.NOT_COMPARED, str(reason).partition("\n")[0])
        with progress_bar(f"{name}, model {model_name}", None) as advance:
            advance(0, "Sealrace")
            deadline = Deadline(options.max_time, interrupts.check)
            tellers = [each.teller for each in ready.values()]
            found, incomplete = search_all(setting.unfolding, model, tellers, deadline)
            for (tool, each), mine in zip(ready.items(), found, strict=True):
                advance(0, TOOLS[tool])
                # Ctrl-C ends what is still to come too; a time limit is each side's own.
                deadline = Deadline(options.max_time, interrupts.check)
                comparison = compare(each, TOOLS[tool], mine, incomplete, deadline)
                comparisons[tool] = _with_reports(comparison, mine, setting, model, model_name, folder)
    answers = [comparisons[tool] for tool in names_of(tools)]
    if as_json:
        print_json(crosscheck_json(setting, model_name, answers))
    else:
        click.echo(crosscheck_text(title, answers, text_width()))
    return _status(answers)


def _status(comparisons: Sequence[Comparison]) -> int:
    answers = {comparison.answer for comparison in comparisons}
    if Answer.DIFFERS in answers:
        return 1
    return 0 if Answer.AGREES in answers and Answer.INCOMPLETE not in answers else INCOMPLETE


def _with_reports(
    comparison: Comparison, found: Found, setting: Setting, model: Model, model_name: str, folder: Path
) -> Comparison:
    """The comparison with reports of the first outcomes that only Sealrace has, and the commands that draw them."""
    writer = Writer(setting, model, model_name)
    search = Search(
        executions=found.complete,
        violating={DEADLOCK: found.blocked} if found.blocked else {},
        interleavings=None,
        complete=comparison.here is not None and not comparison.here.incomplete,
        remarks={},
        switches=NONE.switches,
        left_out=(),
    )
    shown: list[Difference] = []
    for number, difference in enumerate(comparison.only_here, 1):
        command = ""
        if number <= LISTED:
            path = folder / f"only-here-{comparison.tool.lower()}-{number}.json"
            seen = found.outcomes[difference.outcome]
            execution = seen.record.execution(setting.unfolding)
            told = shown_outcome(execution, difference.outcome, setting.case)
            report = writer.report(execution, told, None, structs.replace(search, same_outcome=seen.executions))
            writer.save(report, path)
            command = f"sealrace graph {path}"
        shown.append(Difference(difference.outcome, command))
    return replace(comparison, only_here=tuple(shown))
