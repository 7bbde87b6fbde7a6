"""Text from scenarios and files is data: it breaks no form, runs nothing and hides nothing."""

from __future__ import annotations

import json
import re
from html.parser import HTMLParser
from io import BytesIO
from xml.etree import ElementTree as ET

import networkx as nx
import pytest
from msgspec.structs import replace

from explorer.visible import visible
from reports.forms.dot import dot
from reports.pages.gallery import render_index
from reports.render import FORMS, render
from reports.structure import Report, Thread
from reports.table import render_table
from reports.verdicts import Cell

SHOWN = "</script><b>&\"'\\\\x1b[31m\\u202e]]>\\x0a{{ 7*7 }}"


class Tags(HTMLParser):
    """The tags and the text of a page."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.text = ""
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)

    def handle_data(self, data: str) -> None:
        self.text += data


def test_control_and_direction_characters_are_shown_as_escapes(hostile: Report) -> None:
    assert visible(hostile.scenario) == SHOWN
    assert visible("a\tb\x00\x7f\x85\u200f\u2028\ufeff\ufffe\ud800\U000e0001") == (
        "a\\x09b\\x00\\x7f\\x85\\u200f\\u2028\\ufeff\\ufffe\\ud800\\U000e0001"
    )
    assert visible("page A.data[0] é 日本 \u05d0") == "page A.data[0] é 日本 \u05d0"


@pytest.mark.parametrize("form", FORMS)
def test_no_form_holds_a_control_character(form: str, hostile: Report) -> None:
    rendered = render(hostile, form, hostile.scenario)
    assert not [char for char in rendered if not char.isprintable() and char not in "\n\t"]


def test_html_shows_the_text_and_opens_no_tag_for_it(hostile: Report, leak: Report) -> None:
    page = Tags(render(hostile, "html", hostile.scenario))
    assert not {"script", "b", "iframe", "img"} & set(page.tags)
    assert set(page.tags) <= set(Tags(render(leak, "html")).tags) | {"br"}
    assert page.text.count(SHOWN) > 20
    assert "49" not in page.text


def test_html_loads_and_runs_nothing(leak: Report) -> None:
    page = render(leak, "html")
    addresses = re.findall(r"https?://[^\"\s<]+", page)
    assert addresses == ["http://www.w3.org/2000/svg"]
    assert not re.search(r"<script|<link|\bon[a-z]+=|javascript:|\burl\(|@import|\bsrc=", page)


def test_svg_and_graphml_stay_well_formed(hostile: Report) -> None:
    texts = "".join(ET.fromstring(render(hostile, "svg")).itertext())
    assert texts.count(SHOWN) > 5
    graph = nx.read_graphml(BytesIO(render(hostile, "graphml").encode()), node_type=int, force_multigraph=True)
    assert graph.nodes[1]["location"] == SHOWN
    assert graph.nodes[0]["value"] == SHOWN
    assert SHOWN in [relation for _, _, relation in graph.edges(keys=True)]


def test_json_keeps_the_text_itself(hostile: Report) -> None:
    assert json.loads(render(hostile, "json"))["nodes"][1]["location"] == hostile.scenario


def test_dot_quotes_the_text(hostile: Report) -> None:
    source = dot(hostile)
    quoted = SHOWN.replace("\\", "\\\\").replace('"', '\\"')
    assert source.count(quoted) > 8
    # Outside of quoted strings nothing but DOT's own words is left.
    bare = re.sub(r'"(?:\\.|[^"\\])*"', "S", source)
    assert re.fullmatch(r"[\w\s{}\[\]=\->.]*", bare)


def test_dot_takes_no_name_for_html(leak: Report) -> None:
    threads = (Thread(name="<b>owner</b>"), *leak.threads[1:])
    assert 'label="<b>owner</b>"' in dot(replace(leak, threads=threads))


def test_the_index_quotes_the_text(hostile: Report) -> None:
    name = hostile.scenario
    cell = Cell(name, name, name, name, "VIOLATED", "leak", 1, {name: 1}, None, False, ((name, name),))
    page = Tags(render_index([cell], command=name, tool=name))
    assert "script" not in page.tags
    assert "b" not in page.tags
    assert SHOWN in page.text
    assert "\x1b" not in render_table([cell])
