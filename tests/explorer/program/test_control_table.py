"""The table of control-dependence cases, written as modelled threads.

Each is the first thread of a litmus program of the same name; in the second thread y reaches
x, so that ``exists (0:r0=1)`` is forbidden exactly if the write of y depends on the read of
x.  Where the answer is "Never" (by control), ``Rx`` must control ``Wy``.
"""

from __future__ import annotations

from modelled_paths import W, X, Y, Z, controls_on

from explorer.program.thread import ONCE, Thread


async def armdata(t: Thread) -> None:
    if await t.read(X, ONCE):
        e = 1
    else:
        e = 2
    await t.write(Y, e, ONCE)


def test_armdata_a_constant_chosen_in_an_arm_gives_the_store_no_dependence() -> None:
    # The arms meet at the write; control is not passed on through data.
    assert controls_on(armdata, True) == {"Rx": set(), "Wy": set()}
    assert controls_on(armdata, False) == {"Rx": set(), "Wy": set()}


async def armread(t: Thread) -> None:
    r1 = await t.read(W, ONCE)
    if await t.read(X, ONCE):
        r1 = await t.read(Z, ONCE)
    if r1 == 0:
        await t.write(Y, 1, ONCE)


def test_armread_a_value_read_in_an_arm_carries_the_arms_control() -> None:
    assert controls_on(armread, True, True) == {"Rw": set(), "Rx": set(), "Rz": {"Rx"}, "Wy": {"Rx", "Rz"}}


def test_armread_the_other_arm_chose_the_value_too() -> None:
    # In Python an assignment leaves no trace, so the value kept is as chosen as the one read.
    assert controls_on(armread, False, True) == {"Rw": set(), "Rx": set(), "Wy": {"Rx", "Rw"}}


async def both(t: Thread) -> None:
    if await t.read(X, ONCE):
        await t.write(Y, 1, ONCE)
    else:
        await t.write(Y, 1, ONCE)


def test_both_equal_writes_in_both_arms_are_two_writes() -> None:
    assert controls_on(both, True) == {"Rx": set(), "Wy": {"Rx"}}
    assert controls_on(both, False) == {"Rx": set(), "Wy": {"Rx"}}


async def cmpxchg_after(t: Thread) -> None:
    await t.compare_exchange(X, 1, 2, ONCE)
    await t.write(Y, 1, ONCE)


def test_cmpxchg_after_success_is_no_decision() -> None:
    assert controls_on(cmpxchg_after, True) == {"Rx": set(), "Wx": set(), "Wy": set()}
    assert controls_on(cmpxchg_after, False) == {"Rx": set(), "Wy": set()}


async def cmpxchg_expected(t: Thread) -> None:
    r0 = await t.read(X, ONCE)
    await t.compare_exchange(Y, r0 & 0, 1, ONCE)


def test_cmpxchg_expected_is_no_dependence() -> None:
    assert controls_on(cmpxchg_expected, True) == {"Rx": set(), "Ry": set(), "Wy": set()}


async def cmpxchg_if(t: Thread) -> None:
    if await t.compare_exchange(X, 1, 2, ONCE) == 1:
        await t.write(Y, 1, ONCE)


def test_cmpxchg_if_on_the_returned_value_is_a_decision() -> None:
    assert controls_on(cmpxchg_if, True, True) == {"Rx": set(), "Wx": set(), "Wy": {"Rx"}}
    assert controls_on(cmpxchg_if, False, True) == {"Rx": set(), "Wy": {"Rx"}}


async def cmpxchg_new(t: Thread) -> None:
    r0 = await t.read(X, ONCE)
    await t.compare_exchange(Y, 0, r0, ONCE)


def test_cmpxchg_new_is_ordered_by_data_not_by_control() -> None:
    assert controls_on(cmpxchg_new, True) == {"Rx": set(), "Ry": set(), "Wy": set()}


async def errno(t: Thread) -> None:
    if await t.read(X, ONCE):
        e = 1
    else:
        e = 0
    await t.write(Z, 1, ONCE)
    if e:
        await t.write(Y, 1, ONCE)


def test_errno_the_decision_that_chose_it_controls_what_it_decides() -> None:
    # The arms meet at the write of z; after it the paths part by e, which x chose.
    assert controls_on(errno, True) == {"Rx": set(), "Wz": set(), "Wy": {"Rx"}}
    assert controls_on(errno, False) == {"Rx": set(), "Wz": set()}


async def errnosum(t: Thread) -> None:
    if await t.read(X, ONCE):
        e = 1
    else:
        e = 0
    f = e + 1
    if f == 2:
        await t.write(Y, 1, ONCE)


def test_errnosum_a_sum_of_it_too() -> None:
    assert controls_on(errnosum, True) == {"Rx": set(), "Wy": {"Rx"}}


async def join(t: Thread) -> None:
    if await t.read(X, ONCE):
        await t.write(Z, 1, ONCE)
    await t.write(Y, 1, ONCE)


def test_join_what_follows_the_arms_is_free() -> None:
    assert controls_on(join, True) == {"Rx": set(), "Wz": {"Rx"}, "Wy": set()}
    assert controls_on(join, False) == {"Rx": set(), "Wy": set()}


async def nested(t: Thread) -> None:
    r0 = await t.read(X, ONCE)
    if r0:
        if r0 == 1:
            await t.write(Y, 1, ONCE)


def test_nested_both_decisions_control() -> None:
    assert controls_on(nested, True, True) == {"Rx": set(), "Wy": {"Rx"}}


async def twice(t: Thread) -> None:
    r0 = await t.read(X, ONCE)
    if r0:
        await t.write(Z, 1, ONCE)
    if r0:
        await t.write(Y, 1, ONCE)


def test_twice_the_second_decision_has_a_known_outcome_and_controls() -> None:
    # One outcome is asked for: the second is forced, inside the same segment.
    assert controls_on(twice, True) == {"Rx": set(), "Wz": {"Rx"}, "Wy": {"Rx"}}
    assert controls_on(twice, False) == {"Rx": set()}


async def untaken(t: Thread) -> None:
    r0 = await t.read(X, ONCE)
    e = 1
    if r0 == 0:
        e = 0
    if e:
        await t.write(Y, 1, ONCE)


def test_untaken_in_python_the_value_kept_is_as_chosen_as_the_value_given() -> None:
    # As a litmus file the assignment is in the arm not taken and y is free ("Sometimes").  Python
    # shows no assignments: the paths part by e, and the decision on x tells the branches apart.
    assert controls_on(untaken, False) == {"Rx": set(), "Wy": {"Rx"}}


async def xchg_after(t: Thread) -> None:
    await t.exchange(X, 2, ONCE)
    await t.write(Y, 1, ONCE)


def test_xchg_after_is_no_decision() -> None:
    assert controls_on(xchg_after) == {"Rx": set(), "Wx": set(), "Wy": set()}


async def xor(t: Thread) -> None:
    r0 = await t.read(X, ONCE)
    if (r0 ^ r0) == 0:
        await t.write(Y, 1, ONCE)


def test_xor_depends_on_what_it_is_computed_from_whatever_the_result() -> None:
    assert controls_on(xor, True) == {"Rx": set(), "Wy": {"Rx"}}
