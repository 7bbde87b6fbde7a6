"""Break points and watched locations of the live explorer: a window's own, by mouse and by keyboard."""

from __future__ import annotations

from browser import needs_chromium, visiting
from live_page import ladder, open_start, press, run_thread, take
from playwright.sync_api import Browser, expect
from served import Server

pytestmark = needs_chromium


def test_lines_are_reached_by_keys(server: Server, browser: Browser) -> None:
    """One line of a thread's code is a stop of the Tab key, the one that it stands at; arrows lead to the others."""
    with visiting(browser, server.address) as page:
        open_start(page, server, "seal-write")
        here = page.locator("#thread-0 tr.at .stop")
        assert page.locator("#thread-0 .stop[tabindex='0']").count() == 1
        here.focus()
        page.keyboard.press("ArrowUp")
        page.keyboard.press("ArrowDown")
        page.keyboard.press("ArrowDown")
        page.keyboard.press("Enter")
        expect(page.locator("#stops button")).to_have_count(1)
        line = here.get_attribute("data-stop")
        assert line is not None
        file, number = line.split(":")
        expect(page.locator("#stops button")).to_contain_text(f"{file}:{int(number) + 1}")
        assert page.url.endswith(server.start("seal-write"))


def test_a_break_point_at_a_line_and_at_a_location(server: Server, browser: Browser) -> None:
    with visiting(browser, server.address) as page:
        open_start(page, server, "inflight", sizes="small")
        # At every access of the seals.
        page.get_by_role("button", name="watch inode.seals").or_(
            page.locator("[data-watch='inode.seals']")
        ).first.click()
        watched = page.get_by_role("table", name="Watched locations")
        expect(watched).to_contain_text("inode.seals")
        watched.get_by_label("break at accesses").check()
        expect(page.locator("#stops")).to_contain_text("inode.seals")
        press(page, " ")
        assert "inode.seals" in page.locator("article").first.locator(".asks").inner_text()
        first = page.url
        press(page, " ")
        assert "inode.seals" in page.locator("article").first.locator(".asks").inner_text()
        assert page.url != first
        # They are this window's own, and stay when the page is loaded anew.
        page.reload()
        expect(page.locator("#stops")).to_contain_text("inode.seals")
        with visiting(browser, server.address) as other:
            other.goto(page.url)
            expect(other.locator("#stops")).to_have_text("")
        page.locator("#stops button").click()
        expect(page.locator("#stops")).to_have_text("")
        # At the line where the reader stands next.
        press(page, "Home")
        stop = page.locator("#thread-2 tr.at .stop")
        stop.click()
        expect(stop).to_have_attribute("aria-pressed", "true")
        place = stop.get_attribute("data-stop")
        page.locator("#all").click()
        expect(page.locator("#now")).not_to_contain_text("nothing has happened yet")
        assert page.locator("#thread-2 tr.at .stop").get_attribute("data-stop") == place
        assert not any(line.startswith("reader") for line in ladder(page))


def test_a_watched_value_shows_what_it_was(server: Server, browser: Browser) -> None:
    with visiting(browser, server.address) as page:
        open_start(page, server, "inflight", sizes="small")
        page.locator("[data-watch='inode.i_size']").click()
        row = page.locator(".watched tr")
        expect(row).to_contain_text("4096")
        run_thread(page, "owner", 5)  # T0 to T4, which empties the file
        assert " ".join(row.inner_text().split()) == "inode.i_size 4096 → 0 break at accesses ✕"
        expect(row).to_have_class("now")
        take(page, "owner")
        expect(row).not_to_have_class("now")
        row.get_by_role("button").click()
        expect(page.locator(".watched")).to_have_count(0)
