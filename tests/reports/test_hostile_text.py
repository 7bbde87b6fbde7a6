"""Text from scenarios and files is data: it breaks no form, runs nothing and hides nothing."""

from __future__ import annotations

import json
import re
from base64 import b64encode
from hashlib import sha256
from html.parser import HTMLParser
from io import BytesIO
from urllib.parse import unquote
from xml.etree import ElementTree as ET

import networkx as nx
import pytest
from msgspec.structs import replace
from toy_reports import HOSTILE, hostile_report

from explorer.visible import visible
from reports.forms.dot import dot
from reports.pages.gallery import render_index
from reports.picture.png import figure, png
from reports.render import FORMS, render
from reports.structure import Report, Thread
from reports.table import render_table
from reports.verdicts import Cell

SHOWN = "</script><b>&\"'\\\\x1b[31m\\u202e]]>\\x0a{{ 7*7 }}"


class Tags(HTMLParser):
    """The tags and the text of a page, and what stands in its scripts and style sheets."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.text = ""
        self.code: list[str] = []
        self.reads_code = False
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.reads_code = tag in ("script", "style")
        if self.reads_code:
            self.code.append("")

    def handle_endtag(self, tag: str) -> None:
        self.reads_code = False

    def handle_data(self, data: str) -> None:
        if self.reads_code:
            self.code[-1] += data
        else:
            self.text += data


def test_control_and_direction_characters_are_shown_as_escapes(hostile: Report) -> None:
    assert visible(hostile.scenario) == SHOWN
    assert visible("a\tb\x00\x7f\x85\u200f\u2028\ufeff\ufffe\ud800\U000e0001") == (
        "a\\x09b\\x00\\x7f\\x85\\u200f\\u2028\\ufeff\\ufffe\\ud800\\U000e0001"
    )
    assert visible("page A.data[0] é 日本 \u05d0") == "page A.data[0] é 日本 \u05d0"


def test_the_png_draws_the_text_as_it_is(hostile: Report) -> None:
    report = replace(hostile, property=replace(hostile.property, sentence=r"costs $\frac{1}{2}$ or more $"))
    words = [text for text in figure(report).axes[0].texts if text.get_text().startswith("costs")]
    assert [(text.get_text(), text.get_parse_math()) for text in words] == [(report.property.sentence, False)]
    assert png(report).startswith(b"\x89PNG")


NASTY = "--> a %%b `c` &amp; #35; $d$ <!-- e --> [f](g) {0} |h| ;i: \u200f\r\n\t\"j\" 'k' \\N \\l end"


@pytest.mark.parametrize("form", [form for form in FORMS if form != "html"])  # which has tests of its own
def test_signs_that_mean_something_to_a_form_mean_nothing_in_a_name(form: str) -> None:
    """Comments, arrows, codes, formulas, links, placeholders: what is parsed has the shape of a harmless report's."""

    def shape(text: str) -> object:
        rendered = render(hostile_report(text), form, text)
        match form:
            case "svg" | "graphml" | "junit":
                return [element.tag for element in ET.fromstring(rendered).iter()]
            case "json" | "sarif" | "trace":
                return kinds(json.loads(rendered))
            case "mermaid" | "dot":
                return re.sub(r'"(?:\\.|[^"\\])*"', "S", rendered).count("S")
            case "shiviz":
                return [line.count("\t") for line in rendered.splitlines()]
            case _:
                assert not [char for char in rendered if not char.isprintable() and char != "\n"]
                return None

    def kinds(found: object) -> object:
        if isinstance(found, dict):
            return [kinds(value) for value in found.values()]
        return list(map(kinds, found)) if isinstance(found, list) else type(found)

    assert shape(NASTY) == shape("a name of about the same length as the other one, to be wrapped like it, with blanks")


def test_a_notebook_gets_the_text_quoted(hostile: Report) -> None:
    html = hostile._repr_html_()
    assert html is not None
    page = Tags(html)
    assert not {"script", "b", "iframe", "img"} & set(page.tags)
    assert page.text.count(SHOWN) > 8


@pytest.mark.parametrize("form", FORMS)
def test_no_form_holds_a_control_character(form: str, hostile: Report) -> None:
    rendered = render(hostile, form, hostile.scenario)
    assert not [char for char in rendered if not char.isprintable() and char not in "\n\t"]


def test_html_shows_the_text_and_opens_no_tag_for_it(hostile: Report) -> None:
    page = Tags(render(hostile, "html", hostile.scenario))
    assert page.tags == Tags(render(hostile_report("harmless"), "html", "harmless")).tags
    assert page.text.count(SHOWN) > 20
    assert "49" not in page.text


