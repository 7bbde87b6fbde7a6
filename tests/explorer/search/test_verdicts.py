"""The three verdicts, and every way of not reaching a final one."""

from dataclasses import dataclass
from pathlib import Path

import pytest

from explorer.execution.execution import Execution, Status
from explorer.execution.location import Location
from explorer.memory.model import load_model
from explorer.program.errors import ScenarioError
from explorer.program.locks import SpinLock
from explorer.program.program import Program, ThreadSpec
from explorer.program.thread import ONCE, Thread
from explorer.program.tree import Unfolding
from explorer.property import Edge, Violation
from explorer.scenario import Case, Goal
from explorer.search.result import UNLIMITED, Limits, Verdict
from explorer.search.run import Progress, explore

X, Y = Location("x"), Location("y")


async def put_x(t: Thread) -> None:
    await t.write(X, 1, ONCE)
    await t.read(Y, ONCE)


async def put_y(t: Thread) -> None:
    await t.write(Y, 1, ONCE)
    await t.read(X, ONCE)


STORE_BUFFERING = Program((ThreadSpec("left", put_x), ThreadSpec("right", put_y)))


def both_zero(execution: Execution) -> bool:
    """Both loads miss the other thread's store: forbidden under sc, allowed under tso."""
    return all(event.value == 0 for event in execution.events if event.reads)


@dataclass(frozen=True)
class NeverBothZero:
    name: str = "both-zero"

    def find(self, execution: Execution, _before: object) -> Violation | None:
        if not both_zero(execution):
            return None
        read = next(i for i, event in enumerate(execution.events) if event.reads)
        write = next(i for i, event in enumerate(execution.events) if execution.fr[read] >> i & 1)
        return Violation(self.name, (Edge(read, write, "fr"),), (), "Both loads read 0.")


def run(program: Program, model: str, case: Case | None = None, limits: Limits = UNLIMITED, unroll: int = 3):  # type: ignore[no-untyped-def]
    return explore(case or Case(program), load_model(model), Unfolding(program, unroll), limits)


def test_holds_when_every_execution_was_explored_and_none_violates() -> None:
    result = run(STORE_BUFFERING, "sc", Case(STORE_BUFFERING, (NeverBothZero(),)))
    assert (result.verdict, result.complete, result.executions) == (Verdict.HOLDS, True, 3)
    assert result.violating == {"both-zero": 0}
    assert result.limits == ()
    # wr wr, rw... by hand: the 6 orders of two chains of two.
    assert result.interleavings == 6


def test_violated_with_one_finding_and_one_record_per_violating_execution() -> None:
    result = run(STORE_BUFFERING, "tso", Case(STORE_BUFFERING, (NeverBothZero(),)))
    assert (result.verdict, result.executions, result.violating) == (Verdict.VIOLATED, 4, {"both-zero": 1})
    assert result.interleavings is None
    (finding,) = result.findings
    assert finding.kind == ("both-zero", (("put_x", "y"), ("put_y", "y")))
    assert finding.count == 1
    # One load before the store of its own thread is enough: left R, right W R, left W.
    assert finding.witness is not None
    assert (finding.witness.switches, len(finding.witness.reordered)) == (2, 1)
    assert [record.properties for record in result.records] == [("both-zero",)]


def test_a_limit_on_executions_is_incomplete() -> None:
    result = run(STORE_BUFFERING, "sc", limits=Limits(executions=1))
    assert (result.verdict, result.complete, result.executions) == (Verdict.INCOMPLETE, False, 1)
    assert result.limits == ("limit of 1 executions reached",)
    assert result.interleavings is None


def test_a_limit_on_time_is_incomplete() -> None:
    """Eight writers to one location have 40,320 executions, more than a nanosecond's worth."""

    def writer(value: int):  # type: ignore[no-untyped-def]
        async def write(t: Thread) -> None:
            await t.write(X, value, ONCE)

        return write

    program = Program(tuple(ThreadSpec(f"w{i}", writer(i)) for i in range(8)))
    result = run(program, "sc", limits=Limits(seconds=1e-9))
    assert (result.verdict, result.complete) == (Verdict.INCOMPLETE, False)
    assert result.limits == ("limit of 1e-09 seconds reached",)
    assert 0 < result.executions < 40_320


def test_a_violation_found_before_the_limit_stays_one() -> None:
    result = run(STORE_BUFFERING, "tso", Case(STORE_BUFFERING, (NeverBothZero(),)), Limits(executions=3))
    assert not result.complete
    assert result.verdict is (Verdict.VIOLATED if result.violating["both-zero"] else Verdict.INCOMPLETE)


