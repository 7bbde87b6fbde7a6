"""The three windows in as few accesses as show them: one field per object, so that herd can run them.

Beside ``fresh``, ``inflight`` and ``lingering-page`` these forms keep the threads, the steps
that make a window, what orders them, and so why each fix closes it or does not.  A page is
its content and nothing else.  Left out of the read are G1 and R7 (further looks at the size:
they turn reads away and let none through), ``mapping`` (nobody finds a detached page),
``PG_uptodate`` (a page that the guest has not cleared counts as content: late, where the
full form is late as well), the page lock (without the fields that it protects it keeps
nothing apart) and the references.  Of these one thing stays: taking one orders the lookup
before what follows (G2d), which is smp_mb() here.  Left out of the owner are the loads on
which it decides whether to go on; nobody else stores what they read.  The file grows to two
pages, of which only the first is modelled, so that a size tells which store it comes from.

No kind of violation is lost or added: leak, late and stale are found under a model where
the full form has them.  What differs is how often: with no reference to drop after the copy
(R10), every read that copies content is late.
"""

from __future__ import annotations

from collections.abc import Mapping
from errno import EPERM

from explorer.execution.kinds import Tag
from explorer.program.program import Program, ThreadSpec, kernel
from explorer.program.thread import ACQUIRE, ONCE, RELEASE, Thread
from explorer.scenario import Case, Goal, Parameters, Scenario
from scenarios.shmem.constants import F_SEAL_INACCESSIBLE, PAGE_SIZE
from scenarios.shmem.declare import ORDERED, PROTOCOL, WEAK, read_properties
from scenarios.shmem.fixes import Fix
from scenarios.shmem.goals import found_empty, looked_up_after_seal, met_seal, returned_data
from scenarios.shmem.guest import Kvm, guest_write, kvm_set_memslot
from scenarios.shmem.kernel import Hunk, Kernel
from scenarios.shmem.objects import Inode, i_size_read, i_size_write
from scenarios.shmem.properties import seal_landmark

GROWN = 2 * PAGE_SIZE
"""The size of the file when the guest has it."""

REDUCED_FIXES = ("none", "no-check", "seal-first", "acquire-size", "recheck", "rwsem")
"""The fixes that these forms have."""


# ---- the threads


@kernel("mm/shmem.c")
async def shmem_file_read_iter(t: Thread, inode: Inode) -> int:
    """Read the page at index 0: the bytes read, or a negative errno."""
    if Fix.RWSEM in inode.kernel:
        await inode.i_rwsem.down_read(t, at="R0 inode_lock_shared")
    retval = await _copy_page(t, inode)
    if Fix.RWSEM in inode.kernel:
        await inode.i_rwsem.up_read(t, at="R12 inode_unlock_shared")
    return retval


async def _copy_page(t: Thread, inode: Inode) -> int:
    if Fix.SEAL_FIRST in inode.kernel and await t.read(inode.seals, at="R3 seal check") & F_SEAL_INACCESSIBLE:
        return -EPERM
    i_size = await i_size_read(t, inode, at="R1 first i_size_read")
    check_here = Hunk.READ_ITER in inode.kernel and Fix.SEAL_FIRST not in inode.kernel
    if check_here and await t.read(inode.seals, at="R3 seal check") & F_SEAL_INACCESSIBLE:
        return -EPERM
    if i_size == 0:  # R4
        return 0
    page = await t.read(inode.i_mapping.i_pages[0], ONCE, at="G2b page lookup")
    if page == 0:  # a hole: the zero page is copied
        return PAGE_SIZE
    await t.fence(Tag.MB, at="G2d get_page_unless_zero")
    if Fix.RECHECK in inode.kernel and await t.read(inode.seals, at="R5 seal recheck") & F_SEAL_INACCESSIBLE:
        return -EPERM
    await t.read(page.data[0], at="R10 copy_page_to_iter")
    return PAGE_SIZE


@kernel("mm/shmem.c")
async def shmem_setattr(t: Thread, inode: Inode) -> None:
    """ftruncate() to 0: store the size, take the page out of the cache."""
    await inode.i_rwsem.down_write(t, at="T0 inode_lock")
    await i_size_write(t, inode, 0, at="T4 i_size_write")
    await t.write(inode.i_mapping.i_pages[0], 0, RELEASE, at="U3 page cache slot")
    await inode.i_rwsem.up_write(t, at="T6 inode_unlock")


@kernel("mm/memfd.c")
async def memfd_add_seals(t: Thread, inode: Inode) -> None:
    """F_ADD_SEALS: set the one seal. The guard holds: the file is empty by now."""
    await inode.i_rwsem.down_write(t, at="A4 inode_lock")
    await t.write(inode.seals, F_SEAL_INACCESSIBLE, at="A9 seals |= new")
    await inode.i_rwsem.up_write(t, at="A10 inode_unlock")


@kernel("mm/shmem.c")
async def shmem_fallocate(t: Thread, inode: Inode) -> None:
    """Insert a page at index 0, then store the size."""
    await inode.i_rwsem.down_write(t, at="F0 inode_lock")
    await t.write(inode.i_mapping.i_pages[0], inode.fresh[0], RELEASE, at="G6 xas_store")
    await i_size_write(t, inode, GROWN, at="F5 i_size_write")
    await inode.i_rwsem.up_write(t, at="F7 inode_unlock")


async def owner(t: Thread, kvm: Kvm | None, inode: Inode) -> None:
    """Empty the file unless it is, seal it, and (if there is a ``kvm``) grow it and hand it over."""
    if inode.cached:
        await shmem_setattr(t, inode)
    await memfd_add_seals(t, inode)
    if kvm is not None:
        await shmem_fallocate(t, inode)
        await kvm_set_memslot(t, kvm, 0)


