"""A small line chart as SVG: how a count grew with the executions explored."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections.abc import Sequence
from dataclasses import dataclass
from math import log10

WIDTH, HEIGHT = 340, 170
LEFT, RIGHT, TOP, BOTTOM = 52, 12, 12, 40
"""Room for the scales around the plot, in pixels."""

LINEAR = 100
"""Executions up to which the horizontal axis is linear: most is found early, so beyond it is logarithmic."""


@dataclass(frozen=True)
class Series:
    """What is drawn: ``points`` are (executions, count), both growing."""

    title: str
    points: Sequence[tuple[int, int]]


def chart(series: Series) -> str:
    """The chart; it is a picture for assistive technology, its text says where the line ends."""
    last, most = series.points[-1]
    logarithmic = last > LINEAR
    words = f"{series.title} by executions explored: {most:,} after {last:,}"
    svg = ET.Element("svg", {"viewBox": f"0 0 {WIDTH} {HEIGHT}", "role": "img", "aria-label": words, "class": "chart"})
    for value in _steps(most):
        y = _y(value, most)
        ET.SubElement(svg, "path", {"class": "grid", "d": f"M{LEFT} {y:.1f}H{WIDTH - RIGHT}"})
        _text(svg, LEFT - 6, y + 4, f"{value:,}", "end")
    for value in _ticks(last, logarithmic):
        x = _x(value, last, logarithmic)
        ET.SubElement(svg, "path", {"class": "grid", "d": f"M{x:.1f} {HEIGHT - BOTTOM}v4"})
        _text(svg, x, HEIGHT - BOTTOM + 17, f"{value:,}", "end" if value == last else "middle")
    scale = ", logarithmic" if logarithmic else ""
    _text(svg, (LEFT + WIDTH - RIGHT) / 2, HEIGHT - 6, f"executions explored{scale}", "middle")
    ET.SubElement(svg, "path", {"class": "line", "d": _line(series.points, most, last, logarithmic)})
    return ET.tostring(svg, encoding="unicode")


def _line(points: Sequence[tuple[int, int]], most: int, last: int, logarithmic: bool) -> str:
    """Stairs: a count stays what it is until the next sample."""
    first, *others = points
    parts = [f"M{_x(first[0], last, logarithmic):.1f} {_y(first[1], most):.1f}"]
    for executions, count in others:
        parts.append(f"H{_x(executions, last, logarithmic):.1f}V{_y(count, most):.1f}")
    # A single sample is a dot: the line's round end.
    return "".join(parts) if others else f"{parts[0]}h0"


def _x(executions: int, last: int, logarithmic: bool) -> float:
    if logarithmic:
        share = log10(max(executions, 1)) / log10(last)
    else:
        share = (executions - 1) / (last - 1) if last > 1 else 0.0
    return LEFT + max(share, 0.0) * (WIDTH - LEFT - RIGHT)


def _y(count: int, most: int) -> float:
    return HEIGHT - BOTTOM - count / max(most, 1) * (HEIGHT - BOTTOM - TOP)


def _steps(most: int) -> list[int]:
    """The values on the vertical axis: 0, the largest, and one between where there is room."""
    return sorted({0, most // 2, most}) if most > 3 else list(range(most + 1))


def _ticks(last: int, logarithmic: bool) -> list[int]:
    """The values on the horizontal axis: the ends, and powers of ten that keep clear of the last."""
    if not logarithmic:
        return sorted({1, max(last, 1)})
    powers = [10**power for power in range(len(str(last)))]
    kept = [power for power in powers if power * 4 <= last]
    # Of many powers every second or third one has room.
    return [*kept[:: 1 + len(kept) // 5], last]


def _text(svg: ET.Element, x: float, y: float, words: str, anchor: str) -> None:
    ET.SubElement(svg, "text", {"x": f"{x:.1f}", "y": f"{y:.1f}", "text-anchor": anchor}).text = words
