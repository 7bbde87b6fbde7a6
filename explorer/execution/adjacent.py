"""Runs of adjacent plain accesses: what a C compiler has before it at once."""

from __future__ import annotations

from explorer.execution.event import Event
from explorer.execution.execution import Execution
from explorer.execution.kinds import Kind, Tag
from explorer.execution.relation import EventSet, Relation, members


def plain_runs(execution: Execution) -> list[EventSet]:
    """The runs of the threads, as sets of positions, in their order.

    A run is a maximal sequence of events of one thread, one directly behind the other in
    program order, that are all plain accesses made in one kernel file: reads and writes that
    are no halves of an update and belong to no lock.  Everything else ends a run, and so
    does a step that waits, for it stands for a loop.  Events without a kernel file count as
    made in one file.
    """
    updates = 0
    for read, write in enumerate(execution.rmw):
        updates |= write | (1 << read if write else 0)
    runs: list[EventSet] = []
    last: Event | None = None  # the last event of the run that may go on
    for position, event in enumerate(execution.events):
        if not _is_plain(event) or updates >> position & 1:
            last = None
        elif last is not None and event.thread == last.thread and _file(event) == _file(last):
            runs[-1] |= 1 << position
            last = event
        else:
            runs.append(1 << position)
            last = event
    return runs


def po_apart(execution: Execution) -> Relation:
    """The pairs of program order that are not both in one run."""
    rows = list(execution.po)
    for run in plain_runs(execution):
        for position in members(run):
            rows[position] &= ~run
    return rows


def _is_plain(event: Event) -> bool:
    return event.tag is Tag.PLAIN and event.kind in (Kind.READ, Kind.WRITE) and not event.waits


def _file(event: Event) -> str:
    return event.source.kernel_file if event.source else ""