async def guest(t: Thread, kvm: Kvm, inode: Inode) -> None:
    """Once there is a memory slot, find the page and write to it."""
    await t.wait_until(kvm.memslot, lambda v: v == 1, ACQUIRE, at="K0 memslot ready")
    page = await t.read(inode.i_mapping.i_pages[0], ONCE, at="G2b page lookup")
    if page == 0:
        return
    await t.fence(Tag.MB, at="G2d get_page_unless_zero")
    await guest_write(t, page)


# ---- the scenarios


def _threads(fix: str, pages: int, *, with_guest: bool) -> tuple[Inode, Program]:
    """A file with this many pages (0 or 1), and the threads around it."""
    inode = Inode(Kernel.of(fix, PROTOCOL, {}), 1, pages)
    kvm = Kvm() if with_guest else None
    guests = () if kvm is None else (ThreadSpec("guest", guest, (kvm, inode)),)
    read = ThreadSpec("reader", shmem_file_read_iter, (inode,))
    return inode, Program((ThreadSpec("owner", owner, (kvm, inode)), *guests, read))


def build_fresh(fix: str, _protocol: str, _parameters: Parameters) -> Case:
    inode, program = _threads(fix, 0, with_guest=True)
    broken = fix in ("no-check", "seal-first")
    goals = (looked_up_after_seal(inode),) if broken else (found_empty(inode), met_seal(inode))
    return Case(program, read_properties(inode), goals, (seal_landmark(inode),))


def build_inflight(fix: str, _protocol: str, _parameters: Parameters) -> Case:
    inode, program = _threads(fix, 1, with_guest=True)
    closed = fix in ("rwsem", "recheck")
    goals = (returned_data(inode), met_seal(inode)) if closed else (looked_up_after_seal(inode),)
    return Case(program, read_properties(inode), goals, (seal_landmark(inode),))


def build_lingering_page(fix: str, _protocol: str, _parameters: Parameters) -> Case:
    inode, program = _threads(fix, 1, with_guest=False)
    goals: tuple[Goal, ...] = (returned_data(inode),)
    if fix == "rwsem":
        goals += (met_seal(inode),)
    return Case(program, read_properties(inode), goals, (seal_landmark(inode),))


def _expected(
    ordered: Mapping[str, set[str]], weak: Mapping[str, set[str]]
) -> dict[tuple[str, str, str], frozenset[str]]:
    """Expectations: per fix what is violated where loads stay in order, and what else where they do not."""
    return {
        (PROTOCOL, fix, model): frozenset(names | (weak.get(fix, set()) if model in WEAK else set()))
        for fix, names in ordered.items()
        for model in (*ORDERED, *WEAK)
    }


FRESH_WINDOW = Scenario(
    name="fresh-window",
    title="fresh in as few accesses as show it, for herd",
    text=(
        "The owner seals an empty file, grows it and hands it to KVM; the guest writes to its page; a read comes at "
        "any time. One field per object: sealrace litmus --export writes it for herd."
    ),
    fixes=REDUCED_FIXES,
    protocols=(PROTOCOL,),
    parameters={},
    small={},
    build=build_fresh,
    expected=_expected(
        {
            "no-check": {"leak", "late"},  # any read after the guest's write returns it
            "none": set(),  # R1 saw the grown size, so R3 sees the seal
            "seal-first": {"leak", "late"},  # R3 before the seal, R1 after the grow
            "acquire-size": set(),
            "recheck": set(),
            "rwsem": set(),
        },
        {
            # R1 and R3 are two loads that nothing orders: R3 may come before the seal and R1 after the grow.
            "none": {"leak", "late", "stale"},
            # The same, but then the second check, ordered behind the lookup (G2d), sees the seal.
            "recheck": {"stale"},
        },
    ),
)

INFLIGHT_WINDOW = Scenario(
    name="inflight-window",
    title="inflight in as few accesses as show it, for herd",
    text=(
        "The owner empties a file in use, seals it, grows it and hands it to KVM; the guest writes to the new page; a "
        "read that passed its checks before finds that page (window S1). One field per object: sealrace litmus "
        "--export writes it for herd."
    ),
    fixes=REDUCED_FIXES,
    protocols=(PROTOCOL,),
    parameters={},
    small={},
    build=build_inflight,
    expected=_expected(
        {
            "no-check": {"leak", "late"},
            "none": {"leak", "late"},  # R1 and R3 before the truncation, the lookup after the grow
            "seal-first": {"leak", "late"},
            "acquire-size": {"leak", "late"},  # no access is out of order
            "recheck": {"late"},  # the old page in hand (window S3)
            "rwsem": set(),
        },
        # As in fresh-window, for the size that the grow stores.
        {"none": {"stale"}, "recheck": {"stale"}},
    ),
)

LINGERING_PAGE_WINDOW = Scenario(
    name="lingering-page-window",
    title="lingering-page in as few accesses as show it, for herd",
    text=(
        "The owner empties a file in use and seals it; a read that has found the page before copies it after (window "
        "S3). One field per object: sealrace litmus --export writes it for herd."
    ),
    fixes=REDUCED_FIXES,
    protocols=(PROTOCOL,),
    parameters={},
    small={},
    build=build_lingering_page,
    expected=_expected(
        {
            "none": {"late"},
            "acquire-size": {"late"},
            "recheck": {"late"},  # the second check comes before the window
            "rwsem": set(),  # the truncation waits until the copy is done
        },
        {},  # no size is stored after the seal, so none can be stale
    ),
)
