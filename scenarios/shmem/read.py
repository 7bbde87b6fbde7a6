"""read(2) and pread(2): shmem_file_read_iter(), and where each fix changes it."""

from __future__ import annotations

from dataclasses import dataclass
from errno import EINVAL, EPERM
from typing import Any, Protocol

from explorer.program.program import kernel
from explorer.program.thread import Thread
from scenarios.shmem.constants import F_SEAL_INACCESSIBLE, PAGE_MASK, PAGE_SHIFT, PAGE_SIZE
from scenarios.shmem.fixes import Fix
from scenarios.shmem.getpage import Sgp, shmem_getpage
from scenarios.shmem.kernel import Hunk, Switch, Version
from scenarios.shmem.objects import Inode, i_size_read, put_page, seals_read
from scenarios.shmem.sections import begin_read, end_read


class Iter(Protocol):
    """struct iov_iter: where a read puts what it finds."""

    async def copy_page(self, t: Thread, inode: Inode, page: Any, done: int, offset: int, nr: int) -> None:
        """copy_page_to_iter(): take ``nr`` bytes at ``offset`` of a page, ``done`` bytes having been taken before."""


@dataclass(frozen=True)
class UserBuffer:
    """Memory of the reading process (ITER_IOVEC)."""

    async def copy_page(self, t: Thread, inode: Inode, page: Any, done: int, offset: int, nr: int) -> None:
        await copy_page_to_iter(t, inode, page, offset, nr)


@kernel("lib/iov_iter.c")
async def copy_page_to_iter(t: Thread, inode: Inode, page: Any, offset: int, nr: int) -> None:
    """Copy bytes of a page to user memory: without a lock, and with faults that may take any time."""
    for word in inode.words(offset, nr):
        await t.read(page.data[word], at="R10 copy")


@kernel("mm/shmem.c")
async def shmem_file_read_iter(t: Thread, inode: Inode, pos: int, count: int, to: Iter) -> int:
    """Read ``count`` bytes at ``pos``; returns the bytes read, or a negative errno.

    An error after some pages is not returned: ``retval ? retval : error``.
    """
    kernel = inode.kernel
    check_first = Hunk.READ_ITER in kernel and Fix.SEAL_FIRST in kernel
    check = Hunk.READ_ITER in kernel and Fix.SEAL_FIRST not in kernel
    retval = error = 0
    section = await begin_read(t, inode)
    while True:
        index, offset = pos >> PAGE_SHIFT, pos & ~PAGE_MASK
        if check_first and await seals_read(t, inode, at="R3 seal check") & F_SEAL_INACCESSIBLE:
            error = -EPERM
            break
        i_size = await i_size_read(t, inode, at="R1 first i_size_read")
        end_index = i_size >> PAGE_SHIFT
        if end_index < index:  # R2
            break
        if check and await seals_read(t, inode, at="R3 seal check") & F_SEAL_INACCESSIBLE:
            error = -EPERM
            break
        if end_index == index and inode.tail(i_size) <= offset:  # R4
            break

        merged_size = i_size if Switch.MERGED_SIZE in kernel else None
        error, page = await shmem_getpage(t, inode, index, Sgp.READ, merged_size)  # R5
        if error:
            if error == -EINVAL:
                error = 0
            break
        if Fix.RECHECK in kernel or Fix.RECHECK_LOCKED in kernel:
            if await seals_read(t, inode, at="R5 seal recheck") & F_SEAL_INACCESSIBLE:
                if page is not None:
                    await page.lock.release(t, at="R5 unlock_page")
                    await put_page(t, page, at="R5 put_page")
                error = -EPERM
                break
        if page is not None and Fix.RECHECK_LOCKED not in kernel:
            await page.lock.release(t, at="R6 unlock_page")

        i_size = await i_size_read(t, inode, at="R7 second i_size_read")
        end_index = i_size >> PAGE_SHIFT
        nr = PAGE_SIZE
        # Up to 6.12 a size that no longer reaches page ``index`` is not noticed: R8 compares for equality only.
        ended = i_size <= pos if Version.V6_13 in kernel else end_index == index and inode.tail(i_size) <= offset
        if ended:  # R8
            if page is not None:
                await release_read_page(t, inode, page, at="R8")
            break
        if end_index == index:
            nr = inode.tail(i_size)
        nr = min(nr - offset, count)  # R9
        if Fix.RECHECK_LATE in kernel and await seals_read(t, inode, at="R9 seal recheck") & F_SEAL_INACCESSIBLE:
            if page is not None:
                await release_read_page(t, inode, page, at="R9")
            error = -EPERM
            break
        if page is not None:  # R10; a hole copies the zero page
            await to.copy_page(t, inode, page, retval, offset, nr)
            await release_read_page(t, inode, page, at="R10")
        if Fix.RECHECK_AFTER_COPY in kernel and await seals_read(t, inode, at="R10 seal recheck") & F_SEAL_INACCESSIBLE:
            error = -EPERM
            break
        retval, pos, count = retval + nr, pos + nr, count - nr  # R11
        if count == 0:
            break
    await end_read(t, inode, section)
    return retval or error


async def release_read_page(t: Thread, inode: Inode, page: Any, *, at: str) -> None:
    """Drop the reference of a page that has been read, and with ``recheck-locked`` its lock."""
    if Fix.RECHECK_LOCKED in inode.kernel:
        await page.lock.release(t, at=f"{at} unlock_page")
    await put_page(t, page, at=f"{at} put_page")
