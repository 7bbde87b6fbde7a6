"""The cycle that is told: which one, and that it is there exactly where sequential consistency forbids an execution."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise

import pytest
from hypothesis import HealthCheck, given, settings

from explorer.execution.execution import Execution
from explorer.execution.location import Location
from explorer.explain.allowed import shipped
from explorer.explain.broken import between_plain, broken_hops, weaker_than_full
from explorer.explain.cycles import shortest_cycle
from explorer.explain.hops import Hop
from explorer.program.program import Program, ThreadSpec
from explorer.program.thread import ONCE, Thread
from explorer.program.tree import Unfolding
from explorer.property import Edge
from explorer.scenario import MODELS
from explorer.search.explore import Search
from explorer.testing import programs
from explorer.testing.operations import RandomProgram
from scenarios.classic.litmus import (
    independent_reads,
    load_buffering,
    message_passing,
    store_buffering,
    two_plus_two_writes,
    write_to_read_causality,
)


def all_executions(program: Program, model: str) -> list[Execution]:
    return [leaf.execution for leaf in Search(Unfolding(program, unroll=2), shipped(model)) if leaf]


def two_buffers() -> Program:
    """Store buffering twice, one after the other, with locations of their own."""
    x, y, z, w = (Location(name) for name in "xyzw")

    async def each(t: Thread, *places: Location) -> None:
        for written, read in (places[:2], places[2:]):
            await t.write(written, 1, ONCE)
            await t.read(read, ONCE)

    return Program((ThreadSpec("P0", each, (x, y, z, w)), ThreadSpec("P1", each, (y, x, w, z))))


def in_words(execution: Execution, hops: tuple[Hop, ...]) -> list[str]:
    """Each hop by the kinds and locations of its ends."""

    def name(event: int) -> str:
        found = execution.events[event]
        assert found.location is not None
        return f"{found.kind.value}{found.location.name}"

    return [f"{name(hop.source)} {hop.relation} {name(hop.target)}" for hop in hops]


# The cycles of "Herding cats", from the first access of the first thread on.
CYCLES = [
    (store_buffering, "tso", ["Wx po Ry", "Ry fr Wy", "Wy po Rx", "Rx fr Wx"]),
    (message_passing, "pso", ["Wdata po Wflag", "Wflag rf Rflag", "Rflag po Rdata", "Rdata fr Wdata"]),
    (load_buffering, "armv8", ["Rx po Wy", "Wy rf Ry", "Ry po Wx", "Wx rf Rx"]),
    (two_plus_two_writes, "pso", ["Wx po Wy", "Wy co Wy", "Wy po Wx", "Wx co Wx"]),
    (write_to_read_causality, "armv8", ["Wx rf Rx", "Rx po Wy", "Wy rf Ry", "Ry po Rx", "Rx fr Wx"]),
    (independent_reads, "armv8", ["Wx rf Rx", "Rx po Ry", "Ry fr Wy", "Wy rf Ry", "Ry po Rx", "Rx fr Wx"]),
]


@pytest.mark.parametrize(("build", "model", "words"), CYCLES, ids=lambda each: getattr(each, "__name__", None))
def test_the_classic_cycles(build: Callable[[], Program], model: str, words: list[str]) -> None:
    weak = [each for each in all_executions(build(), model) if not shipped("sc").allows(each)]
    assert [in_words(each, shortest_cycle(each)) for each in weak] == [words]


def test_a_cycle_through_the_path_comes_first() -> None:
    (both,) = [
        each
        for each in all_executions(two_buffers(), "tso")
        if all(event.value == 0 for event in each.events if event.reads)
    ]
    assert in_words(both, shortest_cycle(both)) == ["Wx po Ry", "Ry fr Wy", "Wy po Rx", "Rx fr Wx"]
    names = {f"{e.kind.value}{e.location.name}": i for i, e in enumerate(both.events) if e.location and e.thread >= 0}
    path = (Edge(names["Rz"], names["Wz"], "fr"),)
    assert in_words(both, shortest_cycle(both, path)) == ["Wz po Rw", "Rw fr Ww", "Ww po Rz", "Rz fr Wz"]


@pytest.mark.parametrize("model", [model for model in MODELS if model != "sc"])
@given(program=programs(size=6, threads=(2, 3)))
@settings(max_examples=60, deadline=None, database=None, suppress_health_check=[HealthCheck.too_slow])
def test_every_execution_that_sc_forbids_by_its_order_has_one(model: str, program: RandomProgram) -> None:
    """And the model does not keep all of it: else it would forbid the execution as well."""
    for execution in all_executions(program.program, model)[:30]:
        hops = shortest_cycle(execution)
        assert bool(hops) == ("sequential-consistency" in shipped("sc").violated(execution))
        if not hops:
            continue
        assert all(first.target == second.source for first, second in pairwise((*hops, hops[0])))
        relations = {"po": execution.po, "rf": execution.rf, "co": execution.co, "fr": execution.fr}
        for hop, following in pairwise((*hops, hops[0])):
            assert relations[hop.relation][hop.source] >> hop.target & 1
            inside = execution.events[hop.source].thread == execution.events[hop.target].thread
            assert inside == (hop.relation == "po")
            assert not (hop.relation == following.relation == "po")
        broken = broken_hops(execution, shipped(model), hops)
        assert broken or (model == "lkmm" and (weaker_than_full(execution, hops) or between_plain(execution, hops)))
        for each in broken:
            assert model not in each.kept_by
            assert "sc" in each.kept_by
