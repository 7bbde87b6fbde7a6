"""What the analysis says of a model: monotone axioms, orders, and that both claims are true."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from candidate_programs import candidates, exchange, fence, lock, read, write
from hypothesis import given, settings
from hypothesis import strategies as st
from random_executions import LOCAL, Tree, executions, relations, restricted, text

from explorer.execution.execution import Execution
from explorer.execution.kinds import Tag
from explorer.execution.relation import Relation, is_acyclic, members, pairs, union
from explorer.memory.model import Model, Order, load_model

ALL = {"rfi", "rfe", "coi", "coe", "fri", "fre"}
PACKAGED = ("sc", "tso", "pso")
Load = Callable[[str], Model]


@pytest.fixture(scope="module")
def load(tmp_path_factory: pytest.TempPathFactory) -> Load:
    path: Path = tmp_path_factory.mktemp("models") / "random.cat"

    def from_text(rules: str) -> Model:
        path.write_text(rules, encoding="utf-8")
        return load_model(str(path))

    return from_text


@pytest.mark.parametrize(
    ("name", "orders", "before_order"),
    [
        ("sc", [("sequential-consistency", ALL)], 0),
        ("tso", [("coherence", ALL), ("total-store-order", ALL - {"rfi"})], 1),
        ("pso", [("coherence", ALL), ("partial-store-order", ALL - {"rfi"})], 1),
    ],
)
def test_the_packaged_models_are_all_orders_but_for_rcu_and_all_monotone(
    name: str, orders: list[tuple[str, set[str]]], before_order: int
) -> None:
    model = load_model(name)
    assert [(order.axiom, set(order.terms)) for order in model.orders] == orders
    assert all(order.complete for order in model.orders)
    assert all(axiom.monotone for axiom in model.axioms)
    assert [axiom.name for axiom in model.residual_axioms] == ["rcu"]
    assert model.before_order == before_order
    assert model.has_before
    assert model.orders_loads_before_later_stores


ACCESSES = frozenset({"R", "W", "Once"})


@pytest.mark.parametrize(
    ("name", "more", "in_order", "axioms"),
    [
        # Steps in order go along with every order of po, rf, co and fr.
        ("sc", (), True, ()),
        ("sc", (), False, ("sequential-consistency",)),
        ("tso", (), False, ("coherence", "total-store-order")),
        ("tso", (), True, ()),
        # A grace period is waited for, or it is not, whatever the order; a section by itself waits for nothing.
        ("sc", ("Rcu-lock", "Rcu-unlock", "Sync-rcu"), True, ("rcu",)),
        ("sc", ("Rcu-lock", "Rcu-unlock", "Sync-rcu"), False, ("sequential-consistency", "rcu")),
        # hb of lkmm is not made of these relations alone.
        ("lkmm", (), True, ("atomicity", "happens-before")),
    ],
)
def test_what_is_asked_of_an_execution_that_grows(
    name: str, more: tuple[str, ...], in_order: bool, axioms: tuple[str, ...]
) -> None:
    asked = load_model(name).axioms_while_growing(ACCESSES | set(more), in_order=in_order)
    assert tuple(axiom.name for axiom in asked) == axioms


@pytest.mark.parametrize(
    ("axiom", "monotone"),
    [
        ("acyclic po | rf | co | fr", True),
        ("empty rmw & (fre ; coe)", True),
        ("irreflexive (rf^-1 ; co)? ; po", True),
        ("acyclic po \\ (W * R) | rf", True),
        ("acyclic [W \\ Release] ; po ; rf", True),
        ("acyclic (po \\ loc)+ ; rf", True),
        ("empty domain(rf) * range(co) & rf", True),
        ("acyclic ~po", False),
        ("acyclic po & ~(W * R)", True),  # a pair of old events stays out of W * R
        ("acyclic po & ~(po ; po)", False),
        ("acyclic [~(domain(rmw))] ; po", True),  # the halves of an RMW come together
        ("acyclic [~(domain(data))] ; po", False),
        ("acyclic po \\ rf", False),
        ("acyclic po \\ (domain(rf) * R)", False),
        ("acyclic po \\ (po ; po & rf)", False),
        ("acyclic singlestep(po)", False),
        ("acyclic po & (M * FW)", False),
        ("empty different-values(po)", False),
        ("empty cross({{po}, {rf}})", False),
        # What two events and those between them decide stays as it is; kinds do.
        ("acyclic po \\ (po ; po)", True),
        ("acyclic [~M] ; po ; rf", True),
        ("acyclic po \\ (domain([R] ; rmw) * M) | rf", True),
        ("acyclic po \\ (domain(po) * M) | rf", False),
        ("~empty rf", False),
    ],
)
def test_monotone_refuses_complement_and_growing_right_sides(load: Load, axiom: str, monotone: bool) -> None:
    (found,) = load(f"{axiom} as a").axioms
    assert found.monotone is monotone


def test_a_let_rec_is_monotone_where_its_bodies_are(load: Load) -> None:
    model = load(
        "let rec a = po | rf ; b and b = a | co acyclic a as good let rec c = (c ; po) | (co \\ rf) acyclic c as bad"
    )
    assert [(axiom.name, axiom.monotone) for axiom in model.axioms] == [("good", True), ("bad", False)]


def test_a_let_rec_within_one_thread_is_decided_by_the_events_between(load: Load) -> None:
    """Even where a difference takes from its pieces what stands between two events."""
    model = load(
        "let next = ([F] ; po ; [F]) \\ (po ; [F] ; po) "
        "let rec pair = [Mb] ; next ; (pair ; next)* ; [Wmb] "
        "let rec found = [Mb \\ domain(found)] ; next ; [Wmb] "
        "acyclic pair | rf as decided acyclic found | rf as open"
    )
    assert [(axiom.name, axiom.monotone) for axiom in model.axioms] == [("decided", True), ("open", False)]


def test_flags_are_no_axioms(load: Load) -> None:
    model = load("flag ~empty rf as seen flag empty rf as unseen acyclic co as order")
    assert [axiom.name for axiom in model.axioms] == ["order"]
    executions = list(candidates([[write("x")], [read("x")]]))
    assert [model.flags(execution) for execution in executions] == [("seen",), ("seen",)]
    assert model.flags(next(candidates([[write("x")]]))) == ("unseen",)
    assert model.violated(executions[0]) == ()


@pytest.mark.parametrize(
    ("expression", "terms", "complete"),
    [
        ("po | rf", {"rfi", "rfe"}, True),
        ("po-loc | rf & ext | co & int", {"rfe", "coi"}, True),
        ("po | rf^-1 ; co", {"fri", "fre"}, True),
        ("[W] ; po ; [W] | (po \\ (W * R) \\ loc) & int", set(), True),
        ("(addr | data)+ ; po? | ctrl ; [W] | rmw | 0", set(), True),
        ("po ; [RMW] | co", {"coi", "coe"}, True),
        # Not one of the simple relations, or not fixed by the events between the two.
        ("po | rf ; po", set(), False),
        ("po^-1 | rf", {"rfi", "rfe"}, False),
        ("po ; [domain(addr)] | rf", {"rfi", "rfe"}, False),
        ("loc | rfe", {"rfe"}, False),
        ("W * R | co", {"coi", "coe"}, False),
        ("po? | co", {"coi", "coe"}, False),
        ("po* | co", {"coi", "coe"}, False),
        ("po ; loc | co", {"coi", "coe"}, False),
    ],
)
def test_the_linear_form_of_an_axiom(load: Load, expression: str, terms: set[str], complete: bool) -> None:
    model = load(f"let before = {expression} acyclic before as a")
    (order,) = model.orders
    assert (set(order.terms), order.complete) == (terms, complete)
    assert model.residual_axioms == (() if complete else model.axioms)
    assert model.before_order == 0


def test_only_acyclic_and_monotone_axioms_have_orders(load: Load) -> None:
    model = load("irreflexive po ; rf as a acyclic po \\ rf as b acyclic co as c let before = po")
    assert [order.axiom for order in model.orders] == ["c"]
    assert [axiom.name for axiom in model.residual_axioms] == ["a", "b"]
    assert model.before_order is None


@pytest.mark.parametrize(
    ("rules", "expected"),
    [
        ("acyclic po | rf", True),
        ("acyclic [R] ; po ; [W] | rfe | co", True),
        ("acyclic po", False),
        ("acyclic addr | data | ctrl | rfe", False),
        ("acyclic [R \\ Acquire] ; po | rfe", False),
        ("acyclic [R] ; po ; [W \\ UL] | rfe", False),
        # Both on two locations only, or on one only.
        ("acyclic po \\ loc | rfe", False),
        ("acyclic po-loc | rfe", False),
        # Ordered where something stands between: not in every program.
        ("acyclic po ; po | rfe", False),
        ("acyclic (po \\ rf) | rfe", False),
    ],
)
def test_loads_are_ordered_before_later_stores_only_if_all_are(load: Load, rules: str, expected: bool) -> None:
    assert load(f"{rules} as a").orders_loads_before_later_stores is expected


def order_rows(order: Order, execution: Execution) -> Relation:
    """The order on a whole execution, put together as a search does: thread by thread, then its terms."""
    rows = [0] * len(execution)
    for thread in range(len(execution.threads)):
        kept = execution.thread_events(thread)
        for source, row in zip(kept, order.static_rows(restricted(execution, kept)), strict=True):
            rows[source] |= sum(1 << kept[target] for target in members(row))
    for base, relation in (("rf", execution.rf), ("co", execution.co), ("fr", execution.fr)):
        for a, b in pairs(relation):
            internal = execution.events[a].thread == execution.events[b].thread >= 0
            if base + ("i" if internal else "e") in order.terms:
                rows[a] |= 1 << b
    return rows


PROGRAMS = [
    [[write("x"), fence(Tag.MB), *exchange("y")], [write("y", 2), read("y"), read("x")]],
    [[write("x"), write("y", 1, Tag.RELEASE), read("x")], [read("y", Tag.ACQUIRE), fence(Tag.WMB), write("x", 2)]],
    [[*lock("x"), write("y"), fence(Tag.RMB)], [write("y", 2), fence(Tag.WMB), write("x", 3)]],
]


@pytest.mark.parametrize("name", PACKAGED)
def test_a_complete_order_is_the_axiom(name: str) -> None:
    model = load_model(name)
    outcomes = set()
    for program in PROGRAMS:
        for execution in candidates(program):
            for order in model.orders:
                holds = order.axiom not in model.violated(execution)
                assert is_acyclic(order_rows(order, execution)) is holds
                outcomes.add(holds)
    assert outcomes == {True, False}


@pytest.mark.parametrize("name", PACKAGED)
def test_before_is_the_closure_of_its_order(name: str) -> None:
    model = load_model(name)
    assert model.before_order is not None
    order = model.orders[model.before_order]
    for execution in candidates(PROGRAMS[0]):
        before = model.before(execution)
        assert before is not None
        rows = order_rows(order, execution)
        # The least transitive relation around the rows.
        assert union(before, rows) == before
        assert all(before[b] & ~before[a] == 0 for a, b in pairs(before))
        assert all(any(before[c] >> b & 1 or c == b for c in members(rows[a])) for a, b in pairs(before))


def grown_from(execution: Execution, data: st.DataObject) -> list[int]:
    """Events from which the execution can have grown: a prefix of every thread, reads with their sources."""
    kept = list(range(execution.initial_writes))
    for thread in range(len(execution.threads)):
        events = execution.thread_events(thread)
        kept += events[: data.draw(st.integers(0, len(events)))]
    # The halves of an RMW are one step.
    halves = [r for r, w in pairs(execution.rmw) if r in kept and w not in kept]
    kept = [event for event in kept if event not in halves]
    # A load whose source is cut off goes too, and what follows it in its thread.
    while lost := [r for r in kept if execution.source_of[r] >= 0 and execution.source_of[r] not in kept]:
        thread = execution.events[lost[0]].thread
        kept = [event for event in kept if event < lost[0] or execution.events[event].thread != thread]
    return kept


@settings(deadline=None, max_examples=300)
@given(st.data(), relations(), executions())
def test_what_a_monotone_axiom_is_about_only_grows(
    load: Load, data: st.DataObject, tree: Tree, execution: Execution
) -> None:
    model = load(f"let r = {text(tree)} empty r as none acyclic r as no-cycle")
    if not model.axioms[0].monotone:
        return
    kept = grown_from(execution, data)
    part = restricted(execution, kept)
    whole = model.named_relations(execution)["r"]
    for a, b in pairs(model.named_relations(part)["r"]):
        assert whole[kept[a]] >> kept[b] & 1
    assert set(model.violated_while_growing(part)) <= set(model.violated_while_growing(execution))


@settings(deadline=None, max_examples=300)
@given(st.data(), relations(LOCAL, depth=2), executions())
def test_prefix_local_rows_are_the_same_on_a_thread_alone_and_on_its_prefixes(
    load: Load, data: st.DataObject, tree: Tree, execution: Execution
) -> None:
    model = load(f"let r = {text(tree)} acyclic r as a")
    if not model.orders or not model.orders[0].complete:
        return
    whole = model.named_relations(execution)["r"]
    found = [0] * len(execution)
    for thread in range(len(execution.threads)):
        kept = execution.thread_events(thread)
        length = data.draw(st.integers(0, len(kept)))
        if length < len(kept) and any(b == kept[length] for _, b in pairs(execution.rmw)):
            length -= 1  # the halves of an RMW are one step
        for part in (kept[:length], kept):
            rows = model.orders[0].static_rows(restricted(execution, part))
            seen = sum(1 << event for event in part)
            for source, row in zip(part, rows, strict=True):
                found[source] = sum(1 << part[target] for target in members(row))
                assert found[source] == whole[source] & seen
    assert found == whole


@pytest.mark.parametrize(
    ("rules", "loads_first", "coherent"),
    [
        ("acyclic po-loc | rf | co | fr as c", False, True),
        ("acyclic po | rf | co | fr as c", True, True),
        ("acyclic ([M] ; po-loc ; [M]) | rf | co | fr as c", False, True),
        # Halves of updates are left out: what is kept of other accesses tells nothing of them.
        ("let amo = domain(rmw) | range(rmw) acyclic ([M \\ amo] ; po-loc) | rf | co | fr as c", False, False),
        ("acyclic ([M \\ range(rmw)] ; po-loc) | rf | co | fr as c", False, False),
        ("acyclic (po-loc ; [M \\ domain(rmw)]) | rf | co | fr as c", False, False),
        ("acyclic ([R \\ domain(rmw)] ; po ; [W]) | rf | co | fr as c", False, False),
        ("acyclic ([R] ; po ; [W]) | ([domain(rmw)] ; po) | rf | co | fr as c", True, False),
    ],
)
def test_what_is_kept_of_program_order_counts_updates_too(
    tmp_path: Path, rules: str, loads_first: bool, coherent: bool
) -> None:
    (tmp_path / "m.cat").write_text(f'"m"\n{rules}\n')
    model = load_model(str(tmp_path / "m.cat"))
    assert (model.orders_loads_before_later_stores, model.keeps_coherence) == (loads_first, coherent)
