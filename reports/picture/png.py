"""The picture as a PNG: the SVG document, drawn by matplotlib with the font that it brings.

It is the same document, so boxes, lanes, routes, legend and words are the same.  The bytes are the same on every
machine with the same matplotlib.  matplotlib is the optional extra ``png`` and imported only here.
"""

from __future__ import annotations

import re
import warnings
from io import BytesIO
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any
from unicodedata import east_asian_width
from xml.etree import ElementTree as ET

from explorer.errors import InputError
from reports.picture.style import Style, StyleSheet, local_name
from reports.picture.svg import FOLDED, STYLE, svg
from reports.structure import Report

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_DENSITY = 200  # pixels an inch, of
_UNITS = 100  # SVG units an inch: two pixels a unit
_LARGEST = 2**16 - 1  # pixels that matplotlib draws, upwards or sideways
_POINT = 72 / _UNITS  # a unit in points, matplotlib's measure of fonts and lines
_ADVANCE = 0.602  # of a letter of DejaVu Sans Mono, in ems
_PATH = re.compile(r"([MLQZ])|(-?[\d.]+)")
_BOLD = "700"


class MissingLibrary(InputError):
    """matplotlib is not installed."""

    def __init__(self) -> None:
        super().__init__(
            "a PNG needs matplotlib, which is not installed\n  pip install 'sealrace[png]', or take -f svg"
        )


def png(report: Report) -> bytes:
    """The picture as a PNG file.

    Raises:
        MissingLibrary: matplotlib is not there.
    """
    try:
        import matplotlib
    except ImportError as error:
        raise MissingLibrary from error

    # What a user has set up for plots of their own has no say here.
    with matplotlib.rc_context(matplotlib.rcParamsDefault), warnings.catch_warnings():
        warnings.filterwarnings("ignore", r"Glyph .* missing")  # it is drawn as a box
        drawn = figure(report)
        density = min(_DENSITY, int(_LARGEST / max(drawn.get_size_inches())))
        file = BytesIO()
        drawn.savefig(file, format="png", dpi=density, metadata={"Software": None})
    return file.getvalue()


