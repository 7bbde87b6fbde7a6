"""Pages in a browser: what explains a picture stays in sight, and the index fits wide and narrow windows."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from browser import needs_chromium, opened, scrolls_sideways
from msgspec.structs import replace
from playwright.sync_api import Browser, Page

from reports.pages.gallery import render_index
from reports.render import render
from reports.structure import Report
from reports.verdicts import Cell

pytestmark = needs_chromium
NAME = "mapping.of_a_file_that_has_quite_a_long_name"


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


def boxes(page: Page, selector: str) -> list[dict[str, float]]:
    """Where the elements stand: x, y, width and height in CSS pixels."""
    script = "found => found.map(e => e.getBoundingClientRect().toJSON())"
    found: list[dict[str, Any]] = page.eval_on_selector_all(selector, script)
    return found


@pytest.mark.parametrize("window", [800, 1280])
def test_the_key_and_the_seal_stay_in_sight(wide: Report, window: int, browser: Browser, tmp_path: Path) -> None:
    with opened(browser, render(wide, "html"), tmp_path, width=window) as page:
        assert not scrolls_sideways(page)
        (picture,) = boxes(page, ".picture")
        (drawing,) = boxes(page, ".picture svg")
        key = boxes(page, "figcaption > span")
        seal = boxes(page, ".seal text")[0]
    assert picture["right"] <= window
    assert drawing["right"] > 780, "the picture is not wider than the narrow window"
    assert len(key) == 3
    assert all(0 <= sign["left"] < sign["right"] <= window for sign in (*key, seal))


def test_a_picture_a_little_too_wide_shrinks_instead_of_scrolling(
    wide: Report, browser: Browser, tmp_path: Path
) -> None:
    text = render(wide, "html")
    with opened(browser, text, tmp_path, width=3000) as page:
        natural = boxes(page, ".picture svg")[0]["width"]
    with opened(browser, text, tmp_path, width=round(natural * 0.92) + 60) as page:
        (picture,) = boxes(page, ".picture")
        (drawing,) = boxes(page, ".picture svg")
    assert drawing["width"] < natural
    assert drawing["right"] <= picture["right"]


LONG = "loop in pagecache_get_page, scenarios/shmem/getpage.py:80 was cut after 3 iterations: raise --unroll"
MODELS = ("sc", "tso", "pso", "armv8", "lkmm")


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


def test_the_index_has_a_column_per_model_in_a_wide_window(browser: Browser, tmp_path: Path) -> None:
    with opened(browser, index_page(), tmp_path, width=1280) as page:
        assert not scrolls_sideways(page)
        cells = boxes(page, ".verdicts tbody td")
        heads = boxes(page, ".verdicts tbody th")
    for row, head in zip((cells[:5], cells[5:]), heads, strict=True):
        sides = [head, *row]
        assert len({side["top"] for side in sides}) == 1
        assert all(left["right"] <= right["left"] for left, right in pairwise(sides))


def test_the_index_has_a_line_per_model_in_a_narrow_window(browser: Browser, tmp_path: Path) -> None:
    with opened(browser, index_page(), tmp_path, width=375) as page:
        assert not scrolls_sideways(page)
        cells = boxes(page, ".verdicts tbody td")
    tops = [cell["top"] for cell in cells[:5]]
    assert len(set(tops)) == 5, "models stand side by side"
    assert tops == sorted(tops)
    assert all(0 <= cell["left"] < cell["right"] <= 375 for cell in cells)
    assert len({cell["top"] for cell in cells[5:]}) <= 2, "what means nothing takes as many lines as there are models"
