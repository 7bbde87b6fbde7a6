"""masked-eperm: a read that meets the seal after some pages, and returns their bytes instead of -EPERM (window S7)."""

from __future__ import annotations

from explorer.execution.location import Location
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
    properties,
)
from scenarios.shmem.fixes import FIXES, Fix, not_applicable
from scenarios.shmem.goals import found_empty, met_seal, met_seal_midway, returned_data
from scenarios.shmem.kernel import SWITCHES, Hunk, Protocol
from scenarios.shmem.objects import File
from scenarios.shmem.properties import Masked
from scenarios.shmem.syscalls import add_seals, ftruncate
from scenarios.shmem.window import Window


async def owner(t: Thread, file: File, guarded: bool) -> None:
    """Seal a file in use; where the guard wants that (P2), empty it first."""
    error = await ftruncate(t, file, 0) if guarded else 0
    if not error:
        await add_seals(t, file, F_SEAL_INACCESSIBLE)


def build(fix: str, protocol: str, parameters: Parameters) -> Case:
    window = Window.of(fix, protocol, parameters, parameters["pages"])
    result = Location("return value")
    changes = ThreadSpec("owner", owner, (window.file, window.kernel.protocol is Protocol.P2))
    program = window.program(changes, window.reader(parameters, result))
    return Case(
        program,
        (*properties(window.inode), Masked(window.inode, result)),
        _goals(window),
        window.landmarks,
    )


def _goals(window: Window) -> tuple[Goal, ...]:
    inode, kernel = window.inode, window.kernel
    if kernel.protocol is Protocol.P0:
        return (returned_data(inode),)
    if window.fd is not None:
        return (met_seal(inode) if Hunk.READ_ITER in kernel else found_empty(inode),)
    if Hunk.READ_ITER not in kernel:
        return (returned_data(inode),)
    if kernel.parts & {Fix.RWSEM, Fix.INVALIDATE_LOCK}:
        return returned_data(inode), met_seal(inode)
    return (met_seal_midway(inode),)


# Page 0 is copied, then the seal is set, then R3 of page 1 meets it: R11 returns what has been
# read so far. Under P2 the owner has to empty the file before; page 1 has passed R1 and R2 then.
# Late besides, as any copy that comes after the check before it.
IN_PLACE = {fix: {"late", "masked"} for fix in FIXES} | {
    "no-check": {"late"},  # no read meets the seal
    # The seal is set before the whole read or after it.
    "rwsem": set[str](),
    "invalidate-lock": set[str](),
    # The truncation waits for the page lock, so a copy comes before it, and before the seal; the next page still
    # meets the seal.
    "recheck-locked": {"masked"},
    "new-inode": set[str](),  # a read of that file meets the seal at its first page
}
"""What is violated under P2, whatever the model: each of it takes loads in order only, and no size is stored after
the seal, so none is stale.
"""

NO_GUARD = {
    "recheck-locked": {"late", "masked"},  # nothing is truncated, so nothing waits for the page lock
}
"""Where P3 differs: the file keeps its pages."""

CREATED = {fix: set[str]() for fix in ("none", "seal-first", "no-check", "create-time")}
"""P1: a file that is sealed from the start, and empty."""

MASKED_EPERM = Scenario(
    name="masked-eperm",
    title="a read of two pages between which the file is sealed",
    text=(
        "A read has copied page 0 when the seal is set, and meets it at page 1: the call returns 4096, and no error. "
        "That is how read(2) reports an error after some bytes (retval ? retval : error), and no breach of the seal: "
        "the bytes are those of page 0, which the check had let through. A caller that wants to know must read on. "
        "Window S7."
    ),
    fixes=FIXES,
    protocols=PROTOCOLS,
    parameters={"pages": 2, "passes": 2, "pos": 0, "count": 2 * PAGE_SIZE},
    small={"pages": 2, "passes": 1, "pos": 0, "count": 2 * PAGE_SIZE},
    build=build,
    switches=SWITCHES,
    combine=True,
    not_applicable=not_applicable,
    expected=expectations(IN_PLACE, {}, p0=UNSEALED, p1=CREATED, p3=NO_GUARD),
    ranges=READER_RANGES | TRUNCATION_RANGES,
)
