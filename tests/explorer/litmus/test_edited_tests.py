"""Edits of litmus tests are made to the text, and leave the rest of it as it is."""

from __future__ import annotations

import pytest

from explorer.execution.kinds import Tag
from explorer.litmus.edited import can_be_written, edited_access, edited_text
from explorer.litmus.expand import expand
from explorer.litmus.macros import operations
from explorer.litmus.parsed import parsed_test
from explorer.litmus.source import Source
from explorer.litmus.unfold import LitmusUnfolding
from explorer.program.edits import EditRefused, Insert, Reorder
from explorer.program.sites import Site, sites_of, unfold_all
from explorer.program.thread import ACQUIRE, FULL, ONCE, RELEASE

TEXT = """C edited

{}

P0(int *x, int *y, int *z)
{
	*x = 1;	/* plain */
	int r0 = xchg_acquire(z, 1);
	WRITE_ONCE(*y, r0 + 1);
}

P1(int *x, int *y)
{
	int r0 = READ_ONCE(*y);

	if (r0)
		r0 = *x;
}

exists (1:r0=0)
"""
SOURCE = Source("edited.litmus", TEXT)
TEST = parsed_test(SOURCE, keep=False)


def sites() -> dict[int, Site]:
    """The site of each line."""
    unfolding = LitmusUnfolding(expand(TEST, operations()))
    unfold_all(unfolding)
    return {site.line: site for site in sites_of(unfolding)}


def changed(*edits: Reorder | Insert) -> list[str]:
    """The lines that edits have changed or added, without their indentation."""
    text = edited_text(TEST, SOURCE, edits)
    parsed_test(Source("again.litmus", text), keep=False)
    before = TEXT.splitlines()
    return [line.strip() for line in text.splitlines() if line not in before]


def test_without_edits_the_text_stays() -> None:
    assert edited_text(TEST, SOURCE, []) == TEXT


def test_orderings_take_the_operation_that_has_them() -> None:
    at = sites()
    assert changed(Reorder(at[7], ONCE)) == ["WRITE_ONCE(*x, 1);	/* plain */"]
    assert changed(Reorder(at[7], RELEASE)) == ["smp_store_release(x, 1);	/* plain */"]
    assert changed(Reorder(at[8], FULL)) == ["int r0 = xchg(z, 1);"]
    assert changed(Reorder(at[8], ONCE)) == ["int r0 = xchg_relaxed(z, 1);"]
    assert changed(Reorder(at[9], RELEASE)) == ["smp_store_release(y, r0 + 1);"]
    assert changed(Reorder(at[14], ACQUIRE)) == ["int r0 = smp_load_acquire(y);"]
    assert changed(Reorder(at[17], ONCE)) == ["r0 = READ_ONCE(*x);"]
    assert changed(Reorder(at[17], ACQUIRE)) == ["r0 = smp_load_acquire(x);"]


def test_a_fence_has_a_line_of_its_own_and_braces_where_it_is_in_an_arm() -> None:
    at = sites()
    assert changed(Insert(at[9], Tag.WMB)) == ["smp_wmb();"]
    assert changed(Insert(at[8], Tag.MB)) == ["smp_mb();"]
    assert changed(Insert(at[17], Tag.RMB)) == ["{ smp_rmb(); r0 = *x; }"]
    assert changed(Insert(at[7], Tag.WMB), Reorder(at[7], ONCE)) == ["smp_wmb();", "WRITE_ONCE(*x, 1);	/* plain */"]
    assert changed(Insert(at[17], Tag.RMB), Reorder(at[17], ACQUIRE)) == ["{ smp_rmb(); r0 = smp_load_acquire(x); }"]


def test_one_access_is_told_as_it_is_written() -> None:
    at = sites()
    assert edited_access(TEST, SOURCE, Reorder(at[7], RELEASE)) == "smp_store_release(x, 1)"
    assert edited_access(TEST, SOURCE, Reorder(at[14], ACQUIRE)) == "smp_load_acquire(y)"


def test_what_no_operation_does_is_refused() -> None:
    at, known = sites(), operations().keys()
    assert can_be_written(TEST, Reorder(at[8], RELEASE), known)
    # Kept from the operations, as a model's own macro file may not have it.
    assert not can_be_written(TEST, Reorder(at[8], RELEASE), known - {"xchg_release"})
    gone = Site("edited.litmus", 40, "READ_ONCE(*y)", at[14].does)
    assert not can_be_written(TEST, Insert(gone, Tag.MB), known)
    with pytest.raises(EditRefused, match=r"edited\.litmus:40: READ_ONCE\(\*y\) cannot be edited"):
        edited_text(TEST, SOURCE, [Insert(gone, Tag.MB)])
