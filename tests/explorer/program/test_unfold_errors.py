"""What unfolding says about threads that cannot be explored: where, why, and what to write instead."""

from __future__ import annotations

import asyncio
import random
import re
from itertools import count
from typing import Any

import pytest
from modelled_paths import X, Y, Z, leaves, unfold

from explorer.execution.kinds import Tag
from explorer.execution.location import Location, Object
from explorer.memory.model import load_model
from explorer.program.errors import ScenarioError
from explorer.program.program import Body, Program, ThreadSpec
from explorer.program.thread import Thread
from explorer.program.tree import Unfolding
from explorer.search.explore import Search


def refused(body: Body, message: str, advice: str = "", *arguments: Any, line: int | None = 1) -> None:
    """Assert the whole text; ``line`` counts from the line of the ``def``, None if no place is known."""
    place = f"test_unfold_errors.py:{body.__code__.co_firstlineno + line}: " if line is not None else ""
    text = f"{place}{message}" + (f"\n  {advice}" if advice else "")
    with pytest.raises(ScenarioError, match=f"^{re.escape(text)}$"):
        leaves(unfold(body, *arguments))


DETERMINISM = "modelled code must depend on nothing but the values it reads"


# Values used as numbers.


async def indexes(t: Thread) -> None:
    [Y, Y][await t.read(X)]


async def counts_to_it(t: Thread) -> None:
    range(await t.read(X))


def test_a_value_as_an_index_or_in_range() -> None:
    for body in (indexes, counts_to_it):
        refused(
            body,
            "a value read from memory cannot be used as an index or in range()",
            "compare it instead, for example: for i in range(LIMIT): if i >= value: break",
        )


async def converts(t: Thread) -> None:
    int(await t.read(X))


async def converts_to_float(t: Thread) -> None:
    float(await t.read(X))


def test_a_value_as_a_python_number() -> None:
    for body in (converts, converts_to_float):
        refused(
            body,
            "a value read from memory cannot be used as a Python int",
            "leave it as it is: arithmetic and comparisons work on it",
        )


async def looks_up(t: Thread) -> None:
    {}[await t.read(X)]


def test_a_value_as_a_key() -> None:
    refused(
        looks_up,
        "a value read from memory cannot be used as a dictionary key or set member",
        "compare it with == instead",
    )


async def iterates(t: Thread) -> None:
    for _ in await t.read(X):
        pass


async def measures(t: Thread) -> None:
    len(await t.read(X))


def test_a_value_as_a_collection() -> None:
    advice = "loop over a fixed range and compare"
    refused(iterates, "a value read from memory cannot be used in a for loop or unpacking", advice)
    refused(measures, "a value read from memory cannot be used where a length is taken", advice)


async def calls(t: Thread) -> None:
    (await t.read(X))()


async def divides(t: Thread) -> None:
    await t.read(X) / 2


def test_a_value_as_a_function_or_in_a_true_division() -> None:
    refused(calls, "a value read from memory cannot be used as a function", "decide with an if which function to call")
    refused(divides, "a value read from memory cannot be used in /", "use // for integer division")


async def stores_a_string(t: Thread) -> None:
    await t.write(X, "text")


def test_what_memory_cannot_hold() -> None:
    refused(
        stores_a_string,
        "'text' is no value that memory can hold",
        "use integers, objects (the null pointer is 0) and values read",
    )


# Locations and pointers.


async def reads_a_name(t: Thread) -> None:
    await t.read("x")


async def reads_through_the_pointer_itself(t: Thread) -> None:
    await t.read(await t.read(X))


def test_a_location_is_expected() -> None:
    refused(reads_a_name, "'x' is no location", "create locations before the threads start: Location(name)")
    refused(
        reads_through_the_pointer_itself,
        "a pointer itself is no location",
        "access a field of the object: page.data[0]",
    )


class Page(Object):
    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.data = Location(f"{name}.data")


async def follows(t: Thread, slot: Location) -> None:
    page = await t.read(slot)
    await t.read(page.data)


async def clears(t: Thread, slot: Location) -> None:
    await t.write(slot, 0)


async def follows_a_sum(t: Thread) -> None:
    await t.read((await t.read(X) + 8).data)


