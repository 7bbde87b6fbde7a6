"""The execution as a graph for networkx, and its GraphML and node-link JSON forms.

networkx is imported only when a graph is made: it is slow to load.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from explorer.execution.graph import node_attributes
from explorer.visible import visible
from reports.structure import Event, Report

if TYPE_CHECKING:
    import networkx


def to_networkx(report: Report) -> networkx.MultiDiGraph:
    """The execution as a MultiDiGraph.

    Nodes are event numbers with the attributes that ``Execution.to_networkx`` gives them, and ``position`` (place in
    the witness order, -1 for initial writes), ``marks`` (joined by ", ", absent without one) and the booleans
    ``reordered`` and ``forwarded``.

    Edges have the attributes ``relation`` (also their key) and ``path``: their places on
    the violating path, from 1, joined by ", " (empty off the path).  All relations
    of the report are there, po and co as immediate pairs, and every edge of the path.

    The graph has the attributes ``scenario``, ``protocol``, ``fix``, ``model``,
    ``property`` and ``sentence``.
    """
    import networkx as nx

    graph = nx.MultiDiGraph(
        scenario=report.scenario,
        protocol=report.protocol,
        fix=report.fix,
        model=report.model.name,
        property=report.property.name,
        sentence=report.property.sentence,
    )
    position = {event: place for place, event in enumerate(report.witness.order)}
    for event in report.events:
        graph.add_node(event.id, **_attributes(report, event, position.get(event.id, -1)))
    places: dict[tuple[int, int, str], list[str]] = {}
    for place, edge in enumerate(report.property.path, 1):
        places.setdefault((edge.source, edge.target, edge.relation), []).append(str(place))
    listed = [(a, b, name) for name in sorted(report.relations) for a, b in report.relations[name]]
    for source, target, relation in dict.fromkeys([*listed, *places]):
        where = ", ".join(places.get((source, target, relation), ()))
        graph.add_edge(source, target, key=relation, relation=relation, path=where)
    return graph


def graphml(report: Report) -> str:
    """The graph as GraphML; values and names are strings of visible text, as XML requires."""
    import networkx as nx

    graph = to_networkx(report)
    clean = nx.MultiDiGraph(**_clean(graph.graph))
    for node, attributes in graph.nodes(data=True):
        clean.add_node(node, **_clean(attributes))
    for source, target, attributes in graph.edges(data=True):
        clean.add_edge(source, target, key=visible(attributes["relation"]), **_clean(attributes))
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + "\n".join(nx.generate_graphml(clean)) + "\n"


def node_link(report: Report) -> str:
    """The graph as networkx's node-link JSON (``nodes`` and ``edges``), in ASCII."""
    import networkx as nx

    return json.dumps(nx.node_link_data(to_networkx(report), edges="edges"), indent=1) + "\n"


def _attributes(report: Report, event: Event, position: int) -> dict[str, Any]:
    marks = ", ".join(mark.label for mark in report.property.marks if mark.event == event.id)
    return {
        **node_attributes(
            kind=event.kind,
            tag=event.tag,
            location=event.location,
            value=event.value,
            thread=event.thread,
            thread_name=report.threads[event.thread].name if event.thread >= 0 else None,
            index=event.index,
            step=event.step,
            reference=event.reference,
            function=event.stack[-1].function if event.stack else "",
            file=event.file,
            line=event.line,
            waits=event.waits,
            implied=event.implied,
        ),
        "position": position,
        **({"marks": marks} if marks else {}),
        "reordered": event.id in report.witness.reordered,
        "forwarded": event.id in report.witness.forwarded,
    }


def _clean(attributes: dict[str, Any]) -> dict[str, Any]:
    """Strings as visible text, and ``value`` always a string: one GraphML attribute has one type."""
    as_text = {name: str(value) if name == "value" else value for name, value in attributes.items()}
    return {name: visible(value) if isinstance(value, str) else value for name, value in as_text.items()}
