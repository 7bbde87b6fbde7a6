"""Executions built by hand, and their reports.

The leak, under sc: the reader passes the seal check before the seal is set, the owner
seals and grows the file, the guest writes, the reader copies what the guest wrote.

    owner: T4 i_size=0; A9 seals=32; F5 i_size=4096; F6 ready=1
    guest: K1 wait ready==1; K4 data=42
    reader: R1 i_size; R3 seals; R7 i_size; R10 data

The stale read, under a weaker model: the reader's seal check takes effect before its
load of the size, so it sees the size of the regrown file and no seal.
"""

from __future__ import annotations

from pathlib import Path

from explorer.execution.event import Call, Event, Source
from explorer.execution.execution import Ending, Execution, ThreadEnd
from explorer.execution.kinds import Kind, Tag
from explorer.execution.location import Location, Object
from explorer.execution.relation import empty, from_pairs
from explorer.property import Edge, Mark, Violation
from explorer.schedule.witness import Witness
from reports.build import make_report
from reports.structure import Report, Search

TOY = Path(__file__).parent / "toy_memfd.py"

FUNCTIONS = {
    "T4": ("mm/shmem.c shmem_setattr: shrink", "owner"),
    "A9": ("mm/memfd.c memfd_add_seals: set", "owner", "memfd_add_seals"),
    "F5": ("mm/shmem.c shmem_fallocate: grow", "owner"),
    "F6": ("", "owner"),
    "K1": ("", "guest"),
    "K4": ("KVM: guest store", "guest"),
    "R1": ("mm/shmem.c shmem_file_read_iter: first i_size_read", "shmem_file_read_iter"),
    "R3": ("mm/shmem.c shmem_file_read_iter: seal check", "shmem_file_read_iter"),
    "R7": ("mm/shmem.c shmem_file_read_iter: second i_size_read", "shmem_file_read_iter"),
    "R10": ("mm/shmem.c shmem_file_read_iter: copy_page_to_iter", "shmem_file_read_iter"),
}


def witness(
    order: tuple[int, ...], switches: int, reordered: tuple[int, ...] = (), forwarded: tuple[int, ...] = ()
) -> Witness:
    """An exact witness schedule that keeps coherence, written down by hand."""
    return Witness(order, switches, reordered, forwarded, exact=True, note="", unkept_coherence=())


def source(step: str) -> Source:
    """The place of a step in the toy: the line that ends with its name in a comment."""
    lines = TOY.read_text().splitlines()
    line = next(number for number, text in enumerate(lines, 1) if text.endswith(f"# {step}"))
    reference, *functions = FUNCTIONS[step]
    return Source(TOY.name, line, tuple(Call(function, 0) for function in functions), step, reference)


def initial(location: Location) -> Event:
    return Event(-1, 0, Kind.INITIAL, None, location, location.initial)


def leak_execution() -> Execution:
    """Events: initial 0 i_size, 1 seals, 2 ready, 3 data; owner 4-7; guest 8-9; reader 10-13."""
    size, seals = Location("inode.i_size", 4096), Location("inode.seals")
    ready, data = Location("ready"), Location("page A.data")
    plain = Tag.PLAIN
    events = (
        *map(initial, (size, seals, ready, data)),
        Event(0, 0, Kind.WRITE, plain, size, 0, source("T4")),
        Event(0, 1, Kind.WRITE, plain, seals, 32, source("A9")),
        Event(0, 2, Kind.WRITE, plain, size, 4096, source("F5")),
        Event(0, 3, Kind.WRITE, Tag.RELEASE, ready, 1, source("F6")),
        Event(1, 0, Kind.READ, Tag.ACQUIRE, ready, 1, source("K1"), waits=True),
        Event(1, 1, Kind.WRITE, plain, data, 42, source("K4")),
        Event(2, 0, Kind.READ, plain, size, 4096, source("R1")),
        Event(2, 1, Kind.READ, plain, seals, 0, source("R3")),
        Event(2, 2, Kind.READ, plain, size, 4096, source("R7")),
        Event(2, 3, Kind.READ, plain, data, 42, source("R10")),
    )
    control = from_pairs(14, [(10, 11), (10, 12), (10, 13), (11, 12), (11, 13), (12, 13)])
    return Execution(
        threads=("owner", "guest", "reader"),
        events=events,
        source_of=(-1, -1, -1, -1, -1, -1, -1, -1, 7, -1, 0, 1, 6, 9),
        coherence=((0, 4, 6), (1, 5), (2, 7), (3, 9)),
        rmw=empty(14),
        addr=empty(14),
        data=empty(14),
        ctrl=control,
        ctrl_later=control,
        ends=(ThreadEnd(Ending.RETURNED),) * 3,
    )