def test_html_has_one_script_and_its_data_is_json(hostile: Report) -> None:
    page = Tags(render(hostile, "html", hostile.scenario))
    _, data, script = page.code
    assert json.loads(data)["threads"] == [SHOWN, SHOWN + "2"]
    assert not set("<>&") & set(data)
    assert script == Tags(render(hostile_report("harmless"), "html", "harmless")).code[2]


def test_html_loads_nothing_and_runs_its_script_only(leak: Report) -> None:
    page = render(leak, "html")
    assert set(re.findall(r"https?://[^\"\s<]+", page)) == {"http://www.w3.org/2000/svg"}
    assert not re.search(r"<link|<[a-z][^>]*\son[a-z]+=|javascript:|\burl\(|@import|<[a-z][^>]*\ssrc=", page)
    digest = b64encode(sha256(Tags(page).code[2].encode()).digest()).decode()
    assert (
        f"content=\"default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-{digest}'; "
        "base-uri 'none'; form-action 'none'\""
    ) in page.replace("&#39;", "'")


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


def test_mermaid_writes_the_text_in_codes(hostile: Report) -> None:
    chart = render(hostile, "mermaid")
    labels = re.findall(r'"([^"]*)"', chart)
    texts = [re.sub(r"#(\d+);", lambda code: chr(int(code[1])), label) for label in labels]
    assert sum(text.count(SHOWN) for text in texts) > 8
    # Inside labels is nothing but plain signs, codes and line breaks; outside nothing but Mermaid's own words.
    assert all(re.fullmatch(r"(?:[\w .,=/()\[\]-]|#\d+;|<br/>)*", label) for label in labels)
    bare = re.sub(r'"[^"]*"', "S", chart)
    assert re.fullmatch(r"[\w\s\[\]|=>.~:,#-]*", bare)


def test_shiviz_keeps_its_lines_and_fields(hostile: Report) -> None:
    parser, _, *lines = render(hostile, "shiviz").splitlines()
    for line in lines:
        match = re.fullmatch(parser.replace("(?<", "(?P<"), line)
        assert match is not None
        assert match["host"].startswith(SHOWN)
        assert json.loads(match["clock"])[match["host"]] == 1
        assert (match["kernel"], match["code"]) == (SHOWN, f"{SHOWN}:1")


def test_a_trace_holds_the_text_in_its_strings(hostile: Report) -> None:
    entries = json.loads(render(hostile, "trace"))["traceEvents"]
    threads = [entry["args"]["name"] for entry in entries if entry["name"] == "thread_name"]
    assert threads == [SHOWN, f"{SHOWN}2"]
    assert [entry["args"]["location"] for entry in entries if entry["ph"] == "X"] == [SHOWN, SHOWN]


def test_a_mail_stays_plain(hostile: Report) -> None:
    report = replace(hostile, property=replace(hostile.property, sentence="> quoted é From \u65e5" + HOSTILE))
    lines = render(report, "mail", HOSTILE).splitlines()
    assert all(line.isascii() and line == line.rstrip() and len(line) <= 72 for line in lines)
    assert not [line for line in lines if re.match(r">|From |---|-- ?$|diff -", line)]
    assert any(line.startswith(" > quoted \\xe9 From \\u65e5") for line in lines)


def test_junit_stays_well_formed(hostile: Report) -> None:
    case = ET.fromstring(render(hostile, "junit")).find("testsuite/testcase")
    assert case is not None
    assert case.attrib["classname"] == SHOWN
    assert case[0].attrib["message"] == f"VIOLATED: {SHOWN}"
    assert [each.tag for each in case] == ["failure"]


def test_sarif_takes_no_text_for_a_placeholder_link_or_address(hostile: Report) -> None:
    named = replace(hostile, property=replace(hostile.property, sentence="see [here](https://example.org) {0}"))
    (result,) = json.loads(render(named, "sarif"))["runs"][0]["results"]
    assert result["message"]["text"].startswith(r"see [here\](https://example.org) {{0}}")
    place = result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
    assert re.fullmatch(r"[\w%/.-]*", place)
    assert unquote(place) == SHOWN


def test_dot_takes_no_name_for_html(leak: Report) -> None:
    threads = (Thread(name="<b>owner</b>"), *leak.threads[1:])
    assert 'label="<b>owner</b>"' in dot(replace(leak, threads=threads))


def test_the_index_quotes_the_text(hostile: Report) -> None:
    name = hostile.scenario
    cell = Cell(name, name, name, name, "VIOLATED", "leak", 1, {name: 1}, None, False, ((name, name),))
    page = Tags(render_index([cell], command=name, tool=name))
    harmless = Cell("x", "x", "x", "x", "VIOLATED", "leak", 1, {"x": 1}, None, False, (("x", "x"),))
    assert page.tags == Tags(render_index([harmless], command="x", tool="x")).tags
    assert SHOWN in page.text
    assert "\x1b" not in render_table([cell])
