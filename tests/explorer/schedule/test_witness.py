"""Witness schedules: hand cases, and comparison with every order of small executions."""

from collections.abc import Iterator
from dataclasses import replace
from itertools import combinations, pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from explorer.execution.event import Event
from explorer.execution.execution import Execution
from explorer.execution.kinds import Kind, Tag
from explorer.execution.location import Location
from explorer.execution.relation import (
    Relation,
    empty,
    from_pairs,
    is_acyclic,
    pairs,
    transitive_closure,
    union,
)
from explorer.schedule.linear import NoOrderError, witness

X = Location("x")
Y = Location("y")


def build(events: list[Event], reads: dict[int, int], coherence: list[list[int]]) -> Execution:
    size = len(events)
    return Execution(
        threads=tuple(f"P{i}" for i in range(1 + max(event.thread for event in events))),
        events=tuple(events),
        source_of=tuple(reads.get(i, -1) for i in range(size)),
        coherence=tuple(tuple(order) for order in coherence),
        rmw=empty(size),
        addr=empty(size),
        data=empty(size),
        ctrl=empty(size),
        ctrl_later=empty(size),
    )


def initial(location: Location) -> Event:
    return Event(-1, 0, Kind.INITIAL, None, location, 0)


def write(thread: int, index: int, location: Location, value: int = 1) -> Event:
    return Event(thread, index, Kind.WRITE, Tag.ONCE, location, value)


def read(thread: int, index: int, location: Location, value: int) -> Event:
    return Event(thread, index, Kind.READ, Tag.ONCE, location, value)


def fence(thread: int, index: int, tag: Tag = Tag.MB) -> Event:
    return Event(thread, index, Kind.FENCE, tag, None, None)


def sc(execution: Execution) -> Relation:
    return transitive_closure(union(execution.po, execution.rf, execution.co, execution.fr))


def message_passing(flag: int, data: int) -> Execution:
    """x = 1; y = 1  ||  r = y; r = x, with these two values read."""
    events = [initial(X), initial(Y), write(0, 0, X), write(0, 1, Y), read(1, 0, Y, flag), read(1, 1, X, data)]
    return build(events, {4: 3 if flag else 1, 5: 2 if data else 0}, [[0, 2], [1, 3]])


@pytest.mark.parametrize(
    ("flag", "data", "order", "switches"),
    [
        (1, 1, (2, 3, 4, 5), 1),  # the writer, then the reader
        (0, 0, (4, 5, 2, 3), 1),  # the reader, then the writer
        # The flag is read before it is set, the data after it is written, so 4 3 5 2 is no order and one switch is not
        # enough; of 2 4 5 3 and 4 2 3 5 the first starts with the lower thread.
        (0, 1, (2, 4, 5, 3), 2),
    ],
)
def test_message_passing_under_sc(flag: int, data: int, order: tuple[int, ...], switches: int) -> None:
    execution = message_passing(flag, data)
    found = witness(execution, sc(execution))
    assert found is not None
    assert (found.order, found.switches) == (order, switches)
    assert (found.reordered, found.forwarded, found.exact, found.note) == ((), (), True, "")


def test_no_order_is_an_error() -> None:
    execution = message_passing(1, 0)  # forbidden under sc
    with pytest.raises(NoOrderError, match=r"before \| rfe has a cycle"):
        witness(execution, sc(execution))


def test_the_cycle_is_named_that_leaves_no_order() -> None:
    # r = x; y = 1  ||  r = y; x = 1, both read 1: program order and the two reads make a circle.
    events = [initial(X), initial(Y), read(0, 0, X, 1), write(0, 1, Y), read(1, 0, Y, 1), write(1, 1, X)]
    execution = build(events, {2: 5, 4: 3}, [[0, 5], [1, 3]])
    with pytest.raises(NoOrderError, match=r"before \| rfe has a cycle") as caught:
        witness(execution, execution.po)
    assert str(caught.value).splitlines()[0] == (
        "before | rfe has a cycle in an execution that the model allows: "
        "P0: R[once] x=1 -> P0: W[once] y=1 -> P1: R[once] y=1 -> P1: W[once] x=1 -> P0: R[once] x=1"
    )


