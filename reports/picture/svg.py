"""The schedule as an SVG picture: lanes, steps, the seal line, and one bold path.

What violates the property is drawn bold and in colour, everything else thin and grey;
runs of steps off the path are folded (``reports.folding``).  Tooltips carry the kernel
reference and the modelled file and line of each step.  The groups name their events in
``data-`` attributes.  Built with ``xml.etree``, which quotes all text.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from math import copysign
from pathlib import Path
from textwrap import wrap
from xml.etree import ElementTree as ET

from explorer.visible import visible
from reports.picture.layout import Box, Layout, Strip, lay_out
from reports.picture.measure import BOX, FONT, LINE, MARGIN, NUMBERS, PADDING, fitting, text_width
from reports.picture.routing import Point, Route
from reports.steps import Schedule, Step, initial_lines
from reports.structure import Report
from reports.words import bold, title, verdict

STYLE = Path(__file__).parent / "picture.css"
"""The picture's style sheet."""

FOLDED = "steps off that path, listed in the tooltip"
"""What the key says of folded steps."""

_TITLE = 17.0  # font size of the headline
_NARROWEST = 560.0  # of the picture, for its headline's sake
_CORNER = 6.0  # radius of an edge's bends
_HEAD = 9.0  # length of an arrow head
_STUB = 13.0  # from the sign for an initial value to its dot, to the right
_RISE = 9.0  # and down
_SIGN = 26.0  # width of a sign in the key
_SHRUNK = 0.85  # of its size: text smaller than that is a strain


def svg(report: Report) -> str:
    """A complete SVG document with its own headline."""
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{picture(report, headline=True)}\n'


def picture(report: Report, *, headline: bool) -> str:
    """The ``svg`` element; without headline it stands in a page that has one, the initial values, and the key.

    In a page it shrinks a little where the window is narrower, before it scrolls.
    """
    schedule = Schedule(report)
    layout = lay_out(report, schedule)
    width = max(layout.width, _NARROWEST)
    root = ET.Element("svg", {"xmlns": "http://www.w3.org/2000/svg", "class": "sealrace", "role": "img"})
    ET.SubElement(root, "title").text = visible(report.property.sentence)
    ET.SubElement(root, "style").text = STYLE.read_text(encoding="utf-8")
    background = ET.SubElement(root, "rect", {"style": "fill: var(--bg)"})
    y = _initial(root, report, width, _headline(root, report, width)) if headline else 0.0
    y += LINE
    body = ET.SubElement(root, "g", {"transform": f"translate(0 {_px(y)})"})
    _body(body, report, layout, width)
    y += layout.height + LINE
    if headline:
        y = _legend(root, _key(report, layout), width, y)
    else:
        root.set("style", f"min-width: {_px(width * _SHRUNK)}px")
    for element in (root, background):
        element.set("width", _px(width))
        element.set("height", _px(y))
    root.set("viewBox", f"0 0 {_px(width)} {_px(y)}")
    return ET.tostring(root, encoding="unicode")


def picture_key(report: Report) -> list[tuple[str, str]]:
    """The signs of the picture in a page: each as a small ``svg`` element, and what it means.

    They take their colours from the picture's style sheet.
    """
    entries = []
    for kind, words in _key(report, lay_out(report, Schedule(report))):
        size = {"width": _px(_SIGN), "height": _px(LINE)}
        root = ET.Element("svg", {"class": "sealrace", "aria-hidden": "true", **size})
        _sign(root, kind)
        entries.append((ET.tostring(root, encoding="unicode"), words))
    return entries


def _headline(root: ET.Element, report: Report, width: float) -> float:
    y = MARGIN + _TITLE
    for line in wrap(visible(report.property.sentence), fitting(width - 2 * MARGIN, _TITLE)):
        _text(root, MARGIN, y, line, "title")
        y += _TITLE * 1.3
    for line in wrap(f"{verdict(report)}   {title(report)}", fitting(width - 2 * MARGIN, FONT)):
        _text(root, MARGIN, y, line, "muted")
        y += LINE + 2
    return y + 6


def _initial(root: ET.Element, report: Report, width: float, y: float) -> float:
    """The initial values; returns the height below them."""
    heading = "initially   "
    left = MARGIN + text_width(heading, FONT)
    _text(root, MARGIN, y + FONT, heading, "muted")
    for line in initial_lines(report, fitting(width - MARGIN - left, FONT)):
        y += LINE + 2
        _text(root, left, y - 4, line)
    return y + 8


