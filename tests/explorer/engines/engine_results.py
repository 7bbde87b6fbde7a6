"""What the two engines find, in a form that can be compared."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import TypeAlias

from explorer.execution.execution import Execution, Status
from explorer.memory.model import Model
from explorer.program.tree import Unfolding
from explorer.schedule.depth_first import explore_depth_first
from explorer.search.explore import Search

Found: TypeAlias = Mapping[Status, Counter[tuple[object, ...]]]
"""Per status, how often each execution (its key) was found."""

LIMIT = 100_000
"""Executions after which an engine is taken to have lost its way."""


def found(executions: Iterable[Execution]) -> Found:
    result: dict[Status, Counter[tuple[object, ...]]] = {status: Counter() for status in Status}
    for execution in executions:
        result[execution.status][execution.key] += 1
    return result


def searched(unfolding: Unfolding, model: Model) -> list[Execution]:
    """All executions by exhaustive search."""
    return [leaf.execution for leaf in Search(unfolding, model) if leaf is not None]


def scheduled(unfolding: Unfolding, model: Model) -> list[Execution]:
    """All executions by depth-first scheduling."""
    exploration = explore_depth_first(unfolding, model, LIMIT)
    assert exploration.finished
    return list(exploration.executions)


def counts(executions: Iterable[Execution]) -> tuple[int, ...]:
    """How many executions there are of each status: complete, blocked, cut, dropped."""
    of_status = found(executions)
    return tuple(of_status[status].total() for status in Status)


def assert_same(first: Iterable[Execution], second: Iterable[Execution]) -> None:
    """Both lists have the same executions of each status, each once."""
    one, other = list(first), list(second)
    assert counts(one) == counts(other)
    assert found(one) == found(other)
    assert all(times == 1 for of_status in found(one).values() for times in of_status.values())
