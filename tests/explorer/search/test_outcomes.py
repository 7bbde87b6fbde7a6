"""What outcomes tell, and how many executions have each: by hand, and against all executions one by one."""

from __future__ import annotations

from collections import Counter
from itertools import combinations_with_replacement
from math import factorial, prod

import pytest
from surveyed import surveyed, told

from explorer.execution.location import Location
from explorer.memory.model import load_model
from explorer.program.errors import ScenarioError
from explorer.program.locks import SpinLock
from explorer.program.program import Program, ThreadSpec, syscall
from explorer.program.thread import ONCE, Thread
from explorer.program.told import Returned
from explorer.program.told import told as tells
from explorer.program.tree import Unfolding
from explorer.search.explore import Search
from explorer.search.outcomes import ThreadOutcomes
from explorer.search.violations import find_violations
from scenarios.classic.litmus import load_buffering, message_passing, store_buffering, two_plus_two_writes
from scenarios.registry import classics, scenarios

SB = {
    "P0: y = 0; P1: x = 1": 1,
    "P0: y = 1; P1: x = 0": 1,
    "P0: y = 1; P1: x = 1": 1,
}
SB_WEAK = {**SB, "P0: y = 0; P1: x = 0": 1}
MP = {
    "P1: flag = 0, data = 0": 1,
    "P1: flag = 0, data = 1": 1,
    "P1: flag = 1, data = 1": 1,
}
MP_WEAK = {**MP, "P1: flag = 1, data = 0": 1}
LB = {
    "P0: x = 0; P1: y = 0": 1,
    "P0: x = 0; P1: y = 1": 1,
    "P0: x = 1; P1: y = 0": 1,
}
LB_WEAK = {**LB, "P0: x = 1; P1: y = 1": 1}
# P0 writes x = 1 and then y = 2, P1 y = 1 and then x = 2: that both first stores come last is a cycle.
WW = {
    "at the end: x = 1, y = 2": 1,
    "at the end: x = 2, y = 1": 1,
    "at the end: x = 2, y = 2": 1,
}
WW_WEAK = {**WW, "at the end: x = 1, y = 1": 1}


@pytest.mark.parametrize(
    ("program", "model", "expected"),
    [
        (store_buffering, "sc", SB),
        (store_buffering, "tso", SB_WEAK),
        (store_buffering, "lkmm", SB_WEAK),
        (message_passing, "sc", MP),
        (message_passing, "tso", MP),
        (message_passing, "pso", MP_WEAK),
        (message_passing, "lkmm", MP_WEAK),
        (load_buffering, "sc", LB),
        (load_buffering, "tso", LB),
        (load_buffering, "lkmm", LB_WEAK),
        (two_plus_two_writes, "sc", WW),
        (two_plus_two_writes, "tso", WW),
        (two_plus_two_writes, "pso", WW_WEAK),
    ],
)
def test_outcomes_of_small_programs(program, model: str, expected: dict[str, int]) -> None:  # type: ignore[no-untyped-def]
    found = surveyed(program(), model)
    assert told(found) == expected
    assert found.executions == sum(expected.values())
    assert found.incomplete == ()


async def _lend(t: Thread, x: Location) -> int:
    return -16 if await t.read(x, ONCE) else 0


@syscall("lend")
async def lend(t: Thread, x: Location) -> int:
    return await _lend(t, x)


@syscall("give_back")
async def give_back(t: Thread, x: Location) -> None:
    await t.write(x, 1, ONCE)


def test_system_calls_are_told_by_what_they_returned() -> None:
    x = Location("x")

    async def both(t: Thread) -> None:
        await lend(t, x)
        await give_back(t, x)

    found = surveyed(Program((ThreadSpec("owner", both), ThreadSpec("other", give_back, (x,)))), "sc")
    # The load, then one of two coherence orders; or the other's store, the load of it, the own store; and
    # told of the two orders is nothing: the calls are what comes out.
    assert told(found) == {
        "owner: lend = 0, give_back; other: give_back": 2,
        "owner: lend = -EBUSY, give_back; other: give_back": 1,
    }


def test_a_thread_without_calls_is_told_by_what_it_returned() -> None:
    x = Location("x")

    async def look(t: Thread) -> bool:
        return bool(await t.read(x, ONCE) == 1)

    async def put(t: Thread) -> None:
        await t.write(x, 1, ONCE)

    found = surveyed(Program((ThreadSpec("look", look), ThreadSpec("put", put))), "sc")
    assert told(found) == {"look: returned False": 1, "look: returned True": 1}


