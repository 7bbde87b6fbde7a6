"""The Mermaid chart, as text and as Mermaid draws it in chromium."""

from __future__ import annotations

import pytest
from browser import needs_chromium
from npm import npm_file
from playwright.sync_api import Browser
from toy_reports import HOSTILE, hostile_report

from reports.forms.edges import drawn_edges
from reports.forms.mermaid import mermaid
from reports.structure import Report

STALE = """\
flowchart TB
  why["A read saw the size of the sealed file and then found no seal.<br/>VIOLATED#58; stale   fresh, fix none, protocol P2, model weak"]:::words
  key["thick#58; why it is a violation<br/>thin#58; po (no word), rf, co and fr (dotted)"]:::words
  why ~~~ key
  subgraph tinitial["initially"]
    direction TB
    e0["inode.i_size = 4096"]
    e1["inode.seals = 0"]
  end
  subgraph t0["owner"]
    direction TB
    e2["2#58; T4 W[plain] inode.i_size = 0"]
    e3["3#58; A9 W[plain] inode.seals = 32 (0x20)<br/>#60;- sealed"]
    e4["4#58; F5 W[plain] inode.i_size = 8192"]
  end
  subgraph t1["reader"]
    direction TB
    e5["5#58; R1 R[plain] inode.i_size = 8192"]
    e6["1#58; R3 R[plain] inode.seals = 0<br/>reordered #60;- STALE"]
  end
  e6 ==>|"fr"| e3
  e3 ==>|"po"| e4
  e4 ==>|"rf"| e5
  e2 --> e3
  e5 --> e6
  e1 -->|"rf"| e6
  e0 -.->|"co"| e2
  e1 -.->|"co"| e3
  e2 -.->|"co"| e4
  linkStyle default stroke:#c4cad2,color:#5c6675
  linkStyle 1 stroke:#a65a00,color:#a65a00,stroke-width:5px
  linkStyle 2 stroke:#1c2127,color:#1c2127,stroke-width:3px
  linkStyle 3 stroke:#b3261e,color:#b3261e,stroke-width:5px
  classDef words fill:none,stroke:none
  classDef path fill:#fdeeec,stroke:#b3261e,color:#1c2127
  class e3,e4,e5,e6 path
"""  # noqa: E501


def test_the_chart_line_by_line(stale: Report) -> None:
    assert mermaid(stale) == STALE


DRAW = """async chart => {
    mermaid.initialize({startOnLoad: false, securityLevel: "strict"});
    const drawn = await mermaid.render("drawn", chart);
    document.body.innerHTML = drawn.svg;
    const texts = kind => [...document.querySelectorAll(kind)].map(element => element.textContent);
    return {
        nodes: texts(".node"),
        headings: texts(".cluster-label"),
        edges: texts(".edgeLabel p").filter(text => text),
        scripts: document.body.querySelectorAll("script, b, iframe").length,
    };
}"""


@needs_chromium
@pytest.mark.parametrize("name", ["leak", "stale", "odd", "long", "hostile"])
def test_mermaid_draws_it(name: str, request: pytest.FixtureRequest, browser: Browser) -> None:
    report: Report = request.getfixturevalue(name)
    program = npm_file("mermaid/dist/mermaid.min.js").read_text(encoding="utf-8")
    page = browser.new_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.set_content("<body></body>")
    page.add_script_tag(content=program)
    drawn = page.evaluate(DRAW, mermaid(report))
    page.close()
    assert asked == []
    assert drawn["scripts"] == 0
    # All events, the headline and the key.
    assert len(drawn["nodes"]) == len(report.events) + 2
    assert len(drawn["headings"]) == len(report.threads) + 1
    words = sum(relation in ("rf", "co", "fr") for relation in drawn["edges"])
    assert words == sum(edge.relation in ("rf", "co", "fr") for edge in drawn_edges(report))


NASTY = "--> a %%b `c` &amp; #35; $$d$$ [f](g) {0} |h| ;i: $$$ 1. j"
APART = NASTY.replace("$$$", "$\u200b$\u200b$").replace("$$", "$\u200b$")  # two dollars would begin a formula


@needs_chromium
@pytest.mark.parametrize(
    ("text", "shown"), [(HOSTILE, "</script><b>&\"'\\\\x1b[31m\\u202e]]>\\x0a{{ 7*7 }}"), (NASTY, APART)]
)
def test_mermaid_shows_hostile_text_as_it_is(text: str, shown: str, browser: Browser) -> None:
    program = npm_file("mermaid/dist/mermaid.min.js").read_text(encoding="utf-8")
    page = browser.new_page()
    page.set_content("<body></body>")
    page.add_script_tag(content=program)
    drawn = page.evaluate(DRAW, mermaid(hostile_report(text)))
    page.close()
    assert f"2: {shown} R[once] {shown} = 7<- {shown}" in drawn["nodes"]
    assert sorted(drawn["headings"]) == sorted(["initially", shown, f"{shown}2"])
