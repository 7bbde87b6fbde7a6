"""What the scenarios of this folder share: the reader, the properties, the form of their expectations."""

from __future__ import annotations

from collections.abc import Mapping

from explorer.program.errors import ScenarioError
from explorer.program.program import ThreadSpec
from explorer.property import Property
from explorer.scenario import Parameters
from scenarios.shmem.constants import PAGE_SHIFT, PAGE_SIZE
from scenarios.shmem.fixes import Fix
from scenarios.shmem.objects import Inode
from scenarios.shmem.properties import Late, Leak, Stale
from scenarios.shmem.read import shmem_file_read_iter

PROTOCOL = "P2"
"""The seal is added to a live file with F_ADD_SEALS, behind the guard (facts, section 0)."""

ORDERED = ("sc", "tso", "pso")
"""The models that keep loads in order: a read sees what it would see with no reordering at all."""

WEAK = ("armv8", "lkmm")
"""The models that do not: R1 and R3 are two loads that nothing orders."""

PAGES = range(1, 9)
"""Pages of a file. Each adds a round to every loop; at 8 the paths alone take a quarter of a minute to lay out."""

READER_RANGES = {"pages": PAGES, "pos": range(PAGES[-1] * PAGE_SIZE), "count": range(1, PAGES[-1] * PAGE_SIZE + 1)}
"""What the sizes of a file and of a read of it can be."""

TRUNCATION_RANGES = {"passes": range(1, 3)}
"""The kernel's two passes over the pages, or the second one alone."""


def reader(inode: Inode, fix: Fix, parameters: Parameters) -> ThreadSpec:
    """The reading thread: ``count`` bytes at ``pos``.

    Raises ScenarioError when that reaches beyond the page cache that the scenario has.
    """
    pos, count = parameters["pos"], parameters["count"]
    capacity = len(inode.i_mapping.i_pages) * PAGE_SIZE
    if pos < 0 or count < 1 or pos + count > capacity:
        raise ScenarioError(
            f"a read of {count} bytes at {pos} does not fit a file of {capacity} bytes",
            advice=f"keep pos + count within pages * {PAGE_SIZE} (1 page is 1 << {PAGE_SHIFT} bytes)",
        )
    return ThreadSpec("reader", shmem_file_read_iter, (inode, pos, count, fix))


def properties(inode: Inode) -> tuple[Property, ...]:
    """Leak, late and stale, in the order in which a table names the first one violated."""
    return Leak(inode), Late(inode), Stale(inode)


def expectations(
    ordered: Mapping[Fix, set[str]], weak: Mapping[Fix, set[str]]
) -> dict[tuple[str, str, str], frozenset[str]]:
    """Per fix the properties violated: where loads stay in order, and under models where they do not.

    ``weak`` leaves out what differs between the sizes of a scenario.
    """
    return {
        (PROTOCOL, fix.value, model): frozenset(names)
        for violated, models in ((ordered, ORDERED), (weak, WEAK))
        for fix, names in violated.items()
        for model in models
    }
