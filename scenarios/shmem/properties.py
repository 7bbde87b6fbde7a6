"""Leak, late and stale: what a read of a sealed file must not do; and masked, what it may, but hides.

All speak of one *read*, an activation of one of the functions in ``READS``, and of the
*seal store*, the store that sets F_SEAL_INACCESSIBLE.  "After" means reached over program
order and reads-from: (po | rf)+.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from explorer.execution.event import Call, Event
from explorer.execution.execution import Execution
from explorer.execution.location import Location
from explorer.execution.relation import EventSet, as_set, reachable, shortest_path, union
from explorer.property import Edge, Mark, Violation
from scenarios.shmem.constants import F_SEAL_INACCESSIBLE
from scenarios.shmem.fault import user_load, user_store
from scenarios.shmem.guest import guest_write
from scenarios.shmem.objects import Inode
from scenarios.shmem.read import shmem_file_read_iter
from scenarios.shmem.splice import pipe_read

READS = {
    shmem_file_read_iter.__name__: "A read returned",
    pipe_read.__name__: "A pipe gave",
    user_load.__name__: "A mapping showed",
    user_store.__name__: "A private mapping copied",  # the one load of content is that of copy-on-write
}
"""The functions through which user space gets content, and how a sentence on what came out begins."""

Read = tuple[int, Call]
"""One read: the thread's index and the activation of one of ``READS``."""


def read_of(event: Event) -> Read | None:
    """The read that made an event, None for an event of anything else."""
    if event.source is not None:
        for call in event.source.stack:
            if call.function in READS:
                return event.thread, call
    return None


def stores_of(execution: Execution, location: Location) -> Sequence[int]:
    """The stores of a location in coherence order, the initial one first; none where the program never touches it."""
    events = execution.events
    for order in execution.coherence:
        if events[order[0]].location is location:
            return order
    return ()


def seal_store(execution: Execution, inode: Inode) -> int | None:
    """The store that sets F_SEAL_INACCESSIBLE, None where it is never set."""
    for store in stores_of(execution, inode.seals)[1:]:
        if is_sealed(execution.events[store]):
            return store
    return None


def seal_landmark(inode: Inode) -> Callable[[Execution], Mark | None]:
    """The landmark of every scenario here: the store that seals the file."""

    def find(execution: Execution) -> Mark | None:
        store = seal_store(execution, inode)
        return None if store is None else Mark(store, "sealed")

    return find


def is_sealed(event: Event) -> bool:
    """Whether an access of ``seals`` has the value of a sealed inode."""
    assert isinstance(event.value, int)
    return event.value & F_SEAL_INACCESSIBLE != 0


def loads(execution: Execution, *locations: Location) -> list[int]:
    """The loads of these locations that reads made, in program order thread by thread."""
    return [
        position
        for position, event in enumerate(execution.events)
        if event.reads and event.location in locations and read_of(event) is not None
    ]


def after(execution: Execution, start: int) -> EventSet:
    """Everything that comes after an event."""
    return reachable(union(execution.po, execution.rf), 1 << start)


@dataclass(frozen=True)
class Leak:
    """A read copies out a value that the guest stored after the seal."""

    inode: Inode
    name: str = field(default="leak", init=False)

    def find(self, execution: Execution, _before: Sequence[int] | None) -> Violation | None:
        seal = seal_store(execution, self.inode)
        if seal is None:
            return None
        sealed = after(execution, seal)
        for load in loads(execution, *self.inode.content):
            store = execution.source_of[load]
            if sealed >> store & 1 and by_guest(execution.events[store]):
                return Violation(
                    self.name,
                    (
                        *_passed_check(execution, self.inode, seal, load),
                        *chain(execution, seal, store),
                        Edge(store, load, "rf"),
                    ),
                    (Mark(seal, "sealed"), Mark(store, "guest data"), Mark(load, "LEAK")),
                    f"{_gave(execution, load)}, which the guest stored after the seal was set.",
                )
        return None


@dataclass(frozen=True)
class Late:
    """A read returns content that it copied at a time not before the seal.

    A hole has no content: it is copied from the zero page.
    """

    inode: Inode
    name: str = field(default="late", init=False)

    def find(self, execution: Execution, before: Sequence[int] | None) -> Violation | None:
        seal = seal_store(execution, self.inode)
        if seal is None or before is None:
            return None
        for load in loads(execution, *self.inode.content):
            if not before[load] >> seal & 1:
                return Violation(
                    self.name,
                    way(execution, self.inode, seal, load),
                    (Mark(seal, "sealed"), Mark(load, "LATE")),
                    f"{_gave(execution, load)}, and nothing had it copied before the seal was set.",
                )
        return None


