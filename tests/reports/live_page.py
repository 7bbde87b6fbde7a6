"""What the tests of the live explorer do with its page, as a person does."""

from __future__ import annotations

from playwright.sync_api import Locator, Page, expect
from served import Server


def open_start(page: Page, server: Server, scenario: str, **chosen: str) -> None:
    """Open the start of a program."""
    page.goto(server.address[:-1] + server.start(scenario, **chosen))
    expect(page.locator("#now")).to_contain_text("nothing has happened yet")


def offers(page: Page, thread: str) -> Locator:
    """The steps of a thread that can be clicked."""
    return page.locator("article", has=page.get_by_role("heading", name=thread)).locator(".offer")


def steps(page: Page) -> int:
    """How many steps of the ladder have been taken."""
    return page.locator(".ladder .row").count()


def take(page: Page, thread: str, does: str = "") -> None:
    """Click a step of a thread: its first one, or the first that does this."""
    before = page.url
    offers(page, thread).filter(has_text=does).first.click()
    expect(page).not_to_have_url(before)


def press(page: Page, key: str) -> None:
    """Press a key that leads to another state."""
    before = page.url
    page.keyboard.press(key)
    expect(page).not_to_have_url(before)


def headline(page: Page) -> str:
    """How the execution stands."""
    return page.locator("#now .word").inner_text()


def ladder(page: Page) -> list[str]:
    """The steps so far, as the ladder has them."""
    return [" ".join(text.split()) for text in page.locator(".ladder .row .box").all_inner_texts()]


def run_thread(page: Page, thread: str, most: int) -> int:
    """Click the first step of a thread again and again, while it has one; gives how often."""
    for count in range(most):
        if not offers(page, thread).count():
            return count
        take(page, thread)
    return most
