"""What fixes put around a read, and what they make the other side wait for.

``rwsem``, ``invalidate-lock``: a read shares a lock that the changes of a file take for
themselves.  ``srcu``: a read is a section, and F_ADD_SEALS waits for those before it ends.
``reader-count``: a read counts itself, and a sealed file grows only when the count is 0.
"""

from __future__ import annotations

from typing import Any

from explorer.execution.kinds import Tag
from explorer.program.thread import ACQUIRE, FULL, Thread
from scenarios.shmem.constants import F_SEAL_INACCESSIBLE
from scenarios.shmem.fixes import Fix
from scenarios.shmem.objects import Inode


async def begin_read(t: Thread, inode: Inode) -> Any:
    """Before the first step of a read; gives what ``end_read`` wants to have."""
    kernel = inode.kernel
    if Fix.RWSEM in kernel:
        await inode.i_rwsem.down_read(t, at="R0 inode_lock_shared")
    if Fix.INVALIDATE_LOCK in kernel:
        await inode.i_mapping.invalidate_lock.down_read(t, at="R0 filemap_invalidate_lock_shared")
    if Fix.READER_COUNT in kernel:
        # Fully ordered: the count is up before R3 looks at the seals.
        await t.fetch("+", inode.readers, 1, FULL, at="R0 readers + 1")
    return await inode.srcu.read_lock(t, at="R0 srcu_read_lock") if Fix.SRCU in kernel else None


async def end_read(t: Thread, inode: Inode, section: Any) -> None:
    """After the last step of a read."""
    kernel = inode.kernel
    if Fix.SRCU in kernel:
        await inode.srcu.read_unlock(t, section, at="R12 srcu_read_unlock")
    if Fix.READER_COUNT in kernel:
        await t.fetch("-", inode.readers, 1, FULL, at="R12 readers - 1")
    if Fix.INVALIDATE_LOCK in kernel:
        await inode.i_mapping.invalidate_lock.up_read(t, at="R12 filemap_invalidate_unlock_shared")
    if Fix.RWSEM in kernel:
        await inode.i_rwsem.up_read(t, at="R12 inode_unlock_shared")


async def inode_lock(t: Thread, inode: Inode, *, at: str) -> None:
    """inode_lock(), and with the fix the invalidate lock inside it."""
    await inode.i_rwsem.down_write(t, at=f"{at} inode_lock")
    if Fix.INVALIDATE_LOCK in inode.kernel:
        await inode.i_mapping.invalidate_lock.down_write(t, at=f"{at} filemap_invalidate_lock")


async def inode_unlock(t: Thread, inode: Inode, *, at: str) -> None:
    """inode_unlock(), and with the fix the invalidate lock before it."""
    if Fix.INVALIDATE_LOCK in inode.kernel:
        await inode.i_mapping.invalidate_lock.up_write(t, at=f"{at} filemap_invalidate_unlock")
    await inode.i_rwsem.up_write(t, at=f"{at} inode_unlock")


async def wait_before_growing(t: Thread, inode: Inode, *, at: str) -> None:
    """With ``reader-count``: a sealed file that is about to grow waits until no read is under way."""
    if Fix.READER_COUNT in inode.kernel and await t.read(inode.seals, at=f"{at} seals") & F_SEAL_INACCESSIBLE:
        # smp_mb() between the seal and the count: a read that is not counted yet sees the seal.
        await t.fence(Tag.MB, at=f"{at} smp_mb")
        await t.wait_until(inode.readers, lambda v: v == 0, ACQUIRE, at=f"{at} no readers")
