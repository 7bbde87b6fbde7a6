"""Every form shows the same events, values and edges as the report."""

from __future__ import annotations

import json
import re
from html import unescape
from html.parser import HTMLParser
from io import BytesIO
from itertools import pairwise
from typing import Any
from xml.etree import ElementTree as ET

import networkx as nx
import pytest

from reports.forms.graph import to_networkx
from reports.picture.png import figure
from reports.render import render
from reports.structure import Event, Report

REPORTS = ["leak", "stale", "odd", "long", "locked", "crowd"]
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
    """Whether a line says what the step does: location and value, both values of an RMW."""
    first, last = events[0], events[-1]
    if last.location is None:
        return last.tag is not None and f"fence {last.tag.value}" in line
    before = str(first.value) if len(events) == 2 else r"[^<>]*"
    change = rf"( {before} ->| =) " if last.kind.writes else " = "
    verb = "reads " if last.kind.reads else ""
    return bool(re.search(rf"{verb}{re.escape(last.location)}{change}{last.value}\b", line))


def names_place(line: str, event: Event) -> bool:
    """Whether a line names the kernel place of an event, or what there is of a reference and the modelled function."""
    in_kernel = event.reference.startswith("mm/")
    return event.reference in line and (in_kernel or not event.stack or event.stack[-1].function in line)


def path_edges(report: Report) -> set[tuple[int, int, str]]:
    return {(edge.source, edge.target, edge.relation) for edge in report.property.path}


def listed_edges(report: Report) -> set[tuple[int, int, str]]:
    return {(a, b, name) for name, pairs in report.relations.items() for a, b in pairs} | path_edges(report)


def drawn_edges(report: Report) -> set[tuple[int, int, str]]:
    """What DOT and Mermaid draw: the path, po, rf, co, and fr to the next store; the other fr follow from co."""
    following = {(a, b) for order in report.coherence for a, b in pairwise(order.writes)}
    next_stores = {
        (load, store, "fr") for load, store in report.relations["fr"] if (report.source_of[load], store) in following
    }
    plain = {edge for edge in listed_edges(report) if edge[2] in ("po", "rf", "co")}
    return plain | next_stores | path_edges(report)


def test_text_has_a_row_for_each_step(report: Report) -> None:
    lines = render(report, "text").splitlines()
    numbered = [line for line in lines if re.match(r"[> ] +\d+ ", line)]
    assert len(numbered) == len(steps(report))
    for number, (line, events) in enumerate(zip(numbered, steps(report), strict=True), 1):
        marks = {mark.event for mark in report.property.marks}
        on_path = {event for edge in path_edges(report) for event in edge[:2]} | marks
        assert line.split()[: 2 if line[0] == ">" else 1][-1] == str(number)
        assert (line[0] == ">") == any(event.id in on_path for event in events)
        assert says(line, events)
        assert names_place(line, events[0])
    for edge in report.property.path:
        assert sum(f"--{edge.relation}-->" in line for line in lines) == [
            e.relation for e in report.property.path
        ].count(edge.relation)


def test_svg_has_each_step_once_and_the_bold_path(report: Report) -> None:
    root = ET.fromstring(render(report, "svg"))
    groups = list(root.iter(f"{SVG}g"))
    by_events = {tuple(event.id for event in events): events for events in steps(report)}
    shown = []
    folded: set[int] = set()
    for group in groups:
        hint = group.findtext(f"{SVG}title", "")
        if "data-events" in group.attrib:
            key = tuple(map(int, group.attrib["data-events"].split()))
            shown.append(key)
            events = by_events[key]
            assert any(says("".join(text.itertext()), events) for text in group.iter(f"{SVG}text"))
            assert names_place(hint, events[0])
            assert not events[0].file or f"{events[0].file}:{events[0].line}" in hint
        elif "data-folded" in group.attrib:
            ids = list(map(int, group.attrib["data-folded"].split()))
            folded |= set(ids)
            inside = [key for key in by_events if key[0] in ids]
            assert [event for key in inside for event in key] == ids
            shown += inside
            for line, key in zip(hint.splitlines(), inside, strict=True):
                assert says(line, by_events[key])
                assert names_place(line, by_events[key][0])
    assert sorted(shown) == sorted(by_events)
    bold = {
        (int(g.attrib["data-source"]), int(g.attrib["data-target"]), g.attrib["data-relation"])
        for g in groups
        if "bold" in g.attrib.get("class", "").split() and "data-source" in g.attrib
    }
    assert bold == path_edges(report)
    drawn = {(int(g.attrib["data-source"]), int(g.attrib["data-target"])) for g in groups if "data-source" in g.attrib}
    assert {(a, b) for a, b in report.relations["rf"] if not folded & {a, b}} <= drawn


