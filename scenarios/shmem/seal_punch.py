"""seal-punch: a hole punched into guest memory."""

from __future__ import annotations

from explorer.program.program import ThreadSpec
from explorer.program.thread import Thread
from explorer.scenario import Case, Goal, Parameters, Scenario
from scenarios.shmem.constants import FALLOC_FL_KEEP_SIZE, FALLOC_FL_PUNCH_HOLE, PAGE_MASK, PAGE_SIZE
from scenarios.shmem.declare import PAGES, PROTOCOLS, UNSEALED, expectations
from scenarios.shmem.fallocate import shmem_punch_hole
from scenarios.shmem.fixes import FIXES, not_applicable
from scenarios.shmem.fresh import owner
from scenarios.shmem.goals import met_seal_in, passed_check_in
from scenarios.shmem.guest import Kvm
from scenarios.shmem.kernel import SWITCHES, Hunk, Protocol
from scenarios.shmem.objects import File
from scenarios.shmem.seal_write import CREATED, NEVER
from scenarios.shmem.stores import Written
from scenarios.shmem.syscalls import fallocate
from scenarios.shmem.window import Window


async def puncher(t: Thread, file: File, length: int) -> None:
    """Punch a hole at the start of the file."""
    await fallocate(t, file, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, 0, length)


def build(fix: str, protocol: str, parameters: Parameters) -> Case:
    length = parameters["length"]
    inside = length & ~PAGE_MASK
    window = Window.of(fix, protocol, parameters, pages=0, cuts=(inside,) if inside else ())
    kvm = Kvm()
    changes = ThreadSpec("owner", owner, (kvm, window.file, parameters["pages"] * PAGE_SIZE))
    program = window.program(changes, window.thread("puncher", puncher, length), kvm=kvm)
    return Case(program, (Written(window.inode),), _goals(window), window.landmarks)


def _goals(window: Window) -> tuple[Goal, ...]:
    refused = met_seal_in(window.inode, shmem_punch_hole.__name__)
    through = passed_check_in(window.inode, shmem_punch_hole.__name__)
    if window.kernel.protocol is Protocol.P0 or Hunk.FALLOCATE not in window.kernel:
        return (through,)
    return (refused,) if window.fd is not None else (refused, through)


# As with a write: F2 and the zeroing (U2) are both under i_rwsem, and so is A9. Before the seal the file is empty, and
# there is nothing to zero.
SEAL_PUNCH = Scenario(
    name="seal-punch",
    title="a hole punched into guest memory",
    text=(
        "The owner seals an empty file, grows it and hands it to KVM; somebody punches a hole that ends inside a page. "
        "Without the patch's hunk in shmem_fallocate (--switch without-fallocate) the bytes of the hole are zeroed in "
        "place, in a page that the guest writes to; with it the call gives EINVAL. A hole of whole pages "
        "(--param length=4096) is let through: it takes the pages away and leaves their content alone."
    ),
    fixes=FIXES,
    protocols=PROTOCOLS,
    parameters={"pages": 2, "passes": 2, "length": PAGE_SIZE // 2},
    small={"pages": 1, "passes": 1, "length": PAGE_SIZE // 2},
    build=build,
    switches=SWITCHES,
    combine=True,
    not_applicable=not_applicable,
    expected=expectations(NEVER, {}, p0=UNSEALED, p1=CREATED),
    ranges={"pages": PAGES, "passes": range(1, 3), "length": range(1, PAGES[-1] * PAGE_SIZE + 1)},
)
