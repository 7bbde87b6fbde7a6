"""All sets of elements of small tests, each explored: more order never allows more, and no minimal set is missed.

The sets are made here, of every ordering of every access and every fence before every access, whether the search
thinks of them or not.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

import pytest
from repaired import classic, holds, litmus_subject, search_of

from explorer.program.edits import Insert, Reorder
from explorer.program.sites import Does, sites_of, unfold_all
from explorer.repair.elements import Element, Elements, below, covers, fences, orderings, strongest
from explorer.repair.litmus_subject import LitmusSubject

WITH_ATOMIC = """C with-atomic

{}

P0(int *x, int *y, int *z)
{
	int r0;

	WRITE_ONCE(*x, 1);
	r0 = xchg_relaxed(z, 1);
	WRITE_ONCE(*y, 1);
}

P1(int *x, int *y)
{
	int r0;
	int r1;

	r0 = smp_load_acquire(y);
	r1 = READ_ONCE(*x);
}

exists (1:r0=1 /\\ 1:r1=0)
"""
"""A message with an atomic operation between its two stores; who waits for it has an acquire."""


def choices(elements: list[Element]) -> list[Elements]:
    """What can be done at one place: the sets of its elements, each once."""
    found = [frozenset[Element]()]
    for element in elements:
        found += [strongest([*each, element]) for each in found]
    return list(dict.fromkeys(found))


def every_set(subject: LitmusSubject, threads: set[int]) -> Iterator[Elements]:
    """Every set of elements in these threads, but none before their first accesses."""
    unfold_all(subject.unfolding)
    places: list[list[Elements]] = []
    for site, facts in sites_of(subject.unfolding).items():
        if threads & set(facts.threads) and site.does is not Does.FENCE:
            places.append(choices([each for each in orderings(facts) if subject.can(each)]))
            if facts.after:
                places.append(choices(fences(site)))
    return (frozenset().union(*chosen) for chosen in product(*places))


def weaker(elements: Elements, universe: Elements) -> Iterator[Elements]:
    """The sets that have one element less, or weaker ones in its place."""
    for element in elements:
        rest, less = elements - {element}, (below(element) - {element}) & universe
        for instead in (frozenset[Element](), *(frozenset({each}) for each in less), less):
            found = strongest(rest | instead)
            if found != elements:
                yield found


def tried(subject: LitmusSubject, model: str, threads: set[int]) -> dict[Elements, bool]:
    return {each: holds(subject, each, model) for each in every_set(subject, threads)}


def assert_more_order_allows_no_more(verdicts: dict[Elements, bool]) -> None:
    universe = frozenset[Element]().union(*verdicts)
    for elements, repaired in verdicts.items():
        assert repaired or not any(verdicts[each] for each in weaker(elements, universe))


def minimal(verdicts: dict[Elements, bool]) -> set[Elements]:
    universe = frozenset[Element]().union(*verdicts)
    return {
        each
        for each, repaired in verdicts.items()
        if repaired and not any(verdicts[less] for less in weaker(each, universe))
    }


@pytest.mark.parametrize(("test", "model"), [("mp", "lkmm"), ("s", "lkmm"), ("sb", "armv8")])
def test_of_two_threads(test: str, model: str) -> None:
    subject = classic(test)
    verdicts = tried(subject, model, {0, 1})
    # Per thread: two accesses with an ordering more or not, and between them no fence, one of three, or two.
    assert len(verdicts) == (2 * 2 * 5) ** 2
    assert_more_order_allows_no_more(verdicts)
    found = search_of(subject, model).found
    assert {*(repair.elements for repair in found.repairs), *found.dearer} == minimal(verdicts)


def test_with_an_access_between_the_two() -> None:
    """A fence before the atomic operation does what one behind it does: it is the same repair, and not told twice."""
    subject = litmus_subject(WITH_ATOMIC)
    verdicts = tried(subject, "lkmm", {0})
    # The stores, the atomic operation (as it is, acquire, release, full), and two places for fences.
    assert len(verdicts) == 2 * 4 * 2 * 5 * 5
    assert_more_order_allows_no_more(verdicts)
    found = search_of(subject, "lkmm").found
    proposed = {*(repair.elements for repair in found.repairs), *found.dearer}
    every = minimal(verdicts)
    elsewhere = {each for each in every if any(isinstance(e, Insert) and e.site.line == 10 for e in each)}
    assert proposed == every - elsewhere
    behind = next(site for site in sites_of(subject.unfolding) if site.line == 11)
    for each in elsewhere:
        moved = frozenset(e if isinstance(e, Reorder) else Insert(behind, e.tag) for e in each)
        assert any(covers(moved, other) for other in proposed)
