"""The execution graph in Graphviz's DOT language: a column per thread, the witness order downwards, the path bold.

Only the text is made here; drawing it needs Graphviz: ``dot -Tsvg``.  Every node has its place
(``pos`` with ``!``) and its size, and the graph asks for the layout that keeps them (neato), so the
columns stay columns and a row is a place in the witness order.  Edges are splines around the boxes.
"""

from __future__ import annotations

from textwrap import wrap

from graphviz import Digraph, escape, nohtml

from explorer.execution.kinds import Kind
from explorer.visible import visible
from reports.forms.edges import GREY, Edge, drawn_edges, node_lines
from reports.picture.measure import text_width
from reports.steps import SEALED
from reports.structure import Event, Report
from reports.words import bold, title, verdict

_RED = "#b3261e"
_BLACK = "#1c2127"
_MUTED = "#5c6675"
_STYLES = {"co": "dashed", "fr": "dotted"}  # of edges off the path
_FONT = 11  # in points
_HEADING = 13

# Lengths are in inches, as Graphviz has them.
_POINTS = 72
_ROW = 0.7  # distance of rows
_BOX = 0.26  # height of a box of one line
_LINE = 0.17  # of each further line
_PADDING = 0.2  # of a box, both sides together
_GAP = 1.1  # between columns, for edges and their labels
_NARROW_GAP = 0.35  # between the initial writes
_SEAL = 0.3  # extra room for the line of the seal
_SAMPLE = 0.9  # length of an edge in the legend
_KEY = 0.38  # distance of its lines


def dot(report: Report) -> str:
    """The graph: every event a node ``eN``, the threads' names ``tN`` above them, and a legend below."""
    return _Drawing(report).source()


