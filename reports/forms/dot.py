"""The execution graph in Graphviz's DOT language: a column per thread, the violating path bold.

Only the text is made here; drawing it needs Graphviz: ``dot -Tsvg``.
"""

from __future__ import annotations

from graphviz import Digraph, escape, nohtml

from explorer.execution.kinds import Kind
from explorer.visible import visible
from reports.steps import shown
from reports.structure import Event, Report
from reports.words import bold, title, verdict

DRAWN = ("po", "rf", "co", "fr")
"""The relations drawn beside the violating path; po and co as immediate pairs."""

_COLOURS = {"po": "#1c2127", "rf": "#b3261e", "co": "#1d5fc2", "fr": "#a65a00"}
_OWN = "#6b3fa0"  # relations of the model
_GREY = "#b4bbc5"


def dot(report: Report) -> str:
    """The graph: every event a node ``eN``, clusters for the threads and the initial writes."""
    graph = Digraph("execution")
    headline = f"{visible(report.property.sentence)}\n{verdict(report)}   {title(report)}"
    legend = f"bold: {bold(report)}   grey: po, rf (solid), co (dashed), fr (dotted)"
    graph.attr(label=_quoted(f"{headline}\n{legend}"), labelloc="t", fontname="monospace", rankdir="TB", newrank="true")
    graph.attr("node", shape="box", style="filled", fillcolor="#f5f6f8", color=_GREY, fontname="monospace")
    graph.attr("edge", fontname="monospace", fontsize="10")
    for thread in range(-1, len(report.threads)):
        heading = "initially" if thread < 0 else visible(report.threads[thread].name)
        with graph.subgraph(name=f"cluster_{thread + 1}") as column:
            column.attr(label=_quoted(heading), color=_GREY)
            for event in report.events:
                if event.thread == thread:
                    _node(column, report, event)
    path = {(edge.source, edge.target, edge.relation) for edge in report.property.path}
    for edge in report.property.path:
        _edge(graph, edge.source, edge.target, edge.relation, bold=True)
    for relation in DRAWN:
        for source, target in report.relations[relation]:
            if (source, target, relation) not in path:
                _edge(graph, source, target, relation, bold=False)
    return str(graph.source)


def _node(column: Digraph, report: Report, event: Event) -> None:
    on_path = any(event.id in (edge.source, edge.target) for edge in report.property.path)
    labels = [visible(mark.label) for mark in report.property.marks if mark.event == event.id]
    words = [visible(event.step), description(event), *(f"<- {label}" for label in labels)]
    tags = [name for name in ("reordered", "forwarded") if event.id in getattr(report.witness, name)]
    lines = [" ".join(word for word in words if word), *tags]
    place = f"{event.file}:{event.line}" if event.file else ""
    tooltip = "\n".join(visible(fact) for fact in (event.reference, place) if fact)
    column.node(
        f"e{event.id}",
        _quoted("\n".join(lines)),
        tooltip=_quoted(tooltip or lines[0]),
        penwidth="2" if on_path else "1",
        **({"color": _COLOURS["rf"], "fillcolor": "#fdeeec"} if on_path else {}),
    )


def _edge(graph: Digraph, source: int, target: int, relation: str, *, bold: bool) -> None:
    base = relation[:2] if relation in ("rfe", "rfi", "coe", "coi", "fre", "fri") else relation
    colour = _COLOURS.get(base, _OWN) if bold else _GREY
    style = {"co": "dashed", "fr": "dotted"}.get(base, "solid") if not bold else "bold"
    attributes = {"color": colour, "style": style, "penwidth": "3" if bold else "1"}
    # Only program order makes columns; the other edges must not push events down.
    attributes |= {"weight": "10"} if base == "po" else {"constraint": "false"}
    if bold or base != "po":
        attributes |= {"label": _quoted(visible(relation)), "fontcolor": colour if bold else "#5c6675"}
    graph.edge(f"e{source}", f"e{target}", **attributes)


def description(event: Event) -> str:
    """Kind, ordering tag, location and value: ``W[release] ready = 1``."""
    tag = f"[{event.tag.value}]" if event.tag else ""
    kind = "" if event.kind is Kind.INITIAL else f"{event.kind.value}{tag} "
    place = "" if event.location is None else visible(event.location)
    return f"{kind}{place} = {shown(event)}" if event.value is not None else f"{kind}{place}".rstrip()


def _quoted(text: str) -> str:
    """Text with no meaning of its own in DOT; line breaks stay."""
    quoted: str = nohtml(r"\n".join(escape(line) for line in text.split("\n")))
    return quoted
