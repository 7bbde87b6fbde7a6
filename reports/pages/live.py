"""The page of a live explorer at one state: who can do what next, what has happened, what memory holds, what is broken.

A page is made anew for each state and holds nothing of the one before; every step is a link to the state after it.
The script only takes the new page's parts over in place, so that what is open, pinned and running stays.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass

from explorer.schedule.walk import Position
from explorer.visible import visible
from reports.forms.edges import description
from reports.holds import lock_holds
from reports.pages.code import listed
from reports.pages.live_cards import Card, PathOf, Words, card_of
from reports.pages.live_home import Form
from reports.pages.relations import PageRelations, page_relations
from reports.pages.strip import strips
from reports.pages.template import render_page
from reports.sources import source_texts
from reports.steps import Schedule, Step, initial_values, shown
from reports.structure import Report
from reports.words import meaning

_SCRIPTS = (
    *("elements.js", "live.js", "edges.js", "live-marks.js", "live-runs.js", "live-choice.js"),
    *("live-keys.js", "live-start.js"),
)
_DRAWN = ("po", "rf", "co", "fr")


@dataclass(frozen=True)
class Said:
    """A line of the list of properties: its name, a word for how it stands, the word's class, a sentence."""

    name: str
    word: str
    kind: str
    sentence: str


@dataclass(frozen=True)
class State:
    """What the page is told beside what has happened, in visible text.

    Attributes:
        setting: the words for scenario, fix, protocol, model and sizes.
        path: the path of the address of this state; others lie below it.
        path_of: the path of the address of the state after these steps.
        command: what goes on from this state in a terminal.
        headline: how the execution stands, in a few words; ``verdict`` is its class.
        sentence: what came out, or why there is no way on; may be empty.
        properties: what is known of each.
        over: whether the execution is over, so that it can be handed on.
        reports: names of the pages of reports that have been written of it.
        form: what can be chosen (``reports.pages.live_home``), and ``chosen`` what is.
    """

    setting: str
    path: str
    path_of: PathOf
    command: str
    headline: str
    verdict: str
    sentence: str
    properties: Sequence[Said]
    over: bool
    reports: Sequence[str]
    form: Form
    chosen: dict[str, str]


@dataclass(frozen=True)
class _Row:
    """A row of the ladder, as its template has it: one step."""

    steps: tuple[Step, ...]
    summary: str = ""


def live_page(report: Report, position: Position, state: State) -> str:
    """The page; ``report`` holds what has happened so far, in the order in which it did, and is no report to keep."""
    schedule = Schedule(report)
    places = [event.source for event in position.execution.events if event.source]
    places += [thread.at for thread in position.threads if thread.at]
    code = listed(source_texts(places), schedule.steps)
    words = Words(position.execution, report, schedule)
    cards = [card_of(i, each, position, state.path_of, code, words) for i, each in enumerate(position.threads)]
    moves = _moves(schedule, position)
    relations = page_relations(report)
    return render_page(
        "live.html.j2",
        styles=("execution.css", "ladder.css", "live.css"),
        scripts=_SCRIPTS,
        served=True,
        data=_data(report, schedule, relations, position, state, cards, moves),
        state=state,
        cards=cards,
        current=_current(position, cards),
        taken=len(position.steps),
        possible=sum(len(card.offers) for card in cards),
        last=schedule.steps[-1] if schedule.steps else None,
        threads=[visible(thread.name) for thread in report.threads],
        rows=[_Row((step,)) for step in schedule.steps],
        steps=schedule.steps,
        initial=initial_values(report),
        memory=_memory(report, schedule),
        strips=strips(report, schedule),
        functions=code,
        drawn=[name for name in _DRAWN if any(r.name == name for r in relations.relations)],
        form=state.form,
        chosen=state.chosen,
    )


def _moves(schedule: Schedule, position: Position) -> list[int]:
    """Per step of the ladder how many of the scheduler's steps lead to after it: fences go with the access before."""
    place = {event: i for i, event in enumerate(position.order)}
    return [bisect_right(position.reach, place[step.events[-1]]) for step in schedule.steps]


