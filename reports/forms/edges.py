"""What the forms that draw events and edges (DOT, Mermaid) show: which edges, in which order, and an event in words."""

from __future__ import annotations

from itertools import pairwise
from typing import NamedTuple

from explorer.execution.kinds import Kind
from explorer.visible import visible
from reports.steps import shown
from reports.structure import Event, Report

GREY = "#c4cad2"
"""Of edges off the path."""

_COLOURS = {"po": "#1c2127", "rf": "#b3261e", "co": "#1d5fc2", "fr": "#a65a00"}
_OWN = "#6b3fa0"  # relations of the model


class Edge(NamedTuple):
    """One edge of a drawing; ``on_path``: it belongs to the violating path."""

    source: int
    target: int
    relation: str
    on_path: bool

    @property
    def base(self) -> str:
        """The relation without the word for between threads or within one: ``rf`` of ``rfe``."""
        external = self.relation in ("rfe", "rfi", "coe", "coi", "fre", "fri")
        return self.relation[:2] if external else self.relation

    @property
    def colour(self) -> str:
        """Of its line: each relation has its own on the path."""
        return _COLOURS.get(self.base, _OWN) if self.on_path else GREY

    def decides(self, report: Report) -> bool:
        """Whether it is on the path and leads from one thread to another: these edges are the race."""
        return self.on_path and report.events[self.source].thread != report.events[self.target].thread


def drawn_edges(report: Report) -> list[Edge]:
    """The edges of the violating path in its order, then all other po, rf, co and fr.

    Of po and co these are the immediate pairs, of fr the one to the next store in coherence: what follows from them
    would hide them.
    """
    path = dict.fromkeys((edge.source, edge.target, edge.relation) for edge in report.property.path)
    following = dict(pair for order in report.coherence for pair in pairwise(order.writes))
    pairs = {name: report.relations[name] for name in ("po", "rf", "co")}
    pairs["fr"] = tuple((load, following[store]) for store, load in pairs["rf"] if store in following)
    others = [(a, b, name) for name, related in pairs.items() for a, b in related if (a, b, name) not in path]
    return [*(Edge(*edge, on_path=True) for edge in path), *(Edge(*edge, on_path=False) for edge in others)]


def description(event: Event) -> str:
    """Kind, ordering tag, location and value: ``W[release] ready = 1``."""
    tag = f"[{event.tag.value}]" if event.tag else ""
    kind = "" if event.kind is Kind.INITIAL else f"{event.kind.value}{tag} "
    place = "" if event.location is None else visible(event.location)
    return f"{kind}{place} = {shown(event)}" if event.value is not None else f"{kind}{place}".rstrip()


def node_lines(report: Report, event: Event) -> list[str]:
    """What stands in an event's box: its step and what it does, then how it lies in the order, then the marks on it."""
    tags = [name for name in ("reordered", "forwarded") if event.id in getattr(report.witness, name)]
    labels = [f"<- {visible(mark.label)}" for mark in report.property.marks if mark.event == event.id]
    first = " ".join(word for word in (visible(event.step), description(event)) if word)
    return [first, *([" ".join([*tags, *labels])] if tags or labels else [])]
