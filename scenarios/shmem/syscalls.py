"""The system calls: what they refuse before the file sees it, in the order of the kernel's checks.

Each gives a count or 0, or a negative errno.  Left out is what no modelled caller can do
wrong: bad descriptors, bad pointers, signals, resource limits, files that are no memfd.
"""

from __future__ import annotations

from errno import EBADF, EFBIG, EINVAL, EOPNOTSUPP

from explorer.program.program import syscall
from explorer.program.thread import Thread
from explorer.program.told import told
from scenarios.shmem.chmod import chmod_common
from scenarios.shmem.constants import (
    FALLOC_FL_COLLAPSE_RANGE,
    FALLOC_FL_INSERT_RANGE,
    FALLOC_FL_KEEP_SIZE,
    FALLOC_FL_PUNCH_HOLE,
    FALLOC_FL_UNSHARE_RANGE,
    FALLOC_FL_ZERO_RANGE,
    MAX_LFS_FILESIZE,
)
from scenarios.shmem.content import read_words
from scenarios.shmem.fallocate import shmem_fallocate
from scenarios.shmem.mmap import Mm, do_munmap, mmap_region
from scenarios.shmem.objects import File, Vma
from scenarios.shmem.read import Iter, UserBuffer, shmem_file_read_iter
from scenarios.shmem.seals import memfd_add_seals, memfd_get_seals
from scenarios.shmem.splice import Pipe, generic_file_splice_read
from scenarios.shmem.truncate import do_truncate
from scenarios.shmem.write import generic_file_write_iter

_FALLOC_MODES = (
    0,
    FALLOC_FL_PUNCH_HOLE,
    FALLOC_FL_COLLAPSE_RANGE,
    FALLOC_FL_ZERO_RANGE,
    FALLOC_FL_INSERT_RANGE,
    FALLOC_FL_UNSHARE_RANGE,
)
"""What fallocate(2) can be asked to do, FALLOC_FL_KEEP_SIZE apart."""


@told("pread", read_words)
@syscall("pread")
async def pread(t: Thread, file: File, pos: int, count: int, to: Iter | None = None) -> int:
    """pread(2): the bytes read."""
    if pos < 0:
        return -EINVAL
    if not file.readable:
        return -EBADF
    if pos + count > MAX_LFS_FILESIZE:  # rw_verify_area()
        return -EINVAL
    return await shmem_file_read_iter(t, file.inode, pos, count, to or UserBuffer())


@syscall("pwrite")
async def pwrite(t: Thread, file: File, pos: int, count: int, token: int) -> int:
    """pwrite(2) of ``count`` times the same byte: the bytes written."""
    if pos < 0:
        return -EINVAL
    if not file.writable:
        return -EBADF
    if pos + count > MAX_LFS_FILESIZE:  # rw_verify_area()
        return -EINVAL
    return await generic_file_write_iter(t, file.inode, pos, count, token)


@syscall("ftruncate")
async def ftruncate(t: Thread, file: File, length: int) -> int:
    """ftruncate(2)."""
    if length < 0 or not file.writable:
        return -EINVAL
    return await do_truncate(t, file.inode, length)


@syscall("fallocate")
async def fallocate(t: Thread, file: File, mode: int, offset: int, length: int) -> int:
    """fallocate(2), allocating (0, KEEP_SIZE) or punching a hole (PUNCH_HOLE | KEEP_SIZE).

    vfs_fallocate() knows modes of other file systems, and shmem_fallocate() refuses them later.
    """
    if offset < 0 or length <= 0:
        return -EINVAL
    what = mode & ~FALLOC_FL_KEEP_SIZE
    if what not in _FALLOC_MODES or mode == FALLOC_FL_PUNCH_HOLE:
        return -EOPNOTSUPP
    if not file.writable:
        return -EBADF
    if offset + length > MAX_LFS_FILESIZE:
        return -EFBIG
    if what not in (0, FALLOC_FL_PUNCH_HOLE):
        return -EOPNOTSUPP
    return await shmem_fallocate(t, file.inode, mode, offset, length)


@syscall("fchmod")
async def fchmod(t: Thread, file: File, mode: int) -> int:
    """fchmod(2) by the owner."""
    return await chmod_common(t, file.inode, mode)


@syscall("F_ADD_SEALS")
async def add_seals(t: Thread, file: File, seals: int) -> int:
    """fcntl(F_ADD_SEALS)."""
    return await memfd_add_seals(t, file.inode, seals, writable=file.writable)


@syscall("F_GET_SEALS")
async def get_seals(t: Thread, file: File) -> int:
    """fcntl(F_GET_SEALS): the seals."""
    return await memfd_get_seals(t, file.inode)


@syscall("mmap")
async def mmap(t: Thread, mm: Mm, file: File, vma: Vma, pages: int, neighbour: Vma | None = None) -> int:
    """mmap(2) of the first ``pages`` pages as ``vma``, or of those behind a neighbour that is merged with."""
    return await mmap_region(t, mm, file, vma, pages, neighbour)


@syscall("munmap")
async def munmap(t: Thread, mm: Mm, file: File, vma: Vma) -> None:
    """munmap(2) of a whole mapping."""
    await do_munmap(t, mm, file.inode, vma)


@syscall("splice")
async def splice(t: Thread, file: File, pos: int, count: int, pipe: Pipe) -> int:
    """splice(2) to a pipe: the bytes linked."""
    if count == 0:
        return 0
    if not file.readable:
        return -EBADF
    if pos < 0:
        return -EINVAL
    return await generic_file_splice_read(t, file.inode, pos, count, pipe)
