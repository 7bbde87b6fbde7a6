"""The execution page in a browser: every way to walk, draw, find, fold and mail it, in windows of all sizes."""

from __future__ import annotations

import re
from itertools import pairwise
from pathlib import Path
from random import Random
from typing import Any, Literal

import pytest
from browser import SCHEMES, WIDTHS, needs_chromium, opened, scrolls_sideways, serious_findings
from msgspec.structs import replace
from playwright.sync_api import Browser, Page, expect

from reports.render import render
from reports.structure import Report, SourceText

pytestmark = needs_chromium
Scheme = Literal["light", "dark"]
EVERY_WINDOW = [(width, scheme) for width in WIDTHS for scheme in SCHEMES]


def step(page: Page) -> int:
    """The step that the page is at: by its slider."""
    return int(page.locator("#slider").input_value())


def rows(page: Page, selector: str) -> list[int]:
    """The steps of the rows that the selector finds."""
    script = "found => found.map(e => Number(e.dataset.step))"
    found: list[int] = page.eval_on_selector_all(selector, script)
    return found


def drawn(page: Page) -> set[tuple[int, int, str, bool]]:
    """The edges drawn: source, target, relation, and whether bold."""
    script = """found => found.map(e => [Number(e.dataset.source), Number(e.dataset.target), e.dataset.relation,
        e.classList.contains("bold")])"""
    return {tuple(edge) for edge in page.eval_on_selector_all(".arrow", script)}


def reason(report: Report) -> set[tuple[int, int, str, bool]]:
    return {(edge.source, edge.target, edge.relation, True) for edge in report.property.path}


def boxes(page: Page, selector: str) -> list[dict[str, float]]:
    found: list[dict[str, Any]] = page.eval_on_selector_all(
        selector, "found => found.map(e => e.getBoundingClientRect().toJSON())"
    )
    return found


