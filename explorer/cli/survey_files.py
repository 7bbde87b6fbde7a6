"""The files of a survey: a report and a page of each outcome's witness, and the page of the whole."""

from __future__ import annotations

import shlex
from pathlib import Path

from msgspec.structs import replace

from explorer.cli.setting import UNROLL, Options, Setting
from explorer.cli.writing import Writer, by_severity, search_of
from explorer.memory.model import Model
from explorer.search.outcomes import shown_outcome
from explorer.search.survey import Outcome, Survey
from explorer.search.violations import violations_of
from explorer.version import VERSION
from reports.structure import LITMUS, Report
from reports.surveys import ShownOutcome, ShownSurvey, shared_facts
from reports.words import quantified

WITNESSES = 50
"""Outcomes whose witnesses are written, in the order of display."""

INDEX = "index.html"
"""The page of the survey, in its folder."""


def write_survey(
    setting: Setting, model: Model, model_name: str, options: Options, survey: Survey, folder: Path
) -> ShownSurvey:
    """Write the files of a survey into its folder; gives it as it is shown."""
    # What an earlier survey left would pass for this one's.
    for old in [*folder.glob("outcome-*.json"), *folder.glob("outcome-*.html"), folder / INDEX]:
        old.unlink(missing_ok=True)
    ordered = in_order_of_display(setting, survey)
    shared = shared_facts(ordered)
    writer = Writer(setting, model, model_name)
    shown = []
    for number, outcome in enumerate(ordered, 1):
        path = folder / f"outcome-{number}.json"
        if number <= WITNESSES:
            writer.save(witness_report(writer, setting, model, survey, outcome), path)
        shown.append(
            ShownOutcome(
                number,
                outcome,
                *verdict_of(setting, outcome),
                tuple(fact for fact in outcome.facts if fact not in shared),
                str(path) if number <= WITNESSES else "",
            )
        )
    threads = tuple(thread.name for thread in setting.unfolding.program.threads)
    title = _title(setting, model_name)
    found = ShownSurvey(title, survey, tuple(shown), threads, _command(setting, model_name, options), VERSION)
    # What draws pages is imported where it is needed.
    from reports.pages.survey import survey_page

    (folder / INDEX).write_text(survey_page(found), encoding="utf-8")
    return found


def witness_report(writer: Writer, setting: Setting, model: Model, survey: Survey, outcome: Outcome) -> Report:
    """The report of an outcome's simplest execution: of what it breaks, else of what came out."""
    execution = outcome.record.execution(setting.unfolding)
    if outcome.breaks:
        worst = _by_severity(setting, outcome)[0]
        found = violations_of(execution, setting.case, model)
        violation = next(violation for violation in found if violation.property == worst)
    else:
        violation = shown_outcome(execution, outcome.facts, setting.case)
    search = replace(search_of(survey.result), same_outcome=outcome.executions)
    return writer.report(execution, violation, outcome.witness, search)


def in_order_of_display(setting: Setting, survey: Survey) -> list[Outcome]:
    """The outcomes: what is broken before what is not, the most severe first, then the most frequent."""
    return sorted(survey.outcomes, key=lambda outcome: _key(setting, outcome))


def _by_severity(setting: Setting, outcome: Outcome) -> list[str]:
    """What an outcome breaks, the most severe first."""
    declared = tuple(prop.name for prop in setting.case.properties)
    return sorted(outcome.breaks, key=lambda name: by_severity(name, declared))


def _key(setting: Setting, outcome: Outcome) -> tuple[object, ...]:
    """What sorts outcomes for display."""
    declared = tuple(prop.name for prop in setting.case.properties)
    broken = [by_severity(name, declared) for name in _by_severity(setting, outcome)]
    return not broken, broken, -outcome.executions, outcome.facts


def verdict_of(setting: Setting, outcome: Outcome) -> tuple[str, str]:
    """The word for what an outcome breaks, and its class in pages."""
    broken = _by_severity(setting, outcome)
    if not broken:
        return ("other", "not-run") if setting.protocol == LITMUS else ("breaks nothing", "holds")
    shows = quantified(broken[0]) if setting.protocol == LITMUS else ""
    return (shows, shows) if shows else (", ".join(broken), "violated")


def _title(setting: Setting, model_name: str) -> str:
    if setting.protocol == LITMUS:
        return f"{setting.scenario.name}, model {model_name}"
    return setting.title(model_name)


def _command(setting: Setting, model_name: str, options: Options) -> str:
    """The command that surveys this again."""
    words = ["sealrace", "survey", setting.scenario.name]
    if setting.protocol != LITMUS:
        words += ["--fix", setting.fix, "--protocol", setting.protocol]
        for name, value in setting.sizes.items():
            words += ["--switch", name] if name in setting.scenario.switches else ["--param", f"{name}={value}"]
        words += ["--unroll", str(options.unroll)] if options.unroll != UNROLL else []
    words += ["--model", model_name]
    limits = (("executions", options.max_executions), ("time", options.max_time), ("events", options.max_events))
    for name, limit in limits:
        words += [f"--max-{name}", f"{limit:.15g}"] if limit is not None else []
    return shlex.join(words)
