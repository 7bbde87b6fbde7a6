"""A scenario with everything that can be chosen: fixes that combine, protocols, switches, and what means nothing.

Message passing again: the writer fills the box and raises the flag; the reader looks at the flag, then into
the box.  Fix ``wmb`` orders the two stores, ``rmb`` the two loads; with the switch ``v6.9`` the flag is stored with
release and loaded with acquire, which orders both.  With protocol ``never`` no flag is raised.  A reader that sees
the flag and an empty box breaks ``torn`` and ``empty``, declared in this order.

Executions of protocol ``raised`` by what the reader sees (flag, box), and what is broken:
    stores and loads in order        (0, 0) (0, 1) (1, 1)           3
    one of the two not               (0, 0) (0, 1) (1, 1) (1, 0)    4, one of them empty
sc and tso keep both in order, pso the loads, armv8 neither.  With ``never``: (0, 0) (0, 1).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from explorer.execution.execution import Execution
from explorer.execution.kinds import Tag
from explorer.execution.location import Location
from explorer.program.program import Program, ThreadSpec
from explorer.program.thread import ACQUIRE, ONCE, RELEASE, Thread
from explorer.property import Edge, Mark, Violation
from explorer.scenario import Case, Goal, Scenario

NO_FLAG = "no flag is raised, so there is no order to keep"


@dataclass(frozen=True)
class Empty:
    """The flag was seen, and the box was empty."""

    name: str

    def find(self, execution: Execution, _before: object) -> Violation | None:
        flag, box = (i for i in execution.thread_events(1) if execution.events[i].kind.reads)
        if (execution.events[flag].value, execution.events[box].value) != (1, 0):
            return None
        path = (Edge(execution.source_of[flag], flag, "rf"), Edge(flag, box, "po"))
        return Violation(self.name, path, (Mark(box, "EMPTY"),), "The flag was seen and the box was empty.")


def build(fix: str, protocol: str, parameters: Mapping[str, int]) -> Case:
    box, flag = Location("box"), Location("flag")
    fixes = fix.split("+")
    modern = parameters["v6.9"]

    async def writer(t: Thread) -> None:
        for _ in range(parameters["stores"]):
            await t.write(box, 1, ONCE, at="W1 fill")
        if "wmb" in fixes:
            await t.fence(Tag.WMB, at="W2 order")
        if protocol == "raised":
            await t.write(flag, 1, RELEASE if modern else ONCE, at="W3 raise")

    async def reader(t: Thread) -> None:
        await t.read(flag, ACQUIRE if modern else ONCE, at="R1 look")
        if "rmb" in fixes:
            await t.fence(Tag.RMB, at="R2 order")
        if parameters["twice"]:
            await t.fence(Tag.MB, at="R3 order again")
        await t.read(box, ONCE, at="R4 open")

    program = Program((ThreadSpec("writer", writer), ThreadSpec("reader", reader)))
    goal = Goal("ended", "an execution ended", lambda _execution: True)
    return Case(program, (Empty("torn"), Empty("empty")), (goal,))


def not_applicable(fix: str, protocol: str) -> str | None:
    return NO_FLAG if protocol == "never" and fix != "none" else None


BROKEN: frozenset[str] = frozenset({"torn", "empty"})

VARIANTS = Scenario(
    name="variants",
    title="a flag raised after a box was filled, in all variants",
    text="Each fix orders one side.",
    fixes=("none", "wmb", "rmb"),
    protocols=("raised", "never"),
    parameters={"stores": 1},
    small={"stores": 1},
    build=build,
    expected={
        ("raised", "none", "sc"): frozenset(),
        ("raised", "none", "pso"): BROKEN,
        ("raised", "wmb", "pso"): frozenset(),
        ("raised", "wmb", "armv8"): BROKEN,
        ("raised", "wmb+rmb", "armv8"): frozenset(),
    },
    ranges={"stores": range(1, 4)},
    switches={"v6.9": "the flag is stored with release and loaded with acquire", "twice": "a full fence more"},
    combine=True,
    not_applicable=not_applicable,
)


def variants() -> tuple[Scenario, ...]:
    """What stands in for the registry of scenarios."""
    return (VARIANTS,)
