"""What two sides come to: an agreement needs both to have ended, and something that both tell."""

from __future__ import annotations

import pytest

from explorer.crosscheck.comparison import Answer, Side, answer_of, one_side_only
from explorer.search.outcomes import Facts

A: Facts = (("P0", "x = 0"),)
B: Facts = (("P0", "x = 1"),)
LATE = "limit of 5 seconds reached"


def side(*outcomes: Facts, executions: int | None = None, incomplete: str = "") -> Side:
    return Side(frozenset(outcomes), executions, incomplete)


@pytest.mark.parametrize(
    ("here", "there", "answer"),
    [
        (side(A, B), side(B, A), Answer.AGREES),
        (side(), side(), Answer.AGREES),
        (side(A, B), side(A), Answer.DIFFERS),
        (side(A), side(A, B), Answer.DIFFERS),
        (side(A, executions=2), side(A, executions=2), Answer.AGREES),
        (side(A, executions=2), side(A, executions=3), Answer.DIFFERS),
        (Side(None, 2), Side(None, 2), Answer.AGREES),
        (Side(None, 2), Side(None, 3), Answer.DIFFERS),
        (side(A, executions=2), side(A), Answer.AGREES),
        (Side(None, 2), side(A), Answer.NOT_COMPARED),
        # What is missing on a side that has not ended may still come; what is there is sure.
        (side(A), side(incomplete=LATE), Answer.INCOMPLETE),
        (side(A), side(A, incomplete=LATE), Answer.INCOMPLETE),
        (side(A), side(B, incomplete=LATE), Answer.DIFFERS),
        (side(B, incomplete=LATE), side(A), Answer.DIFFERS),
        (side(A, incomplete=LATE), side(A, B), Answer.INCOMPLETE),
        (side(A, incomplete=LATE), side(B, incomplete=LATE), Answer.INCOMPLETE),
        (side(A, executions=1, incomplete=LATE), side(A, executions=2), Answer.INCOMPLETE),
    ],
)
def test_what_two_sides_come_to(here: Side, there: Side, answer: Answer) -> None:
    assert answer_of(here, there)[0] is answer


def test_why_it_is_incomplete_is_told() -> None:
    assert answer_of(side(A), side(A, incomplete=LATE)) == (Answer.INCOMPLETE, LATE)


def test_only_what_is_sure_is_on_one_side_only() -> None:
    assert one_side_only(side(A), side(B)) == ({A}, {B})
    assert one_side_only(side(A), side(B, incomplete=LATE)) == (set(), {B})
    assert one_side_only(side(A, incomplete=LATE), side(B)) == ({A}, set())
    assert one_side_only(Side(None, 1), side(B)) == (set(), set())
