"""The values of terms of any sort: their members, and collections made of them.

An event is its position, a pair of events two positions, a set an ``EventSet``, a relation
a ``Relation``.  A larger collection is a tuple of its members without repetition, in
ascending order, relations in it as tuples of rows; so equal collections have equal values.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import product
from typing import Any

from explorer.execution.relation import EventSet, Relation, as_set, from_pairs, members, pairs
from explorer.memory.cat.sort import EVENT, PAIR, RELATION, SET, Sort


def elements(value: Any, sort: Sort) -> list[Any]:
    """The members of a collection of this sort."""
    if sort == SET:
        return list(members(value))
    if sort == RELATION:
        return pairs(value)
    return [list(member) for member in value] if sort.element == RELATION else list(value)


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
        return from_pairs(size, values)
    return tuple(sorted(set(map(tuple, values) if element == RELATION else values)))


def nothing(sort: Sort, size: int) -> Any:
    """The empty collection."""
    assert sort.element is not None
    return collect((), sort.element, size)


def cross(families: Any, sort: Sort, size: int) -> Any:
    """The unions of one member of every family; of no family, the empty union alone.

    Args:
        families: a collection of this sort: families of sets, of relations, or larger.
        size: number of events.
    """
    family = sort.element
    assert family is not None
    assert family.element is not None
    chosen = product(*[elements(each, family) for each in elements(families, sort)])
    return collect((_union(each, family.element, size) for each in chosen), family.element, size)


def _union(values: Iterable[Any], sort: Sort, size: int) -> Any:
    assert sort.element is not None
    return collect((member for value in values for member in elements(value, sort)), sort.element, size)


def linearisations(events: EventSet, relation: Relation, size: int) -> Any:
    """The strict total orders of a set that contain the relation on it; none if that has a cycle."""
    return collect((_order(line, size) for line in _lines(events, relation)), RELATION, size)


def _lines(events: EventSet, relation: Relation) -> Iterator[tuple[int, ...]]:
    if not events:
        yield ()
    for first in members(events):
        if not any(relation[other] >> first & 1 for other in members(events)):
            for rest in _lines(events & ~(1 << first), relation):
                yield (first, *rest)


def _order(line: tuple[int, ...], size: int) -> Relation:
    rows = [0] * size
    later = 0
    for event in reversed(line):
        rows[event] = later
        later |= 1 << event
    return rows


def classes(equivalence: Relation, size: int) -> Any:
    """The classes of an equivalence relation: the rows that are not empty."""
    return collect((row for row in equivalence if row), SET, size)