@dataclass(frozen=True)
class _Cell:
    """A location and its value; ``before`` is the value that the last step has overwritten, empty where it has not."""

    location: str
    field: str
    value: str
    before: str
    read: bool


def _memory(report: Report, schedule: Schedule) -> list[tuple[str, list[_Cell]]]:
    """What memory holds, by object: the locations that the threads have accessed, and all others that there are."""
    values = {visible(event.location or ""): shown(event) for event in report.events if event.thread < 0}
    for step in schedule.steps:
        if step.change:
            values[step.change.location] = step.change.after
    last = schedule.steps[-1] if schedule.steps else None
    objects: dict[str, list[_Cell]] = {}
    for location, value in values.items():
        name, rest = _split(location)
        before = last.change.before if last and last.change and last.change.location == location else ""
        touched = {visible(report.events[event].location or "") for event in last.events} if last else set()
        objects.setdefault(name, []).append(_Cell(location, rest, value, before, location in touched))
    return list(objects.items())


def _split(location: str) -> tuple[str, str]:
    """Object and field: ``inode`` and ``i_size``; ``page cache`` and ``[0]``."""
    at = min((i for i in (location.find("."), location.find("[")) if i > 0), default=len(location))
    return location[:at], location[at:].removeprefix(".")


def _data(
    report: Report,
    schedule: Schedule,
    relations: PageRelations,
    position: Position,
    state: State,
    cards: Sequence[Card],
    moves: Sequence[int],
) -> dict[str, object]:
    """What the script reads; events, steps and relations as on the page of a report."""
    threads = [visible(thread.name) for thread in report.threads]
    drawn = [relation for relation in relations.relations if relation.name in _DRAWN and relation.text is not None]
    changes: dict[str, list[list[object]]] = {}
    for step in schedule.steps:
        if step.change:
            changes.setdefault(step.change.location, []).append([step.number, step.change.after])
    return {
        "threads": threads,
        "events": [
            {"text": description(event), "step": anchor.number if (anchor := schedule.anchor(event.id)) else 0}
            for event in report.events
        ],
        "steps": [{"thread": step.thread, "events": step.events} for step in schedule.steps],
        "moves": moves,
        "holds": [[hold.thread, hold.first, hold.last, hold.lock] for hold in lock_holds(report, schedule)],
        "path": [[edge.source, edge.target, visible(edge.relation)] for edge in report.property.path],
        "relations": [[relation.name, relation.count, i] for i, relation in enumerate(drawn)],
        "texts": [relations.texts[relation.text] for relation in drawn if relation.text is not None],
        "meanings": {name: meaning(name) for name in _DRAWN},
        "initial": {visible(event.location or ""): shown(event) for event in report.events if event.thread < 0},
        "changes": changes,
        "taken": len(position.steps),
        "path_here": state.path,
        "current": _current(position, cards),
        "idle": {card.number: _idle(card) for card in cards if not card.offers},
        "first": {card.number: card.offers[0].path for card in cards if card.offers},
        "said": _spoken(state, schedule, cards),
    }


def _current(position: Position, cards: Sequence[Card]) -> int | None:
    """The thread that goes on: that of the last step, or the next one with a step that takes effect now."""
    last = position.steps[-1].thread if position.steps else 0
    turns = [cards[(last + i) % len(cards)] for i in range(len(cards))]
    able = [card for card in turns if card.offers]
    now = [card for card in able if not card.offers[0].old]
    return next((card.number for card in (*now, *able)), None)


def _idle(card: Card) -> str:
    """What the key of a thread says that has no step."""
    return f"{card.name} waits: it has no step now." if card.state == "waits" else f"{card.name} has ended."


def _spoken(state: State, schedule: Schedule, cards: Sequence[Card]) -> str:
    """What a person who does not see the page is told after a step."""
    parts = []
    if schedule.steps:
        step = schedule.steps[-1]
        parts.append(f"{cards[step.thread].name} {step.name} {step.action}".replace("  ", " "))
    parts.append(state.headline)
    parts += [f"{said.name}: {said.word}" for said in state.properties if said.kind == "violated"]
    parts += [f"{card.name}: {len(card.offers)} {'step' if len(card.offers) == 1 else 'steps'}" for card in cards]
    return ". ".join(parts) + "."
