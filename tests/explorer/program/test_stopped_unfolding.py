"""Unfolding that is told to stop: it is asked before every arm, and what was stopped has no trees."""

from __future__ import annotations

from explorer.execution.location import Location
from explorer.program.program import Program, ThreadSpec
from explorer.program.thread import ONCE, Thread
from explorer.program.tree import Unfolding

X = Location("x")


async def branching(t: Thread) -> None:
    if await t.read(X, ONCE):
        await t.write(X, 2, ONCE)


async def straight(t: Thread) -> None:
    await t.write(X, 1, ONCE)


PROGRAM = Program((ThreadSpec("a", branching), ThreadSpec("b", straight)))


def unfolded(stops_at: int) -> tuple[Unfolding, int]:
    """The unfolding that is told to stop when it asks for this time, and how often it has asked."""
    asked = 0

    def stopping() -> str:
        nonlocal asked
        asked += 1
        return "enough" if asked == stops_at else ""

    return Unfolding(PROGRAM, 3, stopping=stopping), asked


def test_it_asks_before_every_arm() -> None:
    """Of thread a the beginning with the first outcome and then the second one, and of thread b all there is."""
    unfolding, asked = unfolded(stops_at=99)
    assert (asked, unfolding.stopped) == (3, "")
    assert [tree.thread.name for tree in unfolding.trees] == ["a", "b"]


def test_what_was_stopped_says_why_and_has_nothing() -> None:
    for number in (1, 2, 3):
        unfolding, asked = unfolded(stops_at=number)
        assert (asked, unfolding.stopped) == (number, "enough")
        assert (unfolding.trees, unfolding.locations, unfolding.objects) == ((), (), {})
