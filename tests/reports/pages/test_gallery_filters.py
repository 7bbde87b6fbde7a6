"""The gallery in chromium: filters, and cells beside each other, both kept in the address."""

from __future__ import annotations

import re
from itertools import product
from pathlib import Path

import pytest
from browser import needs_chromium, opened, serious_findings
from gallery_page import RECHECK, has_fragment, lines, listed, shown, square
from playwright.sync_api import Browser, expect
from toy_gallery import CELLS, gallery

from reports.comparison import Answer, Comparison
from reports.verdicts import Cell

pytestmark = needs_chromium


def keys(scenarios: str, protocol: str, fixes: str, models: str = "sc lkmm") -> list[str]:
    """The keys of the cells with these names."""
    parts = product(scenarios.split(), [protocol], fixes.split(), models.split())
    return ["-".join(names) for names in parts]


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("scenario", "fresh", keys("fresh", "P2", "none recheck rwsem")),
        ("protocol", "P1", keys("inflight", "P1", "none recheck")),
        ("fix", "rwsem", keys("fresh inflight", "P2", "rwsem")),
        (
            "model",
            "lkmm",
            keys("fresh inflight", "P2", "none recheck rwsem", "lkmm") + keys("inflight", "P1", "none recheck", "lkmm"),
        ),
        ("verdict", "INCOMPLETE", keys("inflight", "P2", "rwsem", "lkmm")),
        # Also where something worse stands in the square.
        ("verdict", "late", keys("inflight", "P2", "none recheck")),
        ("verdict", "stale", [*keys("fresh", "P2", "none recheck", "lkmm"), RECHECK]),
        ("verdict", "not run", keys("inflight", "P1", "recheck")),
    ],
)
def test_a_filter(browser: Browser, tmp_path: Path, name: str, value: str, expected: list[str]) -> None:
    with opened(browser, gallery(), tmp_path) as page:
        expect(page.locator("output")).to_have_text("16 cells")
        page.get_by_label(name, exact=True).first.select_option(value)
        assert sorted(shown(page)) == sorted(expected)
        assert listed(page) == sorted(expected)
        count = f"{len(expected)} of 16 cells"
        expect(page.locator("output")).to_have_text(count)
        has_fragment(page, f"{name}={value.replace(' ', '%20')}")
        address = page.url.partition("#")[2]
    with opened(browser, gallery(), tmp_path, fragment=f"#{address}") as page:
        assert sorted(shown(page)) == sorted(expected)
        page.get_by_role("button", name="Reset").click()
        expect(page.locator("output")).to_have_text("16 cells")
        assert len(shown(page)) == len(listed(page)) == 16
        has_fragment(page, "")
        assert page.locator("#matrix td.na:visible").count() == 2


def test_only_what_is_not_as_declared(browser: Browser, tmp_path: Path) -> None:
    with opened(browser, gallery(), tmp_path) as page:
        page.get_by_label("not as declared only").check()
        assert shown(page) == listed(page) == ["fresh-P2-recheck-lkmm"]
        has_fragment(page, "surprises=only")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("FRESH lkmm", ["fresh-P2-none-lkmm", "fresh-P2-recheck-lkmm", "fresh-P2-rwsem-lkmm"]),
        # In a sentence, in a place, in a limit, in a flag.
        ("returned 42", ["inflight-P2-none-sc", "inflight-P2-none-lkmm"]),
        ("read(inode.seals), copy_page", ["inflight-P2-none-sc", "inflight-P2-none-lkmm"]),
        ("limit of 7", ["inflight-P2-rwsem-lkmm"]),
        ("data-race", ["inflight-P2-recheck-lkmm"]),
        ("nowhere", []),
    ],
)
def test_free_text(browser: Browser, tmp_path: Path, text: str, expected: list[str]) -> None:
    with opened(browser, gallery(), tmp_path) as page:
        page.get_by_label("text").fill(text)
        assert shown(page) == expected
        expect(page.locator("output")).to_have_text(f"{len(expected)} of 16 cells")
        if not expected:
            assert listed(page) == []
            assert serious_findings(page) == []


def test_filters_and_an_open_cell_are_one_address(browser: Browser, tmp_path: Path) -> None:
    with opened(browser, gallery(), tmp_path) as page:
        page.get_by_label("fix", exact=True).first.select_option("recheck")
        page.get_by_label("model", exact=True).first.select_option("lkmm")
        square(page, "inflight, fix recheck, P2, lkmm").click()
        has_fragment(page, f"{RECHECK}&fix=recheck&model=lkmm")
        page.keyboard.press("Escape")
        expect(square(page, "inflight, fix recheck, P2, lkmm")).to_be_focused()
        expect(page).to_have_url(re.compile("#fix=recheck&model=lkmm$"))  # the panel is closed
        # Arrow keys go to what is shown alone.
        page.keyboard.press("ArrowDown")
        assert page.evaluate("document.activeElement.hash") == "#inflight-P1-recheck-lkmm"
        page.keyboard.press("ArrowLeft")
        assert page.evaluate("document.activeElement.hash") == "#inflight-P1-recheck-lkmm"
    with opened(browser, gallery(), tmp_path, fragment=f"#{RECHECK}&fix=recheck&model=lkmm") as page:
        expect(page.get_by_role("dialog", name="inflight, fix recheck, P2, lkmm")).to_be_visible()
        expect(page.locator("output")).to_have_text("3 of 16 cells")