def _body(body: ET.Element, report: Report, layout: Layout, width: float) -> None:
    for height in layout.seals[:1]:
        area = {"x": "0", "y": _px(height), "width": _px(width), "height": _px(layout.height - height + LINE / 2)}
        ET.SubElement(body, "rect", {"class": "after", **area})
    for lane, thread in zip(layout.lanes, report.threads, strict=True):
        _text(body, lane.rail - 5, FONT, visible(thread.name), "thread")
        _line(body, (lane.rail, 22), (lane.rail, layout.height), "rail")
    for height in layout.seals:
        seal = ET.SubElement(body, "g", {"class": "seal"})
        for y in (height - 1.5, height + 1.5):
            _line(seal, (MARGIN, y), (width - MARGIN, y))
        # At both ends: in a window that shows a part of the picture, one of them is in sight.
        _text(seal, MARGIN, height - 6, "sealed")
        _text(seal, width - MARGIN, height - 6, "sealed", "last")
    for route in layout.routes:
        _edge(body, route)
    for event, x, y in layout.stubs:
        stub = ET.SubElement(body, "g", {"class": "rf stub", "data-source": str(report.source_of[event])})
        stub.set("data-target", str(event))
        # From above, clear of an edge that leaves the dot to the left.
        _line(stub, (x - _STUB, y - _RISE), (x, y), "edge")
        ET.SubElement(stub, "circle", {"class": "initial", "cx": _px(x - _STUB), "cy": _px(y - _RISE), "r": "3.5"})
    for box in layout.boxes:
        _box(body, report, layout, box)
    for strip in layout.strips:
        _strip(body, layout, strip)


def _strip(body: ET.Element, layout: Layout, strip: Strip) -> None:
    """Folded steps: one thin row, whose tooltip lists them."""
    group = ET.SubElement(body, "g", {"class": "fold"})
    group.set("data-folded", " ".join(str(event) for step in strip.steps for event in step.events))
    ET.SubElement(group, "title").text = "\n".join(f"{_sentence(step)}   {step.where}".rstrip() for step in strip.steps)
    frame = {
        "x": _px(strip.left),
        "y": _px(strip.top),
        "width": _px(strip.width),
        "height": _px(strip.height),
        "rx": "4",
    }
    ET.SubElement(group, "rect", {"class": "strip", **frame})
    numbers = f"{strip.steps[0].number}-{strip.steps[-1].number}"
    _text(group, MARGIN + NUMBERS - 12, strip.top + LINE - 1, numbers, "number")
    for i, line in enumerate(strip.lines):
        _text(group, strip.left + PADDING, strip.top + LINE * (i + 1) - 1, line, "note")


def _sentence(step: Step) -> str:
    return " ".join(word for word in (f"step {step.number}:", step.name, step.action) if word)


def _box(body: ET.Element, report: Report, layout: Layout, box: Box) -> None:
    step = box.step
    rail = layout.lanes[step.thread].rail
    reordered = any(event in report.witness.reordered for event in step.events)
    classes = ["step", *(["path"] if step.on_path else []), *(["reordered"] if reordered else [])]
    group = ET.SubElement(body, "g", {"class": " ".join(classes), "data-events": " ".join(map(str, step.events))})
    group.set("data-step", str(step.number))
    facts = [_sentence(step), step.function, step.reference, step.place, *step.notes]
    ET.SubElement(group, "title").text = "\n".join(fact for fact in facts if fact)
    top = box.middle - BOX / 2
    _line(group, (rail, box.middle), (box.left, box.middle), "stem")
    frame = {"x": _px(box.left), "y": _px(top), "width": _px(box.width), "height": _px(BOX), "rx": "4"}
    ET.SubElement(group, "rect", {"class": "box", **frame})
    ET.SubElement(group, "circle", {"class": "dot", "cx": _px(rail), "cy": _px(box.middle), "r": "4"})
    _text(group, MARGIN + NUMBERS - 12, box.middle + 4, str(step.number), "number")
    _text(group, box.left + PADDING, box.middle + 4, step.name, "name")
    action = _text(group, box.action_left, box.middle + 4, step.action)
    for label in step.labels:
        span = ET.SubElement(action, "tspan", {"class": "label"})
        span.text = f" ◀ {label}"
    for i, line in enumerate(box.lines):
        _text(group, box.left, box.middle + BOX / 2 + 11 + i * LINE, line, "note")