def test_a_null_pointer_is_followed() -> None:
    slot = Location("slot", Page("page"))
    program = Program((ThreadSpec("P0", follows, (slot,)), ThreadSpec("P1", clears, (slot,))))
    tree = Unfolding(program, 1).trees[0]
    line = follows.__code__.co_firstlineno + 2
    text = (
        f"test_unfold_errors.py:{line}: thread P0 follows a null pointer (value0)\n"
        "  test the pointer before its fields are used"
    )
    with pytest.raises(ScenarioError, match=f"^{re.escape(text)}$"):
        tree.child(tree.root, 0)  # type: ignore[arg-type]


def test_a_computed_pointer_is_followed() -> None:
    refused(
        follows_a_sum,
        "(value0 + 8) is followed as a pointer but is computed",
        "follow only pointers read from a location as they are",
    )


async def touches(t: Thread, one: Location, other: Location) -> None:
    await t.read(one)
    await t.read(other)


def test_two_locations_share_a_name() -> None:
    refused(
        touches,
        "two locations share a name: twin",
        "give each its own name; make them in build(), for what a thread makes is another one whenever it is run",
        Location("twin"),
        Location("twin"),
        line=None,
    )


# What a thread may await, and how it may be written.


async def sleeps(_t: Thread) -> None:
    await asyncio.sleep(0)


def test_something_foreign_is_awaited() -> None:
    # The place is where the thread stands: inside sleep() there is nothing of the model's.
    tail = "await only operations of the thread context (t.read, t.write, ...) and other modelled functions"
    pattern = rf"^\S+:\d+: thread P0 awaits something that is no modelled operation \(None\)\n  {re.escape(tail)}$"
    with pytest.raises(ScenarioError, match=pattern):
        unfold(sleeps)


def not_async(_t: Thread) -> None:
    pass


def test_a_thread_that_is_no_coroutine() -> None:
    advice = "define it with async def, and await each operation"
    refused(not_async, "thread P0: not_async is no async function", advice, line=0)  # type: ignore[arg-type]


async def raises(t: Thread) -> None:
    await t.read(X)
    raise ValueError("bad size")


def test_an_error_in_a_body() -> None:
    refused(raises, "thread P0 raised ValueError: bad size", "correct what it does there", line=2)


async def decides_in_a_predicate(t: Thread) -> None:
    await t.wait_until(X, lambda v: v > 1 and v < 4)


def test_a_predicate_that_uses_and() -> None:
    refused(
        decides_in_a_predicate,
        "a wait's predicate, a condition or an update decides on a value with if, and, or, not",
        "write it as one expression: use & and | between comparisons",
    )


async def follows_in_a_predicate(t: Thread) -> None:
    await t.wait_until(X, lambda page: page.lock)


def test_a_predicate_that_follows_the_pointer_it_waits_for() -> None:
    refused(
        follows_in_a_predicate,
        "a wait's predicate, a condition or an update follows a pointer that has not been followed before",
        "follow it first, in a statement of its own",
    )


# Bodies that are not deterministic.

RUNS = 0


async def counts_its_runs(t: Thread) -> None:
    global RUNS  # noqa: PLW0603
    RUNS += 1
    await t.write(Y, RUNS)
    if await t.read(X):
        await t.write(Y, 0)


def test_a_body_that_counts_its_runs() -> None:
    global RUNS  # noqa: PLW0603
    RUNS = 0
    # Two runs explore the two arms, the third makes the first segment, the fourth its child.
    refused(
        counts_its_runs,
        "the thread is not deterministic: it made W of y = 3 before and W of y = 4 now",
        f"{DETERMINISM}: no random numbers, clocks or global counters",
        line=3,
    )


async def computes_when_run_again(t: Thread, runs: list[int]) -> None:
    runs.append(0)
    value = await t.read(X)
    if len(runs) > 1:
        value + 1
    if await t.read(Y):
        await t.write(Z, value)


def test_a_body_that_computes_where_it_read_before() -> None:
    # The second run is told what the first one was, and asks something else.
    refused(computes_when_run_again, "a thread did something that it did not do before", DETERMINISM, [], line=4)


async def writes_when_run_again(t: Thread, runs: list[int]) -> None:
    runs.append(0)
    value = await t.read(X)
    if len(runs) > 1:
        await t.write(Y, 1)
    if value:
        await t.write(Z, value)


def test_a_body_that_writes_where_it_decided_before() -> None:
    refused(writes_when_run_again, "a thread did something that it did not do before", DETERMINISM, [], line=4)


