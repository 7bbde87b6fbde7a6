"""Looking a page up, and inserting one: shmem_getpage() and the page cache lookup below it.

The xarray's own lock is left out: slots are stored only by holders of ``i_rwsem``, so it
never has to keep two stores apart, and the slot store is itself the release that
rcu_assign_pointer() makes it.  For the same reason an insertion always finds its slot
still empty (no -EEXIST, no retry).  rcu_read_lock() is no event: nothing waits for a
grace period.  G0, the largest index, is never met.
"""

from __future__ import annotations

from enum import IntEnum
from errno import EINVAL, ENOENT
from typing import Any

from explorer.execution.kinds import Tag
from explorer.program.program import kernel
from explorer.program.thread import ONCE, RELEASE, Thread
from scenarios.shmem.constants import PAGE_SHIFT
from scenarios.shmem.objects import AddressSpace, Inode, get_page_unless_zero, i_size_read, put_page


class Sgp(IntEnum):
    """enum sgp_type (include/linux/shmem_fs.h): the members that the modelled paths pass, in its order."""

    READ = 0  # a hole is no page
    NOALLOC = 1  # a hole is -ENOENT
    FALLOC = 4  # a hole gets a page, which stays not uptodate


@kernel("mm/shmem.c")
async def shmem_getpage(t: Thread, inode: Inode, index: int, sgp: Sgp) -> tuple[int, Any]:
    """The page at ``index``, locked and referenced, or None for a hole that is read.

    Returns (error, page); error is 0, -EINVAL (beyond the size) or -ENOENT.
    """
    if sgp is not Sgp.FALLOC and await i_size_read(t, inode, at="G1 i_size_read") <= index << PAGE_SHIFT:
        return -EINVAL, None
    page = await pagecache_get_page(t, inode.i_mapping, index)
    if page is None:
        if sgp is Sgp.READ:
            return 0, None  # G5
        if sgp is Sgp.NOALLOC:
            return -ENOENT, None  # G5
        return 0, await shmem_alloc_and_add_page(t, inode, index)

    if await t.read(page.uptodate, ONCE, at="G4 PageUptodate"):
        await t.fence(Tag.RMB, at="G4 PageUptodate smp_rmb")
        return 0, page
    if sgp is Sgp.READ:
        await page.lock.release(t, at="G4 unlock_page")
        await put_page(t, page, at="G4 put_page")
        return 0, None
    await t.write(page.data[0], 0, at="G7 clear_highpage")
    await t.fence(Tag.WMB, at="G7 SetPageUptodate smp_wmb")
    await t.fetch("|", page.uptodate, 1, ONCE, at="G7 SetPageUptodate", result=None)
    if sgp is not Sgp.FALLOC and await i_size_read(t, inode, at="G8 i_size_read") <= index << PAGE_SHIFT:
        await page.lock.release(t, at="G8 unlock_page")
        await put_page(t, page, at="G8 put_page")
        return -EINVAL, None
    return 0, page


@kernel("mm/shmem.c")
async def shmem_alloc_and_add_page(t: Thread, inode: Inode, index: int) -> Any:
    """A new page, inserted locked and neither cleared nor uptodate (G6)."""
    page = inode.fresh[index]
    await t.write(page.lock.word, 1, at="G6 __SetPageLocked")
    await t.fetch("+", page.refcount, 1, ONCE, at="G6 page_ref_add", result=None)
    await t.write(page.mapping, inode.i_mapping, at="G6 page->mapping")
    await t.write(inode.i_mapping.i_pages[index], page, RELEASE, at="G6 xas_store")
    return page


@kernel("mm/filemap.c")
async def pagecache_get_page(t: Thread, mapping: AddressSpace, index: int) -> Any:
    """The page in the slot, locked and referenced, or None (FGP_ENTRY | FGP_LOCK)."""
    slot = mapping.i_pages[index]
    while True:
        page = await t.read(slot, ONCE, at="G2b xas_load")
        if page == 0:
            return None
        if await get_page_unless_zero(t, page, at="G2d get_page_unless_zero") == 0:
            continue
        if await t.read(slot, ONCE, at="G2e xas_reload") != page:
            await put_page(t, page, at="G2e put_page")
            continue
        await page.lock.acquire(t, at="G2g lock_page")
        if await t.read(page.mapping, at="G2h page->mapping") != mapping:
            await page.lock.release(t, at="G2h unlock_page")
            await put_page(t, page, at="G2h put_page")
            continue
        return page
