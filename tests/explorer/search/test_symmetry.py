"""With symmetry the search visits one execution of every orbit, and counts and keeps what it does without."""

from __future__ import annotations

import itertools
from collections import Counter
from dataclasses import replace
from math import factorial
from pathlib import Path

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from symmetric_programs import (
    PROGRAMS,
    EndsBelow,
    FirstThreadReads,
    add_atomically,
    atomic_updates,
    identical,
    load_buffering,
    locked_updates,
    lost_updates,
    one_token,
    races_to_set,
)

from explorer.execution.execution import Execution, Status
from explorer.execution.location import Location
from explorer.memory.model import Model, load_model
from explorer.program.locks import SpinLock
from explorer.program.program import Program, ThreadSpec
from explorer.program.thread import FULL, ONCE, Thread
from explorer.program.tree import Unfolding
from explorer.scenario import Case, Goal
from explorer.search.explore import Search
from explorer.search.leaf import Leaf
from explorer.search.reductions import ALL, NONE
from explorer.search.result import Limits, Result
from explorer.search.run import explore
from explorer.search.symmetry import Symmetry, orbit_of, symmetry_of
from explorer.testing.operations import Threads, unfold
from explorer.testing.random_programs import thread_lists
from scenarios.classic.v4 import v4

MODELS = {name: load_model(name) for name in ("sc", "tso", "pso", "armv8", "lkmm")}


def leaves(unfolding: Unfolding, model: Model, symmetry: Symmetry | None = None) -> list[Leaf]:
    return [leaf for leaf in Search(unfolding, model, symmetry) if leaf is not None]


def symmetry(unfolding: Unfolding) -> Symmetry:
    return Symmetry(tuple(members for members in unfolding.identical if len(members) > 1))


# ---- orbits, by renaming threads one permutation after the other


def renamed(execution: Execution, names: dict[int, int]) -> object:
    """All there is to an execution, under other thread numbers and so that the order of listing does not matter."""
    names = {**names, -1: -1}

    def name(position: int) -> tuple[int, object]:
        event = execution.events[position]
        where = event.index if event.thread >= 0 else event.location and event.location.name
        return names[event.thread], where

    return (
        frozenset((name(i), e.kind, e.tag, e.location, repr(e.value)) for i, e in enumerate(execution.events)),
        frozenset((names[thread], end.ending) for thread, end in enumerate(execution.ends)),
        frozenset((name(read), name(write)) for read, write in enumerate(execution.source_of) if write >= 0),
        frozenset(tuple(map(name, order)) for order in execution.coherence),
    )


def permutations(classes: tuple[tuple[int, ...], ...]) -> list[dict[int, int]]:
    each = [[dict(zip(c, order, strict=True)) for order in itertools.permutations(c)] for c in classes]
    return [{k: v for part in parts for k, v in part.items()} for parts in itertools.product(*each)]


def orbit(execution: Execution, classes: tuple[tuple[int, ...], ...]) -> frozenset[object]:
    return frozenset(renamed(execution, names) for names in permutations(classes))


def assert_one_of_each_orbit(unfolding: Unfolding, model: Model) -> None:
    """The reduced search gives one member of each orbit, with its size, in the order of the full search."""
    renaming = symmetry(unfolding)
    everything = leaves(unfolding, model)
    keys = [leaf.execution.key for leaf in everything]
    canonical = leaves(unfolding, model, renaming)
    assert [k for k in keys if k in {leaf.execution.key for leaf in canonical}] == [
        leaf.execution.key for leaf in canonical
    ]
    orbits = Counter(orbit(leaf.execution, unfolding.identical) for leaf in everything)
    found = [orbit(leaf.execution, unfolding.identical) for leaf in canonical]
    assert len(set(found)) == len(found)
    assert {each: len(each) for each in found} == dict(orbits)
    assert {each: renaming.orbit(leaf.state) for each, leaf in zip(found, canonical, strict=True)} == dict(orbits)
    # An execution alone tells the same as the state that it was made of.
    assert [orbit_of(leaf.execution, renaming.classes) for leaf in everything] == [
        renaming.orbit(leaf.state) for leaf in everything
    ]


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize("name", PROGRAMS)
def test_one_execution_of_every_orbit(name: str, model: str) -> None:
    for count in (2, 3):
        assert_one_of_each_orbit(Unfolding(PROGRAMS[name](count), 3), MODELS[model])


@pytest.mark.parametrize("model", MODELS)
def test_one_execution_of_every_orbit_of_readers(model: str) -> None:
    assert_one_of_each_orbit(Unfolding(v4(2), 3), MODELS[model])


@pytest.mark.parametrize("model", MODELS)
def test_one_execution_of_every_orbit_with_load_buffering(model: str) -> None:
    assert_one_of_each_orbit(Unfolding(load_buffering(2), 3), MODELS[model])


