"""Control dependence of modelled threads: joins, partings, values that carry control, frames and loops.

A name such as ``Rx`` is the read of x on the path, ``Wy`` the write of y, ``Rx2`` the second
read of x.
"""

from __future__ import annotations

import subprocess
import sys

from modelled_paths import W, X, Y, Z, controls_on, follow, unfold

from explorer.execution.location import Location, Object, Value
from explorer.program.program import Program, ThreadSpec
from explorer.program.thread import ONCE, Thread
from explorer.program.tree import Unfolding

# Where arms meet.


async def early_return(t: Thread) -> None:
    if await t.read(X):
        await t.write(Z, 1)
        return
    await t.write(Y, 1)
    await t.write(W, 1)


def test_everything_after_a_return_in_one_arm_is_controlled() -> None:
    assert controls_on(early_return, False) == {"Rx": set(), "Wy": {"Rx"}, "Ww": {"Rx"}}
    assert controls_on(early_return, True) == {"Rx": set(), "Wz": {"Rx"}}


async def return_deep_in_an_arm(t: Thread) -> None:
    if await t.read(X):
        if await t.read(Z):
            return
        await t.write(Y, 1)
    await t.write(W, 1)


def test_a_return_in_a_nested_arm_leaves_no_join_for_both_decisions() -> None:
    # With x = 1 the path may end at z, so w comes only where z let it; with x = 0 z is not looked at,
    # but x decided whether it would be.
    assert controls_on(return_deep_in_an_arm, True, False) == {
        "Rx": set(), "Rz": {"Rx"}, "Wy": {"Rx", "Rz"}, "Ww": {"Rx", "Rz"},
    }  # fmt: skip
    assert controls_on(return_deep_in_an_arm, False) == {"Rx": set(), "Ww": {"Rx"}}


async def nested(t: Thread) -> None:
    if await t.read(X):
        if await t.read(Z):
            await t.write(Y, 1)
        await t.write(Z, 2)
    await t.write(W, 1)


def test_a_nested_decision_ends_at_its_own_join() -> None:
    assert controls_on(nested, True, True) == {
        "Rx": set(), "Rz": {"Rx"}, "Wy": {"Rx", "Rz"}, "Wz": {"Rx"}, "Ww": set(),
    }  # fmt: skip


async def chained(t: Thread) -> None:
    if await t.read(X):
        await t.write(Z, 1)
    elif await t.read(Y):
        await t.write(Z, 2)
    await t.write(W, 1)


def test_elif_is_controlled_by_the_tests_before_it() -> None:
    assert controls_on(chained, False, True) == {"Rx": set(), "Ry": {"Rx"}, "Wz": {"Rx", "Ry"}, "Ww": set()}


async def both_and(t: Thread) -> None:
    if await t.read(X) and await t.read(Y):
        await t.write(Z, 1)
    await t.write(W, 1)


def test_and_decides_twice() -> None:
    assert controls_on(both_and, True, True) == {"Rx": set(), "Ry": {"Rx"}, "Wz": {"Rx", "Ry"}, "Ww": set()}


async def membership(t: Thread) -> None:
    if await t.read(X) in (1, 2):
        await t.write(Y, 1)
    await t.write(W, 1)


def test_one_instruction_that_decides_repeatedly() -> None:
    # x == 1 fails, x == 2 holds: both are decided where ``in`` stands.
    assert controls_on(membership, False, True) == {"Rx": set(), "Wy": {"Rx"}, "Ww": set()}


# Partings that are no decisions.


async def silent_decision(t: Thread) -> None:
    e = 1 if await t.read(X) else 0
    await t.write(Z, 1)
    f = 2 if await t.read(Z) else 3
    if e:
        await t.write(Y, f)


def test_only_the_decision_that_chose_the_errno_controls_what_it_decides() -> None:
    # z chooses f, which goes into the data of y only.
    assert controls_on(silent_decision, True, True) == {"Rx": set(), "Wz": set(), "Rz": set(), "Wy": {"Rx"}}


