"""seal-fault: a mapping from before the seal, and a fault after it."""

from __future__ import annotations

from explorer.program.program import ThreadSpec
from explorer.scenario import Case, Goal, Parameters, Scenario
from scenarios.shmem.constants import PAGE_SIZE
from scenarios.shmem.declare import PAGES, PROTOCOLS, UNSEALED, expectations, properties
from scenarios.shmem.fixes import FIXES, not_applicable
from scenarios.shmem.fresh import owner
from scenarios.shmem.goals import gave_up, guard_met_mapping, met_seal_in, showed_guest_data
from scenarios.shmem.guest import Kvm
from scenarios.shmem.kernel import SWITCHES, Protocol
from scenarios.shmem.mmap import Mm, shmem_mmap
from scenarios.shmem.mmap_window import Look, by_mmap, look_at
from scenarios.shmem.objects import Vma
from scenarios.shmem.seal_write import CREATED, NEVER
from scenarios.shmem.window import Window


def build(fix: str, protocol: str, parameters: Parameters) -> Case:
    pages = parameters["pages"]
    window = Window.of(fix, protocol, parameters, pages=0, mapped=True)
    kvm, mm = Kvm(), Mm("mm")
    look = Look(kvm, pages, bool(parameters["around"]))
    # Nobody has a mapping of a file that is only being made.
    there = pages if window.fd is None else 0
    vma = Vma("vma", pages, shared=True, writable=False, zapped=False, pages=there)
    window.inode.map(vma)
    changes = ThreadSpec("owner", owner, (kvm, window.file, pages * PAGE_SIZE))
    if window.fd is None:
        mapper = window.thread("mapper", look_at, look, mm, vma, 0)
    else:
        mapper = window.thread("mapper", by_mmap, look, mm, vma)
    return Case(
        window.program(changes, mapper, kvm=kvm),
        properties(window.inode, mms=(mm,)),
        _goals(window, kvm),
        window.landmarks,
    )


def _goals(window: Window, kvm: Kvm) -> tuple[Goal, ...]:
    protocol = window.kernel.protocol
    if protocol is Protocol.P0:
        return (gave_up(kvm),)
    if window.fd is not None:
        return (met_seal_in(window.inode, shmem_mmap.__name__),)
    if protocol is Protocol.P2:
        return guard_met_mapping(window.inode), gave_up(kvm)
    return (showed_guest_data(window.inode),)


# P2: the mapping is in the tree all the time, so A8 finds it and the file is never sealed (NEVER). P3 seals the file,
# and a fault looks at no seal, whatever read(2) does; with invalidate-lock it waits for F_ADD_SEALS and then goes on.
UNGUARDED = {fix: {"leak", "late"} for fix in FIXES} | {"new-inode": set[str]()}

SEAL_FAULT = Scenario(
    name="seal-fault",
    title="a fault in a mapping that was there before the seal",
    text=(
        "The file is mapped when the owner wants to seal it. The guard of P2 refuses (EBUSY). Without a guard (P3) the "
        "file is sealed, grown and handed to KVM, and a fault, which looks at no seal, shows what the guest wrote."
    ),
    fixes=FIXES,
    protocols=PROTOCOLS,
    parameters={"pages": 2, "around": 0},
    small={"pages": 1, "around": 0},
    build=build,
    switches=SWITCHES,
    combine=True,
    not_applicable=not_applicable,
    expected=expectations(NEVER, {}, p0=UNSEALED, p1=CREATED, p3=UNGUARDED),
    ranges={"pages": PAGES, "around": range(2)},
)
