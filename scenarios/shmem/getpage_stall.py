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
from scenarios.shmem.inflight import CREATED, IN_PLACE, ONE_PAGE, RACY, owner
from scenarios.shmem.kernel import SWITCHES, Hunk, Protocol
from scenarios.shmem.window import Window


def build(fix: str, protocol: str, parameters: Parameters) -> Case:
    """The threads of inflight; what is asked is how a read gets in behind G1."""
    window = Window.of(fix, protocol, parameters, parameters["pages"])
    kvm = Kvm()
    changes = ThreadSpec("owner", owner, (kvm, window.file, parameters["pages"] * PAGE_SIZE))
    program = window.program(changes, window.reader(parameters), kvm=kvm)
    return Case(program, properties(window.inode), _goals(window), window.landmarks)


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


# The program of inflight breaks what it breaks there: behind G1 no size and no seal is looked at before R7,
# which the grown size passes, so nothing tells a read that stalls there from one that stalls before it.
# The page is the one found by G2b, first or, where the page lock was waited for and the page gone by then, again.

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
    expected=expectations(IN_PLACE, ONE_PAGE, lkmm=RACY, p0=UNSEALED, p1=CREATED),
    ranges=READER_RANGES | TRUNCATION_RANGES,
)
