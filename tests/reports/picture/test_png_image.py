"""The PNG: the SVG document drawn by matplotlib, the same bytes each time, refused in words where that is missing."""

from __future__ import annotations

import struct
import sys
from io import BytesIO
from xml.etree import ElementTree as ET

import matplotlib
import pytest
from matplotlib.colors import to_hex
from matplotlib.image import imread
from matplotlib.patches import Circle, FancyBboxPatch, PathPatch

from explorer.errors import InputError
from reports.picture.png import figure, png
from reports.picture.svg import svg
from reports.structure import Report

SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture(params=["leak", "stale", "odd", "long", "hostile"])
def report(request: pytest.FixtureRequest) -> Report:
    found = request.getfixturevalue(request.param)
    assert isinstance(found, Report)
    return found


def chunks(content: bytes) -> list[bytes]:
    """The kinds of a PNG's parts."""
    kinds, start = [], 8
    while start < len(content):
        (length,) = struct.unpack(">I", content[start : start + 4])
        kinds.append(content[start + 4 : start + 8])
        start += length + 12
    return kinds


def test_two_pixels_a_unit(report: Report) -> None:
    content = png(report)
    root = ET.fromstring(svg(report))
    size = struct.unpack(">II", content[16:24])
    assert content.startswith(b"\x89PNG\r\n\x1a\n")
    for pixels, side in zip(size, ("width", "height"), strict=True):
        assert abs(pixels - 2 * float(root.attrib[side])) < 1


def test_it_holds_no_date_and_no_software(leak: Report) -> None:
    assert set(chunks(png(leak))) == {b"IHDR", b"pHYs", b"IDAT", b"IEND"}


def test_the_same_bytes_whatever_the_user_has_set_up(leak: Report) -> None:
    first = png(leak)
    with matplotlib.rc_context({"savefig.dpi": 50, "lines.linewidth": 9, "text.antialiased": False, "font.size": 40}):
        assert png(leak) == first


def test_every_shape_of_the_document_is_drawn(report: Report) -> None:
    root = ET.fromstring(svg(report))
    count = {name: len(list(root.iter(SVG + name))) for name in ("rect", "line", "path", "circle")}
    patches = figure(report).axes[0].patches
    kinds = [type(patch) for patch in patches]
    assert kinds.count(FancyBboxPatch) == count["rect"]
    assert kinds.count(Circle) == count["circle"]
    assert kinds.count(PathPatch) == count["line"] + count["path"]


def test_boxes_stand_where_the_document_has_them(leak: Report) -> None:
    """The box of R3 below the moved body: left, top, width and height."""
    root = ET.fromstring(svg(leak))
    body = next(group for group in root.iter(f"{SVG}g") if group.get("transform"))
    move = float(body.attrib["transform"].removesuffix(")").split()[1])
    frames = [rect for rect in root.iter(f"{SVG}rect") if rect.get("class") == "box"]
    expected = {(f.attrib["x"], float(f.attrib["y"]) + move, f.attrib["width"], f.attrib["height"]) for f in frames}
    drawn = {
        (f"{p.get_x():g}", round(p.get_y(), 1), f"{p.get_width():g}", f"{p.get_height():g}")
        for p in figure(leak).axes[0].patches
        if isinstance(p, FancyBboxPatch)
    }
    assert {(x, round(y, 1), w, h) for x, y, w, h in expected} <= drawn
    assert len(expected) == 10


def test_the_path_is_red_and_bold(leak: Report) -> None:
    patches = [patch for patch in figure(leak).axes[0].patches if isinstance(patch, PathPatch)]
    bold = [to_hex(patch.get_edgecolor()) for patch in patches if abs(patch.get_linewidth() - 3 * 0.72) < 0.01]
    # fr in its own colour, two po, two rf; and the line in the key.
    assert sorted(bold) == sorted(["#a65a00", *["#b3261e"] * 5])


def test_the_picture_has_ink_on_white_paper(leak: Report) -> None:
    pixels = imread(BytesIO(png(leak)))
    assert pixels[0, 0].tolist() == [1, 1, 1, 1]
    assert 0.005 < float((pixels[..., :3].min(axis=2) < 0.5).mean()) < 0.2


def test_without_matplotlib_it_says_what_to_install(leak: Report, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    with pytest.raises(InputError, match=r"needs matplotlib, which is not installed\n  pip install 'sealrace\[png\]'"):
        png(leak)
