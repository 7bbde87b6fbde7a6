"""A record that is none of the program's executions says why."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from explorer.execution.location import Location, Object
from explorer.memory.model import load_model
from explorer.program.program import Program, ThreadSpec
from explorer.program.thread import ONCE, Thread
from explorer.program.tree import Unfolding
from explorer.search.explore import Search
from explorer.search.record import Record, RecordError


class Page(Object):
    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.data = Location(f"{name}.data")


def unfolding() -> Unfolding:
    """Two writers of x; the reader looks at x, then follows a pointer and divides by what it finds."""
    x, slot, page, spare = Location("x"), Location("slot"), Page("page"), Page("spare")
    slot.initial = page

    async def writer(t: Thread, value: int) -> None:
        await t.write(x, value, ONCE)

    async def reader(t: Thread) -> None:
        size = await t.read(x, ONCE)
        found = await t.read(slot, ONCE)
        if size << 1:
            await t.write(found.data, size, ONCE)
            await t.write(slot, spare, ONCE)

    threads = [ThreadSpec(f"writer {value}", writer, (value,)) for value in (1, 2)]
    return Unfolding(Program((*threads, ThreadSpec("reader", reader))), 3)


RECORD = Record(
    ("p",),
    ((), (), ((1, "0.0"), ("page", "=slot"))),
    (("x", ("1.0", "0.0")),),
    ("returned", "returned", "returned"),
)


def reads(*of_reader: Any) -> Record:
    return replace(RECORD, reads=((), (), of_reader))


def test_the_record_itself_is_an_execution() -> None:
    program = unfolding()
    execution = RECORD.execution(program)
    assert Record.of(execution, ("p",)) == RECORD
    assert load_model("sc").allows(execution)
    for leaf in Search(program, load_model("sc")):
        if leaf is not None:
            assert Record.of(leaf.execution, ()).execution(program) == leaf.execution


X_ORDER = "the coherence order of x must list 0.0, 1.0, each once"


@pytest.mark.parametrize(
    ("record", "cause"),
    [
        (replace(RECORD, reads=RECORD.reads[:2]), "it has 2 threads and 3 ends, the program has 3 threads"),
        (replace(RECORD, ends=("returned",)), "it has 3 threads and 1 ends, the program has 3 threads"),
        (replace(RECORD, ends=("returned", "returned", "blocked")), "thread reader ends otherwise"),
        (reads((1, "0.0")), "thread reader reads more than was recorded"),
        (reads((1, "0.0"), ("page", "=slot"), (0, "=x")), "thread reader ends otherwise"),
        (reads(("page", "=slot"), (1, "0.0")), "thread reader cannot read 'page' of x from '=slot'"),
        (reads((1, "1.0"), ("page", "=slot")), "thread reader cannot read 1 of x from '1.0'"),
        (reads((-1, "0.0"), ("page", "=slot")), "thread reader cannot read -1 of x from '0.0'"),
        (reads((1, "0.0"), ("spare", "=slot")), "thread reader cannot read 'spare' of slot from '=slot'"),
        (reads((1, "0.00"), ("page", "=slot")), "thread reader cannot read 1 of x from '0.00'"),
        (reads((1, "\x1b[2J"), ("page", "=slot")), "thread reader cannot read 1 of x from '\\x1b[2J'"),
        # The reader's own store of the spare page comes later.
        (
            reads((1, "0.0"), ("spare", "2.3")),
            "thread reader reads 'spare' from '2.3', which does not come before it",
        ),
        (reads((1, "0.0"), (7, "2.3")), "thread reader reads 7 from '2.3', which does not come before it"),
        # Nor is there another one that comes later.
        (reads((1, "0.0"), (7, "0.9")), "thread reader follows a pointer to 7"),
        (reads((1, "0.0"), ("spare", "0.9")), "thread reader cannot read 'spare' of slot from '0.9'"),
        (reads((1, "0.0"), ("none", "0.9")), "thread reader reads 'none', and there is no such object"),
        (replace(RECORD, coherence=()), X_ORDER),
        (replace(RECORD, coherence=(("x", ()),)), X_ORDER),
        (replace(RECORD, coherence=(("x", ("0.0",)),)), X_ORDER),
        (replace(RECORD, coherence=(("x", ("0.0", "0.0")),)), X_ORDER),
        (replace(RECORD, coherence=(("x", ("0.0", "1.0", "1.0")),)), X_ORDER),
        (replace(RECORD, coherence=(("x", ("=x", "0.0", "1.0")),)), X_ORDER),
        (replace(RECORD, coherence=(("x", ("0.0", "2.2")),)), X_ORDER),
        (
            replace(RECORD, coherence=(*RECORD.coherence, ("slot", ()))),
            "the coherence order of slot must list 2.3, each once",
        ),
        (
            replace(RECORD, coherence=(*RECORD.coherence, *RECORD.coherence)),
            "the program has no location 'x', or it is listed twice",
        ),
        (
            replace(RECORD, coherence=(*RECORD.coherence, ("\x1b", ()))),
            "the program has no location '\\x1b', or it is listed twice",
        ),
    ],
)
def test_an_edited_record_is_refused(record: Record, cause: str) -> None:
    with pytest.raises(RecordError, match="this execution is none of the program") as caught:
        record.execution(unfolding())
    assert (
        str(caught.value)
        == f"this execution is none of the program: {cause}\n  the scenario or the file has changed: explore again"
    )


def test_a_cycle_of_reads_is_entered_with_the_recorded_values() -> None:
    """Load buffering: each thread reads what the other writes afterwards."""
    x, y = Location("x"), Location("y")

    async def copy(t: Thread, read: Location, written: Location) -> None:
        found = await t.read(read, ONCE)
        await t.write(written, 2 - found, ONCE)

    program = Unfolding(Program((ThreadSpec("P0", copy, (x, y)), ThreadSpec("P1", copy, (y, x)))), 3)
    record = Record(("p",), (((1, "1.1"),), ((1, "0.1"),)), (), ("returned", "returned"))
    assert Record.of(record.execution(program), ("p",)) == record
    # Had P0 read 2, it would write 0, for which P1 would write 2; P1 cannot read a 1 there.
    with pytest.raises(RecordError, match=r"thread P1 cannot read 1 of y from '0\.1'"):
        replace(record, reads=(((2, "1.1"),), ((1, "0.1"),))).execution(program)


def test_a_pointer_is_followed_that_is_stored_only_afterwards() -> None:
    """Load buffering with a pointer: the reader gets the spare page, whose store waits for the reader's own."""
    flag, page, spare = Location("flag"), Page("page"), Page("spare")
    slot = Location("slot", page)

    async def reader(t: Thread) -> None:
        found = await t.read(slot, ONCE)
        await t.write(flag, 1, ONCE)
        await t.read(found.data, ONCE)

    async def writer(t: Thread) -> None:
        await t.read(flag, ONCE)
        await t.write(slot, spare, ONCE)

    program = Unfolding(Program((ThreadSpec("reader", reader), ThreadSpec("writer", writer))), 3)
    leaves = [leaf for leaf in Search(program, load_model("armv8")) if leaf is not None]
    # Each of the two reads sees the other thread's store or the initial value, in any combination.
    assert len(leaves) == 4
    for leaf in leaves:
        assert Record.of(leaf.execution, ()).execution(program) == leaf.execution
