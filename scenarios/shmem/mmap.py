"""mmap(2) and what becomes of mappings: shmem_mmap(), linking, merging, fork, mremap, munmap, mprotect.

A seal is looked at by ``->mmap`` alone, without ``i_rwsem``.  A merge, a fork and an mremap
link a mapping without calling it.
"""

from __future__ import annotations

from errno import EACCES, EPERM

from explorer.execution.location import Object
from explorer.program.locks import RwSemaphore
from explorer.program.program import kernel
from explorer.program.thread import FULL, ONCE, Thread
from scenarios.shmem.constants import F_SEAL_FUTURE_WRITE, F_SEAL_INACCESSIBLE, F_SEAL_WRITE, PROT_READ, PROT_WRITE
from scenarios.shmem.fixes import Fix
from scenarios.shmem.kernel import Hunk, Version
from scenarios.shmem.objects import File, Inode, Vma, ptl_lock, ptl_unlock, seals_read
from scenarios.shmem.unmap import zap_page_range


class Mm(Object):
    """struct mm_struct: the address space of a process.

    ``threads`` says how many use it: with one alone ``mmap_lock`` has nothing to keep apart and is no event.
    """

    def __init__(self, name: str, threads: int = 1) -> None:
        super().__init__(name)
        self.threads = threads
        self.mmap_lock = RwSemaphore(f"{name}.mmap_lock")


async def mmap_write_lock(t: Thread, mm: Mm, *, at: str) -> None:
    """mmap_write_lock()."""
    if mm.threads > 1:
        await mm.mmap_lock.down_write(t, at=f"{at} mmap_write_lock")


async def mmap_write_unlock(t: Thread, mm: Mm, *, at: str) -> None:
    """mmap_write_unlock()."""
    if mm.threads > 1:
        await mm.mmap_lock.up_write(t, at=f"{at} mmap_write_unlock")


async def mmap_read_lock(t: Thread, mm: Mm, *, at: str) -> None:
    """mmap_read_lock()."""
    if mm.threads > 1:
        await mm.mmap_lock.down_read(t, at=f"{at} mmap_read_lock")


async def mmap_read_unlock(t: Thread, mm: Mm, *, at: str) -> None:
    """mmap_read_unlock()."""
    if mm.threads > 1:
        await mm.mmap_lock.up_read(t, at=f"{at} mmap_read_unlock")


@kernel("mm/mmap.c")
async def mmap_region(t: Thread, mm: Mm, file: File, vma: Vma, pages: int, neighbour: Vma | None = None) -> int:
    """Map the first ``pages`` pages of a file as ``vma``, or as the end of a neighbour that maps those before them."""
    if not file.readable or (vma.shared and vma.writable and not file.writable):
        return -EACCES
    await mmap_write_lock(t, mm, at="M0")
    if neighbour is not None and await vma_merge(t, file.inode, neighbour, pages):
        error = 0
    else:
        error = await map_new(t, file, vma, pages)
    await mmap_write_unlock(t, mm, at="M4")
    return error


@kernel("mm/mmap.c", "mmap_region")
async def map_new(t: Thread, file: File, vma: Vma, pages: int) -> int:
    """What mmap_region() does where nothing could be merged: 0 or a negative errno.

    A shared mapping may become writable later if the file was opened for writing, so it counts as one
    that writes.  Since v6.7 it does not where the file is sealed against writes and the mapping only reads.
    """
    inode = file.inode
    counted = vma.shared and file.writable
    may_write = not vma.shared or file.writable
    if counted and Version.V6_7 in inode.kernel and not vma.writable:
        if await seals_read(t, inode, at="M0 memfd_check_seals_mmap") & (F_SEAL_WRITE | F_SEAL_FUTURE_WRITE):
            counted = may_write = False
    if counted:
        writable = await t.update_if(
            inode.i_mapping.i_mmap_writable, lambda v: v >= 0, lambda v: v + 1, FULL, at="M0 mapping_map_writable"
        )
        if writable < 0:
            return -EPERM
    await t.write(vma.may_write, int(may_write), at="M0 VM_MAYWRITE")
    error = await shmem_mmap(t, inode, vma)
    if not error:
        error = await vma_link(t, inode, vma, pages, counted=counted)
    if error and counted:
        await t.fetch("-", inode.i_mapping.i_mmap_writable, 1, ONCE, at="M4 mapping_unmap_writable", result=None)
    return error


