"""ftruncate(2) and the removal of pages: shmem_setattr(), shmem_undo_range().

Left out: the peek at ``alloced``, which only saves a scan without pages; the reference that a
scan holds while it looks at a page (only holders of ``i_rwsem`` and, where the file is swapped,
reclaim remove pages, and both have the page locked).
"""

from __future__ import annotations

from errno import EINVAL, EPERM
from typing import Any

from explorer.program.program import kernel
from explorer.program.thread import ONCE, RELEASE, Thread
from scenarios.shmem.constants import (
    F_SEAL_GROW,
    F_SEAL_INACCESSIBLE,
    F_SEAL_SHRINK,
    PAGE_MASK,
    PAGE_SHIFT,
    PAGE_SIZE,
)
from scenarios.shmem.getpage import Sgp, shmem_getpage
from scenarios.shmem.kernel import Hunk, Switch
from scenarios.shmem.objects import Inode, i_size_read, i_size_write, put_page
from scenarios.shmem.pagecache import delete_from_page_cache
from scenarios.shmem.sections import inode_lock, inode_unlock, wait_before_growing
from scenarios.shmem.unmap import unmap_mapping_range


@kernel("fs/open.c")
async def do_truncate(t: Thread, inode: Inode, length: int) -> int:
    """Set the size to ``length``: 0 or a negative errno."""
    await inode_lock(t, inode, at="T0")
    error = await shmem_setattr(t, inode, length)
    await inode_unlock(t, inode, at="T6")
    return error


@kernel("mm/shmem.c")
async def shmem_setattr(t: Thread, inode: Inode, newsize: int) -> int:
    """Change the size (ATTR_SIZE); ``i_rwsem`` is held."""
    kernel = inode.kernel
    oldsize = await t.read(inode.i_size, at="T1 oldsize")
    if newsize < oldsize and await t.read(inode.seals, at="T2 seals") & F_SEAL_SHRINK:
        return -EPERM
    if newsize > oldsize and await t.read(inode.seals, at="T2 seals") & F_SEAL_GROW:
        return -EPERM
    if Hunk.SETATTR in kernel and await t.read(inode.seals, at="T3 seals") & F_SEAL_INACCESSIBLE:
        if Switch.RFC_SETATTR not in kernel and await i_size_read(t, inode, at="T3 i_size_read") != 0:
            return -EPERM
        if newsize & ~PAGE_MASK:
            return -EINVAL
    assert not (inode.whole_pages and newsize & ~PAGE_MASK), "a size that this inode is not made for"
    if newsize > oldsize:
        await wait_before_growing(t, inode, at="T4")
    if newsize != oldsize:
        await i_size_write(t, inode, newsize, at="T4 i_size_write")
    if newsize <= oldsize:  # T5: equality too, it drops pages beyond the end
        holebegin = (newsize + PAGE_SIZE - 1) & PAGE_MASK
        if oldsize > holebegin:
            await unmap_mapping_range(t, inode, holebegin >> PAGE_SHIFT, even_cows=True)
        await shmem_undo_range(t, inode, newsize)
        if oldsize > holebegin:
            await unmap_mapping_range(t, inode, holebegin >> PAGE_SHIFT, even_cows=True)
    return 0


@kernel("mm/shmem.c")
async def shmem_undo_range(t: Thread, inode: Inode, lstart: int, lend: int | None = None) -> None:
    """Remove the pages of bytes ``lstart`` to ``lend`` (None: all that follow), and zero the range in the outer ones.

    The first pass skips a page that somebody has locked, the second waits for it.  A scenario
    may leave the first one out (``inode.passes`` is 1): the second then does all the work.
    """
    capacity = len(inode.i_mapping.i_pages)
    start = (lstart + PAGE_SIZE - 1) >> PAGE_SHIFT
    end = capacity if lend is None else min(lend >> PAGE_SHIFT, capacity)
    if inode.passes == 2:
        for index in range(start, end):
            page = await t.read(inode.i_mapping.i_pages[index], ONCE, at="U1 find_lock_entries")
            if page == 0:
                continue
            if inode.swaps and page.is_swap_entry:
                await shmem_free_swap(t, inode, index, page)
                continue
            if await page.lock.try_acquire(t, at="U1 trylock_page"):
                continue
            await truncate_inode_page(t, inode, index, page)
            await page.lock.release(t, at="U1 unlock_page")
    await zero_partial_pages(t, inode, lstart, lend)
    while True:
        found = False
        for index in range(start, end):
            gone = False
            while not gone:  # again where the swap took the page, or a fault the swap entry, meanwhile
                page = await t.read(inode.i_mapping.i_pages[index], ONCE, at="U3 find_get_entries")
                if page == 0:
                    break
                found = True
                if inode.swaps and page.is_swap_entry:
                    gone = await shmem_free_swap(t, inode, index, page)
                    continue
                await page.lock.acquire(t, at="U3 lock_page")
                gone = await truncate_inode_page(t, inode, index, page)
                await page.lock.release(t, at="U3 unlock_page")
        # Only a truncation looks again until nothing is left.
        if not found or lend is not None:
            break


async def zero_partial_pages(t: Thread, inode: Inode, lstart: int, lend: int | None) -> None:
    """U2: zero, in place, the bytes of the range in pages of which other bytes stay.

    The page is looked up as a read would, so not beyond the size; there every byte is zero anyway.
    """
    first, last = lstart >> PAGE_SHIFT, None if lend is None else lend >> PAGE_SHIFT
    head, tail = lstart & ~PAGE_MASK, 0 if lend is None else lend & ~PAGE_MASK
    if head:
        await zero_user_segment(t, inode, first, head, tail if first == last else PAGE_SIZE)
    if tail and not (head and first == last):
        assert last is not None
        await zero_user_segment(t, inode, last, 0, tail)


@kernel("include/linux/highmem.h")
async def zero_user_segment(t: Thread, inode: Inode, index: int, start: int, end: int) -> None:
    """Zero bytes ``start`` to ``end`` of the page at an index, if it has content."""
    if index >= len(inode.i_mapping.i_pages):
        return
    error, page = await shmem_getpage(t, inode, index, Sgp.READ)
    if error or page is None:
        return
    for word in inode.words(start, end - start):
        await t.write(page.data[word], 0, at="U2 zero_user_segment")
    await page.lock.release(t, at="U2 unlock_page")
    await put_page(t, page, at="U2 put_page")


@kernel("mm/truncate.c")
async def truncate_inode_page(t: Thread, inode: Inode, index: int, page: Any) -> bool:
    """Take a locked page out of the cache and drop the cache's reference; False where that has been done."""
    if await t.read(page.mapping, at="U1 page->mapping") != inode.i_mapping:
        return False
    if inode.mapped and await t.read(page.mapcount, ONCE, at="U1 page_mapped"):
        await unmap_mapping_range(t, inode, index, index + 1, even_cows=False)
    await delete_from_page_cache(t, inode, index, page)
    return True


@kernel("mm/shmem.c")
async def shmem_free_swap(t: Thread, inode: Inode, index: int, entry: Any) -> bool:
    """Take a swap entry out of the cache; False where the page has come back meanwhile."""
    mapping = inode.i_mapping
    freed = False
    await mapping.xa_lock.acquire(t, at="U1 xa_lock_irq")
    if await t.read(mapping.i_pages[index], at="U1 xa_cmpxchg_irq") == entry:
        await t.write(mapping.i_pages[index], 0, RELEASE, at="U1 xa_cmpxchg_irq")
        freed = True
    await mapping.xa_lock.release(t, at="U1 xa_unlock_irq")
    return freed