async def draws_a_number(t: Thread) -> None:
    await t.write(Y, random.randrange(10**9))
    if await t.read(X):
        await t.write(Y, 0)


def test_a_body_that_draws_random_numbers() -> None:
    line = draws_a_number.__code__.co_firstlineno + 1
    pattern = (
        rf"^test_unfold_errors\.py:{line}: the thread is not deterministic: "
        rf"it made W of y = \d+ before and W of y = \d+ now\n  {DETERMINISM}: "
        r"no random numbers, clocks or global counters$"
    )
    with pytest.raises(ScenarioError, match=pattern):
        leaves(unfold(draws_a_number))


async def shrinks(t: Thread, left: list[int]) -> None:
    for _ in range(left.pop()):
        await t.read(X)


def test_a_thread_that_ends_earlier_than_before() -> None:
    # The flow sees two reads, the tree one.
    refused(shrinks, "a thread ended where it did not end before", DETERMINISM, [1, 2], line=None)


def test_a_thread_that_goes_on_longer_than_before() -> None:
    refused(shrinks, "a thread took a path that it did not take before", DETERMINISM, [2, 1], line=2)


async def decides_when_run_again(t: Thread, runs: list[int]) -> None:
    runs.append(0)
    value = await t.read(X)
    if len(runs) > 1 and value:
        await t.write(Y, 1)


def test_a_thread_that_decides_what_it_did_not_decide_before() -> None:
    refused(decides_when_run_again, "a thread decided something that it did not decide before", DETERMINISM, [], line=3)


# Loops without an end.


async def idles(t: Thread) -> None:
    await t.read(X)
    n = 0
    while True:
        n += 1


def no(_number: int) -> bool:
    return False


async def looks_for_ever(t: Thread) -> None:
    if await t.read(X):
        any(map(no, count()))


def test_a_loop_that_the_interpreter_makes() -> None:
    pattern = r"^test_unfold_errors\.py:(\d+): this loop does not end and makes no access\n"
    with pytest.raises(ScenarioError, match=pattern) as caught:
        unfold(looks_for_ever)
    assert caught.value.place == f"test_unfold_errors.py:{no.__code__.co_firstlineno}"


async def reads_for_ever(t: Thread) -> None:
    for _ in iter(int, 1):
        await t.read(X)


def test_a_loop_without_events() -> None:
    pattern = (
        r"^test_unfold_errors\.py:(\d+): this loop does not end and makes no access\n"
        r"  wait with t\.wait_until\(location, predicate\), or loop over a fixed range$"
    )
    with pytest.raises(ScenarioError, match=pattern) as caught:
        unfold(idles)
    first = idles.__code__.co_firstlineno
    assert caught.value.place in {f"test_unfold_errors.py:{first + 3}", f"test_unfold_errors.py:{first + 4}"}


def test_a_for_loop_with_events_and_no_end() -> None:
    refused(
        reads_for_ever,
        "this path has 1000 events and no end",
        "wait with t.wait_until(location, predicate), or loop over a fixed range",
        line=2,
    )


async def divides_by_it(t: Thread) -> None:
    await t.write(Y, 4 // await t.read(X))


def test_a_division_by_zero_is_said() -> None:
    unfolding = Unfolding(Program((ThreadSpec("P0", divides_by_it),)), 3)
    with pytest.raises(ScenarioError, match="a thread divides 4 by zero"):
        list(Search(unfolding, load_model("sc")))


def test_two_threads_of_one_name_are_refused() -> None:
    with pytest.raises(ScenarioError, match="two threads are named P0"):
        Program((ThreadSpec("P0", divides_by_it), ThreadSpec("P0", divides_by_it)))


def test_a_missing_argument_is_said() -> None:
    async def takes_one(t: Thread, location: Location) -> None:
        await t.read(location)

    with pytest.raises(ScenarioError, match=r"thread P0 cannot start: .*missing 1 required positional argument"):
        unfold(takes_one)


def test_only_fences_are_fences_and_only_atomic_operators_atomic() -> None:
    with pytest.raises(ValueError, match=r"is no fence: use one of Tag\.MB, Tag\.RMB"):
        Thread().fence(Tag.RELEASE)
    with pytest.raises(ValueError, match=r"there is no atomic \*: use \+ - & \| or \^"):
        Thread().fetch("*", X, 2)
