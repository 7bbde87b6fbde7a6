"""lingering-page: a read holds a page that the truncation has taken out of the file (window S3)."""

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
    properties,
)
from scenarios.shmem.fixes import FIXES, Fix, not_applicable
from scenarios.shmem.goals import copied_beyond_end, found_empty, lingered, met_seal, returned_data
from scenarios.shmem.kernel import SWITCHES, Hunk, Protocol
from scenarios.shmem.objects import File
from scenarios.shmem.syscalls import add_seals, ftruncate
from scenarios.shmem.window import Window


async def owner(t: Thread, file: File) -> None:
    """Empty a file in use and seal it."""
    error = await ftruncate(t, file, 0)
    if not error:
        await add_seals(t, file, F_SEAL_INACCESSIBLE)


def build(fix: str, protocol: str, parameters: Parameters) -> Case:
    window = Window.of(fix, protocol, parameters, parameters["pages"])
    program = window.program(ThreadSpec("owner", owner, (window.file,)), window.reader(parameters))
    return Case(program, properties(window.inode), _goals(window, parameters), window.landmarks)


def _goals(window: Window, parameters: Parameters) -> tuple[Goal, ...]:
    inode, kernel = window.inode, window.kernel
    if kernel.protocol is Protocol.P0:
        return (returned_data(inode),)
    if window.fd is not None:
        return (met_seal(inode) if Hunk.READ_ITER in kernel else found_empty(inode),)
    if kernel.parts & {Fix.RWSEM, Fix.INVALIDATE_LOCK, Fix.RECHECK_LOCKED}:
        return returned_data(inode), met_seal(inode)
    first, end = parameters["pos"] // PAGE_SIZE, -(-(parameters["pos"] + parameters["count"]) // PAGE_SIZE)
    held = tuple(lingered(page) for page in inode.cached[first:end])
    beyond = tuple(copied_beyond_end(inode, page) for page in inode.cached[max(first, 1) : end])
    return held + beyond


# After R6 nothing is looked at again but the size (R7). For page 0 that must still be the old
# one; a page further on is copied whatever it is (R8 compares for equality only). The old
# bytes come out after the seal: late, but no leak, because the guard made the owner empty the
# file, which detached the page from everything that the guest can reach.
# No size is stored after the seal, so none can be stale, under any model.
IN_PLACE = {fix: {"late"} for fix in FIXES} | {
    # The truncation waits until the copy is done.
    "rwsem": set[str](),
    "invalidate-lock": set[str](),
    "recheck-locked": set[str](),  # for the page lock
    # The others look at the seals before the copy or after it, or wait once the seal is there.
    "new-inode": set[str](),  # another file's seal
}

CREATED = {fix: set[str]() for fix in ("none", "seal-first", "no-check", "create-time")}
"""P1: a file that is sealed from the start, and empty."""

LINGERING_PAGE = Scenario(
    name="lingering-page",
    title="a read that holds a page while the truncation detaches it and the file is sealed",
    text=(
        "A read has looked a page up and unlocked it, and stalls before the copy. The owner truncates the file to 0 "
        "and seals it; the read still returns the old page's bytes. Page 0 must have passed R7 first, "
        "page 1 need not: a page beyond the end is not noticed there. Window S3: late, not a leak."
    ),
    fixes=FIXES,
    protocols=PROTOCOLS,
    parameters={"pages": 2, "passes": 2, "pos": 0, "count": 2 * PAGE_SIZE},
    small={"pages": 1, "passes": 1, "pos": 0, "count": PAGE_SIZE},
    build=build,
    switches=SWITCHES,
    combine=True,
    not_applicable=not_applicable,
    expected=expectations(IN_PLACE, {}, p0=UNSEALED, p1=CREATED),
    ranges=READER_RANGES | TRUNCATION_RANGES,
)
