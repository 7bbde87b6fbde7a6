"""Why a model lets an access overtake another: by the kinds of the two, in the words of its documentation."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from explorer.execution.kinds import Kind, Tag
from reports.overtaking import why_unordered
from reports.steps import Schedule
from reports.structure import Event, Report


def access(kind: Kind, tag: Tag, leak: Report) -> Event:
    return replace(leak.events[4], kind=kind, tag=tag)


def elsewhere(event: Event) -> Event:
    """The access at another location."""
    return replace(event, location="elsewhere")


LOAD, STORE = Kind.READ, Kind.WRITE


KEPT = "keeps {} of different locations in order by {} only, and there is none between"


@pytest.mark.parametrize(
    ("model", "earlier", "later", "why"),
    [
        ("tso", STORE, LOAD, "a store waits in the store buffer while later loads of other locations take effect"),
        ("pso", STORE, LOAD, "a store waits in the store buffer while later loads of other locations take effect"),
        ("pso", STORE, STORE, "stores to different locations leave the store buffer in any order"),
    ],
)
def test_a_store_buffer_lets_loads_or_stores_pass(
    model: str, earlier: Kind, later: Kind, why: str, leak: Report
) -> None:
    accesses = access(earlier, Tag.ONCE, leak), elsewhere(access(later, Tag.ONCE, leak))
    assert why_unordered(*accesses, model) == f"{model}: {why}"


@pytest.mark.parametrize("model", ["armv8", "lkmm"])
@pytest.mark.parametrize(
    ("earlier", "later", "pair", "order"),
    [
        (LOAD, LOAD, "two loads", "an acquire, smp_rmb(), smp_mb() or an address dependence"),
        (LOAD, STORE, "a load and a later store", "an acquire, a release, a dependence or smp_mb()"),
        (STORE, STORE, "two stores", "a release, smp_wmb() or smp_mb()"),
    ],
)
def test_where_nothing_is_ordered_by_itself_the_rule_says_what_would_order(
    model: str, earlier: Kind, later: Kind, pair: str, order: str, leak: Report
) -> None:
    accesses = access(earlier, Tag.ONCE, leak), elsewhere(access(later, Tag.ONCE, leak))
    assert why_unordered(*accesses, model) == f"{model} {KEPT.format(pair, order)}"


def test_release_and_acquire_order_a_store_and_a_load_under_armv8_alone(leak: Report) -> None:
    pair = access(STORE, Tag.ONCE, leak), elsewhere(access(LOAD, Tag.ONCE, leak))
    pairs = "a store and a later load"
    assert why_unordered(*pair, "armv8") == f"armv8 {KEPT.format(pairs, 'smp_mb(), or a release before an acquire')}"
    assert why_unordered(*pair, "lkmm") == f"lkmm {KEPT.format(pairs, 'smp_mb()')}"


@pytest.mark.parametrize(("model", "earlier"), [("my.cat", LOAD), ("lkmm", Kind.FENCE)])
def test_of_other_models_and_of_fences_it_says_no_more_than_the_model_does(
    model: str, earlier: Kind, leak: Report
) -> None:
    why = why_unordered(access(earlier, Tag.ONCE, leak), access(LOAD, Tag.ONCE, leak), model)
    assert why == f"no rule of {model} puts the one that is earlier in the code before this one"


def test_a_load_of_the_same_location_takes_the_value_from_the_store_buffer(leak: Report) -> None:
    store, load = access(STORE, Tag.ONCE, leak), access(LOAD, Tag.ONCE, leak)
    for model in ("tso", "pso"):
        assert why_unordered(store, load, model) == (
            f"{model}: a load may take the value of a store of its own thread that still waits in the store buffer"
        )


def test_plain_accesses_may_be_exchanged_by_a_compiler_too(leak: Report) -> None:
    plain = access(LOAD, Tag.PLAIN, leak)
    assert why_unordered(plain, elsewhere(plain), "lkmm").endswith(
        "; both are plain, so a compiler may exchange them too"
    )
    assert "compiler" not in why_unordered(plain, elsewhere(access(LOAD, Tag.ONCE, leak)), "lkmm")
    assert "compiler" not in why_unordered(plain, elsewhere(plain), "armv8")


def test_a_reordered_step_has_the_rule(stale: Report) -> None:
    lkmm = replace(stale, model=replace(stale.model, name="lkmm"))
    steps = Schedule(lkmm).steps
    assert [len(step.rules) for step in steps] == [1, 0, 0, 0, 0]
    assert steps[0].rules[0].startswith("lkmm keeps two loads of different locations in order by")
