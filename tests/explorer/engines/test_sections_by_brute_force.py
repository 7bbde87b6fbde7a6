"""Read-side sections and grace periods: the search against brute force, and against a search that they do not prune.

What a section or a grace period orders makes the search give up partial executions, under lkmm
also by the rules for plain accesses.  Neither of the two others does that.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from importlib.resources import files
from itertools import chain, islice
from pathlib import Path

import pytest
from candidate_executions import candidates
from engine_results import assert_same, counts, searched
from hypothesis import assume, given, reject, settings
from hypothesis import strategies as st
from kernel_programs import (
    ANY_OPERATIONS,
    DOMAINS,
    GRACE_PERIODS,
    GracePeriod,
    KernelMemory,
    ReadSide,
    bodies,
    unfold,
    weighted,
)

from explorer.memory.cat.base import SET_NAMES
from explorer.memory.growing import Growing
from explorer.memory.model import Model, load_model
from explorer.search.explore import Search
from explorer.testing.operations import Operation, Operations, Read, Threads, Write
from explorer.testing.random_programs import ACCESSES, DECISIONS, thread_lists

MODELS = {name: load_model(name) for name in ("sc", "tso", "pso", "armv8", "lkmm")}

MOST = 400
"""Combinations of traces that brute force goes through, and executions that two searches are compared by."""

INSIDE_OUT = """
let sections(locks, unlocks, domain-of) =
  let rec open-locks = locks \\ domain(matched)
      and open-unlocks = unlocks \\ range(matched)
      and in-order = ([open-locks | open-unlocks] ; po ; [open-locks | open-unlocks]) & domain-of
      and matched = matched | [open-locks] ; (in-order \\ (in-order ; in-order)) ; [open-unlocks]
  in matched

let rcu-sections"""
"""The same pairs found round by round: a recursion through a difference, of which nothing is claimed."""


@pytest.fixture(scope="module")
def unpruned(tmp_path_factory: pytest.TempPathFactory) -> Callable[[], Model]:
    """The packaged lkmm, but for how the ends of sections are paired; a function, for models print long."""
    folder: Path = tmp_path_factory.mktemp("models")
    packaged = files("explorer.memory").joinpath("models")
    rules = packaged.joinpath("rcu.cat").read_text(encoding="utf-8")
    before, after = rules.split("let sections(")[0], rules.split("let rcu-sections")[1]
    (folder / "rcu.cat").write_text(before + INSIDE_OUT + after, encoding="utf-8")
    (folder / "lkmm.cat").write_text(packaged.joinpath("lkmm.cat").read_text(encoding="utf-8"), encoding="utf-8")
    model = load_model(str(folder / "lkmm.cat"))
    return lambda: model


def accesses(location: str) -> st.SearchStrategy[Operation]:
    return ACCESSES.map(lambda access: replace(access, location=location))


SECTIONS = st.builds(ReadSide, DOMAINS, bodies(ACCESSES, 2))
ANYTHING = thread_lists(weighted((3, ACCESSES), (2, SECTIONS), (2, GRACE_PERIODS), (1, DECISIONS)), size=5)


@st.composite
def waited_for(draw: st.DrawFn) -> Threads:
    """A section that accesses two locations, and a thread with a grace period between accesses of the same two."""
    x, y = draw(st.permutations("xy"))
    domain = draw(DOMAINS)
    inside: Operations = (draw(accesses(x)), draw(accesses(y)))
    section: Operation = ReadSide(domain, inside)
    if draw(st.booleans()):
        section = ReadSide(domain, (ReadSide(draw(DOMAINS), inside[:1]), *inside[1:]))
    waiting: Operations = (draw(accesses("x")), GracePeriod(draw(st.just(domain) | DOMAINS)), draw(accesses("y")))
    more = draw(bodies(ACCESSES | GRACE_PERIODS, 1))
    first, second = draw(st.permutations([(section, *more), waiting]))
    third = draw(bodies(ACCESSES | SECTIONS, 1))
    return (first, second, third) if third else (first, second)


@pytest.mark.parametrize("name", MODELS)
@settings(max_examples=60, deadline=None)
@given(threads=st.one_of(waited_for(), ANYTHING))
def test_the_search_finds_what_brute_force_finds(name: str, threads: Threads) -> None:
    expected = candidates(threads, MODELS[name], MOST, KernelMemory)
    if expected is None:
        reject()
    assert_same(searched(unfold(threads), MODELS[name]), expected)


@settings(max_examples=150, deadline=None)
@given(threads=st.one_of(waited_for(), ANYTHING, thread_lists(ANY_OPERATIONS)))
def test_the_search_finds_what_it_finds_where_sections_prune_nothing(
    unpruned: Callable[[], Model], threads: Threads
) -> None:
    leaves = list(islice(filter(None, Search(unfold(threads), unpruned())), MOST + 1))
    assume(len(leaves) <= MOST)
    assert_same(searched(unfold(threads), MODELS["lkmm"]), [leaf.execution for leaf in leaves])


def test_sections_prune_only_where_their_pairs_are_known_to_stay(unpruned: Callable[[], Model]) -> None:
    """The comparison above is one of two different searches."""
    without, pruned = (
        [axiom.name for axiom in Growing(model, model.axioms, SET_NAMES).axioms]
        for model in (unpruned(), MODELS["lkmm"])
    )
    assert without == ["coherence", "atomicity", "happens-before", "propagation"]
    assert pruned == [axiom.name for axiom in MODELS["lkmm"].axioms]


X1, Y1 = Write("x", 1, "plain"), Write("y", 1)


def test_a_section_that_sees_what_follows_a_grace_period_sees_what_came_before_even_plainly() -> None:
    """By hand: y is stored after the grace period and x before it, x plainly.

    A section that reads y = 1 begins after the grace period, which orders its plain load of x behind
    the store, so (1, 0) is out.  With the loads outside of any section all four are there.
    """
    loads: Operations = (Read("y"), Read("x", "plain"))
    waits: Operations = (X1, GracePeriod("srcu"), Y1)
    lkmm = MODELS["lkmm"]
    assert counts(searched(unfold(((ReadSide("srcu", loads),), waits)), lkmm)) == (3, 0, 0, 0)
    assert counts(searched(unfold((loads, waits)), lkmm)) == (4, 0, 0, 0)


@pytest.mark.parametrize("model", MODELS)
def test_what_sections_forbid_is_given_up_before_the_execution_is_finished(model: str) -> None:
    """Three sections, three grace periods: fewer partial executions than twice what comes out of them."""
    reader: Operations = (ReadSide("rcu", (Read("y"), Read("x"))),) * 3
    writer = [(Write("x", i), GracePeriod("rcu"), Write("y", i)) for i in (1, 2, 3)]
    search = Search(unfold((reader, tuple(chain.from_iterable(writer)))), MODELS[model])
    executions = sum(leaf is not None for leaf in search)
    assert executions <= search.states < 2 * executions
