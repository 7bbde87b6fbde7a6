"""inflight: a read that is under way while the file is emptied, sealed and given to a guest (window S1)."""

from __future__ import annotations

from explorer.program.program import Program, ThreadSpec
from explorer.program.thread import Thread
from explorer.scenario import Case, Parameters, Scenario
from scenarios.shmem.constants import F_SEAL_INACCESSIBLE, PAGE_SIZE
from scenarios.shmem.declare import PROTOCOL, READER_RANGES, TRUNCATION_RANGES, expectations, properties, reader
from scenarios.shmem.fallocate import shmem_fallocate
from scenarios.shmem.fixes import FIXES, Fix
from scenarios.shmem.goals import looked_up_after_seal, met_seal, returned_data
from scenarios.shmem.guest import Kvm, guest, kvm_set_memslot
from scenarios.shmem.objects import Inode
from scenarios.shmem.seals import memfd_add_seals
from scenarios.shmem.truncate import do_truncate


async def owner(t: Thread, kvm: Kvm, inode: Inode, size: int, passes: int) -> None:
    """Turn a file in use into guest memory: empty it, seal it, grow it, hand it to KVM."""
    error = await do_truncate(t, inode, 0, passes)
    if error:
        return
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
    inode = Inode(pages, pages, acquire_size=variant is Fix.ACQUIRE_SIZE)
    kvm = Kvm()
    program = Program(
        (
            ThreadSpec("owner", owner, (kvm, inode, pages * PAGE_SIZE, parameters["passes"])),
            ThreadSpec("guest", guest, (kvm, inode, pages)),
            reader(inode, variant, parameters),
        )
    )
    fixed = (returned_data(inode), met_seal(inode))
    goals = {Fix.RWSEM: fixed, Fix.RECHECK: fixed}.get(variant, (looked_up_after_seal(inode),))
    return Case(program, properties(inode), goals)


# Every leak is late too. Nothing is stale: sc, tso and pso keep loads in order, and the size
# store of the grow comes after the seal store, with an unlock and a lock of i_rwsem between.
EXPECTED = expectations(
    {
        Fix.NO_CHECK: {"leak", "late"},  # nothing stops even a read that begins after the seal
        # R1 and R3 come before the truncation, G1 and the lookup after the grow. The rest of the
        # read then works on the new page in good order, so no ordering of accesses helps.
        Fix.NONE: {"leak", "late"},
        Fix.SEAL_FIRST: {"leak", "late"},  # the window only grows: from before R1
        Fix.ACQUIRE_SIZE: {"leak", "late"},  # orders R1 before R3, which they were already
        # A page found after the grow was inserted after the seal: its lookup orders the second
        # check behind the seal store. An old page in hand can still be copied late (window S3).
        Fix.RECHECK: {"late"},
        Fix.RWSEM: set(),  # the truncation waits for the read, or the read starts after it
    },
    {
        Fix.NO_CHECK: {"leak", "late"},
        Fix.NONE: {"leak", "late", "stale"},  # stale as in fresh, for the size that the grow stores
        Fix.ACQUIRE_SIZE: {"leak", "late"},  # in the leak no access is out of order
        Fix.RECHECK: {"late", "stale"},
        Fix.RWSEM: set(),
    },
)

INFLIGHT = Scenario(
    name="inflight",
    title="a read under way while its file is emptied, sealed, grown and written by a guest",
    text=(
        "The owner truncates a file in use to 0, adds F_SEAL_INACCESSIBLE, grows the file again and hands it to KVM; "
        "the guest writes to every page. A read that passed the seal check before the truncation finds the new pages "
        "and copies what the guest wrote: window S1, open under sequential consistency."
    ),
    fixes=FIXES,
    protocols=(PROTOCOL,),
    parameters={"pages": 2, "passes": 2, "pos": 0, "count": 2 * PAGE_SIZE},
    small={"pages": 1, "passes": 1, "pos": 0, "count": PAGE_SIZE},
    build=build,
    expected=EXPECTED,
    ranges=READER_RANGES | TRUNCATION_RANGES,
)
