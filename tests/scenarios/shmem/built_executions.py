"""Executions built by hand, event by event, and the accesses that tests of properties build them from."""

from __future__ import annotations

from dataclasses import dataclass

from explorer.execution.event import Call, Event, Source
from explorer.execution.execution import Ending, Execution, ThreadEnd
from explorer.execution.kinds import Kind, Tag
from explorer.execution.location import Location, Value
from explorer.execution.relation import empty
from scenarios.shmem.constants import F_SEAL_INACCESSIBLE
from scenarios.shmem.kernel import Kernel
from scenarios.shmem.objects import Inode

OWNER, GUEST, READER = range(3)
INODE = Inode(Kernel(), 1, 1)
SIZE, SEALS = INODE.i_size, INODE.seals
OLD_PAGE, NEW_PAGE = INODE.cached[0].data[0], INODE.fresh[0].data[0]
SLOT = Location("memslot")


@dataclass(frozen=True)
class Step:
    """One access: ``reads_from`` names the write read (an index into the steps, None for the initial one)."""

    thread: int
    kind: Kind
    location: Location
    value: Value
    function: str
    number: int = 0
    reads_from: int | None = None
    at: str = ""


def write(thread: int, location: Location, value: Value, function: str = "owner") -> Step:
    return Step(thread, Kind.WRITE, location, value, function)


def read(location: Location, value: Value, reads_from: int | None = None, number: int = 0) -> Step:
    """A load made by the reader in activation ``number`` of ``shmem_file_read_iter``."""
    return Step(READER, Kind.READ, location, value, "shmem_file_read_iter", number, reads_from)


def execution(*steps: Step) -> tuple[Execution, list[int]]:
    """The execution of these steps, given thread by thread, and the position of each."""
    locations = list(dict.fromkeys(step.location for step in steps))
    assert [s.thread for s in steps] == sorted(s.thread for s in steps)
    events = [Event(-1, i, Kind.INITIAL, None, loc, loc.initial) for i, loc in enumerate(locations)]
    position = [len(locations) + i for i in range(len(steps))]
    source_of = [-1] * len(locations)
    for step in steps:
        stack = (Call("main", 100), Call(step.function, step.number))
        index = sum(e.thread == step.thread for e in events)
        place = Source("f.py", 1, stack, step.at)
        events.append(Event(step.thread, index, step.kind, Tag.PLAIN, step.location, step.value, place))
        initial = locations.index(step.location)
        source = initial if step.reads_from is None else position[step.reads_from]
        source_of.append(source if step.kind is Kind.READ else -1)
    coherence = tuple(
        (i, *(position[j] for j, s in enumerate(steps) if s.location is loc and s.kind is Kind.WRITE))
        for i, loc in enumerate(locations)
    )
    nothing = empty(len(events))
    built = Execution(
        threads=("owner", "guest", "reader"),
        events=tuple(events),
        source_of=tuple(source_of),
        coherence=coherence,
        rmw=nothing,
        addr=nothing,
        data=nothing,
        ctrl=nothing,
        ctrl_later=nothing,
        ends=(ThreadEnd(Ending.RETURNED),) * 3,
    )
    return built, position


def wait(value: Value, reads_from: int) -> Step:
    return Step(GUEST, Kind.READ, SLOT, value, "guest", 0, reads_from)


SEAL = write(OWNER, SEALS, F_SEAL_INACCESSIBLE, "memfd_add_seals")
PUBLISH = write(OWNER, SLOT, 1, "kvm_set_memslot")
SECRET = write(GUEST, NEW_PAGE, 42, "guest_write")
