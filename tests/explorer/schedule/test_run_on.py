"""Going on up to a break point; and runs that begin with given steps."""

from __future__ import annotations

from collections.abc import Collection

from small_programs import straight

from explorer.execution.location import show
from explorer.memory.model import load_model
from explorer.schedule.concrete import ConcreteThread
from explorer.schedule.depth_first import DepthFirst
from explorer.schedule.run_on import RunOn
from explorer.schedule.scheduler import Scheduler
from explorer.schedule.steps import Step
from explorer.schedule.walk import walk_now

SC, TSO = load_model("sc"), load_model("tso")
MP = straight([("W", "x", 1), ("W", "f", 1)], [("R", "f"), ("R", "x")])


def at(*names: str) -> object:
    return lambda thread: thread.location.name in names


def never(_thread: ConcreteThread) -> bool:
    return False


def run(threads: Collection[int], stops: object = never, after: tuple[Step, ...] = (), last: int = -1) -> list[Step]:
    strategy = RunOn(threads, stops, last)  # type: ignore[arg-type]
    Scheduler(MP, TSO, after=after).run(strategy)
    return strategy.steps


def test_threads_take_turns() -> None:
    assert run([0, 1]) == [Step(0), Step(1), Step(0), Step(1)]
    assert run([0, 1], last=0) == [Step(1), Step(0), Step(1), Step(0)]


def test_one_thread_runs_alone() -> None:
    assert run([1]) == [Step(1), Step(1)]


def test_a_run_stops_before_an_access_that_is_watched_for() -> None:
    assert run([0, 1], at("x")) == [Step(0), Step(1), Step(0)]
    assert run([1], at("x")) == [Step(1)]


def test_what_stands_at_a_break_point_goes_on_from_it() -> None:
    assert run([1], at("x"), after=(Step(1),)) == [Step(1)]
    # P1 stands at x too, but it is P0 whose turn it is, and P0 has taken the first step when P1's comes.
    assert run([0, 1], at("x"), after=(Step(1),)) == [Step(0)]


def test_a_thread_that_waits_for_what_memory_does_not_hold_lets_others_go_on() -> None:
    strategy = RunOn([0, 1], never)
    Scheduler(straight([("wait", "f", 1), ("R", "x")], [("W", "x", 7), ("W", "f", 1)]), SC).run(strategy)
    assert strategy.steps == [Step(1), Step(1), Step(0), Step(0)]


def test_a_run_stops_where_nothing_takes_effect_now() -> None:
    program = straight([("wait", "f", 0)], [("W", "f", 1)])
    after = (Step(1),)
    # P0 can still read the old 0 under tso; that is no step of a run.
    assert [option.step for option in walk_now(program, TSO, after).options] == [Step(0, older=1)]
    strategy = RunOn([0, 1], never)
    Scheduler(program, TSO, after=after).run(strategy)
    assert strategy.steps == []


def test_every_run_begins_with_the_given_steps() -> None:
    """Message passing after P1 has read the flag as 0: its second load gives 0 or 1."""
    strategy = DepthFirst()
    Scheduler(MP, SC, reduced=True, after=(Step(1),)).run(strategy)
    read = [[show(e.value) for e in x.events if e.reads and e.value is not None] for x in strategy.executions]
    assert sorted(read) == [["0", "0"], ["0", "1"]]
