"""Repairs of small tests and scenarios, by short names of their elements."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

from explorer.litmus.macros import operations
from explorer.litmus.source import Source
from explorer.litmus.violation import Condition
from explorer.memory.model import load_model
from explorer.program.edits import Reorder
from explorer.program.tree import Unfolding
from explorer.repair.cost import costs_of
from explorer.repair.counterexamples import edits_of
from explorer.repair.elements import Element, Elements, strength
from explorer.repair.litmus_subject import LitmusSubject
from explorer.repair.search import RepairSearch, explored_case, verdict_of
from explorer.repair.subject import ScenarioSubject, Subject
from explorer.scenario import Case
from scenarios.registry import find

CLASSIC = Path(__file__).parent / "classic"

Named = frozenset[str]
"""A set of elements by name: ``rmb before R3``, ``acquire R1``."""


def no_reason() -> str:
    return ""


def search_of(subject: Subject, model: str) -> RepairSearch:
    """A finished search for repairs."""
    search = RepairSearch(subject, load_model(model), costs_of(model), no_reason, lambda _text: None)
    search.run()
    return search


def litmus_subject(text: str, file: str = "test.litmus") -> LitmusSubject:
    return LitmusSubject(Source(file, text), operations(), lambda made: Case(made.program, (Condition(made),)))


def classic(name: str) -> LitmusSubject:
    return litmus_subject((CLASSIC / f"{name}.litmus").read_text(encoding="utf-8"))


def scenario(name: str, prop: str, fix: str = "none") -> ScenarioSubject:
    """A scenario at its small sizes, with one property."""
    found = find(name)
    assert found is not None
    case = found.case(fix, found.protocols[0], found.small)
    case = replace(case, properties=tuple(each for each in case.properties if each.name == prop))
    assert case.properties
    return ScenarioSubject(case, Unfolding(case.program, 3))


def name(element: Element) -> str:
    word = strength(element).value
    where = element.site.label
    if where.startswith(("READ_ONCE", "WRITE_ONCE")):
        thread_of = {"READ_ONCE": "R", "WRITE_ONCE": "W"}
        function, _, rest = where.partition("(*")
        where = f"{thread_of[function]}{rest[0]}{element.site.line}"
    return f"{word} {where}" if isinstance(element, Reorder) else f"{word} before {where}"


def names(elements: Iterable[Element]) -> Named:
    return frozenset(map(name, elements))


def repairs(search: RepairSearch) -> set[Named]:
    """The repairs that a search proposes."""
    assert not search.found.unsettled
    return {names(repair.elements) for repair in search.found.repairs}


def holds(subject: Subject, elements: Elements, model: str) -> bool:
    """Whether the property holds with these elements, explored without the search for repairs."""
    verdict = verdict_of(explored_case(*subject.edited(edits_of(elements)), load_model(model), no_reason))
    assert verdict.value in ("HOLDS", "VIOLATED")
    return verdict.value == "HOLDS"
