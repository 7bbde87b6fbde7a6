"""Relations as rows of machine words say what lists of integers say, in both forms of the code."""

from __future__ import annotations

from random import Random
from typing import TypeAlias

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from explorer.execution import packed, packed_paths, relation, words
from explorer.execution.relation import EventSet, Relation

Three: TypeAlias = tuple[Relation, Relation, EventSet]

SIZES = [0, 1, 5, 23, *range(30, 35), *range(61, 67), 124, 125, *range(126, 131), 186, 187, 248, 256]
"""Where words and the literals of C end, and a little beyond."""


@st.composite
def relations(draw: st.DrawFn) -> Three:
    """A relation, one without cycles, and a set of events, all of one size that is telling."""
    size = draw(st.sampled_from(SIZES))
    rng = Random(draw(st.integers(0, 2**32)))
    density = draw(st.sampled_from([0.01, 0.05, 0.3]))

    def row(first: int) -> int:
        return sum(1 << other for other in range(first, size) if rng.random() < density)

    return (
        [row(0) for _ in range(size)],
        [row(event + 1) for event in range(size)],
        sum(1 << event for event in range(size) if rng.random() < 0.5),
    )


@given(relations())
@settings(deadline=None, max_examples=60)
def test_what_goes_in_comes_out(given_: Three) -> None:
    any_, acyclic, _events = given_
    assert words.to_rows(words.from_rows(any_)) == any_
    assert words.to_rows(words.empty(len(any_))) == relation.empty(len(any_))
    assert packed.equal(words.from_rows(any_), words.from_rows(acyclic)) is (any_ == acyclic)
    assert packed.is_empty(words.from_rows(any_)) is not any(any_)


@given(relations())
@settings(deadline=None, max_examples=60)
def test_operations_on_pairs_agree(given_: Three) -> None:
    first, second, _events = given_
    one, two = words.from_rows(first), words.from_rows(second)
    assert words.to_rows(packed.union(one, two)) == relation.union(first, second)
    assert words.to_rows(packed.intersection(one, two)) == relation.intersection(first, second)
    assert words.to_rows(packed.difference(one, two)) == relation.difference(first, second)
    assert words.to_rows(packed.complement(one)) == relation.complement(first)
    assert words.to_rows(packed.inverse(one)) == relation.inverse(first)
    assert words.to_rows(packed.reflexive(one)) == relation.reflexive(first)
    found = packed.intersection_with_inverse(one, two)
    assert words.to_rows(found) == relation.intersection(first, relation.inverse(second))


@given(relations())
@settings(deadline=None, max_examples=60)
def test_sets_and_relations_agree(given_: Three) -> None:
    rows, _acyclic, events = given_
    size, value = len(rows), words.from_rows(rows)
    assert packed.domain(value) == relation.domain(rows)
    assert packed.codomain(value) == relation.codomain(rows)
    assert words.to_rows(packed.restrict_domain(events, value)) == relation.restrict_domain(events, rows)
    assert words.to_rows(packed.restrict_codomain(value, events)) == relation.restrict_codomain(rows, events)
    assert words.to_rows(packed.identity(events, size)) == relation.identity(events, size)
    assert words.to_rows(packed.product(events, events >> 1, size)) == relation.product(events, events >> 1, size)


@given(relations())
@settings(deadline=None, max_examples=60)
def test_composition_and_closure_agree(given_: Three) -> None:
    any_, acyclic, _events = given_
    one, two = words.from_rows(any_), words.from_rows(acyclic)
    assert words.to_rows(packed_paths.sequence(one, two)) == relation.sequence(any_, acyclic)
    assert words.to_rows(packed_paths.sequence(two, one)) == relation.sequence(acyclic, any_)
    for rows, value in ((any_, one), (acyclic, two)):
        assert words.to_rows(packed_paths.transitive_closure(value)) == relation.transitive_closure(rows)
        assert packed_paths.is_acyclic(value) is relation.is_acyclic(rows)
        assert packed.is_irreflexive(value) is relation.is_irreflexive(rows)


@pytest.mark.parametrize("size", [size for size in SIZES if size > 1])
def test_one_long_cycle_is_found(size: int) -> None:
    """Each event leads to the next, and the last one back to the first."""
    rows = [1 << (event + 1) % size for event in range(size)]
    assert not packed_paths.is_acyclic(words.from_rows(rows))
    everything = (1 << size) - 1
    assert words.to_rows(packed_paths.transitive_closure(words.from_rows(rows))) == [everything] * size
    assert packed_paths.is_acyclic(words.from_rows([*rows[:-1], 0]))


@given(relations(), st.data())
@settings(deadline=None, max_examples=60)
def test_parts_and_what_is_put_together_agree(given_: Three, data: st.DataObject) -> None:
    first, second, _events = given_
    size = len(first)
    one, two = words.from_rows(first), words.from_rows(second)
    assert words.to_rows(packed.together([one, two, one], 3 * size)) == relation.together([first, second, first])
    cut = data.draw(st.integers(0, size))
    assert words.to_rows(packed.prefix(one, cut)) == relation.prefix(first, cut)


@given(st.sampled_from(SIZES), st.integers(0, 2**32))
@settings(deadline=None, max_examples=60)
def test_base_relations_agree(size: int, seed: int) -> None:
    rng = Random(seed)
    classes = [rng.randrange(-1, 4) for _ in range(size)]
    assert words.to_rows(packed.same_class(classes)) == relation.same_class(classes)
    sources = [rng.randrange(-1, size) for _ in range(size)]
    assert words.to_rows(packed.from_sources(sources)) == relation.from_sources(sources)
    events = list(range(size))
    rng.shuffle(events)
    orders = [events[: size // 3], events[size // 3 : size // 2]]
    assert words.to_rows(packed.from_orders(orders, size)) == relation.from_orders(orders, size)
