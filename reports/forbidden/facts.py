"""Why a model forbids an outcome, as plain data."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from explorer.litmus.why_not import Shape, WhyNot
from explorer.memory.chain import Link
from reports.forbidden.accesses import Accesses
from reports.forbidden.axioms import about
from reports.forbidden.reasons import reason as why
from reports.forbidden.text import Asked, from_the_first


def forbidden_facts(asked: Asked, answer: WhyNot, accesses: Accesses | None) -> dict[str, Any]:
    """The axiom and the links of the nearest candidate; null and empty where there is none."""
    reason = answer.reason
    if reason is None or accesses is None:
        return {"axiom": None, "shape": None, "links": [], "others": []}
    axiom: dict[str, Any] = {"name": reason.rule, "file": None, "line": None, "about": None}
    if reason.axiom is not None:
        place = asked.places[reason.axiom.name]
        shipped = place.source.directory is None
        says = about(place.source.file, reason.axiom.name) if shipped else ""
        axiom = {"name": reason.axiom.name, "file": place.source.file, "line": place.line, "about": says or None}
    links = from_the_first(reason.links) if reason.shape is Shape.CYCLE else reason.links
    return {
        "axiom": axiom,
        "shape": reason.shape.value,
        "links": _links(links, accesses, asked.model),
        "others": _links(reason.others, accesses, asked.model),
    }


def _links(links: Sequence[Link], accesses: Accesses, model: str) -> list[dict[str, Any]]:
    return [
        {
            "from": _access(link.first, accesses),
            "to": _access(link.second, accesses),
            "why": why(link, accesses, model),
            "relations": [f"{step.relation}^-1" if step.backward else step.relation for step in link.steps],
        }
        for link in links
    ]


def _access(event: int, accesses: Accesses) -> dict[str, Any]:
    initial = accesses.is_initial(event)
    spelling = None if initial else accesses.spelling(event)
    return {
        "thread": None if initial else accesses.thread(event),
        "access": accesses.noun(event),
        "text": spelling.text if spelling else None,
        "line": spelling.line if spelling else None,
        "location": accesses.location(event) or None,
        "value": accesses.value(event) or None,
    }
