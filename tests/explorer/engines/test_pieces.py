"""A search in pieces comes to what one search comes to, however it is cut and whoever explores the pieces."""

from __future__ import annotations

import pickle
from collections.abc import Callable
from dataclasses import dataclass
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from symmetric_programs import PROGRAMS, EndsBelow

from explorer.execution.execution import Execution
from explorer.execution.location import Location, Object
from explorer.memory.model import Model, load_model
from explorer.program.tree import Unfolding
from explorer.property import Edge, Mark, Violation
from explorer.scenario import Case, Goal
from explorer.search.division import Division, Task, explore_piece
from explorer.search.explore import Search
from explorer.search.pieces import Piece
from explorer.search.reductions import NONE, Reductions
from explorer.search.result import UNLIMITED, Limits, Result
from explorer.search.run import conclude, explore, search_of
from explorer.testing.operations import Locked, Read, Spin, Threads, Write, unfold
from explorer.testing.random_programs import thread_lists
from scenarios.classic.v4 import v4
from scenarios.shmem.inflight import INFLIGHT

FULL = Reductions(projection=False)
"""What is shared: searches that leave threads out are not."""

MODELS = {name: load_model(name) for name in ("sc", "tso", "armv8", "lkmm")}


@dataclass(frozen=True)
class Crosses:
    """Violated where a thread reads what another one wrote: for each read there is a kind of its own."""

    thread: int

    @property
    def name(self) -> str:
        return f"crosses-{self.thread}"

    def find(self, execution: Execution, _before: object) -> Violation | None:
        for read in execution.thread_events(self.thread):
            write = execution.source_of[read]
            if write >= 0 and execution.events[write].thread not in (-1, self.thread):
                return Violation(self.name, (Edge(write, read, "rf"),), (Mark(read, "crosses"),), "It crosses.")
        return None


def read_zero_last(execution: Execution) -> bool:
    reads = [event for event in execution.events if event.reads]
    return bool(reads) and reads[-1].value == 0


def case_of(unfolding: Unfolding) -> Case:
    """What can be asked of any program."""
    properties = tuple(Crosses(thread) for thread in range(len(unfolding.trees)))
    return Case(unfolding.program, properties, (Goal("zero", "the last read gives 0", read_zero_last),))


def never() -> bool:
    return False


Build = Callable[[], tuple[Case, Unfolding]]
"""Makes a program anew, as every process does."""


def asked(program: Callable[[], Unfolding]) -> Build:
    def build() -> tuple[Case, Unfolding]:
        unfolding = program()
        return case_of(unfolding), unfolding

    return build


def in_pieces(
    build: Build,
    model: Model,
    limits: Limits = UNLIMITED,
    size: int = 1,
    order: int | None = None,
    reductions: Reductions = FULL,
) -> Result:
    """The answer of a search in pieces, the first of ``size`` partial executions.

    Three workers share in it. Up to three pieces are taken before an answer comes; ``order`` is the
    seed of the order of answers (None: as they were taken).
    """
    random = Random(order)
    division = Division(limits, Piece(size=size))
    workers = [(case, search_of(case, model, unfolding, reductions)) for case, unfolding in (build() for _ in range(3))]
    running: list[Task] = []
    while not division.over:
        while len(running) < 3 and (task := division.take()) is not None:
            running.append(task)
        task = running.pop(random.randrange(len(running)) if order is not None else 0)
        case, search = random.choice(workers)
        answer = explore_piece(case, search, pickle.loads(pickle.dumps(task)), limits.records, never)
        division.answer(task, pickle.loads(pickle.dumps(answer)))
    assert division.counted is not None
    reasons = [division.limit] if division.limit else []
    case, unfolding = build()
    unfolding.unfold(division.paths)
    search = search_of(case, model, unfolding, reductions)
    return conclude(division.counted.tally(case, model, unfolding), search, reasons, 0.0, reductions)


def plain(result: Result) -> dict[str, Any]:
    """All of a result, in its order, with executions spelled out; without the time and the program."""

    def name(value: Any) -> Any:
        return value.name if isinstance(value, Location | Object) else value

    def execution(e: Execution) -> list[Any]:
        events = [(x.thread, x.index, x.kind, x.tag, name(x.location), name(x.value), x.source) for x in e.events]
        ends = [(end.ending, end.detail, end.source, name(end.waits_for)) for end in e.ends]
        return [events, e.source_of, e.coherence, ends, e.rmw, e.addr, e.data, e.ctrl, e.ctrl_later]

    fields = {
        field: getattr(result, field) for field in Result.__dataclass_fields__ if field not in ("seconds", "searched")
    }
    for field in ("violating", "goals", "examples", "remarked"):
        fields[field] = list(fields[field].items())
    for field in ("findings", "remarks"):
        kept = [{part: getattr(each, part) for part in each.__dataclass_fields__} for each in fields[field]]
        fields[field] = [{**each, "execution": execution(each["execution"])} for each in kept]
    return fields


def assert_the_same(
    build: Build, model: Model, limits: Limits, size: int, order: int | None, reductions: Reductions = FULL
) -> None:
    case, unfolding = build()
    expected = plain(explore(case, model, unfolding, limits, reductions=reductions))
    assert plain(in_pieces(build, model, limits, size, order, reductions)) == expected


