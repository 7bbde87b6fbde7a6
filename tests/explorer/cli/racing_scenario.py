"""A data race: one thread stores to a location and another loads from it, both with plain accesses.

Two executions: the reader sees the store (``seen``) or the initial value. Nothing orders the
two accesses in either, so under lkmm both have the race, of the store and the load.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from explorer.execution.execution import Execution
from explorer.execution.location import Location
from explorer.program.program import Program, ThreadSpec
from explorer.program.thread import Thread
from explorer.property import Edge, Mark, Violation
from explorer.scenario import Case, Scenario


@dataclass(frozen=True)
class Seen:
    """Violated where the reader saw the store."""

    name: str = "seen"

    def find(self, execution: Execution, _before: Sequence[int] | None) -> Violation | None:
        (load,) = execution.thread_events(1)
        if execution.events[load].value == 0:
            return None
        store = execution.source_of[load]
        return Violation(self.name, (Edge(store, load, "rf"),), (Mark(load, "SEEN"),), "The store was seen.")


def build(_fix: str, _protocol: str, _sizes: Mapping[str, int]) -> Case:
    x = Location("x")

    async def store(t: Thread) -> None:
        await t.write(x, 1, at="W1 mm/toy.c store: x")

    async def load(t: Thread) -> None:
        await t.read(x, at="R1 mm/toy.c load: x")

    return Case(Program((ThreadSpec("writer", store), ThreadSpec("reader", load))), (Seen(),))


RACING = Scenario(
    name="racing",
    title="two plain accesses",
    text="Nothing orders them.",
    fixes=("none",),
    protocols=("P2",),
    parameters={},
    small={},
    build=build,
)
