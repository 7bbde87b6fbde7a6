"""mmap-window: a mapping that passed the seal check and is linked after the seal (window S5)."""

from __future__ import annotations

from dataclasses import dataclass

from explorer.program.errors import ScenarioError
from explorer.program.program import ThreadSpec
from explorer.program.thread import Thread
from explorer.property import Property
from explorer.scenario import Case, Goal, Parameters, Scenario
from scenarios.shmem.constants import PAGE_SIZE
from scenarios.shmem.declare import PAGES, PROTOCOLS, UNSEALED, expectations, properties
from scenarios.shmem.fault import user_load
from scenarios.shmem.fixes import FIXES, Fix, not_applicable
from scenarios.shmem.fresh import owner
from scenarios.shmem.goals import guard_met_mapping, linked, met_seal_in, showed_guest_data
from scenarios.shmem.guest import Kvm, memslot_ready
from scenarios.shmem.kernel import SWITCHES, Hunk, Protocol
from scenarios.shmem.mmap import Mm, dup_mmap, move_vma, shmem_mmap, vma_link
from scenarios.shmem.objects import File, Vma
from scenarios.shmem.properties import Mapped
from scenarios.shmem.syscalls import mmap
from scenarios.shmem.window import Window

MMAP, MERGE, FORK, MREMAP = range(4)
"""What ``how`` can be: the ways in which a mapping comes about. Only mmap(2) that merges nothing calls ->mmap."""


@dataclass(frozen=True)
class Look:
    """How the mapping is made use of, once the file is guest memory."""

    kvm: Kvm
    pages: int
    around: bool


async def look_at(t: Thread, file: File, look: Look, mm: Mm, vma: Vma, index: int) -> None:
    """Load from a page of the file, once it is guest memory."""
    if await memslot_ready(t, look.kvm):
        await user_load(t, mm, file.inode, vma, index, around=look.around)


async def by_mmap(t: Thread, file: File, look: Look, mm: Mm, vma: Vma) -> None:
    """Map the file."""
    if not await mmap(t, mm, file, vma, look.pages):
        await look_at(t, file, look, mm, vma, 0)


async def by_merge(t: Thread, file: File, look: Look, mm: Mm, old: Vma, vma: Vma) -> None:
    """Map the last page of the file right behind a mapping of those before."""
    if not await mmap(t, mm, file, vma, 1, neighbour=old):
        await look_at(t, file, look, mm, old, look.pages - 1)


async def by_fork(t: Thread, file: File, look: Look, mm: Mm, child: Mm, old: Vma, vma: Vma) -> None:
    """Fork; the child looks."""
    await dup_mmap(t, mm, file.inode, old, vma)
    await look_at(t, file, look, child, vma, 0)


async def by_mremap(t: Thread, file: File, look: Look, mm: Mm, old: Vma, vma: Vma) -> None:
    """Move a mapping."""
    await move_vma(t, mm, file.inode, old, vma)
    await look_at(t, file, look, mm, vma, 0)


def build(fix: str, protocol: str, parameters: Parameters) -> Case:
    pages, how = parameters["pages"], parameters["how"]
    if how == MERGE and pages < 2:
        raise ScenarioError(
            f"how={MERGE} merges a mapping with that of the page before, and a file of one page has none",
            advice="choose --param pages=2 or more",
        )
    window = Window.of(fix, protocol, parameters, pages=0, mapped=True)
    kvm, mm = Kvm(), Mm("mm")
    look = Look(kvm, pages, bool(parameters["around"]))
    # Nobody has a mapping of a file that is only being made.
    there = 0 if how == MMAP or window.fd is not None else pages - 1 if how == MERGE else pages
    old = Vma("vma", pages, shared=True, writable=False, zapped=False, pages=there)
    vma = Vma("new vma", pages, shared=True, writable=False, zapped=False)
    window.inode.map(old, vma)
    changes = ThreadSpec("owner", owner, (kvm, window.file, pages * PAGE_SIZE))
    child = Mm("child mm")
    mapper = {
        MMAP: window.thread("mapper", by_mmap, look, mm, vma),
        MERGE: window.thread("mapper", by_merge, look, mm, old, vma),
        FORK: window.thread("mapper", by_fork, look, mm, child, old, vma),
        MREMAP: window.thread("mapper", by_mremap, look, mm, old, vma),
    }[how]
    asked: tuple[Property, ...] = (*properties(window.inode, mms=(mm, child)), Mapped(window.inode))
    return Case(window.program(changes, mapper, kvm=kvm), asked, _goals(window, how), window.landmarks)


def _goals(window: Window, how: int) -> tuple[Goal, ...]:
    inode, kernel = window.inode, window.kernel
    if window.fd is not None and kernel.protocol is not Protocol.P0:
        return (met_seal_in(inode, shmem_mmap.__name__),) if Hunk.MMAP in kernel and how in (MMAP, MERGE) else ()
    if kernel.protocol is Protocol.P0:
        return (linked(inode),)
    if how != MMAP and kernel.protocol is Protocol.P2:
        return linked(inode), guard_met_mapping(inode)
    if Fix.MMAP_GUARD in kernel:
        return linked(inode), guard_met_mapping(inode), met_seal_in(inode, vma_link.__name__)
    return (showed_guest_data(inode),)


# M2 finds the file unsealed, A8 finds the tree empty, A9 seals, M3 links: nothing is held over
# both M2 and M3 that A8 or A9 would wait for, and no access is out of order. A fault looks at
# no seal, so the mapping shows what the guest wrote, at any time later.
IN_PLACE = {fix: {"leak", "late", "mapped"} for fix in FIXES} | {
    # What changes read(2) (the checks, rwsem, srcu, reader-count), the loads of the size or of the
    # seals, or what F_ADD_SEALS finds in the page cache (guard-empty), is not on the way of mmap(2).
    # invalidate-lock keeps a fault and F_ADD_SEALS apart, but a fault after the seal is let through.
    # recheck-locked makes KVM wait for the seal, and there it is.
    "mmap-guard": set[str](),  # M3 looks at the seals again, under the lock that A8 to A9 hold
    "new-inode": set[str](),  # who has the new file sees the seal at M2
}

CREATED = {fix: set[str]() for fix in ("none", "seal-first", "no-check", "create-time")}
"""P1: who has the descriptor sees the seal at M2."""

MMAP_WINDOW = Scenario(
    name="mmap-window",
    title="a mapping whose seal check comes before the seal and which is linked after it",
    text=(
        "An mmap() has passed the seal check in shmem_mmap and is not linked yet; F_ADD_SEALS finds no mapping and an "
        "empty file, and seals; the mapping is linked. Faults look at no seal, so it shows what the guest writes, for "
        "good: window S5, open under sequential consistency. --param how=1 to 3: a merge with a neighbour, fork and "
        "mremap link a mapping without any check, but only where there is one already, and then the guard of P2 "
        "refuses to seal; without a guard (P3) they are open, too."
    ),
    fixes=FIXES,
    protocols=PROTOCOLS,
    parameters={"pages": 2, "how": MMAP, "around": 0},
    small={"pages": 1, "how": MMAP, "around": 0},
    build=build,
    switches=SWITCHES,
    combine=True,
    not_applicable=not_applicable,
    # Nothing here depends on loads being kept in order. The property stale is about a size and a
    # seal check in one read, and a fault has no seal check.
    expected=expectations(IN_PLACE, {}, p0=UNSEALED, p1=CREATED),
    ranges={"pages": PAGES, "how": range(4), "around": range(2)},
)
