"""Calls whose modelled forms were wrong once, on the modelled memfd and on that of the running kernel."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from scenarios.conformance.calls import Side
from scenarios.conformance.modelled import ModelledSide
from scenarios.conformance.real import RealSide
from scenarios.shmem.constants import (
    F_SEAL_EXEC,
    F_SEAL_SHRINK,
    F_SEAL_WRITE,
    FALLOC_FL_COLLAPSE_RANGE,
    FALLOC_FL_KEEP_SIZE,
    FALLOC_FL_PUNCH_HOLE,
    MAP_PRIVATE,
    MAP_SHARED,
    MAX_LFS_FILESIZE,
    MFD_ALLOW_SEALING,
    MFD_NOEXEC_SEAL,
    PAGE_SIZE,
    PROT_NONE,
    PROT_READ,
    PROT_WRITE,
)
from scenarios.shmem.kernel import Kernel, Version

A, B = b"AB"
SIZE = 2 * PAGE_SIZE
READ_WRITE = PROT_READ | PROT_WRITE
PUNCH = FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE


def modelled(version: Version = Version.V6_13, *taken_over: Version) -> Side:
    return ModelledSide(Kernel(parts=frozenset(taken_over), version=version), (10, 20))


def begun(side: Side) -> Side:
    """With two pages of 'A' that can be sealed."""
    assert side.memfd_create("rw", MFD_ALLOW_SEALING) == 0
    assert side.pwrite("rw", A, SIZE, 0) == SIZE
    return side


@pytest.fixture(params=[modelled, RealSide], ids=["model", "kernel"])
def side(request: pytest.FixtureRequest) -> Iterator[Side]:
    found = begun(request.param())
    yield found
    found.close()


def test_a_negative_offset_is_told_before_the_mode_of_the_file(side: Side) -> None:
    assert side.pread("wo", 10, -1) == "EINVAL"
    assert side.pread("wo", 10, 0) == "EBADF"
    assert side.pwrite("ro", A, 10, -1) == "EINVAL"
    assert side.pwrite("ro", A, 10, 0) == "EBADF"


def test_what_ends_beyond_the_largest_offset_is_refused(side: Side) -> None:
    assert side.pread("rw", 10, MAX_LFS_FILESIZE - 5) == "EINVAL"
    assert side.pread("rw", 5, MAX_LFS_FILESIZE - 5) == b""
    assert side.pwrite("rw", A, 10, MAX_LFS_FILESIZE - 5) == "EINVAL"
    assert side.pwrite("rw", A, 0, MAX_LFS_FILESIZE) == 0


def test_modes_of_other_file_systems_are_refused_after_the_mode_of_the_file(side: Side) -> None:
    assert side.fallocate("ro", FALLOC_FL_COLLAPSE_RANGE, 0, PAGE_SIZE) == "EBADF"
    assert side.fallocate("rw", FALLOC_FL_COLLAPSE_RANGE, 0, PAGE_SIZE) == "EOPNOTSUPP"
    assert side.fallocate("ro", FALLOC_FL_PUNCH_HOLE, 0, PAGE_SIZE) == "EOPNOTSUPP"
    assert side.fallocate("rw", FALLOC_FL_PUNCH_HOLE, 0, 0) == "EINVAL"


def test_nothing_is_spliced_from_any_file(side: Side) -> None:
    assert side.splice("wo", 0, 0) == 0
    assert side.splice("wo", 1, 0) == "EBADF"


def test_a_private_copy_outlives_a_hole_and_not_a_truncation(side: Side) -> None:
    assert side.mmap("m0", "rw", PAGE_SIZE, READ_WRITE, MAP_PRIVATE) == 0
    assert side.store("m0", B, 10, 0) == 0
    assert side.fallocate("rw", PUNCH, 0, PAGE_SIZE) == 0
    assert side.load("m0", 9, 2) == b"BA"
    assert side.state().blocks == 8  # the copy is none of the file's
    assert side.ftruncate("rw", 0) == 0
    assert side.load("m0", 9, 2) == "EFAULT"
    assert side.ftruncate("rw", PAGE_SIZE) == 0
    assert side.load("m0", 9, 2) == bytes(2)


def test_a_private_copy_moves_with_its_mapping(side: Side) -> None:
    assert side.mmap("m0", "rw", PAGE_SIZE, READ_WRITE, MAP_PRIVATE) == 0
    assert side.store("m0", B, 10, 0) == 0
    assert side.mremap("m0") == 0
    assert side.load("m0", 9, 2) == b"BA"
    assert side.store("m0", B, 10, 10) == 0
    assert side.load("m0", 9, 12) == b"B" * 11 + b"A"
    assert side.pread("rw", 20, 0) == b"A" * 20


def test_a_moved_mapping_keeps_the_seal_away_until_it_is_gone(side: Side) -> None:
    assert side.mmap("m0", "rw", PAGE_SIZE, READ_WRITE, MAP_SHARED) == 0
    assert side.load("m0", 0, 1) == b"A"
    assert side.mremap("m0") == 0
    assert side.add_seals("rw", F_SEAL_WRITE) == "EBUSY"
    assert side.munmap("m0") == 0
    assert side.add_seals("rw", F_SEAL_WRITE) == 0


def test_pages_spliced_from_their_middle_on_are_all_let_go(side: Side) -> None:
    assert side.splice("rw", PAGE_SIZE, 10) == PAGE_SIZE
    assert side.pwrite("rw", B, 10, PAGE_SIZE) == 10
    assert side.drain() == b"A" * (PAGE_SIZE - 10) + b"B" * 10
    assert side.add_seals("rw", F_SEAL_WRITE) == 0


def test_accesses_that_a_mapping_does_not_have(side: Side) -> None:
    assert side.mmap("m0", "rw", SIZE, PROT_READ, MAP_SHARED) == 0
    assert side.store("m0", B, 1, 0) == "EFAULT"
    assert side.mprotect("m0", READ_WRITE) == 0
    assert side.store("m0", B, 10, 0) == 0
    assert side.mprotect("m0", PROT_NONE) == 0
    assert side.load("m0", 0, 1) == "EFAULT"
    assert side.pread("rw", 11, 0) == b"B" * 10 + b"A"


def test_bits_of_seals_beyond_32_count_up_to_v6_4() -> None:
    assert begun(modelled(Version.V6_3)).add_seals("rw", 1 << 32 | F_SEAL_SHRINK) == "EINVAL"
    side = begun(modelled(Version.V6_5))
    assert side.add_seals("rw", 1 << 32 | F_SEAL_SHRINK) == 0
    assert side.get_seals("rw") == F_SEAL_SHRINK


def test_f_seal_exec_came_with_v6_3() -> None:
    assert modelled(Version.V5_16).memfd_create("rw", MFD_NOEXEC_SEAL) == "EINVAL"
    side = begun(modelled(Version.V5_16))
    assert side.add_seals("rw", F_SEAL_EXEC) == "EINVAL"
    assert side.fchmod("rw", 0o666) == 0
    assert modelled(Version.V6_3).memfd_create("rw", MFD_NOEXEC_SEAL) == F_SEAL_EXEC


def test_what_v6_7_allows_can_be_taken_over_by_itself() -> None:
    for side, answer in (
        (modelled(Version.V5_16), "EPERM"),
        (modelled(Version.V5_16, Version.V6_7), 0),
        (modelled(Version.V6_7), 0),
    ):
        begun(side).add_seals("rw", F_SEAL_WRITE)
        assert side.mmap("m0", "rw", SIZE, PROT_READ, MAP_SHARED) == answer
    assert begun(modelled(Version.V5_16, Version.V6_7)).add_seals("rw", F_SEAL_EXEC) == "EINVAL"
