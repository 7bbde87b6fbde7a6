"""The index in a browser: it fits wide and narrow windows."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path
from typing import Any

from browser import needs_chromium, opened, scrolls_sideways
from playwright.sync_api import Browser, Page

from reports.pages.gallery import render_index
from reports.verdicts import Cell

pytestmark = needs_chromium


def boxes(page: Page, selector: str) -> list[dict[str, float]]:
    """Where the elements stand: x, y, width and height in CSS pixels."""
    script = "found => found.map(e => e.getBoundingClientRect().toJSON())"
    found: list[dict[str, Any]] = page.eval_on_selector_all(selector, script)
    return found


LONG = "loop in pagecache_get_page, scenarios/shmem/getpage.py:80 was cut after 3 iterations: raise --unroll"
MODELS = ("sc", "tso", "pso", "armv8", "lkmm")


def index_page() -> str:
    """A row that is full under five models, and one that was not run."""
    reports = (("leak", "x.html"), ("late", "y.html"), ("late-2", "z.html"))
    full = [
        Cell("inflight", "P2", "acquire-size+recheck-after-copy", model, "VIOLATED", "leak", 314_382, {"leak": 104_794},
             "103855630", False, reports, cut=3, limits=(LONG,))
        for model in MODELS
    ]  # fmt: skip
    nothing = [Cell.not_run("inflight", "P2", "create-time", model) for model in MODELS]
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
    assert len({cell["top"] for cell in cells[5:]}) <= 2, "what was not run takes as many lines as there are models"
