"""The report as one self-contained page: the reason, the picture, the steps, the modelled code, the facts.

The page loads nothing and runs nothing.  The template quotes all text (jinja2 autoescape);
the picture comes quoted from ``reports.picture.svg``.
"""

from __future__ import annotations

from dataclasses import dataclass

from markupsafe import Markup

from explorer.visible import visible
from reports.pages.template import render_page
from reports.picture.svg import picture, picture_key
from reports.steps import Schedule, Step, initial_values
from reports.structure import Report, SourceText
from reports.words import (
    counts,
    effort,
    explore_command,
    finding,
    is_litmus,
    left_out,
    meanings,
    remarked,
    remarks,
    replay_command,
    sizes,
    title,
    verdict,
    violating,
)


@dataclass(frozen=True)
class _Reason:
    """One event of the violating path; an initial write or an implied fence is no step."""

    relation: str
    name: str
    step: Step | None


@dataclass(frozen=True)
class _Line:
    """One line of modelled code and the numbers of the steps made there."""

    number: int
    text: str
    steps: tuple[int, ...]
    on_path: bool


@dataclass(frozen=True)
class _Function:
    file: str
    name: str
    lines: tuple[_Line, ...]


def html(report: Report, *, file: str) -> str:
    """The page; ``file`` is the report's name in the replay command."""
    schedule = Schedule(report)
    path = schedule.path()
    return render_page(
        "report.html.j2",
        title=title(report),
        property=visible(report.property.name),
        verdict=verdict(report),
        finding=finding(report).lower(),
        sentence=visible(report.property.sentence),
        counts=counts(report),
        reasons=[_Reason(relation, schedule.name(event), schedule.step_of.get(event)) for relation, event in path],
        meanings=meanings(report),
        picture=Markup(picture(report, headline=False)),
        key=[(Markup(sign), words) for sign, words in picture_key(report)],
        effort=effort(report),
        remarks=remarks(report),
        initial=", ".join(initial_values(report)),
        threads=[visible(thread.name) for thread in report.threads],
        steps=schedule.steps,
        functions=[_function(source, schedule.steps) for source in report.sources],
        facts=_facts(report),
        replay=replay_command(file),
        explore=explore_command(report),
    )


def _function(source: SourceText, steps: list[Step]) -> _Function:
    file = visible(source.file)
    lines = []
    for number, text in enumerate(source.text.split("\n"), source.first_line):
        here = [step for step in steps if step.place == f"{file}:{number}"]
        numbers = tuple(step.number for step in here)
        lines.append(_Line(number, visible(text.expandtabs()), numbers, any(step.on_path for step in here)))
    return _Function(file, visible(source.function), tuple(lines))


def _facts(report: Report) -> list[tuple[str, str]]:
    interleavings = report.search.interleavings
    verb = "show" if is_litmus(report) else "violate"
    program = [("scenario", report.scenario), ("protocol", report.protocol), ("fix", report.fix)]
    facts = [
        *([("test", report.scenario)] if is_litmus(report) else program),
        *((f"parameter {name}", str(value)) for name, value in sizes(report).items()),
        ("model", f"{report.model.name}, rules {report.model.rules_hash}"),
        ("program", report.program_hash),
        ("executions explored", f"{report.search.executions:,}"),
        ("search", "came to its end" if report.search.complete else "was stopped"),
        *(("threads left out", others) for others in left_out(report)),
        *(("reductions", switch) for switch in report.search.switches),
        *((f"executions that {verb} {name}", f"{count:,}") for name, count in violating(report)),
        *((f"executions with {name}", f"{count:,}") for name, count in remarked(report)),
        ("interleavings", "not counted" if interleavings is None else f"{int(interleavings):,}"),
        ("sealrace", report.tool),
    ]
    return [(visible(name), visible(value)) for name, value in facts]
