"""A ring buffer and a counter against plain Python: what is right passes, what is wrong is told in the fewest calls."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, ClassVar

import pytest
from counters import Counter
from hypothesis import Phase, settings
from hypothesis.stateful import run_state_machine_as_test
from rings import RingMachine

from explorer.execution.execution import Execution
from explorer.execution.location import Location
from explorer.program.thread import ONCE, Thread
from explorer.testing import ConcurrentMachine, operation
from explorer.testing.linearizable import Made


def told(machine: type[ConcurrentMachine], examples: int = 30) -> tuple[str, list[str]]:
    """What is said of a machine that fails, of three calls at the most, and its printed steps."""
    machine.most_calls = 3
    how = settings(
        max_examples=examples,
        database=None,
        deadline=None,
        derandomize=True,
        report_multiple_bugs=False,
        phases=(Phase.generate, Phase.shrink),
    )
    with pytest.raises(AssertionError, match=r"^under ") as failure:
        run_state_machine_as_test(machine, settings=how)
    notes = "\n".join(failure.value.__notes__).splitlines()
    return str(failure.value), [line.removeprefix("state.") for line in notes if line.startswith("state.")]


def ring(*models: str, **how: Any) -> type[RingMachine]:
    class Machine(RingMachine):
        pass

    Machine.models, Machine.how = models, how
    return Machine


def passes(machine: type[ConcurrentMachine], examples: int = 15) -> None:
    how = settings(max_examples=examples, database=None, deadline=None, derandomize=True)
    run_state_machine_as_test(machine, settings=how)


@pytest.mark.parametrize("model", ["sc", "tso", "pso", "lkmm"])
def test_acquire_and_release_are_enough(model: str) -> None:
    passes(ring(model))


def test_marked_accesses_are_enough_where_stores_stay_in_order() -> None:
    passes(ring("sc", "tso", stores=ONCE, loads=ONCE))


@pytest.mark.parametrize(
    ("model", "how"),
    [("sc", {"first": False}), ("pso", {"stores": ONCE})],
)
def test_a_value_that_is_known_before_it_is_there(model: str, how: dict[str, Any]) -> None:
    """By hand: one push and one pop, which reads the slot before it is filled."""
    text, steps = told(ring(model, **how))
    first, *lines = text.splitlines()
    assert first == f"under {model}, no order of these calls explains what they returned"
    assert lines[:5] == [
        "  consumer  pop() = 0",
        "  producer  push(1) = 0",
        "tried:",
        "  first: pop() gives -11, not 0",
        "  after push(1) = 0: pop() gives 1, not 0",
    ]
    assert sorted(steps) == ["pop()", "push(value=1)", "teardown()"]
    assert "  step  consumer  producer" in text
    assert "sealrace replay" not in text


def test_a_value_that_is_left_in_it_is_missed_by_a_call_that_came_later() -> None:
    """A pop that looks at the tail before the push, and at the head after it, may be told as the earlier of the two.

    The next one began when the push was over, and found nothing either: that has no order.
    """
    text, steps = told(ring("sc", spare=1))
    assert text.splitlines()[1:8] == [
        "  consumer  pop() = -11",
        "  consumer  pop() = -11",
        "  producer  push(1) = 0",
        "  push(1) of producer is over before pop() of consumer begins",
        "tried:",
        "  after pop() = -11, push(1) = 0: pop() gives 1, not -11",
        "  after push(1) = 0: pop() gives 1, not -11",
    ]
    assert sorted(steps) == ["pop()", "pop()", "push(value=1)", "teardown()"]


class CounterMachine(Counter):
    """Two threads that add one without care."""

    roles: ClassVar = {"adder": 2}


def test_a_lost_update_takes_two_calls() -> None:
    text, steps = told(CounterMachine)
    assert text.splitlines()[:6] == [
        "under sc, no order of these calls explains what they returned",
        "  adder 0  add() = 1",
        "  adder 1  add() = 1",
        "tried:",
        "  after add() = 1: add() gives 2, not 1",
        "  after add() = 1: add() gives 2, not 1",
    ]
    assert sorted(steps) == ["add(thread=0)", "add(thread=1)", "teardown()"]


def test_an_invariant_of_ones_own() -> None:
    class Checked(RingMachine):
        def check(self, calls: Sequence[Made], execution: Execution) -> None:
            assert not any(call.name == "pop" and call.result == 2 for call in calls), "a two came out"

    text, steps = told(Checked, 60)
    assert text.splitlines()[0] == "under sc, these calls break the invariant: a two came out"
    assert sorted(steps) == ["pop()", "push(value=2)", "teardown()"]


def test_a_thread_that_waits_for_ever_is_told() -> None:
    class Waiting(ConcurrentMachine):
        roles: ClassVar = {"waiter": 1}

        def structure(self) -> Location:
            return Location("never")

        def specification(self) -> Any:
            return None

        @operation("waiter")
        async def wait(t: Thread, never: Location) -> None:  # noqa: N805
            await t.wait_until(never, lambda value: value == 1)

    text, steps = told(Waiting)
    assert text.startswith("under sc, waiter waits for never, never written.")
    assert steps == ["wait()", "teardown()"]


def test_its_test_case_is_a_test(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(rings=Path(__file__).with_name("rings.py").read_text(encoding="utf-8"))
    pytester.makepyfile("from rings import RingMachine\n\nTestRing = RingMachine.TestCase\n")
    result = pytester.runpytest("-p", "no:cacheprovider")
    result.assert_outcomes(passed=1)
