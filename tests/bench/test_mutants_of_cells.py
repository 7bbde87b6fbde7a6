"""``python -m bench.mutants``: which cells it takes, and what it says of one."""

from __future__ import annotations

from bench.mutants import Cell, cells, line_of


def test_the_cells_are_those_that_are_declared_to_hold() -> None:
    """Of lingering-page: the README has HOLDS for recheck-locked, rwsem, invalidate-lock and new-inode."""
    found = list(cells(("lingering-page",), ("sc",), 20.0, stores=False))
    assert [cell.fix for cell in found] == ["recheck-locked", "rwsem", "invalidate-lock", "new-inode"]
    assert {cell.protocol for cell in found} == {"P2"}


def test_a_line_says_how_many_elements_each_property_needs() -> None:
    """See tests/scenarios/shmem/test_needed_elements.py: written needs the check of the seals alone."""
    line, whole = line_of(Cell("seal-write", "P2", "rwsem", ("sc",), 20.0, stores=False))
    assert line.startswith("seal-write      rwsem               14 elements  written 1  (")
    assert whole
