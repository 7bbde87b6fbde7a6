"""A report as the value of a notebook's cell."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from browser import needs_chromium, opened
from playwright.sync_api import Browser

from reports.render import render
from reports.report import decode_report, encode_report
from reports.structure import VIEWS, Report

PLAIN = """
import sys
from reports.structure import VIEWS, Report
assert not VIEWS
import reports.report
assert sorted(VIEWS) == ["html", "svg"]
assert not {"reports.picture.svg", "jinja2", "xml.etree"} & set(sys.modules)
"""


def test_the_svg_is_that_of_the_form(leak: Report) -> None:
    assert leak._repr_svg_() == render(leak, "svg")


def test_the_html_is_the_sentence_the_picture_and_its_key(leak: Report) -> None:
    html = leak._repr_html_()
    assert html is not None
    root = ET.fromstring(html)
    assert root.tag == "div"
    texts = [" ".join("".join(element.itertext()).split()) for element in root]
    assert texts[0] == (
        "A read that began before the seal returns what the guest wrote after it."
        "VIOLATED: leak, inflight, fix none, protocol P2, model sc"
        "initially inode.i_size = 4096, inode.seals = 0, ready = 0, page A.data = 0"
    )
    assert root[1].tag == "{http://www.w3.org/2000/svg}svg"
    assert texts[2].startswith("why it is a violation: fr, po, rf; ")
    assert "<script" not in html
    assert "http" not in html.replace("http://www.w3.org/2000/svg", "")


def test_a_loaded_report_shows_itself(leak: Report) -> None:
    loaded = decode_report(encode_report(leak), "leak.json")
    assert loaded._repr_svg_() == leak._repr_svg_()


def test_without_views_there_is_none(leak: Report, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("svg", "html"):
        monkeypatch.delitem(VIEWS, name)
    assert (leak._repr_svg_(), leak._repr_html_()) == (None, None)


def test_loading_a_report_draws_nothing_yet() -> None:
    subprocess.run([sys.executable, "-c", PLAIN], check=True, cwd=Path(__file__).parents[2])


@needs_chromium
def test_a_browser_shows_it(leak: Report, browser: Browser, tmp_path: Path) -> None:
    html = leak._repr_html_()
    assert html is not None
    with opened(browser, f"<!doctype html><title>cell</title>{html}", tmp_path) as page:
        assert page.locator("svg.sealrace[role=img]").count() == 1
        assert page.get_by_text("A read that began before the seal").first.is_visible()
