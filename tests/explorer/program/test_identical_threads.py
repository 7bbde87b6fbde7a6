"""Threads with one function and the same arguments are one class, and are unfolded once."""

from __future__ import annotations

from typing import Any

import pytest

from explorer.execution.location import Location
from explorer.program.fingerprint import fingerprint
from explorer.program.identical import classes_of
from explorer.program.program import Program, ThreadSpec
from explorer.program.thread import ONCE, Thread
from explorer.program.tree import Tree, Unfolding
from scenarios.classic.v4 import v4


async def load(t: Thread, x: Location, *_others: Any) -> None:
    await t.read(x, ONCE)


async def store(t: Thread, x: Location) -> None:
    await t.write(x, 1, ONCE)


X, Y = Location("x"), Location("x")  # two locations, whatever their names
SHARED = [1]


@pytest.mark.parametrize(
    ("first", "second", "same"),
    [
        ((X,), (X,), True),
        ((X,), (Y,), False),
        ((X, 1, "a", (2, X)), (X, 1, "a", (2, X)), True),
        ((X, 1), (X, 2), False),
        ((X, 1), (X, True), False),  # equal, and `is True` tells them apart
        ((X, (1,)), (X, (True,)), False),
        ((X, SHARED), (X, SHARED), True),
        ((X, [1]), (X, [1]), False),  # one may change without the other
    ],
)
def test_arguments_are_the_same_by_identity_or_as_plain_values(
    first: tuple[Any, ...], second: tuple[Any, ...], same: bool
) -> None:
    program = Program((ThreadSpec("a", load, first), ThreadSpec("b", load, second)))
    assert classes_of(program) == (((0, 1),) if same else ((0,), (1,)))


def test_another_function_is_another_class_and_classes_come_by_their_first_member() -> None:
    threads = [ThreadSpec("a", load, (X,)), ThreadSpec("b", store, (X,)), ThreadSpec("c", load, (X,))]
    assert classes_of(Program(tuple(threads))) == ((0, 2), (1,))


def test_identical_threads_share_their_segments_and_keep_their_names() -> None:
    owner, first, second = Unfolding(v4(2), 3).trees
    assert isinstance(first, Tree)
    assert isinstance(second, Tree)
    assert first.root is second.root
    assert first.flow is second.flow
    assert owner.root is not first.root
    assert [tree.thread.name for tree in (owner, first, second)] == ["owner", "reader 1", "reader 2"]
    # Whichever is asked first, both go on to the same segment.
    assert second.child(second.root, True) is first.child(first.root, True)


def test_a_function_is_run_once_for_all_threads_that_are_identical() -> None:
    runs = []

    async def counted(t: Thread, x: Location) -> None:
        runs.append(x)
        await t.read(x, ONCE)

    Unfolding(Program(tuple(ThreadSpec(f"P{i}", counted, (X,)) for i in range(100))), 3)
    assert len(runs) == 2  # once for the places, once for the path


def test_sharing_leaves_the_hash_of_the_program_as_it_is() -> None:
    def program(*functions: Any) -> Program:
        return Program(tuple(ThreadSpec(f"P{i}", function, (X,)) for i, function in enumerate(functions)))

    async def load_too(t: Thread, x: Location) -> None:
        await t.read(x, ONCE)

    shared, apart = Unfolding(program(load, load), 3), Unfolding(program(load, load_too), 3)
    assert shared.trees[0].root is shared.trees[1].root
    assert apart.trees[0].root is not apart.trees[1].root
    assert fingerprint(shared) == fingerprint(apart) != fingerprint(Unfolding(program(load, store), 3))