async def errno_of_two(t: Thread) -> None:
    error = 0
    if await t.read(X):
        error = 1
    if await t.read(Z):
        error = 2
    await t.write(W, 1)
    if error == 2:
        await t.write(Y, 1)


def test_an_errno_overwritten_in_every_case_keeps_no_trace_of_the_first_decision() -> None:
    # Whatever x said, y is written exactly if z is 1.
    assert controls_on(errno_of_two, True, True) == {"Rx": set(), "Rz": set(), "Ww": set(), "Wy": {"Rz"}}
    assert controls_on(errno_of_two, False, True) == {"Rx": set(), "Rz": set(), "Ww": set(), "Wy": {"Rz"}}


async def errno_around_an_update(t: Thread) -> None:
    error = 1 if await t.read(X) else 0
    await t.compare_exchange(Z, 0, 1)
    if error:
        await t.write(Y, 1)


def test_an_update_before_the_parting_is_not_controlled_by_it() -> None:
    # All four events of the fully ordered update stand at one place; the paths part when it is left.
    assert controls_on(errno_around_an_update, True, True) == {
        "Rx": set(), "F": set(), "Rz": set(), "Wz": set(), "F2": set(), "Wy": {"Rx"},
    }  # fmt: skip


async def errno_until_the_parts_meet(t: Thread) -> None:
    error = 1 if await t.read(X) else 0
    await t.write(Z, 1)
    if error:
        await t.write(Y, 1)
    await t.write(W, 1)


def test_the_branches_of_a_parting_meet_too() -> None:
    assert controls_on(errno_until_the_parts_meet, True) == {"Rx": set(), "Wz": set(), "Wy": {"Rx"}, "Ww": set()}


async def errno_flipped(t: Thread) -> None:
    error = 1 if await t.read(X) else 0
    if await t.read(Z):
        error = 1 - error
    await t.write(W, 1)
    if error:
        await t.write(Y, 1)


def test_a_decision_that_turns_the_meaning_of_a_later_one_around_controls_with_it() -> None:
    # After each outcome of x both are possible, but x decides which outcome of z means which.
    for outcomes in ((True, False), (False, True)):
        assert controls_on(errno_flipped, *outcomes) == {"Rx": set(), "Rz": set(), "Ww": set(), "Wy": {"Rx", "Rz"}}


# Values carry control out of the arm in which they were made or assigned.


async def made_in_arm(t: Thread) -> None:
    x = await t.read(X)
    z = await t.read(Z)
    v = z
    if x:
        v = z + 1
    await t.write(W, v)
    if v:
        await t.write(Y, 1)


def test_a_value_computed_in_an_arm_carries_its_control_to_a_later_if() -> None:
    # Not to the write of w, which has v as data.
    assert controls_on(made_in_arm, True, True) == {"Rx": set(), "Rz": set(), "Ww": set(), "Wy": {"Rx", "Rz"}}


async def assigned_in_arm(t: Thread) -> None:
    x = await t.read(X)
    z = await t.read(Z)
    w = await t.read(W)
    v = z if x else w
    if v:
        await t.write(Y, 1)


def test_a_value_only_chosen_in_an_arm_carries_its_control() -> None:
    assert controls_on(assigned_in_arm, True, True)["Wy"] == {"Rx", "Rz"}
    assert controls_on(assigned_in_arm, False, True)["Wy"] == {"Rx", "Rw"}


async def constant_in_a_comparison(t: Thread) -> None:
    x = await t.read(X)
    z = await t.read(Z)
    limit = 1 if x else 2
    if z == limit:
        await t.write(Y, 1)


def test_a_constant_chosen_in_an_arm_carries_its_control_into_a_comparison() -> None:
    assert controls_on(constant_in_a_comparison, True, True)["Wy"] == {"Rx", "Rz"}


async def carried_twice(t: Thread) -> None:
    v = await t.read(W)
    if await t.read(X):
        v = await t.read(Z)
    u = 0
    if v:
        u = await t.read(Y)
    if u:
        await t.write(W, 1)


def test_control_is_carried_on_through_a_second_value() -> None:
    # u was read under v, v under x.
    assert controls_on(carried_twice, True, True, True)["Ww"] == {"Rx", "Rz", "Ry"}


