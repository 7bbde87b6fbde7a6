"""When each relation and check of a model is computed, and why not earlier."""

from __future__ import annotations

from dataclasses import dataclass

from explorer.memory.cat.analysis import Analysis, Growth
from explorer.memory.cat.source import Place
from explorer.memory.cat.term import Op, Term
from explorer.memory.model import Axiom, Model

STATIC = "once per choice of paths"
COMPLETE = "on complete executions only"
REMARK = "a remark on complete executions"


@dataclass(frozen=True, slots=True)
class Entry:
    """One relation or check.

    Attributes:
        name: its name in the file.
        when: when it is computed, in words.
        obstacle: the first piece of it that is not monotone, where that is the reason to wait.
        place: where the piece stands.
    """

    name: str
    when: str
    obstacle: str = ""
    place: Place | None = None


@dataclass(frozen=True, slots=True)
class Plan:
    """Everything that a model names, in file order."""

    relations: tuple[Entry, ...]
    axioms: tuple[Entry, ...]
    flags: tuple[Entry, ...]


def make_plan(model: Model) -> Plan:
    """When a search has what it needs for each relation, axiom and flag."""
    return Plan(
        tuple(_relation(name, term, model) for name, term in model.relations.items()),
        tuple(_axiom(axiom, model) for axiom in model.axioms),
        tuple(Entry(flag.name, REMARK) for flag in model.flag_checks),
    )


def _relation(name: str, term: Term, model: Model) -> Entry:
    analysis = model.analysis
    if analysis.static(term):
        return Entry(name, STATIC)
    if analysis.growth(term) is not Growth.UNKNOWN:
        return Entry(name, "grows with the execution")
    if analysis.growth_on_paths(term) is not Growth.UNKNOWN:
        return Entry(name, "grows with rf and co once the paths are chosen")
    return _complete(name, term, model)


def _axiom(axiom: Axiom, model: Model) -> Entry:
    if model.analysis.static(axiom.term):
        return Entry(axiom.name, STATIC)
    if axiom.monotone:
        order = next((order for order in model.orders if order.axiom == axiom.name), None)
        if order is not None and order.complete:
            return Entry(axiom.name, "prunes partial executions, kept edge by edge")
        return Entry(axiom.name, "prunes partial executions, evaluated anew")
    if axiom.monotone_on_paths:
        return Entry(axiom.name, "prunes partial executions once their paths are chosen, evaluated anew")
    if axiom.negated:
        return Entry(axiom.name, COMPLETE, f"~{axiom.kind.value}")
    return _complete(axiom.name, axiom.term, model)


def _complete(name: str, term: Term, model: Model) -> Entry:
    place = _obstacle(term, model)
    return Entry(name, COMPLETE, place.text if place else "", place)


def _obstacle(term: Term, model: Model) -> Place | None:
    """Where the first innermost term that is not monotone is spelled out, or what is around it."""
    analysis: Analysis = model.analysis
    place: Place | None = None
    inner: Term | None = term
    while inner is not None:
        term = inner
        place = model.theory.table.places.get(term.number, place)
        unknown = (operand for operand in term.operands if analysis.growth_on_paths(operand) is Growth.UNKNOWN)
        inner = next(unknown, None) if term.op is not Op.CHOICE else None
    return place
