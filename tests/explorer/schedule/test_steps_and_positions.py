"""Steps in short form, and where a program stands after some of them."""

from __future__ import annotations

import re
from collections.abc import Sequence

import pytest
from engine_results import searched
from hypothesis import given, settings
from hypothesis import strategies as st
from small_programs import Line, straight

from explorer.execution.execution import Ending, Execution
from explorer.execution.location import Location
from explorer.memory.model import load_model
from explorer.program.program import Program, ThreadSpec
from explorer.program.thread import ONCE, Thread
from explorer.program.tree import Unfolding
from explorer.schedule.depth_first import explore_depth_first
from explorer.schedule.steps import Step, steps_of
from explorer.schedule.walk import WalkError, walk_now
from explorer.testing import operations, random_programs
from explorer.testing.operations import Threads

SC, TSO, ARM = (load_model(name) for name in ("sc", "tso", "armv8"))
SB: Sequence[Sequence[Line]] = [[("W", "x", 1), ("R", "y")], [("W", "y", 1), ("R", "x")]]
LB: Sequence[Sequence[Line]] = [[("R", "y"), ("W", "x", 1)], [("R", "x"), ("W", "y", 1)]]


def values_read(execution: Execution) -> list[object]:
    return [event.value for event in execution.events if event.reads]


def by_thread(execution: Execution) -> range:
    """An order that has each thread's events after those of the threads before it."""
    return range(len(execution))


def test_a_load_of_an_old_value_says_how_many_stores_came_since() -> None:
    executions = explore_depth_first(straight(*SB), TSO).executions
    (weak,) = [execution for execution in executions if values_read(execution) == [0, 0]]
    assert steps_of(weak, by_thread(weak)) == (Step(0), Step(0), Step(1), Step(1, older=1))


def test_a_store_before_others_says_before_how_many() -> None:
    unfolding = straight([("W", "x", 1)], [("W", "x", 2)], [("W", "x", 3)])
    (execution,) = [
        e
        for e in explore_depth_first(unfolding, SC).executions
        if [e.events[i].value for i in e.coherence[0]] == [0, 3, 1, 2]
    ]
    assert steps_of(execution, by_thread(execution)) == (Step(0), Step(1), Step(2, older=2))


def test_an_update_is_one_step_and_says_what_it_reads() -> None:
    unfolding = straight([("+", "x", 1)], [("+", "x", 2)])
    (execution,) = [
        e for e in explore_depth_first(unfolding, SC).executions if [e.events[i].value for i in e.coherence[0]][1] == 2
    ]
    order = [i for thread in (1, 0) for i in execution.thread_events(thread)]
    assert steps_of(execution, order) == (Step(1), Step(0))
    # P0's update needs P1's as its source: it comes later whatever the order asks for.
    assert steps_of(execution, by_thread(execution)) == (Step(1), Step(0))


def test_load_buffering_has_no_steps() -> None:
    executions = searched(straight(*LB), ARM)
    assert sorted(values_read(e) for e in executions) == [[0, 0], [0, 1], [1, 0], [1, 1]]
    assert [values_read(e) for e in executions if steps_of(e, by_thread(e)) is None] == [[1, 1]]


def test_where_a_program_stands() -> None:
    unfolding = straight([("W", "x", 1), ("R", "y")], [("wait", "x", 1)], [("R", "x")])
    start = walk_now(unfolding, SC, ())
    assert [thread.asks for thread in start.threads] == ["W[once] x=1", "R[once] x", "R[once] x"]
    assert [thread.waits for thread in start.threads] == [False, True, False]
    assert [(o.step, o.value, o.writes) for o in start.options] == [(Step(0), None, 1), (Step(2), 0, None)]
    after = walk_now(unfolding, SC, (Step(0),))
    assert [(o.step, o.value, o.source) for o in after.options] == [
        (Step(0), 0, 1),
        (Step(1), 1, 2),
        (Step(2, older=1), 0, 0),
        (Step(2), 1, 2),
    ]
    assert [o.takes_effect_now for o in after.options] == [True, True, False, True]
    assert not after.may_end
    end = walk_now(unfolding, SC, (Step(0), Step(2, older=1), Step(1), Step(0)))
    assert end.over
    assert end.may_end
    assert [str(end.execution.events[i]) for i in end.order] == [
        "W[once] x=1",
        "R[once] x=0",
        "R[once] x=1",
        "R[once] y=0",
    ]
    assert [each.ending for each in end.execution.ends] == [Ending.RETURNED] * 3


def test_what_the_model_forbids_is_no_option() -> None:
    """Under sc the second load of SB has one value where the other thread's has been read as 0."""
    steps = (Step(0), Step(0), Step(1))
    assert [o.step for o in walk_now(straight(*SB), SC, steps).options] == [Step(1)]
    assert [o.step for o in walk_now(straight(*SB), TSO, steps).options] == [Step(1, older=1), Step(1)]


@pytest.mark.parametrize(
    ("steps", "said"),
    [
        ((Step(2),), "step 1 is one of thread 2, there are 2 threads"),
        ((Step(0), Step(0), Step(0)), "step 3 is not possible: thread P0 has ended: returned"),
        ((Step(0), Step(0, older=1)), "step 2 is not possible: thread P0 stands at R[once] y"),
        ((Step(0), Step(0), Step(1), Step(1, older=1)), "the model sc does not allow these 4 steps"),
    ],
)
def test_steps_that_the_program_does_not_have_are_refused(steps: Sequence[Step], said: str) -> None:
    with pytest.raises(WalkError, match=f"^{re.escape(said)}$"):
        walk_now(straight(*SB), SC, steps)


@settings(max_examples=40, deadline=None)
@given(random_programs.thread_lists(), st.sampled_from(["sc", "tso", "pso"]), st.randoms(use_true_random=False))
def test_the_steps_of_an_execution_lead_to_it(threads: Threads, name: str, random: object) -> None:
    unfolding, model = operations.unfold(threads), load_model(name)
    for execution in explore_depth_first(unfolding, model, limit=10).executions:
        order = list(by_thread(execution))
        random.shuffle(order)  # type: ignore[attr-defined]
        steps = steps_of(execution, order)
        assert steps is not None
        assert walk_now(unfolding, model, steps).execution == execution


def test_a_step_whose_fences_the_model_forbids_is_not_offered() -> None:
    """The reader is in its section before the grace period, and leaves it by the step that reads what comes after.

    Taking that step needs the grace period to have ended before the section did.
    """

    async def reader(t: Thread, x: Location, y: Location) -> None:
        await t.rcu_read_lock()
        await t.read(x, ONCE)
        await t.wait_until(y, lambda value: value == 1, ONCE)
        await t.rcu_read_unlock()

    async def writer(t: Thread, x: Location, y: Location) -> None:
        await t.write(x, 1, ONCE)
        await t.synchronize_rcu()
        await t.write(y, 1, ONCE)

    box, flag = Location("x"), Location("y")
    threads = ThreadSpec("writer", writer, (box, flag)), ThreadSpec("reader", reader, (box, flag))
    position = walk_now(Unfolding(Program(threads), 3), SC, [Step(1), Step(0), Step(0)])
    assert (position.options, position.may_end, position.over) == ((), False, False)