@pytest.mark.parametrize(("width", "scheme"), EVERY_WINDOW)
@pytest.mark.parametrize("name", ["leak", "stale", "odd", "long", "hostile"])
def test_in_every_window_it_fits_and_is_accessible(
    name: str, width: int, scheme: Scheme, browser: Browser, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    report: Report = request.getfixturevalue(name)
    with opened(browser, render(report, "html"), tmp_path, width=width, scheme=scheme) as page:
        assert not scrolls_sideways(page)
        assert serious_findings(page) == []
        # At the first step of the reason too, with every relation drawn and every fold open.
        page.keyboard.press("n")
        for fold in page.locator("details").all():
            fold.evaluate("e => { e.open = true; }")
        for box in page.locator("input[name=show]").all():
            box.check()
        assert not scrolls_sideways(page)
        assert serious_findings(page) == []


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


def test_keys_walk(leak: Report, browser: Browser, tmp_path: Path) -> None:
    with opened(browser, render(leak, "html"), tmp_path) as page:
        walked = []
        for key in ("ArrowRight", "j", "j", "ArrowLeft", "k", "End", "j", "Home", "k", "n", "n", "p", "p"):
            page.keyboard.press(key)
            walked.append(step(page))
        # n and p go along the reason, steps 2, 4, 6, 7, 8, 10, and around its ends.
        assert walked == [1, 2, 3, 2, 1, 10, 10, 0, 0, 2, 4, 2, 10]


def test_buttons_and_the_slider_walk(leak: Report, browser: Browser, tmp_path: Path) -> None:
    with opened(browser, render(leak, "html"), tmp_path) as page:
        walked = []
        for name in ("one step on", "one step on", "one step back", "after the last step", "before the first step"):
            page.get_by_role("button", name=name).click()
            walked.append(step(page))
        page.get_by_role("button", name="next of the reason").click()
        walked.append(step(page))
        page.get_by_role("slider", name="step").focus()
        page.keyboard.press("ArrowRight")
        walked.append(step(page))
        page.get_by_role("slider", name="step").fill("7")
        walked.append(step(page))
        assert walked == [1, 2, 1, 10, 0, 2, 3, 7]
        assert page.locator("#slider").get_attribute("aria-valuetext") == "7 guest K1: reads ready = 1 (acquire)"


def test_it_plays_by_itself_and_stops_at_the_end(leak: Report, browser: Browser, tmp_path: Path) -> None:
    with opened(browser, render(leak, "html"), tmp_path) as page:
        page.clock.install()
        page.reload()
        page.get_by_role("button", name="play").click()
        page.clock.run_for(3000)
        assert 2 <= step(page) <= 4
        page.get_by_role("button", name="stop").click()
        stopped = step(page)
        page.clock.run_for(3000)
        assert step(page) == stopped
        page.locator("body").press(" ")
        page.clock.run_for(20_000)
        assert step(page) == 10
        expect(page.locator("#play")).to_have_attribute("aria-label", "play")


@pytest.mark.parametrize("motion", ["reduce", "no-preference"])
def test_it_scrolls_smoothly_only_where_motion_is_allowed(
    motion: Literal["reduce", "no-preference"], leak: Report, browser: Browser, tmp_path: Path
) -> None:
    spy = "() => { window.asked = []; window.scrollTo = options => window.asked.push(options.behavior); }"
    with opened(browser, render(leak, "html"), tmp_path, width=375, reduced_motion=motion) as page:
        page.evaluate(spy)
        page.keyboard.press("End")
        assert page.evaluate("window.asked") == ["instant" if motion == "reduce" else "smooth"]


def test_a_click_on_a_box_goes_to_its_step(leak: Report, browser: Browser, tmp_path: Path) -> None:
    with opened(browser, render(leak, "html"), tmp_path) as page:
        page.locator(".row[data-step='8'] .box").click()
        assert step(page) == 8
        expect(page.locator(".row[data-step='8'] .box")).to_have_attribute("aria-current", "step")
        assert page.locator("[aria-current=step]").count() == 1
        assert rows(page, ".row.future") == [9, 10]


def test_a_step_shows_access_memory_code_and_what_it_reads(leak: Report, browser: Browser, tmp_path: Path) -> None:
    with opened(browser, render(leak, "html"), tmp_path) as page:
        page.locator(".row[data-step='10'] .box").click()
        about = page.locator("#about")
        expect(page.locator("#now")).to_have_text("Step 10 of 10: reader R10")
        expect(about).to_contain_text("reads page A.data = 42")
        expect(about).to_contain_text("◀ LEAK")
        expect(about).to_contain_text("reads what guest K4 (step 8) wrote: W[plain] page A.data = 42")
        expect(about).to_contain_text("kernel: mm/shmem.c shmem_file_read_iter: copy_page_to_iter")
        expect(about).to_contain_text("← rf guest K4 (step 8)")
        assert page.locator(".cell.read").all_inner_texts() == ["data 42"]
        assert page.locator(".card p").all_inner_texts() == [
            "reader acts: shmem_file_read_iter",
            "owner after step 6: owner",
            "guest after step 8: guest",
        ]
        marked = page.locator(".card tr.at").all_inner_texts()
        assert [text.rsplit("# ", 1)[1] for text in marked] == ["R10", "F6", "K4"]
        about.get_by_role("link", name="guest K4 (step 8)").first.click()
        expect(page.locator("#slider")).to_have_value("8")
        assert page.locator(".cell.now").all_inner_texts() == ["data 0 → 42"]
        assert page.locator("#memory dt").all_inner_texts() == ["inode", "ready", "page A"]


def test_memory_is_that_of_the_step(leak: Report, browser: Browser, tmp_path: Path) -> None:
    with opened(browser, render(leak, "html"), tmp_path) as page:
        found = {}
        for number in (0, 3, 4, 5):
            page.locator("#slider").fill(str(number))
            found[number] = page.locator("#memory dd").first.inner_text()
        assert found == {
            0: "i_size 4096 seals 0",
            3: "i_size 4096 → 0 seals 0",
            4: "i_size 0 seals 0 → 32 (0x20)",
            5: "i_size 0 → 4096 seals 32 (0x20)",
        }


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


def test_the_address_says_what_is_looked_at(long: Report, browser: Browser, tmp_path: Path) -> None:
    with opened(browser, render(long, "html"), tmp_path) as page:
        page.get_by_role("checkbox", name="fr").check()
        page.locator(".fold summary .strip").first.click()
        page.locator("#find").fill("get_page")
        page.locator(".row[data-step='6'] .box").click()
        address = page.evaluate("location.hash")
    assert address == "#step=6&show=fr&open=1&find=get_page"
    with opened(browser, render(long, "html"), tmp_path, fragment=address) as page:
        assert step(page) == 6
        expect(page.get_by_role("checkbox", name="fr")).to_be_checked()
        assert page.locator(".fold").evaluate_all("found => found.map(e => e.open)") == [True, False]
        expect(page.locator("#find")).to_have_value("get_page")
        expect(page.locator("#found")).to_have_text("1 of 8 steps")
        page.evaluate("location.hash = '#step=2'")
        expect(page.locator("#slider")).to_have_value("2")
        expect(page.get_by_role("checkbox", name="fr")).not_to_be_checked()


@pytest.mark.parametrize("fragment", ["#step=999", "#step=-3", "#step=x&show=none,,%E0%A4%A&open=99&find=%", "#=&&"])
def test_an_address_that_makes_no_sense_does_no_harm(
    fragment: str, leak: Report, browser: Browser, tmp_path: Path
) -> None:
    with opened(browser, render(leak, "html"), tmp_path, fragment=fragment) as page:
        assert step(page) == (10 if "999" in fragment else 0)
        page.keyboard.press("Home")
        page.keyboard.press("j")
        assert step(page) == 1


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


def test_finding_marks_steps_and_folds_and_goes_from_one_to_the_next(
    long: Report, browser: Browser, tmp_path: Path
) -> None:
    with opened(browser, render(long, "html"), tmp_path) as page:
        page.keyboard.press("/")
        page.keyboard.type("COUNT")
        # count is accessed in steps 1 (folded), 4 and 5 (folded) and 8.
        expect(page.locator("#found")).to_have_text("4 of 8 steps")
        assert rows(page, ".row.found") == [
            1,
            4,
            5,
            8,
        ]
        assert page.locator(".fold.found").count() == 2
        page.keyboard.press("Enter")
        assert step(page) == 1
        expect(page.locator(".row[data-step='1']")).to_be_visible()
        page.get_by_role("button", name="next", exact=True).click()
        assert step(page) == 4
        page.locator("#find").press("Shift+Enter")
        assert step(page) == 1
        page.locator("#find").press("Escape")
        assert page.locator(".found").count() == 0
        page.keyboard.press("j")
        assert step(page) == 2


def test_hints_show_on_hover_and_focus_and_go(leak: Report, browser: Browser, tmp_path: Path) -> None:
    with opened(browser, render(leak, "html"), tmp_path) as page:
        tip = page.get_by_role("tooltip")
        expect(tip).not_to_be_visible()
        page.locator(".row[data-step='4'] .box").hover()
        expect(tip).to_contain_text("W[plain] inode.seals = 32 (0x20)")
        expect(tip).to_contain_text("kernel: mm/memfd.c memfd_add_seals: set")
        page.keyboard.press("Escape")
        expect(tip).not_to_be_visible()
        page.locator(".initial summary").focus()
        page.keyboard.press("Tab")
        expect(tip).to_contain_text("mm/shmem.c shmem_file_read_iter: first i_size_read")
        page.keyboard.press("Shift+Tab")
        expect(tip).not_to_be_visible()


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


def test_links_in_the_reason_the_table_and_the_code_go_to_steps(leak: Report, browser: Browser, tmp_path: Path) -> None:
    with opened(browser, render(leak, "html"), tmp_path) as page:
        page.locator(".why a", has_text="guest K4").click()
        expect(page.locator("#slider")).to_have_value("8")
        page.locator("#code summary").click()
        page.locator("#code a", has_text=re.compile(r"^step 4$")).click()
        expect(page.locator("#slider")).to_have_value("4")


def test_without_a_script_the_facts_are_there(leak: Report, browser: Browser, tmp_path: Path) -> None:
    with opened(browser, render(leak, "html"), tmp_path, java_script_enabled=False) as page:
        expect(page.locator(".why")).to_be_visible()
        assert page.locator(".row").count() == 10
        expect(page.locator(".controls")).not_to_be_visible()
        expect(page.locator(".view")).not_to_be_visible()
        expect(page.locator(".strips")).to_be_visible()
        page.get_by_text("All steps as a table").click()
        expect(page.locator("#step-10")).to_be_visible()


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


def test_an_address_opens_the_fold_of_its_step(long: Report, browser: Browser, tmp_path: Path) -> None:
    with opened(browser, render(long, "html"), tmp_path, fragment="#step=2") as page:
        expect(page.locator(".row[data-step='2']")).to_be_visible()


def test_hostile_text_runs_nothing_in_the_browser(hostile: Report, browser: Browser, tmp_path: Path) -> None:
    with opened(browser, render(hostile, "html"), tmp_path, fragment="#step=1") as page:
        page.get_by_text("Relations of the model (1)").click()
        page.locator(".more input[name=show]").check()
        page.keyboard.press("j")
        page.locator("#find").fill("</script>")
        expect(page.locator("#found")).to_have_text("2 of 2 steps")
        expect(page.locator("#about")).to_contain_text("</script><b>")
        address = page.evaluate("location.hash")
    with opened(browser, render(hostile, "html"), tmp_path, fragment=address) as page:
        expect(page.locator(".more input[name=show]")).to_be_checked()
        assert step(page) == 2


def test_relations_give_way_where_the_rest_of_a_page_is_large(leak: Report) -> None:
    """They take less than the room that they may have, and what goes is counted from what they take."""
    size, random = range(len(leak.events)), Random(1)
    own = {f"own-{i}": tuple((a, b) for a in size for b in size if random.random() < 0.5) for i in range(500)}
    text = "\n".join(["x" * 300] * 30)
    large = replace(
        leak,
        relations={**leak.relations, **own},
        sources=tuple(SourceText(file="a.py", function=f"f{i}", first_line=1, text=text) for i in range(24)),
    )
    page = render(large, "html")
    assert len(page.encode()) <= 500_000
    assert "Too large for this page" in page


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