def figure(report: Report) -> Figure:
    """The picture as a figure of matplotlib, which must be there; a text or patch for each element of the SVG."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    root = ET.fromstring(svg(report))
    for element in root.iter():
        if element.text == FOLDED:
            element.text = FOLDED.partition(",")[0]  # nothing opens on a PNG
    width, height = (float(root.attrib[side]) for side in ("width", "height"))
    drawn = Figure(figsize=(width / _UNITS, height / _UNITS))
    FigureCanvasAgg(drawn)
    axes = drawn.add_axes((0, 0, 1, 1))
    axes.set_axis_off()
    axes.set_xlim(0, width)
    axes.set_ylim(height, 0)
    _Painter(axes).paint([root], {}, 0.0, 0.0)
    return drawn


class _Painter:
    """Draws elements of the SVG document, and nothing that the document does not use."""

    def __init__(self, axes: Axes) -> None:
        from matplotlib import get_data_path
        from matplotlib.font_manager import FontProperties

        self._axes = axes
        self._sheet = StyleSheet(STYLE.read_text(encoding="utf-8"))
        folder = Path(get_data_path(), "fonts", "ttf")
        self._fonts = {
            weight: FontProperties(fname=str(folder / name))
            for weight, name in (("", "DejaVuSansMono.ttf"), (_BOLD, "DejaVuSansMono-Bold.ttf"))
        }
        self._order = 0

    def paint(self, path: list[ET.Element], inherited: Style, x: float, y: float) -> None:
        """Draw the last element of a path from the root and all below it, moved by ``x`` and ``y``."""
        element = path[-1]
        style = self._sheet.of(path, inherited)
        match local_name(element):
            case "svg" | "g":
                dx, dy = _moved(element.get("transform", ""))
                for child in element:
                    self.paint([*path, child], style, x + dx, y + dy)
            case "rect":
                self._rect(element, style, x, y)
            case "line":
                ends = [(_number(element, f"x{i}") + x, _number(element, f"y{i}") + y) for i in (1, 2)]
                self._outline([("M", [ends[0]]), ("L", [ends[1]])], style, filled=False)
            case "circle":
                self._circle(element, style, x, y)
            case "path":
                self._outline(_moved_path(element.attrib["d"], x, y), style, filled=True)
            case "text":
                self._text(path, style, x, y)

    def _rect(self, element: ET.Element, style: Style, x: float, y: float) -> None:
        from matplotlib.patches import FancyBboxPatch

        left, top = _number(element, "x") + x, _number(element, "y") + y
        size = _number(element, "width"), _number(element, "height")
        corner = f"round,pad=0,rounding_size={_number(element, 'rx')}" if element.get("rx") else "square,pad=0"
        self._add(FancyBboxPatch((left, top), *size, boxstyle=corner, **_drawn(style, filled=True)))

    def _circle(self, element: ET.Element, style: Style, x: float, y: float) -> None:
        from matplotlib.patches import Circle

        middle = _number(element, "cx") + x, _number(element, "cy") + y
        self._add(Circle(middle, _number(element, "r"), **_drawn(style, filled=True)))

    def _outline(self, steps: list[tuple[str, list[tuple[float, float]]]], style: Style, *, filled: bool) -> None:
        from matplotlib.patches import PathPatch
        from matplotlib.path import Path as Outline

        codes = {"M": [Outline.MOVETO], "L": [Outline.LINETO], "Q": [Outline.CURVE3] * 2, "Z": [Outline.CLOSEPOLY]}
        points = [point for _, each in steps for point in each]
        kinds = [code for letter, _ in steps for code in codes[letter]]
        drawn = _drawn(style, filled=filled)
        self._add(PathPatch(Outline(points, kinds), capstyle="butt", joinstyle="round", **drawn))

    def _text(self, path: list[ET.Element], style: Style, x: float, y: float) -> None:
        """A line of text; the spans in it follow one another."""
        element = path[-1]
        parts = [(element.text or "", style)]
        for span in element:
            parts += [(span.text or "", self._sheet.of([*path, span], style)), (span.tail or "", style)]
        left, baseline = _number(element, "x") + x, _number(element, "y") + y
        whole = sum(_width(words, own) for words, own in parts)
        left -= {"middle": whole / 2, "end": whole}.get(style.get("text-anchor", ""), 0.0)
        for words, own in parts:
            self._words(words, own, left, baseline)
            left += _width(words, own)

    def _words(self, words: str, style: Style, left: float, baseline: float) -> None:
        from matplotlib.patheffects import withStroke

        if not words.strip():
            return
        halo = []
        if style.get("stroke", "none") != "none":
            halo = [withStroke(linewidth=_size(style, "stroke-width") * _POINT, foreground=style["stroke"])]
        self._order += 1
        self._axes.text(
            left,
            baseline,
            words,
            fontproperties=self._fonts[_BOLD if style.get("font-weight") == _BOLD else ""],
            fontsize=_size(style, "font-size") * _POINT,
            color=style.get("fill", "black"),
            verticalalignment="baseline",
            horizontalalignment="left",
            parse_math=False,  # a dollar is a dollar
            path_effects=halo,
            zorder=self._order,
        )

    def _add(self, patch: Any) -> None:
        """What comes later in the document lies on top."""
        self._order += 1
        patch.set_zorder(self._order)
        self._axes.add_patch(patch)


def _drawn(style: Style, *, filled: bool) -> dict[str, Any]:
    """How a shape is filled and stroked."""
    stroke = style.get("stroke", "none")
    # matplotlib has the lengths of dashes in widths of the line.
    dashes = [float(length) / _size(style, "stroke-width") for length in style.get("stroke-dasharray", "").split()]
    return {
        "facecolor": style.get("fill", "black") if filled else "none",
        "edgecolor": stroke,
        "linewidth": 0 if stroke == "none" else _size(style, "stroke-width") * _POINT,
        "linestyle": (0, dashes) if dashes else "solid",
    }


def _size(style: Style, name: str) -> float:
    return float(style.get(name, "1").removesuffix("px"))


def _width(words: str, style: Style) -> float:
    columns = sum(2 if east_asian_width(char) in "WF" else 1 for char in words)
    return columns * _size(style, "font-size") * _ADVANCE


def _number(element: ET.Element, name: str) -> float:
    return float(element.get(name, "0"))


def _moved(transform: str) -> tuple[float, float]:
    """The way of a ``translate(x y)``."""
    x, y = map(float, transform.removeprefix("translate(").removesuffix(")").split()) if transform else (0.0, 0.0)
    return x, y


def _moved_path(data: str, x: float, y: float) -> list[tuple[str, list[tuple[float, float]]]]:
    """Path data as letters with their points."""
    steps: list[tuple[str, list[float]]] = []
    for letter, number in _PATH.findall(data):
        if letter:
            steps.append((letter, []))
        else:
            steps[-1][1].append(float(number))
    moved = [(letter, [(a + x, b + y) for a, b in list(pairwise(numbers))[::2]]) for letter, numbers in steps]
    # Closing takes a point that is not looked at.
    return [(letter, points or [(x, y)]) for letter, points in moved]
