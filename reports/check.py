"""What must hold between the fields of a report.

The types are checked when the JSON is decoded; here the facts are checked against
each other, so that no rendering and no replay starts from a damaged execution.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise
from typing import NamedTuple

from explorer.execution.kinds import Kind
from explorer.scenario import MODELS
from explorer.search.violations import DEADLOCK, OUTCOME
from reports.structure import Pair, Report, Search

_DIGITS = 4300
"""Python makes no number of more digits from text."""

_DECIMAL = re.compile(f"0|[1-9][0-9]{{0,{_DIGITS - 1}}}")


class Fault(NamedTuple):
    """A contradiction in a report: the JSON path of the field at fault, and the cause."""

    path: str
    cause: str


def first_fault(report: Report) -> Fault | None:
    """The first contradiction in reading order, None for a sound report.

    Later checks rely on the earlier ones (an event number is looked up only after it
    was found in range), so a report is checked up to its first fault.
    """
    checks = (_events, _source_of, _coherence, _relations, _property, _witness, _search, _allowed_by)
    return next((fault for check in checks for fault in check(report)), None)


def _events(report: Report) -> Iterator[Fault]:
    if len(report.ends) != len(report.threads):
        yield Fault("$.ends", f"{len(report.ends)} ends for {len(report.threads)} threads")
    previous = (-1, -1)
    for position, event in enumerate(report.events):
        path = f"$.events[{position}]"
        if event.id != position:
            yield Fault(f"{path}.id", f"event {position} calls itself {event.id}")
        if not -1 <= event.thread < len(report.threads):
            yield Fault(f"{path}.thread", f"there is no thread {event.thread}")
        if (event.kind is Kind.INITIAL) != (event.thread == -1):
            yield Fault(
                f"{path}.kind", f"kind {event.kind.value} in thread {event.thread}: only initial writes have -1"
            )
        if (event.kind.reads or event.kind.writes) and (event.location is None or event.value is None):
            yield Fault(path, f"kind {event.kind.value} needs a location and a value")
        thread, index = previous
        first = event.thread > thread and event.index == 0
        if event.thread >= 0 and not first and (event.thread, event.index) != (thread, index + 1):
            cause = f"index {event.index} of thread {event.thread} cannot follow index {index} of thread {thread}"
            yield Fault(path, f"{cause}: events stand thread by thread")
        if event.thread == -1 and thread >= 0:
            yield Fault(path, "initial writes stand before the threads' events")
        previous = (event.thread, event.index)


def _source_of(report: Report) -> Iterator[Fault]:
    if len(report.source_of) != len(report.events):
        yield Fault("$.source_of", f"{len(report.source_of)} entries for {len(report.events)} events")
    for read, write in enumerate(report.source_of):
        path = f"$.source_of[{read}]"
        event = report.events[read]
        if not event.kind.reads:
            if write != -1:
                yield Fault(path, f"event {read} does not read, its entry must be -1")
            continue
        if not 0 <= write < len(report.events) or not report.events[write].kind.writes:
            yield Fault(path, f"event {read} reads from {write}, which is no write")
            continue
        source = report.events[write]
        if source.location != event.location:
            yield Fault(path, f"event {read} of {event.location!r} reads from event {write} of {source.location!r}")
        if source.value != event.value:
            yield Fault(path, f"event {read} reads {event.value!r}, but event {write} writes {source.value!r}")


def _coherence(report: Report) -> Iterator[Fault]:
    writes_of: dict[str | None, list[int]] = {}
    for event in report.events:
        if event.kind.writes:
            writes_of.setdefault(event.location, []).append(event.id)
    for i, order in enumerate(report.coherence):
        path = f"$.coherence[{i}]"
        writes = writes_of.pop(order.location, None)
        if writes is None:
            yield Fault(f"{path}.location", f"{order.location!r} has no writes, or is listed twice")
        elif sorted(order.writes) != writes:
            yield Fault(f"{path}.writes", f"must list the writes of {order.location!r}, {writes}, each once")
        elif [w for w in writes if report.events[w].kind is Kind.INITIAL] != [order.writes[0]]:
            yield Fault(f"{path}.writes", f"must start with the one initial write of {order.location!r}")
    for location in writes_of:
        yield Fault("$.coherence", f"no coherence order for {location!r}")


def _relations(report: Report) -> Iterator[Fault]:
    later = {w: order.writes[i + 1 :] for order in report.coherence for i, w in enumerate(order.writes)}
    read_from = [(write, read) for read, write in enumerate(report.source_of) if write >= 0]
    derived: dict[str, list[Pair]] = {
        "co": [pair for order in report.coherence for pair in pairwise(order.writes)],
        "fr": [(read, overwriting) for write, read in read_from for overwriting in later[write]],
        "po": [(a.id, b.id) for a, b in pairwise(report.events) if a.thread == b.thread >= 0],
        "rf": read_from,
    }
    for name in ("addr", "co", "ctrl", "ctrl-later", "data", "fr", "po", "rf", "rmw"):
        if name not in report.relations:
            yield Fault("$.relations", f"relation {name!r} is missing")
    size = len(report.events)
    for name, pairs in report.relations.items():
        for i, (source, target) in enumerate(pairs):
            if not (0 <= source < size and 0 <= target < size):
                yield Fault(f"$.relations[{name!r}][{i}]", f"({source}, {target}) names an event that does not exist")
        if name in derived and list(pairs) != sorted(derived[name]):
            yield Fault(f"$.relations[{name!r}]", "does not agree with events, source_of and coherence")


def _property(report: Report) -> Iterator[Fault]:
    size = len(report.events)
    for i, mark in enumerate(report.property.marks):
        if not 0 <= mark.event < size:
            yield Fault(f"$.property.marks[{i}].event", f"there is no event {mark.event}")
    for i, edge in enumerate(report.property.path):
        path = f"$.property.path[{i}]"
        if not (0 <= edge.source < size and 0 <= edge.target < size):
            yield Fault(path, f"{edge.source} -> {edge.target} names an event that does not exist")
        elif not _related(report, edge.relation, edge.source, edge.target):
            yield Fault(path, f"{edge.relation} does not relate event {edge.source} to event {edge.target}")


_RELATIONS = ("po", "rf", "co", "fr", "rmw", "addr", "data", "ctrl")
"""What an execution itself says of two events."""


def wrong_edge(report: Report) -> str:
    """Of the violating path's edges the first that relates nothing, in words, and what to write; empty if all do."""
    for edge in report.property.path:
        source, target, relation = edge.source, edge.target, edge.relation
        if _related(report, relation, source, target):
            continue
        that_do = [name for name in _RELATIONS if _related(report, name, source, target)]
        there_is = relation in report.relations or relation in _ENDS
        return (
            f"names the edge {relation!r} from event {source} to event {target}, "
            f"{'which it does not relate' if there_is else 'and there is no such relation'}\n"
            f"  these two are related by: {', '.join(that_do) or 'nothing'}"
        )
    return ""