def test_a_goal_that_is_not_reached_is_incomplete() -> None:
    goals = (Goal("both-zero", "both loads miss", both_zero), Goal("any", "an execution", lambda _e: True))
    result = run(STORE_BUFFERING, "sc", Case(STORE_BUFFERING, (), goals))
    assert (result.verdict, result.complete) == (Verdict.INCOMPLETE, True)
    assert result.goals == {"both-zero": False, "any": True}
    assert list(result.examples) == ["any"]
    assert result.limits == ("goal not reached: both-zero",)
    weaker = run(STORE_BUFFERING, "tso", Case(STORE_BUFFERING, (), goals))
    assert weaker.verdict is Verdict.HOLDS
    assert [[value for value, _ in reads] for reads in weaker.examples["both-zero"].reads] == [[0], [0]]


def test_a_loop_that_is_cut_is_incomplete_and_named() -> None:
    async def spin(t: Thread) -> None:
        while await t.read(X, ONCE) == 0:
            pass

    program = Program((ThreadSpec("spin", spin),))
    result = run(program, "sc", unroll=2)
    assert (result.verdict, result.complete) == (Verdict.INCOMPLETE, True)
    assert (result.executions, result.cut) == (0, 1)
    (limit,) = result.limits
    assert limit.startswith("loop in spin, ")
    assert limit.endswith(" was cut after 2 iterations: raise --unroll, or let it wait (t.wait_until, t.assume)")


def test_a_deadlock_is_violated_with_a_report() -> None:
    a, b = SpinLock("a"), SpinLock("b")

    async def first(t: Thread) -> None:
        await a.acquire(t)
        await b.acquire(t)
        await b.release(t)
        await a.release(t)

    async def second(t: Thread) -> None:
        await b.acquire(t)
        await a.acquire(t)
        await a.release(t)
        await b.release(t)

    program = Program((ThreadSpec("first", first), ThreadSpec("second", second)))
    result = run(program, "sc")
    assert (result.verdict, result.executions, result.blocked) == (Verdict.VIOLATED, 2, 1)
    (finding,) = result.findings
    assert finding.execution.status is Status.BLOCKED
    assert finding.violation.property == "deadlock"
    assert finding.violation.sentence == (
        "first waits for b, last written by second; second waits for a, last written by first."
    )
    # first a, b, b, a and then second's b after the release of b or of a, and the reverse.
    assert result.interleavings == 4


def test_dropped_executions_are_counted_apart() -> None:
    async def reader(t: Thread) -> None:
        await t.assume(await t.read(X, ONCE) == 1)

    async def writer(t: Thread) -> None:
        await t.write(X, 1, ONCE)

    result = run(Program((ThreadSpec("reader", reader), ThreadSpec("writer", writer))), "sc")
    assert (result.executions, result.dropped, result.verdict) == (1, 1, Verdict.HOLDS)


def test_an_interrupt_gives_what_was_found(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[Progress] = []

    def interrupt(progress: Progress) -> None:
        seen.append(progress)
        raise KeyboardInterrupt

    def writer(value: int):  # type: ignore[no-untyped-def]
        async def write(t: Thread) -> None:
            await t.write(X, value, ONCE)

        return write

    program = Program(tuple(ThreadSpec(f"w{i}", writer(i)) for i in range(8)))
    monkeypatch.setattr("explorer.search.run.PROGRESS_SECONDS", 0.0)
    result = explore(Case(program), load_model("sc"), Unfolding(program, 3), progress=interrupt)
    assert (result.verdict, result.complete, result.limits) == (Verdict.INCOMPLETE, False, ("interrupted",))
    assert result.executions >= seen[0].executions > 0


def test_no_execution_at_all_is_no_answer(tmp_path: Path) -> None:
    path = tmp_path / "nothing.cat"
    path.write_text("acyclic po* as nothing-can-be\n", encoding="utf-8")
    result = run(STORE_BUFFERING, str(path))
    assert (result.verdict, result.complete, result.executions) == (Verdict.INCOMPLETE, True, 0)
    assert result.limits == ("no execution at all: the model forbids everything",)


def test_only_dropped_executions_are_no_answer() -> None:
    async def assumes(t: Thread) -> None:
        await t.assume(await t.read(X) == 1)

    result = run(Program((ThreadSpec("P0", assumes),)), "sc")
    assert (result.verdict, result.dropped, result.limits) == (Verdict.INCOMPLETE, 1, ("no complete execution",))


@dataclass(frozen=True)
class Faulty:
    name: str = "faulty"

    def find(self, execution: Execution, _before: object) -> Violation | None:
        raise KeyError("seals")


def test_a_property_that_fails_is_named() -> None:
    with pytest.raises(ScenarioError, match="the property faulty raised KeyError: 'seals'"):
        run(STORE_BUFFERING, "sc", Case(STORE_BUFFERING, (Faulty(),)))
