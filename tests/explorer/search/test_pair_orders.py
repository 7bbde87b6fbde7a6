"""Which of two accesses came first, in how many executions: by hand, and against the relations of each execution."""

from __future__ import annotations

from collections import Counter

import pytest
from surveyed import counts, surveyed

from explorer.execution.execution import Execution
from explorer.execution.kinds import Kind
from explorer.execution.location import Location
from explorer.execution.pair_orders import Access, Pair, PairOrders, accesses_of
from explorer.execution.relation import transitive_closure, union
from explorer.memory.model import load_model
from explorer.program.locks import SpinLock
from explorer.program.program import Program, ThreadSpec
from explorer.program.thread import FULL, ONCE, Thread
from explorer.program.tree import Unfolding
from explorer.search.explore import Search
from scenarios.classic.litmus import load_buffering, message_passing, store_buffering
from scenarios.classic.table import CLASSICS
from scenarios.registry import scenarios

# Before, after, both, alone; under sc as in the comments of each.
SB = {"x: 0 writes, 1 reads": (2, 1, 0, 0), "y: 0 reads, 1 writes": (1, 2, 0, 0)}
SB_WEAK = {"x: 0 writes, 1 reads": (2, 2, 0, 0), "y: 0 reads, 1 writes": (2, 2, 0, 0)}
MP = {"data: 0 writes, 1 reads": (2, 1, 0, 0), "flag: 0 writes, 1 reads": (1, 2, 0, 0)}
MP_WEAK = {"data: 0 writes, 1 reads": (2, 2, 0, 0), "flag: 0 writes, 1 reads": (2, 2, 0, 0)}
LB = {"x: 0 reads, 1 writes": (2, 1, 0, 0), "y: 0 writes, 1 reads": (1, 2, 0, 0)}
LB_WEAK = {"x: 0 reads, 1 writes": (2, 2, 0, 0), "y: 0 writes, 1 reads": (2, 2, 0, 0)}


@pytest.mark.parametrize(
    ("program", "model", "expected"),
    [
        (store_buffering, "sc", SB),  # outcomes (y, x): (0, 1), (1, 0), (1, 1)
        (store_buffering, "tso", SB_WEAK),  # and (0, 0)
        (store_buffering, "lkmm", SB_WEAK),
        (message_passing, "sc", MP),  # outcomes (flag, data): (0, 0), (0, 1), (1, 1)
        (message_passing, "tso", MP),
        (message_passing, "lkmm", MP_WEAK),  # and (1, 0)
        (load_buffering, "sc", LB),  # outcomes (x, y): (0, 0), (0, 1), (1, 0)
        (load_buffering, "tso", LB),
        (load_buffering, "lkmm", LB_WEAK),  # and (1, 1)
    ],
)
def test_orders_of_small_programs(program, model: str, expected: dict[str, tuple[int, ...]]) -> None:  # type: ignore[no-untyped-def]
    assert counts(surveyed(program(), model)) == expected


def test_an_access_that_happens_twice_can_come_both_before_and_after() -> None:
    x = Location("x")

    async def count(t: Thread) -> None:
        for value in (1, 2):
            await t.write(x, value, ONCE)

    async def look(t: Thread) -> None:
        await t.read(x, ONCE)

    found = surveyed(Program((ThreadSpec("count", count), ThreadSpec("look", look))), "sc")
    # Reading 0: the store comes after, twice; 1: before and after; 2: before, twice.
    assert counts(found) == {"x: 0 writes, 1 reads": (2, 2, 1, 0)}


def test_an_access_that_is_not_always_made_is_alone_elsewhere() -> None:
    box, flag = Location("box"), Location("flag")

    async def fill(t: Thread) -> None:
        await t.write(box, 1, ONCE)
        await t.write(flag, 1, ONCE)

    async def open_if_raised(t: Thread) -> None:
        if await t.read(flag, ONCE):
            await t.read(box, ONCE)

    found = surveyed(Program((ThreadSpec("fill", fill), ThreadSpec("open", open_if_raised))), "sc")
    assert counts(found) == {"box: 0 writes, 1 reads": (1, 0, 0, 1), "flag: 0 writes, 1 reads": (1, 1, 0, 0)}
    assert [pair.races for pair in found.pairs] == [False, True]


def test_two_accesses_that_never_happen_together() -> None:
    won, x = Location("won"), Location("x")

    async def put(t: Thread) -> None:
        if await t.exchange(won, 1, FULL) == 0:
            await t.write(x, 1, ONCE)

    async def look(t: Thread) -> None:
        if await t.exchange(won, 1, FULL) == 0:
            await t.read(x, ONCE)

    found = surveyed(Program((ThreadSpec("put", put), ThreadSpec("look", look))), "sc")
    assert counts(found) == {"won: 0 updates, 1 updates": (1, 1, 0, 0), "x: 0 writes, 1 reads": (0, 0, 0, 2)}
    assert [pair.met for pair in found.pairs] == [True, False]


def test_updates_stand_where_their_write_stands_and_failed_ones_read() -> None:
    x = Location("x")

    async def take(t: Thread) -> None:
        await t.compare_exchange(x, 0, 1, FULL)

    found = surveyed(Program((ThreadSpec("a", take), ThreadSpec("b", take))), "sc")
    # Whoever comes first succeeds, the other one reads 1 and writes nothing: the update of one and the read of the
    # other happen together or not at all.
    assert counts(found) == {
        "x: 0 reads, 1 updates": (0, 1, 0, 0),
        "x: 0 updates, 1 reads": (1, 0, 0, 0),
        "x: 0 updates, 1 updates": (0, 0, 0, 2),
    }


