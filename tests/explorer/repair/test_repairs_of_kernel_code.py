"""The read of an empty file, whose only fault is the order of two loads, and windows that no order closes.

A read that sees the grown size (R1 reads F5) and no seal (R3 reads before A9) breaks stale, and goes on to leak.

``armv8``: the owner's stores A9 and F5 are in order, for a release (A10) and then an acquire (F0) stand between
them.  So what is missing is R1 before R3: acquire on R1, or a barrier for loads between the two.

``lkmm``: a release and a later acquire of i_rwsem order nothing between them, unless they are a lock of lock.cat.

- ``fresh-window``: so F5 needs a release, which orders all before it, or smp_wmb() before it.  A barrier does this
  for what other threads see of marked accesses only: with smp_wmb() F5 is marked too, with smp_rmb() R1.
- ``fresh``: between A9 and F5 the owner drops a page reference (F4), which is fully ordered.  So the stores are in
  order as soon as one of the two pairs of accesses that communicate is marked on both sides: F5 and R1, so that
  reading it says something (acquire marks R1), or A9 and R3, so that missing it does.
"""

from __future__ import annotations

from collections.abc import Iterable

import pytest
from repaired import Named, holds, repairs, scenario, search_of

from explorer.memory.model import load_model
from explorer.repair.elements import Elements
from explorer.repair.search import RepairSearch
from explorer.scenario import MODELS

ON_THE_READ: list[Named] = [frozenset({"acquire R1"}), frozenset({"rmb before R3"})]
MARKED_READ: list[Named] = [frozenset({"acquire R1"}), frozenset({"rmb before R3", "once R1"})]
ON_THE_STORE: list[Named] = [frozenset({"release F5"}), frozenset({"wmb before F5", "once F5"})]

WINDOW = {read | store for read in MARKED_READ for store in ON_THE_STORE}
FRESH = {frozenset({*read, "once F5"}) for read in MARKED_READ} | {
    frozenset({*read, "once A9", "once R3"}) for read in ON_THE_READ
}

CASES = [
    ("fresh", "armv8", set(ON_THE_READ)),
    ("fresh-window", "armv8", set(ON_THE_READ)),
    ("fresh", "lkmm", FRESH),
    ("fresh-window", "lkmm", WINDOW),
]


@pytest.mark.parametrize("prop", ["stale", "leak"])
@pytest.mark.parametrize(("name", "model", "expected"), CASES, ids=[f"{name}-{model}" for name, model, _ in CASES])
def test_the_two_loads_are_ordered_and_the_stores_where_they_are_not(
    name: str, model: str, expected: Iterable[Named], prop: str
) -> None:
    assert repairs(search_of(scenario(name, prop), model)) == expected


@pytest.mark.parametrize(("name", "model"), [(name, model) for name, model, _ in CASES])
def test_each_proposed_set_holds_when_applied_and_breaks_without_any_of_it(name: str, model: str) -> None:
    subject = scenario(name, "stale")
    found = search_of(subject, model).found
    assert found.repairs
    for repair in found.repairs:
        assert holds(subject, repair.elements, model)
        for element in repair.elements:
            assert not holds(subject, repair.elements - {element}, model)


def test_a_set_that_holds_under_armv8_alone_is_told_so_by_the_other_models() -> None:
    subject = scenario("fresh-window", "stale")
    search = search_of(subject, "armv8")
    for repair in search.found.repairs:
        verdicts = {name: _verdict(search, repair.elements, name) for name in MODELS}
        assert verdicts == {**dict.fromkeys(("sc", "tso", "pso", "armv8"), "HOLDS"), "lkmm": "VIOLATED"}


def _verdict(search: RepairSearch, elements: Elements, name: str) -> str:
    return search.explored(elements, load_model(name)).verdict.value


@pytest.mark.parametrize("model", ["sc", "armv8", "lkmm"])
@pytest.mark.parametrize("name", ["inflight-window", "lingering-page-window"])
def test_what_happens_in_order_no_barrier_forbids(name: str, model: str) -> None:
    found = search_of(scenario(name, "late"), model).found
    assert found.sequential
    assert (found.repairs, found.dearer, found.open) == ([], [], [])


def test_what_is_stale_in_a_file_in_use_is_a_matter_of_order_all_the_same() -> None:
    """The size that a read saw was stored after the seal: the same two loads as in an empty file."""
    assert repairs(search_of(scenario("inflight-window", "stale"), "armv8")) == set(ON_THE_READ)


def test_a_second_check_needs_an_order_of_its_own() -> None:
    """The core of the race with the fix recheck: the copy (R3) and then the second check (R5), two loads.

    The fix recheck-rmb of the scenario is smp_rmb() between them.
    """
    expected = {frozenset({"acquire R3"}), frozenset({"rmb before R5"})}
    for model in ("armv8", "lkmm"):
        assert repairs(search_of(scenario("v4", "leak", "recheck"), model)) == expected


def test_what_holds_needs_nothing() -> None:
    found = search_of(scenario("fresh-window", "stale", "acquire-size"), "armv8").found
    assert found.holds
    assert (found.violating, found.repairs) == (0, [])


def test_more_violating_executions_than_are_kept_leave_it_open_whether_all_sets_were_found(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Of the three of fresh-window one is kept: what is proposed holds all the same, but more is not claimed."""
    monkeypatch.setattr("explorer.repair.search.KEPT", 1)
    subject = scenario("fresh-window", "stale")
    found = search_of(subject, "armv8").found
    assert (found.violating, found.unsettled) == (3, True)
    assert found.repairs
    assert all(holds(subject, repair.elements, "armv8") for repair in found.repairs)
