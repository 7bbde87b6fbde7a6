"""Taking pages of a file out of the page tables of those who map it: unmap_mapping_range()."""

from __future__ import annotations

from explorer.program.program import kernel
from explorer.program.thread import ONCE, Thread
from scenarios.shmem.objects import Inode, Vma, ptl_lock, ptl_unlock, put_page


@kernel("mm/memory.c")
async def unmap_mapping_range(t: Thread, inode: Inode, start: int, end: int | None = None, *, even_cows: bool) -> None:
    """Zap the page table entries of pages ``start`` to ``end`` (None: all that follow) in every mapping.

    ``even_cows``: also those of pages that a private mapping has copied for itself.
    """
    if not inode.mapped:
        return
    mapping = inode.i_mapping
    await mapping.i_mmap_rwsem.down_write(t, at="Z1 i_mmap_lock_write")
    if await t.read(mapping.i_mmap, at="Z2 i_mmap") != 0:
        for vma in inode.vmas:
            if await t.read(vma.linked, at="Z2 vma_interval_tree_foreach"):
                await zap_page_range(t, vma, start, end, even_cows=even_cows)
    await mapping.i_mmap_rwsem.up_write(t, at="Z5 i_mmap_unlock_write")


@kernel("mm/memory.c")
async def zap_page_range(t: Thread, vma: Vma, start: int, end: int | None = None, *, even_cows: bool = True) -> None:
    """Clear the entries, flush them from the TLBs, and drop what they held of their pages.

    An access of user space holds the page table lock here (see ``fault``), which stands for the
    flush: it does not end while somebody uses an entry that it takes away.
    """
    await ptl_lock(t, vma, at="Z3 pte_offset_map_lock")
    for pte, anon in list(zip(vma.pte, vma.anon, strict=True))[start:end]:
        page = await t.read(pte, ONCE, at="Z3 ptep_get_and_clear")
        if page != 0 and (even_cows or vma.shared or page != anon):
            await t.write(pte, 0, ONCE, at="Z3 ptep_get_and_clear")
            await t.fetch("-", page.mapcount, 1, ONCE, at="Z4 page_remove_rmap", result=None)
            await put_page(t, page, at="Z4 put_page")
    await ptl_unlock(t, vma, at="Z4 pte_unmap_unlock")
