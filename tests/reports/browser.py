"""A real browser for the tests of pages: Debian's chromium, driven by Playwright; no error and no request passes."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, ConsoleMessage, Page, Request, expect, sync_playwright

# A page is quick; the machine may be busy.
expect.set_options(timeout=20_000)
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
needs_chromium = pytest.mark.skipif(CHROMIUM is None, reason="needs chromium")
WIDTHS = (375, 800, 1440)
"""Of a telephone, a small window and a large one, in CSS pixels."""
SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")


@contextmanager
def started_browser() -> Iterator[Browser]:
    """The browser; it ends with the context."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        browser.close()


@contextmanager
def visiting(
    browser: Browser,
    address: str,
    *,
    width: int = 1440,
    scheme: Literal["light", "dark"] = "light",
    refusals: bool = False,
    gone: bool = False,
    **options: Any,
) -> Iterator[Page]:
    """A page of a server, in a window of its own; ``address`` is its root.

    What pages write to the console as error or warning, throw, or ask of anyone but this server fails the test; but
    for the browser's own word on a request that is refused as it should be (``refusals``), or where the server has
    ``gone``.
    """
    context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme, **options)
    complaints: list[str] = []

    def heed(message: ConsoleMessage) -> None:
        words = "the server responded with a status of 400" if refusals else "net::ERR_CONNECTION_REFUSED"
        as_it_should = (refusals or gone) and message.text.startswith(f"Failed to load resource: {words}")
        if message.type in ("error", "warning") and not as_it_should:
            complaints.append(message.text)

    def notice(request: Request) -> None:
        if not request.url.startswith(address):
            complaints.append(request.url)

    page = context.new_page()
    page.on("console", heed)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("request", notice)
    page.goto(address)
    yield page
    context.close()
    assert complaints == []


@contextmanager
def opened(
    browser: Browser,
    text: str,
    folder: Path,
    *,
    width: int = 1440,
    scheme: Literal["light", "dark"] = "light",
    fragment: str = "",
    **options: Any,
) -> Iterator[Page]:
    """A page with this text, opened from a file in a window of its own; ``fragment`` is ``#...``.

    What it writes to the console as error or warning, throws, or asks of the network fails the test.
    """
    file = folder / "page.html"
    file.write_text(text, encoding="utf-8")
    context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme, **options)
    asked = file.as_uri()
    complaints: list[str] = []

    def heed(message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            complaints.append(message.text)

    def notice(request: Request) -> None:
        if request.url != asked:
            complaints.append(request.url)

    page = context.new_page()
    page.on("console", heed)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("request", notice)
    page.goto(asked + fragment)
    yield page
    context.close()
    assert complaints == []


def serious_findings(page: Page) -> list[str]:
    """What axe-core finds of impact serious or critical: rule, help and the elements."""
    found = Axe().run(page).response["violations"]
    return [
        f"{rule['id']}: {rule['help']}: {[node['html'][:200] for node in rule['nodes']][:5]}"
        for rule in found
        if rule["impact"] in ("serious", "critical")
    ]


def scrolls_sideways(page: Page) -> bool:
    """Whether the page itself is wider than its window."""
    return bool(page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth"))
