"""fallocate(2): shmem_fallocate(), allocating (mode 0, KEEP_SIZE) and punching holes."""

from __future__ import annotations

from errno import EINVAL, EPERM

from explorer.program.program import kernel
from explorer.program.thread import Thread
from scenarios.shmem.constants import (
    F_SEAL_FUTURE_WRITE,
    F_SEAL_GROW,
    F_SEAL_INACCESSIBLE,
    F_SEAL_WRITE,
    FALLOC_FL_KEEP_SIZE,
    FALLOC_FL_PUNCH_HOLE,
    PAGE_MASK,
    PAGE_SHIFT,
    PAGE_SIZE,
)
from scenarios.shmem.getpage import Sgp, shmem_getpage
from scenarios.shmem.kernel import Hunk
from scenarios.shmem.objects import Inode, i_size_write, put_page
from scenarios.shmem.sections import inode_lock, inode_unlock, wait_before_growing
from scenarios.shmem.truncate import shmem_undo_range
from scenarios.shmem.unmap import unmap_mapping_range


@kernel("mm/shmem.c")
async def shmem_fallocate(t: Thread, inode: Inode, mode: int, offset: int, length: int) -> int:
    """Allocate or punch out the bytes at ``offset``: 0 or a negative errno.

    Mode 0 grows the file where it must, KEEP_SIZE never does.  A page that was missing is inserted
    but not cleared: it reads as a hole until somebody makes it uptodate.
    """
    await inode_lock(t, inode, at="F0")
    if mode & FALLOC_FL_PUNCH_HOLE:
        error = await shmem_punch_hole(t, inode, offset, length)
    else:
        error = await shmem_allocate(t, inode, mode, offset, length)
    await inode_unlock(t, inode, at="F7")
    return error


@kernel("mm/shmem.c", "shmem_fallocate")
async def shmem_punch_hole(t: Thread, inode: Inode, offset: int, length: int) -> int:
    """The half of shmem_fallocate() that punches."""
    end = offset + length
    if await t.read(inode.seals, at="F1 seals") & (F_SEAL_WRITE | F_SEAL_FUTURE_WRITE):
        return -EPERM
    if Hunk.FALLOCATE in inode.kernel and await t.read(inode.seals, at="F2 seals") & F_SEAL_INACCESSIBLE:
        if (offset | length) & ~PAGE_MASK:
            return -EINVAL
    first, last = (offset + PAGE_SIZE - 1) >> PAGE_SHIFT, end >> PAGE_SHIFT
    await set_falloc(t, inode, inode.punch, at="F3")
    if first < last:
        await unmap_mapping_range(t, inode, first, last, even_cows=False)
    await shmem_undo_range(t, inode, offset, end)
    await set_falloc(t, inode, 0, at="F6")
    return 0


@kernel("mm/shmem.c", "shmem_fallocate")
async def shmem_allocate(t: Thread, inode: Inode, mode: int, offset: int, length: int) -> int:
    """The half of shmem_fallocate() that allocates. The patch has no check here, and no seal but GROW has."""
    end = offset + length
    if await t.read(inode.seals, at="F2 seals") & F_SEAL_GROW and await t.read(inode.i_size, at="F2 i_size") < end:
        return -EPERM
    grows = not mode & FALLOC_FL_KEEP_SIZE
    if grows:
        await wait_before_growing(t, inode, at="F3")
    await set_falloc(t, inode, inode.falloc, at="F3")
    for index in range(offset >> PAGE_SHIFT, (end + PAGE_SIZE - 1) >> PAGE_SHIFT):
        error, page = await shmem_getpage(t, inode, index, Sgp.FALLOC)
        assert error == 0
        await page.lock.release(t, at="F4 unlock_page")
        await put_page(t, page, at="F4 put_page")
    if grows and await t.read(inode.i_size, at="F5 i_size") < end:
        await i_size_write(t, inode, end, at="F5 i_size_write")
    await set_falloc(t, inode, 0, at="F6")
    return 0


async def set_falloc(t: Thread, inode: Inode, falloc: object, *, at: str) -> None:
    """``i_private`` tells faults of a range being punched, and reclaim of one being allocated; nobody else looks."""
    if inode.swaps or inode.punched:
        await inode.i_lock.acquire(t, at=f"{at} spin_lock i_lock")
        await t.write(inode.i_private, falloc, at=f"{at} i_private")
        await inode.i_lock.release(t, at=f"{at} spin_unlock i_lock")
