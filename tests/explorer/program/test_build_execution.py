"""How paths, values, sources and coherence orders become an execution."""

from __future__ import annotations

from typing import Any

from explorer.execution.event import Source
from explorer.execution.execution import Ending, Status, ThreadEnd
from explorer.execution.kinds import Kind, Tag
from explorer.execution.location import Location
from explorer.execution.relation import pairs
from explorer.program.build import INITIAL, blocked_at, build_execution
from explorer.program.program import Program, ThreadSpec
from explorer.program.step import Access
from explorer.program.thread import ONCE, Thread
from explorer.program.tree import Unfolding

HERE = Source("model.py", 3, (), "R1")
X, Y = Location("x"), Location("y", 7)


async def touches(t: Thread) -> None:
    await t.read(X, ONCE)
    await t.read(Y, ONCE)


UNFOLDING = Unfolding(Program((ThreadSpec("first", touches), ThreadSpec("second", touches))), 1)


def access(position: int, kind: Kind, location: Location | None, tag: Tag = Tag.ONCE, **more: Any) -> Access:
    return Access(position, kind, tag, location, HERE, **more)


FIRST = (
    (access(0, Kind.READ, X), 0),
    (access(1, Kind.FENCE, None, Tag.MB, implied=True), 0b1),
    (access(2, Kind.READ, Y, rmw=True, addr=0b1, ctrl_later=0b1), 0b1),
    (access(3, Kind.WRITE, Y, rmw=True, data=0b1, ctrl_later=0b1), 0),
)
SECOND = ((access(0, Kind.WRITE, X), 0), (access(1, Kind.READ, X), 0), (access(2, Kind.WRITE, Y), 0b10))


def test_initial_writes_come_first_then_the_threads() -> None:
    execution = build_execution(
        UNFOLDING,
        (FIRST, SECOND),
        ((1, None, 7, 8), (1, 1, 9)),
        {(0, 0): (1, 0), (0, 2): (INITIAL, 1), (1, 1): (1, 0)},
        {Y: [(0, 3), (1, 2)], X: [(1, 0)]},
        (ThreadEnd(Ending.RETURNED), ThreadEnd(Ending.CUT)),
    )
    assert execution.threads == ("first", "second")
    assert [str(event) for event in execution.events] == [
        *("IW x=0", "IW y=7"),
        *("R[once] x=1", "F[mb]", "R[once] y=7", "W[once] y=8"),
        *("W[once] x=1", "R[once] x=1", "W[once] y=9"),
    ]
    assert [(event.thread, event.index) for event in execution.events] == [
        *((-1, 0), (-1, 1)),
        *((0, 0), (0, 1), (0, 2), (0, 3)),
        *((1, 0), (1, 1), (1, 2)),
    ]
    assert [event.implied for event in execution.events].index(True) == 3
    assert execution.events[2].source is HERE
    assert execution.source_of == (-1, -1, 6, -1, 1, -1, -1, 6, -1)
    assert execution.coherence == ((0, 6), (1, 5, 8))
    assert pairs(execution.rmw) == [(4, 5)]
    assert pairs(execution.addr) == [(2, 4)]
    assert pairs(execution.data) == [(2, 5)]
    assert pairs(execution.ctrl) == [(2, 3), (2, 4), (7, 8)]
    assert pairs(execution.ctrl_later) == [(2, 4), (2, 5)]
    assert execution.status is Status.CUT


def test_nothing_released_yet() -> None:
    execution = build_execution(UNFOLDING, ((), ()), ((), ()), {}, {})
    assert [str(event) for event in execution.events] == ["IW x=0", "IW y=7"]
    assert execution.coherence == ((0,), (1,))
    assert execution.ends == ()


def test_a_blocked_thread_says_where_it_waits() -> None:
    end = blocked_at(access(4, Kind.READ, Y, waits=True))
    assert end == ThreadEnd(Ending.BLOCKED, "waits for y", HERE, Y)