@kernel("mm/shmem.c")
async def shmem_mmap(t: Thread, inode: Inode, vma: Vma) -> int:
    """The file's part of mmap(2): the seals."""
    if await seals_read(t, inode, at="M1 seals") & F_SEAL_FUTURE_WRITE and vma.shared:
        if vma.writable:
            return -EPERM
        await t.write(vma.may_write, 0, at="M1 VM_MAYWRITE cleared")
    if Hunk.MMAP in inode.kernel and await seals_read(t, inode, at="M2 seals") & F_SEAL_INACCESSIBLE:
        return -EPERM
    return 0


@kernel("mm/mmap.c")
async def vma_link(t: Thread, inode: Inode, vma: Vma, pages: int, *, counted: bool) -> int:
    """Put a mapping into the file's tree: 0, or with ``mmap-guard``, which looks at the seals again here, -EPERM.

    ``counted`` says whether it is one of ``i_mmap_writable``.
    """
    mapping = inode.i_mapping
    error = 0
    await mapping.i_mmap_rwsem.down_write(t, at="M3 i_mmap_lock_write")
    if Fix.MMAP_GUARD in inode.kernel and await seals_read(t, inode, at="M3 seals") & F_SEAL_INACCESSIBLE:
        error = -EPERM
    else:
        await t.write(vma.pages, pages, at="M3 vm_end")
        await t.write(vma.counted, int(counted), at="M3 VM_SHARED")
        await t.write(vma.linked, 1, at="M3 vma_interval_tree_insert")
        await t.write(
            mapping.i_mmap, await t.read(mapping.i_mmap, at="M3 i_mmap") + 1, at="M3 vma_interval_tree_insert"
        )
    await mapping.i_mmap_rwsem.up_write(t, at="M3 i_mmap_unlock_write")
    return error


@kernel("mm/mmap.c")
async def vma_merge(t: Thread, inode: Inode, neighbour: Vma, pages: int) -> bool:
    """Make a neighbour longer, if it is there: no ->mmap, so no look at the seals."""
    if not await t.read(neighbour.linked, at="M0 vma_merge"):
        return False
    mapping = inode.i_mapping
    await mapping.i_mmap_rwsem.down_write(t, at="M3 i_mmap_lock_write")
    await t.write(neighbour.pages, await t.read(neighbour.pages, at="M3 vm_end") + pages, at="M3 vm_end")
    await mapping.i_mmap_rwsem.up_write(t, at="M3 i_mmap_unlock_write")
    return True


@kernel("kernel/fork.c")
async def dup_mmap(t: Thread, mm: Mm, inode: Inode, parent: Vma, child: Vma) -> None:
    """fork(2): the child's copy of a mapping. No ->mmap, so no look at the seals; its pages are faulted in anew."""
    await mmap_write_lock(t, mm, at="M0")
    if await t.read(parent.linked, at="M0 mpnt"):
        await copy_vma(t, inode, parent, child)
    await mmap_write_unlock(t, mm, at="M4")


@kernel("mm/mremap.c")
async def move_vma(t: Thread, mm: Mm, inode: Inode, old: Vma, new: Vma) -> None:
    """mremap(2) to another place: a new mapping without ->mmap, then the old one goes."""
    await mmap_write_lock(t, mm, at="M0")
    if await t.read(old.linked, at="M0 find_vma"):
        await copy_vma(t, inode, old, new)
        await move_page_tables(t, old, new)
        await unlink_vma(t, inode, old)
    await mmap_write_unlock(t, mm, at="M4")


