"""The page of a live explorer as text: whatever names a program has, they are text there."""

from __future__ import annotations

import re
from html import unescape

from explorer.execution.location import Location
from explorer.memory.model import load_model
from explorer.program.program import Program, ThreadSpec
from explorer.program.thread import ONCE, Thread
from explorer.program.tree import Unfolding
from explorer.property import Violation
from explorer.schedule.steps import Step
from explorer.schedule.walk import Position, walk_now
from explorer.schedule.witness import Witness
from explorer.search.violations import OUTCOME
from reports.build import make_report
from reports.pages.live import Said, State, live_page
from reports.pages.live_home import Form, Offered, home_page, problem_page
from reports.structure import Search

EVIL = "<script>alert(1)</script>\"'&\u202e\x1b"
SHOWN = "<script>alert(1)</script>\"'&\\u202e\\x1b"


async def writer(t: Thread, x: Location) -> None:
    await t.write(x, 1, ONCE, at=f"W1 {EVIL}")
    await t.write(x, 2, ONCE)


async def reader(t: Thread, x: Location) -> None:
    await t.wait_until(x, lambda value: value == 2, ONCE)
    await t.read(x, ONCE)


def program() -> Unfolding:
    x = Location(f"x{EVIL}")
    return Unfolding(Program((ThreadSpec(f"writer{EVIL}", writer, (x,)), ThreadSpec("reader", reader, (x,)))), 2)


def page(unfolding: Unfolding, *steps: Step) -> str:
    model = load_model("tso")
    position: Position = walk_now(unfolding, model, steps)
    offered = Offered(SHOWN, SHOWN, (SHOWN,), (SHOWN,), SHOWN, "", "/start?scenario=x")
    chosen = {"scenario": SHOWN, "fix": SHOWN, "protocol": SHOWN, "model": "tso", "sizes": "full"}
    state = State(
        setting=SHOWN,
        path="/at/here",
        path_of=lambda after: "/at/" + "-".join(f"{step.thread}.{step.older}" for step in after),
        command=SHOWN,
        headline=SHOWN,
        verdict="open",
        sentence=SHOWN,
        properties=(Said(SHOWN, SHOWN, "nothing", SHOWN),),
        over=True,
        reports=("live-x.html",),
        form=Form((offered,), ("tso",)),
        chosen=chosen,
    )
    report = make_report(
        execution=position.execution,
        violation=Violation(OUTCOME, (), (), ""),
        witness=Witness(position.order, 0, (), (), False, "", ()),
        scenario="x",
        protocol="x",
        fix="x",
        parameters={},
        program_hash="0" * 64,
        model_name="tso",
        rules_hash="0" * 64,
        named_relations={},
        search=Search(
            executions=1,
            violating={},
            interleavings=None,
            complete=False,
            remarks={},
            switches=(),
            left_out=(),
            same_outcome=1,
        ),
        tool="0",
    )
    return live_page(report, position, state)


def offers(text: str) -> list[tuple[str, str, str]]:
    """Of each step that can be clicked its address, what it does and what that means."""
    found = re.findall(
        r'<a class="offer[^"]*" href="([^"]*)"[^>]*>'
        r'<span class="does">(.*?)</span>(?: <span class="of">(.*?)</span>)?</a>',
        text,
    )
    return [(path, unescape(does), unescape(of)) for path, does, of in found]


def test_names_are_text() -> None:
    text = page(program(), Step(0), Step(0))
    assert text.count("<script") == 2  # the data, and the script
    assert "\x1b" not in text
    assert "\u202e" not in text
    assert f"writer{SHOWN}" in unescape(text)
    assert f"x{SHOWN}" in unescape(text)
    assert not re.search(r"<[a-z][^>]*\son[a-z]+=", text)


def test_the_pages_beside_it_quote_too() -> None:
    offered = Offered(SHOWN, SHOWN, (), (), SHOWN, SHOWN, "/start?scenario=x")
    for text in (home_page(Form((offered,), ())), problem_page(f"{EVIL}\n  what to do")):
        assert "<script>alert" not in text
        assert SHOWN in unescape(text)
        assert "\x1b" not in text


def test_a_store_says_before_which_others_it_can_come() -> None:
    """P0 has stored 1; the other store of x may come last or before it."""
    x = Location("x")

    async def store(t: Thread, value: int) -> None:
        await t.write(x, value, ONCE, at=f"W{value}")

    unfolding = Unfolding(Program((ThreadSpec("a", store, (1,)), ThreadSpec("b", store, (2,)))), 2)
    assert offers(page(unfolding)) == [("/at/0.0", "writes 1", ""), ("/at/1.0", "writes 2", "")]
    assert offers(page(unfolding, Step(0))) == [
        ("/at/0.0-1.0", "writes 2", "after all other stores"),
        ("/at/0.0-1.1", "writes 2", "before a W1 (step 1)"),
    ]


def test_a_load_says_whose_value_it_reads() -> None:
    x = Location("x")

    async def store(t: Thread) -> None:
        await t.write(x, 1, ONCE, at="W1")

    async def load(t: Thread) -> None:
        await t.read(x, ONCE)

    unfolding = Unfolding(Program((ThreadSpec("a", store, ()), ThreadSpec("b", load, ()))), 2)
    assert offers(page(unfolding, Step(0))) == [
        ("/at/0.0-1.0", "reads 1", "from a W1 (step 1)"),
        (
            "/at/0.0-1.1",
            "reads 0",
            "from the initial value; an old value: ordered before a W1 (step 1), which wrote 1 (fr)",
        ),
    ]


def test_a_thread_that_waits_says_for_what() -> None:
    text = unescape(page(program(), Step(0)))
    assert f"It waits: x{SHOWN} is 1, written by writer{SHOWN} W1 (step 1)." in text
