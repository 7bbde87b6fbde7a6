"""Sizes of text and of the picture's parts, in SVG user units (CSS pixels)."""

from __future__ import annotations

from unicodedata import east_asian_width

FONT = 12.0
SMALL = 10.5  # notes, references, folded steps, edge labels
BOX = 24.0  # height of a step's box
ROW = 34.0  # distance of rows
LINE = 14.0  # height of a line of small text
SEAL = 26.0  # extra room below the step that sets the seal
MARGIN = 16.0
NUMBERS = 54.0  # width of the column of step numbers
PADDING = 9.0  # inside a box, left and right
STEM = 9.0  # from a lane's rail to its boxes
NAME_GAP = 9.0  # from a step's name to its action

_ADVANCE = 0.615  # widest advance of common monospaced fonts, in ems


def text_width(text: str, size: float) -> float:
    """Width of a line in a monospaced font; East Asian wide characters count twice."""
    return sum(2 if east_asian_width(char) in "WF" else 1 for char in text) * size * _ADVANCE


def fitting(width: float, size: float) -> int:
    """How many characters fit into this width."""
    return int(width / (size * _ADVANCE))
