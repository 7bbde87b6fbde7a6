"""How the system calls of an execution are made one by one on a real kernel, or why they cannot be.

User space chooses the order of whole calls.  Within a call it can stop a read just before
it copies a page, and nothing else.  So an execution is cut into parts that nothing may come
between, and the parts are brought into an order; where they have none, a call would have to
be stopped somewhere else.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from explorer.errors import InputError
from explorer.execution.execution import Ending, Execution
from explorer.execution.location import Location
from explorer.execution.relation import Relation, find_cycle, from_pairs, pairs, transitive_closure, union
from explorer.schedule.calls import SystemCall
from explorer.schedule.linear import witness
from scenarios.real.userspace import COPY, KINDS, copies, inode_of
from scenarios.shmem.constants import F_SEAL_INACCESSIBLE, PAGE_SIZE
from scenarios.shmem.objects import Inode

REACHABLE = (
    f"user space can stop a read at {COPY}, its copy of a page to user memory (userfaultfd on the reader's buffer), "
    "and nowhere else; what is spliced into a pipe is copied when the pipe is drained"
)


class CannotDrive(InputError):
    """The execution has a step that user space cannot make, or a stop that it cannot reach."""


@dataclass(frozen=True)
class Part:
    """What happens of a call in one go.

    ``chunk`` is the part of a read at whose copy it has stood still before, None where the
    call starts.  ``events`` are positions in the execution.
    """

    call: SystemCall
    chunk: int | None
    events: tuple[int, ...]


@dataclass(frozen=True)
class Plan:
    """The parts of all calls in the order in which they are made."""

    parts: tuple[Part, ...]

    @property
    def calls(self) -> tuple[SystemCall, ...]:
        """The calls as they start."""
        return tuple(part.call for part in self.parts if part.chunk is None)

    @property
    def inode(self) -> Inode:
        """The file that all calls are on."""
        return inode_of(self.parts[0].call)

    def stalls(self, call: SystemCall) -> tuple[int, ...]:
        """The chunks at whose copy the call stands still, in order."""
        return tuple(part.chunk for part in self.parts if part.call is call and part.chunk is not None)


def make_plan(execution: Execution, calls: Sequence[Sequence[SystemCall]], schedule: Sequence[int]) -> Plan:
    """The calls of an execution (per thread, in program order) as they can be made on a real kernel.

    ``schedule`` is the order of events in its witness schedule.  Where no access is out of
    program order, sc has the execution too; the parts then follow the witness schedule under
    sc wherever they can: by where their last step is.

    Raises:
        CannotDrive: with every obstacle on a line of its own.
    """
    obstacles = [
        *_not_one_file(calls),
        *_unfinished(execution),
        *_no_system_calls(execution, calls),
        *_unknown_calls(execution, calls),
        *_checks_of_the_patch(execution, calls),
        *_holes_in_a_pipe(execution, calls),
    ]
    order = union(execution.po, execution.rf, execution.co, execution.fr)
    cycle = find_cycle(order)
    if cycle is not None:
        raise CannotDrive("\n".join([*obstacles, _reordered(execution, cycle, schedule)]))
    found = witness(execution, order)
    assert found is not None, "an order without cycles has a linear extension"
    place = {event: i for i, event in enumerate(found.order)}
    parts = [part for thread in range(len(execution.threads)) for part in _parts(execution, thread, calls[thread])]
    before = _before(execution, parts)
    obstacles += _unreachable_stops(execution, parts, before, found.order, place)
    if obstacles:
        raise CannotDrive("\n".join([*obstacles, REACHABLE]))
    made = [part for part in parts if isinstance(part, Part)]
    assert len(made) == len(parts), "a step outside of calls is an obstacle"
    return Plan(tuple(_merged(_ordered(made, before, place))))


# ---- parts and their order


@dataclass(frozen=True)
class _Loose:
    """A step that belongs to no system call."""

    events: tuple[int, ...]


def _parts(execution: Execution, thread: int, calls: Sequence[SystemCall]) -> Iterator[Part | _Loose]:
    """The parts of a thread in program order; a read is cut before each of its copies."""
    loose = [event for event in execution.thread_events(thread) if not any(event in call.events for call in calls)]
    for call in calls:
        while loose and call.events and loose[0] < call.events[0]:
            yield _Loose((loose.pop(0),))
        yield from _cut(call, copies(call, execution) if call.name == "pread" else {})
    for event in loose:
        yield _Loose((event,))


def _cut(call: SystemCall, places: dict[int, tuple[int, Location]]) -> Iterator[Part]:
    chunk, start = None, 0
    for i, event in enumerate(call.events):
        if event in places and places[event][0] != chunk:
            yield Part(call, chunk, call.events[start:i])
            chunk, start = places[event][0], i
    yield Part(call, chunk, call.events[start:])


def _before(execution: Execution, parts: Sequence[Part | _Loose]) -> Relation:
    """Which part comes before which: by program order, and where their accesses meet."""
    part_of = {event: i for i, part in enumerate(parts) for event in part.events}
    thread_of = [_thread(execution, part) for part in parts]
    found = {(i, i + 1) for i in range(len(parts) - 1) if thread_of[i] == thread_of[i + 1]}
    for first, second in pairs(union(execution.rf, execution.co, execution.fr)):
        if first in part_of and second in part_of and part_of[first] != part_of[second]:
            found.add((part_of[first], part_of[second]))
    return transitive_closure(from_pairs(len(parts), sorted(found)))


def _thread(execution: Execution, part: Part | _Loose) -> int:
    return part.call.thread if isinstance(part, Part) else execution.events[part.events[0]].thread


def _ordered(parts: Sequence[Part], before: Relation, place: dict[int, int]) -> Iterator[Part]:
    """The parts in an order that keeps ``before``, the one first whose last step the witness has first."""
    keys: list[int] = []
    last_of: dict[int, int] = {}
    for part in parts:
        # A call without any access goes where its thread is.
        keys.append(place[part.events[-1]] if part.events else last_of.get(part.call.thread, -1))
        last_of[part.call.thread] = keys[-1]
    waits_for = [sum(row >> i & 1 for row in before) for i in range(len(parts))]
    ready = [(keys[i], i) for i, count in enumerate(waits_for) if not count]
    heapq.heapify(ready)
    while ready:
        _key, first = heapq.heappop(ready)
        yield parts[first]
        for second in range(len(parts)):
            if before[first] >> second & 1:
                waits_for[second] -= 1
                if not waits_for[second]:
                    heapq.heappush(ready, (keys[second], second))


def _merged(parts: Iterator[Part]) -> list[Part]:
    """The parts of one call that follow each other as one: nothing has to stop there."""
    merged: list[Part] = []
    for part in parts:
        if merged and merged[-1].call is part.call:
            merged[-1] = Part(part.call, merged[-1].chunk, merged[-1].events + part.events)
        else:
            merged.append(part)
    return merged


# ---- what cannot be driven


def _not_one_file(calls: Sequence[Sequence[SystemCall]]) -> Iterator[str]:
    files = {id(inode_of(call)) for made in calls for call in made}
    if not files:
        yield "it makes no system call"
    elif len(files) > 1:
        yield f"its system calls are on {len(files)} files: only calls on one can be driven"


def _unfinished(execution: Execution) -> Iterator[str]:
    for thread, end in zip(execution.threads, execution.ends, strict=True):
        if end.ending is not Ending.RETURNED:
            yield f"{thread}: comes to no end ({end.ending.value}{f': {end.detail}' if end.detail else ''})"


def _no_system_calls(execution: Execution, calls: Sequence[Sequence[SystemCall]]) -> Iterator[str]:
    """Threads with steps that user space does not make; the first of each is named."""
    for thread, name in enumerate(execution.threads):
        made = {event for call in calls[thread] for event in call.events}
        loose = [event for event in execution.thread_events(thread) if event not in made]
        if loose:
            others = f"; {len(loose) - 1} more such steps follow" if len(loose) > 1 else ""
            yield f"{name}: {_step(execution, loose[0])} is no part of a system call, user space cannot make it{others}"


def _unknown_calls(execution: Execution, calls: Sequence[Sequence[SystemCall]]) -> Iterator[str]:
    for thread, made in enumerate(calls):
        for name in dict.fromkeys(call.name for call in made if call.name not in KINDS):
            yield f"{execution.threads[thread]}: {name} cannot be driven here, only {', '.join(KINDS)}"


def _checks_of_the_patch(execution: Execution, calls: Sequence[Sequence[SystemCall]]) -> Iterator[str]:
    """Reads that the patch's seal turns away: on a real kernel nothing does."""
    for call in (call for made in calls for call in made if call.name in ("pread", "splice")):
        seals = inode_of(call).seals
        for event in (event for event in call.events if execution.events[event].location is seals):
            value = execution.events[event].value
            if isinstance(value, int) and value & F_SEAL_INACCESSIBLE:
                met = f"{_step(execution, event)} meets F_SEAL_INACCESSIBLE, for which no kernel looks"
                yield f"{execution.threads[call.thread]}: {met}"


