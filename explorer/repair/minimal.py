"""All minimal sets of elements that meet every demand.

A *demand* is a set of elements of which one at least must be there: the elements outside a set with
which some violating execution is still allowed.  The minimal sets that meet all demands are put
together demand by demand, as the minimal transversals of a hypergraph are (Berge, 1989), here of sets that
stand for all that is weaker too.  As less never forbids more, every set that repairs meets all demands; and a set that
meets them and repairs is minimal, for each weaker one leaves a demand unmet.
"""

from __future__ import annotations

from collections.abc import Iterable

from explorer.repair.elements import Element, Elements, closure, covers, in_order, strongest


class MinimalSets:
    """The minimal sets that meet the demands made so far; at first the empty one."""

    def __init__(self) -> None:
        self.sets: list[Elements] = [frozenset()]

    def demand(self, elements: Iterable[Element]) -> None:
        """From now on one of these elements must be there."""
        wanted = frozenset(elements)
        met = [each for each in self.sets if closure(each) & wanted]
        unmet = [each for each in self.sets if not closure(each) & wanted]
        found = list(met)
        for each in unmet:
            for element in in_order(wanted):
                found.append(strongest([*each, element]))
        self.sets = _minimal(found)


def _minimal(sets: list[Elements]) -> list[Elements]:
    kept: list[Elements] = []
    for each in sorted(dict.fromkeys(sets), key=lambda elements: len(closure(elements))):
        if not any(covers(each, other) for other in kept):
            kept.append(each)
    return kept
