"""Each call on a real memfd, with the results that the man pages (memfd_create, fcntl, fallocate, ...) state."""

from __future__ import annotations

import os
import platform
from collections.abc import Iterator
from mmap import MAP_PRIVATE, MAP_SHARED, PROT_READ, PROT_WRITE

import pytest

from scenarios.real.kernel import NotOnThisKernel
from scenarios.real.memfd import (
    Mapping,
    Pipe,
    add_seals,
    blocks_of,
    fallocate,
    ftruncate,
    get_seals,
    memfd_create,
    mmap,
    pread,
    preadv,
    pwrite,
    seal_names,
    size_of,
)
from scenarios.shmem.constants import (
    F_SEAL_FUTURE_WRITE,
    F_SEAL_GROW,
    F_SEAL_SEAL,
    F_SEAL_SHRINK,
    F_SEAL_WRITE,
    FALLOC_FL_KEEP_SIZE,
    FALLOC_FL_PUNCH_HOLE,
    PAGE_SIZE,
)


@pytest.fixture
def fd() -> Iterator[int]:
    """Two pages of 'A', no seals."""
    found = memfd_create("test", os.MFD_ALLOW_SEALING)
    assert isinstance(found, int)
    assert pwrite(found, b"A" * 2 * PAGE_SIZE, 0) == 2 * PAGE_SIZE
    yield found
    os.close(found)


def mapped(fd: int, prot: int, flags: int) -> Mapping:
    found = mmap(fd, PAGE_SIZE, prot, flags)
    assert isinstance(found, Mapping)
    return found


def test_unknown_flags_of_memfd_create() -> None:
    assert memfd_create("test", 1 << 20) == "EINVAL"


def test_without_allow_sealing_no_seal_can_be_added() -> None:
    fd = memfd_create("test", 0)
    assert isinstance(fd, int)
    assert get_seals(fd) == F_SEAL_SEAL
    assert add_seals(fd, F_SEAL_GROW) == "EPERM"
    os.close(fd)


def test_reads_and_writes(fd: int) -> None:
    assert pwrite(fd, b"B", PAGE_SIZE) == 1
    assert pread(fd, 3, PAGE_SIZE - 1) == b"ABA"
    assert pread(fd, 1, 2 * PAGE_SIZE) == b""
    assert pread(fd, 1, -1) == "EINVAL"
    buffers = [memoryview(bytearray(2)), memoryview(bytearray(2))]
    assert preadv(fd, buffers, PAGE_SIZE - 2) == 4
    assert [bytes(buffer) for buffer in buffers] == [b"AA", b"BA"]


def test_truncation_frees_pages(fd: int) -> None:
    assert (size_of(fd), blocks_of(fd)) == (2 * PAGE_SIZE, 16)
    assert ftruncate(fd, PAGE_SIZE) == 0
    assert (size_of(fd), blocks_of(fd)) == (PAGE_SIZE, 8)
    assert ftruncate(fd, -1) == "EINVAL"


def test_seals_refuse_what_they_seal(fd: int) -> None:
    assert add_seals(fd, F_SEAL_SHRINK | F_SEAL_GROW) == 0
    assert get_seals(fd) == F_SEAL_SHRINK | F_SEAL_GROW
    assert ftruncate(fd, PAGE_SIZE) == "EPERM"
    assert ftruncate(fd, 3 * PAGE_SIZE) == "EPERM"
    # Up to the end of the file the write is done, and its rest refused.
    assert pwrite(fd, b"B" * 100, 2 * PAGE_SIZE - 42) == 42
    assert add_seals(fd, F_SEAL_WRITE) == 0
    assert pwrite(fd, b"B", 0) == "EPERM"
    assert pwrite(fd, b"", 0) == 0


def test_bits_that_are_no_seals(fd: int) -> None:
    assert add_seals(fd, 0x40) == "EINVAL"
    assert add_seals(fd, F_SEAL_SEAL) == 0
    assert add_seals(fd, 0x40) == "EINVAL"
    assert add_seals(fd, 0) == "EPERM"


