"""The strips: what memory holds of each location from step to step, and which steps read it."""

from __future__ import annotations

from reports.pages.strip import Span, Strip, strips
from reports.steps import Schedule
from reports.structure import Report


def test_values_follow_the_steps(leak: Report) -> None:
    # R1 R3 T4 A9 F5 F6 K1 K4 R7 R10: steps 1 to 10.
    assert strips(leak, Schedule(leak)) == [
        Strip("inode.i_size", (Span(0, 2, "4096"), Span(3, 4, "0"), Span(5, 10, "4096")), (1, 9)),
        Strip("inode.seals", (Span(0, 3, "0"), Span(4, 10, "32 (0x20)")), (2,)),
        Strip("ready", (Span(0, 5, "0"), Span(6, 10, "1")), (7,)),
        Strip("page A.data", (Span(0, 7, "0"), Span(8, 10, "42")), (10,)),
    ]


def test_a_store_that_is_overwritten_already_changes_nothing(odd: Report) -> None:
    """b's store x = 2 comes last in the schedule and is before a's x = 1 in coherence."""
    first = strips(odd, Schedule(odd))[0]
    assert first == Strip("x", (Span(0, 1, "0"), Span(2, 6, "1")), (1, 5))


def test_locations_that_change_come_first(long: Report, hostile: Report) -> None:
    assert [(strip.location, strip.changes) for strip in strips(long, Schedule(long))] == [
        ("inode.seals", True),
        ("count", True),
    ]
    assert all(strip.changes for strip in strips(hostile, Schedule(hostile)))