def page_data(page: str) -> Any:
    """What the page's script reads."""
    found = re.search(r'<script type="application/json" id="data">(.*?)</script>', page)
    assert found is not None
    return json.loads(found[1])


def unpacked(text: str) -> set[tuple[int, int]]:
    """The pairs of a relation as the page holds it: ``3:7-9,12;5:6``."""
    pairs = set()
    for row in text.split(";"):
        source, targets = row.split(":")
        for run in targets.split(","):
            first, _, last = run.partition("-")
            pairs |= {(int(source), target) for target in range(int(first), int(last or first) + 1)}
    return pairs


def test_html_has_every_event_and_edge(report: Report) -> None:
    data = page_data(render(report, "html"))
    assert data["threads"] == [thread.name for thread in report.threads]
    assert [entry.get("source", -1) for entry in data["events"]] == list(report.source_of)
    for event, entry in zip(report.events, data["events"], strict=True):
        assert event.location is None or f"{event.location} = {event.value}" in entry["text"]
    assert [tuple(edge) for edge in data["path"]] == [(e.source, e.target, e.relation) for e in report.property.path]
    found = {(name, *pair) for name, _, text in data["relations"] for pair in unpacked(data["texts"][text])}
    found = {edge for edge in found if not edge[0].endswith(" fence")}  # told by events, not by a relation
    assert found == {(name, *pair) for name, pairs in report.relations.items() for pair in pairs}
    assert [step["events"] for step in data["steps"]] == [[event.id for event in group] for group in steps(report)]


def test_html_has_the_steps_in_the_ladder_and_in_the_table(report: Report) -> None:
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

        def handle_endtag(self, tag: str) -> None:
            self.inside = self.inside and tag != "tbody"

        def handle_data(self, data: str) -> None:
            if self.inside:
                self.rows[-1] += data + " "

    page = render(report, "html")
    parser = Rows()
    parser.feed(page)
    assert len(parser.rows) == len(steps(report))
    for row, events in zip(parser.rows, steps(report), strict=True):
        assert says(row, events)
        assert names_place(row, events[0])
    rungs = re.findall(r'<div class="row[^"]*" data-step="(\d+)">(.*?)</div>', page, re.DOTALL)
    assert [int(number) for number, _ in rungs] == [number for number, _ in enumerate(steps(report), 1)]
    for (_, rung), events in zip(rungs, steps(report), strict=True):
        assert says(unescape(re.sub(r"<[^>]*>", "", rung)), events)
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
    nodes = dict(re.findall(r"^\te(\d+) \[label=(\".*?\"|\S+)", source, re.MULTILINE))
    assert sorted(map(int, nodes)) == [event.id for event in report.events]
    for event in report.events:
        if event.location is not None:
            assert f"{event.location} = {event.value}" in nodes[str(event.id)]
    edges = re.findall(r"^\te(\d+) -> e(\d+)(?: \[(.*)\])?$", source, re.MULTILINE)
    found = set()
    for a, b, attributes in edges:
        label = re.search(r"label=(\S+)", attributes)
        found.add((int(a), int(b), label[1] if label else "po", "style=bold" in attributes))
    assert found == {(*edge, edge in path_edges(report)) for edge in drawn_edges(report)}


def test_mermaid_has_every_event_and_edge(report: Report) -> None:
    lines = [
        re.sub(r"#(\d+);", lambda code: chr(int(code[1])), line.strip())
        for line in render(report, "mermaid").splitlines()
    ]
    nodes = {int(found[1]): found[2] for line in lines if (found := re.fullmatch(r'e(\d+)\["(.*)"\]', line))}
    assert sorted(nodes) == [event.id for event in report.events]
    for event in report.events:
        if event.location is not None:
            assert f"{event.location} = {event.value}" in nodes[event.id]
    for number, events in enumerate(steps(report), 1):
        assert all(nodes[event.id].startswith(f"{number}: ") for event in events)
    link = re.compile(r'e(\d+) (==>|-->|-\.->)(?:\|"(.*)"\|)? e(\d+)')
    links = {(int(f[1]), int(f[4]), f[3] or "po", f[2] == "==>") for line in lines if (f := link.fullmatch(line))}
    assert links == {(*edge, edge in path_edges(report)) for edge in drawn_edges(report)}