def test_store_buffering_under_tso() -> None:
    # x = 1; r = y  ||  y = 1; r = x, both read 0.  The order is that each load precedes the other's store:
    # 3 -> 4 (fr), 5 -> 2 (fr).  One switch is not enough, and with two only one load goes early: 3 | 4 5 | 2.
    events = [initial(X), initial(Y), write(0, 0, X), read(0, 1, Y, 0), write(1, 0, Y), read(1, 1, X, 0)]
    execution = build(events, {3: 1, 5: 0}, [[0, 2], [1, 4]])
    found = witness(execution, union(execution.rf, execution.co, execution.fr))
    assert found is not None
    assert (found.order, found.switches, found.reordered, found.forwarded) == ((3, 4, 5, 2), 2, (3,), ())
    assert found.exact


def test_a_load_forwarded_from_the_store_buffer() -> None:
    # x = 1; r = x; r = y  ||  y = 1; r = y; r = x: each reads its own store, then the other's location as 0.
    # tso keeps the two loads of a thread in order: 3 -> 4 -> 5 (fr), 6 -> 7 -> 2 (fr).
    events = [
        initial(X),
        initial(Y),
        write(0, 0, X),
        read(0, 1, X, 1),
        read(0, 2, Y, 0),
        write(1, 0, Y),
        read(1, 1, Y, 1),
        read(1, 2, X, 0),
    ]
    execution = build(events, {3: 2, 4: 1, 6: 5, 7: 0}, [[0, 2], [1, 5]])
    tso = union(execution.co, execution.fr, from_pairs(8, [(3, 4), (6, 7)]))
    found = witness(execution, tso)
    assert found is not None
    # rfi 2 -> 3 and 5 -> 6 cannot both be kept (2 -> 3 -> 4 -> 5 -> 6 -> 7 -> 2): the lower load keeps its own.
    # Then 2 comes after 7, and 5 after 4 and so after 2: thread 1 starts, and its loads go before its store.
    assert found.order == (6, 7, 2, 3, 4, 5)
    assert (found.switches, found.reordered, found.forwarded) == (2, (6, 7), (6,))


def test_coherence_that_cannot_be_kept_is_named() -> None:
    # Thread 0 writes x, then y; thread 1 writes y, then x; each first write is last in coherence.  With po in the order
    # one location can follow its coherence: x, the first listed; then y cannot.
    events = [initial(X), initial(Y), write(0, 0, X), write(0, 1, Y), write(1, 0, Y), write(1, 1, X)]
    execution = build(events, {}, [[0, 5, 2], [1, 3, 4]])
    found = witness(execution, execution.po)
    assert found is not None
    assert found.order == (4, 5, 2, 3)
    assert found.unkept_coherence == ("y",)
    assert found.note == "stores are not in coherence order: y"
    assert found.exact


def test_switches_count_before_reorderings() -> None:
    # Thread 0: 1 2 3.  Thread 1: 4 5.  1 < 4 < 2 and 3 < 5.  Thread 0 runs twice around 4; thread 1 runs once only if 3
    # comes early: 1 3 | 4 5 | 2.  In program order it takes three switches: 1 | 4 | 2 3 | 5.
    events = [initial(X), read(0, 0, X, 0), read(0, 1, X, 0), read(0, 2, X, 0), read(1, 0, X, 0), read(1, 1, X, 0)]
    execution = build(events, dict.fromkeys(range(1, 6), 0), [[0]])
    found = witness(execution, from_pairs(6, [(1, 4), (4, 2), (3, 5)]))
    assert found is not None
    assert (found.order, found.switches, found.reordered) == ((1, 3, 4, 5, 2), 2, (3,))


