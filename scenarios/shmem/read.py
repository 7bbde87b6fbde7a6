"""read(2) and pread(2): shmem_file_read_iter(), and where each fix changes it.

Since sizes are whole pages, ``i_size & ~PAGE_MASK`` is 0 and the page in which the file
ends has nothing to read: ``nr <= offset`` always holds there (R4, R8).
"""

from __future__ import annotations

from errno import EINVAL, EPERM

from explorer.program.program import kernel
from explorer.program.thread import Thread
from scenarios.shmem.constants import F_SEAL_INACCESSIBLE, PAGE_MASK, PAGE_SHIFT, PAGE_SIZE
from scenarios.shmem.fixes import Fix
from scenarios.shmem.getpage import Sgp, shmem_getpage
from scenarios.shmem.objects import Inode, i_size_read, put_page


@kernel("mm/shmem.c")
async def shmem_file_read_iter(t: Thread, inode: Inode, pos: int, count: int, fix: Fix) -> int:
    """Read ``count`` bytes at ``pos``; returns the bytes read, or a negative errno.

    An error after some pages is not returned: ``retval ? retval : error``.
    """
    retval = error = 0
    if fix is Fix.RWSEM:
        await inode.i_rwsem.down_read(t, at="R0 inode_lock_shared")
    while True:
        index, offset = pos >> PAGE_SHIFT, pos & ~PAGE_MASK
        if fix is Fix.SEAL_FIRST and await t.read(inode.seals, at="R3 seal check") & F_SEAL_INACCESSIBLE:
            error = -EPERM
            break
        end_index = await i_size_read(t, inode, at="R1 first i_size_read") >> PAGE_SHIFT
        if end_index < index:  # R2
            break
        check_here = fix not in (Fix.NO_CHECK, Fix.SEAL_FIRST)
        if check_here and await t.read(inode.seals, at="R3 seal check") & F_SEAL_INACCESSIBLE:
            error = -EPERM
            break
        if end_index == index:  # R4: nr <= offset
            break

        error, page = await shmem_getpage(t, inode, index, Sgp.READ)  # R5
        if error:
            if error == -EINVAL:
                error = 0
            break
        if fix is Fix.RECHECK and await t.read(inode.seals, at="R5 seal recheck") & F_SEAL_INACCESSIBLE:
            if page is not None:
                await page.lock.release(t, at="R5 unlock_page")
                await put_page(t, page, at="R5 put_page")
            error = -EPERM
            break
        if page is not None:
            await page.lock.release(t, at="R6 unlock_page")

        # A size that no longer reaches page ``index`` is not noticed: R8 compares for equality only.
        end_index = await i_size_read(t, inode, at="R7 second i_size_read") >> PAGE_SHIFT
        if end_index == index:  # R8: nr <= offset
            if page is not None:
                await put_page(t, page, at="R8 put_page")
            break
        nr = min(PAGE_SIZE - offset, count)  # R9
        if page is not None:  # R10; a hole copies the zero page
            await t.read(page.data[0], at="R10 copy_page_to_iter")
            await put_page(t, page, at="R10 put_page")
        retval, pos, count = retval + nr, pos + nr, count - nr  # R11
        if count == 0:
            break
    if fix is Fix.RWSEM:
        await inode.i_rwsem.up_read(t, at="R12 inode_unlock_shared")
    return retval or error
