"""What the execution page draws, in a browser: rows, edges, folds, bands, values, and all of it on paper."""

from __future__ import annotations

import re
from itertools import pairwise
from pathlib import Path
from typing import Literal

import pytest
from browser import SCHEMES, WIDTHS, needs_chromium, opened, scrolls_sideways
from execution_page import boxes, drawn, reason, rows, step
from msgspec.structs import replace
from playwright.sync_api import Browser, expect

from reports.render import render
from reports.structure import Report

pytestmark = needs_chromium
Scheme = Literal["light", "dark"]
EVERY_WINDOW = [(width, scheme) for width in WIDTHS for scheme in SCHEMES]


@pytest.mark.parametrize("width", WIDTHS)
def test_each_step_has_a_row_of_its_own_in_the_lane_of_its_thread(
    leak: Report, width: int, browser: Browser, tmp_path: Path
) -> None:
    with opened(browser, render(leak, "html"), tmp_path, width=width) as page:
        found = boxes(page, ".box")
        seal = boxes(page, ".ladder .seal")[0]
    lanes = {2: {1, 2, 9, 10}, 0: {3, 4, 5, 6}, 1: {7, 8}}  # R1 R3 T4 A9 F5 F6 K1 K4 R7 R10
    left = [{round(found[number - 1]["left"]) for number in lanes[thread]} for thread in range(3)]
    assert [len(places) for places in left] == [1, 1, 1]
    assert [*left[0]] < [*left[1]] < [*left[2]]
    assert all(above["bottom"] <= below["top"] for above, below in pairwise(found))
    assert found[3]["bottom"] <= seal["top"]
    assert seal["bottom"] <= found[4]["top"]
    assert seal["left"] <= min(box["left"] for box in found)
    assert seal["right"] >= max(box["right"] for box in found)


@pytest.mark.parametrize("width", WIDTHS)
def test_no_edge_runs_through_a_box(leak: Report, width: int, browser: Browser, tmp_path: Path) -> None:
    """Sampled along every edge drawn, all relations shown: no point lies inside a box."""
    script = """() => {
      const inside = [];
      const boxes = [...document.querySelectorAll(".box")].map(e => e.getBoundingClientRect());
      for (const path of document.querySelectorAll(".edge")) {
        const at = path.ownerSVGElement.getBoundingClientRect();
        const length = path.getTotalLength();
        for (let d = 0; d <= length; d += 2) {
          const p = path.getPointAtLength(d);
          const [x, y] = [p.x + at.left, p.y + at.top];
          if (boxes.some(b => x > b.left + 1 && x < b.right - 1 && y > b.top + 1 && y < b.bottom - 1))
            inside.push(path.parentNode.querySelector("title").textContent);
        }
      }
      return inside;
    }"""
    with opened(browser, render(leak, "html"), tmp_path, width=width, fragment="#show=po,rf,co,fr,ctrl") as page:
        assert len(drawn(page)) > 20
        assert page.evaluate(script) == []


def test_at_first_the_reason_alone_is_drawn(leak: Report, browser: Browser, tmp_path: Path) -> None:
    with opened(browser, render(leak, "html"), tmp_path) as page:
        assert drawn(page) == reason(leak)
        assert page.locator(".row.path").evaluate_all("found => found.map(e => Number(e.dataset.step))") == [
            2,
            4,
            6,
            7,
            8,
            10,
        ]
        expect(page.locator("h1")).to_have_text(leak.property.sentence)
        expect(page.locator("#now")).to_have_text("Before the first step")
        expect(page.locator(".initial summary")).to_have_text(
            "initially: inode.i_size = 4096, inode.seals = 0, ready = 0, page A.data = 0"
        )


def test_relations_are_drawn_when_ticked(leak: Report, browser: Browser, tmp_path: Path) -> None:
    with opened(browser, render(leak, "html"), tmp_path) as page:
        page.get_by_role("checkbox", name="co").check()
        assert drawn(page) == reason(leak) | {(a, b, "co", False) for a, b in leak.relations["co"]}
        page.get_by_role("checkbox", name="co").uncheck()
        assert drawn(page) == reason(leak)
        page.get_by_text("Dependences (2)").click()
        page.get_by_role("checkbox", name=re.compile("^ctrl [0-9]")).check()
        assert drawn(page) == reason(leak) | {(a, b, "ctrl", False) for a, b in leak.relations["ctrl"]}


