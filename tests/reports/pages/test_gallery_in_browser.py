"""The gallery in chromium: walk the squares, open cells, mail an address; and without its script."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise, product
from pathlib import Path
from typing import Literal

import pytest
from browser import SCHEMES, WIDTHS, needs_chromium, opened, scrolls_sideways, serious_findings
from gallery_page import RECHECK, fragment, has_fragment, lines, shown, square
from playwright.sync_api import Browser, expect
from toy_gallery import CELLS, LATE_TEXT, STALE_TEXT, gallery, leak
from toy_gallery import cell as toy_cell

from reports.pages.gallery import render_index
from reports.pages.matrix import name_of

pytestmark = needs_chromium


@pytest.mark.parametrize(("width", "scheme"), [*product(WIDTHS, SCHEMES)])
def test_nothing_serious_at_any_width_in_either_scheme(
    browser: Browser, tmp_path: Path, width: int, scheme: Literal["light", "dark"]
) -> None:
    with opened(browser, gallery(), tmp_path, width=width, scheme=scheme) as page:
        assert not scrolls_sideways(page)
        assert serious_findings(page) == []
        box = page.locator(".matrix").bounding_box()
        assert box is not None
        assert 0 <= box["x"] < box["x"] + box["width"] <= width
        square(page, "inflight, fix recheck, P2, lkmm").click()
        panel = page.locator("#cell").bounding_box()
        assert panel is not None
        assert 0 <= panel["x"] < panel["x"] + panel["width"] <= width
        assert page.evaluate("cell.scrollWidth <= cell.clientWidth")
        assert serious_findings(page) == []


def test_every_square_has_letter_name_and_place(browser: Browser, tmp_path: Path) -> None:
    with opened(browser, gallery(), tmp_path) as page:
        links = page.locator("#matrix td a")
        assert links.count() == 16
        names = links.evaluate_all("all => all.map(a => a.getAttribute('aria-label'))")
        assert sorted(names) == sorted(name_of(cell) for cell in CELLS if cell.applies)
        assert "".join(links.all_inner_texts()) == "✓SLL✓SAA✓✓✓?✓✓··"
        assert page.locator("#matrix td.surprise").count() == 1
        # Two letters of one word never differ, whatever the colours.
        assert lines(page, ".legend li") == [
            "L leak 2",
            "A late 2",
            "S stale 2",
            "✓ HOLDS 7",
            "? INCOMPLETE 1",
            "· not run 2",
            "– n/a 2",
            "not part of this run",
            "! not as declared 1",
        ]


def test_a_cell_opens_by_a_click_and_tells_all_that_is_known(browser: Browser, tmp_path: Path) -> None:
    with opened(browser, gallery(), tmp_path) as page:
        square(page, "inflight, fix recheck, P2, lkmm").click()
        panel = page.get_by_role("dialog", name="inflight, fix recheck, P2, lkmm")
        expect(panel).to_be_visible()
        has_fragment(page, RECHECK)
        assert lines(page, "#cell .verdict") == ["late 127 executions, 1 late, 13 stale as declared"]
        assert lines(page, "#cell > .kinds li") == [
            f"late 1 execution {LATE_TEXT} add_seals(inode.seals), copy_page(page.data)",
            f"stale 13 executions {STALE_TEXT} add_seals(inode.seals), read(inode.seals)",
        ]
        links = panel.locator("> .kinds a, .flags a, p a").evaluate_all("all => all.map(a => a.getAttribute('href'))")
        stem = "inflight-P2-recheck-small-lkmm"
        assert list(dict.fromkeys(links)) == [
            f"{stem}-late.html",
            f"{stem}-stale.html",
            f"{stem}.run.jsonl",
            f"{stem}-flag-data-race.html",
        ]
        assert lines(page, "#cell .command pre") == [
            "sealrace explore inflight --fix recheck --protocol P2 --model lkmm --small"
        ]
        terms = zip(lines(page, "#cell dl dt"), lines(page, "#cell dl dd"), strict=True)
        assert dict(terms) == {
            "sizes and bounds": "pages=1, unroll=3",
            "rules of lkmm": "hash c0delkmm",
            "sealrace": "0.1.0",
        }
        page.keyboard.press("Escape")
        expect(panel).to_be_hidden()
        expect(square(page, "inflight, fix recheck, P2, lkmm")).to_be_focused()
        has_fragment(page, "")


def test_a_cell_that_was_not_run_has_its_command(browser: Browser, tmp_path: Path) -> None:
    with opened(browser, gallery(), tmp_path, fragment="#inflight-P1-recheck-sc") as page:
        assert lines(page, "#cell .verdict") == ["not run"]
        assert lines(page, "#cell .command pre") == ["sealrace explore inflight --fix recheck --protocol P1 --model sc"]


def test_limits_and_surprises_are_told(browser: Browser, tmp_path: Path) -> None:
    with opened(browser, gallery(), tmp_path, fragment="#inflight-P2-rwsem-lkmm") as page:
        assert lines(page, "#cell .verdict") == ["INCOMPLETE 7 executions limit of 7 executions reached as declared"]
        assert lines(page, ".comparison .limit") == [
            "Not every execution was explored: what is missing may only not have been met."
        ]
    with opened(browser, gallery(), tmp_path, fragment="#fresh-P2-recheck-lkmm") as page:
        assert lines(page, "#cell .verdict .unexpected") == ["not as declared"]
    with opened(browser, gallery(), tmp_path, fragment="#fresh-P2-rwsem-lkmm") as page:
        assert lines(page, "#cell .verdict") == ["HOLDS 4 executions nothing is declared for it"]


def test_the_command_is_copied(browser: Browser, tmp_path: Path) -> None:
    permissions = ["clipboard-read", "clipboard-write"]
    with opened(browser, gallery(), tmp_path, fragment=f"#{RECHECK}", permissions=permissions) as page:
        page.get_by_role("button", name="Copy").click()
        expect(page.locator(".command button")).to_have_text("Copied")
        command = "sealrace explore inflight --fix recheck --protocol P2 --model lkmm --small"
        assert page.evaluate("navigator.clipboard.readText()") == command


def test_arrow_keys_walk_the_squares_and_enter_opens(browser: Browser, tmp_path: Path) -> None:
    with opened(browser, gallery(), tmp_path) as page:
        square(page, "fresh, fix none, P2, sc").focus()

        def walk(*keys: str) -> str:
            for key in keys:
                page.keyboard.press(key)
            name: str = page.evaluate("document.activeElement.hash")
            return name.removeprefix("#")

        assert walk("ArrowRight") == "fresh-P2-none-lkmm"
        assert walk("ArrowDown", "ArrowRight") == "inflight-P2-recheck-sc"
        # Across the block of a protocol, and not onto what means nothing.
        assert walk("ArrowDown", "ArrowDown") == "inflight-P1-none-sc"
        assert walk("ArrowDown", "ArrowDown") == "inflight-P1-recheck-sc"
        assert walk("ArrowUp", "ArrowLeft") == "inflight-P1-none-sc"
        assert walk("End") == "inflight-P1-none-lkmm"
        assert walk("Home") == "inflight-P1-none-sc"
        assert walk("Control+Home") == "fresh-P2-none-sc"
        assert walk("ArrowLeft", "ArrowUp") == "fresh-P2-none-sc"
        assert walk("Control+End") == "inflight-P1-recheck-lkmm"
        page.keyboard.press("Enter")
        expect(page.get_by_role("dialog", name="inflight, fix recheck, P1, lkmm")).to_be_visible()


def test_the_squares_are_one_stop_of_the_tab_key(browser: Browser, tmp_path: Path) -> None:
    with opened(browser, gallery(), tmp_path) as page:
        assert page.locator('#matrix a[tabindex="0"]').count() == 1
        square(page, "fresh, fix none, P2, sc").focus()
        page.keyboard.press("ArrowDown")
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.closest('#matrix')") is None
        page.keyboard.press("Shift+Tab")
        expect(square(page, "fresh, fix recheck, P2, sc")).to_be_focused()


def test_an_address_opens_its_cell(browser: Browser, tmp_path: Path) -> None:
    with opened(browser, gallery(), tmp_path, fragment=f"#{RECHECK}") as page:
        expect(page.get_by_role("dialog", name="inflight, fix recheck, P2, lkmm")).to_be_visible()
        # Another one, typed into the address or followed in a mail.
        page.evaluate("location.hash = '#fresh-P2-none-lkmm'")
        expect(page.get_by_role("dialog", name="fresh, fix none, P2, lkmm")).to_be_visible()
        page.get_by_role("button", name="Close").click()
        expect(page.locator("#cell")).to_be_hidden()
    with opened(browser, gallery(), tmp_path, fragment="#no-such-cell&fix=nothing&x=y&%") as page:
        expect(page.locator("#cell")).to_be_hidden()
        assert len(shown(page)) == 16


def test_heads_stay_in_sight(browser: Browser, tmp_path: Path) -> None:
    """Of a matrix that scrolls both ways in its own box."""
    cells = [
        toy_cell(f"scenario-{s:02}", protocol, f"fix-{f:02}", model, 4)
        for s in range(12)
        for protocol in ("P2", "P1")
        for f in range(18)
        for model in ("sc", "tso", "lkmm")
    ]
    page_text = render_index(cells, command="sealrace matrix", tool="0.1.0")
    with opened(browser, page_text, tmp_path, width=375) as page:
        assert not scrolls_sideways(page)
        box = page.locator(".matrix").bounding_box()
        assert box is not None
        # A square in the middle of both directions.
        link = square(page, "scenario-08, fix fix-09, P1, tso")
        link.focus()
        at = link.bounding_box()
        row = page.locator("#matrix tbody:nth-of-type(2) tr:has(th:text-is('fix-09')) th").bounding_box()
        head = page.locator("#matrix thead th", has_text="scenario-08").bounding_box()
        assert at is not None
        assert row is not None
        assert head is not None
        assert row["x"] == pytest.approx(box["x"] + 1, abs=1)
        assert head["y"] == pytest.approx(box["y"] + 1, abs=1)
        assert row["x"] + row["width"] <= at["x"], "the square is under its row's head"
        assert head["y"] + head["height"] <= at["y"], "the square is under its column's head"
        assert at["x"] + at["width"] <= box["x"] + box["width"] + 1


@pytest.mark.parametrize("models", [("sc",), ("sc", "tso", "pso"), ("sc", "tso", "pso", "armv8", "lkmm")])
@pytest.mark.parametrize("width", WIDTHS)
def test_names_of_scenarios_and_fixes_are_not_cut(
    browser: Browser, tmp_path: Path, width: int, models: tuple[str, ...]
) -> None:
    """The longest word of a scenario's name stands on one line, and no two heads touch."""
    cells = [
        toy_cell(name, "P2", fix, model, 4)
        for name in ("preallocated", "seal-punch", "lingering-page")
        for fix in ("none", "recheck-after-copy")
        for model in models
    ]
    with opened(browser, render_index(cells, command="sealrace matrix", tool="0.1.0"), tmp_path, width=width) as page:
        heads = page.locator("#matrix thead tr:first-child span").evaluate_all(
            "all => all.map(e => ({...e.getBoundingClientRect().toJSON(), fits: e.scrollWidth <= e.clientWidth}))"
        )
        assert [head["fits"] for head in heads] == [True] * 3
        assert all(left["right"] <= right["left"] for left, right in pairwise(heads))
        assert heads[0]["height"] < 20, "a name without a hyphen is broken"
        rows = page.locator("#matrix tbody tr:not(.protocol) th").evaluate_all("all => all.map(e => e.clientHeight)")
        assert rows[0] < 30
        assert rows[1] < (30 if width > 760 else 45)