@pytest.mark.parametrize("name", MODELS)
@settings(max_examples=40, deadline=None)
@given(
    threads=thread_lists(),
    size=st.integers(1, 9),
    order=st.none() | st.integers(0, 99),
    executions=st.none() | st.integers(1, 30),
    records=st.none() | st.integers(0, 9),
)
def test_random_programs(
    name: str, threads: Threads, size: int, order: int | None, executions: int | None, records: int | None
) -> None:
    limits = Limits(executions=executions or 200, records=records)
    assert_the_same(asked(lambda: unfold(threads)), MODELS[name], limits, size, order)


DEADLOCK: Threads = (
    (Locked("spin", (Locked("page", (Write("x", 1),)),)), Read("y")),
    (Locked("page", (Locked("spin", (Write("y", 1),)),)), Read("x")),
    (Write("x", 2), Read("y")),
)
CUT: Threads = ((Spin("x", 1), Read("y")), (Write("y", 1), Write("x", 1)), (Write("x", 2), Read("y")))

LIMITS = [
    UNLIMITED,
    *(Limits(executions=most) for most in (1, 7, 64, 80, 81, 82, 500)),
    Limits(records=0),
    Limits(executions=300, records=10),
]


@pytest.mark.parametrize("limits", LIMITS, ids=str)
@pytest.mark.parametrize("size", [1, 16, 256])
@pytest.mark.parametrize("order", [None, 1])
def test_readers_of_v4(limits: Limits, size: int, order: int | None) -> None:
    """81 executions of two readers, 729 of three: sizes and limits on both sides of these."""
    readers = 3 if size == 256 else 2
    assert_the_same(asked(lambda: Unfolding(v4(readers), 3)), MODELS["sc"], limits, size, order)


@pytest.mark.parametrize("threads", [DEADLOCK, CUT], ids=["deadlock", "cut"])
@pytest.mark.parametrize("name", MODELS)
@pytest.mark.parametrize("size", [1, 5])
def test_programs_that_do_not_end(threads: Threads, name: str, size: int) -> None:
    unfolding = unfold(threads)
    found = explore(case_of(unfolding), MODELS[name], unfolding)
    assert found.blocked or found.cut
    assert_the_same(asked(lambda: unfold(threads)), MODELS[name], UNLIMITED, size, 2)


@pytest.mark.parametrize("reductions", [FULL, NONE], ids=["reduced", "full"])
@pytest.mark.parametrize("name", PROGRAMS)
@pytest.mark.parametrize(
    "limits", [UNLIMITED, *(Limits(executions=most) for most in (1, 5, 36)), Limits(records=3)], ids=str
)
def test_identical_threads(name: str, limits: Limits, reductions: Reductions) -> None:
    """One of each orbit, and without symmetry the same kept ones, whichever piece they are met in."""

    def build() -> tuple[Case, Unfolding]:
        program = PROGRAMS[name](3)
        return Case(program, (EndsBelow(3),)), Unfolding(program, 3)

    for size, order in ((1, 1), (3, None), (16, 2)):
        for model in ("sc", "lkmm"):
            assert_the_same(build, MODELS[model], limits, size, order, reductions)


def test_a_kernel_path() -> None:
    """The search of the scenario in its small form is cut after 256 partial executions as any is."""

    def build() -> tuple[Case, Unfolding]:
        case = INFLIGHT.build("none", INFLIGHT.protocols[0], INFLIGHT.small)
        return case, Unfolding(case.program, 3)

    assert_the_same(build, MODELS["tso"], UNLIMITED, 64, 3)


def test_every_partial_execution_is_looked_at_once() -> None:
    """What a piece begins with is found again, and not counted again."""
    unfolding, model = Unfolding(v4(3), 3), MODELS["sc"]
    whole = Search(unfolding, model)
    assert sum(leaf is not None for leaf in whole) == 729
    division = Division(UNLIMITED, Piece(size=10))
    while (task := division.take()) is not None:
        division.answer(task, explore_piece(case_of(unfolding), Search(unfolding, model), task, None, never))
    assert division.over
    assert division.states == whole.states


def test_pieces_depend_on_the_program_alone() -> None:
    """Whichever answer comes first, the same pieces are cut."""
    unfolding, model = Unfolding(v4(3), 3), MODELS["sc"]
    cuts = []
    for order in range(3):
        random, division = Random(order), Division(UNLIMITED)
        running: list[Task] = []
        pieces: list[Piece] = []
        while not division.over:
            while len(running) < order + 1 and (task := division.take()) is not None:
                running.append(task)
            task = running.pop(random.randrange(len(running)))
            pieces.append(task.piece)
            division.answer(task, explore_piece(case_of(unfolding), Search(unfolding, model), task, None, never))
        cuts.append(sorted(pieces, key=lambda piece: piece.start))
    assert len(cuts[0]) > 4
    assert cuts[0] == cuts[1] == cuts[2]


def test_a_search_that_is_stopped_keeps_what_has_been_answered() -> None:
    unfolding, model = Unfolding(v4(3), 3), MODELS["sc"]
    case, search = case_of(unfolding), Search(unfolding, model)
    division = Division(UNLIMITED)
    first = division.take()
    assert first is not None
    division.answer(first, explore_piece(case, search, first, None, never))
    missing, later = division.take(), division.take()
    assert missing is not None
    assert later is not None
    answer = explore_piece(case, search, later, None, never)
    division.answer(later, answer)
    division.stop()
    assert division.over
    assert division.counted is not None
    assert division.counted.executions == division.executions > answer.counted.executions > 0
