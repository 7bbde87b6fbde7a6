"""splice(2) to a pipe, and what a page held by one keeps away: facts B10 and B7."""

from __future__ import annotations

from errno import EBADF, EBUSY, EPERM

from one_thread import OneThread

from explorer.memory.model import load_model
from explorer.program.tree import Unfolding
from explorer.search.run import explore
from scenarios.shmem.constants import F_SEAL_INACCESSIBLE, F_SEAL_WRITE
from scenarios.shmem.objects import OLD, File
from scenarios.shmem.splice import Pipe, pipe_read
from scenarios.shmem.splice_pipe import SPLICE
from scenarios.shmem.syscalls import add_seals, ftruncate, pwrite, splice


def test_a_pipe_shows_what_its_page_holds_when_it_is_drained() -> None:
    on, pipe = OneThread(2), Pipe(2)
    assert on.do(splice, on.file, 0, 8192, pipe) == 8192
    assert on.content() == []
    assert on.do(pwrite, on.file, 4096, 4096, 90) == 4096
    on.do(pipe_read, on.inode, pipe)
    assert on.content() == [OLD, 90]
    assert [on.value(page.refcount) for page in on.inode.cached] == [1, 1]


def test_a_pipe_keeps_a_page_that_the_file_has_let_go() -> None:
    on, pipe = OneThread(1), Pipe(1)
    assert on.do(splice, on.file, 0, 4096, pipe) == 4096
    assert on.do(ftruncate, on.file, 0) == on.do(ftruncate, on.file, 4096) == 0
    assert on.do(pwrite, on.file, 0, 4096, 90) == 4096
    on.do(pipe_read, on.inode, pipe)
    assert on.content() == [OLD]
    assert on.value(on.inode.cached[0].refcount) == 0


def test_the_pages_of_an_unaligned_splice_get_a_buffer_each() -> None:
    on, pipe = OneThread(2, cuts=(4000,)), Pipe(2)
    assert on.do(splice, on.file, 4000, 196, pipe) == 196
    assert [on.value(buf) for buf in pipe.bufs] == list(on.inode.cached)


def test_a_splice_meets_the_seal_and_wants_a_file_open_for_reading() -> None:
    on, pipe = OneThread(0), Pipe(1)
    assert on.do(splice, File(on.inode, readable=False), 0, 4096, pipe) == -EBADF
    assert on.do(add_seals, on.file, F_SEAL_INACCESSIBLE) == 0
    assert on.do(splice, on.file, 0, 4096, pipe) == -EPERM


def test_the_write_seal_meets_the_pin_of_a_pipe_until_it_is_drained() -> None:
    on, pipe = OneThread(1), Pipe(1)
    assert on.do(splice, on.file, 0, 4096, pipe) == 4096
    assert on.do(add_seals, on.file, F_SEAL_WRITE) == -EBUSY
    assert on.value(on.inode.i_mapping.i_mmap_writable) == on.value(on.inode.seals) == 0
    on.do(pipe_read, on.inode, pipe)
    assert on.do(add_seals, on.file, F_SEAL_WRITE) == 0


def found(fix: str, **sizes: int) -> set[str]:
    case = SPLICE.build(fix, "P2", {**SPLICE.small, **sizes})
    result = explore(case, load_model("sc"), Unfolding(case.program, 3))
    return {name for name, count in result.violating.items() if count}


def test_a_check_after_the_copy_empties_the_pipe_again_unless_a_page_before_went_through() -> None:
    """Where a page was linked before, its bytes are returned, no error, and the pipe keeps the page linked last."""
    assert found("recheck-after-copy") == {"late"}
    assert found("recheck-after-copy", pages=2, count=8192) == {"leak", "late"}
