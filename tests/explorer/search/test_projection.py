"""Threads that never write are left out: the same verdict, the same counts where these are given, and when not."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from explorer.execution.execution import Execution
from explorer.execution.kinds import Tag
from explorer.execution.location import Location
from explorer.memory.model import load_model
from explorer.program.locks import SpinLock
from explorer.program.program import Body, Program, ThreadSpec
from explorer.program.thread import ONCE, Thread
from explorer.program.tree import Unfolding
from explorer.property import Edge, Mark, Violation
from explorer.scenario import Case, Goal
from explorer.search.explore import Search
from explorer.search.projection import LeftOut, Projection, projection_of
from explorer.search.reductions import ALL, Reductions
from explorer.search.result import Result, Verdict
from explorer.search.run import explore
from explorer.testing.operations import Operations, unfold
from explorer.testing.random_programs import FENCE, READS, WRITES, thread_lists
from scenarios.classic.v4_scenario import FIXES, V4

MODELS = {name: load_model(name) for name in ("sc", "tso", "pso", "armv8", "lkmm")}
FULL = Reductions(projection=False)


@dataclass(frozen=True)
class SomeoneReads:
    """A thread reads these values, first to last; with ``of_one_thread`` false it does not say what it speaks of."""

    values: tuple[int, ...]
    name: str = "reads"
    alike: bool = True
    of_one_thread: bool = True

    def find(self, execution: Execution, _before: object) -> Violation | None:
        for thread in range(len(execution.threads)):
            events = [i for i in execution.thread_events(thread) if execution.events[i].reads]
            if tuple(execution.events[i].value for i in events) == self.values:
                path = tuple(Edge(execution.source_of[i], i, "rf") for i in events)
                return Violation(self.name, path, tuple(Mark(i, "read") for i in events), "It was read.")
        return None


async def write(t: Thread, *locations: Location) -> None:
    for location in locations:
        await t.write(location, 1, ONCE)


async def look(t: Thread, *locations: Location) -> None:
    for location in locations:
        await t.read(location, ONCE)


def program(writers: tuple[ThreadSpec, ...], count: int, body: Body, *arguments: object) -> Program:
    return Program((*writers, *(ThreadSpec(f"reader {i + 1}", body, arguments) for i in range(count))))


def run(case: Case, model: str = "sc", reductions: Reductions = ALL) -> Result:
    return explore(case, MODELS[model], Unfolding(case.program, 3), reductions=reductions)


def assert_agrees(case: Case, model: str) -> Result:
    """What the projected search claims is what the full search finds."""
    found, full = run(case, model), run(case, model, FULL)
    assert found.verdict is full.verdict
    assert found.goals == full.goals
    assert found.limits == full.limits
    assert [bool(count) for count in found.violating.values()] == [bool(count) for count in full.violating.values()]
    assert [finding.kind for finding in found.findings] == [finding.kind for finding in full.findings]
    assert {(r.flag, frozenset(map(str, r.sides))) for r in found.remarks} == set() or found.remarked.keys() == (
        full.remarked.keys()
    )
    if found.projected is not None and found.projected.executions is not None:
        assert found.projected.executions == full.executions
        for name, count in found.projected.violating.items():
            assert count in (None, full.violating[name])
    return found


# ---- the readers of v4


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize("fix", FIXES)
@pytest.mark.parametrize("readers", [1, 2])
def test_v4_has_the_verdict_and_the_counts_of_the_full_search(fix: str, model: str, readers: int) -> None:
    found = assert_agrees(V4.build(fix, "P2", {"readers": readers}), model)
    if readers > 1:
        assert found.projected is not None
        assert found.projected.executions == found.executions**readers
        assert found.projected.note == ""
    else:
        assert (found.projected, found.not_projected) == (None, "")


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize("readers", [3, 4])
def test_v4_with_more_readers(readers: int, model: str) -> None:
    found = assert_agrees(V4.build("none", "P2", {"readers": readers}), model)
    assert found.projected is not None
    assert found.projected.left_out == (LeftOut("reader 1", "reader 2", f"reader {readers}", readers - 1),)
    assert found.projected.executions == found.executions**readers
    # An execution leaks unless no reader does.
    clean = found.executions - found.violating["leak"]
    assert found.projected.violating == {"leak": found.executions**readers - clean**readers}


def test_nothing_depends_on_how_many_are_left_out_but_their_number() -> None:
    few, many = (run(V4.build("none", "P2", {"readers": count}), "lkmm") for count in (2, 5000))
    assert (few.executions, few.violating, few.findings[0].witness) == (
        many.executions,
        many.violating,
        many.findings[0].witness,
    )
    assert few.findings[0].execution.key == many.findings[0].execution.key
    assert many.projected is not None
    # 15 ** 5000 has 5,881 digits.
    assert (many.projected.executions, many.projected.note) == (None, "their number has more than 4,000 digits")


# ---- several classes, several writers, and what does not multiply


@pytest.mark.parametrize("model", MODELS)
def test_one_of_each_class_is_kept(model: str) -> None:
    x, y = Location("x"), Location("y")
    threads = [ThreadSpec("writer", write, (x, y))]
    for i in range(2):
        threads += [ThreadSpec(f"down {i}", look, (y, x)), ThreadSpec(f"up {i}", look, (x, y))]
    found = assert_agrees(Case(Program(tuple(threads)), (SomeoneReads((1, 0)),)), model)
    assert found.projected is not None
    assert found.projected.left_out == (LeftOut("down 0", "down 1", "down 1", 1), LeftOut("up 0", "up 1", "up 1", 1))
    assert [spec.name for spec in found.searched.program.threads] == ["writer", "down 0", "up 0"]


def test_two_classes_under_sc_by_hand() -> None:
    x, y = Location("x"), Location("y")
    down = tuple(ThreadSpec(f"down {i}", look, (y, x)) for i in range(3))
    up = tuple(ThreadSpec(f"up {i}", look, (x, y)) for i in range(2))
    found = run(Case(Program((ThreadSpec("writer", write, (x, y)), *down, *up)), (SomeoneReads((1, 0)),)))
    assert found.projected is not None
    # x is written first. Down reads (y, x) as 00, 01 or 11; up reads (x, y) as 00, 01, 10 or 11: 3 ** 3 * 4 ** 2.
    # The property asks for reads 1 and then 0: never down, one way of up's four.
    assert (found.executions, found.projected.executions) == (12, 432)
    assert found.projected.violating == {"reads": 27 * (16 - 9)}


def test_what_several_writers_allow_is_not_multiplied() -> None:
    x, y = Location("x"), Location("y")
    writers = (ThreadSpec("P", write, (x,)), ThreadSpec("Q", write, (y,)))
    found = assert_agrees(Case(program(writers, 2, look, x, y), (SomeoneReads((1, 0)),)), "sc")
    assert found.projected is not None
    assert found.projected.executions is None
    assert found.projected.violating == {"reads": None}
    assert found.projected.note.startswith("several threads do more than read")


def test_readers_that_would_disagree_on_the_order_of_two_stores_do_not_multiply() -> None:
    # Under pso the two stores have no order. A reader of x, y, x may see y before x (0, 1, 0), another one
    # x before y (1, 0, 1); not both, for the stores come in one order for all.
    x, y = Location("x"), Location("y")
    case = Case(program((ThreadSpec("writer", write, (x, y)),), 2, look, x, y, x), (SomeoneReads((0, 1, 0)),))
    found, full = assert_agrees(case, "pso"), run(case, "pso", FULL)
    assert found.projected is not None
    assert (found.projected.executions, found.projected.note) == (
        None,
        "what one reader sees may depend on what another sees",
    )
    assert full.executions < found.executions**2
    # Under sc and tso x comes first, whoever looks.
    assert run(case, "tso").projected == replace(found.projected, executions=25, violating={"reads": 0}, note="")


@dataclass(frozen=True)
class NotBefore:
    """A load of x that nothing orders before the store of y: what other readers order may change that."""

    x: Location
    y: Location
    name: str = "late"
    alike: bool = True
    of_one_thread: bool = True

    def find(self, execution: Execution, before: object) -> Violation | None:
        events = execution.events
        store = next(i for i, e in enumerate(events) if e.thread >= 0 and e.location is self.y and e.writes)
        for i, event in enumerate(events):
            if event.reads and event.location is self.x and not before[i] >> store & 1:  # type: ignore[index]
                return Violation(self.name, (), (Mark(i, "late"),), "Nothing had it done before.")
        return None


@pytest.mark.parametrize("model", MODELS)
def test_a_count_that_depends_on_the_order_of_others_is_not_given(model: str) -> None:
    x, y = Location("x"), Location("y")
    case = Case(program((ThreadSpec("writer", write, (x, y)),), 2, look, x, y), (NotBefore(x, y),))
    found = assert_agrees(case, model)
    assert found.projected is not None
    if model == "pso":
        # A reader that has seen x without y puts the stores in order, and so what the other has read.
        assert found.projected.executions == run(case, model, FULL).executions
        assert found.projected.violating == {"late": None}
        assert found.projected.note == "what one reader breaks may depend on what another sees"


# ---- random programs


@settings(max_examples=60, deadline=None)
@given(
    writers=thread_lists(size=4),
    reader=st.lists(st.one_of(READS, READS, FENCE), min_size=1, max_size=3).map(tuple),
    model=st.sampled_from(sorted(MODELS)),
)
def test_random_programs_have_the_verdict_of_the_full_search(
    writers: tuple[Operations, ...], reader: Operations, model: str
) -> None:
    unfolding = unfold((*writers[:2], reader, reader, reader))
    assume(len(list(islice(filter(None, Search(unfolding, MODELS[model])), 301))) <= 300)
    case = Case(unfolding.program, (SomeoneReads((1, 0)),))
    full = explore(case, MODELS[model], unfolding, reductions=FULL)
    found = explore(case, MODELS[model], unfolding)
    assert (found.verdict, found.limits, found.remarked.keys()) == (full.verdict, full.limits, full.remarked.keys())
    if found.projected is not None and found.projected.executions is not None:
        assert (found.projected.executions, found.projected.violating) == (full.executions, full.violating)


@settings(max_examples=40, deadline=None)
@given(
    stores=st.lists(st.one_of(WRITES, WRITES, FENCE), min_size=1, max_size=3).map(tuple),
    reader=st.lists(st.one_of(READS, READS, FENCE), min_size=1, max_size=3).map(tuple),
    model=st.sampled_from(sorted(MODELS)),
)
def test_random_programs_with_one_writer_have_as_many_executions_as_is_said(
    stores: Operations, reader: Operations, model: str
) -> None:
    unfolding = unfold((stores, reader, reader))
    case = Case(unfolding.program, (SomeoneReads((1, 0)),))
    found, full = (explore(case, MODELS[model], unfolding, reductions=each) for each in (ALL, FULL))
    assert found.verdict is full.verdict
    assert found.projected is not None, found.not_projected
    known = found.projected.executions
    assert known in (None, full.executions)
    if known is not None:
        assert found.projected.violating in ({"reads": None}, full.violating)
    else:
        # Two readers can indeed not do all that each of them can.
        assert full.executions < found.executions**2


# ---- where it is refused


async def locks(t: Thread, x: Location, lock: SpinLock) -> None:
    await lock.acquire(t)
    await t.read(x, ONCE)
    await lock.release(t)


async def waits_for_others(t: Thread, x: Location) -> None:
    await t.synchronize_rcu()
    await t.read(x, ONCE)


async def sets(t: Thread, x: Location) -> None:
    if await t.read(x, ONCE) == 7:  # never, and it is a store all the same
        await t.write(x, 8, ONCE)


async def swaps(t: Thread, x: Location) -> None:
    await t.compare_exchange(x, 5, 6)


X = Location("x")
WRITER = (ThreadSpec("writer", write, (X,)),)
MAY_WRITE = "reader 1 may write, lock or wait for a grace period, and so may those like it"


@pytest.mark.parametrize(
    ("body", "arguments"), [(locks, (X, SpinLock("l"))), (waits_for_others, (X,)), (sets, (X,)), (swaps, (X,))]
)
def test_readers_that_may_do_more_than_read_are_kept(body: Body, arguments: tuple[object, ...]) -> None:
    result = run(Case(program(WRITER, 2, body, *arguments), (SomeoneReads((9,)),)))
    assert (result.projected, result.not_projected) == (None, MAY_WRITE)
    assert len(result.searched.trees) == 3


async def waits(t: Thread, x: Location, value: int) -> None:
    await t.wait_until(x, lambda v: v == value)
    await t.read(x, ONCE)


def test_readers_that_wait_are_left_out_where_the_last_value_lets_them_go_on() -> None:
    case = Case(program(WRITER, 2, waits, X, 1), (SomeoneReads((0,)),))
    assert assert_agrees(case, "sc").projected is not None
    # x ends as 1: whoever waits for 2 waits for ever, in the first execution that is looked at.
    blocked = assert_agrees(Case(program(WRITER, 2, waits, X, 2), (SomeoneReads((0,)),)), "sc")
    assert blocked.verdict is Verdict.VIOLATED
    assert blocked.not_projected == "reader 2 would not end after all others: waits for x"
    assert blocked.blocked == 1


async def drops(t: Thread, x: Location) -> None:
    await t.assume(await t.read(x, ONCE) == 0)


async def spins(t: Thread, x: Location) -> None:
    while await t.read(x, ONCE) == 1:
        pass


def test_readers_that_would_end_otherwise_are_kept() -> None:
    cut = assert_agrees(Case(program(WRITER, 2, spins, X), (SomeoneReads((5,)),)), "sc")
    assert cut.not_projected.startswith("reader 2 would not end after all others: is cut (loop in spins")
    assert cut.verdict is Verdict.INCOMPLETE
    dropped = assert_agrees(Case(program(WRITER, 2, drops, X), (SomeoneReads((5,)),)), "sc")
    assert dropped.not_projected == "reader 2 would not end after all others: is dropped (an assumption failed)"
    # Only where both come before the store is an execution complete.
    assert (dropped.executions, dropped.dropped) == (1, 3)


def test_a_property_is_taken_to_speak_of_several_threads_unless_it_says_otherwise() -> None:
    case = Case(program(WRITER, 2, look, X), (SomeoneReads((1,), of_one_thread=False),))
    result = run(case)
    assert (result.projected, result.executions) == (None, 4)
    assert result.not_projected == "the property reads does not say that it speaks of one thread"
    goal = Goal("both", "both readers read 1", lambda e: all(e.events[i].value == 1 for i in (2, 3)), alike=True)
    result = run(Case(case.program, (SomeoneReads((1,)),), (goal,)))
    assert result.not_projected == "the goal both does not say that it speaks of one thread"
    assert result.goals == {"both": True}


def test_without_a_property_all_executions_are_asked_for() -> None:
    result = run(Case(program(WRITER, 2, look, X)))
    assert result.executions == 4
    assert result.not_projected == "there is no property: all executions of all threads are asked for"


def test_a_model_that_does_not_fit_is_told(tmp_path: Path) -> None:
    file = tmp_path / "wild.cat"
    file.write_text('"wild"\nacyclic po | rf | co | fr as order\nempty ([R] ; ext ; [R]) & loc as alone\n')
    case = Case(program(WRITER, 2, look, X), (SomeoneReads((1,)),))
    found = projection_of(case, load_model(str(file)), Unfolding(case.program, 3))
    assert found == "a reader that runs last may fail the axiom alone"


def test_it_can_be_switched_off_and_says_nothing_then() -> None:
    case = Case(program(WRITER, 3, look, X), (SomeoneReads((1,)),))
    result = run(case, reductions=FULL)
    assert (result.projected, result.not_projected, result.executions) == (None, "", 8)


def test_rcu_readers_and_fences_are_left_out() -> None:
    async def reads_under_rcu(t: Thread, x: Location, y: Location) -> None:
        await t.rcu_read_lock()
        await t.read(x, ONCE)
        await t.fence(Tag.RMB)
        await t.read(y, ONCE)
        await t.rcu_read_unlock()

    async def frees(t: Thread, x: Location, y: Location) -> None:
        await t.write(x, 1, ONCE)
        await t.synchronize_rcu()
        await t.write(y, 1, ONCE)

    y = Location("y")
    for model in MODELS:
        case = Case(program((ThreadSpec("frees", frees, (X, y)),), 3, reads_under_rcu, X, y), (SomeoneReads((0, 1)),))
        found = assert_agrees(case, model)
        assert found.projected is not None
        # The section is before the grace period or after it: x as 0 and y as 1 straddles it.
        assert found.verdict is Verdict.HOLDS
        assert found.projected.executions == 3**3


def test_what_is_kept_is_the_first_of_each_class() -> None:
    case = V4.build("none", "P2", {"readers": 3})
    found = projection_of(case, MODELS["sc"], Unfolding(case.program, 3))
    assert isinstance(found, Projection)
    assert [tree.thread.name for tree in found.unfolding.trees] == ["owner", "reader 1"]
    assert found.readers == (1,)
