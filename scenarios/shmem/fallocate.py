"""fallocate(2) in mode 0: shmem_fallocate() growing a file.

It has no seal check but F_SEAL_GROW (v4's new one sits in the branch that punches holes,
which is not modelled).  Left out: ``i_private`` (F3, F6), which reads do not look at.
"""

from __future__ import annotations

from errno import EPERM

from explorer.program.program import kernel
from explorer.program.thread import Thread
from scenarios.shmem.constants import F_SEAL_GROW, PAGE_MASK, PAGE_SHIFT
from scenarios.shmem.getpage import Sgp, shmem_getpage
from scenarios.shmem.objects import Inode, i_size_write, put_page


@kernel("mm/shmem.c")
async def shmem_fallocate(t: Thread, inode: Inode, offset: int, length: int) -> int:
    """Allocate the pages of ``length`` bytes at ``offset`` and grow the file: 0 or a negative errno.

    A page that was missing is inserted but not cleared: it reads as a hole until somebody makes it uptodate.
    """
    end = offset + length
    assert not (offset | end) & ~PAGE_MASK, "modelled sizes are whole pages"
    await inode.i_rwsem.down_write(t, at="F0 inode_lock")
    error = 0
    if await t.read(inode.seals, at="F2 seals") & F_SEAL_GROW and await t.read(inode.i_size, at="F2 i_size") < end:
        error = -EPERM
    if not error:
        for index in range(offset >> PAGE_SHIFT, end >> PAGE_SHIFT):
            error, page = await shmem_getpage(t, inode, index, Sgp.FALLOC)
            assert error == 0
            await page.lock.release(t, at="F4 unlock_page")
            await put_page(t, page, at="F4 put_page")
        if await t.read(inode.i_size, at="F5 i_size") < end:
            await i_size_write(t, inode, end, at="F5 i_size_write")
    await inode.i_rwsem.up_write(t, at="F7 inode_unlock")
    return error
