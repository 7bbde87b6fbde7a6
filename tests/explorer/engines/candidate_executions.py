"""All executions of a small program by brute force, straight from the definition.

Each thread is run with every value that its reads could get, the traces are combined, and
every read source and coherence order that fits them is tried.  Nothing here is shared with
the engines but the modelled operations and the model's verdict on a whole execution: no
unfolding, no pruning, no order in which an execution grows.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise, permutations, product
from math import prod
from typing import Any

from random_programs import Memory, Threads, program

from explorer.execution.event import Event
from explorer.execution.execution import Ending, Execution, ThreadEnd
from explorer.execution.kinds import Kind, Tag
from explorer.execution.location import Location, Value
from explorer.execution.relation import as_set, empty, from_pairs, is_acyclic, union
from explorer.memory.model import Model
from explorer.program.program import ThreadSpec
from explorer.program.request import Assume, Fence, Load, Store, Update

Domains = dict[Location, list[Value]]
"""The values that each location can hold."""

CONSTANTS: tuple[Value, ...] = (0, 1, 2)
"""The numbers that random programs store and compare with; 0 is what every location holds at first."""

BLOCK = object()
"""The guess that a blocking step waits for ever."""


class Known(int):
    """A number that remembers the reads (positions) it was computed from."""

    reads: frozenset[int] = frozenset()

    @classmethod
    def computed(cls, number: int, *operands: Any) -> Known:
        result = cls(number)
        result.reads = frozenset().union(*(operand.reads for operand in operands if isinstance(operand, Known)))
        return result

    def __add__(self, other: int) -> Known:
        return Known.computed(int(self) + int(other), self, other)

    def __sub__(self, other: int) -> Known:
        return Known.computed(int(self) - int(other), self, other)

    def __and__(self, other: int) -> Known:
        return Known.computed(int(self) & int(other), self, other)

    def __or__(self, other: int) -> Known:
        return Known.computed(int(self) | int(other), self, other)

    def __xor__(self, other: int) -> Known:
        return Known.computed(int(self) ^ int(other), self, other)


@dataclass
class Trace:
    """One thread's events if its reads get certain values.

    ``computed_from`` are the reads (positions) that a write's value is computed from,
    ``updates`` the positions of the reads of RMWs, whose writes come next.  A thread that
    waits does so for a value of ``waits_for`` that ``until`` accepts.
    """

    events: list[tuple[Kind, Tag, Location | None, Value | None]] = field(default_factory=list)
    computed_from: dict[int, frozenset[int]] = field(default_factory=dict)
    updates: list[int] = field(default_factory=list)
    ending: Ending = Ending.RETURNED
    waits_for: Location | None = None
    until: Callable[[Any], Any] = bool

    def read(self, kind: Kind, tag: Tag, location: Location, value: Value) -> Value:
        self.events.append((kind, tag, location, value))
        if not isinstance(value, int):
            return value
        known = Known(value)
        known.reads = frozenset({len(self.events) - 1})
        return known

    def write(self, kind: Kind, tag: Tag, location: Location, value: Any) -> None:
        if isinstance(value, Known):
            self.computed_from[len(self.events)] = value.reads
        self.events.append((kind, tag, location, int(value) if isinstance(value, int) else value))

    def fence(self, tag: Tag) -> None:
        self.events.append((Kind.FENCE, tag, None, None))


def candidates(threads: Threads, model: Model, most: int) -> list[Execution] | None:
    """The executions of the program that the model allows; None if more than ``most`` combinations of traces.

    Loops are not known here: the threads must have none.
    """
    specs = program(threads).threads
    memory: Memory = specs[0].arguments[0]
    domains: Domains = {memory.pointer: [memory.a, memory.b]}
    # Every constant of the program may be stored somewhere, if only under a condition that
    # this justifies.  Every round follows the chains of writes, each computed from the one
    # before, one write further.
    for _ in range(repr(threads).count("operand=") + 1):
        runs = [list(traces(spec, domains)) for spec in specs]
        if prod(map(len, runs)) > most:
            return None
        stored = _stored(runs)
        if all(value in domains.get(location, CONSTANTS) for location, value in stored):
            break
        for location, value in stored:
            values = domains.setdefault(location, [*CONSTANTS])
            if value not in values:
                values.append(value)
    # A value that nothing stores is read by nobody.
    for location, values in domains.items():
        values[:] = [v for v in values if v == location.initial or (location, v) in stored]
    runs = [list(traces(spec, domains)) for spec in specs]
    names = tuple(spec.name for spec in specs)
    return [e for chosen in product(*runs) for e in _executions(names, chosen) if model.allows(e)]


def _stored(runs: Sequence[Sequence[Trace]]) -> dict[tuple[Location, Value], None]:
    """The locations that some trace writes, with the values."""
    return {
        (location, value): None
        for run in runs
        for trace in run
        for kind, _tag, location, value in trace.events
        if kind.writes and location is not None and value is not None
    }


def traces(thread: ThreadSpec, domains: Domains) -> Iterator[Trace]:
    """What a thread can do, for every choice of the values it reads."""
    waiting: list[tuple[Any, ...]] = [()]
    while waiting:
        guesses = waiting.pop()
        result = _run(thread, guesses)
        if isinstance(result, Trace):
            yield result
        elif result is not None:
            location, blocking = result
            values = domains.setdefault(location, [*CONSTANTS])
            waiting += [(*guesses, guess) for guess in ([*values, BLOCK] if blocking else values)]


def _run(thread: ThreadSpec, guesses: Sequence[Any]) -> Trace | tuple[Location, bool] | None:
    """The trace with these guesses; None if a blocking step refuses one.

    Where they do not suffice, the location that is read next and whether that is a blocking step.
    """
    trace = Trace()
    coming = iter(guesses)
    coroutine = thread.start()
    answer: Any = None
    try:
        while True:
            request = coroutine.send(answer)
            answer = None
            match request:
                case Store():
                    trace.write(request.kind, request.tag, request.location, request.value)
                case Fence():
                    trace.fence(request.tag)
                case Assume():
                    if not request.condition:
                        trace.ending = Ending.DROPPED
                        return trace
                case Load() | Update():
                    blocking = request.until is not None if isinstance(request, Load) else request.blocking
                    guess = next(coming, None)
                    if guess is None:
                        return request.location, blocking
                    until = request.until if isinstance(request, Load) else request.condition
                    if guess is BLOCK:
                        assert until is not None
                        trace.ending, trace.waits_for, trace.until = Ending.BLOCKED, request.location, until
                        return trace
                    if blocking and until is not None and not until(guess):
                        return None
                    if isinstance(request, Load):
                        answer = trace.read(request.kind, request.tag, request.location, guess)
                    else:
                        answer = _update(trace, request, guess)
    except StopIteration:
        return trace
    finally:
        coroutine.close()


def _update(trace: Trace, request: Update, guess: Value) -> Any:
    if request.condition is not None and not request.condition(guess):
        return trace.read(request.failed_kind, Tag.ONCE, request.location, guess)
    if request.full:
        trace.fence(Tag.MB)
    old = trace.read(request.read_kind, request.read_tag, request.location, guess)
    trace.updates.append(len(trace.events) - 1)
    new = request.new(old)
    trace.write(request.write_kind, request.write_tag, request.location, new)
    if request.full:
        trace.fence(Tag.MB)
    return new if request.gives_new else old


def _executions(names: tuple[str, ...], chosen: Sequence[Trace]) -> Iterator[Execution]:
    """Every choice of read sources and coherence orders that fits these traces.

    RMWs are atomic, no read reads from its own thread's future, no value comes out of thin
    air, and a thread that waits would not be let go on by the last value.
    """
    touched = [location for trace in chosen for _, _, location, _ in trace.events]
    waited_for = [trace.waits_for for trace in chosen]
    locations = [location for location in dict.fromkeys(touched + waited_for) if location is not None]
    events = [Event(-1, i, Kind.INITIAL, None, location, location.initial) for i, location in enumerate(locations)]
    starts = []
    for thread, trace in enumerate(chosen):
        starts.append(len(events))
        events += [Event(thread, i, *event) for i, event in enumerate(trace.events)]
    size = len(events)
    updates = [(start + i, start + i + 1) for start, trace in zip(starts, chosen, strict=True) for i in trace.updates]
    computed = from_pairs(
        size,
        [
            (start + read, start + write)
            for start, trace in zip(starts, chosen, strict=True)
            for write, reads in trace.computed_from.items()
            for read in sorted(reads)
        ],
    )
    rmw = from_pairs(size, updates)
    # The pair's own read is related by rmw, not by a data dependence.
    data = [row & ~as_set([i + 1]) if rmw[i] else row for i, row in enumerate(computed)]
    sources = [_sources(events, i) if event.reads else [-1] for i, event in enumerate(events)]
    orders = [_orders(events, i) for i in range(len(locations))]
    ends = tuple(ThreadEnd(trace.ending) for trace in chosen)
    none = empty(size)
    for source_of in product(*sources):
        rf = from_pairs(size, [(write, read) for read, write in enumerate(source_of) if write >= 0])
        if not is_acyclic(union(rf, computed)):
            continue
        for coherence in product(*orders):
            follows = {second: first for order in coherence for first, second in pairwise(order)}
            last = {events[order[0]].location: events[order[-1]].value for order in coherence}
            atomic = all(follows[write] == source_of[read] for read, write in updates)
            if atomic and not _goes_on(chosen, last):
                yield Execution(names, tuple(events), source_of, coherence, rmw, none, data, none, none, ends)


def _sources(events: Sequence[Event], read: int) -> list[int]:
    event = events[read]
    return [
        i
        for i, write in enumerate(events)
        if write.writes
        and write.location is event.location
        and write.value == event.value
        and not (write.thread == event.thread and write.index > event.index)
    ]


def _orders(events: Sequence[Event], initial: int) -> list[tuple[int, ...]]:
    writes = [i for i, e in enumerate(events) if i != initial and e.writes and e.location is events[initial].location]
    return [(initial, *order) for order in permutations(writes)]


def _goes_on(chosen: Sequence[Trace], last: Mapping[Location | None, Value | None]) -> bool:
    """Whether some thread waits for what the last value of its location is."""
    return any(t.waits_for is not None and t.until(last[t.waits_for]) for t in chosen)
