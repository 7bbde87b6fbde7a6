"""Replay: what is accepted, and the exact words of every refusal."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from small_programs import Line, program, straight

from explorer.execution.execution import Ending, Execution, Status
from explorer.execution.location import Location, Object
from explorer.memory.model import Model, load_model
from explorer.program.thread import ONCE, Thread
from explorer.program.tree import Unfolding
from explorer.schedule.depth_first import explore_depth_first
from explorer.schedule.recording import RecordedEnd, Recording
from explorer.schedule.replay import ReplayMismatch, replay

SC = load_model("sc")
MP: Sequence[Sequence[Line]] = [[("W", "x", 1), ("W", "y", 1)], [("R", "y"), ("R", "x")]]


@pytest.fixture
def coherent(tmp_path: Path) -> Model:
    """A model that asks for coherence only: load buffering is allowed."""
    path = tmp_path / "coherent.cat"
    path.write_text('"coherent"\nacyclic po-loc | rf | co | fr as coherence\n')
    return load_model(str(path))


def values_read(execution: Execution) -> list[object]:
    return [event.value for event in execution.events if event.reads]


def recorded(unfolding: Unfolding, reads: Sequence[object], status: Status = Status.COMPLETE) -> Recording:
    """The recording of the one execution under sc with these values read, in order of events."""
    (execution,) = [
        e for e in explore_depth_first(unfolding, SC).executions if values_read(e) == list(reads) and e.status is status
    ]
    return Recording.of(execution)


def refused(unfolding: Unfolding, recording: Recording, said: str, model: Model = SC) -> None:
    with pytest.raises(ReplayMismatch, match=f"^{re.escape(said)}$"):
        replay(unfolding, recording, model)


class Page(Object):
    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.data = Location(f"{name}.data", 7)


async def follows(t: Thread, slot: Location) -> None:
    page = await t.read(slot, ONCE)
    if page != 0:
        await t.read(page.data, ONCE)


async def inserts(t: Thread, slot: Location, page: Page) -> None:
    await t.write(slot, page, ONCE)


async def waits(t: Thread, x: Location, value: int) -> None:
    await t.wait_until(x, lambda v: v == value, at="R1 wait")


async def writes(t: Thread, x: Location, *values: int) -> None:
    for value in values:
        await t.write(x, value, ONCE, at=f"W{value}")


async def drops(t: Thread, x: Location) -> None:
    await t.assume((await t.read(x, ONCE)) == 1)


async def polls(t: Thread, x: Location) -> None:
    while True:
        if (await t.read(x, ONCE)) == 1:
            return


async def exchanges(t: Thread, x: Location) -> None:
    await t.compare_exchange(x, 0, 1)


def pointers() -> Unfolding:
    slot = Location("slot")
    return program((follows, slot), (inserts, slot, Page("page A")))


def waiting() -> Unfolding:
    x = Location("x")
    return program((waits, x, 1), (writes, x, 1, 2))


def dropping_and_cutting() -> Unfolding:
    x = Location("x")
    return program((drops, x), (polls, x), (writes, x, 1))


def exchanging() -> Unfolding:
    x = Location("x")
    return program((exchanges, x), (exchanges, x))


def locking() -> Unfolding:
    return straight([("lock", "a"), ("lock", "b"), ("unlock", "b")], [("lock", "b"), ("lock", "a"), ("unlock", "a")])


@pytest.mark.parametrize("build", [pointers, waiting, dropping_and_cutting, exchanging, locking])
@pytest.mark.parametrize("name", ["sc", "tso", "pso"])
def test_every_execution_replays_on_the_program_built_anew(build: object, name: str) -> None:
    assert callable(build)
    model = load_model(name)
    for execution in explore_depth_first(build(), model).executions:
        again = replay(build(), Recording.of(execution), model)
        assert again.key == execution.key
        assert [end.ending for end in again.ends] == [end.ending for end in execution.ends]
        for relation in ("rmw", "addr", "data", "ctrl", "ctrl_later"):
            assert getattr(again, relation) == getattr(execution, relation)


def buffered_loads(stored: int) -> tuple[Unfolding, Recording]:
    """Load buffering with both loads of the other thread's store, which no schedule of stores and loads gives."""
    unfolding = straight([("R", "x"), ("W", "y", 1)], [("R", "y"), ("W", "x", 1)])
    base = recorded(unfolding, [0, 0])
    # Events: 0 x, 1 y, 2 R x, 3 W y, 4 R y, 5 W x.
    events = list(base.events)
    events[2] = replace(events[2], value=stored)
    events[4] = replace(events[4], value=stored)
    return unfolding, replace(base, events=tuple(events), source_of=(-1, -1, 5, -1, 3, -1))


