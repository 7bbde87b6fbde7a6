"""preallocated: a page that is in the file before the seal and stays there (window S4)."""

from __future__ import annotations

from explorer.program.program import ThreadSpec
from explorer.program.thread import Thread
from explorer.scenario import Case, Goal, Parameters, Scenario
from scenarios.shmem.constants import F_SEAL_INACCESSIBLE, FALLOC_FL_KEEP_SIZE, PAGE_SHIFT, PAGE_SIZE
from scenarios.shmem.declare import (
    PROTOCOLS,
    READER_RANGES,
    TRUNCATION_RANGES,
    UNSEALED,
    expectations,
    properties,
)
from scenarios.shmem.fixes import FIXES, Fix, not_applicable
from scenarios.shmem.goals import held_preallocated, looked_up_after_seal, met_seal, returned_data
from scenarios.shmem.guest import Kvm, kvm_set_memslot
from scenarios.shmem.inflight import CREATED, ONE_PAGE, RACY
from scenarios.shmem.kernel import SWITCHES, Hunk, Protocol
from scenarios.shmem.objects import File
from scenarios.shmem.syscalls import add_seals, fallocate, ftruncate
from scenarios.shmem.window import Window


async def owner(t: Thread, kvm: Kvm, file: File, start: int, size: int) -> None:
    """Empty a file in use, preallocate pages beyond the end, seal it, grow it over them, hand it to KVM.

    The first fallocate(2) inserts the pages, the second clears them and makes them uptodate.
    """
    error = await ftruncate(t, file, 0)
    if not error:
        error = await fallocate(t, file, FALLOC_FL_KEEP_SIZE, start, size - start)
    if not error:
        error = await fallocate(t, file, FALLOC_FL_KEEP_SIZE, start, size - start)
    if not error:
        error = await add_seals(t, file, F_SEAL_INACCESSIBLE)
    if not error:
        error = await ftruncate(t, file, size)
    await kvm_set_memslot(t, kvm, error)


def build(fix: str, protocol: str, parameters: Parameters) -> Case:
    """Pages before the first one that is read are neither preallocated nor written to: they are holes in the end."""
    window = Window.of(fix, protocol, parameters, parameters["pages"])
    kvm = Kvm()
    first = parameters["pos"] >> PAGE_SHIFT
    changes = ThreadSpec("owner", owner, (kvm, window.file, first << PAGE_SHIFT, parameters["pages"] << PAGE_SHIFT))
    program = window.program(changes, window.reader(parameters), kvm=kvm, first=first)
    return Case(program, properties(window.inode), _goals(window), window.landmarks)


# A fix that does not let a read hold a page from before the seal while the file is sealed.
_NOT_ENTERED = frozenset({Fix.RWSEM, Fix.INVALIDATE_LOCK})

_CLOSED = frozenset({Fix.RECHECK_LOCKED, Fix.SRCU, Fix.READER_COUNT, Fix.GUARD_EMPTY})


def _goals(window: Window) -> tuple[Goal, ...]:
    inode, kernel = window.inode, window.kernel
    if kernel.protocol is Protocol.P0:
        return (returned_data(inode),)
    if window.fd is not None:
        return (met_seal(inode) if Hunk.READ_ITER in kernel else looked_up_after_seal(inode),)
    if kernel.parts & _NOT_ENTERED:
        return returned_data(inode), met_seal(inode)
    if kernel.parts & _CLOSED:
        return held_preallocated(inode), met_seal(inode)
    return (held_preallocated(inode),)


LEAKS = {"leak", "late"}

IN_PLACE: dict[str, set[str]] = {
    # R1, R3 and G1 come before the truncation. The lookup finds the preallocated page, which is
    # uptodate and not beyond the size that the read knows; then the seal, the grow, the guest's store; then the copy.
    "none": LEAKS,
    "no-check": LEAKS,
    "seal-first": LEAKS,
    "acquire-size": LEAKS,  # no access is out of order
    "once-seals": LEAKS,  # likewise
    # What closes inflight does not help here: the page was there before the seal, so the second
    # check can come before it too, and the guest's store is to the very page that passed it.
    "recheck": LEAKS,
    # The same after R7. Page 0 is safe from it where loads stay in order: R7 finds the file empty until
    # it is grown, and then the check finds the seal. Page 1 is not: R8 does not notice a size below it.
    "recheck-late": LEAKS,
    "recheck-after-copy": LEAKS,  # the bytes are in the buffer by then
    # The guest gets the page after the read has unlocked it, and that is after the copy. Late all the
    # same: no truncation stands between this page and the seal, so nothing waits for the lock.
    "recheck-locked": {"late"},
    "rwsem": set(),  # the truncation waits for the read, or the read starts after it and finds nothing
    "invalidate-lock": set(),  # the same with another lock
    # The grow waits for the read, whose bytes are zeros till then; the seal itself is not held up.
    "srcu": {"late"},
    "reader-count": {"late"},
    # The guard drops the pages, so the page in hand is not one that the guest can reach: window S3 is what is left.
    "guard-empty": {"late"},
    # A read that holds the page stops the seal (-EBUSY), one that takes its reference (G2d) later is not seen. Most
    # of those a second check would stop; not those that take it between A7 and A9 (test_preallocated).
    "guard-pins": LEAKS,
    "mmap-guard": LEAKS,  # nothing is mapped
    "new-inode": set(),  # the guest's pages are in a file that was sealed before anybody had it
}
"""What is violated where loads stay in order. Every leak is late too. Nothing is stale: the size
store of the grow comes after the seal store, with an unlock and a lock of i_rwsem between.
"""

# Where loads are not in order, R1 of the grown size and R3 from before the seal make it stale with the
# fixes with which inflight is (ONE_PAGE). Under lkmm a plain R3 and a plain A9 race, as there (RACY). With srcu
# nothing leaks even so: the guest takes and drops a reference of the page before it stores (K1, K3), the
# read drops its own after the copy. If that is the earlier one, the copy comes before the store; if not,
# the section has seen what followed the grace period, so it begins after it, and R3 sees the seal. Under P1
# the file is empty when it is sealed (CREATED).

PREALLOCATED = Scenario(
    name="preallocated",
    title="a page preallocated beyond the end before the seal, which the guest then writes to",
    text=(
        "The owner truncates a file in use to 0 and preallocates a page with FALLOC_FL_KEEP_SIZE, twice: the size "
        "stays 0, but the page is there and uptodate. The guard of F_ADD_SEALS looks at the size alone. A read that "
        "passed its checks before the truncation takes this page, and checking the seals again does not stop it; then "
        "come the seal, the grow, and the guest's store into the page that the read copies: window S4. It is page 1, "
        "which R8 lets through whatever the size (up to v6.12)."
    ),
    fixes=FIXES,
    protocols=PROTOCOLS,
    parameters={"pages": 2, "passes": 2, "pos": PAGE_SIZE, "count": PAGE_SIZE},
    small={"pages": 2, "passes": 1, "pos": PAGE_SIZE, "count": PAGE_SIZE},
    build=build,
    switches=SWITCHES,
    combine=True,
    not_applicable=not_applicable,
    expected=expectations(IN_PLACE, ONE_PAGE, lkmm=RACY, p0=UNSEALED, p1=CREATED),
    ranges=READER_RANGES | TRUNCATION_RANGES,
)
