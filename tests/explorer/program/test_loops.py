"""Places: iteration numbers of the loops around an access, and loops found in the bytecode."""

from __future__ import annotations

import pytest
from modelled_paths import W, X, Y, Z, leaves, unfold

from explorer.execution.execution import Ending
from explorer.execution.location import Location
from explorer.program.exploration import explore_program
from explorer.program.loops import loops_of
from explorer.program.program import Body, Program, ThreadSpec
from explorer.program.thread import Thread

LOCATIONS = tuple(Location(f"a{i}") for i in range(3))


def iterations(body: Body, unroll: int = 3) -> list[tuple[tuple[int, ...], ...]]:
    """Iteration numbers, per frame, of every access of a thread that decides nothing."""
    flow = explore_program(Program((ThreadSpec("P0", body),)), unroll)[0][0]
    assert not flow.states
    return [tuple(counts for _code, _offset, counts in place) for place in flow.start.places]


async def nested_for(t: Thread) -> None:
    for _ in range(2):
        await t.read(X)
        for _ in range(2):
            await t.read(Y)
    await t.read(W)


def test_nested_for_loops_count_from_one_in_every_round() -> None:
    assert iterations(nested_for) == [
        *(((1,),), ((1, 1),), ((1, 2),)),
        *(((2,),), ((2, 1),), ((2, 2),)),
        ((),),
    ]


async def while_in_for(t: Thread) -> None:
    for _ in range(2):
        n = 0
        while n < 2:
            n += 1
            await t.read(X)


def test_a_while_loop_in_a_for_loop() -> None:
    assert iterations(while_in_for) == [((1, 1),), ((1, 2),), ((2, 1),), ((2, 2),)]


async def with_continue(t: Thread) -> None:
    for i in range(4):
        if i % 2 == 0:
            continue
        await t.read(X)


def test_continue_begins_the_next_iteration() -> None:
    assert iterations(with_continue) == [((2,),), ((4,),)]


async def one_line(t: Thread) -> None:
    for location in LOCATIONS: await t.read(location)  # noqa: E701  # fmt: skip


def test_a_loop_on_one_line() -> None:
    assert iterations(one_line) == [((1,),), ((2,),), ((3,),)]


async def reads_twice(t: Thread) -> None:
    for _ in range(2):
        await t.read(Y)


async def calls_in_a_loop(t: Thread) -> None:
    for _ in range(2):
        await reads_twice(t)


def test_every_frame_has_its_own_numbers() -> None:
    assert iterations(calls_in_a_loop) == [((1,), (1,)), ((1,), (2,)), ((2,), (1,)), ((2,), (2,))]


def test_the_kinds_of_loops() -> None:
    (outer, inner) = loops_of(while_in_for.__code__)
    assert (outer.counted, inner.counted) == (True, False)
    assert outer.head < inner.head < inner.end < outer.end
    assert [loop.counted for loop in loops_of(reads_twice.__code__)] == [True]


def test_waiting_for_an_operation_is_no_loop() -> None:
    async def reads(t: Thread) -> None:
        await t.read(X)

    assert loops_of(reads.__code__) == ()


async def inner_while(t: Thread) -> None:
    for _ in range(2):
        while await t.read(X):
            await t.write(Y, 1)


def test_the_bound_is_one_of_every_round_of_the_loop_around() -> None:
    # With one iteration each: the loop is not entered, or entered and left, or cut, in two rounds.
    paths = [leaf.decisions for leaf in leaves(unfold(inner_while, unroll=1)) if leaf.finish is not None
             and leaf.finish.ending.value == "returned"]  # fmt: skip
    assert paths == [(True, False, True, False), (True, False, False), (False, True, False), (False, False)]


async def seqcount_reader(t: Thread) -> None:
    while True:
        before = await t.read(X)
        if before & 1:
            continue
        await t.read(Y)
        if await t.read(X) == before:
            break


async def continues_at_the_end(t: Thread) -> None:
    while True:
        if await t.read(X):
            break
        await t.write(Y, 1)
        if await t.read(Z):
            continue


@pytest.mark.parametrize("body", [seqcount_reader, continues_at_the_end])
def test_continue_and_the_end_of_the_body_go_round_one_loop(body: Body) -> None:
    # A round leads out in one way and into the next in two. With three rounds there are
    # 1 + 2 * (1 + 2 * (1 + 2)) = 15 ends, of which 2 ** 3 = 8 are cut.
    tree = unfold(body)
    found = leaves(tree)
    cut = [leaf for leaf in found if leaf.finish is not None and leaf.finish.ending is Ending.CUT]
    assert (len(found), len(cut)) == (15, 8)
    assert all(len(leaf.control) == len(leaf.accesses) for leaf in found)