def test_a_cycle_in_po_and_rf_replays(coherent: Model) -> None:
    unfolding, recording = buffered_loads(1)
    execution = replay(unfolding, recording, coherent)
    assert execution.source_of == (-1, -1, 5, -1, 3, -1)
    assert values_read(execution) == [1, 1]


def test_what_the_model_does_not_allow_is_refused_by_axiom() -> None:
    unfolding, recording = buffered_loads(1)
    said = "the model sc does not allow the execution of the report: it violates sequential-consistency"
    refused(unfolding, recording, said)


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        (
            [[("W", "x", 1), ("W", "y", 1)], [("R", "x"), ("R", "y")]],
            "thread P1, event 1: the report has R[once] y=1 in lines, the program R[once] x",
        ),
        (
            [[("W", "x", 1), ("W", "y", 2)], MP[1]],
            "thread P0, event 2: the report has W[once] y=1 in lines, the program W[once] y=2 in lines",
        ),
        (
            [[("W", "y", 1)], MP[1]],
            "thread P0, event 1: the report has W[once] x=1 in lines, the program W[once] y=1 in lines",
        ),
        (
            [[("W", "x", 1)], MP[1]],
            "thread P0, event 2: the report has W[once] y=1 in lines, the program an end (returned)",
        ),
        (
            [MP[0], [*MP[1], ("R", "x")]],
            "thread P1, event 3: the report has an end (returned), the program R[once] x",
        ),
        (
            [[("R", "x"), *MP[0]], MP[1]],
            "thread P0, event 1: the report has W[once] x=1 in lines, the program R[once] x",
        ),
        (
            [[("W", "x", 1), ("+", "y", 1)], MP[1]],
            "thread P0, event 2: the report has W[once] y=1 in lines, the program R[once] y",
        ),
        ([MP[0]], "the report has the threads P0, P1, the program P0"),
    ],
)
def test_a_changed_program_is_refused_at_the_first_difference(changed: Sequence[Sequence[Line]], said: str) -> None:
    refused(straight(*changed), recorded(straight(*MP), [1, 1]), said)


def test_another_initial_value_is_refused() -> None:
    recording = recorded(program((writes, Location("x"), 1)), [])
    refused(program((writes, Location("x", 3), 1)), recording, "the report starts with IW x=0, the program with IW x=3")


async def writes_on_one(t: Thread, x: Location, y: Location) -> None:
    if (await t.read(x, ONCE)) == 1:
        await t.write(y, 1, ONCE)


def test_other_locations_on_paths_not_taken_are_refused() -> None:
    x = Location("x")
    recording = recorded(program((writes_on_one, x, Location("y"))), [0])
    said = "the report has the locations x, y, the program x, z"
    refused(program((writes_on_one, x, Location("z"))), recording, said)


def test_steps_are_named() -> None:
    recording = recorded(program((writes, Location("x"), 1)), [])
    said = (
        "thread P0, event 1: the report has W[once] x=1 in writes, step W1, the program W[once] x=2 in writes, step W2"
    )
    refused(program((writes, Location("x"), 2)), recording, said)


def test_a_wait_that_would_not_end_is_refused() -> None:
    x = Location("x")
    recording = recorded(waiting(), [1])
    said = (
        "thread P0, event 1: the report has R[once] x=1 in waits, step R1, "
        "the program R[once] x at R1 wait, waiting for another value"
    )
    refused(program((waits, x, 2), (writes, x, 1, 2)), recording, said)


