"""Sets of elements, weaker and stronger, and the minimal ones that meet demands."""

from __future__ import annotations

from explorer.execution.kinds import Tag
from explorer.program.edits import Insert, Reorder
from explorer.program.sites import Does, Site
from explorer.program.thread import ACQUIRE, FULL, ONCE, RELEASE
from explorer.repair.elements import closure, covers, strongest
from explorer.repair.minimal import MinimalSets

READ = Site("a.py", 1, "R1", Does.READ)
WRITE = Site("a.py", 2, "W1", Does.WRITE)
UPDATE = Site("a.py", 3, "U1", Does.UPDATE)

RMB, WMB, MB = (Insert(WRITE, tag) for tag in (Tag.RMB, Tag.WMB, Tag.MB))
MARKED, ACQUIRED = Reorder(READ, ONCE), Reorder(READ, ACQUIRE)


def test_a_set_stands_for_all_that_is_weaker() -> None:
    assert closure([MB, ACQUIRED]) == {MB, RMB, WMB, ACQUIRED, MARKED}
    assert closure([RMB, WMB]) == {RMB, WMB}
    assert strongest([MB, RMB, MARKED, ACQUIRED]) == {MB, ACQUIRED}
    assert covers(frozenset({MB}), frozenset({RMB, WMB}))
    assert not covers(frozenset({RMB, WMB}), frozenset({MB}))


def test_acquire_and_release_of_one_atomic_operation_is_fully_ordered() -> None:
    both = [Reorder(UPDATE, ACQUIRE), Reorder(UPDATE, RELEASE)]
    assert strongest(both) == {Reorder(UPDATE, FULL)}


def test_without_demands_nothing_is_needed() -> None:
    assert MinimalSets().sets == [frozenset()]


def test_minimal_sets_meet_every_demand_by_one_element_each() -> None:
    """A demand names all that would do, so what is stronger too."""
    minimal = MinimalSets()
    minimal.demand([ACQUIRED, RMB, MB])
    assert minimal.sets == [{RMB}, {ACQUIRED}]
    minimal.demand([WMB, MB])
    # smp_rmb() becomes smp_mb() or gets smp_wmb() beside it, which is less: so smp_mb() is in no minimal set.
    assert sorted(map(sorted, _named(minimal))) == [["acquire", "wmb"], ["rmb", "wmb"]]


def test_a_demand_that_nothing_meets_leaves_no_set() -> None:
    minimal = MinimalSets()
    minimal.demand([])
    assert minimal.sets == []


def _named(minimal: MinimalSets) -> list[list[str]]:
    return [[e.tag.value if isinstance(e, Insert) else e.order.value for e in each] for each in minimal.sets]
