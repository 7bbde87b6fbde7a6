"""The page of a survey as text and in a browser: the same facts as the survey, at every width, by mouse and keys."""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import cycle
from pathlib import Path
from typing import Literal

import pytest
from browser import SCHEMES, WIDTHS, needs_chromium, opened, scrolls_sideways, serious_findings
from playwright.sync_api import Browser, Page
from toy_surveys import HOSTILE, raised_flag, shown_survey

from explorer.search.result import UNLIMITED, Limits
from explorer.visible import visible
from reports.pages.chart import Series, chart
from reports.pages.survey import survey_page
from reports.surveys import counts_words
from scenarios.classic.litmus import writers
from scenarios.classic.v4 import v4


def toy_page(limits: Limits = UNLIMITED) -> str:
    return survey_page(shown_survey(raised_flag(), checked=True, limits=limits))


# ---- text


def test_an_unfinished_survey_says_so_first() -> None:
    page = toy_page(limits=Limits(executions=2))
    assert (
        '<p class="banner">INCOMPLETE: limit of 2 executions reached. What is shown was found up to then.</p>' in page
    )
    assert "INCOMPLETE" not in toy_page()


def test_only_outcomes_with_a_witness_have_a_link() -> None:
    page = toy_page()
    assert re.findall(r'<a href="(outcome[^"]*)">', page) == ["outcome-1.html", "outcome-2.html"]


def test_a_survey_of_nothing_is_a_page_too() -> None:
    shown = shown_survey(raised_flag(), limits=Limits(executions=1))
    nothing = type(shown)("toy", shown.survey, (), shown.threads, shown.command, shown.tool)
    assert "What can come out: toy" in survey_page(nothing)


def test_a_page_too_small_for_all_says_what_it_leaves_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("reports.pages.survey.BARS", 3)
    monkeypatch.setattr("reports.pages.survey.PAIRS", 8)
    shown = shown_survey(v4(2), title="v4")
    page = survey_page(shown)
    executions = sum(each.outcome.executions for each in shown.outcomes[3:])
    assert f"Not on this page: {len(shown.outcomes) - 3} more outcomes, of {executions} executions." in page
    assert f"Not on this page: some of {len(shown.survey.pairs)} pairs of accesses." in page
    assert page.count('<td class="bar">') == 3
    # isize has eight pairs, data four and seals two.
    assert re.findall(r"<h3><bdi>(\w+)", page) == ["isize"]
    assert "Not on this page" not in toy_page()


def test_names_are_text_wherever_they_stand() -> None:
    page = survey_page(shown_survey(raised_flag(HOSTILE), title=HOSTILE, checked=True))
    assert "<script>alert" not in page
    assert "\x1b" not in page
    assert "\u202e" not in page
    assert page.count("<script>") == 1
    for name in ("box", "flag", "lock"):
        assert f"<bdi>{name}&lt;/script&gt;" in page


@pytest.mark.parametrize(
    ("points", "line"),
    [
        ([(1, 5)], "M52.0 12.0h0"),
        ([(1, 1), (2, 2)], "M52.0 71.0H328.0V12.0"),
        ([(1, 0), (51, 1), (100, 2)], "M52.0 130.0H191.4V71.0H328.0V12.0"),
        ([(1, 1), (100, 1), (10_000, 2)], "M52.0 71.0H190.0V71.0H328.0V12.0"),
    ],
)
def test_a_line_of_stairs(points: list[tuple[int, int]], line: str) -> None:
    """The plot is 276 by 118 pixels from (52, 12); above 100 executions its scale is that of their logarithm."""
    assert f'd="{line}"' in chart(Series("outcomes", points))


def test_a_chart_says_in_words_where_it_ends() -> None:
    drawing = chart(Series("outcomes", [(1, 1), (2000, 12)]))
    assert 'aria-label="outcomes by executions explored: 12 after 2,000"' in drawing
    assert re.findall(r"<text [^>]*>([^<]*)</text>", drawing) == [
        "0", "6", "12", "1", "10", "100", "2,000", "executions explored, logarithmic",
    ]  # fmt: skip


# ---- in a browser


@needs_chromium
@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("scheme", SCHEMES)
def test_nothing_sticks_out_and_nobody_is_shut_out(
    width: int, scheme: Literal["light", "dark"], browser: Browser, tmp_path: Path
) -> None:
    text = survey_page(shown_survey(v4(2), title="v4"))
    with opened(browser, text, tmp_path, width=width, scheme=scheme) as page:
        for details in page.locator("details:not([open]) > summary").all():
            details.click()
        assert not scrolls_sideways(page)
        assert serious_findings(page) == []


@needs_chromium
def test_hostile_names_run_nothing(browser: Browser, tmp_path: Path) -> None:
    text = survey_page(shown_survey(raised_flag(HOSTILE), title=HOSTILE, checked=True))
    with opened(browser, text, tmp_path, width=375) as page:
        assert page.locator("h1").inner_text() == f"What can come out: {visible(HOSTILE)}"
        page.locator(".matrix button").first.hover()
        assert visible(HOSTILE) in page.locator("#told").inner_text()
        assert not scrolls_sideways(page)


