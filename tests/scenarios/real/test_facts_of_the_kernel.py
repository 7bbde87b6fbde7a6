"""What the kernel in front of us does in windows S3 and S6: no model takes part."""

from __future__ import annotations

import os
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from mmap import MAP_SHARED, PROT_READ, PROT_WRITE

import pytest

from scenarios.real.memfd import (
    Mapping,
    Pipe,
    add_seals,
    ftruncate,
    get_seals,
    memfd_create,
    mmap,
    preadv,
    pwrite,
)
from scenarios.real.stalled import StallingBuffer
from scenarios.real.userspace import STAND_IN
from scenarios.shmem.constants import (
    F_SEAL_FUTURE_WRITE,
    F_SEAL_GROW,
    F_SEAL_SEAL,
    F_SEAL_SHRINK,
    F_SEAL_WRITE,
    PAGE_SIZE,
)

pytestmark = pytest.mark.usefixtures("userfaultfd")

OLD = b"A" * PAGE_SIZE
EACH_SEAL = (F_SEAL_SHRINK, F_SEAL_GROW, F_SEAL_WRITE, F_SEAL_FUTURE_WRITE, F_SEAL_SEAL)
SECONDS = 5


class Stopped:
    """A read of two pages that stands in its copy of the second."""

    def __init__(self, fd: int, buffer: StallingBuffer, thread: ThreadPoolExecutor) -> None:
        self.buffer = buffer
        views = [buffer.view(page, PAGE_SIZE) for page in range(2)]
        self.result: Future[int | str] = thread.submit(preadv, fd, views, 0)
        assert buffer.wait(SECONDS) == 1
        assert not self.result.done()

    def go_on(self) -> bytes:
        """What it returns."""
        self.buffer.let_go(1)
        assert self.result.result(SECONDS) == 2 * PAGE_SIZE
        return self.buffer.load(0, PAGE_SIZE) + self.buffer.load(1, PAGE_SIZE)


@pytest.fixture
def fd() -> Iterator[int]:
    """Two pages of 'A'."""
    found = memfd_create("test", os.MFD_ALLOW_SEALING)
    assert isinstance(found, int)
    assert pwrite(found, 2 * OLD, 0) == 2 * PAGE_SIZE
    yield found
    os.close(found)


@pytest.fixture
def stopped(fd: int) -> Iterator[Stopped]:
    with StallingBuffer(2, {1}) as buffer, ThreadPoolExecutor(1) as thread:
        try:
            yield Stopped(fd, buffer, thread)
        finally:
            buffer.let_all_go()


def test_lingering_page_returns_the_old_bytes_after_truncation_and_seal_in_100_of_100_runs() -> None:
    late = 0
    for _ in range(100):
        fd = memfd_create("test", os.MFD_ALLOW_SEALING)
        assert isinstance(fd, int)
        pwrite(fd, OLD, 0)
        with StallingBuffer(1, {0}) as buffer, ThreadPoolExecutor(1) as thread:
            read = thread.submit(preadv, fd, [buffer.view(0, PAGE_SIZE)], 0)
            assert buffer.wait(SECONDS) == 0
            assert (ftruncate(fd, 0), add_seals(fd, STAND_IN), get_seals(fd)) == (0, 0, STAND_IN)
            before_it_goes_on = read.done()
            buffer.let_go(0)
            late += not before_it_goes_on and read.result(SECONDS) == PAGE_SIZE and buffer.load(0, PAGE_SIZE) == OLD
        os.close(fd)
    assert late == 100


def test_after_the_truncation_the_kernel_takes_every_seal_while_the_read_stands(fd: int, stopped: Stopped) -> None:
    assert ftruncate(fd, 0) == 0
    assert [add_seals(fd, seal) for seal in EACH_SEAL] == [0] * len(EACH_SEAL)
    assert stopped.go_on() == 2 * OLD


def test_before_it_the_seal_against_writing_waits_for_the_read_in_vain(fd: int, stopped: Stopped) -> None:
    answers = {seal: add_seals(fd, seal) for seal in EACH_SEAL if seal != F_SEAL_SEAL}
    assert answers == {F_SEAL_SHRINK: 0, F_SEAL_GROW: 0, F_SEAL_WRITE: "EBUSY", F_SEAL_FUTURE_WRITE: 0}
    assert stopped.go_on() == 2 * OLD
    assert add_seals(fd, F_SEAL_WRITE) == 0


def test_a_store_to_a_page_that_a_read_is_copying_shows(fd: int, stopped: Stopped) -> None:
    assert pwrite(fd, b"Z" * PAGE_SIZE, PAGE_SIZE) == PAGE_SIZE
    assert stopped.go_on() == OLD + b"Z" * PAGE_SIZE


def test_splice_shows_what_is_stored_after_it(fd: int) -> None:
    with Pipe(2 * PAGE_SIZE) as pipe:
        assert pipe.splice(fd, PAGE_SIZE, 0) == PAGE_SIZE
        assert pwrite(fd, b"Z" * PAGE_SIZE, 0) == PAGE_SIZE
        mapping = mmap(fd, PAGE_SIZE, PROT_READ | PROT_WRITE, MAP_SHARED)
        assert isinstance(mapping, Mapping)
        mapping.store(0, b"M")
        mapping.close()
        assert pipe.drain(PAGE_SIZE) == b"M" + b"Z" * (PAGE_SIZE - 1)


def test_a_spliced_page_keeps_its_bytes_when_the_file_is_cut_and_written_anew(fd: int) -> None:
    with Pipe(2 * PAGE_SIZE) as pipe:
        assert pipe.splice(fd, PAGE_SIZE, 0) == PAGE_SIZE
        assert (ftruncate(fd, 0), pwrite(fd, b"Z" * PAGE_SIZE, 0)) == (0, PAGE_SIZE)
        assert pipe.drain(PAGE_SIZE) == OLD


def test_a_page_in_a_pipe_keeps_the_seal_against_writing_away(fd: int) -> None:
    with Pipe(2 * PAGE_SIZE) as pipe:
        assert pipe.splice(fd, PAGE_SIZE, 0) == PAGE_SIZE
        assert add_seals(fd, F_SEAL_WRITE) == "EBUSY"
        assert get_seals(fd) == 0
        assert pipe.drain(PAGE_SIZE) == OLD
        assert add_seals(fd, F_SEAL_WRITE) == 0


def test_the_stand_in_refuses_what_the_missing_seal_refuses_and_lets_the_file_grow(fd: int) -> None:
    assert (ftruncate(fd, 0), add_seals(fd, STAND_IN), ftruncate(fd, PAGE_SIZE)) == (0, 0, 0)
    assert (ftruncate(fd, 0), pwrite(fd, b"Z", 0)) == ("EPERM", "EPERM")
    assert mmap(fd, PAGE_SIZE, PROT_READ | PROT_WRITE, MAP_SHARED) == "EPERM"