def test_accesses_under_a_lock_and_locks_themselves() -> None:
    x, lock = Location("x"), SpinLock("lock")

    async def publish(t: Thread) -> None:
        await lock.acquire(t)
        await t.write(x, 1)
        await t.write(x, 2)
        await lock.release(t)

    async def look(t: Thread) -> None:
        await lock.acquire(t)
        await t.read(x)
        await lock.release(t)

    found = surveyed(Program((ThreadSpec("publish", publish), ThreadSpec("look", look))), "sc")
    of_x = [pair for pair in found.pairs if pair.first.location == "x"]
    # The lock lets the two come in either order, and the read never between the stores.
    assert [(pair.before, pair.after, pair.both, pair.alone) for pair in of_x] == [(1, 1, 0, 0), (1, 1, 0, 0)]
    assert found.locks == {"lock"}


def accesses_in(execution: Execution) -> dict[int, Access]:
    """The accesses of an execution by event, found anew: an update by its write."""
    written = {member for row in execution.rmw for member in range(len(execution)) if row >> member & 1}
    found = {}
    for position, event in enumerate(execution.events):
        if event.thread < 0 or event.location is None or event.kind is Kind.FENCE or execution.rmw[position]:
            continue
        source = event.source
        assert source is not None
        does = "updates" if position in written else "writes" if event.writes else "reads"
        found[position] = Access(
            event.thread,
            source.function,
            source.step,
            source.file,
            source.line,
            event.location.name,
            does,  # type: ignore[arg-type]
        )
    return found


def brute_force(program: Program, model: str) -> set[tuple[object, ...]]:
    """Every pair with its counts, from rf, co and fr of each execution."""
    happened: Counter[Access] = Counter()
    before: Counter[tuple[Access, Access]] = Counter()
    both: Counter[tuple[Access, Access]] = Counter()
    for leaf in Search(Unfolding(program, unroll=3), load_model(model)):
        if leaf is None or leaf.status.value not in ("complete", "blocked"):
            continue
        execution = leaf.execution
        order = transitive_closure(union(execution.rf, execution.co, execution.fr))
        accesses = accesses_in(execution)
        happened.update(set(accesses.values()))
        orders = {
            (accesses[i], accesses[j])
            for i in accesses
            for j in accesses
            if order[i] >> j & 1 and conflict(accesses[i], accesses[j])
        }
        before.update(orders)
        both.update((one, other) for one, other in orders if (other, one) in orders)
    found: set[tuple[object, ...]] = set()
    for one in happened:
        for other in happened:
            if one.thread < other.thread and conflict(one, other):
                first, second = before[one, other], before[other, one]
                together = first + second - both[one, other]
                alone = happened[one] + happened[other] - 2 * together
                found.add((one, other, first, second, both[one, other], alone))
    return found


def conflict(one: Access, other: Access) -> bool:
    return one.thread != other.thread and one.location == other.location and {one.does, other.does} != {"reads"}


@pytest.mark.parametrize("model", ["sc", "pso", "lkmm"])
@pytest.mark.parametrize(
    "name", ["IRIW", "WRC", "CoRR", "writers-3", "ABBA", "handover", "v4-r1", "increments-2", "atomics-3"]
)
def test_the_counts_are_those_of_a_brute_force(name: str, model: str) -> None:
    found = surveyed(CLASSICS[name](), model)
    assert {(p.first, p.second, p.before, p.after, p.both, p.alone) for p in found.pairs} == brute_force(
        CLASSICS[name](), model
    )
    assert len(set(found.pairs)) == len(found.pairs)


@pytest.mark.parametrize("name", ["inflight", "masked-eperm", "seal-swap"])
def test_the_counts_of_kernel_paths_are_those_of_a_brute_force(name: str) -> None:
    (scenario,) = [each for each in scenarios() if each.name == name]
    program = scenario.case(scenario.fixes[0], scenario.protocols[0], scenario.small).program
    found = surveyed(program, "sc")
    assert {(p.first, p.second, p.before, p.after, p.both, p.alone) for p in found.pairs} == brute_force(program, "sc")


def test_two_events_of_conflicting_accesses_are_always_ordered() -> None:
    for pair in surveyed(CLASSICS["v4-r1"](), "lkmm").pairs:
        assert pair.before + pair.after - pair.both + pair.alone > 0


def test_nothing_is_kept_of_the_initial_writes() -> None:
    """They are made anew for every execution, so to know each by itself would hold all of them."""
    orders = PairOrders()
    for leaf in Search(Unfolding(store_buffering(), unroll=3), load_model("sc")):
        if leaf is not None:
            orders.add(leaf.execution)
    assert all(event.thread >= 0 for event, _number in orders._known.values())


def test_accesses_that_only_their_functions_tell_apart_have_an_order() -> None:
    """Sets of them come in another order in each process."""
    writes = Access(1, "store", "W1", "f.py", 2, "x", "writes")
    reads = [Access(0, f"load_{i}", "R1", "f.py", 1, "x", "reads") for i in range(9)]
    assert accesses_of([Pair(read, writes, 1, 1, 0, 0) for read in reads]) == [*reads, writes]
