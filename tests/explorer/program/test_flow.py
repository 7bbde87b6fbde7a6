"""The flow of a thread: which paths share a state, what may still be written, where loops are cut."""

from __future__ import annotations

from modelled_paths import W, X, Y, Z, leaves, unfold

from explorer.execution.location import Location, Object, Value
from explorer.program.exploration import explore_program
from explorer.program.flow import Flow
from explorer.program.program import Body, Program, ThreadSpec
from explorer.program.step import Cause
from explorer.program.thread import Thread


def flow_of(body: Body, unroll: int = 3) -> Flow:
    return explore_program(Program((ThreadSpec("P0", body),)), unroll)[0][0]


def stored(body: Body) -> list[tuple[str, ...]]:
    """Per path what it stores, as ``y=1``."""
    return [
        tuple(f"{a.location}={a.value}" for part in leaf.path for a in part.accesses if a.writes)
        for leaf in leaves(unfold(body))
    ]


async def eight_decisions(t: Thread) -> None:
    for _ in range(8):
        if await t.read(X):
            await t.write(Y, 1)


def test_paths_that_agree_share_a_state() -> None:
    # 2 ** 8 paths, but one fork per iteration.
    assert len(flow_of(eight_decisions).states) == 8


async def decides_on_one_line(t: Thread) -> None:
    for _ in range(4): await t.write(Y, 1) if await t.read(X) else None  # noqa: E701  # fmt: skip


def test_rounds_of_a_loop_on_one_line_are_told_apart_by_every_run() -> None:
    # A run per fork at least begins behind the first; what it has passed counts.
    flow = flow_of(decides_on_one_line)
    assert [state.place[-1][2] for state in flow.states] == [(1,), (2,), (3,), (4,)]
    following = [*flow.states[1:], None]
    assert [[arm.next for arm in state.arms.values()] for state in flow.states] == [[each] * 2 for each in following]


async def keeps_an_errno(t: Thread) -> None:
    error = 1 if await t.read(X) else 0
    if await t.read(Z):
        await t.write(Y, error)


def test_plain_variables_tell_states_apart() -> None:
    # The fork on z is met with error 1 and with error 0.
    assert len(flow_of(keeps_an_errno).states) == 3


async def forgets_an_errno(t: Thread) -> None:
    error = 1 if await t.read(X) else 0
    await t.write(Y, error)
    if await t.read(Z):
        error = 5
        await t.write(Y, error)


def test_a_variable_that_is_overwritten_before_it_is_read_does_not() -> None:
    assert len(flow_of(forgets_an_errno).states) == 2


async def four_decisions(t: Thread) -> int:
    found = 0
    for _ in range(4):
        if await t.read(X):
            await t.write(Y, 1)
    return found


async def stores_what_it_awaits(t: Thread) -> None:
    for result in (Y, Z):
        await t.write(result, await four_decisions(t))


def test_operands_that_wait_tell_states_apart_by_the_variables_that_they_come_from() -> None:
    # t.write and result wait while the other function decides: four forks in each of two rounds.
    assert len(flow_of(stores_what_it_awaits).states) == 8


async def decides_what_waits(t: Thread) -> None:
    await t.write(Y if await t.read(X) else Z, await four_decisions(t))


def test_an_outcome_that_waits_without_a_name_tells_states_apart() -> None:
    # Every fork after the first is met with Y and with Z waiting, and with its own past
    # besides: 1 + 2 * (1 + 2 + 4 + 8).
    assert len(flow_of(decides_what_waits).states) == 31
    assert {line[-1] for line in stored(decides_what_waits)} == {"y=0", "z=0"}


async def exchanges_what_waits(t: Thread) -> None:
    where = Y if await t.read(X) else Z
    await t.write(where, (where := X, await four_decisions(t))[1])


def test_a_variable_written_since_does_not_show_what_waits() -> None:
    assert len(flow_of(exchanges_what_waits).states) == 31
    assert {line[-1] for line in stored(exchanges_what_waits)} == {"y=0", "z=0"}


async def writes_one_of_two(t: Thread) -> None:
    if await t.read(X):
        await t.write(Y, 1)
    else:
        await t.write(Z, 1)
    if await t.read(X):
        await t.write(W, 1)


def test_later_writes_are_those_of_all_ways_on() -> None:
    flow = flow_of(writes_one_of_two)
    first, second = flow.states
    assert flow.start.later_writes == {Y, Z, W}
    # What an arm itself writes is not later than the arm.
    assert list(first.arms[True].writes) == [Y]
    assert first.arms[True].later_writes == {W}
    assert first.arms[False].later_writes == {W}
    assert second.arms[True].later_writes == set()


async def spins(t: Thread) -> None:
    while True:
        if await t.read(X):
            break
        await t.write(Y, 1)
    await t.write(Z, 1)


