"""Segments of a thread made ready for the search under one model.

Everything about an access that does not depend on read sources or coherence is computed
here, once: what it needs from the thread's earlier events, and which locations the
thread may still write.
"""

from __future__ import annotations

from collections.abc import Sequence

from explorer.execution.event import Event
from explorer.execution.execution import Execution
from explorer.execution.relation import Relation, inverse, members
from explorer.memory.model import Model, names_present
from explorer.program.expression import reads_of
from explorer.program.segment import Segment
from explorer.program.step import Access
from explorer.program.symbolic import Outcome
from explorer.program.unfolded import UnfoldedProgram

FENCE, READ, WRITE = range(3)


class Item:
    """One access, ready to be added to a partial execution.

    ``before`` lists, per order of the model, the positions of the thread's earlier events
    that the order puts directly before this one; ``linked`` are the orders (bits) that can
    relate it to other threads' events.  ``location`` is an index into
    ``UnfoldedProgram.locations``, -1 for what has none.
    """

    __slots__ = (
        "access", "before", "kind", "linked", "location", "position", "requires", "requires_reads",
        "rmw", "value", "value_reads", "waits",
    )  # fmt: skip

    def __init__(self, access: Access, location: int, before: tuple[tuple[int, ...], ...], linked: int) -> None:
        self.access = access
        self.kind = READ if access.reads else WRITE if access.writes else FENCE
        self.location = location
        self.position = access.position
        self.before = before
        self.linked = linked
        self.value = access.value
        self.value_reads = reads_of(access.value) if access.value is not None else 0
        self.requires = access.requires
        self.requires_reads = reads_of(access.requires) if access.requires is not None else 0
        self.rmw = access.rmw
        self.waits = access.waits


class Prepared:
    """A segment with its items.

    ``may_write[i]`` are the locations (bits) written from item i on, ``names`` the sets of
    cat that the events of the path up to the segment's end belong to by kind and tag.
    """

    __slots__ = ("children", "items", "may_write", "names", "segment")

    def __init__(self, segment: Segment, items: list[Item], may_write: list[int], names: frozenset[str]) -> None:
        self.names = names
        self.segment = segment
        self.items = items
        self.may_write = may_write
        self.children: dict[Outcome, Prepared] = {}


class Preparation:
    """Prepares segments of all threads for one model, each when the search first reaches it."""

    def __init__(self, unfolding: UnfoldedProgram, model: Model) -> None:
        self.unfolding = unfolding
        self.model = model
        self.locations = unfolding.locations
        self._index = {location: i for i, location in enumerate(unfolding.locations)}
        # Identical threads share their segments.
        prepared: dict[int, Prepared] = {}
        for tree in unfolding.trees:
            if id(tree.root) not in prepared:
                prepared[id(tree.root)] = self._prepare(tree.root)
        self.roots = [prepared[id(tree.root)] for tree in unfolding.trees]

    def child(self, prepared: Prepared, outcome: Outcome) -> Prepared:
        """What follows when the fork at the end of ``prepared`` goes this way."""
        known = prepared.children.get(outcome)
        if known is None:
            segment = prepared.segment
            known = self._prepare(segment.tree.child(segment, outcome))
            prepared.children[outcome] = known
        return known

    def _prepare(self, segment: Segment) -> Prepared:
        path = [access for part in segment.path for access in part.accesses]
        first = len(path) - len(segment.accesses)
        control: Sequence[int] = [0] * len(path)
        if any("ctrl" in order.uses for order in self.model.orders):
            control = [mask for part in segment.path for mask in part.control]
        events = alone(0, path, control)
        before = [_direct(order.static_rows(events)) for order in self.model.orders]
        members = [order.members(events) for order in self.model.orders]
        items = [
            Item(
                access,
                -1 if access.location is None else self._index[access.location],
                tuple(tuple(rows[first + i]) for rows in before),
                sum(1 << order for order, related in enumerate(members) if related >> first + i & 1),
            )
            for i, access in enumerate(segment.accesses)
        ]
        may_write = [0] * (len(items) + 1)
        for location in segment.later_writes:
            may_write[-1] |= 1 << self._index[location]
        for i in range(len(items) - 1, -1, -1):
            may_write[i] = may_write[i + 1] | (1 << items[i].location if items[i].kind == WRITE else 0)
        return Prepared(segment, items, may_write, names_present(events.events))


def alone(thread: int, accesses: Sequence[Access], control: Sequence[int]) -> Execution:
    """A path as an execution of one thread, with neither rf nor co; ``control``: per access its controlling reads."""
    return Execution(
        threads=("",),
        events=tuple(
            Event(thread, i, a.kind, a.tag, a.location, None, a.source, a.waits) for i, a in enumerate(accesses)
        ),
        source_of=(-1,) * len(accesses),
        coherence=(),
        rmw=[1 << i + 1 if a.rmw and a.reads else 0 for i, a in enumerate(accesses)],
        addr=inverse([a.addr for a in accesses]),
        data=inverse([a.data for a in accesses]),
        ctrl=inverse(list(control)),
        ctrl_later=inverse([a.ctrl_later for a in accesses]),
    )


def _direct(order: Relation) -> list[list[int]]:
    """Per event its predecessors, without those that come before another predecessor."""
    predecessors = inverse(order)
    result = []
    for row in predecessors:
        direct = row
        for event in members(row):
            direct &= ~predecessors[event]
        result.append(list(members(direct)))
    return result
