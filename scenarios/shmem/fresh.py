"""fresh: a read at any time around seal, grow and guest write of a file that starts empty."""

from __future__ import annotations

from explorer.program.program import Program, ThreadSpec
from explorer.program.thread import Thread
from explorer.scenario import Case, Parameters, Scenario
from scenarios.shmem.constants import F_SEAL_INACCESSIBLE, PAGE_SIZE
from scenarios.shmem.declare import PROTOCOL, READER_RANGES, expectations, properties, reader
from scenarios.shmem.fallocate import shmem_fallocate
from scenarios.shmem.fixes import FIXES, Fix
from scenarios.shmem.goals import found_empty, looked_up_after_seal, met_seal
from scenarios.shmem.guest import Kvm, guest, kvm_set_memslot
from scenarios.shmem.objects import Inode
from scenarios.shmem.seals import memfd_add_seals


async def owner(t: Thread, kvm: Kvm, inode: Inode, size: int) -> None:
    """Turn a new file into guest memory: seal it, grow it, hand it to KVM."""
    error = await memfd_add_seals(t, inode, F_SEAL_INACCESSIBLE)
    if error:
        return
    error = await shmem_fallocate(t, inode, 0, size)
    if error:
        return
    await kvm_set_memslot(t, kvm)


def build(fix: str, _protocol: str, parameters: Parameters) -> Case:
    variant = Fix(fix)
    pages = parameters["pages"]
    inode = Inode(pages, 0, acquire_size=variant is Fix.ACQUIRE_SIZE)
    kvm = Kvm()
    program = Program(
        (
            ThreadSpec("owner", owner, (kvm, inode, pages * PAGE_SIZE)),
            ThreadSpec("guest", guest, (kvm, inode, pages)),
            reader(inode, variant, parameters),
        )
    )
    # Every byte of this file is written after the seal, so no form that is right returns data.
    if variant in (Fix.NO_CHECK, Fix.SEAL_FIRST):
        return Case(program, properties(inode), (looked_up_after_seal(inode),))
    return Case(program, properties(inode), (found_empty(inode), met_seal(inode)))


# What the patch's comment claims. A read gets beyond R4 only if R1 saw the grown size, which
# was stored after the seal; R3 comes after R1, so it sees the seal. That needs loads in order,
# and stores of the owner (it unlocks and locks i_rwsem between the two): sc, tso and pso give both.
EXPECTED = expectations(
    {
        Fix.NO_CHECK: {"leak", "late"},  # any read after the guest's write returns it
        Fix.NONE: set(),
        Fix.SEAL_FIRST: {"leak", "late"},  # R3 before the seal, R1 after the grow
        Fix.ACQUIRE_SIZE: set(),
        Fix.RECHECK: set(),
        Fix.RWSEM: set(),
    },
    {
        Fix.NO_CHECK: {"leak", "late"},
        # R3 may come before the seal and R1 after the grow.
        Fix.NONE: {"leak", "late", "stale"},
        # With a second pass SEAL_FIRST is stale too: nothing orders its R3 behind the first pass's R1.
        Fix.ACQUIRE_SIZE: set(),
        # As with NONE, but the second check comes behind the lookup (G2d), which sees the seal.
        Fix.RECHECK: {"stale"},
        Fix.RWSEM: set(),
    },
)

FRESH = Scenario(
    name="fresh",
    title="a read starting at any time around seal, grow and guest write of an empty file",
    text=(
        "The file starts empty and without pages; the owner adds F_SEAL_INACCESSIBLE, grows the file and hands it to "
        "KVM, and the guest writes to every page. This is the case that the comment in the patch argues about: the "
        "seal is checked after the size, so a read that sees the grown size sees the seal."
    ),
    fixes=FIXES,
    protocols=(PROTOCOL,),
    parameters={"pages": 2, "pos": 0, "count": 2 * PAGE_SIZE},
    small={"pages": 1, "pos": 0, "count": PAGE_SIZE},
    build=build,
    expected=EXPECTED,
    ranges=READER_RANGES,
)