def test_without_the_script_all_verdicts_and_links_are_there(browser: Browser, tmp_path: Path) -> None:
    with opened(browser, gallery(), tmp_path, java_script_enabled=False, fragment=f"#{RECHECK}") as page:
        expect(page.locator("#filters")).to_be_hidden()
        expect(page.locator("#cell")).to_be_hidden()
        ran = [cell for cell in CELLS if cell.applies]
        assert sorted(page.locator(".verdicts td[id] .word").all_inner_texts()) == sorted(cell.word for cell in ran)
        links = page.locator(".verdicts a:visible")
        hrefs = [link.get_attribute("href") for link in links.all()]
        assert sorted(str(href) for href in hrefs) == sorted(
            link for cell in ran for _, link in (*cell.reports, *cell.remarks)
        )
        expect(page.locator(f"#{RECHECK}")).to_be_in_viewport()
        square(page, "fresh, fix none, P2, lkmm").click()
        has_fragment(page, "fresh-P2-none-lkmm")
        expect(page.locator("#fresh-P2-none-lkmm")).to_be_in_viewport()


def test_hostile_names_run_nothing(browser: Browser, tmp_path: Path) -> None:
    name = "</script><img src=x onerror=alert(1)>'\"&#=\u202e {0} b"
    one, other = toy_cell(name, name, "none", name, 9, leak(2)), toy_cell(name, name, name, name, 9)
    text = render_index([one, other], command=name, tool=name, titles={name: name}, remarks=(name,))
    seen = name.replace("\u202e", "\\u202e")
    with opened(browser, text, tmp_path) as page:
        page.locator("#matrix td a").last.click()
        expect(page.locator("#cell-title")).to_have_text(f"{seen}, fix {seen}, {seen}, {seen}")
        assert lines(page, ".outcome") == ["Kinds of violation: 1 gone, 0 kept, 0 new."]
        address = fragment(page)
        page.keyboard.press("Escape")
        expect(page.locator("#matrix td a").last).to_be_focused()
        page.get_by_label("fix", exact=True).first.select_option(seen)
        expect(page.locator("output")).to_have_text("1 of 2 cells")
        filtered = fragment(page)
    for part in (address, filtered, f"{address}&{filtered}"):
        with opened(browser, text, tmp_path, fragment=f"#{part}") as page:
            has_fragment(page, part)
    with opened(browser, text, tmp_path, fragment=f"#{address}") as page:
        expect(page.locator("#cell-title")).to_have_text(f"{seen}, fix {seen}, {seen}, {seen}")


