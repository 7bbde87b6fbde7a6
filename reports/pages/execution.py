"""The report as one self-contained page: the reason, a ladder to step through, values, code, facts.

The ladder, the strip of values, the steps and the modelled code are there without a script; the script steps, draws
the edges, searches and folds.  The template quotes all text (jinja2 autoescape).
"""

from __future__ import annotations

from dataclasses import dataclass

from explorer.visible import visible
from reports.folding import Row, fold, summary
from reports.forms.edges import description
from reports.holds import lock_holds
from reports.pages.code import Function, function_of, functions
from reports.pages.relations import ROOM, PageRelations, page_relations
from reports.pages.strip import strips
from reports.pages.template import render_page
from reports.steps import Schedule, Step, initial_values, shown
from reports.structure import Event, Report
from reports.words import (
    counts,
    effort,
    explore_command,
    finding,
    is_litmus,
    is_outcome,
    left_out,
    meaning,
    meanings,
    models_that_allow,
    remarked,
    remarks,
    replay_command,
    sizes,
    title,
    token_command,
    verdict,
    violating,
)

_SCRIPTS = ("elements.js", "report.js", "edges.js", "panel.js", "player.js", "search.js", "paper.js", "start.js")


@dataclass(frozen=True)
class _Reason:
    """One event of the violating path; an initial write or an implied fence is no step."""

    relation: str
    name: str
    step: Step | None


@dataclass(frozen=True)
class _LadderRow:
    """A step by itself, or steps folded into one row, which ``summary`` describes."""

    steps: Row
    summary: str


SIZE = 500_000
"""Bytes of a page, at most; an execution may be so long that its page takes more without any relation of the model."""


def html(report: Report, *, file: str) -> str:
    """The page; ``file`` is the report's name in the replay command."""
    page = _page(report, file, ROOM)
    excess = len(page.encode()) - SIZE
    if excess < 0:
        return page
    taken = sum(map(len, page_relations(report).texts))
    return _page(report, file, max(taken - excess, 0))


def _page(report: Report, file: str, room: int) -> str:
    """The page with this room for relations."""
    schedule = Schedule(report)
    holds = lock_holds(report, schedule)
    relations = page_relations(report, room)
    code = functions(report, schedule.steps)
    return render_page(
        "report.html.j2",
        styles=("execution.css", "ladder.css"),
        scripts=_SCRIPTS,
        data=_data(report, schedule, relations, code),
        title=title(report),
        property=visible(report.property.name),
        breaks_nothing=is_outcome(report),
        verdict=verdict(report),
        finding=finding(report).lower(),
        sentence=visible(report.property.sentence),
        counts=counts(report),
        models=models_that_allow(report),
        reasons=[
            _Reason(relation, schedule.name(event), schedule.step_of.get(event)) for relation, event in schedule.path()
        ],
        meanings=meanings(report),
        effort=effort(report),
        remarks=remarks(report),
        initial=initial_values(report),
        threads=[visible(thread.name) for thread in report.threads],
        rows=[_LadderRow(row, summary(row, holds)) for row in fold(report, schedule, holds)],
        steps=schedule.steps,
        relations=relations,
        strips=strips(report, schedule),
        functions=code,
        facts=_facts(report),
        replay=replay_command(report, file),
        by_token=token_command(report),
        explore=explore_command(report),
    )


def _data(report: Report, schedule: Schedule, relations: PageRelations, code: list[Function]) -> dict[str, object]:
    """What the script reads.  Events are named by their number, steps by theirs less one."""
    used = {event.location for event in report.events if event.thread >= 0}
    return {
        "threads": [visible(thread.name) for thread in report.threads],
        "where": "statement" if is_litmus(report) else "kernel",
        "place": "file" if is_litmus(report) else "model",
        "events": [_event(report, schedule, event) for event in report.events],
        "initial": [
            [visible(event.location or ""), shown(event)]
            for event in report.events
            if event.thread < 0 and event.location in used
        ],
        "steps": [_step(report, step, code) for step in schedule.steps],
        "holds": [[hold.thread, hold.first, hold.last, hold.lock] for hold in lock_holds(report, schedule)],
        "path": [[edge.source, edge.target, visible(edge.relation)] for edge in report.property.path],
        "relations": [[r.name, r.count, r.text] for r in relations.relations if r.text is not None],
        "texts": relations.texts,
        "meanings": {r.name: meaning(r.name) for r in relations.relations if meaning(r.name)},
    }


def _event(report: Report, schedule: Schedule, event: Event) -> dict[str, object]:
    """An event; ``step`` is where it is drawn (0: it is initial), ``source`` the write that it reads."""
    anchor = schedule.anchor(event.id)
    found: dict[str, object] = {"text": description(event), "step": anchor.number if anchor else 0}
    if report.source_of[event.id] >= 0:
        found["source"] = report.source_of[event.id]
    return found


def _step(report: Report, step: Step, code: list[Function]) -> dict[str, object]:
    first = report.events[step.events[0]]
    last = report.events[step.events[-1]]
    found: dict[str, object] = {
        "thread": step.thread,
        "events": step.events,
        "name": step.name,
        "action": step.action,
        "where": step.where,
        "place": step.place,
        "stack": [visible(frame.function) for frame in first.stack],
        "notes": [*step.notes, *step.rules],
        "labels": step.labels,
    }
    if step.change:
        found["change"] = [step.change.location, step.change.before, step.change.after]
    if last.kind.reads:
        found["reads"] = [visible(last.location or "")]
    function = function_of(code, first)
    if function is not None:
        found["code"] = [function.number, first.line]
    return found


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