@st.composite
def repeated(draw: st.DrawFn) -> Threads:
    """A random program in which a thread comes twice or three times."""
    threads = list(draw(thread_lists(size=5)))[:2]
    threads += [threads[0]] * draw(st.integers(1, 2))
    return draw(st.permutations(threads))


def few(unfolding: Unfolding, model: str) -> bool:
    """Whether a program has so few executions that each can be looked at."""
    return len(list(itertools.islice(filter(None, Search(unfolding, MODELS[model])), 81))) <= 80


@settings(max_examples=40, deadline=None)
@given(threads=repeated(), model=st.sampled_from(sorted(MODELS)))
def test_one_execution_of_every_orbit_of_random_programs(threads: Threads, model: str) -> None:
    unfolding = unfold(threads)
    assume(few(unfolding, model))
    assert_one_of_each_orbit(unfolding, MODELS[model])


# ---- counts by hand


def canonical(program: Program, model: str = "sc") -> tuple[int, int]:
    """How many executions the reduced search visits, and how many these stand for."""
    unfolding = Unfolding(program, 3)
    renaming = symmetry(unfolding)
    found = leaves(unfolding, MODELS[model], renaming)
    return len(found), sum(renaming.orbit(leaf.state) for leaf in found)


@pytest.mark.parametrize("count", [1, 2, 3, 4])
def test_atomic_updates_come_in_any_order_and_in_one_up_to_names(count: int) -> None:
    assert canonical(atomic_updates(count)) == (1, factorial(count))
    assert canonical(locked_updates(count)) == (1, factorial(count))


def test_two_careless_updates_by_hand() -> None:
    # One after the other (the second reads the first), or both read 0 and their writes have an
    # order: two executions each, which the names alone tell apart.
    assert canonical(lost_updates(2)) == (2, 4)


@pytest.mark.parametrize("count", [2, 3, 4])
def test_one_thread_sets_and_the_others_fail_alike(count: int) -> None:
    # The others all read what the one wrote: k! / (1! (k-1)!) = k.
    assert canonical(races_to_set(count)) == (1, count)


@pytest.mark.parametrize("count", [2, 3, 4])
def test_all_but_one_wait_for_ever(count: int) -> None:
    result = run(Case(one_token(count)), "sc")
    assert canonical(one_token(count)) == (1, count)
    assert (result.executions, result.blocked) == (0, count)
    assert [record.orbit for record in result.records] == [count]


@pytest.mark.parametrize("readers", [1, 2, 3, 4])
def test_readers_of_v4_are_multisets_of_nine(readers: int) -> None:
    # 9 behaviours of a reader, each chosen independently: multisets are C(9 + n - 1, n) many.
    multisets = factorial(8 + readers) // factorial(8) // factorial(readers)
    assert canonical(v4(readers)) == (multisets, 9**readers)


async def look(t: Thread, x: Location) -> None:
    await t.read(x, ONCE)


def test_many_readers_are_few_executions_and_few_states_of_memory() -> None:
    x = Location("x")
    readers = tuple(ThreadSpec(f"reader {i}", look, (x,)) for i in range(40))
    case = Case(Program((ThreadSpec("writer", add_atomically, (x,)), *readers)))
    # Each reader comes before the writer or after it; up to names, so many come before. 41 steps in any order.
    assert canonical(case.program) == (41, 2**40)
    result = run(case, "sc")
    assert (result.executions, result.interleavings) == (2**40, factorial(41))


# ---- verdict, counts and what is kept


def run(case: Case, model: str, *, reduced: bool = True, limits: Limits | None = None) -> Result:
    reductions = replace(ALL if reduced else NONE, projection=False)
    return explore(case, MODELS[model], Unfolding(case.program, 3), limits or Limits(), reductions=reductions)


def told(result: Result) -> object:
    """All that a result says but for the time and the list of violating executions."""
    return (
        (result.verdict, result.complete, result.executions, result.blocked, result.cut, result.dropped),
        (result.violating, result.goals, result.examples, result.limits, result.interleavings, result.remarked),
        [(f.kind, f.violation, f.execution.key, f.witness, f.record.reads, f.count) for f in result.findings],
        [(r.flag, r.sides, r.finding, r.execution.key, r.witness, r.executions) for r in result.remarks],
    )


def assert_same(case: Case, model: str) -> tuple[Result, Result]:
    on, off = run(case, model), run(case, model, reduced=False)
    assert told(on) == told(off)
    assert sum(record.orbit for record in on.records) == len(off.records)
    assert {record.orbit for record in off.records} <= {1}
    return on, off


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize("name", PROGRAMS)
def test_results_are_the_same_without_symmetry(name: str, model: str) -> None:
    for count in (2, 3):
        program = PROGRAMS[name](count)
        goal = Goal("done", "all counted", lambda e, n=count: e.events[e.coherence[0][-1]].value == n, alike=True)  # type: ignore[misc]
        on, off = assert_same(Case(program, (EndsBelow(count),), (goal,)), model)
        assert len(on.records) < len(off.records) or not off.records


