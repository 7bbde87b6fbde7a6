"""The live explorer in a browser: to a leak, back and another way, in windows beside each other, by clicks and keys."""

from __future__ import annotations

import re
from typing import Literal

import pytest
from browser import SCHEMES, WIDTHS, needs_chromium, scrolls_sideways, serious_findings, visiting
from live_page import headline, ladder, offers, open_start, press, run_thread, take
from playwright.sync_api import Browser, expect
from served import Server

pytestmark = needs_chromium


Scheme = Literal["light", "dark"]


def test_a_person_steps_to_the_leak_goes_back_and_another_way(server: Server, browser: Browser) -> None:
    """The reader has looked at size and seals when the others run; then it reads what the guest has written."""
    with visiting(browser, server.address) as page:
        page.get_by_role("link", name="inflight, small sizes").click()
        for _ in range(3):
            take(page, "reader")
        assert run_thread(page, "owner", 60) > 3
        assert headline(page) == "can go on"
        assert run_thread(page, "guest", 60) > 3
        assert headline(page) == "can go on"
        assert run_thread(page, "reader", 60) > 3
        assert headline(page) == "VIOLATED: leak, late"
        assert page.locator(".came").inner_text().endswith("reader: pread = 4096: what the guest wrote")
        shown = ladder(page)
        assert any(line.endswith("sealed") for line in shown)
        assert any("LEAK" in line for line in shown)

        # Three steps back, by button, key and the browser's own Back, which leads to where one was before.
        page.locator("#undo").click()
        # One step before the end nothing is decided, and nothing looks like an alarm.
        expect(page.locator("#now .word")).to_have_text("can go on")
        expect(page.locator(".said dt:text-is('leak') + dd")).to_contain_text("not decided If it ended here: ")
        expect(page.locator(".word.violated")).to_have_count(0)
        assert not any("LEAK" in line for line in ladder(page))
        press(page, "k")
        press(page, "ArrowLeft")
        three_less = page.url
        page.go_back()
        expect(page).not_to_have_url(three_less)
        page.go_forward()
        expect(page).to_have_url(three_less)

        # Another branch: a new one from the start of the reader, where it looks before it is its turn.
        page.keyboard.press("Home")
        expect(page.locator("#now")).to_contain_text("nothing has happened yet")
        take(page, "owner")
        take(page, "reader")
        here = page.url
        mine = (headline(page), ladder(page))
        with visiting(browser, server.address) as other:
            other.goto(here)
            assert (headline(other), ladder(other)) == mine
            # Two windows at once: what one does is not seen by the other.
            take(other, "owner")
            take(page, "reader")
            assert ladder(other)[:-1] == mine[1] == ladder(page)[:-1]
            assert ladder(other) != ladder(page)


def test_keys_walk_as_on_the_page_of_a_report(server: Server, browser: Browser) -> None:
    with visiting(browser, server.address) as page:
        open_start(page, server, "inflight", sizes="small")
        walked = []
        for key in ("j", "ArrowRight", "j", "k", "ArrowLeft", "j", "1", "3", "Home", "End"):
            press(page, key)
            walked.append(page.evaluate("document.title").split()[0])
        assert walked[:9] == ["1", "2", "3", "2", "1", "2", "3", "4", "0"]
        assert headline(page).startswith(("over: ", "VIOLATED: "))
        press(page, "k")
        ended = page.url
        press(page, "Home")
        press(page, " ")
        # The thread that is on, the owner, has run to its end, and no other one has begun.
        assert page.url != ended
        assert page.locator("article").first.get_attribute("class") == "thread returned"
        assert not any(line.startswith(("guest", "reader")) for line in ladder(page))


def test_edges_are_drawn_as_on_the_page_of_a_report(server: Server, browser: Browser) -> None:
    """Message passing through the size: the owner empties the file (T4), and then the reader looks at the size (R1)."""
    with visiting(browser, server.address) as page:
        open_start(page, server, "inflight", sizes="small")
        run_thread(page, "owner", 5)
        take(page, "reader")
        arrows = page.locator(".edges .arrow.rf:not(:has(.stub))")
        expect(arrows).to_have_count(1)
        assert re.fullmatch(
            r"rf: reads that value\nstep 5: W\[plain\] inode\.i_size = 0\n→ step 6: R\[plain\] inode\.i_size = 0",
            arrows.locator("title").text_content() or "",
        )
        page.locator("input[value=rf]").uncheck()
        expect(page.locator(".edges .arrow")).to_have_count(0)
        # It stays so from state to state.
        take(page, "reader")
        expect(page.locator(".edges .arrow")).to_have_count(0)
        page.locator("input[value=po]").check()
        expect(page.locator(".edges .arrow.po")).to_have_count(5)


def test_the_thread_that_is_on_is_marked_and_one_that_has_ended_says_so(server: Server, browser: Browser) -> None:
    with visiting(browser, server.address) as page:
        open_start(page, server, "inflight", sizes="small")
        on = page.locator("article[aria-current=true]")
        expect(on).to_have_id("thread-0")
        expect(on.locator("h2 .turn")).to_have_text("on")
        take(page, "reader")
        expect(on).to_have_id("thread-2")
        page.locator("[data-run='0']").click()
        expect(page.locator("article").first).to_have_class("thread returned")
        here = page.url
        for key, told in (("1", "owner has ended."), ("9", "There is no thread 9.")):
            page.keyboard.press(key)
            expect(page.locator("#said")).to_have_text(told)
            expect(page.locator("#said")).to_be_visible()
        assert page.url == here