def test_fallocate_modes(fd: int) -> None:
    assert fallocate(fd, FALLOC_FL_KEEP_SIZE, 2 * PAGE_SIZE, PAGE_SIZE) == 0
    assert (size_of(fd), blocks_of(fd)) == (2 * PAGE_SIZE, 24)
    assert fallocate(fd, 0, 2 * PAGE_SIZE, 100) == 0
    assert size_of(fd) == 2 * PAGE_SIZE + 100
    assert fallocate(fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, 0, PAGE_SIZE) == 0
    assert pread(fd, 1, 0) == b"\0"
    assert fallocate(fd, FALLOC_FL_PUNCH_HOLE, 0, PAGE_SIZE) == "EOPNOTSUPP"
    assert fallocate(fd, 0, 0, 0) == "EINVAL"


def test_a_shared_mapping_is_the_file_and_a_private_one_is_not(fd: int) -> None:
    with mapped(fd, PROT_READ | PROT_WRITE, MAP_SHARED) as shared, mapped(fd, 3, MAP_PRIVATE) as private:
        private.store(0, b"P")
        assert pread(fd, 1, 0) == b"A"
        shared.store(1, b"S")
        assert pread(fd, 2, 0) == b"AS"
        assert private.load(0, 2) == b"PA"  # copied when it was stored to


def test_a_sealed_file_cannot_be_mapped_for_writing(fd: int) -> None:
    assert add_seals(fd, F_SEAL_FUTURE_WRITE) == 0
    assert mmap(fd, PAGE_SIZE, PROT_READ | PROT_WRITE, MAP_SHARED) == "EPERM"
    with mapped(fd, PROT_READ, MAP_SHARED) as mapping:
        assert mapping.protect(PROT_READ | PROT_WRITE) == "EACCES"
    with mapped(fd, PROT_READ | PROT_WRITE, MAP_PRIVATE) as mapping:
        mapping.store(0, b"P")


def test_a_writable_mapping_keeps_the_seal_against_writing_away(fd: int) -> None:
    with mapped(fd, PROT_READ | PROT_WRITE, MAP_SHARED):
        assert add_seals(fd, F_SEAL_WRITE) == "EBUSY"
    assert add_seals(fd, F_SEAL_WRITE) == 0


def test_a_pipe_never_waits(fd: int) -> None:
    with Pipe(PAGE_SIZE) as pipe:
        assert pipe.drain(1) == "EAGAIN"
        assert pipe.splice(fd, PAGE_SIZE, 0) == PAGE_SIZE
        assert pipe.splice(fd, PAGE_SIZE, PAGE_SIZE) == "EAGAIN"
        assert pipe.drain(2 * PAGE_SIZE) == b"A" * PAGE_SIZE


def test_closed_files_are_told_by_every_call() -> None:
    with open(os.devnull, "rb") as file:
        fd = os.dup(file.fileno())
    os.close(fd)
    calls = (
        pread(fd, 1, 0),
        preadv(fd, [memoryview(bytearray(1))], 0),
        pwrite(fd, b"B", 0),
        ftruncate(fd, 0),
        fallocate(fd, 0, 0, 1),
        add_seals(fd, 0),
        get_seals(fd),
        mmap(fd, PAGE_SIZE, PROT_READ, MAP_SHARED),
    )
    assert set(calls) == {"EBADF"}


def test_names_of_seals() -> None:
    assert seal_names(F_SEAL_SHRINK | F_SEAL_FUTURE_WRITE) == "F_SEAL_SHRINK|F_SEAL_FUTURE_WRITE"
    assert seal_names(0x48) == "F_SEAL_WRITE|0x40"
    assert seal_names(0) == "0"


def test_elsewhere_it_says_that_it_needs_linux(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.platform", "darwin")
    monkeypatch.setattr(platform, "system", lambda: "Darwin")
    with pytest.raises(NotOnThisKernel, match="this makes system calls of Linux, and this machine runs Darwin"):
        memfd_create("test", 0)