def test_a_blocked_thread_must_be_blocked() -> None:
    recording = recorded(waiting(), [], Status.BLOCKED)
    x = Location("x")
    # Where the wait is for 2, the last value ends it.
    said = "thread P0 is blocked in the report, but x=2 lets the program go on"
    refused(program((waits, x, 2), (writes, x, 1, 2)), recording, said)
    said = "thread P0, event 1: the report has an end (blocked: waits for x), the program R[once] x"
    refused(program((drops, x), (writes, x, 1, 2)), recording, said)


def test_an_end_of_another_kind_is_refused() -> None:
    x = Location("x")
    recording = recorded(program((drops, x)), [0], Status.DROPPED)
    assert recording.ends == (RecordedEnd(Ending.DROPPED, "an assumption failed"),)
    other = replace(recording, ends=(RecordedEnd(Ending.RETURNED, ""),))
    said = "thread P0, event 2: the report has an end (returned), the program an end (dropped: an assumption failed)"
    refused(program((drops, x)), other, said)


# The events of MP: 0 x, 1 y, 2 W x, 3 W y, 4 R y, 5 R x.
EDITED = {
    "a source of another value": (
        {"source_of": (-1, -1, -1, -1, 1, 2)},
        "event 4 of the report (R[once] y=1 in lines) cannot read from event 1 (IW y=0)",
    ),
    "a source at another location": (
        {"source_of": (-1, -1, -1, -1, 2, 2)},
        "event 4 of the report (R[once] y=1 in lines) cannot read from event 2 (W[once] x=1 in lines)",
    ),
    "a source that is no event": (
        {"source_of": (-1, -1, -1, -1, 9, 2)},
        "event 4 of the report (R[once] y=1 in lines) cannot read from event 9",
    ),
    "a store with a source": (
        {"source_of": (-1, -1, 0, -1, 3, 2)},
        "event 2 of the report (W[once] x=1 in lines) cannot read from event 0",
    ),
    "a write left out of coherence": (
        {"coherence": ((0,), (1, 3))},
        "the coherence order of x in the report does not list its writes once each",
    ),
    "an initial write not first": (
        {"coherence": ((2, 0), (1, 3))},
        "the coherence orders of the report do not start with the initial writes",
    ),
}


@pytest.mark.parametrize("name", EDITED)
def test_an_edited_report_is_refused(name: str) -> None:
    change, said = EDITED[name]
    recording = recorded(straight(*MP), [1, 1])
    refused(straight(*MP), replace(recording, **change), said)  # type: ignore[arg-type]


def test_a_write_between_an_update_and_its_source_is_refused(coherent: Model) -> None:
    unfolding = straight([("+", "x", 1)], [("W", "x", 5)])
    recording = recorded(unfolding, [0])
    # Events: 0 x, 1 F, 2 R x, 3 W x, 4 F, 5 W x=5.
    assert recording.coherence == ((0, 3, 5),)
    said = "in the report a write comes between the update of x by thread P0 and its source"
    refused(unfolding, replace(recording, coherence=((0, 5, 3),)), said, coherent)


def test_a_read_of_its_own_future_is_refused(coherent: Model) -> None:
    unfolding = straight([("R", "x"), ("W", "x", 0)])
    recording = replace(recorded(unfolding, [0]), source_of=(-1, 2, -1))
    said = "event 1 of the report (R[once] x=0 in lines) cannot read from event 2 (W[once] x=0 in lines)"
    refused(unfolding, recording, said, coherent)


async def copies(t: Thread, source: Location, target: Location) -> None:
    await t.write(target, await t.read(source, ONCE), ONCE)


def test_an_object_out_of_thin_air_is_refused(coherent: Model) -> None:
    x, y = Location("x"), Location("y")
    unfolding = program((copies, x, y), (copies, y, x))
    base = Recording.of(explore_depth_first(unfolding, SC).executions[0])
    events = tuple(event if event.thread == -1 else replace(event, value="ghost") for event in base.events)
    recording = replace(base, events=events, source_of=(-1, -1, 5, -1, 3, -1))
    said = (
        "thread P0, event 1: the report has R[once] x=ghost in copies, "
        "the program R[once] x, and no store of ghost before it"
    )
    refused(unfolding, recording, said, coherent)