def test_undone_steps_can_be_taken_again(server: Server, browser: Browser) -> None:
    with visiting(browser, server.address) as page:
        open_start(page, server, "inflight", sizes="small")
        take(page, "reader")
        take(page, "owner")
        take(page, "reader")
        end = page.url
        for _ in range(2):
            press(page, "k")
        for _ in range(2):
            press(page, "j")
        assert page.url == end
        # A click on a step of the ladder goes back to it, and from there on again.
        page.locator(".ladder .box").first.click()
        expect(page.locator(".ladder .row")).to_have_count(1)
        for _ in range(2):
            press(page, "j")
        assert page.url == end


def test_the_focus_stays_with_the_thread_and_what_happened_is_told(server: Server, browser: Browser) -> None:
    with visiting(browser, server.address) as page:
        open_start(page, server, "seal-write")
        offers(page, "owner").first.focus()
        press(page, "Enter")
        assert page.evaluate("document.activeElement.closest('article').id") == "thread-0"
        assert page.evaluate("document.activeElement.className") == "offer"
        expect(page.locator("#said")).to_contain_text(re.compile(r"^owner .*\. can go on\. owner: 1 step\. "))


def test_old_values_are_offered_and_marked(server: Server, browser: Browser) -> None:
    """Under armv8 the reader of v4 may see the size before it grew."""
    with visiting(browser, server.address) as page:
        open_start(page, server, "inflight", sizes="small", model="armv8")
        page.locator("[data-run='0']").click()
        expect(page.locator("article").first).to_have_class("thread returned")
        (now, *old) = offers(page, "reader").all()
        assert now.get_attribute("class") == "offer"
        assert "an old value" not in now.inner_text()
        assert old
        for each in old:
            assert each.get_attribute("class") == "offer old"
            assert "an old value: ordered before owner" in each.inner_text()
        take(page, "reader", "the initial value")
        assert "an old value" in ladder(page)[-1]


def test_another_program_is_chosen(server: Server, browser: Browser) -> None:
    with visiting(browser, server.address) as page:
        open_start(page, server, "inflight", sizes="small")
        page.locator("#choose [name=scenario]").select_option("v4")
        expect(page.locator(".brand")).to_contain_text("v4, fix none, protocol ")
        page.locator("#choose [name=model]").select_option("tso")
        page.get_by_role("button", name="Start").click()
        expect(page.locator(".brand")).to_contain_text("model tso")
        page.locator("#choose [name=sizes]").select_option("small")
        page.get_by_role("button", name="Start").click()
        expect(page.locator(".brand")).to_contain_text(", small")


def test_what_is_wrong_is_shown_and_the_way_on(server: Server, browser: Browser) -> None:
    with visiting(browser, server.address, refusals=True) as page:
        page.goto(f"{server.address}start?scenario=seal-write&fix=no")
        alert = page.get_by_role("alert")
        expect(alert).to_contain_text("unknown fix 'no'")
        expect(page.locator("#choose [name=scenario]")).to_have_value("seal-write")
        page.locator("#choose [name=fix]").select_option("none")
        page.get_by_role("button", name="Start").click()
        expect(page.locator("#now")).to_contain_text("nothing has happened yet")
        page.goto(f"{server.address}start?scenario=seal-writ")
        page.get_by_role("link", name="Choose what to explore").click()
        expect(page.get_by_role("heading", name="Scenarios")).to_be_visible()


def test_without_a_script_links_lead_on(server: Server, browser: Browser) -> None:
    with visiting(browser, server.address, java_script_enabled=False) as page:
        page.goto(server.address[:-1] + server.start("seal-write"))
        page.locator(".offer").first.click()
        expect(page.locator(".ladder .row")).to_have_count(1)
        page.locator("#undo").click()
        expect(page.locator("#now")).to_contain_text("nothing has happened yet")
        page.locator("#all").click()
        expect(page.locator("#now .word")).to_contain_text("over: ")
        page.get_by_role("button", name="Write a report").click()
        expect(page.locator("#written a")).to_have_count(1)


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("scheme", SCHEMES)
def test_in_every_window_it_fits_and_is_accessible(
    server: Server, browser: Browser, width: int, scheme: Scheme
) -> None:
    with visiting(browser, server.address, width=width, scheme=scheme, refusals=True) as page:
        assert serious_findings(page) == []
        assert not scrolls_sideways(page)
        open_start(page, server, "inflight", sizes="small", model="armv8")
        assert serious_findings(page) == []
        page.locator("[data-run='0']").click()
        take(page, "reader", "an old value")
        page.locator("[data-watch='inode.i_size']").click()
        page.locator(".watched input").check()
        page.locator("#code > summary").click()
        for box in page.locator("input[name=show]").all():
            box.check()
        page.get_by_role("button", name="all continuations").click()
        expect(page.locator("#progress")).to_contain_text("all continuations: ")
        assert serious_findings(page) == []
        assert not scrolls_sideways(page)
        page.locator("#bars a").first.click()
        expect(page.locator("#now .word")).to_contain_text("over: ")
        assert serious_findings(page) == []
        assert not scrolls_sideways(page)
        page.goto(f"{server.address}start?scenario=no")
        assert serious_findings(page) == []
