"""The page cache: finding a page, inserting one, taking one out.

The xarray's own lock is taken where a slot can be stored without ``i_rwsem`` (by a fault, by
the swap).  Elsewhere it has nothing to keep apart, an insertion always finds its slot empty,
and the slot store is itself the release that rcu_assign_pointer() makes it.  rcu_read_lock()
is no event: nothing waits for a grace period.
"""

from __future__ import annotations

from errno import EEXIST
from typing import Any

from explorer.program.program import kernel
from explorer.program.thread import ONCE, RELEASE, Thread
from scenarios.shmem.objects import Inode, get_page, get_page_unless_zero, put_page


@kernel("mm/filemap.c")
async def pagecache_get_page(t: Thread, inode: Inode, index: int) -> Any:
    """What the slot holds (FGP_ENTRY | FGP_LOCK): a page, locked and referenced; a swap entry; or None."""
    mapping = inode.i_mapping
    slot = mapping.i_pages[index]
    while True:
        page = await t.read(slot, ONCE, at="G2b page lookup")
        if page == 0:
            return None
        if inode.swaps and page.is_swap_entry:
            return page
        # Where the count is 0 the kernel tries again. A try that failed has changed nothing, so whatever
        # comes of the next one comes of it without that try, too: as with a blocking step it is no event.
        await t.assume(await get_page_unless_zero(t, page, at="G2d get_page_unless_zero") != 0, at="G2d repeat")
        if await t.read(slot, ONCE, at="G2e xas_reload") != page:
            await put_page(t, page, at="G2e put_page")
            continue
        await page.lock.acquire(t, at="G2g lock_page")
        if await t.read(page.mapping, at="G2h page->mapping") != mapping:
            await page.lock.release(t, at="G2h unlock_page")
            await put_page(t, page, at="G2h put_page")
            continue
        return page


@kernel("mm/shmem.c")
async def shmem_add_to_page_cache(t: Thread, inode: Inode, index: int, page: Any, expected: Any = 0) -> int:
    """Insert a locked page where the slot holds what is expected: 0 or -EEXIST (G6)."""
    mapping = inode.i_mapping
    await get_page(t, page, at="G6 page_ref_add")
    await t.write(page.mapping, mapping, at="G6 page->mapping")
    if not inode.shared_slots:
        await t.write(mapping.i_pages[index], page, RELEASE, at="G6 xas_store")
        return 0
    await mapping.xa_lock.acquire(t, at="G6 xas_lock_irq")
    taken = await t.read(mapping.i_pages[index], at="G6 xas_find_conflict") != expected
    if not taken:
        await t.write(mapping.i_pages[index], page, RELEASE, at="G6 xas_store")
    await mapping.xa_lock.release(t, at="G6 xas_unlock_irq")
    if taken:
        await t.write(page.mapping, 0, at="G6 page->mapping = NULL")
        await put_page(t, page, at="G6 put_page")
        return -EEXIST
    return 0


@kernel("mm/filemap.c")
async def delete_from_page_cache(t: Thread, inode: Inode, index: int, page: Any) -> None:
    """Take a locked page out of the cache, and drop the cache's reference."""
    mapping = inode.i_mapping
    if inode.shared_slots:
        await inode.i_lock.acquire(t, at="U1 spin_lock i_lock")
        await mapping.xa_lock.acquire(t, at="U1 xa_lock_irq")
    await t.write(mapping.i_pages[index], 0, RELEASE, at="U1 page cache slot")
    await t.write(page.mapping, 0, at="U1 page->mapping = NULL")
    if inode.shared_slots:
        await mapping.xa_lock.release(t, at="U1 xa_unlock_irq")
        await inode.i_lock.release(t, at="U1 spin_unlock i_lock")
    await put_page(t, page, at="U1 put_page")


@kernel("mm/shmem.c")
async def shmem_delete_from_page_cache(t: Thread, inode: Inode, index: int, page: Any, entry: Any) -> None:
    """Put a swap entry where a locked page was, and drop the cache's reference."""
    mapping = inode.i_mapping
    await mapping.xa_lock.acquire(t, at="O5 xa_lock_irq")
    await t.write(mapping.i_pages[index], entry, RELEASE, at="O5 page cache slot")
    await t.write(page.mapping, 0, at="O5 page->mapping = NULL")
    await mapping.xa_lock.release(t, at="O5 xa_unlock_irq")
    await put_page(t, page, at="O5 put_page")
