"""Slips of the pen in modelled code: an await that was forgotten, a name that was misspelled."""

from __future__ import annotations

import inspect
from typing import Any

import pytest
from modelled_paths import X, Y, unfold

from explorer.execution.kinds import Tag
from explorer.program.errors import ScenarioError
from explorer.program.program import Body
from explorer.program.thread import Thread


async def forgets_to_await(t: Thread) -> None:
    t.write(X, 1)  # type: ignore[unused-coroutine, unused-ignore]
    await t.write(Y, 1)


async def forgets_to_await_at_the_end(t: Thread) -> None:
    await t.write(Y, 1)
    value: Any = t.read(X)
    if value == 1:
        return


@pytest.mark.parametrize("body", [forgets_to_await, forgets_to_await_at_the_end])
def test_an_operation_that_is_never_awaited_is_named_with_its_line(body: Body) -> None:
    lines = inspect.getsource(body).splitlines()
    line = next(i for i, text in enumerate(lines) if "    t.write" in text or "= t.read" in text)
    with pytest.raises(ScenarioError, match="an operation is used without being awaited") as caught:
        unfold(body)
    assert caught.value.place.endswith(f":{body.__code__.co_firstlineno + line}")


async def adds_to_it(t: Thread) -> None:
    value: Any = t.read(X)
    await t.write(Y, value + 1)


def test_what_is_raised_because_of_it_is_told_as_that() -> None:
    with pytest.raises(ScenarioError, match="an operation is used without being awaited") as caught:
        unfold(adds_to_it)
    assert caught.value.place.endswith(f":{adds_to_it.__code__.co_firstlineno + 1}")
    assert caught.value.advice == "write: value = await t.read(...)"


@pytest.mark.parametrize(
    ("forgotten", "advice"),
    [
        (lambda t: t.write(X, 1), "write: await t.write(...)"),
        (lambda t: t.fence(Tag.MB), "write: await t.fence(...)"),
        (lambda t: t.assume(True), "write: await t.assume(...)"),
        (lambda t: t.read(X), "write: value = await t.read(...)"),
    ],
)
def test_the_advice_is_that_of_the_operation(forgotten: Any, advice: str) -> None:
    async def forgets(t: Thread) -> None:
        forgotten(t)

    with pytest.raises(ScenarioError, match="an operation is used without being awaited") as caught:
        unfold(forgets)
    assert caught.value.advice == advice


TAGS: Any = Tag
"""The tags, for code that mypy would refuse."""


@pytest.mark.parametrize(
    ("misspelled", "advice"),
    [
        (lambda t: t.fense(Tag.MB), "did you mean fence?"),
        (lambda t: TAGS.WBM, "did you mean WMB?"),
        (lambda t: t.qqqqqq, "correct what it does there"),
    ],
)
def test_a_misspelled_attribute_is_told_with_the_nearest_one(misspelled: Any, advice: str) -> None:
    async def misspells(t: Thread) -> None:
        misspelled(t)

    with pytest.raises(ScenarioError, match="thread P0 raised AttributeError") as caught:
        unfold(misspells)
    assert caught.value.advice == advice