def _holes_in_a_pipe(execution: Execution, calls: Sequence[Sequence[SystemCall]]) -> Iterator[str]:
    """Splices of which the model does not keep what is in the pipe: holes, and parts of pages."""
    for call in (call for made in calls for call in made if call.name == "splice" and call.returned):
        links = [i for i in call.events if execution.events[i].location in call.arguments["pipe"].bufs]
        whole = len(links) * PAGE_SIZE
        if call.result > 0 and call.result != whole:
            held = f"{call.result} bytes as {len(links)} pages of {whole}: the model does not keep which they are"
            yield f"{execution.threads[call.thread]}: splice links {held}"


def _unreachable_stops(
    execution: Execution,
    parts: Sequence[Part | _Loose],
    before: Relation,
    order: Sequence[int],
    place: dict[int, int],
) -> Iterator[str]:
    """Where the witness stops a call that other threads must come in the middle of."""
    part_of = {event: i for i, part in enumerate(parts) for event in part.events}
    for i, part in enumerate(parts):
        circle = {j for j in range(len(parts)) if before[i] >> j & before[j] >> i & 1}
        if not isinstance(part, Part) or not circle:
            continue
        for first, second in pairwise(part.events):
            between = order[place[first] + 1 : place[second]]
            if any(part_of[event] in circle - {i} for event in between):
                last, then = _step(execution, first), _step(execution, second)
                where = f"in the middle of {last}" if last == then else f"after {last} and go on with {then}"
                yield f"{execution.threads[part.call.thread]}: {part.call.name} would have to stop {where}"
                break


def _reordered(execution: Execution, cycle: Sequence[int], schedule: Sequence[int]) -> str:
    """Of a cycle in po | rf | co | fr the steps that the witness schedule has against program order."""
    place = {event: i for i, event in enumerate(schedule)}
    steps = [*pairwise(cycle), (cycle[-1], cycle[0])]
    own = [(a, b) for a, b in steps if execution.events[a].thread == execution.events[b].thread]
    first, second = next(((a, b) for a, b in own if place[b] < place[a]), own[0])
    return (
        f"{execution.threads[execution.events[first].thread]}: {_step(execution, second)} takes effect before "
        f"{_step(execution, first)}, which its code has first: user space cannot make a processor do that"
    )


def _step(execution: Execution, event: int) -> str:
    """``R3 (mm/shmem.c shmem_file_read_iter: seal check)``."""
    source = execution.events[event].source
    assert source is not None, "every event of a thread has one"
    name = source.step or f"{source.file}:{source.line}"
    return f"{name} ({source.reference})" if source.reference else name
