"""inflight: a read that is under way while the file is emptied, sealed and given to a guest (window S1)."""

from __future__ import annotations

from explorer.program.program import ThreadSpec
from explorer.program.thread import Thread
from explorer.scenario import Case, Goal, Parameters, Scenario
from scenarios.shmem.constants import F_SEAL_INACCESSIBLE, PAGE_SIZE
from scenarios.shmem.declare import (
    PROTOCOLS,
    READER_RANGES,
    TRUNCATION_RANGES,
    UNSEALED,
    expectations,
    one_round,
    properties,
)
from scenarios.shmem.fixes import FIXES, Fix, not_applicable
from scenarios.shmem.goals import looked_up_after_seal, met_seal, returned_data
from scenarios.shmem.guest import Kvm, kvm_set_memslot
from scenarios.shmem.kernel import SWITCHES, Protocol
from scenarios.shmem.objects import File
from scenarios.shmem.syscalls import add_seals, fallocate, ftruncate
from scenarios.shmem.window import Window


async def owner(t: Thread, kvm: Kvm, file: File, size: int) -> None:
    """Turn a file in use into guest memory: empty it, seal it, grow it, hand it to KVM."""
    error = await ftruncate(t, file, 0)
    if not error:
        error = await add_seals(t, file, F_SEAL_INACCESSIBLE)
    if not error:
        error = await fallocate(t, file, 0, 0, size)
    await kvm_set_memslot(t, kvm, error)


def build(fix: str, protocol: str, parameters: Parameters) -> Case:
    window = Window.of(fix, protocol, parameters, parameters["pages"])
    kvm = Kvm()
    changes = ThreadSpec("owner", owner, (kvm, window.file, parameters["pages"] * PAGE_SIZE))
    program = window.program(changes, window.reader(parameters), kvm=kvm)
    return Case(program, properties(window.inode), _goals(window), window.landmarks)


LEAKS = {"leak", "late"}

IN_PLACE: dict[str, set[str]] = {
    # R1 and R3 come before the truncation, G1 and the lookup after the grow. The rest of the
    # read then works on the new page in good order, so no ordering of accesses helps.
    "none": LEAKS,
    "no-check": LEAKS,  # nothing stops even a read that begins after the seal
    "seal-first": LEAKS,  # the window only grows: from before R1
    "acquire-size": LEAKS,  # orders R1 before R3, which they were already
    "once-seals": LEAKS,  # likewise
    # A page found after the grow was inserted after the seal: its lookup orders the second
    # check behind the seal store. An old page in hand can still be copied late (window S3).
    "recheck": {"late"},
    "recheck-late": {"late"},  # the same check a few steps later
    # The old page stays locked until it is copied, and the truncation waits for that lock.
    "recheck-locked": set(),
    "rwsem": set(),  # the truncation waits for the read, or the read starts after it
    "invalidate-lock": set(),  # the same with another lock
    # F_ADD_SEALS, and so the grow, waits for the read; the seal is stored before that wait.
    "srcu": {"late"},
    "reader-count": {"late"},  # the grow waits for the read, the seal does not
    "guard-empty": LEAKS,  # the file is empty at the seal as it is
    "guard-pins": LEAKS,  # likewise: no page is left to be pinned
    "recheck-after-copy": LEAKS,  # the bytes are in the buffer by then
    "mmap-guard": LEAKS,  # nothing is mapped
    "new-inode": set(),  # the guest's pages are in a file that was sealed before anybody had it
}
"""What is violated where loads stay in order. Every leak is late too. Nothing is stale: the size
store of the grow comes after the seal store, with an unlock and a lock of i_rwsem between.
"""

ONE_PAGE = {
    # R3 may take effect before the seal and R1 after the grow, unless something keeps them in order ...
    fix: {"stale"}
    for fix in (
        "none",
        "once-seals",
        "recheck",
        "recheck-late",
        "recheck-locked",
        "guard-empty",
        "guard-pins",
        "recheck-after-copy",
        "mmap-guard",
    )
    # ... as acquire-size does, or the grow waits for a read that found no seal (srcu, reader-count, the locks).
    # seal-first has no seal check after R1.
}
"""What is violated besides in a read of one page where loads are not kept in order."""

WEAK = {**ONE_PAGE, "seal-first": {"stale"}}
"""The same of two pages: nothing orders the R3 of a second page behind the R1 of a first one that is a hole."""

RACY = {"reader-count": {*LEAKS, "stale"}, "srcu": {"late", "stale"}}
"""Under lkmm a plain R3 and a plain A9 race: that R3 missed the seal orders nothing, so neither the grace
period nor the count need wait for that read. But a section that finds a new page (G2b, marked) sees what
followed the grace period, so it begins after it, and R3, however plain, sees the seal that came before:
with srcu nothing leaks, and what is late is an old page. With once-seals both wait.
"""

CREATED = {
    "none": set[str](),
    "seal-first": set[str](),
    "no-check": LEAKS,
    "create-time": set[str](),
}
"""P1: who has the descriptor sees the seal."""


def _goals(window: Window) -> tuple[Goal, ...]:
    inode, kernel = window.inode, window.kernel
    if kernel.protocol is Protocol.P0:
        return (returned_data(inode),)
    if window.fd is not None and Fix.NO_CHECK not in kernel:
        return (met_seal(inode),)
    closed = {Fix(name) for name, violated in IN_PLACE.items() if "leak" not in violated}
    if kernel.parts & closed:
        return returned_data(inode), met_seal(inode)
    return (looked_up_after_seal(inode),)


INFLIGHT = Scenario(
    name="inflight",
    title="a read under way while its file is emptied, sealed, grown and written by a guest",
    text=(
        "The owner truncates a file in use to 0, adds F_SEAL_INACCESSIBLE, grows the file again and hands it to KVM; "
        "the guest writes to every page. A read that passed the seal check before the truncation finds the new pages "
        "and copies what the guest wrote: window S1, open under sequential consistency."
    ),
    fixes=FIXES,
    protocols=PROTOCOLS,
    parameters={"pages": 2, "passes": 2, "pos": 0, "count": 2 * PAGE_SIZE},
    small={"pages": 1, "passes": 1, "pos": 0, "count": PAGE_SIZE},
    build=build,
    switches=SWITCHES,
    combine=True,
    not_applicable=not_applicable,
    expected=expectations(IN_PLACE, WEAK, lkmm=RACY, p0=UNSEALED, p1=CREATED),
    expected_small=one_round(IN_PLACE, "seal-first"),
    ranges=READER_RANGES | TRUNCATION_RANGES,
)