def test_of_a_crowded_relation_the_pairs_of_the_step_are_drawn(crowd: Report, browser: Browser, tmp_path: Path) -> None:
    with opened(browser, render(crowd, "html"), tmp_path, fragment="#show=conflict") as page:
        note = "Of conflict only the pairs of the current step are drawn: there are too many."
        expect(page.locator("#focus-note")).to_have_text(note)
        assert not [edge for edge in drawn(page) if edge[2] == "conflict"]
        page.keyboard.press("j")
        first = crowd.witness.order[0]
        here = {edge[:2] for edge in drawn(page) if edge[2] == "conflict"}
        assert here == {pair for pair in crowd.relations["conflict"] if first in pair}
        assert here


def test_folds_open_by_click_and_key_and_a_hidden_step_marks_its_fold(
    long: Report, browser: Browser, tmp_path: Path
) -> None:
    with opened(browser, render(long, "html"), tmp_path) as page:
        fold = page.locator(".fold").first
        expect(fold.locator(".row[data-step='2']")).not_to_be_visible()
        expect(fold.locator("summary")).to_contain_text("2 steps, O1 to O2: get_page, owner")
        page.keyboard.press("j")
        expect(fold).to_have_class("fold now")
        fold.locator("summary").focus()
        page.keyboard.press("Enter")
        expect(fold.locator(".row[data-step='2']")).to_be_visible()
        fold.locator(".strip").click()
        expect(fold.locator(".row[data-step='2']")).not_to_be_visible()


def test_a_lock_hold_is_a_band_that_opens_what_is_folded_in_it(
    locked: Report, browser: Browser, tmp_path: Path
) -> None:
    """Steps 1 to 4: the owner takes the lock, stores twice and gives it back."""
    with opened(browser, render(locked, "html"), tmp_path) as page:
        band = page.locator(".band")
        assert band.count() == 1
        assert band.locator("title").text_content() == "owner holds lock, steps 1 to 4"
        expect(page.locator(".fold summary")).to_contain_text("holds lock, 4 steps")
        expect(page.locator(".row[data-step='2']")).not_to_be_visible()
        band.locator(".touch").click()
        expect(page.locator(".row[data-step='2']")).to_be_visible()
        (over,) = boxes(page, ".band")
        rows = boxes(page, ".row .box")
        assert over["top"] <= rows[0]["top"] + 1
        assert over["bottom"] >= rows[3]["bottom"] - 1
        page.locator(".band .touch").click()
        expect(page.locator(".row[data-step='2']")).not_to_be_visible()


def test_an_edge_tells_its_relation_and_marks_its_ends(leak: Report, browser: Browser, tmp_path: Path) -> None:
    with opened(browser, render(leak, "html"), tmp_path) as page:
        edge = page.locator(".arrow[data-relation=fr]")
        assert edge.locator("title").text_content() == (
            "fr: overwrites the value read\n"
            "step 2: R[plain] inode.seals = 0\n"
            "→ step 4: W[plain] inode.seals = 32 (0x20)"
        )
        edge.dispatch_event("mouseenter")
        assert rows(page, ".row.linked") == [2, 4]
        edge.dispatch_event("mouseleave")
        assert page.locator(".row.linked").count() == 0


def test_a_reordered_access_is_drawn_as_such_and_says_why(lkmm: Report, browser: Browser, tmp_path: Path) -> None:
    with opened(browser, render(lkmm, "html"), tmp_path, fragment="#step=1") as page:
        row = page.locator(".row[data-step='1']")
        assert "reordered" in (row.get_attribute("class") or "").split()
        expect(row.locator(".note")).to_have_text(
            "^ reordered: before R1 (step 5), its predecessor; lkmm does not order them"
        )
        style = row.locator(".box").evaluate("e => getComputedStyle(e).borderTopStyle")
        assert style == "dashed"
        expect(page.locator("#about")).to_contain_text(
            "lkmm keeps two loads of different locations in order by an acquire, smp_rmb(), smp_mb() or an address "
            "dependence only, and there is none between; both are plain, so a compiler may exchange them too"
        )


