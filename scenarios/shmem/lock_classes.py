"""The order in which the kernel takes the locks of these paths (headers of mm/filemap.c and mm/rmap.c)."""

from __future__ import annotations

from collections.abc import Sequence

from explorer.lock_order import LockClass, LockOrder
from scenarios.shmem.mmap import Mm
from scenarios.shmem.objects import Inode
from scenarios.shmem.splice import Pipe


def kernel_lock_order(inode: Inode, mms: Sequence[Mm] = (), pipes: Sequence[Pipe] = ()) -> LockOrder:
    """The property that nobody takes the locks of a file, and of who maps or splices it, the other way round."""
    mapping = inode.i_mapping
    return LockOrder(
        (
            LockClass("pipe mutex", tuple(pipe.mutex.word for pipe in pipes)),
            LockClass("i_rwsem", (inode.i_rwsem.word,)),
            LockClass("mmap_lock", tuple(mm.mmap_lock.word for mm in mms)),
            LockClass("invalidate_lock", (mapping.invalidate_lock.word,)),
            LockClass("page lock", tuple(page.lock.word for page in inode.pages)),
            LockClass("i_mmap_rwsem", (mapping.i_mmap_rwsem.word,)),
            LockClass("page table lock", tuple(vma.ptl.word for vma in inode.vmas)),
            LockClass("i_lock", (inode.i_lock.word,)),
            LockClass("xa_lock", (mapping.xa_lock.word,)),
        )
    )