def test_a_while_loop_is_cut_where_its_bound_ends_and_named() -> None:
    tree = unfold(spins, unroll=2)
    ends = {leaf.decisions: leaf.finish for leaf in leaves(tree)}
    assert set(ends) == {(True,), (False, True), (False, False)}
    cut = ends[False, False]
    assert cut is not None
    line = spins.__code__.co_firstlineno + 2
    assert cut.ending.value == "cut"
    assert cut.detail == f"loop in spins, test_flow.py:{line}"
    returned = ends[False, True]
    assert returned is not None
    assert returned.ending.value == "returned"


async def long_for(t: Thread) -> None:
    for _ in range(10):
        await t.read(X)


def test_a_for_loop_ends_by_itself_and_is_not_cut() -> None:
    (leaf,) = leaves(unfold(long_for, unroll=2))
    assert leaf.finish is not None
    assert leaf.finish.ending.value == "returned"
    assert len(leaf.accesses) == 10


class Page(Object):
    def __init__(self, name: str, data: Value) -> None:
        super().__init__(name)
        self.data = Location(f"{name}.data", data)


async def follows(t: Thread, slot: Location) -> None:
    page = await t.read(slot)
    await t.read(page.data)


async def puts(t: Thread, slot: Location, page: Page) -> None:
    await t.write(slot, page)


async def moves(t: Thread, source: Location, target: Location) -> None:
    await t.write(target, await t.read(source))


def test_a_pointer_may_point_to_what_any_thread_stores_there_directly_or_by_way_of_another_location() -> None:
    old, new = Page("old", 0), Page("new", 0)
    slot, other = Location("slot", old), Location("other")
    program = Program(
        (
            ThreadSpec("P0", follows, (slot,)),
            ThreadSpec("P1", moves, (other, slot)),
            ThreadSpec("P2", puts, (other, new)),
        )
    )
    flows, pointees = explore_program(program, 1)
    (fork,) = flows[0].states
    assert fork.cause is Cause.POINTER
    assert list(fork.arms) == [old, new]
    assert list(pointees[slot]) == [old, new]
    assert list(pointees[other]) == [new]


# What a path carries in no variable keeps states apart too.


async def two_choices_in_one_expression(t: Thread) -> None:
    x, z = await t.read(X), await t.read(Z)
    await t.write(Y, (1 if x else 2) + (10 if z else 20))


def test_an_operand_that_waits_on_the_stack() -> None:
    assert stored(two_choices_in_one_expression) == [("y=11",), ("y=21",), ("y=12",), ("y=22",)]


async def comprehension(t: Thread) -> None:
    x, z = await t.read(X), await t.read(Z)
    for constant in [i for i, v in enumerate((x, z)) if v]:
        await t.write(Y, constant)


def test_a_list_that_is_being_built() -> None:
    assert stored(comprehension) == [("y=0", "y=1"), ("y=0",), ("y=1",), ()]


async def range_in_a_variable(t: Thread) -> None:
    n = 1 if await t.read(X) else 2
    for i in range(n):
        if await t.read(Z):
            await t.write(Y, i)


async def range_without_a_name(t: Thread) -> None:
    for i in range(1 if await t.read(X) else 2):
        if await t.read(Z):
            await t.write(Y, i)


def test_what_a_for_loop_runs_over() -> None:
    expected = [("y=0",), (), ("y=0", "y=1"), ("y=0",), ("y=1",), ()]
    assert stored(range_in_a_variable) == expected
    assert stored(range_without_a_name) == expected


async def membership(t: Thread) -> None:
    if await t.read(X) in (1, 2):
        await t.write(Y, 1)


def test_one_instruction_that_forks_repeatedly() -> None:
    assert stored(membership) == [("y=1",), ("y=1",), ()]


async def decides_in_a_handler(t: Thread) -> None:
    kept = 0
    try:
        if await t.read(X):
            kept = 1
        if await t.read(Z):
            raise ValueError
    except ValueError:
        await t.write(Y if kept else W, 1)


def test_a_variable_that_only_a_handler_reads_tells_states_apart() -> None:
    assert set(stored(decides_in_a_handler)) == {(), ("y=1",), ("w=1",)}
    assert len(flow_of(decides_in_a_handler).states) == 3


async def exchanges_one_of_two(t: Thread) -> None:
    chosen = Y if await t.read(X) else Z
    await t.compare_exchange(chosen, 0, 5)


async def expects_one_of_two(t: Thread) -> None:
    expected = 1 if await t.read(X) else 2
    await t.compare_exchange(Y, expected, 5)


def test_what_an_operation_is_asked_for_tells_states_apart() -> None:
    # The variable is done with when the operation forks. An if and an update with two outcomes each:
    for body in (exchanges_one_of_two, expects_one_of_two):
        assert len(flow_of(body).states) == 3
    assert sorted(stored(exchanges_one_of_two)) == [(), (), ("y=5",), ("z=5",)]
