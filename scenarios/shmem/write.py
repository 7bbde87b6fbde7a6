"""write(2) and pwrite(2): generic_file_write_iter(), shmem_write_begin(), shmem_write_end()."""

from __future__ import annotations

from errno import EPERM
from typing import Any

from explorer.execution.kinds import Tag
from explorer.program.program import kernel
from explorer.program.thread import ONCE, Thread
from scenarios.shmem.constants import (
    F_SEAL_FUTURE_WRITE,
    F_SEAL_GROW,
    F_SEAL_INACCESSIBLE,
    F_SEAL_WRITE,
    PAGE_MASK,
    PAGE_SHIFT,
    PAGE_SIZE,
)
from scenarios.shmem.getpage import Sgp, shmem_getpage
from scenarios.shmem.kernel import Hunk
from scenarios.shmem.objects import Inode, i_size_write, put_page
from scenarios.shmem.sections import inode_lock, inode_unlock


@kernel("mm/filemap.c")
async def generic_file_write_iter(t: Thread, inode: Inode, pos: int, count: int, token: int) -> int:
    """Write ``count`` bytes, all of them ``token``, at ``pos``; returns the bytes written, or a negative errno."""
    await inode_lock(t, inode, at="W0")
    written = await generic_perform_write(t, inode, pos, count, token) if count else 0
    await inode_unlock(t, inode, at="W7")
    return written


@kernel("mm/filemap.c")
async def generic_perform_write(t: Thread, inode: Inode, pos: int, count: int, token: int) -> int:
    """Page by page; an error after some pages is not returned."""
    written = 0
    while count:
        chunk = min(PAGE_SIZE - (pos & ~PAGE_MASK), count)
        error, page = await shmem_write_begin(t, inode, pos, chunk)
        if error:
            return written or error
        for word in inode.words(pos & ~PAGE_MASK, chunk):
            await t.write(page.data[word], token, at="W3 copy_page_from_iter_atomic")
        await shmem_write_end(t, inode, pos, chunk, page)
        written, pos, count = written + chunk, pos + chunk, count - chunk
    return written


@kernel("mm/shmem.c")
async def shmem_write_begin(t: Thread, inode: Inode, pos: int, length: int) -> tuple[int, Any]:
    """The page to write to, locked and referenced, unless a seal forbids it: (error, page)."""
    hunks = inode.kernel
    looked_at = F_SEAL_GROW | F_SEAL_WRITE | F_SEAL_FUTURE_WRITE
    if Hunk.WRITE_BEGIN_MASK in hunks:
        looked_at |= F_SEAL_INACCESSIBLE
    seals = await t.read(inode.seals, at="W2 seals")
    if seals & looked_at:
        if seals & (F_SEAL_WRITE | F_SEAL_FUTURE_WRITE):
            return -EPERM, None
        if seals & F_SEAL_GROW and await t.read(inode.i_size, at="W2 i_size") < pos + length:
            return -EPERM, None
        if Hunk.WRITE_BEGIN in hunks and seals & F_SEAL_INACCESSIBLE:
            return -EPERM, None
    return await shmem_getpage(t, inode, pos >> PAGE_SHIFT, Sgp.WRITE)


@kernel("mm/shmem.c")
async def shmem_write_end(t: Thread, inode: Inode, pos: int, copied: int, page: Any) -> None:
    """Grow the file, make the page uptodate, let it go."""
    if await t.read(inode.i_size, at="W4 i_size") < pos + copied:
        await i_size_write(t, inode, pos + copied, at="W4 i_size_write")
    if not await t.read(page.uptodate, ONCE, at="W5 PageUptodate"):
        written = inode.words(pos & ~PAGE_MASK, copied)
        for word in inode.all_words:
            if word not in written:
                await t.write(page.data[word], 0, at="W5 zero_user_segments")
        await t.fence(Tag.WMB, at="W5 SetPageUptodate smp_wmb")
        await t.fetch("|", page.uptodate, 1, ONCE, at="W5 SetPageUptodate", result=None)
    await page.lock.release(t, at="W6 unlock_page")
    await put_page(t, page, at="W6 put_page")
