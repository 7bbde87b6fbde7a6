"""fcntl(F_ADD_SEALS) under protocol P2: the seal is added to a live file, behind a guard.

The seals that need a look at mappings and pinned pages (F_SEAL_WRITE) are not modelled;
there are no mappings, so the guard's first half, an empty ``i_mmap``, always holds.
"""

from __future__ import annotations

from errno import EBUSY, EINVAL, EPERM

from explorer.program.program import kernel
from explorer.program.thread import Thread
from scenarios.shmem.constants import F_SEAL_GROW, F_SEAL_INACCESSIBLE, F_SEAL_SEAL, F_SEAL_SHRINK
from scenarios.shmem.objects import Inode, i_size_read

F_ALL_SEALS = F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_INACCESSIBLE
"""The seals that can be added here. v4 as posted forgets the new one (facts, section 0)."""


@kernel("mm/memfd.c")
async def memfd_add_seals(t: Thread, inode: Inode, seals: int) -> int:
    """Add seals: 0 or a negative errno."""
    if seals & ~F_ALL_SEALS:  # A3
        return -EINVAL
    error = 0
    await inode.i_rwsem.down_write(t, at="A4 inode_lock")
    if await t.read(inode.seals, at="A6 seals") & F_SEAL_SEAL:
        error = -EPERM
    if not error and seals & F_SEAL_INACCESSIBLE and await i_size_read(t, inode, at="A8 i_size_read") != 0:
        error = -EBUSY
    if not error:
        old = await t.read(inode.seals, at="A9 seals")
        await t.write(inode.seals, old | seals, at="A9 seals |= new")
    await inode.i_rwsem.up_write(t, at="A10 inode_unlock")
    return error
