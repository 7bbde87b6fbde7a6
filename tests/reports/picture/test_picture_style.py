"""The style sheet for renderers without CSS: selectors, cascade, inheritance, variables."""

from __future__ import annotations

from xml.etree import ElementTree as ET

from reports.picture.style import StyleSheet

SHEET = """
/* a comment { with braces } */
.top { --red: #b3261e; font-size: 12px; fill: white; }
@media (prefers-color-scheme: dark) { .top { --red: #ff0000; } .top text { fill: black; } }
.top text { fill: var(--red); }
.top .bold text, .top .loud { font-weight: 700; }
.top .bold.po .edge { stroke: var(--red); stroke-width: 3; }
.top .bold .edge { stroke: blue; }
.top a:hover { fill: green; }
"""

DOCUMENT = """
<g class="top">
 <g class="po bold"><text class="edge" style="fill: grey">a</text></g>
 <g class="bold"><rect class="edge"/></g>
 <text>b</text>
</g>
"""


def styles() -> list[dict[str, str]]:
    """Those of the root, and of a, the rectangle and b."""
    sheet, root = StyleSheet(SHEET), ET.fromstring(DOCUMENT)
    found = [sheet.of([root], {})]
    for path in ([root, root[0], root[0][0]], [root, root[1], root[1][0]], [root, root[2]]):
        inherited: dict[str, str] = {}
        for depth in range(1, len(path) + 1):
            inherited = sheet.of(path[:depth], inherited)
        found.append(inherited)
    return found


def test_variables_stand_for_their_light_values() -> None:
    assert styles()[3]["fill"] == "#b3261e"


def test_the_heavier_selector_wins_and_the_element_itself_over_all() -> None:
    _, a, rectangle, _ = styles()
    assert (a["stroke"], a["stroke-width"], a["fill"]) == ("#b3261e", "3", "grey")
    assert rectangle["stroke"] == "blue"


def test_fonts_are_inherited_and_fills_are_not() -> None:
    root, a, rectangle, b = styles()
    assert root["fill"] == "white"
    assert [style["font-size"] for style in (a, rectangle, b)] == ["12px"] * 3
    assert "fill" not in rectangle
    assert (a["font-weight"], b.get("font-weight")) == ("700", None)