def test_a_fix_is_compared_with_none(browser: Browser, tmp_path: Path) -> None:
    with opened(browser, gallery(), tmp_path, fragment=f"#{RECHECK}") as page:
        assert lines(page, ".beside tr") == [
            "fix none fix recheck",
            "verdict leak late",
            "executions 162 127",
            "leak 26 0",
            "late 73 1",
            "stale 0 13",
        ]
        assert lines(page, ".outcome") == ["Kinds of violation: 2 gone, 1 kept, 1 new."]
        assert [text.partition(" execution")[0] for text in lines(page, ".comparison li")] == [
            "gone: leak 26",
            "gone: late 71",
            "kept: late 2 → 1",
            "new: stale 13",
        ]
        links = page.locator(".comparison li").evaluate_all(
            "all => all.map(li => [...li.querySelectorAll('a')].map(a => `${a.textContent} ${a.getAttribute('href')}`))"
        )
        none, recheck = "inflight-P2-none-small-lkmm", "inflight-P2-recheck-small-lkmm"
        assert links == [
            [f"before {none}-leak.html"],
            [f"before {none}-late.html"],
            [f"before {none}-late-2.html", f"after {recheck}-late.html"],
            [f"after {recheck}-stale.html"],
        ]


def test_any_two_cells_are_compared(browser: Browser, tmp_path: Path) -> None:
    with opened(browser, gallery(), tmp_path, fragment=f"#{RECHECK}") as page:
        page.locator("#cell").get_by_label("model").select_option("sc")
        assert lines(page, ".beside thead th") == ["", "fix none, sc", "fix recheck, lkmm"]
        has_fragment(page, f"{RECHECK}&with=inflight-P2-none-sc")
        page.locator("#cell").get_by_label("scenario").select_option("fresh")
        assert lines(page, ".outcome") == ["Kinds of violation: 0 gone, 0 kept, 2 new."]
        page.locator("#cell").get_by_label("protocol").select_option("P1")
        assert lines(page, ".comparison") == ["There is no such cell in this run."]
    with opened(browser, gallery(), tmp_path, fragment=f"#{RECHECK}&with=fresh-P2-none-lkmm") as page:
        assert lines(page, ".beside thead th") == ["", "fresh, fix none", "inflight, fix recheck"]
        assert lines(page, ".outcome") == ["Kinds of violation: 0 gone, 1 kept, 1 new."]
    with opened(browser, gallery(), tmp_path, fragment="#inflight-P2-none-lkmm") as page:
        assert lines(page, ".comparison") == ["This is the cell itself: choose another fix, or another model."]


def test_the_page_compares_as_the_command_does(browser: Browser, tmp_path: Path) -> None:
    """Every two cells: what sealrace diff calls gone, kept and new."""

    def answer(cell: Cell) -> Answer:
        return Answer(cell.verdict, cell.complete, cell.executions, cell.violating, {}, cell.kinds)

    explored = [cell for cell in CELLS if cell.kinds or cell.verdict == "HOLDS"]
    with opened(browser, gallery(), tmp_path) as page:
        for before, after in product(explored, explored):
            if before is after:
                continue
            keys = ["-".join((cell.scenario, cell.protocol, cell.fix, cell.model)) for cell in (after, before)]
            page.evaluate(f"location.hash = '#{keys[0]}&with={keys[1]}'")
            expect(page.locator("#cell-title")).to_have_text(
                f"{after.scenario}, fix {after.fix}, {after.protocol}, {after.model}"
            )
            found = Comparison.of(answer(before), answer(after))
            numbers = f"{len(found.gone)} gone, {len(found.kept)} kept, {len(found.new)} new"
            expected = f"Kinds of violation: {numbers}." if before.kinds or after.kinds else "No violation in either."
            expect(page.locator(".outcome")).to_have_text(expected)


@pytest.mark.parametrize(
    ("address", "told"),
    [
        ("#inflight-P9-none-sc", "inflight-P9-none-sc is no cell of this run."),
        ("#fix=nofix&model=lkmm", "This run has no fix nofix."),
        ("#fix=recheck", ""),
    ],
)
def test_an_address_of_what_this_run_has_not_says_so(browser: Browser, tmp_path: Path, address: str, told: str) -> None:
    with opened(browser, gallery(), tmp_path, fragment=address) as page:
        expect(page.locator("#missing")).to_have_text(told)


def test_a_comparison_of_cells_that_differ_in_more_than_one_thing_warns(browser: Browser, tmp_path: Path) -> None:
    with opened(browser, gallery(), tmp_path, fragment=f"#{RECHECK}&with=inflight-P2-none-sc") as page:
        warning = "fix and model differ: what changes cannot be put down to one of them."
        expect(page.get_by_text(warning)).to_be_visible()
    with opened(browser, gallery(), tmp_path, fragment=f"#{RECHECK}&with=inflight-P2-none-lkmm") as page:
        expect(page.get_by_role("dialog")).to_be_visible()
        expect(page.get_by_text("cannot be put down")).to_have_count(0)
