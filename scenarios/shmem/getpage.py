"""shmem_getpage(): the page at an index of a file, found, made, or brought back from the swap."""

from __future__ import annotations

from enum import IntEnum
from errno import EEXIST, EFBIG, EINVAL, ENOENT
from typing import Any

from explorer.execution.kinds import Tag
from explorer.program.program import kernel
from explorer.program.thread import ONCE, Thread
from scenarios.shmem.constants import MAX_LFS_FILESIZE, PAGE_SHIFT
from scenarios.shmem.objects import Inode, Page, i_size_read, put_page
from scenarios.shmem.pagecache import delete_from_page_cache, pagecache_get_page, shmem_add_to_page_cache
from scenarios.shmem.swap import shmem_swapin_page


class Sgp(IntEnum):
    """enum sgp_type (include/linux/shmem_fs.h)."""

    READ = 0  # a hole is no page
    NOALLOC = 1  # a hole is -ENOENT
    CACHE = 2  # a hole gets a page, cleared
    WRITE = 3  # beyond the size too; a page not uptodate is left to the writer
    FALLOC = 4  # a hole gets a page that stays not uptodate; one that is there is cleared


@kernel("mm/shmem.c")
async def shmem_getpage(t: Thread, inode: Inode, index: int, sgp: Sgp, merged_size: Any = None) -> tuple[int, Any]:
    """The page at ``index``, locked and referenced, or None for a hole that is read.

    Returns (error, page); error is 0, -EFBIG, -EINVAL (beyond the size) or -ENOENT.
    ``merged_size`` is a size that the compiler has at hand in place of the first load here.
    """
    if index > MAX_LFS_FILESIZE >> PAGE_SHIFT:  # G0
        return -EFBIG, None
    while True:  # repeat:
        if sgp <= Sgp.CACHE:
            i_size = await i_size_read(t, inode, at="G1 i_size_read") if merged_size is None else merged_size
            if i_size <= index << PAGE_SHIFT:
                return -EINVAL, None
        page = await pagecache_get_page(t, inode, index)
        if page is None:
            if sgp is Sgp.READ:  # G5
                return 0, None
            if sgp is Sgp.NOALLOC:
                return -ENOENT, None
            page = await shmem_alloc_and_add_page(t, inode, index, sgp)
            if page is None:
                continue
            return await shmem_clear_page(t, inode, index, Sgp.WRITE if sgp is Sgp.FALLOC else sgp, page, alloced=True)
        if inode.swaps and page.is_swap_entry:  # G3
            page = await shmem_swapin_page(t, inode, index, page)
            if page is None:
                continue
            return 0, page
        if await t.read(page.uptodate, ONCE, at="G4 PageUptodate"):
            await t.fence(Tag.RMB, at="G4 PageUptodate smp_rmb")
            return 0, page
        if sgp is Sgp.READ:
            await page.lock.release(t, at="G4 unlock_page")
            await put_page(t, page, at="G4 put_page")
            return 0, None
        return await shmem_clear_page(t, inode, index, sgp, page, alloced=False)


@kernel("mm/shmem.c", "shmem_getpage")
async def shmem_alloc_and_add_page(t: Thread, inode: Inode, index: int, sgp: Sgp) -> Any:
    """A new page, inserted locked and neither cleared nor uptodate (G6); None where the slot was taken meanwhile."""
    page = alloc_page(inode, index, sgp)
    await t.write(page.lock.word, 1, at="G6 __SetPageLocked")
    if await shmem_add_to_page_cache(t, inode, index, page) == -EEXIST:
        await page.lock.release(t, at="G6 unlock_page")
        await put_page(t, page, at="G6 put_page")
        return None
    return page


def alloc_page(inode: Inode, index: int, sgp: Sgp) -> Page:
    """The page that the allocator gives: one per index and kind of caller, since a program inserts one once at most."""
    pools = {Sgp.CACHE: inode.faulted, Sgp.WRITE: inode.written, Sgp.FALLOC: inode.fresh}
    return inode.allocate(pools[sgp][index])


@kernel("mm/shmem.c", "shmem_getpage")
async def shmem_clear_page(
    t: Thread, inode: Inode, index: int, sgp: Sgp, page: Any, *, alloced: bool
) -> tuple[int, Any]:
    """From the label ``clear`` of shmem_getpage_gfp() on: a page that is not uptodate."""
    if sgp is not Sgp.WRITE:
        for word in inode.all_words:
            await t.write(page.data[word], 0, at="G7 clear_highpage")
        await t.fence(Tag.WMB, at="G7 SetPageUptodate smp_wmb")
        await t.fetch("|", page.uptodate, 1, ONCE, at="G7 SetPageUptodate", result=None)
    if sgp <= Sgp.CACHE and await i_size_read(t, inode, at="G8 i_size_read") <= index << PAGE_SHIFT:
        if alloced:
            await delete_from_page_cache(t, inode, index, page)
        await page.lock.release(t, at="G8 unlock_page")
        await put_page(t, page, at="G8 put_page")
        return -EINVAL, None
    return 0, page