_ENDS = ("rfe", "rfi", "coe", "coi", "fre", "fri")
"""Relations of different threads or of one thread, as in cat files."""


def _related(report: Report, relation: str, source: int, target: int) -> bool:
    """Whether a path may say ``relation`` of this pair.

    ``po`` and ``co`` are stored as immediate pairs but hold transitively; a final ``e`` or
    ``i`` restricts rf, co and fr to different threads or one thread, as in cat files.
    """
    a, b = report.events[source], report.events[target]
    if relation == "po":
        return a.thread == b.thread >= 0 and a.index < b.index
    if relation in _ENDS:
        return (a.thread != b.thread) == (relation[-1] == "e") and _related(report, relation[:2], source, target)
    if relation == "co":
        orders = (order.writes for order in report.coherence if source in order.writes and target in order.writes)
        return any(writes.index(source) < writes.index(target) for writes in orders)
    return (source, target) in report.relations.get(relation, ())


def _witness(report: Report) -> Iterator[Fault]:
    steps = [event.id for event in report.events if event.kind is not Kind.INITIAL]
    if sorted(report.witness.order) != steps:
        yield Fault("$.witness.order", "must list every event but the initial writes, each once")
    for name, events in (("reordered", report.witness.reordered), ("forwarded", report.witness.forwarded)):
        for i, event in enumerate(events):
            if event not in steps:
                yield Fault(f"$.witness.{name}[{i}]", f"there is no step {event}")
    position = {event: place for place, event in enumerate(report.witness.order)}
    for i, event in enumerate(report.witness.reordered):
        earlier = [e.id for e in report.events[:event] if e.thread == report.events[event].thread and not e.implied]
        if not any(position[e] > position[event] for e in earlier):
            yield Fault(f"$.witness.reordered[{i}]", f"event {event} overtakes no earlier access of its thread")
    for i, event in enumerate(report.witness.forwarded):
        source = report.source_of[event]
        if source < 0 or report.events[source].thread != report.events[event].thread:
            yield Fault(f"$.witness.forwarded[{i}]", f"event {event} does not read a store of its own thread")
    locations = [order.location for order in report.coherence]
    for i, location in enumerate(report.witness.unkept_coherence):
        if location not in locations:
            yield Fault(f"$.witness.unkept_coherence[{i}]", f"there is no location {location!r}")