def test_the_strip_of_values_follows_and_leads_to_steps(leak: Report, browser: Browser, tmp_path: Path) -> None:
    with opened(browser, render(leak, "html"), tmp_path) as page:
        assert page.locator(".strip-line").all_inner_texts() == [
            "inode.i_size\n4096\n0\n4096", "inode.seals\n0\n32 (0x20)", "ready\n0\n1", "page A.data\n0\n42",
        ]  # fmt: skip
        page.locator(".span", has_text="32 (0x20)").click()
        expect(page.locator("#slider")).to_have_value("4")
        (cursor,) = boxes(page, "#cursor")
        (span,) = boxes(page, ".span.now")
        assert abs(cursor["left"] - span["left"]) <= 3
        page.keyboard.press("End")
        assert boxes(page, "#cursor")[0]["left"] > cursor["left"] + 100


def test_on_paper_controls_go_and_every_row_carries_its_slice_of_the_edges(
    leak: Report, browser: Browser, tmp_path: Path
) -> None:
    with opened(browser, render(leak, "html"), tmp_path, fragment="#step=4") as page:
        page.evaluate("dispatchEvent(new Event('beforeprint'))")
        page.emulate_media(media="print")
        expect(page.locator(".controls")).not_to_be_visible()
        assert round(boxes(page, "#ladder")[0]["width"]) == 690
        heads = page.evaluate("""() => [...document.querySelectorAll(".edges .arrow")].map(arrow => {
          const tip = arrow.querySelector(".tip-head").getBoundingClientRect();
          return [...document.querySelectorAll(".box")].some(box => {
            const b = box.getBoundingClientRect();
            const beside = Math.abs(tip.right - b.left) < 2 || Math.abs(tip.left - b.right) < 2;
            return beside && tip.top >= b.top - 4 && tip.bottom <= b.bottom + 4;
          });
        })""")
        assert heads == [True] * 5
        # One in each of 10 rows, the heads, the initial values and the seal, below each other without a gap.
        slices = boxes(page, ".slice")
        assert len(slices) == 13
        assert [round(below["top"] - above["bottom"]) for above, below in pairwise(slices)] == [0] * 12
        page.emulate_media(media="screen")
        page.evaluate("dispatchEvent(new Event('afterprint'))")
        assert page.locator(".slice").count() == 0
        assert round(boxes(page, "#ladder")[0]["width"]) > 700


@pytest.mark.parametrize("name", ["leak", "long", "locked"])
def test_it_prints(name: str, browser: Browser, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    report: Report = request.getfixturevalue(name)
    with opened(browser, render(report, "html"), tmp_path) as page:
        assert page.pdf().startswith(b"%PDF")


def test_a_relation_has_only_its_own_meaning(leak: Report, browser: Browser, tmp_path: Path) -> None:
    """``constructor`` is a name that a model may give, and one that every object of the script has."""
    named = replace(leak, relations={**leak.relations, "constructor": leak.relations["po"]})
    with opened(browser, render(named, "html"), tmp_path, fragment="#show=constructor") as page:
        titles = page.locator("g.arrow[data-relation=constructor] title").all_text_contents()
        assert titles
        assert all(title.startswith("constructor\n") for title in titles)


def test_two_hundred_events_of_five_threads_draw_and_step(crowd: Report, browser: Browser, tmp_path: Path) -> None:
    """What it takes the page is told in docs/performance.md; here, that all of it is drawn and walked."""
    text = render(crowd, "html")
    assert len(text) < 500_000
    with opened(browser, text, tmp_path, fragment="#show=po,rf,co,fr") as page:
        assert page.locator(".head").all_inner_texts() == ["t0", "t1", "t2", "t3", "t4"]
        assert page.locator(".row").count() == 200
        assert len([edge for edge in drawn(page) if edge[2] == "po"]) > 100
        for _ in range(200):
            page.keyboard.press("j")
        assert step(page) == 200
        assert not scrolls_sideways(page)
