"""Swapping a page of a file out and in: shmem_writepage() and shmem_swapin_page().

A swap entry stands for its place on disk and for the swap cache: the bytes go there when
the page is written, and come back into a page of their own.  The swap cache would give the
same page back while it is still in memory; what a read can see of it is the same.
"""

from __future__ import annotations

from errno import EEXIST
from typing import Any

from explorer.execution.kinds import Tag
from explorer.program.program import kernel
from explorer.program.thread import ONCE, Thread
from scenarios.shmem.constants import F_SEAL_INACCESSIBLE
from scenarios.shmem.kernel import Hunk
from scenarios.shmem.objects import Inode, get_page_unless_zero, put_page, seals_read
from scenarios.shmem.pagecache import shmem_add_to_page_cache, shmem_delete_from_page_cache
from scenarios.shmem.unmap import unmap_mapping_range


@kernel("mm/vmscan.c")
async def shrink_page_list(t: Thread, inode: Inode, index: int) -> None:
    """Reclaim the page at an index, if it can: lock it, unmap it, write it, let it go."""
    page = await t.read(inode.i_mapping.i_pages[index], ONCE, at="O1 isolate_lru_page")
    if page == 0 or page.is_swap_entry:
        return
    if await get_page_unless_zero(t, page, at="O1 get_page_unless_zero") == 0:
        return
    if not await page.lock.try_acquire(t, at="O1 trylock_page"):
        if await t.read(page.mapping, at="O1 page_mapping") == inode.i_mapping:
            if inode.mapped and await t.read(page.mapcount, ONCE, at="O1 page_mapped"):
                await unmap_mapping_range(t, inode, index, index + 1, even_cows=False)
            await shmem_writepage(t, inode, index, page)
        await page.lock.release(t, at="O6 unlock_page")
    await put_page(t, page, at="O6 put_page")


@kernel("mm/shmem.c")
async def shmem_writepage(t: Thread, inode: Inode, index: int, page: Any) -> None:
    """Move a locked page to the swap, or leave it dirty where it is (redirty)."""
    if Hunk.WRITEPAGE in inode.kernel and await seals_read(t, inode, at="O2 seals") & F_SEAL_INACCESSIBLE:
        return
    if not await t.read(page.uptodate, ONCE, at="O3 PageUptodate"):
        if await t.read(inode.i_private, at="O3 i_private"):
            await inode.i_lock.acquire(t, at="O3 spin_lock i_lock")
            running = await t.read(inode.i_private, at="O3 i_private again")
            await inode.i_lock.release(t, at="O3 spin_unlock i_lock")
            if running == inode.falloc:
                return
        for word in inode.all_words:
            await t.write(page.data[word], 0, at="O3 clear_highpage")
        await t.fence(Tag.WMB, at="O3 SetPageUptodate smp_wmb")
        await t.fetch("|", page.uptodate, 1, ONCE, at="O3 SetPageUptodate", result=None)
    entry = inode.swap_entries[index]
    for word in inode.all_words:
        await t.write(entry.data[word], await t.read(page.data[word], at="O4 swap_writepage"), at="O4 swap_writepage")
    await shmem_delete_from_page_cache(t, inode, index, page, entry)


@kernel("mm/shmem.c")
async def shmem_swapin_page(t: Thread, inode: Inode, index: int, entry: Any) -> Any:
    """The page of a swap entry, back in the cache, locked and referenced; None where the entry was gone (G3)."""
    page = inode.swapped_in[index]
    await t.write(page.lock.word, 1, at="I1 __SetPageLocked")
    for word in inode.all_words:
        await t.write(page.data[word], await t.read(entry.data[word], at="I2 swap_readpage"), at="I2 swap_readpage")
    await t.fence(Tag.WMB, at="I2 SetPageUptodate smp_wmb")
    await t.fetch("|", page.uptodate, 1, ONCE, at="I2 SetPageUptodate", result=None)
    if await shmem_add_to_page_cache(t, inode, index, page, entry) == -EEXIST:
        await page.lock.release(t, at="I3 unlock_page")
        await put_page(t, page, at="I3 put_page")
        return None
    return page
