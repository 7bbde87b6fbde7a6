"""The page in a browser, in windows narrower than its picture: what explains the picture stays in sight."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import msgspec
import pytest
from msgspec import Struct
from msgspec.structs import replace

from reports.render import render
from reports.structure import Report

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
    assert CHROMIUM is not None
    page = folder / "page.html"
    page.write_text(render(report, "html").replace("</body>", f"{MEASURE}</body>"), encoding="utf-8")
    command = [CHROMIUM, "--headless", "--no-sandbox", "--disable-gpu", f"--user-data-dir={folder / 'profile'}"]
    command += [f"--window-size={window},900", "--dump-dom", page.as_uri()]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=120)
    title = re.search(r"<title>(\{.*?\})</title>", done.stdout)
    assert title is not None
    return msgspec.json.decode(title[1], type=Measured)


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
