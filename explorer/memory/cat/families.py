"""The values of terms of any sort: their members, and collections made of them.

An event is its position, a pair of events two positions, a set an ``EventSet``, a relation
``Rows``.  A larger collection is a tuple of its members without repetition, in
ascending order, relations in it as tuples of rows; so equal collections have equal values.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import product
from math import prod
from typing import Any

from explorer.execution import rows
from explorer.execution.relation import EventSet, as_set, from_pairs, members, pairs
from explorer.execution.rows import Rows
from explorer.memory.cat.limits import MAX_MEMBERS
from explorer.memory.cat.sort import EVENT, PAIR, RELATION, SET, Sort
from explorer.memory.cat.source import BeyondLimit, Place


def elements(value: Any, sort: Sort) -> list[Any]:
    """The members of a collection of this sort."""
    if sort == SET:
        return list(members(value))
    if sort == RELATION:
        return pairs(rows.to_rows(value))
    return [rows.from_rows(member) for member in value] if sort.element == RELATION else list(value)


def collect(values: Iterable[Any], element: Sort, size: int) -> Any:
    """The collection of these values, all of one sort.

    Args:
        values: may repeat.
        element: their sort.
        size: number of events.
    """
    if element == EVENT:
        return as_set(values)
    if element == PAIR:
        return rows.from_rows(from_pairs(size, values))
    return tuple(sorted({tuple(rows.to_rows(value)) for value in values} if element == RELATION else set(values)))


def nothing(sort: Sort, size: int) -> Any:
    """The empty collection."""
    assert sort.element is not None
    return rows.empty(size) if sort == RELATION else collect((), sort.element, size)


def same(first: Any, second: Any, sort: Sort) -> bool:
    """Whether two values of one sort are equal."""
    return rows.equal(first, second) if sort == RELATION else bool(first == second)


def cross(families: Any, sort: Sort, size: int, place: Place | None) -> Any:
    """The unions of one member of every family; of no family, the empty union alone.

    Args:
        families: a collection of this sort: families of sets, of relations, or larger.
        size: number of events.
        place: what asks for it.

    Raises:
        BeyondLimit: more unions than ``MAX_MEMBERS``.
    """
    family = sort.element
    assert family is not None
    assert family.element is not None
    factors = [elements(each, family) for each in elements(families, sort)]
    if prod(map(len, factors)) > MAX_MEMBERS:
        raise _too_many(place)
    return collect((_union(each, family.element, size) for each in product(*factors)), family.element, size)


def _union(values: Iterable[Any], sort: Sort, size: int) -> Any:
    assert sort.element is not None
    return collect((member for value in values for member in elements(value, sort)), sort.element, size)


def linearisations(events: EventSet, value: Rows, size: int, place: Place | None) -> Any:
    """The strict total orders of a set that contain the relation on it; none if that has a cycle.

    Raises:
        BeyondLimit: they are more than ``MAX_MEMBERS``, or dead ends on the way are.
    """
    relation = rows.to_rows(value)
    orders: list[Rows] = []
    pending: list[tuple[int, ...]] = [()]
    tried = 0
    while pending:
        line = pending.pop()
        left = events & ~as_set(line)
        if not left:
            orders.append(rows.from_orders([line], size))
            continue
        firsts = [first for first in members(left) if not any(relation[other] >> first & 1 for other in members(left))]
        pending += [(*line, first) for first in firsts]
        tried += len(firsts)
        if tried > 2 * MAX_MEMBERS:
            raise _too_many(place)
    return collect(orders, RELATION, size)


def classes(equivalence: Rows, size: int) -> Any:
    """The classes of an equivalence relation: the rows that are not empty."""
    return collect((row for row in rows.to_rows(equivalence) if row), SET, size)


def _too_many(place: Place | None) -> BeyondLimit:
    return BeyondLimit(f"too large: more than {MAX_MEMBERS} relations in one collection", place)
