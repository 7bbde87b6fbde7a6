"""What a model flags, gathered over all executions: which two accesses, in how many of them."""

from __future__ import annotations

from pathlib import Path

import pytest

from explorer.execution.location import Location
from explorer.memory.model import Model, load_model
from explorer.program.program import Program, ThreadSpec
from explorer.program.thread import ACQUIRE, ONCE, RELEASE, Order, Thread
from explorer.program.tree import Unfolding
from explorer.property import Edge, Mark
from explorer.scenario import Case
from explorer.search.remarks import remarks_of, side_facts
from explorer.search.result import Result, Verdict
from explorer.search.run import explore

DATA, FLAG = Location("data"), Location("flag")


def publish(order: Order):  # type: ignore[no-untyped-def]
    async def writer(t: Thread) -> None:
        await t.write(DATA, 1, at="W1 fill")
        await t.write(FLAG, 1, order, at="W2 raise")

    return writer


async def look_at_both(t: Thread) -> None:
    await t.read(FLAG, ACQUIRE, at="R1 look")
    await t.read(DATA, at="R2 open")


async def look_at_the_flag_first(t: Thread) -> None:
    if await t.read(FLAG, ACQUIRE, at="R1 look"):
        await t.read(DATA, at="R2 open")


def run(model: Model, *threads) -> Result:  # type: ignore[no-untyped-def]
    program = Program(tuple(ThreadSpec(f"P{i}", thread) for i, thread in enumerate(threads)))
    return explore(Case(program), model, Unfolding(program, 3))


def test_the_two_sides_of_a_race_whichever_comes_first() -> None:
    # (flag, data) = (0, 0), (0, 1), (1, 1): only a flag that was seen orders the two plain accesses.
    found = run(load_model("lkmm"), publish(RELEASE), look_at_both)
    assert (found.verdict, found.executions, found.remarked) == (Verdict.HOLDS, 3, {"data-race": 2})
    (race,) = found.remarks
    assert (race.flag, race.executions) == ("data-race", 2)
    assert race.words == "P0's plain write of data at W1 and P1's plain read of data at R2"
    # Of the two executions the one in which the reader runs first has fewer switches or as many.
    assert race.witness is not None
    assert race.witness.switches == 1
    sides = [side_facts(race.execution, event) for event in race.sides]
    assert [(side["thread"], side["access"], side["location"], side["step"]) for side in sides] == [
        ("P0", "plain write", "data", "W1"),
        ("P1", "plain read", "data", "R2"),
    ]


def test_a_race_in_words_and_as_the_path_of_a_report() -> None:
    found = run(load_model("lkmm"), publish(RELEASE), look_at_both)
    (race,) = found.remarks
    first, second = race.sides
    assert race.finding.property == "flag data-race"
    assert race.finding.path == (Edge(first, second, "flag data-race"),)
    assert race.finding.marks == (Mark(first, "data-race"), Mark(second, "data-race"))
    assert race.finding.sentence == f"lkmm flags data-race: {race.words}."
    assert race.finding in remarks_of(race.execution, load_model("lkmm"))


def test_no_race_where_the_data_is_looked_at_only_behind_the_flag() -> None:
    found = run(load_model("lkmm"), publish(RELEASE), look_at_the_flag_first)
    assert (found.executions, found.remarked, found.remarks) == (2, {}, ())


def test_a_flag_without_release_orders_nothing() -> None:
    # The reader that saw the flag can miss the data: one execution more, and no order in any that reads the data.
    found = run(load_model("lkmm"), publish(ONCE), look_at_the_flag_first)
    assert (found.executions, found.remarked) == (3, {"data-race": 2})


def test_two_places_are_two_kinds() -> None:
    async def look_twice(t: Thread) -> None:
        await t.read(DATA, at="R1 first")
        await t.read(DATA, at="R2 second")

    async def fill(t: Thread) -> None:
        await t.write(DATA, 1, at="W1 fill")

    # (0, 0), (0, 1), (1, 1); coherence of plain reads of one thread is as for all others.
    found = run(load_model("lkmm"), fill, look_twice)
    steps = [[side_facts(race.execution, event)["step"] for event in race.sides] for race in found.remarks]
    assert [sorted(pair) for pair in steps] == [["R1", "W1"], ["R2", "W1"]]
    assert [race.executions for race in found.remarks] == [found.executions] * 2


FLAGS = """
"sc with remarks"
let before = po | rf | co | fr
acyclic before
flag ~empty [~IW] ; rf as seen
flag ~empty [R & Plain] ; po as unused
flag ~empty (R & Plain) as plain-reads
flag empty [~IW] ; rf as unseen
"""


@pytest.fixture
def flags(tmp_path: Path) -> Model:
    file = tmp_path / "flags.cat"
    file.write_text(FLAGS)
    return load_model(str(file))


def test_flags_of_any_form(flags: Model) -> None:
    async def fill(t: Thread) -> None:
        await t.write(DATA, 1, at="W1 fill")

    async def look(t: Thread) -> None:
        await t.read(DATA, at="R1 look")

    found = run(flags, fill, look)
    assert (found.executions, found.remarked) == (2, {"seen": 1, "plain-reads": 2, "unseen": 1})
    assert [(remark.flag, remark.finding.sentence) for remark in found.remarks] == [
        ("seen", "flags flags seen: P0's plain write of data at W1 and P1's plain read of data at R1."),
        ("plain-reads", "flags flags plain-reads: P1's plain read of data at R1."),
        ("unseen", "flags flags unseen."),
    ]


def test_an_initial_write_as_a_side(tmp_path: Path) -> None:
    file = tmp_path / "unwritten.cat"
    file.write_text('"m"\nacyclic po | rf | co | fr as sc\nflag ~empty [IW] ; rf as unwritten\n')

    async def look(t: Thread) -> None:
        await t.read(DATA, at="R1 look")

    (remark,) = run(load_model(str(file)), look).remarks
    assert remark.words == "the initial data = 0 and P0's plain read of data at R1"
    assert side_facts(remark.execution, remark.sides[0])["access"] == "initial write"
    # No order named: no schedule is claimed.
    assert remark.witness is None


def test_an_order_that_does_not_follow_reads_leaves_a_remark_without_a_schedule(tmp_path: Path) -> None:
    """Under load buffering program order alone goes round in a circle with rfe: no order of effect exists."""
    file = tmp_path / "loose.cat"
    file.write_text('"m"\nlet before = po\nacyclic po-loc | rf | co | fr as c\nflag ~empty [W \\ IW] as w\n')

    def passes_on(seen: Location, told: Location):  # type: ignore[no-untyped-def]
        async def thread(t: Thread) -> None:
            await t.read(seen, ONCE, at="R1 look")
            await t.write(told, 1, ONCE, at="W1 tell")

        return thread

    found = run(load_model(str(file)), passes_on(DATA, FLAG), passes_on(FLAG, DATA))
    assert (found.executions, found.remarked) == (4, {"w": 4})
    assert [remark.executions for remark in found.remarks] == [4]
