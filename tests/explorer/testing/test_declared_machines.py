"""How machines are declared and inherited, and what would look at nothing is refused or fails."""

from __future__ import annotations

import unittest
from typing import Any, ClassVar

import pytest
from counters import Counter
from hypothesis import settings
from hypothesis import strategies as st

from explorer.execution.location import Location, Object
from explorer.program.thread import ACQUIRE, ONCE, RELEASE, Thread
from explorer.testing import ConcurrentMachine, operation


def outcome_of(machine: type[ConcurrentMachine]) -> str:
    """What the test of a machine fails with, empty where it passes."""
    machine.TestCase.settings = settings(machine.TestCase.settings, max_examples=20, database=None, derandomize=True)
    result = unittest.TestResult()
    machine.TestCase("runTest").run(result)
    assert result.testsRun == 1
    return "\n".join(text for _test, text in (*result.failures, *result.errors))


def test_an_operation_of_nobody_is_refused() -> None:
    with pytest.raises(TypeError, match="look is an operation of role 'reader', of which there are no threads"):

        class Wrong(ConcurrentMachine):
            roles: ClassVar = {"writer": 1}

            @operation("reader")
            async def look(t: Thread, x: Location) -> None:  # noqa: N805
                await t.read(x, ONCE)


def test_who_inherits_says_how_many_threads_there_are() -> None:
    class One(Counter):
        roles: ClassVar = {"adder": 1}

    class Two(One):
        roles: ClassVar = {"adder": 2}

    assert "Counter has no threads: say how many of each role there are, in roles" in outcome_of(Counter)
    assert outcome_of(One) == ""
    assert "no order of these calls explains what they returned" in outcome_of(Two)


def test_a_test_of_which_nothing_came_to_its_end_fails() -> None:
    class Dropped(Counter):
        roles: ClassVar = {"adder": 2}

        @operation("adder")
        async def add(t: Thread, count: Location) -> int:  # noqa: N805
            await t.assume(await t.read(count, ONCE) == 7)
            return 1

    assert "no execution of any calls came to its end: nothing was looked at" in outcome_of(Dropped)


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("models", (), "models is empty: nothing would be explored"),
        ("max_executions", 0, "max_executions is 0: give a number from 1 on"),
        ("most_calls", 0, "most_calls is 0: give a number from 1 on"),
        ("unroll", "3", "unroll is '3': give a number from 1 on"),
    ],
)
def test_what_would_explore_nothing_is_refused(name: str, value: object, message: str) -> None:
    with pytest.raises(TypeError, match=message):
        type("Wrong", (Counter,), {"roles": {"adder": 2}, name: value})


def test_one_model_may_be_given_by_its_name() -> None:
    machine = type("Two", (Counter,), {"roles": {"adder": 2}, "models": "sc"})
    assert "under sc, no order of these calls" in outcome_of(machine)


async def fetch(t: Thread, count: Location) -> Any:
    return await t.fetch("+", count, 1, result="new")


def test_an_operation_goes_by_its_name_in_the_class() -> None:
    machine = type("Named", (Counter,), {"roles": {"adder": 2}, "add": operation("adder")(fetch)})
    # The same function may be another machine's, by another name.
    type("Other", (ConcurrentMachine,), {"roles": {"adder": 2}, "plus": operation("adder")(fetch)})
    assert outcome_of(machine) == ""
    with pytest.raises(TypeError, match="two operations are one function"):
        type("Twice", (machine,), {"roles": {"adder": 2}, "plus": operation("adder")(fetch)})


def test_operations_of_two_bases_are_inherited() -> None:
    class Reads(ConcurrentMachine):
        @operation("reader")
        async def look(t: Thread, count: Location) -> Any:  # noqa: N805
            return await t.read(count, ONCE)

    class Both(Counter, Reads):
        roles: ClassVar = {"adder": 1, "reader": 1}

    assert list(Both._operations) == ["look", "add"]


@pytest.mark.parametrize("name", ["self", "target", "targets", "thread"])
def test_an_argument_cannot_have_a_name_that_rules_have(name: str) -> None:
    with pytest.raises(TypeError, match=f"an argument cannot be called '{name}'"):
        operation("adder", **{name: st.integers(0, 1)})


def test_an_operation_is_an_async_function() -> None:
    def plain(_t: Thread, _count: Location) -> None:
        pass

    with pytest.raises(TypeError, match="operation plain is no async function: define it with async def"):
        operation("adder")(plain)  # type: ignore[arg-type]


NODE = Object("node")


class Shelf:
    """A place for one node, as plain Python."""

    def __init__(self) -> None:
        self.node: object = 0

    def put(self, node: object) -> None:
        self.node = node

    def get(self) -> object:
        return self.node


def test_a_node_that_was_put_is_the_one_that_is_got() -> None:
    class Slot(ConcurrentMachine):
        roles: ClassVar = {"user": 2}

        def structure(self) -> Location:
            return Location("slot")

        def specification(self) -> Shelf:
            return Shelf()

        @operation("user", node=st.just(NODE))
        async def put(t: Thread, slot: Location, node: Object) -> None:  # noqa: N805
            await t.write(slot, node, RELEASE)

        @operation("user")
        async def get(t: Thread, slot: Location) -> Any:  # noqa: N805
            return await t.read(slot, ACQUIRE)

    assert outcome_of(Slot) == ""
