"""The report as one self-contained page: the picture, the reason, the steps, the modelled code, the facts.

The page loads nothing and runs nothing.  The template quotes all text (jinja2 autoescape);
the picture comes quoted from ``reports.svg``.
"""

from __future__ import annotations

from dataclasses import dataclass

from markupsafe import Markup

from reports.pages import render_page
from reports.steps import Schedule, Step, initial_values
from reports.structure import Event, Report, SourceText
from reports.svg import picture
from reports.visible import visible
from reports.words import counts, effort, explore_command, meaning, remarks, replay_command, title


@dataclass(frozen=True)
class _Edge:
    """One edge of the violating path in words."""

    source: str
    relation: str
    target: str
    meaning: str


@dataclass(frozen=True)
class _Row:
    """One step of the table, with where it stands in the model and in the kernel."""

    step: Step
    on_path: bool
    thread: str
    function: str
    reference: str
    place: str


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
    rows = _rows(report, schedule)
    return render_page(
        "report.html.j2",
        title=title(report),
        property=visible(report.property.name),
        sentence=visible(report.property.sentence),
        counts=counts(report),
        picture=Markup(picture(report, headline=False)),
        path=_path(report, schedule),
        effort=effort(report),
        remarks=remarks(report),
        initial=", ".join(initial_values(report)),
        rows=rows,
        functions=[_function(report, source, rows) for source in report.sources],
        facts=_facts(report),
        replay=replay_command(file),
        explore=explore_command(report),
    )


def _path(report: Report, schedule: Schedule) -> list[_Edge]:
    return [
        _Edge(schedule.name(edge.source), visible(edge.relation), schedule.name(edge.target), meaning(edge))
        for edge in report.property.path
    ]


def _rows(report: Report, schedule: Schedule) -> list[_Row]:
    ends = {event for edge in report.property.path for event in (edge.source, edge.target)}
    rows = []
    for step in schedule.steps:
        event = report.events[step.events[0]]
        rows.append(
            _Row(
                step=step,
                on_path=bool(ends & set(step.events)),
                thread=visible(report.threads[step.thread].name),
                function=visible(event.stack[-1].function) if event.stack else "",
                reference=visible(event.reference),
                place=_place(event),
            )
        )
    return rows


def _place(event: Event) -> str:
    return f"{visible(event.file)}:{event.line}" if event.file else ""


def _function(report: Report, source: SourceText, rows: list[_Row]) -> _Function:
    lines = []
    for number, text in enumerate(source.text.split("\n"), source.first_line):
        here = [row for row in rows if _at(report, row, source.file, number)]
        steps = tuple(row.step.number for row in here)
        lines.append(_Line(number, visible(text.expandtabs()), steps, any(row.on_path for row in here)))
    return _Function(visible(source.file), visible(source.function), tuple(lines))


def _at(report: Report, row: _Row, file: str, line: int) -> bool:
    event = report.events[row.step.events[0]]
    return (event.file, event.line) == (file, line)


def _facts(report: Report) -> list[tuple[str, str]]:
    interleavings = report.search.interleavings
    facts = [
        ("scenario", report.scenario),
        ("protocol", report.protocol),
        ("fix", report.fix),
        *((f"parameter {name}", str(value)) for name, value in report.parameters.items()),
        ("model", f"{report.model.name}, rules {report.model.rules_hash}"),
        ("program", report.program_hash),
        ("executions explored", f"{report.search.executions:,}"),
        ("search", "complete" if report.search.complete else "not complete"),
        *((f"executions that violate {name}", f"{count:,}") for name, count in report.search.violating.items()),
        ("interleavings", "not counted" if interleavings is None else f"{int(interleavings):,}"),
        ("sealrace", report.tool),
    ]
    return [(visible(name), visible(value)) for name, value in facts]
