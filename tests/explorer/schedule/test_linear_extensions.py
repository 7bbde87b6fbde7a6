"""Counting linear extensions and interleavings."""

from itertools import pairwise, permutations
from math import comb, factorial

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from explorer.execution.event import Event
from explorer.execution.execution import Execution
from explorer.execution.kinds import Kind, Tag
from explorer.execution.location import Location
from explorer.execution.relation import empty, from_pairs
from explorer.schedule.extensions import count_linear_extensions, interleavings


def chains(*lengths: int) -> list[tuple[int, int]]:
    """Disjoint chains over 0, 1, 2, ..., as the pairs of neighbours."""
    result: list[tuple[int, int]] = []
    start = 0
    for length in lengths:
        result += pairwise(range(start, start + length))
        start += length
    return result


def test_nothing_can_be_arranged_in_one_way() -> None:
    assert count_linear_extensions(empty(3), []) == 1


def test_a_chain_has_one_extension() -> None:
    assert count_linear_extensions(from_pairs(100, chains(100)), range(100)) == 1


@pytest.mark.parametrize("size", [1, 2, 5, 10])
def test_an_antichain_has_factorially_many(size: int) -> None:
    assert count_linear_extensions(empty(size), range(size)) == factorial(size)


@pytest.mark.parametrize(("first", "second"), [(1, 1), (3, 4), (20, 15)])
def test_two_chains_have_binomially_many(first: int, second: int) -> None:
    order = from_pairs(first + second, chains(first, second))
    assert count_linear_extensions(order, range(first + second)) == comb(first + second, first)


def test_three_chains_have_multinomially_many() -> None:
    assert count_linear_extensions(from_pairs(9, chains(2, 3, 4)), range(9)) == comb(9, 2) * comb(7, 3)


def test_the_n_poset_has_five() -> None:
    # a < c, b < c, b < d: of the 6 orders of two chains a c, b d, those with b before c; a c b d is lost.
    assert count_linear_extensions(from_pairs(4, [(0, 2), (1, 2), (1, 3)]), range(4)) == 5


def test_paths_through_events_that_are_no_steps_count() -> None:
    assert count_linear_extensions(from_pairs(3, [(0, 1), (1, 2)]), [0, 2]) == 1


def test_a_cycle_has_none() -> None:
    assert count_linear_extensions(from_pairs(3, [(0, 1), (1, 0)]), range(3)) == 0


def test_the_work_limit_counts_downsets() -> None:
    # An antichain of 4 has 16 downsets.
    assert count_linear_extensions(empty(4), range(4), work_limit=16) == 24
    assert count_linear_extensions(empty(4), range(4), work_limit=15) is None


@settings(max_examples=60, deadline=None)
@given(
    st.integers(1, 6).flatmap(
        lambda size: st.tuples(
            st.just(size),
            st.lists(st.tuples(st.integers(0, size - 1), st.integers(0, size - 1)), max_size=8),
        )
    )
)
def test_it_equals_trying_every_permutation(case: tuple[int, list[tuple[int, int]]]) -> None:
    size, order = case
    by_hand = sum(
        all(arrangement.index(first) < arrangement.index(second) for first, second in order)
        for arrangement in permutations(range(size))
    )
    assert count_linear_extensions(from_pairs(size, order), range(size)) == by_hand


X = Location("x")
Y = Location("y")


def build(
    events: list[Event], reads: dict[int, int], coherence: list[list[int]], rmw: list[tuple[int, int]] | None = None
) -> Execution:
    size = len(events)
    return Execution(
        threads=("P0", "P1"),
        events=tuple(events),
        source_of=tuple(reads.get(i, -1) for i in range(size)),
        coherence=tuple(tuple(order) for order in coherence),
        rmw=from_pairs(size, rmw or []),
        addr=empty(size),
        data=empty(size),
        ctrl=empty(size),
        ctrl_later=empty(size),
    )


def event(thread: int, index: int, kind: Kind, location: Location, value: int) -> Event:
    return Event(thread, index, kind, Tag.ONCE, location, value)


def initial(location: Location) -> Event:
    return Event(-1, 0, Kind.INITIAL, None, location, 0)


def fence(thread: int, index: int, tag: Tag) -> Event:
    return Event(thread, index, Kind.FENCE, tag, None, None)


def store_buffering(first: int, second: int) -> Execution:
    """x = 1; mb; r = y  ||  y = 1; r = x, with these two values read."""
    events = [
        initial(X),
        initial(Y),
        event(0, 0, Kind.WRITE, X, 1),
        fence(0, 1, Tag.MB),
        event(0, 2, Kind.READ, Y, first),
        event(1, 0, Kind.WRITE, Y, 1),
        event(1, 1, Kind.READ, X, second),
    ]
    return build(events, {4: 5 if first else 1, 6: 2 if second else 0}, [[0, 2], [1, 5]])


def test_executions_of_store_buffering_share_its_interleavings() -> None:
    # Both stores come first in 2 * 2 orders; a thread that runs alone first gives one order each. No order reads 0, 0.
    counts = [interleavings(store_buffering(first, second)) for first, second in [(0, 0), (0, 1), (1, 0), (1, 1)]]
    assert counts == [0, 1, 1, 4]
    assert sum(count or 0 for count in counts) == comb(4, 2)


def test_an_rmw_is_one_step() -> None:
    # P0: RMW of x 0 -> 1, write of y.  P1: RMW of x 1 -> 2, write of z: the two RMWs in coherence order, then two free
    # writes, the first of which may also come between the RMWs: 3 orders.
    z = Location("z")
    events = [
        initial(X),
        initial(Y),
        initial(z),
        event(0, 0, Kind.READ, X, 0),
        event(0, 1, Kind.WRITE, X, 1),
        event(0, 2, Kind.WRITE, Y, 1),
        event(1, 0, Kind.READ, X, 1),
        event(1, 1, Kind.WRITE, X, 2),
        event(1, 2, Kind.WRITE, z, 1),
    ]
    execution = build(events, {3: 0, 6: 4}, [[0, 4, 7], [1, 5], [2, 8]], rmw=[(3, 4), (6, 7)])
    assert interleavings(execution) == 3


def test_a_lock_acquisition_is_one_step_and_an_unlock_another() -> None:
    # P0 takes and drops the lock, P1 writes x twice: chains of 2 and 2.
    lock = Location("lock")
    events = [
        initial(lock),
        initial(X),
        event(0, 0, Kind.LOCK_READ, lock, 0),
        event(0, 1, Kind.LOCK_WRITE, lock, 1),
        event(0, 2, Kind.UNLOCK, lock, 0),
        event(1, 0, Kind.WRITE, X, 1),
        event(1, 1, Kind.WRITE, X, 2),
    ]
    assert interleavings(build(events, {2: 0}, [[0, 3, 4], [1, 5, 6]], rmw=[(2, 3)])) == comb(4, 2)


def test_rcu_marks_are_no_steps() -> None:
    events = [initial(X), fence(0, 0, Tag.RCU_LOCK), event(0, 1, Kind.READ, X, 0), fence(0, 2, Tag.RCU_UNLOCK)]
    assert interleavings(build(events, {2: 0}, [[0]])) == 1


@pytest.mark.parametrize("tag", [Tag.SYNC_RCU, Tag.SYNC_SRCU])
def test_grace_periods_are_not_counted(tag: Tag) -> None:
    events = [initial(X), fence(0, 0, tag), event(0, 1, Kind.READ, X, 0)]
    assert interleavings(build(events, {2: 0}, [[0]])) is None
