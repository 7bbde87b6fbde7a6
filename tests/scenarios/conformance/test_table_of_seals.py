"""What every seal refuses: a table observed on Linux 6.18, on the modelled memfd and on that of the running kernel.

A file of 8192 bytes, opened for reading and writing, mode 0777; seals are added, then the one
operation is made.  ``8192`` is a number of bytes, ``ok`` is 0.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from scenarios.conformance.calls import Answer, Side
from scenarios.conformance.modelled import ModelledSide
from scenarios.conformance.real import RealSide
from scenarios.conformance.running import running_kernel
from scenarios.shmem.constants import (
    F_SEAL_EXEC,
    F_SEAL_FUTURE_WRITE,
    F_SEAL_GROW,
    F_SEAL_SEAL,
    F_SEAL_SHRINK,
    F_SEAL_WRITE,
    FALLOC_FL_KEEP_SIZE,
    FALLOC_FL_PUNCH_HOLE,
    MAP_PRIVATE,
    MAP_SHARED,
    MFD_ALLOW_SEALING,
    MFD_NOEXEC_SEAL,
    PAGE_SIZE,
    PROT_READ,
    PROT_WRITE,
)
from scenarios.shmem.kernel import Kernel, Version

A, B = b"AB"
SIZE = 2 * PAGE_SIZE
CUTS = (10, 4054, 4058)
"""Where in a page the operations change content: 8150 is 4054 in the second, 10 further on in 8202."""
READ_WRITE = PROT_READ | PROT_WRITE
PUNCH = FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE
EVERY = (0, F_SEAL_SEAL, F_SEAL_SHRINK, F_SEAL_GROW, F_SEAL_WRITE, F_SEAL_FUTURE_WRITE, F_SEAL_EXEC)


def mprotected(side: Side) -> Answer:
    side.mmap("m0", "rw", SIZE, PROT_READ, MAP_SHARED)
    return side.mprotect("m0", READ_WRITE)


def stored_to_private(side: Side) -> Answer:
    return side.mmap("m0", "rw", SIZE, READ_WRITE, MAP_PRIVATE) or side.store("m0", B, 10, 0)


def lengths(*answers: Answer) -> Answer:
    """How many bytes reads gave, added up."""
    return sum(len(answer) for answer in answers if isinstance(answer, bytes))


ok = 0
TABLE: dict[str, tuple[Callable[[Side], Answer], tuple[Answer, ...]]] = {
    #                                                                none  SEAL  SHRINK  GROW  WRITE  FUTURE_WRITE  EXEC
    "ftruncate to the same size": (
        lambda side: side.ftruncate("rw", SIZE),
        (ok, ok, ok, ok, ok, ok, ok),
    ),
    "ftruncate to 4096": (
        lambda side: side.ftruncate("rw", PAGE_SIZE),
        (ok, ok, "EPERM", ok, ok, ok, "EPERM"),
    ),
    "ftruncate to 0": (
        lambda side: side.ftruncate("rw", 0),
        (ok, ok, "EPERM", ok, ok, ok, "EPERM"),
    ),
    "ftruncate to 12288": (
        lambda side: side.ftruncate("rw", 3 * PAGE_SIZE),
        (ok, ok, ok, "EPERM", ok, ok, "EPERM"),
    ),
    "pwrite of 10 bytes inside": (
        lambda side: side.pwrite("rw", B, 10, 0),
        (10, 10, 10, 10, "EPERM", "EPERM", "EPERM"),
    ),
    "pwrite of nothing": (
        lambda side: side.pwrite("rw", B, 0, 0),
        (0, 0, 0, 0, 0, 0, 0),
    ),
    "pwrite of 8192 bytes at 4096": (
        lambda side: side.pwrite("rw", B, SIZE, PAGE_SIZE),
        (8192, 8192, 8192, 4096, "EPERM", "EPERM", "EPERM"),
    ),
    "pwrite of 100 bytes at 8150": (
        lambda side: side.pwrite("rw", B, 100, 8150),
        (100, 100, 100, 42, "EPERM", "EPERM", "EPERM"),
    ),
    "pwrite of 10 bytes at 8192": (
        lambda side: side.pwrite("rw", B, 10, SIZE),
        (10, 10, 10, "EPERM", "EPERM", "EPERM", "EPERM"),
    ),
    "fallocate inside": (
        lambda side: side.fallocate("rw", 0, 0, PAGE_SIZE),
        (ok, ok, ok, ok, ok, ok, ok),
    ),
    "fallocate past the end": (
        lambda side: side.fallocate("rw", 0, SIZE, PAGE_SIZE),
        (ok, ok, ok, "EPERM", ok, ok, "EPERM"),
    ),
    "fallocate past the end, size kept": (
        lambda side: side.fallocate("rw", FALLOC_FL_KEEP_SIZE, SIZE, PAGE_SIZE),
        (ok, ok, ok, "EPERM", ok, ok, "EPERM"),
    ),
    "punch a page": (
        lambda side: side.fallocate("rw", PUNCH, 0, PAGE_SIZE),
        (ok, ok, ok, ok, "EPERM", "EPERM", "EPERM"),
    ),
    "punch some bytes": (
        lambda side: side.fallocate("rw", PUNCH, 10, 4044),
        (ok, ok, ok, ok, "EPERM", "EPERM", "EPERM"),
    ),
    "mmap shared, for reading and writing": (
        lambda side: side.mmap("m0", "rw", SIZE, READ_WRITE, MAP_SHARED),
        (ok, ok, ok, ok, "EPERM", "EPERM", "EPERM"),
    ),
    "mmap shared, for reading": (
        lambda side: side.mmap("m0", "rw", SIZE, PROT_READ, MAP_SHARED),
        (ok, ok, ok, ok, ok, ok, ok),
    ),
    "then mprotect for writing": (
        mprotected,
        (ok, ok, ok, ok, "EACCES", "EACCES", "EACCES"),
    ),
    "mmap private, and store": (
        stored_to_private,
        (ok, ok, ok, ok, ok, ok, ok),
    ),
    "pread of data, of nothing, at the end": (
        lambda side: lengths(side.pread("rw", SIZE, 0), side.pread("rw", 0, 0), side.pread("rw", 10, SIZE)),
        (8192, 8192, 8192, 8192, 8192, 8192, 8192),
    ),
    "add no seal": (
        lambda side: side.add_seals("rw", 0),
        (ok, "EPERM", ok, ok, ok, ok, ok),
    ),
    "add F_SEAL_GROW": (
        lambda side: side.add_seals("rw", F_SEAL_GROW),
        (ok, "EPERM", ok, ok, ok, ok, ok),
    ),
    "remove x bits": (
        lambda side: side.fchmod("rw", 0o666),
        (ok, ok, ok, ok, ok, ok, "EPERM"),
    ),
}
KERNEL = Kernel(parts=frozenset(), version=Version.V6_13)
"""The kernel that the table was observed on, as the model knows it."""


def modelled() -> Side:
    return ModelledSide(KERNEL, CUTS)


@pytest.fixture(params=[modelled, RealSide], ids=["model", "kernel"])
def side(request: pytest.FixtureRequest) -> Iterator[Side]:
    """Two pages of 'A' that can be sealed."""
    found: Side = request.param()
    assert found.memfd_create("rw", MFD_ALLOW_SEALING) == 0
    assert found.pwrite("rw", A, SIZE, 0) == SIZE
    yield found
    found.close()


@pytest.mark.parametrize("column", range(len(EVERY)), ids=["none", "SEAL", "SHRINK", "GROW", "WRITE", "FUTURE", "EXEC"])
@pytest.mark.parametrize("operation", TABLE)
def test_a_cell(side: Side, operation: str, column: int) -> None:
    make, expected = TABLE[operation]
    assert not EVERY[column] or side.add_seals("rw", EVERY[column]) == 0
    assert make(side) == expected[column]


UNIONS = (
    F_SEAL_SHRINK | F_SEAL_GROW,
    F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE,
    F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE | F_SEAL_SEAL,
)


@pytest.mark.parametrize("seals", UNIONS)
@pytest.mark.parametrize("operation", TABLE)
def test_several_seals_refuse_what_each_refuses(side: Side, operation: str, seals: int) -> None:
    make, expected = TABLE[operation]
    assert side.add_seals("rw", seals) == 0
    columns = [answer for seal, answer in zip(EVERY, expected, strict=True) if seal & seals]
    refused = [answer for answer in columns if isinstance(answer, str)]
    assert make(side) == (refused[0] if refused else min(columns))


def test_seals_of_new_files(side: Side) -> None:
    assert side.memfd_create("other", 0) == F_SEAL_SEAL
    assert side.memfd_create("other", MFD_ALLOW_SEALING) == 0
    assert side.memfd_create("rw", MFD_NOEXEC_SEAL) == F_SEAL_EXEC
    assert side.state().mode == 0o666
    # Without x bits EXEC implies no other seal, and they cannot be added any more.
    assert side.pwrite("rw", B, 10, 0) == 10
    assert side.fchmod("rw", 0o777) == "EPERM"
    assert side.fchmod("rw", 0o600) == 0


def test_seals_that_exec_implies(side: Side) -> None:
    assert side.add_seals("rw", F_SEAL_EXEC) == 0
    assert side.get_seals("rw") == 0x3E


@pytest.mark.parametrize("bit", [0x40, 0x80, 1 << 31])
def test_bits_that_are_no_seals(side: Side, bit: int) -> None:
    assert side.add_seals("rw", bit) == "EINVAL"
    assert side.add_seals("rw", F_SEAL_SEAL) == 0
    assert side.add_seals("rw", bit) == "EINVAL"  # the bits before F_SEAL_SEAL
    assert side.add_seals("ro", bit) == "EPERM"  # the mode before the bits


def test_a_file_opened_for_reading(side: Side) -> None:
    assert side.add_seals("ro", F_SEAL_GROW) == "EPERM"
    assert side.add_seals("rw", F_SEAL_GROW) == 0
    assert side.get_seals("ro") == F_SEAL_GROW  # they are those of the inode
    assert side.ftruncate("ro", 0) == "EINVAL"
    assert side.fallocate("ro", 0, 0, PAGE_SIZE) == "EBADF"


@pytest.mark.parametrize("prot", [READ_WRITE, PROT_READ])
def test_shared_mappings_keep_the_seal_against_writing_away(side: Side, prot: int) -> None:
    assert side.mmap("m0", "rw", SIZE, prot, MAP_SHARED) == 0
    assert side.add_seals("rw", F_SEAL_WRITE) == "EBUSY"
    assert side.add_seals("rw", F_SEAL_EXEC) == "EBUSY"  # it implies WRITE
    assert side.get_seals("rw") == 0
    assert side.add_seals("rw", F_SEAL_FUTURE_WRITE | F_SEAL_GROW | F_SEAL_SHRINK) == 0
    assert side.store("m0", B, 10, 0) == (0 if prot == READ_WRITE else "EFAULT")
    assert side.munmap("m0") == 0
    assert side.add_seals("rw", F_SEAL_WRITE) == 0


def test_a_private_copy_does_not(side: Side) -> None:
    assert stored_to_private(side) == 0
    assert side.add_seals("rw", F_SEAL_WRITE) == 0
    assert side.load("m0", 0, 11) == b"B" * 10 + b"A"
    assert side.pread("rw", 11, 0) == b"A" * 11


def test_a_page_in_a_pipe_does_until_it_is_drained(side: Side) -> None:
    assert side.splice("rw", PAGE_SIZE, 0) == PAGE_SIZE
    assert side.add_seals("rw", F_SEAL_WRITE) == "EBUSY"
    assert side.get_seals("rw") == 0
    assert side.pwrite("rw", B, 10, 0) == 10
    assert side.drain() == b"B" * 10 + b"A" * (PAGE_SIZE - 10)
    assert side.add_seals("rw", F_SEAL_WRITE) == 0


def test_a_page_in_a_pipe_keeps_its_bytes_when_the_file_is_written_anew(side: Side) -> None:
    assert side.splice("rw", PAGE_SIZE, 0) == PAGE_SIZE
    assert side.ftruncate("rw", 0) == 0
    assert side.pwrite("rw", B, SIZE, 0) == SIZE
    assert side.drain() == b"A" * PAGE_SIZE


def test_pages_beyond_the_end(side: Side) -> None:
    assert side.ftruncate("rw", 0) == 0
    assert side.fallocate("rw", FALLOC_FL_KEEP_SIZE, 0, PAGE_SIZE) == 0
    assert (side.state().size, side.state().blocks) == (0, 8)
    assert side.pread("rw", 10, 0) == b""
    assert side.ftruncate("rw", 0) == 0
    assert side.state().blocks == 0


def test_the_running_kernel_is_one_that_the_table_is_true_of() -> None:
    assert {Version.V6_3, Version.V6_7} <= {version for version in Version if version in running_kernel()}
