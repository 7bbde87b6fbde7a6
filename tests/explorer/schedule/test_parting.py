"""Where another version of a program leaves an execution: each way to part, on programs known by heart."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from engine_results import searched
from small_programs import Line, program, straight

from explorer.execution.execution import Execution
from explorer.execution.kinds import Tag
from explorer.execution.location import Location
from explorer.memory.model import load_model
from explorer.program.thread import ACQUIRE, ONCE, RELEASE, Thread
from explorer.program.tree import Unfolding
from explorer.schedule.parting import Act, Parting, parting

SC, TSO, ARM = (load_model(name) for name in ("sc", "tso", "armv8"))
Threads = Sequence[Sequence[Line]]
SB: Threads = [[("W", "x", 1), ("R", "y")], [("W", "y", 1), ("R", "x")]]
LB: Threads = [[("R", "y"), ("W", "x", 1)], [("R", "x"), ("W", "y", 1)]]


def values_read(execution: Execution) -> list[object]:
    return [event.value for event in execution.events if event.reads]


def execution_of(unfolding: Unfolding, values: Sequence[object], model: str = "sc") -> Execution:
    """The one execution in which the reads, thread by thread, give these values."""
    (found,) = [each for each in searched(unfolding, load_model(model)) if values_read(each) == list(values)]
    return found


def part(first: Threads, values: Sequence[object], second: Threads) -> Parting:
    """Where the second version leaves the execution of the first with these values, thread after thread, under sc."""
    execution = execution_of(straight(*first), values)
    return parting(execution, range(len(execution)), straight(*second), SC)


def test_a_version_follows_its_own_executions() -> None:
    weak = execution_of(straight(*SB), (0, 0), "tso")
    assert parting(weak, range(len(weak)), straight(*SB), TSO) == Parting(None, "")


def test_a_model_that_does_not_allow_a_step() -> None:
    """Thread after thread, the read of P1 comes last, and would have to miss the store that P0 made before all."""
    weak = execution_of(straight(*SB), (0, 0), "tso")
    found = parting(weak, range(len(weak)), straight(*SB), SC)
    assert found == Parting(weak.thread_events(1)[1], "not allowed", (Act("P1", "reads", "x", Tag.ONCE, None, ""),))


def test_load_buffering_is_not_led_along_steps() -> None:
    weak = execution_of(straight(*LB), (1, 1), "armv8")
    assert parting(weak, range(len(weak)), straight(*LB), ARM) == Parting(None, "no steps")


def test_what_the_other_version_does_beside_is_stepped_over() -> None:
    found = part([[("W", "x", 1)], [("R", "x")]], (1,), [[("W", "z", 9), ("W", "x", 1)], [("R", "x")]])
    assert found == Parting(None, "", more=(Act("P0", "writes", "z", Tag.ONCE, "9", ""),))


def test_so_is_what_it_does_not_do() -> None:
    """Events: the initial writes of z and x, then the two stores of P0."""
    found = part([[("W", "z", 9), ("W", "x", 1)], [("R", "x")]], (1,), [[("W", "x", 1)], [("R", "x")]])
    assert found == Parting(None, "", less=(2,))


@pytest.mark.parametrize(
    ("second", "why", "instead"),
    [
        ([("wait", "x", 2)], "waits", (("reads", "x", None),)),
        ([("R", "x")], "ended", ()),
        ([("R", "x"), ("R", "z")], "other access", (("reads", "z", "0"),)),
        ([("R", "x"), ("R", "y"), ("W", "z", 1)], "goes on", (("writes", "z", "1"),)),
    ],
)
def test_a_thread_that_goes_another_way(
    second: Sequence[Line], why: str, instead: tuple[tuple[str, str, str | None], ...]
) -> None:
    """P0 stores 2 in x behind; P1 has read x = 0 before, and then y.

    Waiting for 2 it comes to x as well, and waits there until P0 has stored.
    """
    first: Threads = [[("W", "x", 2)], [("R", "x"), ("R", "y")]]
    execution = execution_of(straight(*first), (0, 0))
    order = [*execution.thread_events(1), *execution.thread_events(0)]
    other: Threads = [[("W", "x", 2)], second]
    found = parting(execution, order, straight(*other), SC)
    reads = execution.thread_events(1)
    event = {"waits": reads[0], "ended": reads[1], "other access": reads[1], "goes on": None}[why]
    assert (found.event, found.why) == (event, why)
    assert [(act.does, act.location, act.value) for act in found.instead] == list(instead)


def test_a_lock_that_another_thread_holds() -> None:
    """P1 stores x while P0 has a read to make; in the other version P0 holds the lock up to there."""
    first: Threads = [[("R", "x"), ("R", "y")], [("lock", "l"), ("W", "x", 1), ("unlock", "l")]]
    other: Threads = [[("lock", "l"), ("R", "x"), ("R", "y"), ("unlock", "l")], first[1]]
    execution = next(each for each in searched(straight(*first), SC) if values_read(each)[:2] == [0, 0])
    before, after = execution.thread_events(0)
    lock = execution.thread_events(1)[0]
    found = parting(execution, [before, *execution.thread_events(1), after], straight(*other), SC)
    assert (found.event, found.why) == (lock, "waits")
    assert [(act.thread, act.does, act.location) for act in found.instead] == [("P1", "locks", "l")]
    assert [(act.thread, act.does, act.location) for act in found.more] == [("P0", "locks", "l")]


def test_a_store_of_another_value_is_not_there() -> None:
    found = part([[("W", "x", 1)]], (), [[("W", "x", 2)]])
    assert (found.event, found.why) == (1, "not there")


def test_a_thread_that_the_other_version_has_not() -> None:
    execution = searched(straight([("W", "x", 1)], [("R", "x")]), SC)[0]
    parted = parting(execution, range(len(execution)), straight([("W", "x", 1)]), SC)
    assert (parted.event, parted.why) == (execution.thread_events(1)[0], "no thread")


async def plain_reader(t: Thread, x: Location, y: Location) -> None:
    await t.read(x, ONCE, at="R1 first")
    await t.fence(Tag.RMB, at="R2 order")
    await t.read(y, ONCE, at="R3 second")


async def acquire_reader(t: Thread, x: Location, y: Location) -> None:
    await t.read(x, ACQUIRE, at="R1 first")
    await t.read(y, ONCE, at="R3 second")


async def writer(t: Thread, x: Location) -> None:
    await t.write(x, 1, RELEASE, at="W1")


def test_other_orderings_and_fences_are_noted_on_the_way() -> None:
    """The acquire is told as the other version has it; its fence is event 3: two initial writes, the first read."""
    names = {name: (Location("x"), Location("y")) for name in ("fenced", "acquire")}
    fenced, acquire = (
        program((reader, *names[name]), (writer, names[name][0]))
        for name, reader in (("fenced", plain_reader), ("acquire", acquire_reader))
    )
    execution = execution_of(fenced, (0, 0))
    assert parting(execution, range(len(execution)), acquire, SC) == Parting(
        None, "", less=(3,), reordered=(Act("P0", "reads", "x", Tag.ACQUIRE, None, "R1 first"),)
    )
    execution = execution_of(acquire, (0, 0))
    assert parting(execution, range(len(execution)), fenced, SC) == Parting(
        None,
        "",
        more=(Act("P0", "fence", "", Tag.RMB, None, "R2"),),
        reordered=(Act("P0", "reads", "x", Tag.ONCE, None, "R1 first"),),
    )


async def checked(t: Thread, flag: Location, data: Location, again: bool) -> None:
    """Gives up at the second check; the unlock on the way out is none of the way through."""
    await t.read(flag, ONCE, at="R1 check")
    if again and await t.read(flag, ONCE, at="R2 recheck"):
        await t.write(data, 0, ONCE, at="R2 give up")
        return
    await t.read(data, ONCE, at="R3 copy")
    await t.write(data, 0, ONCE, at="R4 done")


async def sealer(t: Thread, flag: Location) -> None:
    await t.write(flag, 1, ONCE, at="S1 seal")


def test_versions_part_where_a_check_sends_one_another_way() -> None:
    """The seal is set between R1 and R3; the other version sees it, and makes the last store as another step."""
    versions = [
        program((checked, flag, data, again), (sealer, flag))
        for again, flag, data in (
            (False, Location("flag"), Location("data")),
            (True, Location("flag"), Location("data")),
        )
    ]
    execution = next(each for each in searched(versions[0], SC) if values_read(each) == [0, 0])
    check, copy, done = execution.thread_events(0)
    (seal,) = execution.thread_events(1)
    found = parting(execution, [check, seal, copy, done], versions[1], SC)
    assert (found.event, found.why) == (copy, "other access")
    assert [(act.does, act.value, act.step) for act in found.instead] == [
        ("reads", "1", "R2 recheck"),
        ("writes", "0", "R2 give up"),
    ]
