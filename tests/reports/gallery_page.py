"""What tests of the gallery ask of it in the browser."""

from __future__ import annotations

import re

from playwright.sync_api import Locator, Page, expect

RECHECK = "inflight-P2-recheck-lkmm"


def square(page: Page, name: str) -> Locator:
    """The square of a cell by the start of its accessible name."""
    return page.locator("#matrix").get_by_role("link", name=name, exact=False)


def shown(page: Page) -> list[str]:
    """The keys of the squares that can be seen."""
    links = page.locator("#matrix td a:visible")
    return [link.removeprefix("#") for link in links.evaluate_all("all => all.map(a => a.getAttribute('href'))")]


def listed(page: Page) -> list[str]:
    """The keys of the verdicts that can be seen in the list, in the order of squares."""
    found = page.locator(".verdicts td[id] > .word:visible").evaluate_all("all => all.map(w => w.parentElement.id)")
    return sorted(found)


def fragment(page: Page) -> str:
    return page.url.partition("#")[2]


def has_fragment(page: Page, expected: str) -> None:
    """The address gets this fragment: the page writes it once it has done what it was asked for."""
    ending = f"#{re.escape(expected)}$" if expected else r"^[^#]*$"
    expect(page).to_have_url(re.compile(ending))


def lines(page: Page, selector: str) -> list[str]:
    return [" ".join(text.split()) for text in page.locator(selector).all_inner_texts()]
