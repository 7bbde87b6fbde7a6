"""Pages in a browser: what explains a picture stays in sight, and the index fits wide and narrow windows."""

from __future__ import annotations

import re
import shutil
import subprocess
from html import escape
from itertools import pairwise
from pathlib import Path

import msgspec
import pytest
from msgspec import Struct
from msgspec.structs import replace

from reports.pages.gallery import render_index
from reports.render import render
from reports.structure import Report
from reports.verdicts import Cell

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
NAME = "mapping.of_a_file_that_has_quite_a_long_name"
MEASURE = """
<script>
const box = element => { const r = element.getBoundingClientRect(); return [r.left, r.right]; };
document.title = JSON.stringify({
  window: document.documentElement.clientWidth,
  page: document.documentElement.scrollWidth,
  key: [...document.querySelectorAll("figcaption > span")].map(box),
  seals: [...document.querySelectorAll(".seal text")].map(box),
  picture: box(document.querySelector(".picture")),
  drawing: box(document.querySelector(".picture svg")),
});
</script>
"""


@pytest.fixture
def wide(leak: Report) -> Report:
    """The leak with a name that makes the boxes of the owner and the reader wide."""
    return replace(
        leak,
        events=tuple(
            replace(event, location=NAME) if event.location == "inode.i_size" else event for event in leak.events
        ),
        coherence=tuple(
            replace(order, location=NAME) if order.location == "inode.i_size" else order for order in leak.coherence
        ),
    )


Sides = tuple[float, float]
"""Left and right side of an element, in CSS pixels."""


class Measured(Struct):
    """What stands where: the widths of the window and of what can be scrolled into it, and elements."""

    window: float
    page: float
    key: list[Sides]
    seals: list[Sides]
    picture: Sides
    drawing: Sides


def measured(report: Report, window: int, folder: Path) -> Measured:
    """The page laid out in a window of this width."""
    return msgspec.json.decode(laid_out(render(report, "html"), MEASURE, window, folder), type=Measured)


def laid_out(text: str, measure: str, window: int, folder: Path) -> str:
    """What a script finds in a page that is laid out in a window of this width."""
    assert CHROMIUM is not None
    page = folder / "page.html"
    page.write_text(text.replace("</body>", f"{measure}</body>"), encoding="utf-8")
    command = [CHROMIUM, "--headless", "--no-sandbox", "--disable-gpu", f"--user-data-dir={folder / 'profile'}"]
    command += [f"--window-size={window},900", "--dump-dom", page.as_uri()]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=120)
    title = re.search(r"<title>(\{.*?\})</title>", done.stdout)
    assert title is not None
    return title[1]


@pytest.mark.skipif(CHROMIUM is None, reason="needs chromium")
@pytest.mark.parametrize("window", [800, 1280])
def test_the_key_and_the_seal_stay_in_sight(wide: Report, window: int, tmp_path: Path) -> None:
    found = measured(wide, window, tmp_path)
    assert found.window <= window
    assert found.page == found.window, "the page itself scrolls sideways"
    assert found.picture[1] <= found.window
    assert found.drawing[1] > 780, "the picture is not wider than the narrow window"
    assert len(found.key) == 3
    assert all(0 <= left < right <= found.window for left, right in found.key)
    left, right = found.seals[0]
    assert 0 <= left < right <= found.window


@pytest.mark.skipif(CHROMIUM is None, reason="needs chromium")
def test_a_picture_a_little_too_wide_shrinks_instead_of_scrolling(wide: Report, tmp_path: Path) -> None:
    width = re.search(r'class="sealrace" role="img"[^>]* width="([\d.]+)"', render(wide, "html"))
    assert width is not None
    natural = float(width[1])
    found = measured(wide, round(natural * 0.92) + 60, tmp_path)
    assert found.drawing[1] - found.drawing[0] < natural
    assert found.drawing[1] <= found.picture[1]


MEASURE_INDEX = """
<script>
const box = element => { const r = element.getBoundingClientRect(); return [r.left, r.right, r.top]; };
document.title = JSON.stringify({
  window: document.documentElement.clientWidth,
  page: document.documentElement.scrollWidth,
  cells: [...document.querySelectorAll(".verdicts tbody td")].map(box),
  heads: [...document.querySelectorAll(".verdicts tbody th")].map(box),
});
</script>
"""
LONG = "loop in pagecache_get_page, scenarios/shmem/getpage.py:80 was cut after 3 iterations: raise --unroll"
MODELS = ("sc", "tso", "pso", "armv8", "lkmm")


class MeasuredIndex(Struct):
    """Of cells, and of the names of their rows, left, right and upper side."""

    window: float
    page: float
    cells: list[tuple[float, float, float]]
    heads: list[tuple[float, float, float]]


def index_page() -> str:
    """A row that is full under five models, and one that means nothing."""
    reports = (("leak", "x.html"), ("late", "y.html"), ("late-2", "z.html"))
    full = [
        Cell("inflight", "P2", "acquire-size+recheck-after-copy", model, "VIOLATED", "leak", 314_382, {"leak": 104_794},
             "103855630", False, reports, cut=3, limits=(LONG,))
        for model in MODELS
    ]  # fmt: skip
    nothing = [Cell.not_applicable("inflight", "P2", "create-time", model, "no transition") for model in MODELS]
    return render_index([*full, *nothing], command="sealrace matrix", tool="0.1.0")


@pytest.mark.skipif(CHROMIUM is None, reason="needs chromium")
def test_the_index_has_a_column_per_model_in_a_wide_window(tmp_path: Path) -> None:
    found = msgspec.json.decode(laid_out(index_page(), MEASURE_INDEX, 1280, tmp_path), type=MeasuredIndex)
    assert found.page == found.window, "the page itself scrolls sideways"
    for row, head in zip((found.cells[:5], found.cells[5:]), found.heads, strict=True):
        assert len({top for _, _, top in (head, *row)}) == 1
        sides = [head, *row]
        assert all(left[1] <= right[0] for left, right in pairwise(sides))


@pytest.mark.skipif(CHROMIUM is None, reason="needs chromium")
def test_the_index_has_a_line_per_model_in_a_narrow_window(tmp_path: Path) -> None:
    # No window of chromium is narrower than 500: a frame is.
    frame = f'<iframe width="400" height="900" srcdoc="{escape(index_page())}"></iframe>'
    script = MEASURE_INDEX.replace("document.", "frame.").replace("frame.title", "document.title")
    script = script.replace(
        "<script>", '<script>onload = () => { const frame = document.querySelector("iframe").contentDocument;'
    )
    script = script.replace("</script>", "};</script>")
    page = f"<!DOCTYPE html><html><head><title></title></head><body>{frame}</body></html>"
    found = msgspec.json.decode(laid_out(page, script, 1280, tmp_path), type=MeasuredIndex)
    assert 350 < found.window <= 400
    assert found.page == found.window, "the page itself scrolls sideways"
    tops = [top for _, _, top in found.cells[:5]]
    assert len(set(tops)) == 5, "models stand side by side"
    assert tops == sorted(tops)
    assert all(0 <= left < right <= found.window for left, right, _ in found.cells)
    assert len({top for _, _, top in found.cells[5:]}) <= 2, (
        "what means nothing takes as many lines as there are models"
    )
