"""splice(2) from a file to a pipe, up to v6.4: a read whose copy links the page instead.

The pipe takes a reference; the bytes are read when somebody drains it, at any time later.
"""

from __future__ import annotations

from errno import EAGAIN, EFAULT
from typing import Any

from explorer.execution.location import Location, Object
from explorer.program.locks import Mutex
from explorer.program.program import kernel, syscall
from explorer.program.thread import Thread
from explorer.program.told import told
from scenarios.shmem.constants import PAGE_SHIFT, PAGE_SIZE
from scenarios.shmem.content import read_words
from scenarios.shmem.objects import Inode, get_page, put_page
from scenarios.shmem.read import shmem_file_read_iter


class Pipe(Object):
    """struct pipe_inode_info: ``bufs[i]`` holds the page of the i-th buffer spliced, 0 for bytes of a hole.

    As an iterator (ITER_PIPE) it takes pages in.
    """

    def __init__(self, capacity: int) -> None:
        super().__init__("pipe")
        self.mutex = Mutex("pipe.mutex")
        self.bufs = tuple(Location(f"pipe.bufs[{i}]") for i in range(capacity))

    async def copy_page(self, t: Thread, inode: Inode, page: Any, done: int, offset: int, nr: int) -> None:
        await copy_page_to_iter_pipe(t, self, page, done)


@kernel("lib/iov_iter.c", "copy_page_to_iter")
async def copy_page_to_iter_pipe(t: Thread, pipe: Pipe, page: Any, done: int) -> None:
    """Link a page: nothing is copied. Every buffer but the first and the last holds a whole page."""
    await get_page(t, page, at="R10 get_page")
    await t.write(pipe.bufs[(done + PAGE_SIZE - 1) >> PAGE_SHIFT], page, at="R10 buf->page")


@kernel("fs/splice.c")
async def generic_file_splice_read(t: Thread, inode: Inode, pos: int, count: int, pipe: Pipe) -> int:
    """Splice ``count`` bytes at ``pos`` to an empty pipe: the bytes linked, or a negative errno, and then none is."""
    await pipe.mutex.acquire(t, at="S0 pipe_lock")
    ret = await shmem_file_read_iter(t, inode, pos, count, pipe)
    if ret < 0:
        await release_buffers(t, pipe)
    await pipe.mutex.release(t, at="S1 pipe_unlock")
    return -EAGAIN if ret == -EFAULT else ret


@kernel("lib/iov_iter.c", "pipe_truncate")
async def release_buffers(t: Thread, pipe: Pipe) -> None:
    """Let go what a splice that failed has linked."""
    for buf in pipe.bufs:
        page = await t.read(buf, at="S1 buf->page")
        if page != 0:
            await t.write(buf, 0, at="S1 buf->page = NULL")
            await put_page(t, page, at="S1 put_page")


@told("read(pipe)", read_words)
@syscall("read(pipe)")
@kernel("fs/pipe.c")
async def pipe_read(t: Thread, inode: Inode, pipe: Pipe) -> None:
    """Drain the pipe: copy what its pages hold now, and let them go."""
    await pipe.mutex.acquire(t, at="S2 pipe_lock")
    for buf in pipe.bufs:
        page = await t.read(buf, at="S3 buf->page")
        if page != 0:
            await t.write(buf, 0, at="S3 buf->page = NULL")
            for word in inode.all_words:
                await t.read(page.data[word], at="S3 copy_page_to_iter")
            await put_page(t, page, at="S4 put_page")
    await pipe.mutex.release(t, at="S5 pipe_unlock")
