"""The core of the patch's race as a scenario, for any number of readers: none of them writes anything.

What holds of it can be said by hand.  Call the owner's stores, in its order, T2 (size 0), T3
(data 0), A3 (seal), F2 (size 1), G1 (secret); a reader reads size, seal, data, size.

``none``: a reader that has read the first size and no seal before T2 and A3 reads the data
whenever it likes: after G1 it gets the secret.  No access is out of order, so this happens
under sc and every weaker model.

``recheck``: who reads the secret and then looks at the seal once more finds it, where loads
stay in order: A3 comes before G1 (the owner unlocks and locks between the two).  Under armv8
and lkmm nothing orders the two loads, and the second may be made first.

``recheck-rmb``: smp_rmb() orders them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from explorer.execution.execution import Execution
from explorer.execution.relation import reachable, union
from explorer.property import Edge, Mark, Violation
from explorer.scenario import Case, Goal, Parameters, Scenario
from scenarios.classic.v4 import Core

PROTOCOL = "P2"
"""The seal is added to a file in use, as in the shmem scenarios."""

FIXES = ("none", "recheck", "recheck-rmb")

ORDERED = ("sc", "tso", "pso")
WEAK = ("armv8", "lkmm")


def _loads(execution: Execution, thread: int, core: Core) -> tuple[list[int], list[int]]:
    """A reader's loads of the seals and of the data; none of a thread that stores to one of the two."""
    events = execution.thread_events(thread)
    if any(execution.events[i].writes for i in events):
        return [], []
    seals = [i for i in events if execution.events[i].location is core.seals]
    return seals, [i for i in events if execution.events[i].location is core.data]


def _copies(execution: Execution, thread: int, core: Core) -> list[int]:
    """The loads of data that a reader returns: it has not found the file sealed afterwards."""
    seals, data = _loads(execution, thread, core)
    return [i for i in data if all(execution.events[check].value == 0 for check in seals if check > i)]


def _seal_store(execution: Execution, core: Core) -> int | None:
    """The store that sets the seal."""
    stores = (i for i, event in enumerate(execution.events) if event.writes and event.thread >= 0)
    return next((i for i in stores if execution.events[i].location is core.seals), None)


@dataclass(frozen=True)
class Leak:
    """A reader returns what was stored after the seal."""

    core: Core
    name: str = field(default="leak", init=False)
    alike: bool = field(default=True, init=False)
    of_one_thread: bool = field(default=True, init=False)

    def find(self, execution: Execution, _before: Sequence[int] | None) -> Violation | None:
        events = execution.events
        seal = _seal_store(execution, self.core)
        if seal is None:
            return None
        sealed = reachable(union(execution.po, execution.rf), 1 << seal)
        for thread in range(len(execution.threads)):
            for copy in _copies(execution, thread, self.core):
                store = execution.source_of[copy]
                if sealed >> store & 1:
                    check = _loads(execution, thread, self.core)[0][0]
                    return Violation(
                        self.name,
                        (Edge(check, seal, "fr"), Edge(seal, store, "po"), Edge(store, copy, "rf")),
                        (Mark(seal, "sealed"), Mark(store, "secret"), Mark(copy, "LEAK")),
                        f"A reader returned {events[copy].value}, which was stored after the seal was set.",
                    )
        return None


def _returned_data(core: Core) -> Goal:
    def reached(execution: Execution) -> bool:
        return any(_copies(execution, thread, core) for thread in range(len(execution.threads)))

    return Goal("returned-data", "a reader returned data", reached, alike=True, of_one_thread=True)


def _met_seal(core: Core) -> Goal:
    def reached(execution: Execution) -> bool:
        return any(
            execution.events[check].value != 0
            for thread in range(len(execution.threads))
            for check in _loads(execution, thread, core)[0]
        )

    return Goal("met-seal", "a reader found the file sealed", reached, alike=True, of_one_thread=True)


def _sealed(core: Core) -> Callable[[Execution], Mark | None]:
    """The landmark: the store that sets the seal."""

    def find(execution: Execution) -> Mark | None:
        store = _seal_store(execution, core)
        return None if store is None else Mark(store, "sealed")

    return find


def build(fix: str, _protocol: str, sizes: Parameters) -> Case:
    core = Core()
    return Case(
        core.program(sizes["readers"], fix), (Leak(core),), (_returned_data(core), _met_seal(core)), (_sealed(core),)
    )


V4 = Scenario(
    name="v4",
    title="the race of the patch in a dozen marked accesses, with any number of readers",
    text=(
        "The owner empties, seals and grows a file under a lock and then stores a secret; readers check the size and "
        "the seal and copy the data. They write nothing, so a hundred are explored as one (--readers 100)."
    ),
    fixes=FIXES,
    protocols=(PROTOCOL,),
    parameters={"readers": 2},
    small={"readers": 1},
    build=build,
    expected={
        **{(PROTOCOL, "none", model): frozenset({"leak"}) for model in (*ORDERED, *WEAK)},
        **{(PROTOCOL, "recheck", model): frozenset[str]() for model in ORDERED},
        **{(PROTOCOL, "recheck", model): frozenset({"leak"}) for model in WEAK},
        **{(PROTOCOL, "recheck-rmb", model): frozenset[str]() for model in (*ORDERED, *WEAK)},
    },
    ranges={"readers": range(1, 100_001)},
)
