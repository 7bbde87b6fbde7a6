"""splice(2) to a pipe, and what a page held by one keeps away: facts B10 and B7."""

from __future__ import annotations

from errno import EBADF, EBUSY, EPERM

import pytest
from one_thread import OneThread

from explorer.execution.execution import Status
from explorer.memory.model import load_model
from explorer.program.tree import Unfolding
from explorer.search.explore import Search
from explorer.search.run import explore
from explorer.search.violations import violations_of
from scenarios.shmem.constants import F_SEAL_INACCESSIBLE, F_SEAL_WRITE
from scenarios.shmem.objects import OLD, File
from scenarios.shmem.seal_write import TOKEN
from scenarios.shmem.splice import Pipe, pipe_read
from scenarios.shmem.splice_pipe import HELD, SPLICE
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


@pytest.mark.parametrize("fix", ["none", "rwsem", "recheck", "srcu"])
def test_what_the_owner_stores_after_its_splice_comes_out_after_the_seal(fix: str) -> None:
    """The page that the pipe holds keeps F_SEAL_WRITE away (A7), and not F_SEAL_INACCESSIBLE: no guard looks at it."""
    case = SPLICE.build(fix, "P2", {**SPLICE.small, "how": HELD})
    model = load_model("sc")
    found = set()
    for leaf in Search(Unfolding(case.program, 3), model):
        if leaf is None or leaf.status is not Status.COMPLETE:
            continue
        events = leaf.execution.events
        steps = [(e.source.step, e.value) for e in events if e.source is not None and e.reads]
        content = [value for step, value in steps if step == "S3" and isinstance(value, int) and value != 0]
        stored = [e.value for e in events if e.location is not None and e.location.name == "inode.seals" and e.writes]
        refused = not any(isinstance(seals, int) and seals & F_SEAL_WRITE for seals in stored)
        found.add(
            (*content, refused, *(violation.property for violation in violations_of(leaf.execution, case, model)))
        )
    assert found == {
        (True,),  # drained before there was anything: the pipe holds the page to the end
        (OLD, False),
        (OLD, True),  # copied before the store, let go after F_SEAL_WRITE has looked
        (TOKEN, False),  # let go before it has
        (TOKEN, True),
        (TOKEN, True, "late"),
    }
