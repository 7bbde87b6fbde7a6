"""splice: a page linked into a pipe and read from there after the seal (window S6)."""

from __future__ import annotations

from explorer.program.program import ThreadSpec
from explorer.program.thread import Thread
from explorer.scenario import Case, Goal, Parameters, Scenario
from scenarios.shmem import lingering_page
from scenarios.shmem.constants import F_SEAL_WRITE, PAGE_SIZE
from scenarios.shmem.declare import (
    PROTOCOLS,
    READER_RANGES,
    TRUNCATION_RANGES,
    UNSEALED,
    expectations,
    properties,
)
from scenarios.shmem.fixes import FIXES, Fix, not_applicable
from scenarios.shmem.goals import lingered, looked_up_after_seal, met_seal, returned_data
from scenarios.shmem.guest import Kvm
from scenarios.shmem.inflight import CREATED, ONE_PAGE, RACY, owner
from scenarios.shmem.kernel import SWITCHES, Protocol
from scenarios.shmem.objects import File
from scenarios.shmem.seal_write import TOKEN
from scenarios.shmem.splice import Pipe, pipe_read
from scenarios.shmem.syscalls import add_seals, pwrite, splice
from scenarios.shmem.window import Window

ANOTHER, HELD = range(2)
"""What ``how`` can be: who links the pages. The owner of a file that is created sealed has none to link."""


async def holder(t: Thread, file: File, pipe: Pipe, pos: int, count: int) -> None:
    """The owner links pages to a pipe, stores to them, and may not write-seal them; it empties and seals the file."""
    await splice(t, file, pos, count, pipe)
    await pwrite(t, file, pos, count, TOKEN)
    await add_seals(t, file, F_SEAL_WRITE)
    await lingering_page.owner(t, file)


async def splicer(t: Thread, file: File, pipe: Pipe, pos: int, count: int) -> None:
    """Splice from the file to a pipe, and drain the pipe later."""
    if await splice(t, file, pos, count, pipe) > 0:
        await pipe_read(t, file.inode, pipe)


def build(fix: str, protocol: str, parameters: Parameters) -> Case:
    pos, count = parameters["pos"], parameters["count"]
    window = Window.of(fix, protocol, parameters, parameters["pages"])
    window.check_range(pos, count)
    kvm, pipe = Kvm(), Pipe((pos + count - 1) // PAGE_SIZE - pos // PAGE_SIZE + 1)
    if parameters["how"] == HELD and window.fd is None:
        holds = ThreadSpec("owner", holder, (window.file, pipe, pos, count))
        program = window.program(holds, ThreadSpec("drainer", pipe_read, (window.inode, pipe)))
        held = lingered(window.inode.cached[pos // PAGE_SIZE])
        return Case(program, properties(window.inode, pipes=(pipe,)), (held,), window.landmarks)
    changes = ThreadSpec("owner", owner, (kvm, window.file, parameters["pages"] * PAGE_SIZE))
    program = window.program(changes, window.thread("splicer", splicer, pipe, pos, count), kvm=kvm)
    return Case(
        program,
        properties(window.inode, pipes=(pipe,)),
        _goals(window, pos // PAGE_SIZE),
        window.landmarks,
    )


def _goals(window: Window, index: int) -> tuple[Goal, ...]:
    inode, kernel = window.inode, window.kernel
    if kernel.protocol is Protocol.P0:
        return (returned_data(inode),)
    if window.fd is not None and Fix.NO_CHECK not in kernel:
        return (met_seal(inode),)
    if window.fd is not None:
        return (looked_up_after_seal(inode),)
    held = lingered(inode.cached[index])  # the pipe's reference was the last one
    closed = {Fix(name) for name, violated in IN_PLACE.items() if "leak" not in violated}
    return (held, met_seal(inode)) if kernel.parts & closed else (held, looked_up_after_seal(inode))


LEAKS = {"leak", "late"}

# A splice reads as read(2) does, but what R10 copies is the reference: everything that inflight
# shows is here, too, and the bytes come out when the pipe is drained, which no lock and no
# section of the read covers. The page linked before the truncation is detached: late, not a leak.
IN_PLACE: dict[str, set[str]] = {
    "none": LEAKS,
    "no-check": LEAKS,
    "seal-first": LEAKS,
    "acquire-size": LEAKS,
    "once-seals": LEAKS,
    "guard-empty": LEAKS,
    "guard-pins": LEAKS,  # what the pipe holds is no page of the file any more
    "mmap-guard": LEAKS,
    # These close the way to a page from after the seal, as in inflight, and no more ...
    "recheck": {"late"},
    "recheck-late": {"late"},
    "srcu": {"late"},
    "reader-count": {"late"},
    # ... these too, though they make a read(2) return in time: the lock is gone when the pipe is drained.
    "recheck-locked": {"late"},
    "rwsem": {"late"},
    "invalidate-lock": {"late"},
    # Unlike a buffer a pipe can be emptied again: a splice that fails lets go what it has linked. One of several
    # pages does not fail at a later one, though, and keeps what it linked last: see test_splice.
    "recheck-after-copy": {"late"},
    "new-inode": set(),
}

SPLICE = Scenario(
    name="splice",
    title="a page linked into a pipe before the file is sealed, and read from there after",
    text=(
        "splice() to a pipe reads the file, but links pages instead of copying them; the bytes come out when the pipe "
        "is drained, at any time later. A page linked before the truncation gives what it held, late even where the "
        "read itself excludes sealing (rwsem). A splice under way across the whole change links a new page, as in "
        "inflight, and gives what the guest wrote: window S6. --param how=1: the owner itself links a page and stores "
        "to it; F_SEAL_WRITE is refused while the pipe holds the page, the patch's seal is not, and what the pipe "
        "gives after it was stored after the splice."
    ),
    fixes=FIXES,
    protocols=PROTOCOLS,
    parameters={"pages": 2, "passes": 2, "pos": 0, "count": PAGE_SIZE, "how": ANOTHER},
    small={"pages": 1, "passes": 1, "pos": 0, "count": PAGE_SIZE, "how": ANOTHER},
    driven={"how": HELD},
    build=build,
    switches=SWITCHES,
    combine=True,
    not_applicable=not_applicable,
    expected=expectations(IN_PLACE, ONE_PAGE, lkmm=RACY, p0=UNSEALED, p1=CREATED),
    ranges=READER_RANGES | TRUNCATION_RANGES | {"how": range(2)},
)
