"""Taking pages of a file out of the page tables of those who map it: unmap_mapping_range()."""

from __future__ import annotations

from explorer.program.program import kernel
from explorer.program.thread import ONCE, Thread
from scenarios.shmem.objects import Inode, Vma, put_page


@kernel("mm/memory.c")
async def unmap_mapping_range(t: Thread, inode: Inode, start: int, end: int | None = None) -> None:
    """Zap the page table entries of pages ``start`` to ``end`` (None: all that follow) in every mapping."""
    if not inode.mapped:
        return
    mapping = inode.i_mapping
    await mapping.i_mmap_rwsem.down_write(t, at="Z1 i_mmap_lock_write")
    if await t.read(mapping.i_mmap, at="Z2 i_mmap") != 0:
        for vma in inode.vmas:
            if await t.read(vma.linked, at="Z2 vma_interval_tree_foreach"):
                await zap_page_range(t, vma, start, end)
    await mapping.i_mmap_rwsem.up_write(t, at="Z5 i_mmap_unlock_write")


@kernel("mm/memory.c")
async def zap_page_range(t: Thread, vma: Vma, start: int, end: int | None = None) -> None:
    """Clear the entries, flush them from the TLBs, and drop what they held of their pages.

    An access of user space holds the page table lock here (see ``fault``), which stands for the
    flush: it does not end while somebody uses an entry that it takes away.
    """
    await vma.ptl.acquire(t, at="Z3 pte_offset_map_lock")
    for pte in vma.pte[start:end]:
        page = await t.read(pte, ONCE, at="Z3 ptep_get_and_clear")
        if page != 0:
            await t.write(pte, 0, ONCE, at="Z3 ptep_get_and_clear")
            await t.fetch("-", page.mapcount, 1, ONCE, at="Z4 page_remove_rmap", result=None)
            await put_page(t, page, at="Z4 put_page")
    await vma.ptl.release(t, at="Z4 pte_unmap_unlock")