class _Drawing:
    """Where everything stands, and the text; y is 0 at the threads' names and falls downwards."""

    def __init__(self, report: Report) -> None:
        self._report = report
        self._edges = drawn_edges(report)
        self._path = {event for edge in report.property.path for event in (edge.source, edge.target)}
        self._path |= {mark.event for mark in report.property.marks}
        self._columns, self._width = self._place_columns()
        self._rows, self._seals, self._bottom = self._place_rows()
        self._graph = Digraph("execution")

    def source(self) -> str:
        report, graph = self._report, self._graph
        columns = max(60, int(self._width * _POINTS / text_width("x", _FONT)))
        lines = [
            *wrap(visible(report.property.sentence), columns),
            *wrap(f"{verdict(report)}   {title(report)}", columns),
        ]
        graph.attr(layout="neato", splines="true", outputorder="edgesfirst", pad="0.3")
        graph.attr(label=_quoted("\n".join(lines)), labelloc="t", fontname="monospace", fontsize="14")
        graph.attr("node", shape="box", style="filled", fillcolor="#f5f6f8", color=GREY, fontname="monospace")
        graph.attr("node", fontsize=str(_FONT), margin="0", fixedsize="true")
        graph.attr("edge", fontname="monospace", fontsize="10", color=GREY, fontcolor=_MUTED)
        self._initial()
        for thread, name in enumerate(report.threads):
            self._words(f"t{thread}", visible(name.name), self._columns[thread], 0.0, _HEADING)
        for event in report.events:
            if event.kind is not Kind.INITIAL:
                self._node(event, self._columns[event.thread], self._rows[event.id])
        # What is drawn last lies on top.
        for edge in sorted(self._edges, key=lambda edge: edge.on_path):
            self._edge(edge)
        for i, y in enumerate(self._seals):
            self._seal(i, y)
        self._legend()
        return str(graph.source)

    def _place_columns(self) -> tuple[list[float], float]:
        """The middle of each thread's column, and the width of all."""
        columns, x = [], 0.0
        for thread, name in enumerate(self._report.threads):
            boxes = [_size(self._lines(event))[0] for event in self._report.events if event.thread == thread]
            width = max([_size([visible(name.name)], _HEADING)[0], *boxes])
            columns.append(x + width / 2)
            x += width + _GAP
        return columns, max(x - _GAP, 0.0)

    def _place_rows(self) -> tuple[dict[int, float], list[float], float]:
        """The height of each event, those of the seal lines, and that below all."""
        sealed = {mark.event for mark in self._report.property.marks if mark.label == SEALED}
        rows, seals, y = {}, [], 0.0
        for event in self._report.witness.order:
            y -= _ROW
            rows[event] = y
            if event in sealed:
                y -= _SEAL
                seals.append(y - (_ROW - _SEAL) / 2)
        return rows, seals, y - _ROW

    def _lines(self, event: Event) -> list[str]:
        return node_lines(self._report, event)

    def _initial(self) -> None:
        """The initial writes in as many rows above the threads' names as the columns' width asks for."""
        rows: list[list[tuple[Event, float]]] = [[]]
        x = 0.0
        for event in self._report.events:
            if event.kind is Kind.INITIAL:
                width = _size(self._lines(event))[0]
                if rows[-1] and x + width > self._width:
                    rows.append([])
                    x = 0.0
                rows[-1].append((event, x + width / 2))
                x += width + _NARROW_GAP
        for height, row in enumerate(reversed(rows), 1):
            for event, middle in row:
                self._node(event, middle, height * _ROW)
        self._words("initially", "initially", -0.7, len(rows) * _ROW)

    def _node(self, event: Event, x: float, y: float) -> None:
        lines = self._lines(event)
        width, height = _size(lines)
        place = f"{event.file}:{event.line}" if event.file else ""
        tooltip = "\n".join(visible(fact) for fact in (event.reference, place) if fact)
        on_path = {"color": _RED, "fillcolor": "#fdeeec", "penwidth": "2"} if event.id in self._path else {}
        dashed = {"style": "filled,dashed"} if event.id in self._report.witness.reordered else {}
        self._graph.node(
            f"e{event.id}",
            _quoted("\n".join(lines)),
            pos=_place(x, y),
            width=_inches(width),
            height=_inches(height),
            tooltip=_quoted(tooltip or lines[0]),
            **on_path,
            **dashed,
        )

    def _edge(self, edge: Edge) -> None:
        attributes = {"style": _STYLES[edge.base]} if edge.base in _STYLES and not edge.on_path else {}
        if edge.on_path:
            # Between threads it is a part of the race: it stands out from the steps within a thread.
            width = "4" if edge.decides(self._report) else "2.5"
            attributes |= {"color": edge.colour, "fontcolor": edge.colour, "style": "bold", "penwidth": width}
        if edge.on_path or edge.base != "po":
            attributes["label"] = _quoted(visible(edge.relation))
        if edge.on_path:
            attributes["fontsize"] = "12"
        self._graph.edge(f"e{edge.source}", f"e{edge.target}", **attributes)

    def _seal(self, number: int, y: float) -> None:
        """A double line through all columns."""
        ends = [f"seal{number}{end}" for end in ("from", "to")]
        for end, x in zip(ends, (-0.45, self._width + 0.35), strict=True):
            self._point(end, x, y)
        self._graph.edge(*ends, dir="none", color=f"{_BLACK}:{_BLACK}", penwidth="1")
        self._words(f"seal{number}", SEALED, -1.0, y)

    def _legend(self) -> None:
        """Edges of each kind with their meaning, below the columns."""
        y = self._bottom
        relations = ", ".join(dict.fromkeys(visible(edge.relation) for edge in self._report.property.path))
        entries: list[tuple[dict[str, str] | None, str]] = []
        if relations:
            red = {"color": _RED, "style": "bold", "penwidth": "4"}
            entries.append((red, f"{bold(self._report)}: {relations}; the thickest lead from thread to thread"))
        entries += [
            ({}, "grey, without a word: po, program order"),
            ({}, "grey, solid: rf, the load reads this store"),
            ({"style": "dashed"}, "grey, dashed: co, the next store to the same location"),
            ({"style": "dotted"}, "grey, dotted: fr, the store that overwrites the value read"),
        ]
        if self._report.witness.reordered:
            entries.append((None, "dashed box: takes effect out of program order"))
        for i, (style, words) in enumerate(entries):
            ends = [f"key{i}from", f"key{i}to"]
            if style is not None:
                self._point(ends[0], 0.0, y)
                self._point(ends[1], _SAMPLE, y)
                self._graph.edge(*ends, **style)
            self._words(f"key{i}", words, _SAMPLE + 0.2 + _size([words])[0] / 2, y, fontcolor=_MUTED)
            y -= _KEY

    def _point(self, name: str, x: float, y: float) -> None:
        self._graph.node(name, "", pos=_place(x, y), shape="point", width="0.01", height="0.01", style="invis")

    def _words(self, name: str, words: str, x: float, y: float, font: int = _FONT, **style: str) -> None:
        width, height = map(_inches, _size([words], font))
        style |= {"shape": "plaintext", "style": "solid", "fontsize": str(font)}
        self._graph.node(name, _quoted(words), pos=_place(x, y), width=width, height=height, **style)


def _size(lines: list[str], font: int = _FONT) -> tuple[float, float]:
    """Width and height of a box with these lines."""
    widest = max(text_width(line, font) for line in lines)
    return widest / _POINTS + _PADDING, _BOX + _LINE * (len(lines) - 1)


def _place(x: float, y: float) -> str:
    return f"{x:.3f},{y:.3f}!"


def _inches(length: float) -> str:
    return f"{length:.3f}"


def _quoted(text: str) -> str:
    """Text with no meaning of its own in DOT; line breaks stay."""
    quoted: str = nohtml(r"\n".join(escape(line) for line in text.split("\n")))
    return quoted