@tells("look", lambda call: f"{call.name} at {call.arguments['x']}: {[event.value for event in call.events]}")
async def look_twice(t: Thread, x: Location) -> None:
    await t.read(x, ONCE)
    await t.read(x, ONCE)


async def put_one(t: Thread, x: Location) -> None:
    await t.write(x, 1, ONCE)


def test_a_function_can_have_its_own_words() -> None:
    x = Location("x")
    found = surveyed(Program((ThreadSpec("a", look_twice, (x,)), ThreadSpec("b", put_one, (x,)))), "sc")
    assert told(found) == {"a: look at x: [0, 0]": 1, "a: look at x: [0, 1]": 1, "a: look at x: [1, 1]": 1}


def test_words_that_raise_are_an_error_of_the_scenario() -> None:
    x = Location("x")

    def words(call: Returned) -> str:
        raise KeyError(call.name)

    @tells("look", words)
    async def look(t: Thread) -> None:
        await t.read(x, ONCE)

    with pytest.raises(ScenarioError, match="the words for look raised KeyError: 'look'"):
        surveyed(Program((ThreadSpec("a", look),)), "sc")


def test_a_thread_that_waits_for_ever_is_told() -> None:
    a, b = SpinLock("a"), SpinLock("b")

    async def take(t: Thread, first: SpinLock, second: SpinLock) -> int:
        await first.acquire(t)
        await second.acquire(t)
        await second.release(t)
        await first.release(t)
        return 7

    found = surveyed(Program((ThreadSpec("ab", take, (a, b)), ThreadSpec("ba", take, (b, a)))), "sc")
    # One after the other in two ways, or each has one of the locks.
    assert told(found) == {"ab: returned 7; ba: returned 7": 2, "ab: waits for b; ba: waits for a": 1}
    breaks = {each.facts[0][1]: each.breaks for each in found.outcomes}
    assert breaks == {"returned 7": (), "waits for b": ("deadlock",)}
    assert (found.result.executions, found.result.blocked, found.executions) == (2, 1, 3)


def test_identical_threads_are_told_by_their_numbers() -> None:
    """One reader of v4 has nine executions; several read independently of each other, so theirs multiply."""
    (v4,) = [scenario for scenario in classics() if scenario.name == "v4"]

    def found(readers: int):  # type: ignore[no-untyped-def]
        case = v4.case("none", "P2", {"readers": readers})
        return told(surveyed(case.program, "sc", case.properties))

    one = {facts.removeprefix("reader 1: "): executions for facts, executions in found(1).items()}
    assert sum(one.values()) == 9
    assert one.keys() == {"found it empty", "found it sealed", "data = 0", "data = 42"}
    expected = {}
    for chosen in combinations_with_replacement(sorted(one), 3):
        times = Counter(chosen)
        arrangements = factorial(3) // prod(map(factorial, times.values()))
        words = "; ".join(f"{count} x {text}" for text, count in sorted(times.items()))
        expected[f"reader 1 to reader 3: {words}"] = arrangements * prod(one[text] for text in chosen)
    assert found(3) == expected


SMALL = [
    ("inflight", "sc"),
    ("fresh", "armv8"),
    ("mmap-window", "armv8"),
    ("masked-eperm", "sc"),
    ("masked-eperm", "armv8"),
]


@pytest.mark.parametrize(("name", "model"), SMALL)
def test_every_execution_has_one_outcome_and_each_the_simplest_witness(name: str, model: str) -> None:
    """Against a plain search of everything, with no cache, each execution told by itself."""
    from explorer.schedule.linear import witness

    (scenario,) = [each for each in scenarios() if each.name == name]
    case = scenario.case(scenario.fixes[0], scenario.protocols[0], scenario.small)
    found = surveyed(case.program, model, case.properties)
    unfolding, rules = Unfolding(case.program, unroll=3), load_model(model)
    numbers: Counter[object] = Counter()
    simplest: dict[object, tuple[int, int]] = {}
    for leaf in Search(unfolding, rules):
        if leaf is None or leaf.status.value != "complete":
            continue
        before = rules.before(leaf.execution)
        assert before is not None
        broken = tuple(each.property for each in find_violations(leaf.execution, before, case))
        key = ThreadOutcomes(unfolding).of(leaf.execution), broken
        order = witness(leaf.execution, before)
        assert order is not None
        cost = order.switches, len(order.reordered)
        numbers[key] += 1
        simplest[key] = min(simplest.get(key, cost), cost)
    assert {(each.facts, each.breaks): each.executions for each in found.outcomes} == numbers
    for each in found.outcomes:
        assert each.witness is not None
        assert (each.witness.switches, len(each.witness.reordered)) == simplest[each.facts, each.breaks]
    assert sum(numbers.values()) == found.result.executions
