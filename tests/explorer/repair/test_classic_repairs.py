"""On the classic tests the search finds the barriers that the kernel's documentation has for them.

Every access is marked, so orderings are acquire and release. Accesses go by R or W, location and line.
In each case by hand, per thread, what orders its two accesses so that the outcome is forbidden:

Under ``armv8``, where a store reaches all others at once, each thread needs its two accesses in order and no more:

- two stores: release on the second, or smp_wmb();
- load and load: acquire on the first, or smp_rmb();
- load and store: acquire on the load, release on the store, or smp_rmb() (dmb ishld waits for loads, whatever follows);
- store and load: smp_mb(), or release on the store with acquire on the load (stlr; ldar stay in order).

Under ``lkmm``:

- MP, S: the outcome is seen by the second thread itself, so an order that propagates is enough: as above, but
  smp_rmb() orders loads with loads alone.
- LB: happens-before alone (po, rfe): acquire on the load or release on the store.
- WRC: the middle thread hands on what it has read, so its order has to be cumulative: release; acquire is not.
- SB, R, 2+2W, IRIW: two threads have to see stores of each other in one order: smp_mb() in both.

Where smp_mb() is one of several ways it is not listed: another one is cheaper.
"""

from __future__ import annotations

from itertools import product

import pytest
from repaired import Named, classic, holds, names, repairs, search_of

from explorer.execution.kinds import Tag
from explorer.repair.elements import Element, strength

Ways = list[tuple[str, ...]]


def all_of(*threads: Ways) -> set[Named]:
    """One way per thread."""
    return {frozenset(element for way in ways for element in way) for ways in product(*threads)}


MP: tuple[Ways, Ways] = [("release Wy10",), ("wmb before Wy10",)], [("acquire Ry18",), ("rmb before Rx19",)]
S_STORES: Ways = [("release Wy10",), ("wmb before Wy10",)]

LKMM = {
    "mp": all_of(*MP),
    "sb": all_of([("mb before Ry12",)], [("mb before Rx20",)]),
    "lb": all_of([("acquire Rx11",), ("release Wy12",)], [("acquire Ry19",), ("release Wx20",)]),
    "s": all_of(S_STORES, [("acquire Ry17",), ("release Wx18",)]),
    "r": all_of([("mb before Wy10",)], [("mb before Rx18",)]),
    "2+2w": all_of([("mb before Wy10",)], [("mb before Wx16",)]),
    "wrc": all_of([("release Wy17",)], [("acquire Ry25",), ("rmb before Rx26",)]),
    "iriw": all_of([("mb before Ry23",)], [("mb before Rx32",)]),
}
ARMV8 = {
    "mp": all_of(*MP),
    "sb": all_of(
        [("mb before Ry12",), ("release Wx11", "acquire Ry12")], [("mb before Rx20",), ("release Wy19", "acquire Rx20")]
    ),
    "lb": all_of(
        [("acquire Rx11",), ("release Wy12",), ("rmb before Wy12",)],
        [("acquire Ry19",), ("release Wx20",), ("rmb before Wx20",)],
    ),
    "s": all_of(S_STORES, [("acquire Ry17",), ("release Wx18",), ("rmb before Wx18",)]),
    "r": all_of(S_STORES, [("mb before Rx18",), ("release Wy17", "acquire Rx18")]),
    "2+2w": all_of(S_STORES, [("release Wx16",), ("wmb before Wx16",)]),
    "wrc": all_of(
        [("acquire Rx16",), ("release Wy17",), ("rmb before Wy17",)], [("acquire Ry25",), ("rmb before Rx26",)]
    ),
    "iriw": all_of([("acquire Rx22",), ("rmb before Ry23",)], [("acquire Ry31",), ("rmb before Rx32",)]),
}
CASES = [(model, test) for model, tests in (("lkmm", LKMM), ("armv8", ARMV8)) for test in tests]


@pytest.mark.parametrize(("model", "test"), CASES)
def test_repairs_are_those_found_by_hand(model: str, test: str) -> None:
    assert repairs(search_of(classic(test), model)) == {"lkmm": LKMM, "armv8": ARMV8}[model][test]


@pytest.mark.parametrize(("model", "test"), CASES)
def test_each_repair_holds_and_none_of_it_can_be_left_out(model: str, test: str) -> None:
    subject = classic(test)
    assert not holds(subject, frozenset(), model)
    for repair in search_of(subject, model).found.repairs:
        assert holds(subject, repair.elements, model)
        for element in repair.elements:
            assert not holds(subject, repair.elements - {element}, model)


def test_repairs_come_cheapest_first() -> None:
    for model, test in CASES:
        costs = [repair.cost for repair in search_of(classic(test), model).found.repairs]
        assert costs == sorted(costs)


def test_sets_with_a_full_fence_too_much_are_counted() -> None:
    """LB under lkmm: smp_mb() does what acquire or release does, in one thread (2 + 2 sets) or in both (1)."""
    dearer = [names(each) for each in search_of(classic("lb"), "lkmm").found.dearer]
    one = {"mb before Wy12", "mb before Wx20"}
    assert sorted(map(sorted, dearer)) == sorted(
        [
            ["acquire Rx11", "mb before Wx20"],
            ["mb before Wx20", "release Wy12"],
            ["acquire Ry19", "mb before Wy12"],
            ["mb before Wy12", "release Wx20"],
            sorted(one),
        ]
    )


def test_what_x86_keeps_in_order_needs_no_repair() -> None:
    """Of the eight x86 allows SB and R alone: a store and a load after it."""
    for test in LKMM:
        search = search_of(classic(test), "tso")
        assert search.found.holds == (test not in ("sb", "r"))
        assert all(_fences(repair.elements) <= {Tag.MB} for repair in search.found.repairs)
    # In r the two stores keep their order anyway.
    assert repairs(search_of(classic("r"), "tso")) == {frozenset({"mb before Rx18"})}


def _fences(elements: frozenset[Element]) -> set[object]:
    return {strength(each) for each in elements}