@pytest.mark.parametrize("model", MODELS)
def test_results_with_load_buffering_are_the_same(model: str) -> None:
    assert_same(Case(load_buffering(2), (EndsBelow(2),)), model)


@settings(max_examples=40, deadline=None)
@given(threads=repeated(), model=st.sampled_from(sorted(MODELS)))
def test_results_of_random_programs_are_the_same(threads: Threads, model: str) -> None:
    unfolding = unfold(threads)
    assume(few(unfolding, model))
    case = Case(unfolding.program, (EndsBelow(2),))
    on, off = (explore(case, MODELS[model], unfolding, reductions=each) for each in (ALL, NONE))
    assert told(on) == told(off)


async def take_one_of_two(t: Thread, turn: Location, one: SpinLock, other: SpinLock) -> None:
    lock = one if await t.exchange(turn, 1, FULL) == 0 else other
    await lock.acquire(t)


async def keep_one(t: Thread, lock: SpinLock, x: Location) -> None:
    await lock.acquire(t)
    await t.read(x, ONCE)


async def keep_the_other(t: Thread, lock: SpinLock, x: Location) -> None:
    await keep_one(t, lock, x)


@pytest.mark.parametrize("model", MODELS)
def test_a_deadlock_is_of_one_kind_whichever_of_identical_threads_waits_for_which_lock(model: str) -> None:
    turn, x, one, other = Location("turn"), Location("x"), SpinLock("one"), SpinLock("other")
    waiting = identical(2, take_one_of_two, turn, one, other)
    keeping = (ThreadSpec("K", keep_one, (one, x)), ThreadSpec("L", keep_the_other, (other, x)))
    _on, off = assert_same(Case(Program((*waiting.threads, *keeping))), model)
    # Each lock stays with its keeper or with the thread that waits for it otherwise; two ways to name the two.
    assert [finding.count for finding in off.findings] == [2, 2, 2, 2]


# ---- where there is none


def test_a_property_is_taken_to_name_threads_unless_it_says_otherwise() -> None:
    program = lost_updates(2)
    unfolding = Unfolding(program, 3)
    assert symmetry_of(Case(program, (EndsBelow(2),)), MODELS["sc"], unfolding) is not None
    assert symmetry_of(Case(program, (EndsBelow(2), FirstThreadReads(1))), MODELS["sc"], unfolding) is None
    # Of the four executions one lets P0 read 1; its mirror image does not.
    result = run(Case(program, (FirstThreadReads(1),)), "sc")
    assert (result.executions, result.violating) == (4, {"first": 1})


def test_a_goal_is_too() -> None:
    program = lost_updates(2)
    goal = Goal("P0 first", "P0 comes first", lambda e: e.events[e.thread_events(0)[1]].value == 1)
    unfolding = Unfolding(program, 3)
    assert symmetry_of(Case(program, (), (goal,)), MODELS["sc"], unfolding) is None
    assert symmetry_of(Case(program, (), (replace(goal, alike=True),)), MODELS["sc"], unfolding) is not None


def test_a_model_that_chooses_has_none(tmp_path: Path) -> None:
    file = tmp_path / "choosing.cat"
    file.write_text('"choosing"\nwith s from linearisations(W, po)\nacyclic po | rf | co | fr as order\n')
    program = lost_updates(2)
    assert symmetry_of(Case(program), load_model(str(file)), Unfolding(program, 3)) is None


def test_threads_unlike_all_others_have_none() -> None:
    program = v4(1)
    assert symmetry_of(Case(program), MODELS["sc"], Unfolding(program, 3)) is None


def test_a_search_that_stops_early_keeps_what_it_has_found() -> None:
    # Without symmetry the first execution may not be canonical: it stands in for one that is.
    for limit in range(1, 5):
        result = run(Case(lost_updates(3), (EndsBelow(3),)), "sc", reduced=False, limits=Limits(limit))
        assert bool(result.findings) is bool(result.violating["below"])
        assert result.executions == limit


def test_every_complete_execution_ends_with_all_updates_where_they_are_atomic() -> None:
    result = run(Case(atomic_updates(4), (EndsBelow(4),)), "lkmm")
    assert (result.verdict.value, result.executions) == ("HOLDS", 24)
    assert {leaf.status for leaf in leaves(Unfolding(atomic_updates(2), 3), MODELS["sc"])} == {Status.COMPLETE}