def test_shiviz_has_a_line_for_each_step_and_the_reads_between_threads(report: Report) -> None:
    parser, empty, *lines = render(report, "shiviz").splitlines()
    assert empty == ""
    matches = [re.fullmatch(parser.replace("(?<", "(?P<"), line) for line in lines]
    clocks: dict[int, dict[str, int]] = {}
    for number, (match, events) in enumerate(zip(matches, steps(report), strict=True), 1):
        assert match is not None
        assert match["host"] == report.threads[events[0].thread].name
        assert match["step"] == str(number)
        assert says(match["event"], events)
        assert names_place(match["kernel"], events[0])
        clocks |= {event.id: json.loads(match["clock"]) for event in events}
    for source, target in report.relations["rf"]:
        writer = report.events[source].thread
        if writer not in (-1, report.events[target].thread):
            host = report.threads[writer].name
            assert clocks[target][host] >= clocks[source][host]


def test_trace_has_a_slice_for_each_step_and_an_arrow_for_each_edge_forwards(report: Report) -> None:
    trace = json.loads(render(report, "trace"))
    entries = trace["traceEvents"]
    slices = [entry for entry in entries if entry["ph"] == "X" and entry["cat"] != "lock"]
    assert [entry["args"]["events"] for entry in slices] == [[e.id for e in events] for events in steps(report)]
    for number, (entry, events) in enumerate(zip(slices, steps(report), strict=True)):
        assert (entry["ts"], entry["dur"], entry["tid"]) == (number * 1000, 1000, events[0].thread + 1)
        assert says(entry["name"], events)
        if events[-1].location is not None:
            assert (entry["args"]["location"], entry["args"]["value"]) == (events[-1].location, events[-1].value)
        assert names_place(entry["args"].get("kernel", ""), events[0])
        assert not events[0].file or entry["args"]["code"] == f"{events[0].file}:{events[0].line}"
    number_of = {event.id: number for number, events in enumerate(steps(report)) for event in events}
    reads = {(a, b, "rf") for a, b in report.relations["rf"] if not any(e[:2] == (a, b) for e in path_edges(report))}
    forwards = {
        edge
        for edge in path_edges(report) | reads
        if edge[0] in number_of and edge[1] in number_of and number_of[edge[0]] < number_of[edge[1]]
    }
    for phase in "sf":
        assert {(e["args"]["from"], e["args"]["to"], e["name"]) for e in entries if e["ph"] == phase} == forwards
    told = [tuple(edge.values()) for edge in trace["otherData"]["path"]]
    assert told == [(edge.source, edge.target, edge.relation) for edge in report.property.path]


def test_mail_has_a_row_for_each_step(report: Report) -> None:
    text = render(report, "mail")
    start = text.index("\n step")
    ladder = text[start : text.index("\n\n", start)]
    # A row runs on in the lines below it that have no number.
    rows = re.split(r"\n(?=[* ] *\d+ )", ladder)[1:]
    marks = {mark.event for mark in report.property.marks}
    on_path = {event for edge in path_edges(report) for event in edge[:2]} | marks
    for number, (row, events) in enumerate(zip(rows, steps(report), strict=True), 1):
        assert row.lstrip("* ").split()[0] == str(number)
        assert (row[0] == "*") == any(event.id in on_path for event in events)
        assert says(" ".join(row.split()), events)
        assert names_place(" ".join(text.split()), events[0])
    for edge in report.property.path:
        assert f"--{edge.relation}-->" in text


def test_sarif_has_a_location_for_each_step_and_for_the_path(report: Report) -> None:
    (result,) = json.loads(render(report, "sarif"))["runs"][0]["results"]
    (flow,) = result["codeFlows"]
    places = {
        place["executionOrder"]: (thread["id"], place)
        for thread in flow["threadFlows"]
        for place in thread["locations"]
    }
    assert sorted(places) == list(range(1, len(steps(report)) + 1))
    for number, events in enumerate(steps(report), 1):
        thread, place = places[number]
        assert thread == report.threads[events[0].thread].name
        assert says(place["location"]["message"]["text"], events)
        if events[0].file:
            physical = place["location"]["physicalLocation"]
            assert physical["artifactLocation"]["uri"] == events[0].file
            assert physical["region"]["startLine"] == events[0].line
    ends = {event for edge in path_edges(report) for event in edge[:2]}
    assert len(result["locations"]) + len(result["relatedLocations"]) == len(ends)


def test_junit_has_the_verdict_and_the_sentence(report: Report) -> None:
    failure = ET.fromstring(render(report, "junit")).find("testsuite/testcase/failure")
    assert failure is not None
    assert failure.attrib["message"] == f"VIOLATED: {report.property.name}"
    assert (failure.text or "").startswith(f"{report.property.sentence}\n{report.search.executions:,} executions")


def test_png_has_every_text_of_the_svg(report: Report) -> None:
    root = ET.fromstring(render(report, "svg"))
    texts = [part for text in root.iter(f"{SVG}text") for part in text.itertext() if part.strip()]
    drawn = [text.get_text() for text in figure(report).axes[0].texts]
    assert drawn == [text.removesuffix(", listed in the tooltip") for text in texts]


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
