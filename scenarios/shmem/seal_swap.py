"""seal-swap: reclaim against the seal."""

from __future__ import annotations

from explorer.program.program import Program, ThreadSpec
from explorer.program.thread import Thread
from explorer.scenario import Case, Goal, Parameters, Scenario
from scenarios.shmem.constants import F_SEAL_INACCESSIBLE, FALLOC_FL_KEEP_SIZE, MFD_INACCESSIBLE, PAGE_SIZE
from scenarios.shmem.declare import PAGES, PROTOCOLS, TRUNCATION_RANGES, UNSEALED, expectations
from scenarios.shmem.fixes import FIXES, Fix, not_applicable
from scenarios.shmem.goals import met_seal_in, swapped
from scenarios.shmem.kernel import SWITCHES, Protocol
from scenarios.shmem.memfd import memfd_create
from scenarios.shmem.objects import File, Inode
from scenarios.shmem.seal_write import CREATED
from scenarios.shmem.stores import Swapped
from scenarios.shmem.swap import shmem_writepage, shrink_page_list
from scenarios.shmem.syscalls import add_seals, fallocate, ftruncate
from scenarios.shmem.window import Window

PREALLOCATED, EMPTIED, KEPT = range(3)
"""What ``how`` can be: what the owner does about the pages that the file has."""


async def owner(t: Thread, file: File, how: int, size: int) -> None:
    """Seal a file that has pages beyond its size, that had pages, or that has some."""
    if how == PREALLOCATED:
        await fallocate(t, file, FALLOC_FL_KEEP_SIZE, 0, size)
    elif how == EMPTIED:
        await ftruncate(t, file, 0)
    error = await add_seals(t, file, F_SEAL_INACCESSIBLE)
    if how == EMPTIED and not error:
        await fallocate(t, file, 0, 0, size)


async def creator(t: Thread, file: File, size: int) -> None:
    """Make a file that is sealed from the start, and its pages."""
    if not await memfd_create(t, file.inode, MFD_INACCESSIBLE):
        await fallocate(t, file, 0, 0, size)


async def reclaim(t: Thread, inode: Inode) -> None:
    """kswapd comes by the first page once."""
    await shrink_page_list(t, inode, 0)


def build(fix: str, protocol: str, parameters: Parameters) -> Case:
    pages, how = parameters["pages"], parameters["how"]
    window = Window.of(fix, protocol, parameters, pages=0 if how == PREALLOCATED else pages, swaps=True)
    changes = ThreadSpec("owner", owner, (window.file, how, pages * PAGE_SIZE))
    if window.fd is not None:
        changes = ThreadSpec("owner", creator, (window.file, pages * PAGE_SIZE))
    program = Program((changes, ThreadSpec("kswapd", reclaim, (window.inode,))))
    return Case(program, (Swapped(window.inode),), _goals(window, how), window.landmarks)


def _goals(window: Window, how: int) -> tuple[Goal, ...]:
    refused, out = met_seal_in(window.inode, shmem_writepage.__name__), swapped(window.inode)
    if window.fd is not None:
        return (refused,)
    # The guard finds the size of a file that keeps its pages; guard-empty drops the pages before the seal.
    unseen = how == KEPT and window.kernel.protocol is Protocol.P2
    if window.kernel.protocol is Protocol.P0 or unseen or (how == PREALLOCATED and Fix.GUARD_EMPTY in window.kernel):
        return (out,)
    return refused, out


# shmem_writepage looks at the seals without a lock that A9 would wait for (pair 14): O2 finds the file unsealed, A9
# seals, O5 puts the swap entry where the page was. The guard of P2 looks at the size and the mappings, and a page
# beyond the size is neither. The fixes of the read are not on this way, nor are i_rwsem and the invalidate lock.
IN_PLACE = {fix: {"swapped"} for fix in FIXES} | {
    "guard-empty": set[
        str
    ](),  # F_ADD_SEALS drops the page first, and waits for its lock, which reclaim holds from O1 to O6
    "new-inode": set[str](),  # the page was inserted after the seal: its lookup (O1) orders O2 behind that
}

SEAL_SWAP = Scenario(
    name="seal-swap",
    title="reclaim that looked at the seals before the seal swaps a page out after it",
    text=(
        "The file is empty and has pages beyond its size (FALLOC_FL_KEEP_SIZE), which the guard does not look at; the "
        "owner seals it while reclaim writes a page. The check in shmem_writepage is made under the page lock alone, "
        "so the page goes to the swap after the seal. --param how=1: a file that the owner empties first is safe, the "
        "truncation waits for the page lock; how=2: one that keeps its pages is refused by the guard, and open "
        "under P3."
    ),
    fixes=FIXES,
    protocols=PROTOCOLS,
    parameters={"pages": 2, "passes": 2, "how": PREALLOCATED},
    small={"pages": 1, "passes": 1, "how": PREALLOCATED},
    build=build,
    switches=SWITCHES,
    combine=True,
    not_applicable=not_applicable,
    expected=expectations(IN_PLACE, {}, p0=UNSEALED, p1=CREATED),
    ranges={"pages": PAGES, **TRUNCATION_RANGES, "how": range(3)},
)
