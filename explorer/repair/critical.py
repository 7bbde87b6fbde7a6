"""Where ordering can help: the accesses through which violating executions go in a circle.

An execution that sequential consistency forbids has a cycle of program order and communication
(rf, co, fr between threads).  Where such a cycle crosses a thread, it comes in at one access and
goes out at a later one.  Nothing but an order between two such accesses can forbid the execution, so
a fence helps only between them, and an ordering only at one of them or on the way.

Of all places between two accesses the one right before the second is taken: a fence there does for
every pair that it stands between, and of several pairs that one fence can serve, the one that ends first ends
behind it.  So nothing is lost but other places for the same fence.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from explorer.execution.execution import Execution
from explorer.execution.relation import Relation, members, transitive_closure, union
from explorer.program.edited_execution import EditedExecutions
from explorer.program.sites import Site


@dataclass
class Places:
    """Sites before which a fence may help, and sites whose ordering may; with the pairs that call for them.

    ``between``: per site before which a fence may help the sites of the first accesses.
    """

    between: dict[Site, dict[Site, None]] = field(default_factory=dict)
    ordered: dict[Site, None] = field(default_factory=dict)

    def add(self, execution: Execution, editing: EditedExecutions) -> None:
        """Take note of the pairs of an execution."""
        first, last = _entrances_and_exits(execution)
        for thread in range(len(execution.threads)):
            events = execution.thread_events(thread)
            for a in events:
                if not first >> a & 1:
                    continue
                for b in events:
                    if last >> b & 1 and execution.po[a] >> b & 1:
                        self._add_pair(execution, editing, [each for each in events if a <= each <= b])

    def _add_pair(self, execution: Execution, editing: EditedExecutions, events: Sequence[int]) -> None:
        sites = [editing.site(execution, event) for event in events]
        begin, end = sites[0], sites[-1]
        assert begin is not None
        assert end is not None
        for event, site in zip(events, sites, strict=True):
            if site is not None and execution.events[event].location is not None:
                self.ordered.setdefault(site)
        if not execution.rmw[events[0]] >> events[-1] & 1:
            self.between.setdefault(end, {}).setdefault(begin)


def _entrances_and_exits(execution: Execution) -> tuple[int, int]:
    """The events at which a cycle can come into a thread, and those at which it can go out, as sets.

    Where there is no cycle (a property may ask for more order than sequential consistency forbids), every
    access that other threads are concerned with counts.
    """
    between = _between_threads(execution)
    accesses = sum(1 << i for i, event in enumerate(execution.events) if event.location is not None)
    together = transitive_closure(union(execution.po, between))
    cyclic = sum(1 << i for i, row in enumerate(together) if row >> i & 1)
    if not cyclic:
        return accesses, accesses
    entrances = exits = 0
    for source, row in enumerate(between):
        for target in members(row):
            if together[target] >> source & 1:
                exits |= 1 << source
                entrances |= 1 << target
    return entrances, exits


def _between_threads(execution: Execution) -> Relation:
    """rf, co and fr from one thread to another."""
    threads = [event.thread for event in execution.events]
    related = union(execution.rf, execution.co, execution.fr)
    return [
        sum(1 << target for target in members(row) if threads[source] != threads[target] and threads[source] >= 0)
        for source, row in enumerate(related)
    ]