@needs_chromium
@pytest.mark.parametrize("width", WIDTHS)
def test_bars_are_as_long_as_their_outcomes_are_frequent(width: int, browser: Browser, tmp_path: Path) -> None:
    """However long the words beside them are."""
    shown = shown_survey(v4(2))
    words = cycle(["late", "leak, late, stale", "breaks nothing"])
    shown = replace(shown, outcomes=tuple(replace(each, verdict=next(words)) for each in shown.outcomes))
    counts = [each.outcome.executions for each in shown.outcomes]
    assert len(set(counts)) > 2
    with opened(browser, survey_page(shown), tmp_path, width=width) as page:
        script = "found => found.map(e => e.getBoundingClientRect().width)"
        widths = page.eval_on_selector_all(".bar span", script)
        told = page.locator(".histogram tbody tr td:first-child").all_inner_texts()
    assert [int(text.replace(",", "")) for text in told] == counts
    full = max(widths)
    for length, count in zip(widths, counts, strict=True):
        assert length == pytest.approx(full * count / max(counts), abs=1)


@needs_chromium
def test_the_page_holds_the_facts_of_the_survey(browser: Browser, tmp_path: Path) -> None:
    shown = shown_survey(v4(1), title="v4")
    with opened(browser, survey_page(shown), tmp_path) as page:
        page.evaluate("document.querySelectorAll('details').forEach(e => e.open = true)")
        samples = [row.split("\t") for row in page.locator(".samples tbody tr").all_inner_texts()]
        buttons = page.locator(".matrix button")
        told = [button.get_attribute("aria-label") for button in buttons.all()]
        listed = page.locator(".pairs tbody tr").count()
    survey = shown.survey
    assert samples == [
        [str(n) for n in (s.executions, s.states, s.outcomes, s.violating, s.kinds, s.ordered)] for s in survey.samples
    ]
    assert len(told) == len(survey.pairs)
    assert sorted(text.rpartition(": ")[2].partition("; ")[2] for text in told if text) == sorted(
        counts_words(pair) for pair in survey.pairs
    )
    assert listed == len(shown.data_pairs)


@needs_chromium
def test_what_was_found_of_pairs_is_told_by_sign_and_word(browser: Browser, tmp_path: Path) -> None:
    """Under the lock the box is filled before or after the look into it, and either way the flag is 0 or 1 then."""
    with opened(browser, toy_page(), tmp_path) as page:
        tables = page.locator(".location")
        names = page.locator(".location h3 bdi").all_inner_texts()
        assert names[:2] == ["box", "flag"]
        box = tables.nth(0).locator("button")
        assert (box.inner_text(), box.get_attribute("class")) == ("⇄", "both")
        assert box.get_attribute("aria-label") == (
            "writer W1 (fill) writes; reader R1 (look) reads: in both orders; "
            "first before second in 2, after it in 2; only one of them happened in 0"
        )


def focused(page: Page) -> str:
    text: str = page.evaluate("document.activeElement.getAttribute('aria-label') || document.activeElement.tagName")
    return text


@needs_chromium
def test_a_matrix_is_one_stop_of_tab_and_arrows_lead_through_it(browser: Browser, tmp_path: Path) -> None:
    """Three threads write one location: rows P0 and P1, columns P1 and P2; P1 with itself is no pair."""
    with opened(browser, survey_page(shown_survey(writers(3))), tmp_path) as page:
        buttons = page.locator(".matrix button")
        first, right, below = (buttons.nth(i).get_attribute("aria-label") for i in range(3))
        assert page.locator(".matrix button[tabindex='0']").count() == 1
        buttons.first.focus()
        page.keyboard.press("ArrowRight")
        assert focused(page) == right
        assert page.locator("#told").inner_text() == right
        page.keyboard.press("ArrowDown")
        assert focused(page) == below
        page.keyboard.press("ArrowLeft")
        assert focused(page) == below, "beyond is a cell of no pair, and nothing beyond that"
        page.keyboard.press("ArrowUp")
        page.keyboard.press("ArrowLeft")
        assert focused(page) == first
        page.keyboard.press("Tab")
        assert "P" not in focused(page), "the next stop is no other cell"


@needs_chromium
def test_the_mouse_reads_a_cell_too(browser: Browser, tmp_path: Path) -> None:
    with opened(browser, toy_page(), tmp_path) as page:
        assert page.locator("#told").inner_text().startswith("Point at a cell")
        button = page.locator(".matrix button").nth(1)
        button.hover()
        assert page.locator("#told").inner_text() == button.get_attribute("aria-label")


@needs_chromium
def test_what_is_folded_is_printed(browser: Browser, tmp_path: Path) -> None:
    with opened(browser, toy_page(), tmp_path) as page:
        assert page.locator("details:not([open])").count() >= 2
        page.evaluate("dispatchEvent(new Event('beforeprint'))")
        assert page.locator("details:not([open])").count() == 0
        page.emulate_media(media="print")
        assert not page.locator("#told").is_visible()
        assert page.locator(".samples tbody tr").first.is_visible()


@needs_chromium
def test_without_script_every_cell_can_be_reached_and_read(browser: Browser, tmp_path: Path) -> None:
    with opened(browser, toy_page(), tmp_path, java_script_enabled=False) as page:
        assert page.locator(".matrix button[tabindex='-1']").count() == 0
        assert all(button.get_attribute("aria-label") for button in page.locator(".matrix button").all())
