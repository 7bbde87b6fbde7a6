"""seal-write: write(2) against the seal."""

from __future__ import annotations

from explorer.program.program import Program, ThreadSpec
from explorer.program.thread import Thread
from explorer.scenario import Case, Goal, Parameters, Scenario
from scenarios.shmem.constants import F_SEAL_INACCESSIBLE, PAGE_SIZE
from scenarios.shmem.declare import PAGES, PROTOCOLS, UNSEALED, expectations
from scenarios.shmem.fixes import FIXES, not_applicable
from scenarios.shmem.goals import met_seal_in, wrote
from scenarios.shmem.kernel import SWITCHES, Protocol
from scenarios.shmem.objects import File
from scenarios.shmem.stores import Written
from scenarios.shmem.syscalls import add_seals, pwrite
from scenarios.shmem.window import Window
from scenarios.shmem.write import shmem_write_begin

TOKEN = 90
"""What is written."""


async def owner(t: Thread, file: File) -> None:
    """Seal an empty file."""
    await add_seals(t, file, F_SEAL_INACCESSIBLE)


async def writer(t: Thread, file: File, count: int) -> None:
    """Write from the start on."""
    await pwrite(t, file, 0, count, TOKEN)


def build(fix: str, protocol: str, parameters: Parameters) -> Case:
    window = Window.of(fix, protocol, parameters, pages=0)
    changes = ThreadSpec("owner", owner, (window.file,))
    program: Program = window.program(changes, window.thread("writer", writer, parameters["pages"] * PAGE_SIZE))
    return Case(program, (Written(window.inode),), _goals(window), window.landmarks)


def _goals(window: Window) -> tuple[Goal, ...]:
    refused, through = met_seal_in(window.inode, shmem_write_begin.__name__), wrote(window.inode)
    if window.kernel.protocol is Protocol.P0:
        return (through,)
    return (refused,) if window.fd is not None else (refused, through)


# A write holds i_rwsem over the check (W2) and the copy (W3), and F_ADD_SEALS holds it over A9: the write comes before
# the seal, or finds it. Under P2 one that came before makes the file longer than 0, and F_ADD_SEALS is refused.
# No fix changes that, and no model: the lock orders all there is.
NEVER = {fix: set[str]() for fix in FIXES}

CREATED = {fix: set[str]() for fix in ("none", "seal-first", "no-check", "create-time")}
"""P1: who has the descriptor sees the seal."""

SEAL_WRITE = Scenario(
    name="seal-write",
    title="write(2) against the seal",
    text=(
        "The owner seals an empty file while somebody writes to it. The check in shmem_write_begin is made under "
        "i_rwsem, which F_ADD_SEALS holds too: nothing is written after the seal. Both halves of the patch's hunk are "
        "needed: the mask (--switch without-write-begin-mask) and the errno (--switch without-write-begin)."
    ),
    fixes=FIXES,
    protocols=PROTOCOLS,
    parameters={"pages": 2},
    small={"pages": 1},
    build=build,
    switches=SWITCHES,
    combine=True,
    not_applicable=not_applicable,
    expected=expectations(NEVER, {}, p0=UNSEALED, p1=CREATED),
    ranges={"pages": PAGES},
)
