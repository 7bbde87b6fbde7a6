"""Which shipped models allow an execution: classic tests whose answers are known from the literature."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from explorer.execution.execution import Execution
from explorer.execution.kinds import Tag
from explorer.execution.location import Location
from explorer.explain.allowed import allowed_by
from explorer.memory.cat.include import statements_of
from explorer.memory.cat.source import Source
from explorer.memory.model import load_model, model_of
from explorer.program.program import Program, ThreadSpec
from explorer.program.thread import ACQUIRE, ONCE, RELEASE, Thread
from explorer.program.tree import Unfolding
from explorer.scenario import MODELS
from explorer.search.explore import Search
from scenarios.classic.litmus import (
    coherent_reads,
    independent_reads,
    load_buffering,
    message_passing,
    store_buffering,
    two_plus_two_writes,
    write_to_read_causality,
)

SC = MODELS


def ordered_store_buffering() -> Program:
    """Store buffering with smp_store_release() and smp_load_acquire()."""
    x, y = Location("x"), Location("y")

    async def each(t: Thread, written: Location, read: Location) -> None:
        await t.write(written, 1, RELEASE)
        await t.read(read, ACQUIRE)

    return Program((ThreadSpec("P0", each, (x, y)), ThreadSpec("P1", each, (y, x))))


def fenced_independent_reads() -> Program:
    """Independent reads of independent writes, smp_rmb() between the reads."""
    x, y = Location("x"), Location("y")

    async def store(t: Thread, location: Location) -> None:
        await t.write(location, 1, ONCE)

    async def look(t: Thread, first: Location, second: Location) -> None:
        await t.read(first, ONCE)
        await t.fence(Tag.RMB)
        await t.read(second, ONCE)

    return Program(
        (
            ThreadSpec("P0", store, (x,)),
            ThreadSpec("P1", store, (y,)),
            ThreadSpec("P2", look, (x, y)),
            ThreadSpec("P3", look, (y, x)),
        )
    )


def read(execution: Execution) -> tuple[object, ...]:
    return tuple(event.value for event in execution.events if event.reads)


def last_values(execution: Execution) -> tuple[object, ...]:
    return tuple(execution.events[order[-1]].value for order in execution.coherence)


def all_executions(program: Program, model: str) -> list[Execution]:
    return [leaf.execution for leaf in Search(Unfolding(program, unroll=1), load_model(model)) if leaf]


# What each thread reads in the one outcome that sequential consistency forbids, and who allows it: a store buffer lets
# a store wait behind a later load (tso), another store (pso); armv8 and lkmm keep loads in no order either. Under armv8
# all CPUs see a store at once, and a release stays before a later acquire; under lkmm neither holds.
WEAK = [
    (store_buffering, (0, 0), ("tso", "pso", "armv8", "lkmm")),
    (ordered_store_buffering, (0, 0), ("tso", "pso", "lkmm")),
    (message_passing, (1, 0), ("pso", "armv8", "lkmm")),
    (load_buffering, (1, 1), ("armv8", "lkmm")),
    (write_to_read_causality, (1, 1, 0), ("armv8", "lkmm")),
    (independent_reads, (1, 0, 1, 0), ("armv8", "lkmm")),
    (fenced_independent_reads, (1, 0, 1, 0), ("lkmm",)),
]


@pytest.mark.parametrize(("build", "weak", "models"), WEAK, ids=lambda each: getattr(each, "__name__", None))
def test_the_weak_outcome_and_all_others(
    build: Callable[[], Program], weak: tuple[int, ...], models: tuple[str, ...]
) -> None:
    """All executions that lkmm allows; it allows what each of the others does."""
    found = {read(execution): allowed_by(execution) for execution in all_executions(build(), "lkmm")}
    assert found.pop(weak) == models
    assert found
    assert set(found.values()) == {SC}


def test_stores_in_opposite_orders() -> None:
    """2+2W: that both first stores come last needs stores out of order."""
    found = {last_values(each): allowed_by(each) for each in all_executions(two_plus_two_writes(), "lkmm")}
    assert found.pop((1, 1)) == ("pso", "armv8", "lkmm")
    assert set(found.values()) == {SC}


def test_what_no_shipped_model_allows() -> None:
    """One location read twice, the older value last: coherence forbids it everywhere, a lawless model does not."""
    text = "acyclic po | rf as order"
    lawless = model_of(statements_of(Source("lawless.cat", text)), "lawless", text)
    leaves = [leaf.execution for leaf in Search(Unfolding(coherent_reads(), unroll=1), lawless) if leaf]
    assert {read(each): allowed_by(each) for each in leaves} == {(0, 0): SC, (0, 1): SC, (1, 1): SC, (1, 0): ()}