@dataclass(frozen=True)
class Stale:
    """A read saw a size stored after the seal, and later found the inode unsealed."""

    inode: Inode
    name: str = field(default="stale", init=False)

    def find(self, execution: Execution, _before: Sequence[int] | None) -> Violation | None:
        seal = seal_store(execution, self.inode)
        if seal is None:
            return None
        sealed = after(execution, seal)
        checks = [c for c in loads(execution, self.inode.seals) if not is_sealed(execution.events[c])]
        for size in loads(execution, self.inode.i_size):
            store = execution.source_of[size]
            if not sealed >> store & 1:
                continue
            for check in checks:
                if execution.po[size] >> check & 1 and _same_read(execution, size, check):
                    return Violation(
                        self.name,
                        (
                            *chain(execution, seal, store),
                            Edge(store, size, "rf"),
                            Edge(size, check, "po"),
                            Edge(check, seal, "fr"),
                        ),
                        (Mark(seal, "sealed"), Mark(size, "size from after the seal"), Mark(check, "STALE")),
                        "A read saw a size that was stored after the seal, and then found the inode unsealed.",
                    )
        return None


@dataclass(frozen=True)
class Masked:
    """A read met the seal and returned bytes instead of -EPERM: those of pages before. No breach of the seal.

    ``result`` is where the reading thread stores what the call returned.
    """

    inode: Inode
    result: Location
    name: str = field(default="masked", init=False)

    def find(self, execution: Execution, _before: Sequence[int] | None) -> Violation | None:
        events = execution.events
        for check in loads(execution, self.inode.seals):
            if not is_sealed(events[check]):
                continue
            for store in stores_of(execution, self.result)[1:]:
                returned = events[store].value
                if execution.po[check] >> store & 1 and isinstance(returned, int) and returned > 0:
                    return Violation(
                        self.name,
                        (Edge(execution.source_of[check], check, "rf"), Edge(check, store, "po")),
                        (Mark(execution.source_of[check], "sealed"), Mark(check, "-EPERM"), Mark(store, "MASKED")),
                        f"A read met the seal, and the call returned {returned} and no error.",
                    )
        return None


def by_guest(event: Event) -> bool:
    """Whether the guest made an event."""
    return event.source is not None and event.source.function == guest_write.__name__


@dataclass(frozen=True)
class Mapped:
    """A mapping of the inode is made, or made longer, at a time not before the seal."""

    inode: Inode
    name: str = field(default="mapped", init=False)

    def find(self, execution: Execution, before: Sequence[int] | None) -> Violation | None:
        seal = seal_store(execution, self.inode)
        if seal is None or before is None:
            return None
        for link in links(execution, self.inode):
            if not before[link] >> seal & 1:
                location = execution.events[link].location
                assert location is not None
                return Violation(
                    self.name,
                    way(execution, self.inode, seal, link),
                    (Mark(seal, "sealed"), Mark(link, "MAPPED")),
                    f"{location.name} became {execution.events[link].value}, and nothing had the file mapped before "
                    "the seal was set.",
                )
        return None


def links(execution: Execution, inode: Inode) -> list[int]:
    """The stores that make a mapping of the inode, or make one longer."""
    covered = [vma.pages for vma in inode.vmas]
    return [
        position
        for position, event in enumerate(execution.events)
        if event.source is not None and event.writes and event.location in covered and event.value != 0
    ]


def way(execution: Execution, inode: Inode, seal: int, event: int) -> tuple[Edge, ...]:
    """From the check that an event passed to the event; without such a check from the seal, where there is a way."""
    check = _passed_check(execution, inode, seal, event)
    return (*check, Edge(check[0].source, event, "po")) if check else chain(execution, seal, event)


def _same_read(execution: Execution, first: int, second: int) -> bool:
    return read_of(execution.events[first]) == read_of(execution.events[second])


def _passed_check(execution: Execution, inode: Inode, seal: int, event: int) -> tuple[Edge, ...]:
    """The last seal check before an event in its read or, elsewhere, its thread, with the seal store that it missed.

    What comes through a pipe or a mapping was checked when its thread spliced or mapped, if it was.
    """
    read = read_of(execution.events[event])
    alone = read is not None and read[1].function == shmem_file_read_iter.__name__
    checks = [
        check
        for check, found in enumerate(execution.events)
        if found.location is inode.seals
        and execution.fr[check] >> seal & 1
        and execution.po[check] >> event & 1
        and (not alone or read_of(found) == read)
    ]
    return (Edge(checks[-1], seal, "fr"),) if checks else ()


def chain(execution: Execution, start: int, end: int) -> tuple[Edge, ...]:
    """A shortest way from one event to another over po and rf, empty if there is none."""
    path = shortest_path(union(execution.po, execution.rf), start, as_set([end]))
    if path is None:
        return ()
    return tuple(
        Edge(source, target, "po" if execution.po[source] >> target & 1 else "rf")
        for source, target in itertools.pairwise(path)
    )


def _gave(execution: Execution, load: int) -> str:
    event, read = execution.events[load], read_of(execution.events[load])
    assert event.location is not None
    assert read is not None
    return f"{READS[read[1].function]} {event.value} from {event.location.name}"