def _search(report: Report) -> Iterator[Fault]:
    yield from search_faults(report.search)
    names = {thread.name for thread in report.threads}
    for i, others in enumerate(report.search.left_out):
        if others.like not in names or {others.first, others.last} & names:
            yield Fault(f"$.search.left_out[{i}]", "does not name threads that are left out and one that is not")
    name = report.property.name
    if name == OUTCOME and name not in report.search.violating:
        if not report.search.same_outcome and not report.search.goal:
            yield Fault("$.search.same_outcome", "counts no execution with this outcome, which this one has")
    elif report.search.goal:
        yield Fault("$.search.goal", f"is not told by an execution that violates {name!r}")
    elif not {**report.search.violating, **report.search.remarks}.get(name):
        yield Fault("$.search.violating", f"counts no execution that violates {name!r}, which this one does")


def _allowed_by(report: Report) -> Iterator[Fault]:
    names = report.allowed_by
    if names is not None and list(names) != [name for name in MODELS if name in names]:
        yield Fault("$.allowed_by", f"must name models of {', '.join(MODELS)}, each once and in this order")


def search_faults(search: Search) -> Iterator[Fault]:
    """What the counts of one search must keep to."""
    if search.left_out and "--no-projection" in search.switches:
        yield Fault("$.search.left_out", "names threads, although $.search.switches has --no-projection")
    if search.left_out and search.interleavings is not None:
        yield Fault("$.search.interleavings", "are not counted where threads are left out")
    for name, count in search.violating.items():
        # Blocked executions have their own count, which is that of their deadlocks.
        if name != DEADLOCK and count > search.executions:
            yield Fault(f"$.search.violating[{name!r}]", f"{count} of {search.executions} executions")
    for name, count in search.remarks.items():
        if name in search.violating:
            yield Fault(f"$.search.remarks[{name!r}]", "is counted as a property, too")
        if count > search.executions:
            yield Fault(f"$.search.remarks[{name!r}]", f"{count} of {search.executions} executions")
    if search.same_outcome > search.executions + search.violating.get(DEADLOCK, 0):
        yield Fault("$.search.same_outcome", f"{search.same_outcome} of {search.executions} executions")
    if search.interleavings is None:
        return
    if not _DECIMAL.fullmatch(search.interleavings):
        yield Fault("$.search.interleavings", f"no decimal number of up to {_DIGITS} digits")
    elif not search.complete:
        yield Fault("$.search.interleavings", "a search that stopped early has counted none")
    elif int(search.interleavings) < search.executions:
        cause = f"{search.executions} executions stand for at least as many, not {search.interleavings}"
        yield Fault("$.search.interleavings", cause)
