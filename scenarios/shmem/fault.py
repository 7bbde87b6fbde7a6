"""Accesses of user space through a mapping: shmem_fault(), faults around it, loads and stores. No seal is looked at.

An access holds the page table lock from its translation to its end.  That stands for the TLB
flush, which does not end while somebody uses an entry that has been cleared.

An access faults once.  Where its entry is taken away again before it is used, the execution is
dropped: what a second fault finds, a first one finds that comes as late.
"""

from __future__ import annotations

from errno import EFAULT
from typing import Any

from explorer.execution.kinds import Tag
from explorer.program.program import kernel
from explorer.program.thread import ONCE, Thread
from explorer.program.told import told
from scenarios.shmem.constants import PAGE_SHIFT
from scenarios.shmem.content import load_words
from scenarios.shmem.fixes import Fix
from scenarios.shmem.getpage import Sgp, shmem_getpage
from scenarios.shmem.mmap import Mm, mmap_read_lock, mmap_read_unlock
from scenarios.shmem.objects import (
    Inode,
    Vma,
    get_page,
    get_page_unless_zero,
    i_size_read,
    ptl_lock,
    ptl_unlock,
    put_page,
)


@told("load", load_words)
async def user_load(t: Thread, mm: Mm, inode: Inode, vma: Vma, index: int, *, around: bool = True) -> int:
    """Load from a mapped page: 0, or -EFAULT for a signal. ``around``: a fault first maps what is in the cache."""
    await ptl_lock(t, vma, at="P0 translation")
    page = await t.read(vma.pte[index], ONCE, at="P0 translation")
    if page == 0:
        await ptl_unlock(t, vma, at="P0 page fault")
        if await handle_mm_fault(t, mm, inode, vma, index, write=False, around=around):
            return -EFAULT
        await ptl_lock(t, vma, at="P5 translation")
        page = await t.read(vma.pte[index], ONCE, at="P5 translation")
        await t.assume(page != 0, at="P5 no fault again")
    for word in inode.all_words:
        await t.read(page.data[word], at="P5 user load")
    await ptl_unlock(t, vma, at="P5 access done")
    return 0


async def user_store(
    t: Thread, mm: Mm, inode: Inode, vma: Vma, index: int, token: int, words: range | None = None
) -> int:
    """Store to a mapped page, or to some of its words: 0, or -EFAULT for a signal.

    A private mapping gets a page of its own first.
    """
    await ptl_lock(t, vma, at="P0 translation")
    page = await t.read(vma.pte[index], ONCE, at="P0 translation")
    if page == 0 or (not vma.shared and page != vma.anon[index]):
        await ptl_unlock(t, vma, at="P0 page fault")
        if await handle_mm_fault(t, mm, inode, vma, index, write=True, around=False):
            return -EFAULT
        await ptl_lock(t, vma, at="P5 translation")
        page = await t.read(vma.pte[index], ONCE, at="P5 translation")
        await t.assume(page != 0, at="P5 no fault again")
    for word in inode.all_words if words is None else words:
        await t.write(page.data[word], token, at="P5 user store")
    await ptl_unlock(t, vma, at="P5 access done")
    return 0


@kernel("mm/memory.c")
async def handle_mm_fault(t: Thread, mm: Mm, inode: Inode, vma: Vma, index: int, *, write: bool, around: bool) -> int:
    """Set the page table entry: 0 or a negative errno (SIGSEGV where nothing is mapped, SIGBUS beyond the size)."""
    await mmap_read_lock(t, mm, at="P1")
    error = 0 if await t.read(vma.pages, at="P1 find_vma") > index else -EFAULT
    if not error:
        error = await do_fault(t, inode, vma, index, write=write, around=around)
    await mmap_read_unlock(t, mm, at="P4")
    return error


