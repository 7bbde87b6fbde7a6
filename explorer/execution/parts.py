"""Executions put together from threads of others."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TypeAlias

from explorer.execution.event import Event
from explorer.execution.execution import Execution
from explorer.execution.relation import Relation, empty, members

Name: TypeAlias = tuple[int, int]
"""An event by thread and index, whatever else is in the execution."""


def name_of(execution: Execution, position: int) -> Name:
    """The name of the event at a position."""
    event = execution.events[position]
    return event.thread, event.index


def together(pieces: Sequence[tuple[Execution, int]], others: Sequence[int]) -> tuple[Execution, list[dict[int, int]]]:
    """The execution of some threads of one program, taken from executions of it.

    Args:
        pieces: executions, and of each a thread that is wanted of it.  None of these writes.
        others: threads that do the same in all of them, and are wanted, too.  Nothing that is
            wanted reads from any other thread.

    Gives the others and then the pieces as its threads, and per piece the places in it of the
    events of its execution that it has: initial writes, others and the piece's thread.
    """
    first = pieces[0][0]
    parts = [(first, thread) for thread in others] + list(pieces)
    events: list[Event] = [event for event in first.events if event.thread < 0]
    known = {name_of(first, position): position for position in range(len(events))}
    places: list[dict[int, int]] = []
    for number, (execution, thread) in enumerate(parts):
        own = execution.thread_events(thread)
        place = {position: len(events) + i for i, position in enumerate(own)}
        events += [replace(execution.events[position], thread=number) for position in own]
        if number < len(others):
            known.update((name_of(execution, position), new) for position, new in place.items())
        places.append(place)
    for (execution, _thread), place in zip(parts, places, strict=True):
        for position in range(len(execution)):
            name = name_of(execution, position)
            if name in known:
                place.setdefault(position, known[name])
    size = len(events)
    source_of = [-1] * size
    relations: list[Relation] = [empty(size) for _ in range(5)]
    for (execution, thread), place in zip(parts, places, strict=True):
        given = execution.rmw, execution.addr, execution.data, execution.ctrl, execution.ctrl_later
        for position in execution.thread_events(thread):
            if execution.source_of[position] >= 0:
                source_of[place[position]] = place[execution.source_of[position]]
            for relation, rows in zip(relations, given, strict=True):
                relation[place[position]] = sum(1 << place[other] for other in members(rows[position]))
    coherence = tuple(tuple(known[name_of(first, write)] for write in order) for order in first.coherence)
    names = tuple(execution.threads[thread] for execution, thread in parts)
    rmw, addr, data, ctrl, ctrl_later = relations
    ends = tuple(execution.ends[thread] for execution, thread in parts)
    whole = Execution(names, tuple(events), tuple(source_of), coherence, rmw, addr, data, ctrl, ctrl_later, ends)
    return whole, places[len(others) :]
