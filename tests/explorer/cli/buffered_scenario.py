"""Store buffering with everything else that a report can hold of an execution.

Two threads each store to their own location and then look at the other's; under tso both can
see nothing (SB).  On the way there are a blocking step, a load of the thread's own store, a
pointer with the object behind it, a fully ordered update, and a store under an ``if``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from explorer.execution.execution import Execution
from explorer.execution.location import Location, Object
from explorer.program.program import Program, ThreadSpec
from explorer.program.thread import ONCE, Thread
from explorer.property import Edge, Mark, Violation
from explorer.scenario import Case, Scenario


class Page(Object):
    """What the pointer leads to."""

    def __init__(self) -> None:
        super().__init__("page")
        self.count = Location("page.count")


@dataclass(frozen=True)
class BothSawNothing:
    """Violated where the last reads of ``x`` and ``y`` found them unwritten."""

    name: str = "stale"

    def find(self, execution: Execution, _before: Sequence[int] | None) -> Violation | None:
        initial = {event.location.name: i for i, event in enumerate(execution.events[:4]) if event.location}
        looks = {
            event.location.name: i
            for i, event in enumerate(execution.events)
            if event.kind.reads and event.location and event.source and event.source.step.startswith("L")
        }
        if any(execution.source_of[looks[name]] != initial[name] for name in "xy"):
            return None
        path = tuple(Edge(execution.source_of[looks[name]], looks[name], "rf") for name in "xy")
        return Violation(self.name, path, (Mark(looks["x"], "STALE"),), "Neither saw the other.")


def build(_fix: str, _protocol: str, sizes: Mapping[str, int]) -> Case:
    x, y, page = Location("x"), Location("y"), Page()
    slot = Location("slot", page)

    async def first(t: Thread) -> None:
        await t.write(x, sizes["stored"], ONCE, at="W1 mm/toy.c first: store")
        own = await t.read(x, ONCE, at="R1 own store")
        if not await t.read(y, ONCE, at="L1 mm/toy.c first: look"):
            await t.write(x, own + 1, ONCE, at="W2 again")

    async def get_page(t: Thread) -> None:
        found = await t.read(slot, ONCE, at="R2 slot")
        await t.fetch("+", found.count, 1, at="U1 get_page")

    async def second(t: Thread) -> None:
        await t.wait_until(slot, lambda found: found != 0, at="R3 wait")
        await get_page(t)
        await t.write(y, 1, ONCE, at="W3 store")
        await t.read(x, ONCE, at="L2 look")

    return Case(Program((ThreadSpec("first", first), ThreadSpec("second", second))), (BothSawNothing(),))


BUFFERED = Scenario(
    name="buffered",
    title="store buffering",
    text="Both threads can see nothing of the other.",
    fixes=("none",),
    protocols=("P2",),
    parameters={"stored": 1},
    small={"stored": 1},
    build=build,
)
