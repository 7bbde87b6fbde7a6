"""Every form shows the same events, values and edges as the report."""

from __future__ import annotations

import json
import re
from html.parser import HTMLParser
from io import BytesIO
from xml.etree import ElementTree as ET

import networkx as nx
import pytest

from reports.graph import to_networkx
from reports.render import render
from reports.structure import Event, Report

REPORTS = ["leak", "stale", "odd"]
SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture(params=REPORTS)
def report(request: pytest.FixtureRequest) -> Report:
    found = request.getfixturevalue(request.param)
    assert isinstance(found, Report)
    return found


def steps(report: Report) -> list[list[Event]]:
    """The events of each step in witness order: the lock of ``odd`` is one step, its fence none."""
    order = [event for event in report.witness.order if not report.events[event].implied]
    pairs = report.relations["rmw"]
    seconds = {second for _, second in pairs}
    return [[report.events[i], *(report.events[b] for a, b in pairs if a == i)] for i in order if i not in seconds]


def says(line: str, events: list[Event]) -> bool:
    """Whether a line names the step's location and value."""
    if len(events) == 2 or events[0].kind.value == "UL":
        return f"lock {events[0].location}" in line
    word = "reads" if events[0].kind.reads else "="
    return bool(re.search(rf"{re.escape(str(events[0].location))}(\[\S+\])? {word} {events[0].value}\b", line))


def path_edges(report: Report) -> set[tuple[int, int, str]]:
    return {(edge.source, edge.target, edge.relation) for edge in report.property.path}


def listed_edges(report: Report) -> set[tuple[int, int, str]]:
    return {(a, b, name) for name, pairs in report.relations.items() for a, b in pairs} | path_edges(report)


def test_text_has_a_row_for_each_step(report: Report) -> None:
    lines = render(report, "text").splitlines()
    numbered = [line for line in lines if re.match(r" +\d+ ", line)]
    assert len(numbered) == len(steps(report))
    for number, (line, events) in enumerate(zip(numbered, steps(report), strict=True), 1):
        assert line.split()[0] == str(number)
        assert says(line, events)
    for edge in report.property.path:
        assert sum(f"--{edge.relation}-->" in line for line in lines) == [
            e.relation for e in report.property.path
        ].count(edge.relation)


def test_svg_has_a_box_for_each_step_and_the_bold_path(report: Report) -> None:
    root = ET.fromstring(render(report, "svg"))
    groups = list(root.iter(f"{SVG}g"))
    boxes = [group for group in groups if "data-events" in group.attrib]
    assert [list(map(int, box.attrib["data-events"].split())) for box in boxes] == [
        [event.id for event in events] for events in steps(report)
    ]
    for box, events in zip(boxes, steps(report), strict=True):
        assert any(says("".join(text.itertext()), events) for text in box.iter(f"{SVG}text"))
        hint = box.findtext(f"{SVG}title", "")
        assert events[0].reference in hint
        assert not events[0].file or f"{events[0].file}:{events[0].line}" in hint
    bold = {
        (int(g.attrib["data-source"]), int(g.attrib["data-target"]), g.attrib["data-relation"])
        for g in groups
        if "bold" in g.attrib.get("class", "").split() and "data-source" in g.attrib
    }
    assert bold == path_edges(report)
    drawn = {(int(g.attrib["data-source"]), int(g.attrib["data-target"])) for g in groups if "data-source" in g.attrib}
    one_step = set(report.relations["rmw"])
    assert set(report.relations["rf"]) - one_step <= drawn


def test_html_has_the_picture_and_a_table_row_for_each_step(report: Report) -> None:
    class Rows(HTMLParser):
        def __init__(self) -> None:
            super().__init__()
            self.rows: list[str] = []
            self.inside = False

        def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
            if tag == "tr":
                self.inside = (dict(attrs).get("id") or "").startswith("step-")
                if self.inside:
                    self.rows.append("")

        def handle_data(self, data: str) -> None:
            if self.inside:
                self.rows[-1] += data + " "

    page = render(report, "html")
    parser = Rows()
    parser.feed(page)
    assert len(parser.rows) == len(steps(report))
    for row, events in zip(parser.rows, steps(report), strict=True):
        assert says(row, events)
        assert events[0].reference in row
        assert not events[0].stack or events[0].stack[-1].function in row
    for events in steps(report):
        assert page.count(f'data-events="{" ".join(str(event.id) for event in events)}"') == 1
    assert f"{report.search.executions:,} executions explored" in page


def test_html_marks_the_line_of_each_step(leak: Report) -> None:
    page = render(leak, "html")
    lines = re.findall(r'<td class="count mono">(\d+)</td><td class="steps">(.*?)</td>', page)
    marked = {int(line): re.findall(r"step (\d+)", links) for line, links in lines if links}
    expected: dict[int, list[str]] = {}
    for number, (event,) in enumerate(steps(leak), 1):
        expected.setdefault(event.line, []).append(str(number))
    assert marked == expected


def test_dot_has_every_event_and_edge(report: Report) -> None:
    source = render(report, "dot")
    nodes = dict(re.findall(r"^\t\te(\d+) \[label=(\".*?\"|\S+)", source, re.MULTILINE))
    assert sorted(map(int, nodes)) == [event.id for event in report.events]
    for event in report.events:
        if event.location is not None:
            assert f"{event.location} = {event.value}" in nodes[str(event.id)]
    edges = re.findall(r"^\te(\d+) -> e(\d+) \[(.*)\]$", source, re.MULTILINE)
    found = set()
    for a, b, attributes in edges:
        label = re.search(r"label=(\S+)", attributes)
        found.add((int(a), int(b), label[1] if label else "po", "style=bold" in attributes))
    drawn = {edge for edge in listed_edges(report) if edge[2] in ("po", "rf", "co", "fr")} | path_edges(report)
    assert found == {(*edge, edge in path_edges(report)) for edge in drawn}


def test_graph_has_every_event_and_edge(report: Report) -> None:
    graph = to_networkx(report)
    assert {node: graph.nodes[node].get("value") for node in graph} == {e.id: e.value for e in report.events}
    assert {node: graph.nodes[node].get("location") for node in graph} == {e.id: e.location for e in report.events}
    assert set(graph.edges(keys=True)) == listed_edges(report)
    on_path = {edge for edge in graph.edges(keys=True) if graph.edges[edge]["path"]}
    assert on_path == path_edges(report)
    order = sorted(
        (node for node in graph if graph.nodes[node]["position"] >= 0), key=lambda n: graph.nodes[n]["position"]
    )
    assert tuple(order) == report.witness.order


def test_graphml_and_node_link_hold_the_same_graph(report: Report) -> None:
    graph = to_networkx(report)
    linked = nx.node_link_graph(json.loads(render(report, "json")), edges="edges")
    assert nx.utils.graphs_equal(linked, graph)
    read = nx.read_graphml(BytesIO(render(report, "graphml").encode()), node_type=int, force_multigraph=True)
    assert set(read.edges(keys=True)) == set(graph.edges(keys=True))
    for node, attributes in graph.nodes(data=True):
        as_read = read.nodes[node]
        assert as_read == {**attributes, **({"value": str(attributes["value"])} if "value" in attributes else {})}