async def same_value_in_both_arms(t: Thread) -> None:
    z = await t.read(Z)
    if await t.read(X):
        await t.write(W, 1)
        v = z
    else:
        v = z
    if v:
        await t.write(Y, 1)


def test_the_same_value_in_both_arms_was_not_chosen() -> None:
    assert controls_on(same_value_in_both_arms, True, True)["Wy"] == {"Rz"}


# Frames.


async def callee(t: Thread) -> int:
    if await t.read(X):
        await t.write(Z, 1)
    await t.write(W, 1)
    return 0


async def caller(t: Thread) -> None:
    await callee(t)
    await t.write(Y, 1)


def test_arms_that_meet_in_a_callee() -> None:
    assert controls_on(caller, True) == {"Rx": set(), "Wz": {"Rx"}, "Ww": set(), "Wy": set()}


async def failing(t: Thread) -> int:
    if await t.read(X):
        return -22
    await t.write(Z, 1)
    return 0


async def checking(t: Thread) -> None:
    error = await failing(t)
    await t.write(W, 1)
    if error:
        await t.write(Y, 1)


def test_an_errno_returned_by_a_callee_and_tested_by_the_caller() -> None:
    # The return of the callee leaves its arms to meet in the caller, at w.
    assert controls_on(checking, True) == {"Rx": set(), "Ww": set(), "Wy": {"Rx"}}
    assert controls_on(checking, False) == {"Rx": set(), "Wz": {"Rx"}, "Ww": set()}


async def calls_twice(t: Thread) -> None:
    await failing(t)
    await failing(t)


def test_two_calls_of_one_function_are_two_places() -> None:
    assert controls_on(calls_twice, False, False) == {"Rx": set(), "Wz": {"Rx"}, "Rx2": set(), "Wz2": {"Rx2"}}


# Loops.


async def per_iteration(t: Thread) -> None:
    for _ in range(2):
        if await t.read(X):
            await t.write(Y, 1)


def test_a_for_loop_has_a_join_in_every_iteration() -> None:
    assert controls_on(per_iteration, True, True) == {"Rx": set(), "Wy": {"Rx"}, "Rx2": set(), "Wy2": {"Rx2"}}


async def with_continue(t: Thread) -> None:
    for _ in range(2):
        if await t.read(X):
            continue
        await t.write(Y, 1)
    await t.write(W, 1)


def test_continue_meets_the_other_arm_in_the_next_iteration() -> None:
    assert controls_on(with_continue, False, False) == {
        "Rx": set(), "Wy": {"Rx"}, "Rx2": set(), "Wy2": {"Rx2"}, "Ww": set(),
    }  # fmt: skip


async def with_break(t: Thread) -> None:
    for _ in range(2):
        if await t.read(X):
            break
        await t.write(Y, 1)
    await t.write(W, 1)


def test_break_meets_the_other_arm_after_the_loop() -> None:
    assert controls_on(with_break, False, False) == {
        "Rx": set(), "Wy": {"Rx"}, "Rx2": {"Rx"}, "Wy2": {"Rx", "Rx2"}, "Ww": set(),
    }  # fmt: skip


async def chosen_rounds(t: Thread) -> None:
    rounds = 1 if await t.read(X) else 2
    for _ in range(rounds):
        if await t.read(Z):
            await t.write(Y, 1)


def test_the_decision_that_chose_how_often_a_loop_runs_controls_its_later_rounds() -> None:
    # The first round comes in every case.
    assert controls_on(chosen_rounds, False, True, True) == {
        "Rx": set(), "Rz": set(), "Wy": {"Rz"}, "Rz2": {"Rx"}, "Wy2": {"Rx", "Rz2"},
    }  # fmt: skip


async def while_value(t: Thread) -> None:
    v = await t.read(X)
    while v:
        await t.write(Y, 1)
        v = await t.read(X)
    await t.write(W, 1)


