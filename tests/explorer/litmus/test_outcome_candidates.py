"""The executions that would end in an outcome: those of a search without axioms, and those that no search makes."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest
from vector_files import FOLDER

from explorer.execution.execution import Execution, Status
from explorer.execution.relation import intersection, is_acyclic, union
from explorer.litmus.candidates import candidates
from explorer.litmus.condition import holds
from explorer.litmus.expand import expand
from explorer.litmus.final import final_state
from explorer.litmus.macros import operations
from explorer.litmus.parser import parse
from explorer.litmus.source import Source
from explorer.litmus.unfold import LitmusUnfolding
from explorer.memory.cat.parsed import parsed
from explorer.memory.cat.source import Source as CatSource
from explorer.memory.model import Model, model_of
from explorer.search.explore import Search

PARTS = 2


@cache
def coherence() -> Model:
    """The weakest model that keeps each location in order."""
    return model_of(parsed(CatSource("co", "acyclic po-loc | rf | co | fr as coherence")), "coherence", "")


def unfolded(text: str) -> LitmusUnfolding:
    return LitmusUnfolding(expand(parse(Source("test", text)), operations()))


def found(unfolding: LitmusUnfolding, *loose: str) -> list[Execution]:
    locations = [location for location in unfolding.locations if location.name in loose]
    return [execution for execution in candidates(unfolding, locations) if execution is not None]


@pytest.mark.parametrize("part", range(PARTS))
def test_candidates_in_order_are_those_of_a_search_under_coherence_alone(part: int) -> None:
    tests = sorted((FOLDER / "kernel").glob("*.litmus"))[part :: PARTS * 12]
    assert len(tests) > 25
    compared = 0
    for path in tests:
        unfolding = unfolded(path.read_text(encoding="utf-8"))
        condition = unfolding.test.condition
        searched = [
            leaf.execution.key
            for leaf in Search(unfolding, coherence())
            if leaf is not None
            and leaf.status is Status.COMPLETE
            and holds(condition, final_state(unfolding, leaf.execution))
        ]
        listed = [execution.key for execution in found(unfolding)]
        assert len(set(listed)) == len(listed)
        assert set(listed) == set(searched), path.name
        compared += len(listed)
    assert compared > 15


def test_a_loose_location_is_out_of_order_in_some_of_its_candidates() -> None:
    # P1 may see x as 1 and then as 0 only where x is loose; y is in order all the same.
    unfolding = unfolded(
        """C test
{}
P0(int *x, int *y) { WRITE_ONCE(*x, 1); WRITE_ONCE(*y, 1); }
P1(int *x, int *y) { int r0; int r1; int r2; r0 = READ_ONCE(*x); r1 = READ_ONCE(*x); r2 = READ_ONCE(*y); }
exists (1:r0=1 /\\ 1:r1=0)
"""
    )
    assert found(unfolding) == found(unfolding, "y") == []
    # r2 is 0 or 1.
    assert len(found(unfolding, "x")) == 2
    assert not any(_in_order(execution) for execution in found(unfolding, "x"))


def _in_order(execution: Execution) -> bool:
    same = [
        sum(1 << j for j, other in enumerate(execution.events) if other.location is event.location)
        for event in execution.events
    ]
    return is_acyclic(intersection(union(execution.po, execution.rf, execution.co, execution.fr), same))


@pytest.mark.parametrize(
    ("threads", "outcome", "count"),
    [
        # Both exchanges read 0: either store is first.
        ("P0(int *x) { int r0; r0 = xchg(x, 1); } P1(int *x) { int r0; r0 = xchg(x, 2); }", "0:r0=0 /\\ 1:r0=0", 2),
        # A load of what its own thread stores later.
        ("P0(int *x) { int r0; r0 = READ_ONCE(*x); WRITE_ONCE(*x, 1); }", "0:r0=1", 1),
        # A value that comes from itself alone is nobody's.
        (
            "P0(int *x, int *y) { int r0; r0 = READ_ONCE(*x); WRITE_ONCE(*y, r0); } "
            "P1(int *x, int *y) { int r0; r0 = READ_ONCE(*y); WRITE_ONCE(*x, r0); }",
            "0:r0=1",
            0,
        ),
        # The branch that stores 1 needs a 2, which nobody stores.
        ("P0(int *x) { int r0; r0 = READ_ONCE(*x); if (r0 == 2) WRITE_ONCE(*x, 1); }", "x=1", 0),
    ],
)
def test_what_is_out_of_order_still_has_values_that_fit(threads: str, outcome: str, count: int) -> None:
    unfolding = unfolded(f"C test\n{{}}\n{threads}\nexists ({outcome})\n")
    assert found(unfolding) == []
    assert len(found(unfolding, "x", "y")) == count


def test_spin_locks_exclude_each_other_whatever_is_loose() -> None:
    section = "{ spin_lock(l); WRITE_ONCE(*x, 1); spin_unlock(l); }"
    unfolding = unfolded(f"C test\n{{}}\nP0(spinlock_t *l, int *x) {section}\nP1(spinlock_t *l, int *x) {section}\n")
    # Two orders of the sections, two of the stores.
    assert len(found(unfolding, "l", "x")) == len(found(unfolding)) == 4


def test_a_filter_counts(tmp_path: Path) -> None:
    thread = "P0(int *x) { int r0; r0 = READ_ONCE(*x); } P1(int *x) { WRITE_ONCE(*x, 1); }"
    unfolding = unfolded(f"C test\n{{}}\n{thread}\nfilter (0:r0=1)\nexists (true)\n")
    assert len(found(unfolding)) == 1