@kernel("mm/memory.c")
async def do_fault(t: Thread, inode: Inode, vma: Vma, index: int, *, write: bool, around: bool) -> int:
    """Map what is in the cache, or else the page that the file gives: 0 or a negative errno."""
    if Fix.INVALIDATE_LOCK in inode.kernel:
        await inode.i_mapping.invalidate_lock.down_read(t, at="P1 filemap_invalidate_lock_shared")
    error = 0
    mapped = False
    if around and not write:
        mapped = await filemap_map_pages(t, inode, vma, index)
    if not mapped:
        error, page = await shmem_fault(t, inode, index)
        if not error:
            await finish_fault(t, inode, vma, index, page, write=write)
            await page.lock.release(t, at="P4 unlock_page")
            await put_page(t, page, at="P4 put_page")
    if Fix.INVALIDATE_LOCK in inode.kernel:
        await inode.i_mapping.invalidate_lock.up_read(t, at="P4 filemap_invalidate_unlock_shared")
    return error


@kernel("mm/shmem.c")
async def shmem_fault(t: Thread, inode: Inode, index: int) -> tuple[int, Any]:
    """The page to map, locked and referenced, made if need be: (error, page). It waits while a hole is punched."""
    if inode.punched and await t.read(inode.i_private, at="P2 i_private") == inode.punch:
        await inode.i_lock.acquire(t, at="P2 spin_lock i_lock")
        punching = await t.read(inode.i_private, at="P2 i_private again") == inode.punch
        await inode.i_lock.release(t, at="P2 spin_unlock i_lock")
        if punching:
            await t.wait_until(inode.i_private, lambda v: v != inode.punch, at="P2 schedule")
    return await shmem_getpage(t, inode, index, Sgp.CACHE)


@kernel("mm/memory.c")
async def finish_fault(t: Thread, inode: Inode, vma: Vma, index: int, page: Any, *, write: bool) -> None:
    """Enter a page into the page table: for a write to a private mapping a copy of it."""
    target = page
    if write and not vma.shared:
        target = vma.anon[index]
        for word in inode.all_words:
            await t.write(target.data[word], await t.read(page.data[word], at="P3 cow"), at="P3 cow")
    await ptl_lock(t, vma, at="P3 pte_offset_map_lock")
    old = await t.read(vma.pte[index], ONCE, at="P3 ptep_get")
    if old == 0 or (target is not page and old != target):
        if old != 0:  # the file's page, which had been mapped for reading
            await t.fetch("-", old.mapcount, 1, ONCE, at="P3 page_remove_rmap", result=None)
            await put_page(t, old, at="P3 put_page")
        await get_page(t, target, at="P3 get_page")
        await t.fetch("+", target.mapcount, 1, ONCE, at="P3 page_add_file_rmap", result=None)
        await t.write(vma.pte[index], target, ONCE, at="P3 set_pte_at")
    await ptl_unlock(t, vma, at="P3 pte_unmap_unlock")


@kernel("mm/filemap.c")
async def filemap_map_pages(t: Thread, inode: Inode, vma: Vma, index: int) -> bool:
    """Map the page if it is in the cache, uptodate, below the size and not locked. Waits for nothing."""
    mapping = inode.i_mapping
    page = await t.read(mapping.i_pages[index], ONCE, at="P6 next_uptodate_page")
    if page == 0 or (inode.swaps and page.is_swap_entry):
        return False
    if await get_page_unless_zero(t, page, at="P6 folio_try_get_rcu") == 0:
        return False
    mapped = False
    if await t.read(mapping.i_pages[index], ONCE, at="P6 xas_reload") == page:
        if not await page.lock.try_acquire(t, at="P6 trylock_page"):
            mapped = await may_map(t, inode, index, page)
            if mapped:
                await finish_fault(t, inode, vma, index, page, write=False)
            await page.lock.release(t, at="P6 unlock_page")
    await put_page(t, page, at="P6 put_page")
    return mapped


@kernel("mm/filemap.c", "next_uptodate_page")
async def may_map(t: Thread, inode: Inode, index: int, page: Any) -> bool:
    """What next_uptodate_page() looks at under the page lock."""
    if await t.read(page.mapping, at="P6 page->mapping") != inode.i_mapping:
        return False
    if not await t.read(page.uptodate, ONCE, at="P6 PageUptodate"):
        return False
    await t.fence(Tag.RMB, at="P6 PageUptodate smp_rmb")
    below: bool = await i_size_read(t, inode, at="P6 i_size_read") > index << PAGE_SHIFT
    return below