def test_while_value_controls_the_iterations_that_follow_but_not_what_follows_the_loop() -> None:
    # Every path that is not cut comes to w.
    assert controls_on(while_value, True, True, False) == {
        "Rx": set(), "Wy": {"Rx"}, "Rx2": {"Rx"}, "Wy2": {"Rx", "Rx2"}, "Rx3": {"Rx", "Rx2"}, "Ww": set(),
    }  # fmt: skip


def test_the_bound_of_a_loop_does_not_change_control() -> None:
    for unroll in (2, 3, 5):
        found = controls_on(while_value, True, False, unroll=unroll)
        assert found == {"Rx": set(), "Wy": {"Rx"}, "Rx2": {"Rx"}, "Ww": set()}


async def errno_across_a_loop(t: Thread) -> None:
    while True:
        if await t.read(Z):
            break
    error = 1 if await t.read(X) else 0
    await t.write(W, 1)
    if error:
        await t.write(Y, 1)


def test_the_last_iteration_before_the_bound_tells_nothing_apart() -> None:
    # Its other arm is cut, so it never comes to w, where x tells the branches apart.
    found = controls_on(errno_across_a_loop, True, True, unroll=1)
    assert found == {"Rz": set(), "Rx": set(), "Ww": set(), "Wy": {"Rx"}}


async def endless(t: Thread) -> None:
    while True:
        if await t.read(X):
            await t.write(Y, 1)
        await t.write(Z, 1)


def test_a_thread_that_never_returns_has_joins_all_the_same() -> None:
    assert controls_on(endless, True, unroll=1) == {"Rx": set(), "Wy": {"Rx"}, "Wz": set()}


# What decides nothing.


async def waits(t: Thread) -> None:
    await t.wait_until(X, lambda v: v == 1)
    await t.wait_rmw(Z, lambda v: v == 0, lambda v: v + 1, ONCE)
    await t.write(Y, 1)


def test_the_end_of_a_wait_is_no_decision() -> None:
    assert controls_on(waits) == {"Rx": set(), "Rz": set(), "Wz": set(), "Wy": set()}


async def assumes(t: Thread) -> None:
    await t.assume(await t.read(X) == 1)
    await t.write(Y, 1)


def test_an_assumption_is_no_decision() -> None:
    assert controls_on(assumes, True) == {"Rx": set(), "Wy": set()}


async def assumes_in_an_arm(t: Thread) -> None:
    if await t.read(X):
        await t.assume(await t.read(Z) == 1)
    await t.write(Y, 1)


def test_a_path_that_an_assumption_drops_does_not_keep_arms_from_meeting() -> None:
    assert controls_on(assumes_in_an_arm, True, True) == {"Rx": set(), "Rz": {"Rx"}, "Wy": set()}


class Page(Object):
    def __init__(self, name: str, flags: Value) -> None:
        super().__init__(name)
        self.flags = Location(f"{name}.flags", flags)


async def follows(t: Thread, slot: Location) -> None:
    page = await t.read(slot)
    await t.read(page.flags)
    await t.write(Y, 1)


async def stores(t: Thread, slot: Location, page: Page) -> None:
    await t.write(slot, page)


def test_the_resolution_of_a_pointer_is_no_decision() -> None:
    first, second = Page("A", 0), Page("B", 0)
    slot = Location("slot", first)
    program = Program((ThreadSpec("P0", follows, (slot,)), ThreadSpec("P1", stores, (slot, second))))
    tree = Unfolding(program, 1).trees[0]
    for page in (first, second):
        segment = follow(tree, page)
        assert [mask for part in segment.path for mask in part.control] == [0, 0, 0]


# Control is asked for late, and paid for then.


def test_control_is_computed_in_any_order_of_segments() -> None:
    tree = unfold(nested)
    inner = follow(tree, True, True)
    last = inner.control
    assert inner.parent is not None
    # The reads of x and z are at positions 0 and 1; y, z and w are written in the last segment.
    assert (tree.root.control, inner.parent.control, last) == ((0,), (0b1,), (0b11, 0b1, 0))


def test_unfolding_imports_no_graph_library() -> None:
    code = "import sys, explorer.program.tree; sys.exit('networkx' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