@kernel("mm/mremap.c")
async def move_page_tables(t: Thread, old: Vma, new: Vma) -> None:
    """Move the page table entries: what was mapped stays mapped, pages of a private mapping's own among it."""
    await ptl_lock(t, old, at="M3 pte_offset_map_lock")
    await ptl_lock(t, new, at="M3 spin_lock_nested")
    for before, after in zip(old.pte, new.pte, strict=True):
        page = await t.read(before, ONCE, at="M3 ptep_get_and_clear")
        if page != 0:
            await t.write(before, 0, ONCE, at="M3 ptep_get_and_clear")
            await t.write(after, page, ONCE, at="M3 set_pte_at")
    await ptl_unlock(t, new, at="M3 spin_unlock")
    await ptl_unlock(t, old, at="M3 pte_unmap_unlock")


@kernel("mm/mmap.c")
async def do_munmap(t: Thread, mm: Mm, inode: Inode, vma: Vma) -> None:
    """munmap(2) of a whole mapping."""
    await mmap_write_lock(t, mm, at="M0")
    if await t.read(vma.linked, at="M0 find_vma"):
        await unlink_vma(t, inode, vma)
    await mmap_write_unlock(t, mm, at="M4")


@kernel("mm/mprotect.c")
async def do_mprotect(t: Thread, mm: Mm, vma: Vma, prot: int = PROT_READ | PROT_WRITE) -> int:
    """mprotect(2) of a whole mapping: 0 or -EACCES."""
    await mmap_write_lock(t, mm, at="M0")
    error = 0
    if prot & PROT_WRITE and not await t.read(vma.may_write, at="M5 VM_MAYWRITE"):
        error = -EACCES
    await mmap_write_unlock(t, mm, at="M4")
    return error


@kernel("mm/mmap.c")
async def copy_vma(t: Thread, inode: Inode, old: Vma, new: Vma) -> None:
    """Link a copy of a mapping."""
    mapping = inode.i_mapping
    counted = await t.read(old.counted, at="M0 VM_SHARED")
    await t.write(new.may_write, await t.read(old.may_write, at="M0 VM_MAYWRITE"), at="M0 VM_MAYWRITE")
    await t.write(new.counted, counted, at="M0 VM_SHARED")
    await mapping.i_mmap_rwsem.down_write(t, at="M3 i_mmap_lock_write")
    if counted:
        await t.fetch("+", mapping.i_mmap_writable, 1, ONCE, at="M3 mapping_allow_writable", result=None)
    await t.write(new.pages, await t.read(old.pages, at="M3 vm_end"), at="M3 vm_end")
    await t.write(new.linked, 1, at="M3 vma_interval_tree_insert")
    await t.write(mapping.i_mmap, await t.read(mapping.i_mmap, at="M3 i_mmap") + 1, at="M3 vma_interval_tree_insert")
    await mapping.i_mmap_rwsem.up_write(t, at="M3 i_mmap_unlock_write")


@kernel("mm/mmap.c", "unlink_file_vma")
async def unlink_vma(t: Thread, inode: Inode, vma: Vma) -> None:
    """Clear a mapping's page table entries and take it out of the file's tree."""
    mapping = inode.i_mapping
    await zap_page_range(t, vma, 0)
    await mapping.i_mmap_rwsem.down_write(t, at="M6 i_mmap_lock_write")
    if await t.read(vma.counted, at="M6 VM_SHARED"):
        await t.fetch("-", mapping.i_mmap_writable, 1, ONCE, at="M6 mapping_unmap_writable", result=None)
    await t.write(vma.pages, 0, at="M6 vm_end")
    await t.write(vma.linked, 0, at="M6 vma_interval_tree_remove")
    await t.write(mapping.i_mmap, await t.read(mapping.i_mmap, at="M6 i_mmap") - 1, at="M6 vma_interval_tree_remove")
    await mapping.i_mmap_rwsem.up_write(t, at="M6 i_mmap_unlock_write")
