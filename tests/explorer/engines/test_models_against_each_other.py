"""The models sc, tso, pso, armv8 and lkmm on the same kernel programs: what holds between them, and of each of them.

What is expected follows from the model files by thought.  A weaker model's order is part of a
stronger one's: pso's of tso's, tso's and armv8's of sc's, and what lkmm keeps of pso's and of
armv8's, fences between threads included, for these are multicopy atomic.  So the executions are
included, not only their outcomes.  tso and armv8 are not comparable.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from itertools import islice

import pytest
from engine_results import assert_same, counts, found, scheduled, searched
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st
from kernel_programs import (
    ANY_OPERATIONS,
    MARKED_OPERATIONS,
    GracePeriod,
    ReadSide,
    cycles,
    more_ordered,
    observed_writes,
    publications,
    unfold,
)

from explorer.execution.execution import Execution, Status
from explorer.execution.relation import is_acyclic, union
from explorer.memory.model import Model, load_model
from explorer.program.tree import Unfolding
from explorer.schedule.recording import Recording
from explorer.schedule.replay import replay
from explorer.search.explore import Search
from explorer.testing.operations import Fence, Fetch, Follow, Publish, Read, Threads, Write
from explorer.testing.random_programs import thread_lists

MOST = 200
"""Executions of a program that a test looks at; few random programs have more."""

MODELS = {name: load_model(name) for name in ("sc", "tso", "pso", "armv8", "lkmm")}
STRONGER_AND_WEAKER = [("sc", "tso"), ("tso", "pso"), ("sc", "armv8"), ("pso", "lkmm"), ("armv8", "lkmm")]

PROGRAMS = st.one_of(cycles(), observed_writes(), publications(), thread_lists(MARKED_OPERATIONS))
SMALL_PROGRAMS = st.one_of(
    cycles(steps=["rf"]), cycles(), observed_writes(), publications(), thread_lists(MARKED_OPERATIONS, size=5)
)
PROGRAMS_WITH_PLAIN_ACCESSES = thread_lists(ANY_OPERATIONS)


def few(unfolding: Unfolding, model: Model) -> list[Execution]:
    """All executions; programs that have too many are left out."""
    leaves = list(islice(filter(None, Search(unfolding, model)), MOST + 1))
    assume(len(leaves) <= MOST)
    return [leaf.execution for leaf in leaves]


# ---- programs that tell the models apart, by hand

X1, Y1, RX, RY, MB = Write("x", 1), Write("y", 1), Read("x"), Read("y"), Fence("mb")
LOAD_BUFFERING: Threads = ((RX, Y1), (RY, X1))
X1_RELEASE, Y1_RELEASE = Write("x", 1, "release"), Write("y", 1, "release")
RX_ACQUIRE, RY_ACQUIRE = Read("x", "acquire"), Read("y", "acquire")

# Complete executions under sc, tso, pso, armv8 and lkmm. Each is one combination of two binary choices
# (what a read sees, which write of a location is last); 4 means that the weak one is allowed.
BY_HAND: dict[str, tuple[Threads, tuple[int, int, int, int, int]]] = {
    "SB": (((X1, RY), (Y1, RX)), (3, 4, 4, 4, 4)),
    "SB with mb": (((X1, MB, RY), (Y1, MB, RX)), (3, 3, 3, 3, 3)),
    # stlr is kept before a later ldar; x86 emits the same as for WRITE_ONCE and READ_ONCE.
    "SB with release and acquire": (((X1_RELEASE, RY_ACQUIRE), (Y1_RELEASE, RX_ACQUIRE)), (3, 4, 4, 3, 4)),
    "MP": (((X1, Y1), (RY, RX)), (3, 3, 4, 4, 4)),
    "MP with release and acquire": (((X1, Y1_RELEASE), (RY_ACQUIRE, RX)), (3, 3, 3, 3, 3)),
    "MP with wmb and rmb": (((X1, Fence("wmb"), Y1), (RY, Fence("rmb"), RX)), (3, 3, 3, 3, 3)),
    # SPARC keeps loads in order anyway.
    "MP with wmb": (((X1, Fence("wmb"), Y1), (RY, RX)), (3, 3, 3, 4, 4)),
    "MP with release": (((X1, Y1_RELEASE), (RY, RX)), (3, 3, 3, 4, 4)),
    "LB": (LOAD_BUFFERING, (3, 3, 3, 4, 4)),
    "2+2W": (((X1, Write("y", 2)), (Y1, Write("x", 2))), (3, 3, 4, 4, 4)),
    # Box a, or box b with the old field or the new one.
    "a pointer published once": (((Write("b", 1), Publish("b", "once")), (Follow(),)), (2, 2, 3, 3, 3)),
    "a pointer published with release": (((Write("b", 1), Publish("b")), (Follow(),)), (2, 2, 2, 2, 2)),
    # What the section saw of before the grace period tells what it can see of after it, and the other way round.
    "RCU": (((ReadSide("rcu", (RX, RY)),), (X1, GracePeriod("rcu"), Y1)), (3, 3, 3, 3, 3)),
    "RCU the other way round": (((ReadSide("rcu", (RY, RX)),), (X1, GracePeriod("rcu"), Y1)), (3, 3, 3, 3, 3)),
    # A grace period of another domain is only a full fence of its own thread.
    "SRCU and RCU": (((ReadSide("srcu", (RY, RX)),), (X1, GracePeriod("rcu"), Y1)), (3, 3, 3, 4, 4)),
}


@pytest.mark.parametrize("program", BY_HAND)
def test_by_hand(program: str) -> None:
    threads, expected = BY_HAND[program]
    assert tuple(counts(searched(unfold(threads), model)) for model in MODELS.values()) == tuple(
        (complete, 0, 0, 0) for complete in expected
    )


# ---- stronger and weaker models


@settings(max_examples=300, deadline=None)
@given(threads=PROGRAMS)
def test_a_weaker_model_allows_all_that_a_stronger_one_does(threads: Threads) -> None:
    assert_included(threads)


@settings(max_examples=80, deadline=None)
@given(threads=PROGRAMS_WITH_PLAIN_ACCESSES)
def test_a_weaker_model_allows_all_that_a_stronger_one_does_with_plain_accesses(threads: Threads) -> None:
    assert_included(threads)


def assert_included(threads: Threads) -> None:
    unfolding = unfold(threads)
    executions = {name: few(unfolding, model) for name, model in MODELS.items()}
    for stronger, weaker in STRONGER_AND_WEAKER:
        for status in Status:
            missing = found(executions[stronger])[status] - found(executions[weaker])[status]
            assert not missing, f"{stronger} allows what {weaker} forbids"


# ---- more order


@st.composite
def orderings(draw: st.DrawFn) -> tuple[Threads, Threads]:
    """A program, and the same with a fence or a stronger tag in one place."""
    threads = draw(SMALL_PROGRAMS)
    return threads, draw(st.sampled_from(more_ordered(threads)))


@pytest.mark.parametrize("name", MODELS)
@settings(max_examples=300, deadline=None)
@given(pair=orderings())
def test_more_order_adds_no_outcome(name: str, pair: tuple[Threads, Threads]) -> None:
    less, more = (few(unfold(threads), MODELS[name]) for threads in pair)
    assert {outcome(execution) for execution in more} <= {outcome(execution) for execution in less}


def outcome(execution: Execution) -> tuple[object, ...]:
    """What does not depend on tags and fences: the values read, in program order, the last ones, and how it ended."""
    events = execution.events
    return (
        execution.status,
        tuple((event.thread, repr(event.value)) for event in events if event.reads),
        tuple((str(events[order[0]].location), repr(events[order[-1]].value)) for order in execution.coherence),
    )


@pytest.mark.parametrize("name", MODELS)
def test_a_releasing_update_is_cumulative_under_lkmm_and_a_full_one_is_not(name: str) -> None:
    """Why release to full counts as no strengthening.

    The writes are x before y, the update makes y=1 into y=2, and the reader sees 2 but not x.  Every
    machine forbids that: each step is seen by all threads at once.  In the model of Linux 6.1 x=1 has to
    propagate to the reader before y=2, which takes a cumul-fence from y=1 to y=2: rfe ; po-rel, where the
    update's own read is before its releasing write.  The fences of a full update stand on both sides of
    the pair, none between its halves, and chains of updates join only in later kernels.
    """

    def allowed(order: str) -> bool:
        update = Fetch("+", "y", 1, order)
        threads = ((X1, Y1_RELEASE), (update,), (RY_ACQUIRE, RX))
        # The update reads 1, the reader 2 and then 0.
        return any(
            [event.value for event in execution.events if event.reads] == [1, 2, 0]
            for execution in searched(unfold(threads), MODELS[name])
        )

    expected = {"once", "acquire", "full"} if name == "lkmm" else set()
    assert {order for order in ("once", "acquire", "release", "full") if allowed(order)} == expected


# ---- the order of the threads


@pytest.mark.parametrize("name", MODELS)
@settings(max_examples=60, deadline=None)
@given(threads=PROGRAMS, data=st.data())
def test_the_order_of_threads_changes_only_names(name: str, threads: Threads, data: st.DataObject) -> None:
    order = data.draw(st.permutations(range(len(threads))))
    permuted = [threads[i] for i in order]
    executions = few(unfold(threads), MODELS[name])
    assert Counter(renamed(execution, range(len(threads))) for execution in executions) == Counter(
        renamed(execution, order) for execution in few(unfold(permuted), MODELS[name])
    )


def renamed(execution: Execution, names: Sequence[int]) -> tuple[object, ...]:
    """What makes up the execution, thread ``i`` being called ``names[i]``."""

    def place(i: int) -> tuple[object, ...]:
        event = execution.events[i]
        return (names[event.thread], event.index) if event.thread >= 0 else (str(event.location),)

    return (
        frozenset((place(i), str(event)) for i, event in enumerate(execution.events)),
        frozenset((names[thread], end.ending) for thread, end in enumerate(execution.ends)),
        frozenset((place(read), place(write)) for read, write in enumerate(execution.source_of) if write >= 0),
        frozenset(tuple(place(write) for write in order) for order in execution.coherence),
    )


# ---- the search, the scheduler and replay


@pytest.mark.parametrize("name", ["sc", "tso", "pso"])
@settings(max_examples=60, deadline=None)
@given(threads=SMALL_PROGRAMS)
def test_the_scheduler_finds_all_executions(name: str, threads: Threads) -> None:
    unfolding = unfold(threads)
    assert_same(few(unfolding, MODELS[name]), scheduled(unfolding, MODELS[name]))


@pytest.mark.parametrize("name", ["armv8", "lkmm"])
@settings(max_examples=200, deadline=None)
@example(threads=LOAD_BUFFERING)
@given(threads=SMALL_PROGRAMS)
def test_the_scheduler_finds_what_has_no_cycle_in_po_and_rf(name: str, threads: Threads) -> None:
    unfolding = unfold(threads)
    executions = few(unfolding, MODELS[name])
    acyclic = [execution for execution in executions if is_acyclic(union(execution.po, execution.rf))]
    assert_same(acyclic, scheduled(unfolding, MODELS[name]))


@pytest.mark.parametrize("name", MODELS)
@settings(max_examples=60, deadline=None)
@example(threads=LOAD_BUFFERING)
@given(threads=SMALL_PROGRAMS)
def test_every_execution_replays(name: str, threads: Threads) -> None:
    executions = few(unfold(threads), MODELS[name])
    again = unfold(threads)
    for execution in executions:
        assert replay(again, Recording.of(execution), MODELS[name]).key == execution.key
