"""The names that every model finds defined, and their values in an execution.

``BASE`` names what an execution gives directly; the library derives the rest in cat.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import TypeAlias

from explorer.execution import rows
from explorer.execution.adjacent import po_apart
from explorer.execution.event import Event
from explorer.execution.execution import Execution
from explorer.execution.kinds import Kind, Tag
from explorer.execution.location import Location
from explorer.execution.relation import EventSet, from_orders
from explorer.execution.rows import Rows
from explorer.memory.cat.sort import RELATION, SET, Sort

DYNAMIC = frozenset({"rf", "co", "co0", "FW"})
"""The base names that the paths of the threads do not fix."""

CHANGING = frozenset({"co0", "FW"})
"""Those that may lose something as an execution grows: a write is final until another follows."""

PREFIX_LOCAL = frozenset({"po", "po-apart", "addr", "data", "ctrl", "ctrl-later", "rmw"})
"""The base relations within one thread's program order."""

PAIRWISE = frozenset({"loc", "int", "ext", "id"})
"""The base relations that look at nothing but the two events."""


class BaseValues:
    """The base sets and relations of one execution, each computed when first asked for.

    ``execution`` may be None where no dependence is asked for.  ``steps`` counts those of the
    recursion or ``map`` that is being computed (see ``binders``).
    """

    def __init__(
        self,
        events: Sequence[Event],
        source_of: Sequence[int],
        coherence: Sequence[Sequence[int]],
        execution: Execution | None = None,
    ) -> None:
        self.events = events
        self.source_of = source_of
        self.coherence = coherence
        self.size = len(source_of)
        self.universe: EventSet = (1 << self.size) - 1
        self.steps = 0
        self._execution = execution
        self._kinds: dict[Kind, EventSet] | None = None
        self._tags: dict[Tag, EventSet] | None = None

    @classmethod
    def of(cls, execution: Execution) -> BaseValues:
        """Those of a whole execution."""
        return cls(execution.events, execution.source_of, execution.coherence, execution)

    @property
    def execution(self) -> Execution:
        assert self._execution is not None, "dependences belong to the paths"
        return self._execution

    @property
    def by_kind(self) -> dict[Kind, EventSet]:
        kinds = self._kinds
        if kinds is None:
            kinds = self._kinds = dict.fromkeys(Kind, 0)
            for position, event in enumerate(self.events):
                kinds[event.kind] |= 1 << position
        return kinds

    @property
    def by_tag(self) -> dict[Tag, EventSet]:
        """Tags order the threads' events; an initial write has none in a model's eyes."""
        tags = self._tags
        if tags is None:
            tags = self._tags = dict.fromkeys(Tag, 0)
            for position, event in enumerate(self.events):
                if event.tag is not None and event.kind is not Kind.INITIAL:
                    tags[event.tag] |= 1 << position
        return tags

    @property
    def reads(self) -> EventSet:
        """All events that load, lock reads included."""
        return _union(events for kind, events in self.by_kind.items() if kind.reads)

    @property
    def writes(self) -> EventSet:
        """All events that store, initial writes included."""
        return _union(events for kind, events in self.by_kind.items() if kind.writes)

    @property
    def same_location(self) -> Rows:
        """``loc`` (reflexive on accesses)."""
        numbers: dict[Location, int] = {}
        return rows.same_class(
            [
                -1 if event.location is None else numbers.setdefault(event.location, len(numbers))
                for event in self.events
            ]
        )

    @property
    def same_thread(self) -> Rows:
        """``int`` (reflexive on the threads' events). Initial writes belong to no thread."""
        return rows.same_class([event.thread for event in self.events])

    @property
    def external(self) -> Rows:
        """``ext``: not the same thread; an initial write is external to every event."""
        return rows.complement(self.same_thread)

    @property
    def final_writes(self) -> EventSet:
        """``FW``: the coherence-last write of every location."""
        return _union(1 << order[-1] for order in self.coherence)

    @property
    def before_choice(self) -> Rows:
        """``co0``: coherence as far as the first and the last write of a location are known."""
        first = self.by_kind[Kind.INITIAL]
        last = self.final_writes
        co = from_orders(self.coherence, self.size)
        return rows.from_rows([row if first >> write & 1 else row & last for write, row in enumerate(co)])


SET_NAMES = frozenset({kind.value for kind in Kind} | {tag.cat_name for tag in Tag}) - {"IW", "R", "W"}
"""The sets that an execution without events of a kind or tag has empty; initial writes are always there."""


def names_present(events: Iterable[Event]) -> frozenset[str]:
    """The names of the sets that kinds and tags of these events put them in."""
    names = set()
    for event in events:
        names.add(event.kind.value)
        if event.tag is not None:
            names.add(event.tag.cat_name)
    return frozenset(names)


def _union(sets: Iterable[EventSet]) -> EventSet:
    result = 0
    for events in sets:
        result |= events
    return result


SetRule: TypeAlias = Callable[[BaseValues], EventSet]
RelationRule: TypeAlias = Callable[[BaseValues], Rows]


def _kind(kind: Kind) -> SetRule:
    return lambda values: values.by_kind[kind]


def _tag(tag: Tag) -> SetRule:
    return lambda values: values.by_tag[tag]


BASE_RELATIONS: dict[str, RelationRule] = {
    "po": lambda values: rows.from_rows(values.execution.po),
    "rf": lambda values: rows.from_sources(values.source_of),
    "co": lambda values: rows.from_orders(values.coherence, values.size),
    "addr": lambda values: rows.from_rows(values.execution.addr),
    "data": lambda values: rows.from_rows(values.execution.data),
    "ctrl": lambda values: rows.from_rows(values.execution.ctrl),
    "ctrl-later": lambda values: rows.from_rows(values.execution.ctrl_later),
    "rmw": lambda values: rows.from_rows(values.execution.rmw),
    "loc": lambda values: values.same_location,
    "int": lambda values: values.same_thread,
    "ext": lambda values: values.external,
    "id": lambda values: rows.identity(values.universe, values.size),
    "co0": lambda values: values.before_choice,
    "po-apart": lambda values: rows.from_rows(po_apart(values.execution)),
}

BASE_SETS: dict[str, SetRule] = {
    "R": lambda values: values.reads,
    "W": lambda values: values.writes,
    "_": lambda values: values.universe,
    **{kind.value: _kind(kind) for kind in Kind if kind not in (Kind.READ, Kind.WRITE)},
    **{tag.cat_name: _tag(tag) for tag in Tag},
    "FW": lambda values: values.final_writes,
}

BASE: dict[str, Sort] = {
    **dict.fromkeys(BASE_RELATIONS, RELATION),
    **dict.fromkeys(BASE_SETS, SET),
}
