"""A scenario small enough to know by heart: message passing, in the terms of a mailbox.

The writer fills the box and raises the flag; the reader looks at the flag, then into the
box.  With fix ``none`` the two stores have no order under pso, with ``fenced`` they have.
A read that sees the flag is ``late``; one that sees the flag and an empty box is ``leak``.

Executions by what the reader sees (flag, box):
    sc, tso and pso with the fence   (0, 0) (0, 1) (1, 1)           3, one late
    pso without the fence            (0, 0) (0, 1) (1, 1) (1, 0)    4, two late, one leak

With fix ``waits`` the reader waits for a flag that never comes: one blocked execution.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from explorer.execution.execution import Execution
from explorer.execution.kinds import Tag
from explorer.execution.location import Location
from explorer.program.program import Program, ThreadSpec
from explorer.program.thread import ONCE, Thread
from explorer.property import Edge, Mark, Violation
from explorer.scenario import Case, Goal, Scenario

LATE, LEAK = frozenset({"late"}), frozenset({"leak", "late"})
DECLARED = {("P2", fix, model): LATE for fix in ("none", "fenced") for model in ("sc", "tso", "pso")} | {
    ("P2", "none", "pso"): LEAK
}


def seen(execution: Execution) -> tuple[int, ...]:
    """What the reader read, in program order."""
    values = [execution.events[i].value for i in execution.thread_events(1) if execution.events[i].kind.reads]
    return tuple(value for value in values if isinstance(value, int))


@dataclass(frozen=True)
class Sees:
    """Violated where the reader's first reads are these."""

    name: str
    values: tuple[int, ...]

    def find(self, execution: Execution, _before: object) -> Violation | None:
        if seen(execution)[: len(self.values)] != self.values:
            return None
        read = execution.thread_events(1)[0]
        write = execution.source_of[read]
        return Violation(self.name, (Edge(write, read, "rf"),), (Mark(read, self.name),), "The flag was seen.")


@dataclass(frozen=True)
class FlagSeenInOrder:
    """Needs an order: finds nothing where the model names none."""

    name: str = "late"

    def find(self, execution: Execution, before: object) -> Violation | None:
        return None if before is None else Sees(self.name, (1,)).find(execution, before)


def build(fix: str, _protocol: str, sizes: Mapping[str, int]) -> Case:
    box, flag = Location("box"), Location("flag")

    async def writer(t: Thread) -> None:
        for _ in range(sizes["stores"]):
            await t.write(box, 1, ONCE, at="W1 fill")
        if fix == "fenced":
            await t.fence(Tag.WMB, at="W2 order")
        await t.write(flag, 1, ONCE, at="W3 raise")

    async def reader(t: Thread) -> None:
        if fix == "waits":
            await t.wait_until(flag, lambda raised: raised == 2)
        await t.read(flag, ONCE, at="R1 look")
        await t.read(box, ONCE, at="R2 open")

    program = Program((ThreadSpec("writer", writer), ThreadSpec("reader", reader)))
    goal = Goal("looked", "the reader saw something", lambda execution: bool(seen(execution)))
    return Case(program, (FlagSeenInOrder(), Sees("leak", (1, 0))), (goal,))


MAILBOX = Scenario(
    name="mailbox",
    title="a flag raised after a box was filled",
    text="The reader may see the flag and an empty box.",
    fixes=("none", "fenced", "waits"),
    protocols=("P2",),
    parameters={"stores": 1},
    small={"stores": 1},
    build=build,
    expected=DECLARED,
    ranges={"stores": range(1, 4)},
)


def build_endless(fix: str, _protocol: str, sizes: Mapping[str, int]) -> Case:
    """Ten threads write one location, each its own value: 10! coherence orders, more than anybody waits for."""
    box = Location("box")

    async def writer(t: Thread, value: int) -> None:
        await t.write(box, value, ONCE)

    async def reader(t: Thread) -> None:
        await t.read(box, ONCE)

    threads = [ThreadSpec("first", writer, (1,)), ThreadSpec("reader", reader)]
    threads += [ThreadSpec(f"writer {i}", writer, (i + 2,)) for i in range(sizes["writers"] - 1)]
    properties = (Sees("leak", (1,)),) if fix == "none" else ()
    return Case(Program(tuple(threads)), properties)


ENDLESS = Scenario(
    name="endless",
    title="more executions than anybody waits for",
    text="Writers of one location, and a reader.",
    fixes=("none", "holds"),
    protocols=("P2",),
    parameters={"writers": 10},
    small={"writers": 2},
    build=build_endless,
)


def toys() -> tuple[Scenario, ...]:
    """What stands in for the registry of scenarios."""
    return MAILBOX, ENDLESS
