"""The live explorer in a browser: to a leak, back and another way, windows beside each other, runs and reports."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Literal

import pytest
from browser import SCHEMES, WIDTHS, needs_chromium, scrolls_sideways, serious_findings, visiting
from live_page import headline, ladder, offers, open_start, press, take
from playwright.sync_api import Browser, Page, expect
from served import Server, children, memory, open_files, serving

pytestmark = needs_chromium
Scheme = Literal["light", "dark"]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with serving(tmp_path_factory.mktemp("live") / "out") as found:
        yield found


def run_thread(page: Page, thread: str, most: int) -> int:
    """Click the first step of a thread again and again, while it has one; gives how often."""
    for count in range(most):
        if not offers(page, thread).count():
            return count
        take(page, thread)
    return most


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
        expect(page.locator("#now .word")).to_contain_text("so far: leak, late")
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
            assert "an old value: now it is" in each.inner_text()
        take(page, "reader", "the initial value")
        assert "an old value" in ladder(page)[-1]


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


def test_all_ways_on_are_counted_and_a_bar_leads_to_its_state(server: Server, browser: Browser) -> None:
    """The counts are those of ``sealrace survey inflight --small``."""
    with visiting(browser, server.address) as page:
        open_start(page, server, "inflight", sizes="small")
        page.get_by_role("button", name="all ways on").click()
        expect(page.locator("#progress")).to_have_text("from the start: all ways on: 146 executions, 1 dropped")
        bars = page.locator("#bars li")
        expect(bars).to_have_count(7)
        assert " ".join(bars.nth(1).inner_text().split()) == (
            "23 (15.8%) leak, late owner: ftruncate = 0, F_ADD_SEALS = 0, fallocate = 0; "
            "reader: pread = 4096: what the guest wrote go there"
        )
        bars.nth(1).get_by_role("link").click()
        expect(page.locator("#now .word")).to_have_text("VIOLATED: leak, late")
        # The histogram stays, and says from where it was.
        expect(bars).to_have_count(7)
        page.locator("#progress a").click()
        expect(page.locator("#now")).to_contain_text("nothing has happened yet")


def test_random_runs_claim_nothing(server: Server, browser: Browser) -> None:
    with visiting(browser, server.address) as page:
        open_start(page, server, "fresh", sizes="small")
        page.get_by_label("runs").fill("25")
        page.get_by_role("button", name="random").click()
        expect(page.locator("#progress")).to_contain_text("INCOMPLETE: 25 random runs; 25 executions")
        page.get_by_label("runs").fill("")
        page.get_by_role("button", name="random").click()
        assert page.evaluate("document.activeElement.name") == "runs"


def test_a_run_can_be_stopped_and_blocks_no_other_window(server: Server, browser: Browser) -> None:
    with visiting(browser, server.address) as page, visiting(browser, server.address) as other:
        open_start(page, server, "mmap-window", model="lkmm")
        page.get_by_label("runs").fill("100000")
        page.get_by_role("button", name="random").click()
        expect(page.locator("#progress")).to_contain_text(re.compile(r": [\d,]+ executions.* in \d+ s"))
        open_start(other, server, "seal-write")
        take(other, "owner")
        page.get_by_role("button", name="stop").click()
        expect(page.locator("#progress")).to_contain_text("(stopped)")
        expect(page.locator("#halt")).to_be_hidden()


def test_a_finished_execution_is_handed_over(server: Server, browser: Browser) -> None:
    with visiting(browser, server.address) as page:
        open_start(page, server, "inflight", sizes="small")
        assert page.locator("#hand-over").count() == 0
        page.locator("#all").click()
        page.get_by_role("button", name="Write a report").click()
        link = page.locator("#written a")
        name = link.inner_text()
        expect(page.locator("#hand-over")).to_have_count(0)
        link.click()
        expect(page.get_by_role("heading", name="Schedule", exact=True)).to_be_visible()
        assert page.url == f"{server.address}out/{name}"
        assert (server.out / name).exists()
        page.go_back()
        expect(page.locator("#written a")).to_have_text(name)


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
        page.get_by_role("link", name="Choose what to explore").click()
        expect(page.get_by_role("heading", name="Scenarios")).to_be_visible()


def test_a_server_that_has_gone_is_told(browser: Browser, tmp_path: Path) -> None:
    with serving(tmp_path) as server, visiting(browser, server.address, gone=True) as page:
        open_start(page, server, "seal-write")
        take(page, "owner")
        here = page.url
        server.end()
        page.keyboard.press("j")
        expect(page.locator("#said")).to_contain_text("The server does not answer. Is sealrace serve still running?")
        expect(page.locator("#said")).to_be_visible()
        # What is shown stays, and so does the address.
        assert page.url == here
        assert len(ladder(page)) == 1


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
        page.get_by_role("button", name="all ways on").click()
        expect(page.locator("#progress")).to_contain_text("all ways on: ")
        assert serious_findings(page) == []
        assert not scrolls_sideways(page)
        page.locator("#bars a").first.click()
        expect(page.locator("#now .word")).to_contain_text("over: ")
        assert serious_findings(page) == []
        assert not scrolls_sideways(page)
        page.goto(f"{server.address}start?scenario=no")
        assert serious_findings(page) == []


MORE = 4 * 1024
"""kB that the server may hold after 50 windows beyond what it held before: 200 are usual."""


def test_fifty_windows_leave_memory_where_it_was(server: Server, browser: Browser) -> None:
    """Each begins a run that would go on, and is closed."""
    pid = server.process.pid
    start = server.address[:-1] + server.start("seal-write", sizes="small")

    def windows(count: int) -> None:
        """That many windows beside each other: two runs go on, the others wait for their turn."""
        with ExitStack() as all_of_them:
            for _ in range(count):
                page = all_of_them.enter_context(visiting(browser, server.address))
                page.goto(start)
                page.get_by_label("runs").fill("100000")
                page.get_by_role("button", name="random").click()
                expect(page.locator("#progress")).not_to_contain_text("starting")

    def settled(most: int) -> int:
        """The processes below the server, when those of the runs have gone."""
        until = time.monotonic() + 60
        while len(found := children(pid)) > most:
            assert time.monotonic() < until, f"{len(found)} processes are left"
            time.sleep(0.1)
        return len(found)

    windows(10)
    # The processes that make pages, at most two, and multiprocessing's own.
    before = settled(3), memory(pid), open_files(pid)
    for _ in range(5):
        windows(10)
    after = settled(3), memory(pid), open_files(pid)
    assert after[0] <= 3
    assert after[1] <= before[1] + MORE, (before, after)
    # A process that makes pages has five; of 50 windows each has left none.
    assert after[2] <= before[2] + 10, (before, after)
