"""getpage-stall: a read that is past every look at the size when its file becomes guest memory (window S2)."""

from __future__ import annotations

from explorer.program.program import ThreadSpec
from explorer.scenario import Case, Goal, Parameters, Scenario
from scenarios.shmem.constants import PAGE_SIZE
from scenarios.shmem.declare import (
    PROTOCOLS,
    READER_RANGES,
    TRUNCATION_RANGES,
    UNSEALED,
    expectations,
    properties,
)
from scenarios.shmem.fixes import FIXES, Fix, not_applicable
from scenarios.shmem.goals import (
    looked_up_after_seal,
    met_seal,
    returned_data,
    stalled_at_page_lock,
    stalled_before_lookup,
)
from scenarios.shmem.guest import Kvm
from scenarios.shmem.inflight import owner
from scenarios.shmem.kernel import SWITCHES, Hunk, Protocol
from scenarios.shmem.window import Window


def build(fix: str, protocol: str, parameters: Parameters) -> Case:
    """The threads of inflight; what is asked is how a read gets in behind G1."""
    window = Window.of(fix, protocol, parameters, parameters["pages"])
    kvm = Kvm()
    changes = ThreadSpec("owner", owner, (kvm, window.file, parameters["pages"] * PAGE_SIZE))
    program = window.program(changes, window.reader(parameters), kvm=kvm)
    return Case(program, properties(window.inode), _goals(window))


_NOT_ENTERED = frozenset({Fix.RWSEM, Fix.INVALIDATE_LOCK, Fix.SRCU, Fix.READER_COUNT})
"""Fixes with which a read that is past G1 ends before the file grows again."""


def _goals(window: Window) -> tuple[Goal, ...]:
    inode, kernel = window.inode, window.kernel
    if kernel.protocol is Protocol.P0:
        return (returned_data(inode),)
    if window.fd is not None:
        return (met_seal(inode) if Hunk.READ_ITER in kernel else looked_up_after_seal(inode),)
    if kernel.parts & _NOT_ENTERED:
        return returned_data(inode), met_seal(inode)
    ways = stalled_before_lookup(inode), stalled_at_page_lock(inode)
    return (*ways, met_seal(inode)) if kernel.parts & {Fix.RECHECK, Fix.RECHECK_LATE, Fix.RECHECK_LOCKED} else ways


LEAKS = {"leak", "late"}

IN_PLACE: dict[str, set[str]] = {
    # Behind G1 no size and no seal is looked at before R7, which the grown size passes. The page is the
    # one found by G2b, first or, where the page lock was waited for and the page gone by then, again.
    "none": LEAKS,
    "no-check": LEAKS,
    "seal-first": LEAKS,
    "acquire-size": LEAKS,  # all three loads were in order, and too early
    "once-seals": LEAKS,
    # The page found was inserted after the seal: its lookup orders the second check behind the
    # seal store. A page found before the truncation can still be copied late (window S3).
    "recheck": {"late"},
    "recheck-late": {"late"},
    # Likewise; and the page found before stays locked until it is copied, the truncation waits.
    "recheck-locked": set(),
    "rwsem": set(),  # the truncation waits for the read
    "invalidate-lock": set(),
    # The stall holds the grow up, behind the seal: the lookup finds the old page or none.
    "srcu": {"late"},
    "reader-count": {"late"},
    "guard-empty": LEAKS,  # the pages are gone as it is
    "guard-pins": LEAKS,  # likewise; the page that the read waits for is none of the file's any more
    "recheck-after-copy": LEAKS,  # the bytes are in the buffer by then
    "mmap-guard": LEAKS,  # nothing is mapped
    "new-inode": set(),  # the lookup is in the old file, the guest's pages are in the new one
}
"""What is violated where loads stay in order: as in inflight, whose stall lies before G1, since nothing
tells a read that stalls there from one that stalls behind it.
"""

WEAK = {
    # A stale read is not one that stalls: R1 and R3 are out of order, as in fresh.
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
}

RACY = {"reader-count": {*LEAKS, "stale"}, "srcu": {"late", "stale"}}
"""Under lkmm a plain R3 and a plain A9 race: that R3 missed the seal does not make the grow wait for that read.
With once-seals it does. With srcu a read that finds the guest's page has seen the seal, as in inflight.
"""

CREATED = {"none": set[str](), "seal-first": set[str](), "no-check": LEAKS, "create-time": set[str]()}
"""P1: who has the descriptor sees the seal."""

GETPAGE_STALL = Scenario(
    name="getpage-stall",
    title="a read stalled inside shmem_getpage() while its file is emptied, sealed, grown and written by a guest",
    text=(
        "The owner and the guest of inflight, and a read that is past G1, the last look at the size before the "
        "lookup: stalled before G2, or waiting for the page lock (G2g) while the truncation takes the page away. It "
        "then looks up anew (G2h), but not from G1 on, and finds the guest's page: window S2. A size check moved into "
        "the lookup would not close it; a check of the seals behind it does."
    ),
    fixes=FIXES,
    protocols=PROTOCOLS,
    parameters={"pages": 1, "passes": 2, "pos": 0, "count": PAGE_SIZE},
    small={"pages": 1, "passes": 1, "pos": 0, "count": PAGE_SIZE},
    build=build,
    switches=SWITCHES,
    combine=True,
    not_applicable=not_applicable,
    expected=expectations(IN_PLACE, WEAK, lkmm=RACY, p0=UNSEALED, p1=CREATED),
    ranges=READER_RANGES | TRUNCATION_RANGES,
)