def leak_report() -> Report:
    violation = Violation(
        property="leak",
        path=(Edge(11, 5, "fr"), Edge(5, 7, "po"), Edge(7, 8, "rf"), Edge(8, 9, "po"), Edge(9, 13, "rf")),
        marks=(Mark(5, "sealed"), Mark(13, "LEAK")),
        sentence="A read that began before the seal returns what the guest wrote after it.",
    )
    return make_report(
        execution=leak_execution(),
        violation=violation,
        witness=witness((10, 11, 4, 5, 6, 7, 8, 9, 12, 13), switches=3),
        scenario="inflight",
        protocol="P2",
        fix="none",
        parameters={"pages": 1, "kernel": "v5.16"},
        program_hash="5a17",
        model_name="sc",
        rules_hash="c0de",
        named_relations={"fence": empty(14)},
        search=Search(
            executions=1204,
            violating={"late": 40, "leak": 37},
            interleavings="2310448",
            complete=True,
            remarks={},
            switches=(),
            left_out=(),
        ),
        tool="0.1.0",
    )


def stale_report() -> Report:
    """Events: initial 0 i_size, 1 seals; owner 2-4; reader 5-6, the seal check reordered before the size."""
    size, seals = Location("inode.i_size", 4096), Location("inode.seals")
    events = (
        *map(initial, (size, seals)),
        Event(0, 0, Kind.WRITE, Tag.PLAIN, size, 0, source("T4")),
        Event(0, 1, Kind.WRITE, Tag.PLAIN, seals, 32, source("A9")),
        Event(0, 2, Kind.WRITE, Tag.PLAIN, size, 8192, source("F5")),
        Event(1, 0, Kind.READ, Tag.PLAIN, size, 8192, source("R1")),
        Event(1, 1, Kind.READ, Tag.PLAIN, seals, 0, source("R3")),
    )
    execution = Execution(
        threads=("owner", "reader"),
        events=events,
        source_of=(-1, -1, -1, -1, -1, 4, 1),
        coherence=((0, 2, 4), (1, 3)),
        rmw=empty(7),
        addr=empty(7),
        data=empty(7),
        ctrl=empty(7),
        ctrl_later=empty(7),
    )
    return make_report(
        execution=execution,
        violation=Violation(
            property="stale",
            path=(Edge(6, 3, "fr"), Edge(3, 4, "po"), Edge(4, 5, "rf")),
            marks=(Mark(3, "sealed"), Mark(6, "STALE")),
            sentence="A read saw the size of the sealed file and then found no seal.",
        ),
        witness=witness((6, 2, 3, 4, 5), switches=2, reordered=(6,)),
        scenario="fresh",
        protocol="P2",
        fix="none",
        parameters={},
        program_hash="5a17",
        model_name="weak",
        rules_hash="c0de",
        named_relations={},
        search=Search(
            executions=5,
            violating={"stale": 1},
            interleavings=None,
            complete=False,
            remarks={},
            switches=(),
            left_out=(),
        ),
        tool="0.1.0",
    )


def odd_execution() -> Execution:
    """What a schedule can show beside plain loads and stores, without sources.

    Events: initial 0 x, 1 lock; a: 2 x=1, 3 load of its own store, taking effect before it;
    b: 4, 5 taking the lock, 6 implied fence, 7 unlock, 8 load of the old x, 9 x=2, which is
    before 2 in coherence but after it in the schedule.
    """
    x, lock = Location("x"), Location("lock")
    return Execution(
        threads=("a", "b"),
        events=(
            *map(initial, (x, lock)),
            Event(0, 0, Kind.WRITE, Tag.ONCE, x, 1),
            Event(0, 1, Kind.READ, Tag.ONCE, x, 1),
            Event(1, 0, Kind.LOCK_READ, Tag.ACQUIRE, lock, 0, waits=True),
            Event(1, 1, Kind.LOCK_WRITE, None, lock, 1),
            Event(1, 2, Kind.FENCE, Tag.MB, None, None, implied=True),
            Event(1, 3, Kind.UNLOCK, Tag.RELEASE, lock, 0),
            Event(1, 4, Kind.READ, Tag.ONCE, x, 0),
            Event(1, 5, Kind.WRITE, Tag.ONCE, x, 2),
        ),
        source_of=(-1, -1, -1, 2, 1, -1, -1, -1, 0, -1),
        coherence=((0, 9, 2), (1, 5, 7)),
        rmw=from_pairs(10, [(4, 5)]),
        addr=empty(10),
        data=empty(10),
        ctrl=empty(10),
        ctrl_later=empty(10),
        ends=(ThreadEnd(Ending.RETURNED), ThreadEnd(Ending.BLOCKED, "waits for x == 3")),
    )


def odd_report() -> Report:
    return make_report(
        execution=odd_execution(),
        violation=Violation(
            property="deadlock",
            path=(Edge(8, 2, "fre"), Edge(2, 3, "rfi")),
            marks=(Mark(9, "b waits"),),
            sentence="Thread b waits for ever.",
        ),
        witness=Witness(
            (3, 2, 4, 5, 6, 7, 8, 9),
            switches=1,
            reordered=(3,),
            forwarded=(3,),
            exact=False,
            note="greedy",
            unkept_coherence=("x",),
        ),
        scenario="odd",
        protocol="P1",
        fix="none",
        parameters={},
        program_hash="5a17",
        model_name="tso",
        rules_hash="c0de",
        named_relations={},
        search=Search(
            executions=2,
            violating={"deadlock": 2},
            interleavings=None,
            complete=True,
            remarks={},
            switches=(),
            left_out=(),
        ),
        tool="0.1.0",
    )


