"""fresh: a read at any time around seal, grow and guest write of a file that starts empty."""

from __future__ import annotations

from explorer.program.program import ThreadSpec
from explorer.program.thread import Thread
from explorer.scenario import Case, Goal, Parameters, Scenario
from scenarios.shmem.constants import F_SEAL_INACCESSIBLE, PAGE_SIZE
from scenarios.shmem.declare import PROTOCOLS, READER_RANGES, UNSEALED, expectations, one_round, properties
from scenarios.shmem.fixes import FIXES, Fix, not_applicable
from scenarios.shmem.goals import found_empty, looked_up_after_seal, met_seal
from scenarios.shmem.guest import Kvm, kvm_set_memslot
from scenarios.shmem.kernel import SWITCHES, Hunk, Protocol
from scenarios.shmem.objects import File
from scenarios.shmem.syscalls import add_seals, fallocate
from scenarios.shmem.window import Window


async def owner(t: Thread, kvm: Kvm, file: File, size: int) -> None:
    """Turn a new file into guest memory: seal it, grow it, hand it to KVM."""
    error = await add_seals(t, file, F_SEAL_INACCESSIBLE)
    if not error:
        error = await fallocate(t, file, 0, 0, size)
    await kvm_set_memslot(t, kvm, error)


def build(fix: str, protocol: str, parameters: Parameters) -> Case:
    window = Window.of(fix, protocol, parameters, pages=0)
    kvm = Kvm()
    changes = ThreadSpec("owner", owner, (kvm, window.file, parameters["pages"] * PAGE_SIZE))
    program = window.program(changes, window.reader(parameters), kvm=kvm)
    return Case(program, properties(window.inode), _goals(window), window.landmarks)


def _goals(window: Window) -> tuple[Goal, ...]:
    """Every byte of this file is written after the seal, so no form that is right returns data."""
    inode, kernel = window.inode, window.kernel
    if kernel.protocol is Protocol.P0:
        return (found_empty(inode),)
    if Hunk.READ_ITER not in kernel or (Fix.SEAL_FIRST in kernel and window.fd is None):
        return (looked_up_after_seal(inode),)
    return (met_seal(inode),) if window.fd is not None else (found_empty(inode), met_seal(inode))


LEAKS = {"leak", "late"}

# What the patch's comment claims. A read gets beyond R4 only if R1 saw the grown size, which
# was stored after the seal; R3 comes after R1, so it sees the seal. That needs loads in order,
# and stores of the owner (it unlocks and locks i_rwsem between the two): sc, tso and pso give both.
IN_PLACE = {fix: set[str]() for fix in FIXES} | {
    "no-check": LEAKS,  # any read after the guest's write returns it
    "seal-first": LEAKS,  # R3 before the seal, R1 after the grow
}

WEAK = {
    # R3 may come before the seal and R1 after the grow. What does not touch these two loads, nor
    # what follows the lookup, changes nothing.
    **{fix: {*LEAKS, "stale"} for fix in ("none", "once-seals", "guard-empty", "guard-pins", "mmap-guard")},
    "recheck-after-copy": {*LEAKS, "stale"},  # the bytes are in the buffer by then
    # A second check comes behind the lookup (G2d), which sees the seal.
    **{fix: {"stale"} for fix in ("recheck", "recheck-late", "recheck-locked")},
    # acquire-size keeps R1 before R3. A read that found no seal ends before the grow with srcu and
    # reader-count; with the locks it is over, or begins after the seal. new-inode: as under P1.
    # Nothing orders the R3 of a second page behind the R1 of a first one that is a hole.
    "seal-first": {"stale"},
}

RACY = {"reader-count": {*LEAKS, "stale"}, "srcu": {"stale"}}
"""Under lkmm a plain R3 and a plain A9 race: that R3 missed the seal orders nothing, so the section
need not be one that the grace period waits for, and the count need not be seen. But a section that finds
a page (G2b, marked) sees what followed the grace period, so it begins after it: then R3, however plain,
sees what came before, the seal. So a read that missed the seal finds no page. With once-seals both hold.
"""

CREATED = {"none": set[str](), "seal-first": set[str](), "no-check": LEAKS, "create-time": set[str]()}
"""P1: who has the descriptor sees the seal."""

FRESH = Scenario(
    name="fresh",
    title="a read starting at any time around seal, grow and guest write of an empty file",
    text=(
        "The file starts empty and without pages; the owner adds F_SEAL_INACCESSIBLE, grows the file and hands it to "
        "KVM, and the guest writes to every page. This is the case that the comment in the patch argues about: the "
        "seal is checked after the size, so a read that sees the grown size sees the seal."
    ),
    fixes=FIXES,
    protocols=PROTOCOLS,
    parameters={"pages": 2, "pos": 0, "count": 2 * PAGE_SIZE},
    small={"pages": 1, "pos": 0, "count": PAGE_SIZE},
    build=build,
    switches=SWITCHES,
    combine=True,
    not_applicable=not_applicable,
    expected=expectations(IN_PLACE, WEAK, lkmm=RACY, p0=UNSEALED, p1=CREATED),
    expected_small=one_round(IN_PLACE, "seal-first"),
    ranges=READER_RANGES,
)
