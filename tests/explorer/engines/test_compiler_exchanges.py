"""Models with ``+compiler``: counts by hand, and every order of the source that a compiler may leave.

An execution that a model allows of some program that a compiler makes of the source is one that the
model with ``+compiler`` allows of the source.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest
from engine_results import assert_same, scheduled, searched
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from source_orders import (
    Code,
    Fence,
    From,
    Load,
    Statement,
    Store,
    Swap,
    keeps_places,
    key,
    keys,
    source_orders,
    unfold,
)

from explorer.execution.execution import Execution
from explorer.execution.relation import is_acyclic, union
from explorer.memory.model import load_model
from explorer.schedule.linear import witness
from explorer.schedule.recording import Recording
from explorer.schedule.replay import replay
from explorer.search.interleavings import counts_interleavings
from explorer.search.record import Record

PLAIN = ("sc", "tso", "pso", "armv8")
MODELS = {name: load_model(name) for model in PLAIN for name in (model, f"{model}+compiler")}

BARRIER, MB, WMB, RMB = Fence("barrier"), Fence("mb"), Fence("wmb"), Fence("rmb")


def once(*code: Load | Store) -> Code:
    """The same accesses, marked."""
    return tuple(replace(statement, order="once") for statement in code)


def within(file: str, statement: Load | Store) -> Statement:
    """The same access, made in a kernel file."""
    return replace(statement, file=file)


WX, WY, RX, RY = Store("x"), Store("y"), Load("x"), Load("y")
WX2, WY2 = Store("x", 2), Store("y", 2)
POINT, LOOK = Store("p", "&b"), (Load("p"), Load(From(0)))

# Executions under sc, sc+compiler, tso and tso+compiler. Without anything that orders the two
# accesses of a thread every candidate is there: each read from any store of its location, each
# pair of stores in either order.
BY_HAND: dict[str, tuple[Sequence[Code], tuple[int, int, int, int]]] = {
    # Both read 0 only where some thread's store comes late: by the compiler, or out of x86's buffer.
    "SB": (((WX, RY), (WY, RX)), (3, 4, 4, 4)),
    "SB, marked": ((once(WX, RY), once(WY, RX)), (3, 3, 4, 4)),
    "SB, one thread marked": (((WX, RY), once(WY, RX)), (3, 4, 4, 4)),
    "SB with barrier()": (((WX, BARRIER, RY), (WY, BARRIER, RX)), (3, 3, 4, 4)),
    "SB with smp_mb()": (((WX, MB, RY), (WY, MB, RX)), (3, 3, 3, 3)),
    "SB, the load in another file": (
        ((within("one", WX), within("two", RY)), (within("one", WY), within("two", RX))),
        (3, 3, 4, 4),
    ),
    "SB in another file than the threads": (
        ((within("one", WX), within("one", RY)), (within("two", WY), within("two", RX))),
        (3, 4, 4, 4),
    ),
    "SB, the loads inlined from a header": (
        ((within("one", WX), within("inlined in one", RY)), once(WY, RX)),
        (3, 4, 4, 4),
    ),
    # y = 1 and x = 0 is read where the stores or the loads are exchanged.
    "MP": (((WX, WY), (RY, RX)), (3, 4, 3, 4)),
    "MP, stores marked": ((once(WX, WY), (RY, RX)), (3, 4, 3, 4)),
    "MP, loads marked": (((WX, WY), once(RY, RX)), (3, 4, 3, 4)),
    "MP, marked": ((once(WX, WY), once(RY, RX)), (3, 3, 3, 3)),
    "MP, first store and first load marked": (((*once(WX), WY), (*once(RY), RX)), (3, 3, 3, 3)),
    "MP with barrier() between the stores": (((WX, BARRIER, WY), (RY, RX)), (3, 4, 3, 4)),
    "MP with barrier()": (((WX, BARRIER, WY), (RY, BARRIER, RX)), (3, 3, 3, 3)),
    "MP with smp_wmb() and smp_rmb()": (((WX, WMB, WY), (RY, RMB, RX)), (3, 3, 3, 3)),
    "MP with a release and barrier()": (((WX, Store("y", 1, "release")), (RY, BARRIER, RX)), (3, 3, 3, 3)),
    "MP with an exchange between the stores": (((WX, Swap("z", 1), WY), (RY, BARRIER, RX)), (3, 3, 3, 3)),
    "MP, loads in two files": (((WX, BARRIER, WY), (within("one", RY), within("two", RX))), (3, 3, 3, 3)),
    # Box a has its initial field only; box b the new one, or the old one if the stores are exchanged.
    "MP with a pointer": (((Store("b"), POINT), LOOK), (2, 3, 2, 3)),
    "MP with a pointer and barrier()": (((Store("b"), BARRIER, POINT), LOOK), (2, 2, 2, 2)),
    "MP with a plain exchange": (((Swap("x", 1, "plain"), WY), (RY, BARRIER, RX)), (3, 3, 3, 3)),
    # y is stored after the own load of x that it copies; so the store of x that this reads comes first too.
    "MP through a load of the own store": (((WX, RX, Store("y", From(1))), (RY, BARRIER, RX)), (3, 3, 3, 3)),
    # Both loads read 1 where in one thread at least the store comes first.
    "LB": (((RX, WY), (RY, WX)), (3, 4, 3, 4)),
    "LB, one thread marked": ((once(RX, WY), (RY, WX)), (3, 4, 3, 4)),
    "LB, marked": ((once(RX, WY), once(RY, WX)), (3, 3, 3, 3)),
    "LB with barrier()": (((RX, BARRIER, WY), (RY, BARRIER, WX)), (3, 3, 3, 3)),
    "LB with data on one side": (((RX, Store("y", From(0))), (RY, WX)), (3, 4, 3, 4)),
    # All store and read 0; each reading the other's copy would be thin air.
    "LB with data on both sides": (((RX, Store("y", From(0))), (RY, Store("x", From(0)))), (3, 3, 3, 3)),
    "2+2W": (((WX, WY2), (WY, WX2)), (3, 4, 3, 4)),
    "2+2W, one thread marked": (((WX, WY2), once(WY, WX2)), (3, 4, 3, 4)),
    "2+2W with barrier()": (((WX, BARRIER, WY2), (WY, BARRIER, WX2)), (3, 3, 3, 3)),
    # The two readers disagree where one of them has its loads exchanged.
    "IRIW": (((WX,), (WY,), (RX, RY), (RY, RX)), (15, 16, 15, 16)),
    "IRIW, one reader marked": (((WX,), (WY,), (RX, RY), once(RY, RX)), (15, 16, 15, 16)),
    "IRIW with barrier()": (((WX,), (WY,), (RX, BARRIER, RY), (RY, BARRIER, RX)), (15, 15, 15, 15)),
    # One location: its loads and stores are never exchanged. 00 01 02 11 12 22.
    "CoRR": (((WX, WX2), (RX, RX)), (6, 6, 6, 6)),
    # Read are (x, y, x); x first 00, 01 or 11, and y as one likes. In order 010, 100 and 110 of the six ways
    # to read (first x, y) with the last x not below are missing: 01 and then x = 0.
    "CoRR around another load": (((WX, WY), (RX, RY, RX)), (5, 6, 5, 6)),
    # The store of x comes between the own load and what it reads from, on every model.
    "CoWR": (((WX, RX), (WX2,)), (3, 3, 3, 3)),
}


def executions(threads: Sequence[Code], model: str) -> list[Execution]:
    return searched(unfold(threads), MODELS[model])


@pytest.mark.parametrize("name", BY_HAND)
def test_the_count_is_the_one_found_by_hand(name: str) -> None:
    threads, expected = BY_HAND[name]
    found = [len(executions(threads, model)) for model in ("sc", "sc+compiler", "tso", "tso+compiler")]
    assert tuple(found) == expected


def united(threads: Sequence[Code], model: str) -> set[object]:
    """The executions of all programs that a compiler may make of this one."""
    found = set()
    for orders in source_orders(threads):
        for execution in searched(unfold(threads, orders), MODELS[model]):
            if keeps_places(execution, threads, orders):
                found.add(key(execution))
    return found


@pytest.mark.parametrize("model", PLAIN)
@pytest.mark.parametrize("name", BY_HAND)
def test_classic_programs_have_the_executions_of_all_source_orders(name: str, model: str) -> None:
    threads, _expected = BY_HAND[name]
    assert keys(executions(threads, f"{model}+compiler")) == united(threads, model)


FILES = st.sampled_from(["", "", "", "", "one"])
PLACES = "xypb"
"""Numbers, the pointer, and the box that it does not point to at first."""


def accesses(places: st.SearchStrategy[str]) -> st.SearchStrategy[Load | Store]:
    def store(place: str) -> st.SearchStrategy[Store]:
        value = st.just("&b") if place == "p" else st.integers(1, 2)
        return st.builds(Store, st.just(place), value, file=FILES)

    return st.one_of(st.builds(Load, places, file=FILES), places.flatmap(store))


BETWEEN = st.one_of(
    accesses(st.sampled_from(PLACES)),
    accesses(st.sampled_from(PLACES)),
    accesses(st.sampled_from(PLACES)),
    st.sampled_from([BARRIER, MB, WMB, RMB, Load("x", "acquire"), Store("y", 1, "release"), *once(RX, WY)]),
    st.builds(Swap, st.sampled_from("xy"), st.just(3), st.sampled_from(["full", "once", "plain"])),
)


@st.composite
def codes(draw: st.DrawFn, first: str, last: str) -> Code:
    """A thread that accesses one place and later another, with up to two statements between; perhaps all marked."""
    begin, end = draw(accesses(st.just(first))), draw(accesses(st.just(last)))
    code: list[Statement] = [begin, *draw(st.lists(BETWEEN, max_size=2)), end]
    marked = draw(st.booleans())
    for number, statement in enumerate(code):
        if not isinstance(statement, Load | Store):
            continue
        loads = [i for i, s in enumerate(code[:number]) if isinstance(s, Load)]
        numbers = [From(i) for i in loads if isinstance(s := code[i], Load) and s.where in ("x", "y")]
        pointers = [From(i) for i in loads if isinstance(s := code[i], Load) and s.where == "p"]
        if isinstance(statement, Store) and statement.where != "p" and numbers and draw(st.booleans()):
            statement = replace(statement, value=draw(st.sampled_from(numbers)))
        if statement.where == "b" and pointers and draw(st.booleans()):
            statement = replace(statement, where=draw(st.sampled_from(pointers)))
        code[number] = replace(statement, order="once") if marked and statement.order == "plain" else statement
    return tuple(code)


@st.composite
def programs(draw: st.DrawFn) -> tuple[Code, ...]:
    """Two or three threads; the last place of each is the first of the next one."""
    places = draw(st.permutations(PLACES))[: draw(st.integers(2, 3))]
    threads = [draw(codes(here, there)) for here, there in zip(places, [*places[1:], places[0]], strict=True)]
    assume(sum(map(len, threads)) <= 8)
    return tuple(threads)


@pytest.mark.parametrize("model", PLAIN)
@settings(max_examples=50, deadline=None)
@given(threads=programs())
def test_random_programs_have_the_executions_of_all_source_orders(model: str, threads: tuple[Code, ...]) -> None:
    assert keys(executions(threads, f"{model}+compiler")) == united(threads, model)


@pytest.mark.parametrize("model", ["sc+compiler", "tso+compiler", "pso+compiler"])
@settings(max_examples=50, deadline=None)
@given(threads=programs())
def test_the_scheduler_finds_what_has_no_cycle_in_po_and_rf(model: str, threads: tuple[Code, ...]) -> None:
    found = executions(threads, model)
    assert_same([e for e in found if is_acyclic(union(e.po, e.rf))], scheduled(unfold(threads), MODELS[model]))


def test_a_load_of_the_own_store_can_let_more_happen_under_tso() -> None:
    """The field of b is read first and p is stored last, though each order of the source keeps one or the other.

    r reads 0, so comes before the store of the field, which comes before u; u is read as 1; z
    is stored before 2, and that before p is read as &a. So r, u, z, p. Of the eight ways to read r, u and
    p with z in either place, 16, tso has 12, the orders of the source 15. A compiler that looks into b
    directly, for p points there, makes the last one.
    """
    own: Code = (Store("p", "&b"), Load("p"), Load(From(1)), Load("u"), Store("z", From(3)))
    direct: Code = (Store("p", "&b"), Load("p"), Load("b"), Load("u"), Store("z", From(3)))
    others: tuple[Code, ...] = ((Store("b"), MB, Store("u")), (Store("z", 2), MB, Load("p")))
    found = keys(executions((own, *others), "tso+compiler"))
    assert (len(executions((own, *others), "tso")), len(found)) == (12, 16)
    assert len(united((own, *others), "tso")) == 15
    assert united((own, *others), "tso") < found == united((direct, *others), "tso")


@pytest.mark.parametrize("model", ["sc+compiler", "tso+compiler", "armv8+compiler"])
@pytest.mark.parametrize("name", ["LB", "MP with a pointer", "2+2W", "CoRR around another load"])
def test_what_is_found_has_a_witness_and_replays(name: str, model: str) -> None:
    unfolding, rules = unfold(BY_HAND[name][0]), MODELS[model]
    for execution in executions(BY_HAND[name][0], model):
        before = rules.before(execution)
        assert before is not None
        assert witness(execution, before) is not None
        assert replay(unfolding, Recording.of(execution), rules).key == execution.key
        assert Record.of(execution, ()).execution(unfolding).key == execution.key


def test_a_load_that_the_compiler_has_hoisted_is_marked_as_reordered() -> None:
    """y = 1, x = 0: the load of x comes first, then both stores, then the load of y. One switch there, one back."""
    ((execution, order),) = [
        (e, witness(e, before))
        for e in executions(((*once(WX), *once(WY)), (RY, RX)), "sc+compiler")
        if [event.value for event in e.events if event.reads] == [1, 0] and (before := MODELS["sc+compiler"].before(e))
    ]
    assert order is not None
    # Initial writes of x, y, ... come first; then the stores and the loads.
    stores, loads = execution.thread_events(0), execution.thread_events(1)
    assert order.order == (loads[1], *stores, loads[0])
    assert (order.switches, order.reordered) == (2, (loads[1],))


def test_interleavings_are_counted_under_sc_alone() -> None:
    assert [counts_interleavings(MODELS[name]) for name in ("sc", "sc+compiler")] == [True, False]