def _edge(parent: ET.Element, route: Route) -> None:
    link = route.link
    known = link.relation[:2] if link.relation in ("rfe", "rfi", "coe", "coi", "fre", "fri") else link.relation
    kind = known if known in ("po", "rf", "fr", "co") else "own"
    group = ET.SubElement(parent, "g", {"class": f"{kind} bold" if link.on_path else kind})
    for name, value in (("source", str(link.source)), ("target", str(link.target)), ("relation", link.relation)):
        group.set(f"data-{name}", visible(value))
    # The line ends inside the arrow head, so that its blunt end does not show at the tip.
    (x0, y0), (x1, y1) = route.points[-2:]
    dx, dy = (copysign(1, x1 - x0), 0.0) if y0 == y1 else (0.0, copysign(1, y1 - y0))
    tip = (x1 - 4 * dx, y1 - 4 * dy)
    base = (tip[0] - _HEAD * dx, tip[1] - _HEAD * dy)
    half = 5.5 if link.on_path else 3.5
    ET.SubElement(group, "path", {"class": "edge", "d": _rounded([*route.points[:-1], base])})
    corners = [tip, (base[0] - half * dy, base[1] - half * dx), (base[0] + half * dy, base[1] + half * dx)]
    ET.SubElement(group, "path", {"class": "head", "d": "M" + "L".join(_point(corner) for corner in corners) + "Z"})
    if route.label:
        _text(group, route.label[0], route.label[1] + 3.5, visible(link.relation))


def _key(report: Report, layout: Layout) -> list[tuple[str, str]]:
    """What the picture's signs mean: a kind of sign and its meaning for each that it uses."""
    relations = list(dict.fromkeys(edge.relation for edge in report.property.path))
    entries = [("bold", f"{bold(report)}: {', '.join(visible(relation) for relation in relations)}")]
    entries += [("rf", "rf: the load reads this store")] if any(not r.link.on_path for r in layout.routes) else []
    entries += [("stub", "the load reads the initial value")] if layout.stubs else []
    entries += [("fold", FOLDED)] if layout.strips else []
    entries += [("reordered", "dashed: takes effect out of program order")] if report.witness.reordered else []
    return entries


def _legend(root: ET.Element, key: list[tuple[str, str]], width: float, y: float) -> float:
    """The key in as many lines as it takes; returns the height below them."""
    x, y = MARGIN, y + LINE
    legend = ET.SubElement(root, "g", {"class": "legend"})
    for kind, words in key:
        entry_width = _SIGN + 8 + text_width(words, FONT) + 24
        if x > MARGIN and x + entry_width > width:
            x, y = MARGIN, y + LINE + 6
        _sign(ET.SubElement(legend, "g", {"transform": f"translate({_px(x)} {_px(y - 11)})"}), kind)
        _text(legend, x + _SIGN + 8, y, words, "muted")
        x += entry_width
    return y + MARGIN


def _sign(parent: ET.Element, kind: str) -> None:
    """One sign of the key, ``_SIGN`` wide and a line high."""
    if kind in ("reordered", "fold"):
        sign = ET.SubElement(parent, "g", {"class": kind})
        frame = {"x": "0.5", "y": "0.5", "width": _px(_SIGN - 1), "height": _px(LINE - 1), "rx": "3"}
        ET.SubElement(sign, "rect", {"class": "box" if kind == "reordered" else "strip", **frame})
        return
    sign = ET.SubElement(parent, "g", {"class": "po bold" if kind == "bold" else "rf"})
    _line(sign, (0, LINE / 2), (_SIGN, LINE / 2), "edge")
    if kind == "stub":
        ET.SubElement(sign, "circle", {"class": "initial", "cx": "4.5", "cy": _px(LINE / 2), "r": "3.5"})


def _rounded(points: Sequence[Point]) -> str:
    """A polyline with rounded bends, as SVG path data."""
    path = f"M{_point(points[0])}"
    for (before, bend), (_, after) in pairwise(pairwise(points)):
        path += f"L{_point(_towards(bend, before))}Q{_point(bend)} {_point(_towards(bend, after))}"
    return f"{path}L{_point(points[-1])}"


def _towards(start: Point, goal: Point) -> Point:
    """The point a corner's radius away from ``start`` on the way to ``goal``, at most half way."""
    dx, dy = goal[0] - start[0], goal[1] - start[1]
    length = abs(dx) + abs(dy)  # one of them is 0
    share = min(_CORNER, length / 2) / length if length else 0.0
    return start[0] + dx * share, start[1] + dy * share


def _text(parent: ET.Element, x: float, y: float, words: str, kind: str = "") -> ET.Element:
    element = ET.SubElement(parent, "text", {"x": _px(x), "y": _px(y)})
    if kind:
        element.set("class", kind)
    element.text = words
    return element


def _line(parent: ET.Element, start: Point, end: Point, kind: str = "") -> None:
    places = {"x1": _px(start[0]), "y1": _px(start[1]), "x2": _px(end[0]), "y2": _px(end[1])}
    line = ET.SubElement(parent, "line", places)
    if kind:
        line.set("class", kind)


def _point(point: Point) -> str:
    return f"{_px(point[0])} {_px(point[1])}"


def _px(length: float) -> str:
    """A length with at most one decimal."""
    return f"{length:.1f}".removesuffix(".0")
