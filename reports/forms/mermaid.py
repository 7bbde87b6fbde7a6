"""The execution graph as a Mermaid flowchart: a subgraph per thread, the violating path thick.

Mermaid lays out by itself, so an event has the number of its step in the witness order before it.  Text is
written in Mermaid's own codes (``#60;`` for ``<``), all but plain letters, digits and a few signs, so
nothing of it is a word of the chart, markup or a formula.  A page with Mermaid's own settings draws up to 500
edges (``maxEdges``).
"""

from __future__ import annotations

import re

from explorer.visible import visible
from reports.forms.edges import GREY, Edge, drawn_edges, node_lines
from reports.steps import Schedule
from reports.structure import Event, Report
from reports.words import bold, title, verdict

_BREAK = "<br/>"
_CODED = re.compile(r"[^A-Za-z0-9 .,_=/()\[\]-]")


def mermaid(report: Report) -> str:
    """The flowchart: every event a node ``eN``, threads are subgraphs ``tN``, and a key."""
    schedule = Schedule(report)
    edges = drawn_edges(report)
    headline = [visible(report.property.sentence), f"{verdict(report)}   {title(report)}"]
    key = [f"thick: {bold(report)}", "thin: po (no word), rf, co and fr (dotted)"]
    path = [f"e{event.id}" for event in report.events if _on_path(report, event)]
    lines = ["flowchart TB", f"  why[{_text(headline)}]:::words", f"  key[{_text(key)}]:::words", "  why ~~~ key"]
    for thread in range(-1, len(report.threads)):
        heading = "initially" if thread < 0 else visible(report.threads[thread].name)
        lines += [f"  subgraph t{thread if thread >= 0 else 'initial'}[{_text([heading])}]", "    direction TB"]
        lines += [f"    {_node(report, schedule, event)}" for event in report.events if event.thread == thread]
        lines += ["  end"]
    lines += [f"  {_link(edge)}" for edge in edges]
    # The first link is that of the headline and the key.
    lines += [f"  linkStyle default stroke:{GREY},color:#5c6675"]
    lines += [f"  linkStyle {i} {_style(report, edge)}" for i, edge in enumerate(edges, 1) if edge.on_path]
    lines += ["  classDef words fill:none,stroke:none", "  classDef path fill:#fdeeec,stroke:#b3261e,color:#1c2127"]
    if path:
        lines += [f"  class {','.join(path)} path"]
    return "\n".join(lines) + "\n"


def _on_path(report: Report, event: Event) -> bool:
    ends = {end for edge in report.property.path for end in (edge.source, edge.target)}
    return event.id in ends | {mark.event for mark in report.property.marks}


def _node(report: Report, schedule: Schedule, event: Event) -> str:
    first, *more = node_lines(report, event)
    step = schedule.step_of.get(event.id)
    return f"e{event.id}[{_text([f'{step.number}: {first}' if step else first, *more])}]"


def _link(edge: Edge) -> str:
    arrow = "==>" if edge.on_path else "-.->" if edge.base in ("co", "fr") else "-->"
    word = f"|{_text([visible(edge.relation)])}|" if edge.on_path or edge.base != "po" else ""
    return f"e{edge.source} {arrow}{word} e{edge.target}"


def _style(report: Report, edge: Edge) -> str:
    # Between threads it is a part of the race: it stands out from the steps within a thread.
    return f"stroke:{edge.colour},color:{edge.colour},stroke-width:{5 if edge.decides(report) else 3}px"


def _text(lines: list[str]) -> str:
    """Lines of visible text as a quoted label."""
    # Mermaid looks for formulas when it has decoded the text: a space without width keeps two dollars apart.
    apart = (re.sub(r"\$(?=\$)", "$\u200b", line) for line in lines)
    coded = (_CODED.sub(lambda sign: f"#{ord(sign[0])};", line) for line in apart)
    return f'"{_BREAK.join(coded)}"'
