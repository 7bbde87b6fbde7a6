"""An execution as it is once the program has been edited: other tags, fences more.

Edits that order change no value and no path, so the executions of an edited program are those of
the program itself, edited in the same way, as far as the model still allows them.  That takes a
look at an execution in place of a search.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from explorer.execution.event import Event
from explorer.execution.execution import Execution
from explorer.execution.kinds import Kind, Tag
from explorer.execution.relation import Relation, empty, members
from explorer.program.edits import Insert, Reorder
from explorer.program.sites import Does, Site, label_of
from explorer.program.thread import ACCESS_TAGS, FULL, UPDATE_TAGS, Order


@dataclass(frozen=True)
class _Operation:
    """The events of one operation of a thread: first and last position, and the read half of a pair."""

    first: int
    last: int
    pair: int | None = None


class EditedExecutions:
    """Executions of one program under edits that order.

    Args:
        updates: the places (file, line, label) of atomic updates: a read there is one that has failed.
    """

    def __init__(self, updates: Iterable[Site]) -> None:
        self._updates = {(site.file, site.line, site.label) for site in updates if site.does is Does.UPDATE}

    def site(self, execution: Execution, position: int) -> Site | None:
        """The site of an event, None of an initial write."""
        event = execution.events[position]
        if event.source is None:
            return None
        place = (event.source.file, event.source.line, label_of(event.source.step, event.source.reference))
        half = event.implied or bool(execution.rmw[position]) or bool(execution.rmw[position - 1] >> position & 1)
        if event.kind is Kind.FENCE and not half:
            return Site(*place, Does.FENCE)
        if event.kind in (Kind.IS_LOCKED, Kind.IS_UNLOCKED):
            return Site(*place, Does.TEST)
        if half or event.kind is Kind.LOCK_FAILED or (event.reads and place in self._updates):
            return Site(*place, Does.UPDATE)
        return Site(*place, Does.WRITE if event.writes else Does.READ)

    def edited(self, execution: Execution, edits: Iterable[Reorder | Insert]) -> Execution:
        """The execution with these edits: its events in the same order, with fences between them."""
        orders: dict[Site, Order] = {}
        fences: dict[Site, list[Tag]] = {}
        for edit in edits:
            if isinstance(edit, Reorder):
                orders[edit.site] = edit.order
            else:
                fences.setdefault(edit.site, []).append(edit.tag)
        layout = _Layout(execution)
        for operation in _operations(execution):
            site = self.site(execution, operation.first)
            if site is None:
                layout.keep(operation)
                continue
            for tag in fences.get(site, ()):
                layout.fence(operation.first, tag, implied=False)
            # An update that has failed is an ordinary marked read in every form.
            failed = site.does is Does.UPDATE and operation.pair is None
            layout.keep(operation, None if failed else orders.get(site))
        return layout.execution()


def _operations(execution: Execution) -> Iterable[_Operation]:
    position, count = 0, len(execution.events)
    while position < count:
        if execution.events[position].implied:
            yield _Operation(position, position + 3, position + 1)
            position += 4
        elif execution.rmw[position]:
            yield _Operation(position, position + 1, position)
            position += 2
        else:
            yield _Operation(position, position)
            position += 1


class _Layout:
    """Puts the events of an edited execution one after the other."""

    def __init__(self, execution: Execution) -> None:
        self._before = execution
        self._events: list[Event] = []
        # Where each event has gone, and of what is new the event that it was made beside.
        self._now: dict[int, int] = {}
        self._beside: list[tuple[int, int]] = []
        self._indices: dict[int, int] = {}

    def keep(self, operation: _Operation, order: Order | None = None) -> None:
        """The events of an operation, ordered in another way if ``order`` says so."""
        pair = operation.pair
        if pair is None and order is not None:
            self._add(operation.first, ACCESS_TAGS[order])
            return
        if pair is None or order is None:
            for position in range(operation.first, operation.last + 1):
                self._add(position)
            return
        read, write = UPDATE_TAGS[order]
        if order is FULL:
            self.fence(pair, Tag.MB, implied=True)
        self._add(pair, read)
        self._add(pair + 1, write)
        if order is FULL:
            self.fence(pair + 1, Tag.MB, implied=True)

    def fence(self, beside: int, tag: Tag, *, implied: bool) -> None:
        """A fence where this event stands; what controls the event controls it."""
        event = self._before.events[beside]
        self._beside.append((len(self._events), beside))
        self._append(Event(event.thread, 0, Kind.FENCE, tag, None, None, event.source, implied=implied))

    def _add(self, position: int, tag: Tag | None = None) -> None:
        event = self._before.events[position]
        self._now[position] = len(self._events)
        self._append(event if tag is None else replace(event, tag=tag))

    def _append(self, event: Event) -> None:
        if event.thread >= 0:
            index = self._indices.get(event.thread, 0)
            self._indices[event.thread] = index + 1
            event = event if event.index == index else replace(event, index=index)
        self._events.append(event)

    def execution(self) -> Execution:
        """The whole of it."""
        before, now = self._before, self._now
        sources = [-1] * len(self._events)
        for read, write in enumerate(before.source_of):
            if write >= 0:
                sources[now[read]] = now[write]
        return Execution(
            before.threads,
            tuple(self._events),
            tuple(sources),
            tuple(tuple(now[write] for write in order) for order in before.coherence),
            rmw=self._moved(before.rmw),
            addr=self._moved(before.addr),
            data=self._moved(before.data),
            ctrl=self._moved(before.ctrl, control=True),
            ctrl_later=self._moved(before.ctrl_later, control=True),
            ends=before.ends,
        )

    def _moved(self, relation: Relation, *, control: bool = False) -> Relation:
        moved = empty(len(self._events))
        for source, row in enumerate(relation):
            if source not in self._now or not row:
                continue
            for target in members(row):
                if target in self._now:
                    moved[self._now[source]] |= 1 << self._now[target]
            if control:
                for place, beside in self._beside:
                    if row >> beside & 1:
                        moved[self._now[source]] |= 1 << place
        return moved