def test_an_access_goes_early_only_where_that_saves_something() -> None:
    # Thread 0: 1 2.  Thread 1: 3.  3 < 1: 2 is free, and 3 | 1 2 needs it nowhere else.
    events = [initial(X), write(0, 0, X), read(0, 1, X, 1), read(1, 0, X, 0)]
    execution = build(events, {2: 1, 3: 0}, [[0, 1]])
    found = witness(execution, execution.fr)
    assert found is not None
    assert (found.order, found.switches, found.reordered) == ((3, 1, 2), 1, ())


def test_fences_stand_beside_their_neighbours() -> None:
    # The order names no fence.  One leads, one stands between, one trails; thread 1 is a fence alone.
    events = [initial(X), fence(0, 0), write(0, 1, X), fence(0, 2), read(0, 3, X, 1), fence(0, 4), fence(1, 0)]
    execution = build(events, {4: 2}, [[0, 2]])
    found = witness(execution, empty(7))
    assert found is not None
    assert (found.order, found.switches, found.reordered) == ((1, 2, 3, 4, 5, 6), 1, ())


def test_a_fence_follows_a_store_that_a_load_overtook() -> None:
    # Thread 0: x = 1; wmb; r = y.  The load takes effect before the store (through thread 1): the fence stays behind
    # the store, and is no access.
    events = [initial(X), initial(Y), write(0, 0, X), fence(0, 1, Tag.WMB), read(0, 2, Y, 0), write(1, 0, Y)]
    execution = build(events, {4: 1}, [[0, 2], [1, 5]])
    found = witness(execution, from_pairs(6, [(4, 5), (5, 2)]))
    assert found is not None
    assert (found.order, found.switches, found.reordered) == ((4, 5, 2, 3), 2, (4,))


def test_equal_orders_are_told_apart_by_the_lowest_thread() -> None:
    events = [initial(X), initial(Y), write(0, 0, X), write(1, 0, X, 2), read(2, 0, Y, 0)]
    execution = build(events, {4: 1}, [[0, 2, 3], [1]])
    found = witness(execution, empty(5))
    assert found is not None
    assert found.order == (2, 3, 4)
    assert witness(execution, empty(5)) == found


def test_at_most_is_an_inclusive_bound() -> None:
    execution = message_passing(0, 1)  # simplest: two switches, nothing reordered
    order = sc(execution)
    assert witness(execution, order, at_most=(1, 100)) is None
    assert witness(execution, order, at_most=(2, 0)) == witness(execution, order)
    assert witness(execution, order, at_most=(2, 0), work_limit=0) == witness(execution, order, work_limit=0)
    assert witness(execution, order, at_most=(1, 100), work_limit=0) is None


def test_at_most_bounds_reorderings_too() -> None:
    events = [initial(X), initial(Y), write(0, 0, X), read(0, 1, Y, 0), write(1, 0, Y), read(1, 1, X, 0)]
    execution = build(events, {3: 1, 5: 0}, [[0, 2], [1, 4]])
    order = union(execution.rf, execution.co, execution.fr)
    assert witness(execution, order, at_most=(2, 0)) is None
    assert witness(execution, order, at_most=(2, 1)) is not None


def test_beyond_the_work_limit_the_order_is_valid_and_says_so() -> None:
    execution = message_passing(0, 1)
    found = witness(execution, sc(execution), work_limit=1)
    assert found is not None
    assert not found.exact
    assert found.note == "found by a greedy rule: fewer switches may exist"
    assert all(found.order.index(a) < found.order.index(b) for a, b in pairs(sc(execution)) if a >= 2)


Cost = tuple[int, int]


def cost_of(execution: Execution, order: tuple[int, ...]) -> Cost:
    """(switches, reordered accesses) by their definition."""
    events = execution.events
    reordered = sum(
        any(
            events[later].thread == events[event].thread
            and later < event
            and Kind.FENCE not in (events[later].kind, events[event].kind)
            for later in order[place + 1 :]
        )
        for place, event in enumerate(order)
    )
    return sum(events[a].thread != events[b].thread for a, b in pairwise(order)), reordered


