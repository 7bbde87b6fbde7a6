"""What the scenarios of this folder declare alike: properties, sizes, the form of their expectations."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from explorer.property import Property
from scenarios.shmem.constants import PAGE_SIZE
from scenarios.shmem.file_properties import Pages, Shrunk, SizeCache
from scenarios.shmem.fixes import BROKEN, FIXES, NONE, not_applicable
from scenarios.shmem.lock_classes import kernel_lock_order
from scenarios.shmem.mmap import Mm
from scenarios.shmem.objects import Inode
from scenarios.shmem.properties import Late, Leak, Stale
from scenarios.shmem.splice import Pipe

PROTOCOL = "P2"
"""The default: the seal is added to a live file with F_ADD_SEALS, behind the guard (facts, section 0)."""

PROTOCOLS = (PROTOCOL, "P0", "P1", "P3")

ORDERED = ("sc", "tso", "pso")
"""The models that keep loads in order: a read sees what it would see with no reordering at all."""

WEAK = ("armv8", "lkmm")
"""The models that do not: R1 and R3 are two loads that nothing orders."""

MODELS = (*ORDERED, *WEAK)

PAGES = range(1, 9)
"""Pages of a file. Each adds a round to every loop; at 8 the paths alone take a quarter of a minute to lay out."""

READER_RANGES = {"pages": PAGES, "pos": range(PAGES[-1] * PAGE_SIZE), "count": range(1, PAGES[-1] * PAGE_SIZE + 1)}
"""What the sizes of a file and of a read of it can be."""

TRUNCATION_RANGES = {"passes": range(1, 3)}
"""The kernel's two passes over the pages, or the second one alone."""

Expected = Mapping[tuple[str, str, str], frozenset[str]]

NOTHING: frozenset[str] = frozenset()


def read_properties(inode: Inode) -> tuple[Property, ...]:
    """Leak, late and stale, in the order in which a table names the first one violated."""
    return Leak(inode), Late(inode), Stale(inode)


def properties(inode: Inode, mms: Sequence[Mm] = (), pipes: Sequence[Pipe] = ()) -> tuple[Property, ...]:
    """These, and what must hold of the file itself, and of who maps it or splices it."""
    others = tuple(buf for pipe in pipes for buf in pipe.bufs)
    file = Shrunk(inode), SizeCache(inode), Pages(inode, others), kernel_lock_order(inode, mms, pipes)
    return *read_properties(inode), *file


def expectations(
    in_place: Mapping[str, set[str]],
    weak: Mapping[str, set[str]],
    *,
    lkmm: Mapping[str, set[str]] | None = None,
    p0: Mapping[str, set[str]],
    p1: Mapping[str, set[str]],
    p3: Mapping[str, set[str]] | None = None,
) -> Expected:
    """The properties violated per protocol, fix and model; every combination that means something must be there.

    Args:
        in_place: per fix, what is violated under P2 and P3.
        weak: per fix, what is violated besides where loads are not kept in order.
        lkmm: the same where what plain accesses do is not promised.
        p0: the same under P0, where nothing ever is sealed.
        p1: the same under P1.
        p3: where P3 differs from P2.
    """
    besides = {"armv8": weak, "lkmm": {**weak, **(lkmm or {})}}
    tables = {"P2": in_place, "P3": {**in_place, **(p3 or {})}, "P0": p0, "P1": p1}
    return {
        (protocol, fix, model): frozenset(
            tables[protocol][fix] | (besides.get(model, {}).get(fix, set()) if protocol in ("P2", "P3") else set())
        )
        for protocol in PROTOCOLS
        for fix in FIXES
        if not_applicable(fix, protocol) is None
        for model in MODELS
    }


def one_round(in_place: Mapping[str, set[str]], fix: str) -> Expected:
    """Where a read has one page: with this fix, weak models show what the others do."""
    return {(protocol, fix, model): frozenset(in_place[fix]) for protocol in ("P2", "P3") for model in WEAK}


UNSEALED: Mapping[str, set[str]] = {name: set() for name in (NONE, *(fix.value for fix in BROKEN))}
"""P0: where no seal is ever set, nothing can be read after it."""
