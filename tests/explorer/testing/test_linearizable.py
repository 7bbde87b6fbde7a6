"""Whether an order of calls explains what they returned, by hand."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from rings import EMPTY, Queue

from explorer.testing.linearizable import Made, explanation, in_words, refusals


def push(value: int, after: Sequence[int] = (), result: int = 0) -> Made:
    return Made("producer", "push", {"value": value}, result, frozenset(after))


def pop(result: int, after: Sequence[int] = ()) -> Made:
    return Made("consumer", "pop", {}, result, frozenset(after))


@pytest.mark.parametrize(
    ("calls", "order"),
    [
        ([], ()),
        ([push(1), pop(1)], (0, 1)),
        ([push(1), pop(EMPTY)], (1, 0)),
        # It was over before the other began: not any more.
        ([push(1), pop(EMPTY, after=[0])], None),
        ([push(1), push(2, after=[0]), pop(1), pop(2, after=[2])], (0, 1, 2, 3)),
        ([push(1), push(2, after=[0]), pop(2), pop(1, after=[2])], None),
        ([push(1), push(2, after=[0]), pop(EMPTY), pop(1, after=[2])], (2, 0, 1, 3)),
        # The third finds no room unless something was taken out before.
        ([push(1), push(1, [0]), push(1, [0, 1]), pop(1)], (0, 1, 3, 2)),
    ],
)
def test_the_first_order_that_explains_them(calls: list[Made], order: tuple[int, ...] | None) -> None:
    assert explanation(calls, Queue()) == order


def test_why_no_order_does() -> None:
    calls = [push(1), pop(2)]
    assert in_words(calls, refusals(calls, Queue())) == [
        "first: pop() gives -11, not 2",
        "after push(1) = 0: pop() gives 1, not 2",
    ]
    many = [push(1), push(1), push(1), pop(2)]
    lines = in_words(many, refusals(many, Queue()))
    assert len(lines) == 7
    assert lines[-1].startswith("and ")
