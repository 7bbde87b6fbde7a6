"""fchmod(2): what F_SEAL_EXEC keeps."""

from __future__ import annotations

from errno import EPERM

from explorer.program.program import kernel
from explorer.program.thread import Thread
from scenarios.shmem.constants import F_SEAL_EXEC, S_IXUGO
from scenarios.shmem.objects import Inode
from scenarios.shmem.sections import inode_lock, inode_unlock


@kernel("fs/open.c")
async def chmod_common(t: Thread, inode: Inode, mode: int) -> int:
    """Set the permissions to ``mode``: 0 or a negative errno."""
    await inode_lock(t, inode, at="H0")
    error = await shmem_setattr_mode(t, inode, mode)
    await inode_unlock(t, inode, at="H3")
    return error


@kernel("mm/shmem.c", "shmem_setattr")
async def shmem_setattr_mode(t: Thread, inode: Inode, mode: int) -> int:
    """Change the mode (ATTR_MODE); ``i_rwsem`` is held. F_SEAL_EXEC keeps the x bits as they are."""
    if inode.kernel.seals_exec and await t.read(inode.seals, at="H1 seals") & F_SEAL_EXEC:
        if (await t.read(inode.i_mode, at="H1 i_mode") ^ mode) & S_IXUGO:
            return -EPERM
    await t.write(inode.i_mode, mode, at="H2 i_mode")
    return 0
