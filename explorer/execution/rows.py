"""Relations as models are evaluated on them: packed where the code is compiled, lists of integers elsewhere.

Both give the same answers; each is several times faster than the other in its own form.  So
values of relations go through this room, and nobody else looks inside them.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final, TypeAlias

from explorer.execution import packed, packed_paths, relation, words
from explorer.execution.relation import EventSet, Relation

Rows: TypeAlias = Any
"""A ``words.Packed`` or a ``Relation``; never changed once made."""

COMPILED: Final[bool] = type(packed.union).__name__ != "function"


# ---- from plain values and back


def empty(size: int) -> Rows:
    return words.empty(size) if COMPILED else relation.empty(size)


def from_rows(rows: Sequence[EventSet]) -> Rows:
    return words.from_rows(rows) if COMPILED else list(rows)


def to_rows(value: Rows) -> Relation:
    """The rows as integers; not to be changed."""
    if COMPILED:
        return words.to_rows(value)
    rows: Relation = value
    return rows


def identity(events: EventSet, size: int) -> Rows:
    return packed.identity(events, size) if COMPILED else relation.identity(events, size)


def product(domain: EventSet, codomain: EventSet, size: int) -> Rows:
    return packed.product(domain, codomain, size) if COMPILED else relation.product(domain, codomain, size)


def same_class(classes: Sequence[int]) -> Rows:
    """The pairs of events of one class; a class below 0 relates nothing."""
    return packed.same_class(classes) if COMPILED else relation.same_class(classes)


def from_sources(source_of: Sequence[int]) -> Rows:
    """``rf``: from the source of each event to it; a source below 0 is none."""
    return packed.from_sources(source_of) if COMPILED else relation.from_sources(source_of)


def from_orders(orders: Sequence[Sequence[int]], size: int) -> Rows:
    """``co``: from each event of an order to all that come after it."""
    return packed.from_orders(orders, size) if COMPILED else relation.from_orders(orders, size)


def prefix(value: Rows, size: int) -> Rows:
    """The relation among the first so many events."""
    return packed.prefix(value, size) if COMPILED else relation.prefix(value, size)


def together(values: Sequence[Rows], size: int) -> Rows:
    """Relations side by side: the events of each are numbered from where those of the one before end."""
    return packed.together(values, size) if COMPILED else relation.together(values)


# ---- pair by pair


def union(values: Sequence[Rows]) -> Rows:
    """The union of one or more."""
    if not COMPILED:
        return relation.union(*values)
    result = values[0]
    for other in values[1:]:
        result = packed.union(result, other)
    return result


def intersection(first: Rows, second: Rows) -> Rows:
    return packed.intersection(first, second) if COMPILED else relation.intersection(first, second)


def intersection_with_inverse(first: Rows, second: Rows) -> Rows:
    """``first & second^-1``."""
    if COMPILED:
        return packed.intersection_with_inverse(first, second)
    return relation.intersection_with_inverse(first, second)


def difference(first: Rows, second: Rows) -> Rows:
    return packed.difference(first, second) if COMPILED else relation.difference(first, second)


def complement(value: Rows) -> Rows:
    return packed.complement(value) if COMPILED else relation.complement(value)


def inverse(value: Rows) -> Rows:
    return packed.inverse(value) if COMPILED else relation.inverse(value)


def reflexive(value: Rows) -> Rows:
    """``r?``."""
    return packed.reflexive(value) if COMPILED else relation.reflexive(value)


# ---- sets and relations


def domain(value: Rows) -> EventSet:
    return packed.domain(value) if COMPILED else relation.domain(value)


def codomain(value: Rows) -> EventSet:
    return packed.codomain(value) if COMPILED else relation.codomain(value)


def restrict_domain(events: EventSet, value: Rows) -> Rows:
    """``[events] ; r``."""
    return packed.restrict_domain(events, value) if COMPILED else relation.restrict_domain(events, value)


def restrict_codomain(value: Rows, events: EventSet) -> Rows:
    """``r ; [events]``."""
    return packed.restrict_codomain(value, events) if COMPILED else relation.restrict_codomain(value, events)


# ---- composition and closure


def sequence(first: Rows, second: Rows) -> Rows:
    return packed_paths.sequence(first, second) if COMPILED else relation.sequence(first, second)


def transitive_closure(value: Rows) -> Rows:
    return packed_paths.transitive_closure(value) if COMPILED else relation.transitive_closure(value)


# ---- questions


def is_empty(value: Rows) -> bool:
    return packed.is_empty(value) if COMPILED else not any(value)


def equal(first: Rows, second: Rows) -> bool:
    """Whether two relations over the same events have the same pairs."""
    return packed.equal(first, second) if COMPILED else bool(first == second)


def is_irreflexive(value: Rows) -> bool:
    return packed.is_irreflexive(value) if COMPILED else relation.is_irreflexive(value)


def is_acyclic(value: Rows) -> bool:
    return packed_paths.is_acyclic(value) if COMPILED else relation.is_acyclic(value)
