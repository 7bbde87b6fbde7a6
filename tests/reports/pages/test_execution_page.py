"""The execution page in a browser: every way to walk, find and mail it, in windows of all sizes."""

from __future__ import annotations

import re
from pathlib import Path
from random import Random
from typing import Literal

import pytest
from browser import SCHEMES, WIDTHS, needs_chromium, opened, scrolls_sideways, serious_findings
from execution_page import rows, step
from msgspec.structs import replace
from playwright.sync_api import Browser, expect

from reports.render import render
from reports.structure import Report, SourceText

pytestmark = needs_chromium
Scheme = Literal["light", "dark"]
EVERY_WINDOW = [(width, scheme) for width in WIDTHS for scheme in SCHEMES]


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