def test_it_prints_the_whole_matrix(browser: Browser, tmp_path: Path) -> None:
    with opened(browser, gallery(), tmp_path) as page:
        page.emulate_media(media="print")
        expect(page.locator("#filters")).to_be_hidden()
        assert page.locator("#matrix td a:visible").count() == 16
        assert page.evaluate("getComputedStyle(document.querySelector('.matrix')).overflow") == "visible"


def test_a_cell_that_holds_opens_the_executions_that_reach_its_goals(browser: Browser, tmp_path: Path) -> None:
    goals = (("met-seal", "a.html"), ("returned-data", "b.html"))
    holds = replace(toy_cell("inflight", "P2", "rwsem", "sc", 4), examples=goals)
    with opened(browser, render_index([holds], command="sealrace matrix", tool="0.1.0"), tmp_path) as page:
        expect(page.locator(".verdicts .examples")).to_have_text("reached: met-seal returned-data")
        expect(page.get_by_text("an execution that reaches a goal")).to_be_visible()
        square(page, "inflight, fix rwsem, P2, sc").click()
        dialog = page.get_by_role("dialog")
        expect(dialog.get_by_role("link", name="met-seal")).to_have_attribute("href", "a.html")
        expect(dialog.get_by_role("link", name="returned-data")).to_have_attribute("href", "b.html")


def test_back_closes_a_cell(browser: Browser, tmp_path: Path) -> None:
    with opened(browser, gallery(), tmp_path, fragment="#fix=recheck") as page:
        square(page, "inflight, fix recheck, P2, lkmm").click()
        expect(page.get_by_role("dialog")).to_be_visible()
        has_fragment(page, f"{RECHECK}&fix=recheck")
        page.go_back()
        expect(page.get_by_role("dialog")).to_be_hidden()
        has_fragment(page, "fix=recheck")
