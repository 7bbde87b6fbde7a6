"""lingering-page: a read holds a page that the truncation has taken out of the file (window S3)."""

from __future__ import annotations

from explorer.program.program import Program, ThreadSpec
from explorer.program.thread import Thread
from explorer.scenario import Case, Goal, Parameters, Scenario
from scenarios.shmem.constants import F_SEAL_INACCESSIBLE, PAGE_SIZE
from scenarios.shmem.declare import PROTOCOL, READER_RANGES, TRUNCATION_RANGES, expectations, properties, reader
from scenarios.shmem.fixes import FIXES, Fix
from scenarios.shmem.goals import copied_beyond_end, lingered, met_seal, returned_data
from scenarios.shmem.objects import Inode
from scenarios.shmem.seals import memfd_add_seals
from scenarios.shmem.truncate import do_truncate


async def owner(t: Thread, inode: Inode, passes: int) -> None:
    """Empty a file in use and seal it."""
    error = await do_truncate(t, inode, 0, passes)
    if error:
        return
    await memfd_add_seals(t, inode, F_SEAL_INACCESSIBLE)


def build(fix: str, _protocol: str, parameters: Parameters) -> Case:
    variant = Fix(fix)
    pages = parameters["pages"]
    inode = Inode(pages, pages, acquire_size=variant is Fix.ACQUIRE_SIZE)
    program = Program(
        (
            ThreadSpec("owner", owner, (inode, parameters["passes"])),
            reader(inode, variant, parameters),
        )
    )
    return Case(program, properties(inode), _goals(inode, variant, parameters))


def _goals(inode: Inode, variant: Fix, parameters: Parameters) -> tuple[Goal, ...]:
    if variant is Fix.RWSEM:
        return returned_data(inode), met_seal(inode)
    first, end = parameters["pos"] // PAGE_SIZE, -(-(parameters["pos"] + parameters["count"]) // PAGE_SIZE)
    held = tuple(lingered(page) for page in inode.cached[first:end])
    beyond = tuple(copied_beyond_end(inode, page) for page in inode.cached[max(first, 1) : end])
    return held + beyond


# After R6 nothing is looked at again but the size (R7). For page 0 that must still be the old
# one; a page further on is copied whatever it is (R8 compares for equality only). The old
# bytes come out after the seal: late, but no leak, because the guard made the owner empty the
# file, which detached the page from everything that the guest can reach.
EXPECTED = expectations(
    {
        Fix.NONE: {"late"},
        Fix.ACQUIRE_SIZE: {"late"},
        Fix.RECHECK: {"late"},  # the second check comes before the window
        Fix.RWSEM: set(),  # the truncation waits until the copy is done
    },
    {
        # No size is stored after the seal, so none can be stale.
        Fix.NONE: {"late"},
        Fix.ACQUIRE_SIZE: {"late"},
        Fix.RECHECK: {"late"},
        Fix.RWSEM: set(),
    },
)

LINGERING_PAGE = Scenario(
    name="lingering-page",
    title="a read that holds a page while the truncation detaches it and the file is sealed",
    text=(
        "A read has looked a page up and unlocked it, and stalls before the copy. The owner truncates the file to 0 "
        "and seals it; the read still returns the old page's bytes. Page 0 must have passed R7 first, "
        "page 1 need not: a page beyond the end is not noticed there. Window S3: late, not a leak."
    ),
    fixes=FIXES,
    protocols=(PROTOCOL,),
    parameters={"pages": 2, "passes": 2, "pos": 0, "count": 2 * PAGE_SIZE},
    small={"pages": 1, "passes": 1, "pos": 0, "count": PAGE_SIZE},
    build=build,
    expected=EXPECTED,
    ranges=READER_RANGES | TRUNCATION_RANGES,
)
