"""Every hunk of the patch: what changes when it is taken out of the model."""

from __future__ import annotations

from errno import EINVAL, EPERM

import pytest
from one_thread import OneThread

from explorer.memory.model import load_model
from explorer.program.tree import Unfolding
from explorer.scenario import Scenario
from explorer.search.run import explore
from scenarios.shmem.constants import F_SEAL_INACCESSIBLE, FALLOC_FL_KEEP_SIZE, FALLOC_FL_PUNCH_HOLE
from scenarios.shmem.kernel import Hunk
from scenarios.shmem.mmap_window import MMAP_WINDOW
from scenarios.shmem.seal_punch import SEAL_PUNCH
from scenarios.shmem.seal_swap import SEAL_SWAP
from scenarios.shmem.seal_write import SEAL_WRITE
from scenarios.shmem.syscalls import add_seals, fallocate, ftruncate, mmap, pread, pwrite


def sealed(*without: Hunk, mapped: bool = False, cuts: tuple[int, ...] = ()) -> OneThread:
    """A file that is sealed and then has two pages of guest memory."""
    on = OneThread(0, choices=tuple(hunk.value for hunk in without), mapped=mapped, cuts=cuts)
    assert on.do(add_seals, on.file, F_SEAL_INACCESSIBLE) == 0
    assert on.do(fallocate, on.file, 0, 0, 8192) == 0
    return on


def found(scenario: Scenario, protocol: str, *without: Hunk) -> set[str]:
    """What is violated under sequential consistency."""
    case = scenario.build("none", protocol, {**scenario.small, **{hunk.value: 1 for hunk in without}})
    result = explore(case, load_model("sc"), Unfolding(case.program, 3))
    return {name for name, count in result.violating.items() if count}


def test_fcntl_without_it_there_is_no_such_seal() -> None:
    for choices, error in (((), 0), ((Hunk.FCNTL.value,), -EINVAL)):
        on = OneThread(0, choices=choices)
        assert on.do(add_seals, on.file, F_SEAL_INACCESSIBLE) == error


def test_setattr_without_it_guest_memory_is_truncated() -> None:
    assert (on := sealed()).do(ftruncate, on.file, 0) == -EPERM
    assert (on := sealed(Hunk.SETATTR)).do(ftruncate, on.file, 0) == 0
    assert on.value(on.inode.fresh[0].mapping) == 0


def test_writepage_without_it_guest_memory_is_swapped_out() -> None:
    assert found(SEAL_SWAP, "P1") == set()
    assert found(SEAL_SWAP, "P1", Hunk.WRITEPAGE) == {"swapped"}


def test_mmap_without_it_guest_memory_is_mapped() -> None:
    assert (on := sealed(mapped=True)).do(mmap, on.mm, on.file, on.vma, 2) == -EPERM
    assert (on := sealed(Hunk.MMAP, mapped=True)).do(mmap, on.mm, on.file, on.vma, 2) == 0
    assert found(MMAP_WINDOW, "P1") == set()
    assert found(MMAP_WINDOW, "P1", Hunk.MMAP) == {"leak", "late", "mapped"}


@pytest.mark.parametrize("half", [Hunk.WRITE_BEGIN_MASK, Hunk.WRITE_BEGIN])
def test_write_begin_without_either_half_guest_memory_is_written(half: Hunk) -> None:
    assert (on := sealed()).do(pwrite, on.file, 0, 4096, 90) == -EPERM
    assert (on := sealed(half)).do(pwrite, on.file, 0, 4096, 90) == 4096
    assert on.value(on.inode.fresh[0].data[0]) == 90
    assert found(SEAL_WRITE, "P2") == set()
    assert found(SEAL_WRITE, "P2", half) == {"written"}


def test_read_iter_without_it_guest_memory_is_read() -> None:
    assert (on := sealed()).do(pread, on.file, 0, 4096) == -EPERM
    assert (on := sealed(Hunk.READ_ITER)).do(pread, on.file, 0, 4096) == 4096


def test_fallocate_without_it_part_of_a_page_of_guest_memory_is_zeroed() -> None:
    punch = FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE
    for offset, length in ((0, 2048), (2048, 4096), (2048, 2048)):
        assert (on := sealed(cuts=(2048,))).do(fallocate, on.file, punch, offset, length) == -EINVAL
        assert (on := sealed(Hunk.FALLOCATE, cuts=(2048,))).do(fallocate, on.file, punch, offset, length) == 0
    assert (on := sealed()).do(fallocate, on.file, punch, 0, 4096) == 0  # whole pages go, sealed or not
    assert found(SEAL_PUNCH, "P2") == set()
    assert found(SEAL_PUNCH, "P2", Hunk.FALLOCATE) == {"written"}