def long_report() -> Report:
    """Steps that do not matter to the path, before and between those that do.

    Events: initial 0 seals, 1 count; owner: 2-5 fully ordered RMW of count, 6 fence,
    7 seals, 8 seals=32, 9 count=2; reader: 10, 11 count, 12 seals.
    """
    seals, count = Location("inode.seals"), Location("count")

    def place(step: str, reference: str, *functions: str) -> Source:
        return Source("", 0, tuple(Call(function, 0) for function in functions), step, reference)

    take = place("O1", "mm/toy.c get_page: take", "owner", "get_page")
    execution = Execution(
        threads=("owner", "reader"),
        events=(
            *map(initial, (seals, count)),
            Event(0, 0, Kind.FENCE, Tag.MB, None, None, take, implied=True),
            Event(0, 1, Kind.READ, Tag.ONCE, count, 0, take),
            Event(0, 2, Kind.WRITE, Tag.ONCE, count, 1, take),
            Event(0, 3, Kind.FENCE, Tag.MB, None, None, take, implied=True),
            Event(0, 4, Kind.FENCE, Tag.WMB, None, None, place("O2", "smp_wmb", "owner")),
            Event(0, 5, Kind.READ, Tag.PLAIN, seals, 0, place("O3", "", "owner")),
            Event(0, 6, Kind.WRITE, Tag.PLAIN, seals, 32, place("O4", "", "owner")),
            Event(0, 7, Kind.WRITE, Tag.RELEASE, count, 2, place("O5", "", "owner")),
            Event(1, 0, Kind.READ, Tag.ACQUIRE, count, 1, place("Q1", "", "reader")),
            Event(1, 1, Kind.READ, Tag.ONCE, count, 1, place("Q1", "", "reader")),
            Event(1, 2, Kind.READ, Tag.PLAIN, seals, 0, place("Q2", "", "reader")),
        ),
        source_of=(-1, -1, -1, 1, -1, -1, -1, 0, -1, -1, 4, 4, 0),
        coherence=((0, 8), (1, 4, 9)),
        rmw=from_pairs(13, [(3, 4)]),
        addr=empty(13),
        data=empty(13),
        ctrl=empty(13),
        ctrl_later=empty(13),
    )
    return make_report(
        execution=execution,
        violation=Violation(
            property="late", path=(Edge(12, 8, "fr"),), marks=(Mark(8, "sealed"), Mark(12, "LATE")), sentence="Late."
        ),
        witness=witness((2, 3, 4, 5, 6, 7, 10, 11, 12, 8, 9), switches=2),
        scenario="long",
        protocol="P2",
        fix="none",
        parameters={},
        program_hash="5a17",
        model_name="sc",
        rules_hash="c0de",
        named_relations={},
        search=Search(
            executions=1, violating={"late": 1}, interleavings=None, complete=True, remarks={}, switches=(), left_out=()
        ),
        tool="0.1.0",
    )


HOSTILE = "</script><b>&\"'\\\x1b[31m\u202e]]>\n{{ 7*7 }}"


def hostile_report(text: str = HOSTILE) -> Report:
    """One store and one load with the same hostile text in every name."""
    location = Location(text, Object(text))
    place = Source(text, 1, (Call(text, 0),), text, text)
    execution = Execution(
        threads=(text, text + "2"),
        events=(
            initial(location),
            Event(0, 0, Kind.WRITE, Tag.ONCE, location, 7, place),
            Event(1, 0, Kind.READ, Tag.ONCE, location, 7, place),
        ),
        source_of=(-1, -1, 1),
        coherence=((0, 1),),
        rmw=empty(3),
        addr=empty(3),
        data=empty(3),
        ctrl=empty(3),
        ctrl_later=empty(3),
        ends=(ThreadEnd(Ending.RETURNED), ThreadEnd(Ending.BLOCKED, text)),
    )
    return make_report(
        execution=execution,
        violation=Violation(property=text, path=(Edge(1, 2, text),), marks=(Mark(2, text),), sentence=text),
        witness=Witness((1, 2), 1, (), (), exact=False, note=text, unkept_coherence=()),
        scenario=text,
        protocol=text,
        fix=text,
        parameters={text: text},
        program_hash=text,
        model_name=text,
        rules_hash=text,
        named_relations={text: from_pairs(3, [(1, 2)])},
        search=Search(
            executions=1,
            violating={text: 1},
            interleavings=None,
            complete=True,
            remarks={},
            switches=(),
            left_out=(),
        ),
        tool=text,
    )
