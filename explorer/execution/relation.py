"""Sets and relations over the events of one execution, as rows of bits.

A set is an integer: bit ``i`` says whether event ``i`` belongs.  A relation is a
list of such rows, ``r[i]`` being the set of events that ``i`` is related to.  All
relations of one execution have the same length; none of the functions changes its
arguments.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from operator import and_, or_
from typing import TypeAlias

EventSet: TypeAlias = int
Relation: TypeAlias = list[int]


def members(events: EventSet) -> Iterator[int]:
    """The members of a set, in ascending order."""
    while events:
        low = events & -events
        yield low.bit_length() - 1
        events ^= low


def as_set(events: Iterable[int]) -> EventSet:
    """The set with these members."""
    result = 0
    for event in events:
        result |= 1 << event
    return result


def empty(size: int) -> Relation:
    """The relation with no pairs."""
    return [0] * size


def from_pairs(size: int, pairs: Iterable[tuple[int, int]]) -> Relation:
    """The relation with exactly these pairs."""
    rows = [0] * size
    for source, target in pairs:
        rows[source] |= 1 << target
    return rows


def pairs(relation: Relation) -> list[tuple[int, int]]:
    """The pairs, ordered by source and then by target."""
    return [(source, target) for source, row in enumerate(relation) for target in members(row)]


def same_class(classes: Sequence[int]) -> Relation:
    """The pairs of events of one class; a class below 0 relates nothing."""
    members_of: dict[int, EventSet] = {}
    for event, each in enumerate(classes):
        if each >= 0:
            members_of[each] = members_of.get(each, 0) | 1 << event
    return [members_of[each] if each >= 0 else 0 for each in classes]


def from_sources(source_of: Sequence[int]) -> Relation:
    """``rf``: from the source of each event to it; a source below 0 is none."""
    rows = [0] * len(source_of)
    for read, write in enumerate(source_of):
        if write >= 0:
            rows[write] |= 1 << read
    return rows


def from_orders(orders: Iterable[Sequence[int]], size: int) -> Relation:
    """``co``: from each event of an order to all that come after it."""
    rows = [0] * size
    for order in orders:
        later = 0
        for event in reversed(order):
            rows[event] = later
            later |= 1 << event
    return rows


def prefix(relation: Relation, size: int) -> Relation:
    """The relation among the first so many events."""
    mask = (1 << size) - 1
    return [row & mask for row in relation[:size]]


def together(relations: Iterable[Relation]) -> Relation:
    """The relations side by side: the events of each are numbered from where those of the one before end."""
    result: Relation = []
    for relation in relations:
        start = len(result)
        result += [row << start for row in relation]
    return result


def union(first: Relation, *others: Relation) -> Relation:
    result = first
    for other in others:
        result = list(map(or_, result, other))
    return list(result)


def intersection(first: Relation, second: Relation) -> Relation:
    return list(map(and_, first, second))


def intersection_with_inverse(first: Relation, second: Relation) -> Relation:
    """``first & second^-1``, by the pairs of ``first``."""
    result = []
    bit = 1
    for row in first:
        out = 0
        while row:
            low = row & -row
            if second[low.bit_length() - 1] & bit:
                out |= low
            row ^= low
        result.append(out)
        bit <<= 1
    return result


def difference(first: Relation, second: Relation) -> Relation:
    return [a & ~b for a, b in zip(first, second, strict=True)]


def complement(relation: Relation) -> Relation:
    universe = (1 << len(relation)) - 1
    return [universe & ~row for row in relation]


def reflexive(relation: Relation) -> Relation:
    """``relation?``."""
    return [row | 1 << i for i, row in enumerate(relation)]


def restrict_domain(events: EventSet, relation: Relation) -> Relation:
    """``[events] ; relation``."""
    return [row if events >> i & 1 else 0 for i, row in enumerate(relation)]


def restrict_codomain(relation: Relation, events: EventSet) -> Relation:
    """``relation ; [events]``."""
    return [row & events for row in relation]


def sequence(first: Relation, second: Relation) -> Relation:
    """Composition: pairs (a, c) with (a, b) in ``first`` and (b, c) in ``second``."""
    targets = domain(second)
    if not targets:
        return empty(len(first))
    known = {0: 0}
    result = []
    previous = reached = 0
    # What follows an event in program order mostly follows the one before it too: a row often
    # holds the next one, whose image is then known.
    for row in reversed(first):
        row &= targets
        out = known.get(row, -1)
        if out < 0:
            left = row
            out = 0
            if previous & row == previous:
                left ^= previous
                out = reached
            while left:
                low = left & -left
                out |= second[low.bit_length() - 1]
                left ^= low
            known[row] = out
            previous, reached = row, out
        result.append(out)
    result.reverse()
    return result


def inverse(relation: Relation) -> Relation:
    result = [0] * len(relation)
    for source, row in enumerate(relation):
        bit = 1 << source
        while row:
            low = row & -row
            result[low.bit_length() - 1] |= bit
            row ^= low
    return result


def identity(events: EventSet, size: int) -> Relation:
    """``[events]``: each member related to itself."""
    return [events & (1 << i) for i in range(size)]


def product(domain: EventSet, codomain: EventSet, size: int) -> Relation:
    """``domain * codomain``."""
    return [codomain if domain >> i & 1 else 0 for i in range(size)]


def domain(relation: Relation) -> EventSet:
    result = 0
    bit = 1
    for row in relation:
        if row:
            result |= bit
        bit <<= 1
    return result


def codomain(relation: Relation) -> EventSet:
    """The set of right-hand members (cat's ``range``)."""
    result = 0
    for row in relation:
        result |= row
    return result


def transitive_closure(relation: Relation) -> Relation:
    """``relation+``."""
    closed = _closure_without_cycles(relation)
    return _warshall(relation) if closed is None else closed


def _closure_without_cycles(relation: Relation) -> Relation | None:
    """``relation+``, each row from those that it leads to; None if there is a cycle."""
    unknown, on_path = -1, -2
    rows = [unknown] * len(relation)
    for start in range(len(relation) - 1, -1, -1):
        path = [start] if rows[start] == unknown else []
        while path:
            event = path[-1]
            left = relation[event]
            reached = 0
            while left:
                low = left & -left
                following = low.bit_length() - 1
                beyond = rows[following]
                if beyond < 0:
                    if beyond == on_path:
                        return None
                    rows[event] = on_path
                    path.append(following)
                    break
                reached |= low | beyond
                left &= ~reached
            else:
                rows[event] = reached
                path.pop()
    return rows


def _warshall(relation: Relation) -> Relation:
    rows = list(relation)
    for middle in range(len(rows)):
        reached = rows[middle]
        if reached:
            bit = 1 << middle
            for i, row in enumerate(rows):
                if row & bit:
                    rows[i] = row | reached
    return rows


def is_irreflexive(relation: Relation) -> bool:
    return not any(row >> i & 1 for i, row in enumerate(relation))


def is_acyclic(relation: Relation) -> bool:
    """Whether the relation has no cycle (a pair (a, a) is one)."""
    finished = 0  # events from which no cycle is reached
    for start in range(len(relation)):
        if finished >> start & 1:
            continue
        path = [start]
        on_path = 1 << start
        while path:
            event = path[-1]
            row = relation[event] & ~finished
            if row & on_path:
                return False
            if row:
                following = (row & -row).bit_length() - 1
                path.append(following)
                on_path |= 1 << following
            else:
                path.pop()
                on_path ^= 1 << event
                finished |= 1 << event
    return True


def find_cycle(relation: Relation) -> list[int] | None:
    """A shortest cycle as a list of events (first not repeated), or None.

    Among equally short cycles the one that starts at the lowest event wins.
    """
    best: list[int] | None = None
    for start in range(len(relation)):
        path = shortest_path(relation, start, 1 << start)
        if path is not None and (best is None or len(path) - 1 < len(best)):
            best = path[:-1]
    return best


def shortest_path(relation: Relation, start: int, goals: EventSet) -> list[int] | None:
    """A shortest path of at least one step from ``start`` into ``goals``, or None.

    Ties are broken towards the lowest event numbers.
    """
    came_from: dict[int, int] = {}
    seen = 0
    frontier = [start]
    while frontier:
        following = []
        for event in frontier:
            for target in members(relation[event] & ~seen):
                seen |= 1 << target
                came_from[target] = event
                if goals >> target & 1:
                    path = [target]
                    while True:
                        path.append(came_from[path[-1]])
                        if path[-1] == start:
                            return path[::-1]
                following.append(target)
        frontier = following
    return None


def reachable(relation: Relation, start: EventSet) -> EventSet:
    """All events reached from ``start`` in one or more steps."""
    result = 0
    frontier = start
    while frontier:
        step = 0
        for event in members(frontier):
            step |= relation[event]
        frontier = step & ~result
        result |= step
    return result
