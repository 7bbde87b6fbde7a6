"""ftruncate(2): shmem_setattr() and the removal of pages, shmem_undo_range().

Left out: unmap_mapping_range() (nothing is mapped); the peek at ``alloced``, which only
saves a scan without pages; the reference that a scan holds while it looks at a page (only
the scan itself removes pages, so the cache's reference keeps the page until then); the
xarray's lock (see ``getpage``).
"""

from __future__ import annotations

from errno import EINVAL, EPERM
from typing import Any

from explorer.program.program import kernel
from explorer.program.thread import ONCE, RELEASE, Thread
from scenarios.shmem.constants import F_SEAL_GROW, F_SEAL_INACCESSIBLE, F_SEAL_SHRINK, PAGE_MASK, PAGE_SHIFT
from scenarios.shmem.objects import AddressSpace, Inode, i_size_read, i_size_write, put_page


@kernel("fs/open.c")
async def do_truncate(t: Thread, inode: Inode, length: int, passes: int) -> int:
    """ftruncate() to ``length``: 0 or a negative errno. ``passes`` as in ``shmem_undo_range``."""
    await inode.i_rwsem.down_write(t, at="T0 inode_lock")
    error = await shmem_setattr(t, inode, length, passes)
    await inode.i_rwsem.up_write(t, at="T6 inode_unlock")
    return error


@kernel("mm/shmem.c")
async def shmem_setattr(t: Thread, inode: Inode, newsize: int, passes: int) -> int:
    """Change the size (ATTR_SIZE) with the rules of v4; ``i_rwsem`` is held.

    The caller must ask for whole pages where the file is not sealed, too (see ``objects``).
    """
    oldsize = await t.read(inode.i_size, at="T1 oldsize")
    if newsize < oldsize and await t.read(inode.seals, at="T2 seals") & F_SEAL_SHRINK:
        return -EPERM
    if newsize > oldsize and await t.read(inode.seals, at="T2 seals") & F_SEAL_GROW:
        return -EPERM
    if await t.read(inode.seals, at="T3 seals") & F_SEAL_INACCESSIBLE:
        if await i_size_read(t, inode, at="T3 i_size_read") != 0:
            return -EPERM
        if newsize & ~PAGE_MASK:
            return -EINVAL
    if newsize != oldsize:
        await i_size_write(t, inode, newsize, at="T4 i_size_write")
    if newsize <= oldsize:  # T5: equality too, it drops pages beyond the end
        await shmem_undo_range(t, inode, newsize >> PAGE_SHIFT, passes)
    return 0


@kernel("mm/shmem.c")
async def shmem_undo_range(t: Thread, inode: Inode, start: int, passes: int) -> None:
    """Remove every page from index ``start`` on.

    With two ``passes``, as in the kernel, the first skips a page that somebody has locked
    and the second waits for it.  With one, the second does all the work.
    """
    mapping = inode.i_mapping
    if passes == 2:
        for index in range(start, len(mapping.i_pages)):
            page = await t.read(mapping.i_pages[index], ONCE, at="U1 find_lock_entries")
            if page == 0:
                continue
            if await page.lock.try_acquire(t, at="U1 trylock_page"):
                continue
            await truncate_inode_page(t, mapping, index, page)
            await page.lock.release(t, at="U1 unlock_page")
    while True:
        found = False
        for index in range(start, len(mapping.i_pages)):
            page = await t.read(mapping.i_pages[index], ONCE, at="U3 find_get_entries")
            if page == 0:
                continue
            found = True
            await page.lock.acquire(t, at="U3 lock_page")
            await truncate_inode_page(t, mapping, index, page)
            await page.lock.release(t, at="U3 unlock_page")
        if not found:
            break


@kernel("mm/truncate.c")
async def truncate_inode_page(t: Thread, mapping: AddressSpace, index: int, page: Any) -> None:
    """Take a locked page out of the cache, unless that has been done, and drop the cache's reference."""
    if await t.read(page.mapping, at="U1 page->mapping") != mapping:
        return
    await t.write(mapping.i_pages[index], 0, RELEASE, at="U1 page cache slot")
    await t.write(page.mapping, 0, at="U1 page->mapping = NULL")
    await put_page(t, page, at="U1 put_page")
