"""Executions made for the tests of pages: a lock hold beside the path, and one that is large."""

from __future__ import annotations

from itertools import pairwise

from toy_reports import initial, witness

from explorer.execution.event import Event
from explorer.execution.execution import Execution
from explorer.execution.kinds import Kind, Tag
from explorer.execution.location import Location
from explorer.execution.relation import empty, from_pairs
from explorer.property import Edge, Mark, Violation
from reports.build import make_report
from reports.structure import Report, Search


def made(
    execution: Execution, violation: Violation, order: tuple[int, ...], **relations: list[tuple[int, int]]
) -> Report:
    """The report of an execution that takes effect in this order under sc; ``relations`` are the model's own."""
    threads = [execution.events[event].thread for event in order]
    count = len(execution.events)
    return make_report(
        execution=execution,
        violation=violation,
        witness=witness(order, sum(a != b for a, b in pairwise(threads))),
        scenario="made",
        protocol="P2",
        fix="none",
        parameters={},
        program_hash="5a17",
        model_name="sc",
        rules_hash="c0de",
        named_relations={name: from_pairs(count, pairs) for name, pairs in relations.items()},
        search=Search(
            executions=9, violating={"leak": 1}, interleavings=None, complete=True, remarks={}, switches=(), left_out=()
        ),
        tool="0.1.0",
    )


def locked_report() -> Report:
    """Steps: owner 1 takes the lock, 2 and 3 store y, 4 gives it back, 5 stores x; reader 6 loads x."""
    lock, x, y = Location("lock"), Location("x"), Location("y")
    execution = Execution(
        threads=("owner", "reader"),
        events=(
            *map(initial, (lock, x, y)),
            Event(0, 0, Kind.READ, Tag.ACQUIRE, lock, 0, waits=True),
            Event(0, 1, Kind.WRITE, Tag.ONCE, lock, 1),
            Event(0, 2, Kind.WRITE, Tag.PLAIN, y, 1),
            Event(0, 3, Kind.WRITE, Tag.PLAIN, y, 2),
            Event(0, 4, Kind.WRITE, Tag.RELEASE, lock, 0),
            Event(0, 5, Kind.WRITE, Tag.ONCE, x, 1),
            Event(1, 0, Kind.READ, Tag.ONCE, x, 1),
        ),
        source_of=(-1, -1, -1, 0, -1, -1, -1, -1, -1, 8),
        coherence=((0, 4, 7), (1, 8), (2, 5, 6)),
        rmw=from_pairs(10, [(3, 4)]),
        addr=empty(10),
        data=empty(10),
        ctrl=empty(10),
        ctrl_later=empty(10),
    )
    violation = Violation("leak", path=(Edge(8, 9, "rf"),), marks=(Mark(9, "LEAK"),), sentence="A read leaks.")
    return made(execution, violation, tuple(range(3, 10)))


THREADS, EACH = 5, 40


def crowd_report() -> Report:
    """Five threads take turns: thread t stores x<t> and loads the next thread's, 40 accesses each, one row each."""
    places = [Location(f"x{thread}") for thread in range(THREADS)]
    events = [initial(place) for place in places]
    number = {}
    for thread in range(THREADS):
        for index in range(EACH):
            number[thread, index] = len(events)
            kind = Kind.READ if index % 2 else Kind.WRITE
            events.append(Event(thread, index, kind, Tag.ONCE, places[(thread + index % 2) % THREADS], index + 1))
    order = tuple(number[thread, index] for index in range(EACH) for thread in range(THREADS))
    # In turn index i, odd, thread t loads what its neighbour has stored in turn i - 1.
    source_of = [-1] * len(events)
    for (thread, index), event in number.items():
        if index % 2:
            source_of[event] = number[(thread + 1) % THREADS, index - 1]
            events[event] = Event(thread, index, Kind.READ, Tag.ONCE, places[(thread + 1) % THREADS], index)
    coherence = tuple((thread, *(number[thread, index] for index in range(0, EACH, 2))) for thread in range(THREADS))
    none = empty(len(events))
    execution = Execution(
        threads=tuple(f"t{thread}" for thread in range(THREADS)),
        events=tuple(events),
        source_of=tuple(source_of),
        coherence=coherence,
        rmw=none,
        addr=none,
        data=none,
        ctrl=none,
        ctrl_later=none,
    )
    first, last = number[1, 0], number[0, 1]
    path, marks = (Edge(first, last, "rf"),), (Mark(last, "LEAK"),)
    violation = Violation("leak", path=path, marks=marks, sentence="A read leaks.")
    conflict = [
        (a, b)
        for a, one in enumerate(events)
        for b, two in enumerate(events)
        if one.thread >= 0 and two.thread >= 0 and one.thread != two.thread and one.location == two.location
    ]
    return made(execution, violation, order, conflict=conflict)
