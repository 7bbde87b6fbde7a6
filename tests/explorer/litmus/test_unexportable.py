"""What cannot be said as a litmus test is refused by name."""

from __future__ import annotations

import pytest
from exported_text import Body, Box, exported, program

from explorer.execution.location import Location
from explorer.program.errors import ScenarioError
from explorer.program.thread import ONCE, PLAIN, Thread


async def chooses(t: Thread, x: Location, y: Location) -> None:
    await t.write(y, 1 if await t.read(x, ONCE) else 2, ONCE)


async def follows_both(t: Thread, pointer: Location) -> None:
    box = await t.read(pointer, ONCE)
    await t.read(box.first)
    await t.read(box.second)


async def loops(t: Thread, x: Location) -> None:
    while await t.read(x, ONCE) == 0:
        pass


async def divides(t: Thread, x: Location) -> None:
    await t.write(x, await t.read(x) // 2)


async def plain_update(t: Thread, x: Location) -> None:
    await t.exchange(x, 1, PLAIN)


async def shifts(t: Thread, x: Location) -> None:
    await t.wait_rmw(x, lambda v: v == 0, lambda v: v << 1)


async def uses_nothing(t: Thread, x: Location) -> None:
    await t.write(x, await t.fetch("+", x, 1, ONCE, result=None))


async def at_most(t: Thread, x: Location) -> None:
    await t.update_if(x, lambda v: v < 3, lambda v: v + 1)


async def looks_often(t: Thread, x: Location) -> None:
    for _ in range(11):
        if await t.read(x):
            pass


async def assumes_the_impossible(t: Thread, x: Location) -> None:
    await t.read(x)
    await t.assume(0)


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (loops, r"thread P0 cannot be exported: herd has no loops, and a bound cuts the loop in loops"),
        (divides, r"test_unexportable.py:\d+: .*: a value is computed with //, which litmus tests do not have"),
        (
            plain_update,
            r"test_unexportable.py:\d+: .*: the kernel has no atomic operation with the ordering of plain",
        ),
        (shifts, r"test_unexportable.py:\d+: .*: the kernel has no atomic operation that stores \(value1 << 1\)"),
        (uses_nothing, r"test_unexportable.py:\d+: .*: a value is used that the kernel's operation does not give"),
        (
            at_most,
            r"test_unexportable.py:\d+: .*: the kernel has no atomic operation on the condition \(value1 < 3\)",
        ),
        (looks_often, r"thread P0 cannot be exported: it has more than 2,000 paths"),
        (assumes_the_impossible, r"test_unexportable.py:\d+: .*: an assumption fails whatever is read"),
    ],
)
def test_what_cannot_be_said_is_refused_by_name(body: Body, message: str) -> None:
    with pytest.raises(ScenarioError, match=message) as caught:
        exported(program((body, (Location("x"),))))
    assert caught.value.advice


def test_two_fields_behind_a_pointer_are_refused() -> None:
    with pytest.raises(
        ScenarioError, match=r"two fields of box through a pointer, box.first and box.second, and herd's C has no str"
    ):
        exported(program((follows_both, (Location("slot", Box("box")),))))


def test_control_that_c_has_otherwise_is_refused() -> None:
    """A store that both arms come by is controlled by neither; in C one of two stores would be."""
    with pytest.raises(ScenarioError, match=r"test_unexportable.py:\d+: thread P0 cannot be .*\(control dependence\)"):
        exported(program((chooses, (Location("x"), Location("y")))))
