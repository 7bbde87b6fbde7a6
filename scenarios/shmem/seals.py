"""fcntl(F_ADD_SEALS) and fcntl(F_GET_SEALS).

A seal is added to a live file.  F_SEAL_INACCESSIBLE has a guard under P2, none under P3; under
P0 and P1 the call does not know the seal (facts, section 0).
"""

from __future__ import annotations

from errno import EBUSY, EINVAL, EPERM

from explorer.program.program import kernel
from explorer.program.thread import FULL, ONCE, Thread
from scenarios.shmem.constants import (
    F_SEAL_EXEC,
    F_SEAL_FUTURE_WRITE,
    F_SEAL_GROW,
    F_SEAL_INACCESSIBLE,
    F_SEAL_SEAL,
    F_SEAL_SHRINK,
    F_SEAL_WRITE,
    S_IXUGO,
    UINT_MAX,
)
from scenarios.shmem.fixes import Fix
from scenarios.shmem.kernel import Hunk, Protocol, Version
from scenarios.shmem.objects import Inode, i_size_read, seals_read, seals_write
from scenarios.shmem.sections import inode_lock, inode_unlock
from scenarios.shmem.truncate import shmem_undo_range


@kernel("mm/memfd.c")
async def memfd_add_seals(t: Thread, inode: Inode, seals: int, *, writable: bool = True) -> int:
    """Add seals: 0 or a negative errno. ``writable`` says whether the file was opened for writing."""
    if seals > UINT_MAX and Version.V6_5 not in inode.kernel:  # A1
        return -EINVAL
    seals &= UINT_MAX
    if not writable:  # A2
        return -EPERM
    if seals & ~inode.kernel.all_seals:  # A3
        return -EINVAL
    await inode_lock(t, inode, at="A4")
    error = await add_seals_locked(t, inode, seals)
    await inode_unlock(t, inode, at="A10")
    return error


@kernel("mm/memfd.c", "memfd_add_seals")
async def add_seals_locked(t: Thread, inode: Inode, seals: int) -> int:
    """What memfd_add_seals() does under ``i_rwsem``."""
    kernel = inode.kernel
    present = await t.read(inode.seals, at="A6 seals")
    if present & F_SEAL_SEAL:
        return -EPERM
    if seals & F_SEAL_EXEC and kernel.seals_exec and await t.read(inode.i_mode, at="A6 i_mode") & S_IXUGO:
        seals |= F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE | F_SEAL_FUTURE_WRITE
    if seals & F_SEAL_WRITE and not present & F_SEAL_WRITE:
        error = await deny_writers(t, inode)
        if error:
            return error
    inaccessible = seals & F_SEAL_INACCESSIBLE and Hunk.FCNTL in kernel
    if inaccessible and Fix.GUARD_EMPTY in kernel:
        await shmem_undo_range(t, inode, 0)
    if inaccessible and Fix.GUARD_PINS in kernel:
        error = await memfd_wait_for_pins(t, inode)
        if error:
            return error
    guarded = inaccessible and kernel.protocol is Protocol.P2
    if guarded:
        error = await begin_guard(t, inode)
        if error:
            return error
    # Plain read-modify-write: nobody else stores the seals without i_rwsem.
    old = await t.read(inode.seals, at="A9 seals")
    await seals_write(t, inode, old | seals, at="A9 seals |= new")
    if guarded:
        await end_guard(t, inode)
    if inaccessible and Fix.SRCU in kernel:
        await inode.srcu.synchronize(t, at="A10 synchronize_srcu")
    return 0


@kernel("mm/memfd.c", "memfd_add_seals")
async def begin_guard(t: Thread, inode: Inode) -> int:
    """A8, the guard of the RFC: -EBUSY where the file is mapped or not empty; else ``i_mmap_rwsem`` is held."""
    mapping = inode.i_mapping
    error = 0
    if inode.mapped:
        if Fix.MMAP_GUARD in inode.kernel:
            await mapping.i_mmap_rwsem.down_write(t, at="A8 i_mmap_lock_write")
        else:
            await mapping.i_mmap_rwsem.down_read(t, at="A8 i_mmap_lock_read")
        if await t.read(mapping.i_mmap, at="A8 i_mmap") != 0:
            error = -EBUSY
    if not error and await i_size_read(t, inode, at="A8 i_size_read") != 0:
        error = -EBUSY
    if Fix.GUARD_EMPTY in inode.kernel:
        for slot in mapping.i_pages:
            if not error and await t.read(slot, ONCE, at="A8 mapping_empty") != 0:
                error = -EBUSY
    if error:
        await end_guard(t, inode)
    return error


@kernel("mm/memfd.c", "memfd_add_seals")
async def end_guard(t: Thread, inode: Inode) -> None:
    """Let ``i_mmap_rwsem`` go."""
    if inode.mapped and Fix.MMAP_GUARD in inode.kernel:
        await inode.i_mapping.i_mmap_rwsem.up_write(t, at="A10 i_mmap_unlock_write")
    elif inode.mapped:
        await inode.i_mapping.i_mmap_rwsem.up_read(t, at="A10 i_mmap_unlock_read")


@kernel("mm/memfd.c", "memfd_add_seals")
async def deny_writers(t: Thread, inode: Inode) -> int:
    """A7: no mapping may write from now on, and nobody else may hold a page: 0 or -EBUSY."""
    mapping = inode.i_mapping
    writable = await t.update_if(
        mapping.i_mmap_writable, lambda v: v <= 0, lambda v: v - 1, FULL, at="A7 mapping_deny_writable"
    )
    if writable > 0:
        return -EBUSY
    if await memfd_wait_for_pins(t, inode):
        await t.fetch("+", mapping.i_mmap_writable, 1, ONCE, at="A7 mapping_allow_writable", result=None)
        return -EBUSY
    return 0


@kernel("mm/memfd.c")
async def memfd_wait_for_pins(t: Thread, inode: Inode) -> int:
    """0, or -EBUSY while somebody but the page cache and page tables has a reference to a page.

    The kernel looks up to five times, and once more only at pages that it found pinned; here
    it looks once.  A page counts as free if it was at some look: what the last look alone can find, all can.
    """
    mapping = inode.i_mapping
    error = 0
    for slot in mapping.i_pages:
        if inode.shared_slots:
            await mapping.xa_lock.acquire(t, at="A7 xas_lock_irq")
        page = await t.read(slot, ONCE, at="A7 xas_for_each")
        if page != 0 and not (inode.swaps and page.is_swap_entry):
            refcount = await t.read(page.refcount, ONCE, at="A7 page_count")
            if refcount - await t.read(page.mapcount, ONCE, at="A7 page_mapcount") != 1:
                error = -EBUSY
        if inode.shared_slots:
            await mapping.xa_lock.release(t, at="A7 xas_unlock_irq")
    return error


@kernel("mm/memfd.c")
async def memfd_get_seals(t: Thread, inode: Inode) -> int:
    """The seals: one load, without a lock."""
    seals: int = await seals_read(t, inode, at="A0 seals")
    return seals
