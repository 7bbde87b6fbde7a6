"""The names that every model finds defined, and their values in an execution.

``BASE`` names what an execution gives directly.  ``PRELUDE`` derives the rest in cat
itself, so that a file which spells a definition out (``rf & ext``) means the same term.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import cached_property
from typing import TypeAlias

from explorer.execution.event import Event
from explorer.execution.execution import Execution
from explorer.execution.kinds import Kind, Tag
from explorer.execution.location import Location
from explorer.execution.relation import EventSet, Relation, identity
from explorer.memory.cat.term import Sort

PRELUDE = """
let M = R | W
let RMW = domain(rmw) | range(rmw)
let fr = rf^-1 ; co
let rfe = rf & ext and rfi = rf & int
let coe = co & ext and coi = co & int
let fre = fr & ext and fri = fr & int
let po-loc = po & loc
let emptyset = {}
let fencerel(S) = po ; [S] ; po
"""

DYNAMIC = frozenset({"rf", "co"})
"""The base relations that the paths of the threads do not fix."""

PREFIX_LOCAL = frozenset({"po", "addr", "data", "ctrl", "ctrl-later", "rmw"})
"""The base relations within one thread's program order."""

PAIRWISE = frozenset({"loc", "int", "ext", "id"})
"""The base relations that look at nothing but the two events."""


class BaseValues:
    """The base sets and relations of one execution, each computed when first asked for."""

    def __init__(self, execution: Execution) -> None:
        self.execution = execution
        self.size = len(execution)
        self.universe: EventSet = (1 << self.size) - 1

    @cached_property
    def by_kind(self) -> dict[Kind, EventSet]:
        kinds = dict.fromkeys(Kind, 0)
        for position, event in enumerate(self.execution.events):
            kinds[event.kind] |= 1 << position
        return kinds

    @cached_property
    def by_tag(self) -> dict[Tag, EventSet]:
        """Tags order the threads' events; an initial write has none in a model's eyes."""
        tags = dict.fromkeys(Tag, 0)
        for position, event in enumerate(self.execution.events):
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
    def same_location(self) -> Relation:
        """``loc`` (reflexive on accesses)."""
        return self._same([event.location for event in self.execution.events])

    @property
    def same_thread(self) -> Relation:
        """``int`` (reflexive on the threads' events). Initial writes belong to no thread."""
        return self._same([event.thread if event.thread >= 0 else None for event in self.execution.events])

    @property
    def external(self) -> Relation:
        """``ext``: not the same thread; an initial write is external to every event."""
        return [self.universe & ~row for row in self.same_thread]

    def _same(self, classes: Sequence[Location | int | None]) -> Relation:
        members: dict[Location | int | None, EventSet] = {}
        for position, key in enumerate(classes):
            members[key] = members.get(key, 0) | 1 << position
        members[None] = 0
        return [members[key] for key in classes]


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
RelationRule: TypeAlias = Callable[[BaseValues], Relation]


def _kind(kind: Kind) -> SetRule:
    return lambda values: values.by_kind[kind]


def _tag(tag: Tag) -> SetRule:
    return lambda values: values.by_tag[tag]


BASE_RELATIONS: dict[str, RelationRule] = {
    "po": lambda values: values.execution.po,
    "rf": lambda values: values.execution.rf,
    "co": lambda values: values.execution.co,
    "addr": lambda values: values.execution.addr,
    "data": lambda values: values.execution.data,
    "ctrl": lambda values: values.execution.ctrl,
    "ctrl-later": lambda values: values.execution.ctrl_later,
    "rmw": lambda values: values.execution.rmw,
    "loc": lambda values: values.same_location,
    "int": lambda values: values.same_thread,
    "ext": lambda values: values.external,
    "id": lambda values: identity(values.universe, values.size),
}

BASE_SETS: dict[str, SetRule] = {
    "R": lambda values: values.reads,
    "W": lambda values: values.writes,
    "_": lambda values: values.universe,
    **{kind.value: _kind(kind) for kind in Kind if kind not in (Kind.READ, Kind.WRITE)},
    **{tag.cat_name: _tag(tag) for tag in Tag},
}

BASE: dict[str, Sort] = {
    **dict.fromkeys(BASE_RELATIONS, Sort.RELATION),
    **dict.fromkeys(BASE_SETS, Sort.SET),
}
