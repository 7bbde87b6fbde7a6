"""All executions of a small program by brute force, straight from the definition.

Each thread is run with every value that its reads could get, the traces are combined, and
every read source and coherence order that fits them is tried.  Nothing here is shared with
the engines but the modelled operations and the model's verdict on a whole execution: no
unfolding, no pruning, no order in which an execution grows.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import accumulate, pairwise, permutations, product
from math import prod
from typing import Any

from kernel_programs import ReadSide

from explorer.execution.event import Event
from explorer.execution.execution import Ending, Execution, ThreadEnd
from explorer.execution.kinds import Kind, Tag
from explorer.execution.location import Location, Value
from explorer.execution.relation import empty, from_pairs, is_acyclic, union
from explorer.memory.model import Model
from explorer.program.request import Assume, Fence, Load, Request, Store, Update
from explorer.program.thread import Thread
from explorer.testing.operations import Fetch, If, Memory, Operation, Threads, Write

Domains = dict[Location, list[Value]]
"""The values that each location may hold."""

CONSTANTS: tuple[Value, ...] = (0, 1, 2)
"""The numbers that random programs store and compare with; 0 is what every location holds at first."""

BLOCK = object()
"""Chosen in place of a value: the blocking step waits for ever."""

Reads = frozenset[int]
"""Reads of one thread, by their positions in its program order."""

NONE: Reads = frozenset()


class Known(int):
    """A number with the ``reads`` that it was computed from.

    ``control`` are the reads that decided on the arm that made it: a decision on the number
    depends on them too, a store of it does not.
    """

    reads = NONE
    control = NONE

    def __new__(cls, number: int, reads: Reads, control: Reads = NONE) -> Known:
        known = super().__new__(cls, number)
        known.reads, known.control = reads, control
        return known

    def _computed(self, number: int, other: int) -> Known:
        return Known(number, self.reads | reads_of(other))

    def __add__(self, other: int) -> Known:
        return self._computed(int(self) + int(other), other)

    def __sub__(self, other: int) -> Known:
        return self._computed(int(self) - int(other), other)

    def __and__(self, other: int) -> Known:
        return self._computed(int(self) & int(other), other)

    def __or__(self, other: int) -> Known:
        return self._computed(int(self) | int(other), other)

    def __xor__(self, other: int) -> Known:
        return self._computed(int(self) ^ int(other), other)


def reads_of(value: Any) -> Reads:
    return value.reads if isinstance(value, Known) else NONE


@dataclass(frozen=True)
class Access:
    """One event of a trace, and the reads that it depends on.

    ``computed`` are the reads in a stored value, the RMW's own included. ``updates`` marks
    the write of an RMW; its read is the event before. ``waits`` marks the load of a blocking step.
    """

    kind: Kind
    tag: Tag
    location: Location | None = None
    value: Value | None = None
    computed: Reads = NONE
    addr: Reads = NONE
    ctrl: Reads = NONE
    updates: bool = False
    waits: bool = False


@dataclass
class Trace:
    """What one thread does if its reads get certain values.

    A thread that waits does so for a value of ``waits_for`` that ``until`` accepts.
    """

    accesses: list[Access] = field(default_factory=list)
    ending: Ending = Ending.RETURNED
    waits_for: Location | None = None
    until: Callable[[Any], Any] = bool


class _Ended(Exception):
    """The thread goes no further."""


class _Run:
    """One run of a thread: its first choices are given, the others are the first that there are.

    Attributes:
        trace: what the thread has done.
        others: the beginnings of the runs that choose otherwise after the given choices.
    """

    def __init__(self, operations: Sequence[Operation], memory: Memory, domains: Domains, given: tuple[Any, ...]):
        self.trace = Trace()
        self.others: list[tuple[Any, ...]] = []
        self._memory = memory
        self._domains = domains
        self._given = given
        self._chosen: tuple[Any, ...] = ()
        self._control = NONE
        try:
            self._all(operations, 0)
        except _Ended:
            assert self.trace.ending is not Ending.RETURNED

    def _all(self, operations: Sequence[Operation], register: Any) -> Any:
        for operation in operations:
            register = (self._decide if isinstance(operation, If) else self._operate)(operation, register)
        return register

    def _decide(self, operation: Any, register: Any) -> Any:
        outside = self._control
        decided_on = reads_of(register) | (register.control if isinstance(register, Known) else NONE)
        self._control = outside | decided_on
        register = self._all(operation.then if register == operation.value else operation.otherwise, register)
        self._control = outside
        if decided_on and any(map(_assigns, (*operation.then, *operation.otherwise))):
            # Which assignment the register comes from, or that none was made, was decided here.
            register = Known(register, register.reads, register.control | decided_on)
        return register

    def _operate(self, operation: Operation, register: Any) -> Any:
        coroutine = operation.run(Thread(), self._memory, register)
        answer: Any = None
        try:
            while True:
                answer = self._answer(coroutine.send(answer))
        except StopIteration as stop:
            return stop.value
        finally:
            coroutine.close()

    def _answer(self, request: Request) -> Any:
        match request:
            case Store():
                self._write(request.kind, request.tag, request.location, request.value)
            case Fence():
                self._add(Kind.FENCE, request.tag, request.location, request.value)
                return request.value
            case Assume():
                if not request.condition:
                    self._end(Ending.DROPPED)
            case Load():
                if request.until is None:
                    value = self._choose(self._values(request.location))
                else:
                    value = self._wait(request.location, request.until)
                waits = request.until is not None
                return self._read(request.kind, request.tag, request.location, value, waits=waits)
            case Update():
                return self._update(request)
        return None

    def _update(self, request: Update) -> Any:
        if request.blocking:
            assert request.condition is not None
            value = self._wait(request.location, request.condition)
        else:
            value = self._choose(self._values(request.location))
            if request.condition is not None and not request.condition(value):
                return self._read(request.failed_kind, Tag.ONCE, request.location, value)
        if request.full:
            self._add(Kind.FENCE, Tag.MB)
        old = self._read(request.read_kind, request.read_tag, request.location, value)
        new = request.new(old)
        self._write(request.write_kind, request.write_tag, request.location, new, updates=True)
        if request.full:
            self._add(Kind.FENCE, Tag.MB)
        return Known(new, reads_of(new), self._control) if request.gives_new else old

    def _read(self, kind: Kind, tag: Tag, location: Location, value: Value, *, waits: bool = False) -> Value:
        self._add(kind, tag, location, value, waits=waits)
        position = len(self.trace.accesses) - 1
        return Known(value, frozenset({position}), self._control) if isinstance(value, int) else value

    def _write(self, kind: Kind, tag: Tag, location: Location, value: Any, *, updates: bool = False) -> None:
        plain = int(value) if isinstance(value, int) else value
        self._add(kind, tag, location, plain, computed=reads_of(value), updates=updates)

    def _add(self, kind: Kind, tag: Tag, location: Location | None = None, value: Any = None, **more: Any) -> None:
        followed = location in (self._memory.a.field, self._memory.b.field)
        # The pointer to a box is read directly before the box is used.
        addr = frozenset({len(self.trace.accesses) - 1}) if followed else NONE
        self.trace.accesses.append(Access(kind, tag, location, value, addr=addr, ctrl=self._control, **more))

    def _wait(self, location: Location, until: Callable[[Any], Any]) -> Value:
        value = self._choose([*filter(until, self._values(location)), BLOCK])
        if value is BLOCK:
            self.trace.waits_for, self.trace.until = location, until
            self._end(Ending.BLOCKED)
        return value  # type: ignore[no-any-return]

    def _end(self, ending: Ending) -> None:
        self.trace.ending = ending
        raise _Ended

    def _values(self, location: Location) -> list[Value]:
        return self._domains.setdefault(location, [*CONSTANTS])

    def _choose(self, options: Sequence[Any]) -> Any:
        place = len(self._chosen)
        if place < len(self._given):
            choice = self._given[place]
        else:
            choice = options[0]
            self.others += [(*self._chosen, other) for other in options[1:]]
        self._chosen = (*self._chosen, choice)
        return choice


def _assigns(operation: Operation) -> bool:
    """Whether an operation in an arm gives the register a new value."""
    return not isinstance(operation, Write) and not (isinstance(operation, Fetch) and operation.result is None)


def traces(operations: Sequence[Operation], memory: Memory, domains: Domains) -> Iterator[Trace]:
    """What a thread does, for every choice of the values that it reads."""
    waiting: list[tuple[Any, ...]] = [()]
    while waiting:
        run = _Run(operations, memory, domains, waiting.pop())
        waiting += run.others
        yield run.trace


def candidates(
    threads: Threads, model: Model, most: int, new_memory: Callable[[], Memory] = Memory
) -> list[Execution] | None:
    """The executions of the program that the model allows; None if more than ``most`` combinations of traces.

    Loops and locks are not known here: the threads must have none.
    """
    memory = new_memory()
    domains: Domains = {memory.pointer: [memory.a, memory.b]}
    # Every constant may be stored somewhere, if only under a condition that this justifies.
    # Each round follows the chains of writes, each computed from the one before, one write
    # further, until there is nothing new; values that grow for ever come out of thin air.
    for _ in range(sum(map(_writes, threads)) + 1):
        runs = [list(traces(operations, memory, domains)) for operations in threads]
        if prod(map(len, runs)) > most:
            return None
        stored = _stored(runs)
        new = [(location, value) for location, value in stored if value not in domains.get(location, CONSTANTS)]
        if not new:
            break
        for location, value in new:
            domains.setdefault(location, [*CONSTANTS]).append(value)
    # A value that nothing stores is read by nobody.
    for location, values in domains.items():
        values[:] = [v for v in values if v == location.initial or (location, v) in stored]
    runs = [list(traces(operations, memory, domains)) for operations in threads]
    return [e for chosen in product(*runs) for e in _executions(chosen) if model.allows(e)]


def _writes(operations: Sequence[Operation]) -> int:
    """The most writes that these operations can make: each makes one, an if or a section what is in it."""
    writes = 0
    for operation in operations:
        match operation:
            case If():
                writes += _writes(operation.then) + _writes(operation.otherwise)
            case ReadSide():
                writes += _writes(operation.body)
            case _:
                writes += 1
    return writes


def _stored(runs: Sequence[Sequence[Trace]]) -> dict[tuple[Location, Value], None]:
    """The locations that some trace writes, with the values."""
    return {
        (access.location, access.value): None
        for run in runs
        for trace in run
        for access in trace.accesses
        if access.kind.writes and access.location is not None and access.value is not None
    }


def _executions(chosen: Sequence[Trace]) -> Iterator[Execution]:
    """Every choice of read sources and coherence orders that fits these traces.

    RMWs are atomic, no read reads from its own thread's future, no value comes out of thin
    air, and a thread that waits would not be let go on by the last value.
    """
    touched = [access.location for trace in chosen for access in trace.accesses]
    waited_for = [trace.waits_for for trace in chosen]
    locations = [location for location in dict.fromkeys(touched + waited_for) if location is not None]
    events = [Event(-1, i, Kind.INITIAL, None, location, location.initial) for i, location in enumerate(locations)]
    for thread, trace in enumerate(chosen):
        events += [
            Event(thread, i, a.kind, a.tag, a.location, a.value, waits=a.waits) for i, a in enumerate(trace.accesses)
        ]
    size = len(events)
    starts = accumulate((len(trace.accesses) for trace in chosen), initial=len(locations))
    placed = [
        (start, start + i, access)
        for start, trace in zip(starts, chosen, strict=False)
        for i, access in enumerate(trace.accesses)
    ]
    computed = from_pairs(size, [(start + read, i) for start, i, access in placed for read in access.computed])
    addr = from_pairs(size, [(start + read, i) for start, i, access in placed for read in access.addr])
    ctrl = from_pairs(size, [(start + read, i) for start, i, access in placed for read in access.ctrl])
    updates = [(i - 1, i) for _start, i, access in placed if access.updates]
    rmw = from_pairs(size, updates)
    # The pair's own read is related by rmw, not by a data dependence.
    data = [row & ~own for row, own in zip(computed, rmw, strict=True)]
    sources = [_sources(events, i) if event.reads else [-1] for i, event in enumerate(events)]
    orders = [_orders(events, i) for i in range(len(locations))]
    ends = tuple(ThreadEnd(trace.ending) for trace in chosen)
    names = tuple(f"P{thread}" for thread in range(len(chosen)))
    for source_of in product(*sources):
        rf = from_pairs(size, [(write, read) for read, write in enumerate(source_of) if write >= 0])
        if not is_acyclic(union(rf, computed)):
            continue
        for coherence in product(*orders):
            previous = {second: first for order in coherence for first, second in pairwise(order)}
            last = {events[order[0]].location: events[order[-1]].value for order in coherence}
            atomic = all(previous[write] == source_of[read] for read, write in updates)
            if atomic and not _goes_on(chosen, last):
                yield Execution(names, tuple(events), source_of, coherence, rmw, addr, data, ctrl, empty(size), ends)


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
