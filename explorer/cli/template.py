"""A box is filled and a flag is raised: may a reader who saw the flag find the box empty?

    sealrace explore FILE:NAME --fix all --model sc --model tso --model pso --model lkmm

This is a scenario to begin with: it runs as it is. Put your own code in its place, a piece at a
time. What each piece may contain is told in docs/scenarios.md.
"""

from __future__ import annotations

from dataclasses import dataclass

from explorer.execution.execution import Execution
from explorer.execution.location import Location
from explorer.program.program import Program, ThreadSpec
from explorer.program.thread import ACQUIRE, ONCE, RELEASE, Thread
from explorer.property import Edge, Mark, Violation
from explorer.scenario import Case, Goal, Parameters, Scenario

# ---- The threads, one access at a time. Put the code that they stand for beside them: whoever
# ---- knows that code checks the model line by line. "W1", "R1" are steps: reports show them.


async def fill(t: Thread, box: Location, flag: Location, fix: str) -> None:
    """The writer.

    WRITE_ONCE(box, 42);
    WRITE_ONCE(flag, 1);            /* fix release: smp_store_release(&flag, 1); */
    """
    await t.write(box, 42, ONCE, at="W1 fill the box")
    await t.write(flag, 1, RELEASE if fix == "release" else ONCE, at="W2 raise the flag")


async def look(t: Thread, box: Location, flag: Location, fix: str) -> None:
    """The reader.

    if (READ_ONCE(flag))            /* fix release: smp_load_acquire(&flag) */
            value = READ_ONCE(box);
    """
    if await t.read(flag, ACQUIRE if fix == "release" else ONCE, at="R1 look at the flag"):
        await t.read(box, ONCE, at="R2 open the box")


# ---- What must never happen, asked of every execution. An event is a number: its place in the
# ---- execution. The edges tell why it is a violation; the marks are words beside events.


def opened(execution: Execution, box: Location) -> int | None:
    """The load of the box, None where the reader did not get so far."""
    loads = (i for i, event in enumerate(execution.events) if event.kind.reads and event.location is box)
    return next(loads, None)


@dataclass(frozen=True)
class Empty:
    """The flag was seen, and the box was empty."""

    box: Location
    name: str = "empty"

    def find(self, execution: Execution, _before: object) -> Violation | None:
        load = opened(execution, self.box)
        if load is None or execution.events[load].value != 0:
            return None
        flag = load - 1  # the reader's load before it
        path = (Edge(execution.source_of[flag], flag, "rf"), Edge(flag, load, "po"))
        return Violation(self.name, path, (Mark(load, "EMPTY"),), "The reader saw the flag, and the box was empty.")


# ---- One program: threads, what must never happen, and what must happen at least once. Without
# ---- such a goal a program that does nothing at all would HOLD.


def build(fix: str, _protocol: str, _sizes: Parameters) -> Case:
    box, flag = Location("box"), Location("flag")
    program = Program(
        (
            ThreadSpec("writer", fill, (box, flag, fix)),
            ThreadSpec("reader", look, (box, flag, fix)),
        )
    )
    reached = Goal("opened", "the reader opened the box", lambda execution: opened(execution, box) is not None)
    return Case(program, (Empty(box),), (reached,))


# ---- What the command line knows of it.

HOLDS: frozenset[str] = frozenset()
EMPTY = frozenset({"empty"})

TEMPLATE = Scenario(
    name="NAME",
    title="a flag raised after a box was filled",
    text="Message passing, as it is and with release and acquire.",
    fixes=("none", "release"),  # variants of the code; the code as it is comes first
    protocols=("plain",),  # ways to set the stage; one will do
    parameters={},  # sizes, {"readers": 2}: build() gets them, --param changes them
    small={},  # the same sizes, as small as they may be: --small
    build=build,
    # What you know before you run it, by hand: --expect compares. sc and tso keep the two stores
    # in order, and the two loads. pso lets the stores pass each other, armv8 and lkmm the loads, too.
    expected={
        ("plain", "none", "sc"): HOLDS,
        ("plain", "none", "tso"): HOLDS,
        ("plain", "none", "pso"): EMPTY,
        ("plain", "none", "armv8"): EMPTY,
        ("plain", "none", "lkmm"): EMPTY,
        ("plain", "release", "sc"): HOLDS,
        ("plain", "release", "tso"): HOLDS,
        ("plain", "release", "pso"): HOLDS,
        ("plain", "release", "armv8"): HOLDS,
        ("plain", "release", "lkmm"): HOLDS,
    },
)

# ---- A test in your own suite asks the same: see "In a test suite" in docs/scenarios.md.