def kept_order(execution: Execution, before: Relation) -> Relation:
    """before | rfe, and one by one rfi and co while acyclic."""
    size = len(execution)
    reads = [(store, load) for load, store in enumerate(execution.source_of) if store >= 0]
    own = [pair for pair in reads if execution.events[pair[0]].thread == execution.events[pair[1]].thread]
    kept = union(before, from_pairs(size, [pair for pair in reads if pair not in own]))
    for pair in own + [pair for order in execution.coherence for pair in combinations(order, 2)]:
        longer = union(kept, from_pairs(size, [pair]))
        if is_acyclic(longer):
            kept = longer
    return kept


def all_orders(left: tuple[int, ...], kept: Relation) -> Iterator[tuple[int, ...]]:
    """Every order of these events that respects the kept one."""
    if not left:
        yield ()
    for event in left:
        if not any(kept[other] >> event & 1 for other in left):
            rest = tuple(other for other in left if other != event)
            yield from ((event, *order) for order in all_orders(rest, kept))


@st.composite
def small_executions(draw: st.DrawFn) -> tuple[Execution, Relation]:
    """Seven events of two or three threads, and an acyclic order that leads from stores to foreign loads."""
    lengths = draw(st.sampled_from([(3, 4), (4, 3), (5, 2), (2, 2, 3), (3, 2, 2), (4, 2, 1)]))
    events = [initial(X), initial(Y)]
    for thread, length in enumerate(lengths):
        for index in range(length):
            kind = draw(st.sampled_from([Kind.READ, Kind.READ, Kind.READ, Kind.WRITE, Kind.FENCE]))
            location = draw(st.sampled_from([X, Y]))
            if kind is Kind.FENCE:
                events.append(fence(thread, index))
            else:
                events.append(Event(thread, index, kind, Tag.ONCE, location, len(events)))
    size = len(events)
    line = draw(st.permutations(range(2, size)))  # the order is drawn along this line
    reads = {}
    for i, event in enumerate(events):
        if event.kind is Kind.READ:
            stores = [
                w
                for w, store in enumerate(events)
                if store.writes
                and store.location is event.location
                and (w < 2 or (w < i if store.thread == event.thread else line.index(w) < line.index(i)))
            ]
            reads[i] = draw(st.sampled_from(stores))
            events[i] = replace(event, value=events[reads[i]].value)
    coherence = []
    for start, location in enumerate([X, Y]):
        stores = [w for w in range(2, size) if events[w].kind is Kind.WRITE and events[w].location is location]
        coherence.append([start, *draw(st.permutations(stores))])
    drawn = draw(st.lists(st.sampled_from(list(combinations(line, 2))), min_size=5, max_size=12, unique=True))
    return build(events, reads, coherence), from_pairs(size, drawn)


@settings(max_examples=150, deadline=None)
@given(small_executions())
def test_it_is_the_cheapest_of_all_orders(case: tuple[Execution, Relation]) -> None:
    execution, before = case
    orders = list(all_orders(tuple(range(2, len(execution))), kept_order(execution, before)))
    cheapest = min(cost_of(execution, order) for order in orders)
    found = witness(execution, before)
    assert found is not None
    assert found.exact
    assert found.order in orders
    assert (found.switches, len(found.reordered)) == cost_of(execution, found.order) == cheapest
    assert witness(execution, before, at_most=cheapest) == found
    assert witness(execution, before, at_most=(cheapest[0] - 1, 7)) is None
    assert cheapest[1] == 0 or witness(execution, before, at_most=(cheapest[0], cheapest[1] - 1)) is None


@settings(max_examples=80, deadline=None)
@given(small_executions())
def test_the_greedy_order_is_valid(case: tuple[Execution, Relation]) -> None:
    execution, before = case
    found = witness(execution, before, work_limit=0)
    assert found is not None
    assert not found.exact
    assert found.order in all_orders(tuple(range(2, len(execution))), kept_order(execution, before))
