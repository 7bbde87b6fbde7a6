"""Memory that is filled when it is touched, and what is said where that is not to be had."""

from __future__ import annotations

import ctypes
import os
import platform
import re
from concurrent.futures import ThreadPoolExecutor
from errno import EINVAL, ENOSYS, EPERM
from mmap import MAP_ANONYMOUS, MAP_PRIVATE, PAGESIZE, PROT_READ, PROT_WRITE

import pytest

from scenarios.real import userfault
from scenarios.real.kernel import NotOnThisKernel
from scenarios.real.memfd import Mapping, mmap
from scenarios.real.stalled import StallingBuffer
from scenarios.real.userfault import Userfault

PERMIT = "run it as root, or permit it to everybody: sysctl vm.unprivileged_userfaultfd=1"


@pytest.fixture
def pipe() -> tuple[int, int]:
    """A pipe with two pages of 'A' in it: reading from it copies to user memory."""
    out, in_ = os.pipe()
    os.write(in_, b"A" * 2 * PAGESIZE)
    return out, in_


def untouched(pages: int) -> Mapping:
    memory = mmap(-1, pages * PAGESIZE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS)
    assert isinstance(memory, Mapping)
    return memory


def view(memory: Mapping) -> memoryview:
    return memoryview((ctypes.c_char * memory.length).from_address(memory.address)).cast("B")


@pytest.mark.usefixtures("userfaultfd")
def test_a_write_from_untouched_memory_stops_until_the_page_is_filled(pipe: tuple[int, int]) -> None:
    out, in_ = pipe
    os.read(out, 2 * PAGESIZE)
    with untouched(2) as memory, ThreadPoolExecutor(1) as thread, Userfault() as faults:
        faults.register(memory.address, memory.length)
        written = thread.submit(os.writev, in_, [view(memory)])
        assert faults.wait(5) == memory.address
        assert faults.wait(0.05) is None  # nothing else happens
        assert not written.done()
        faults.copy(memory.address, b"B" * PAGESIZE)
        assert faults.wait(5) == memory.address + PAGESIZE
        faults.zero(memory.address + PAGESIZE, PAGESIZE)
        assert written.result(5) == 2 * PAGESIZE
        assert os.read(out, 2 * PAGESIZE) == b"B" * PAGESIZE + bytes(PAGESIZE)
    os.close(out)
    os.close(in_)


@pytest.mark.usefixtures("userfaultfd")
def test_closing_lets_go_who_stands_in_the_memory(pipe: tuple[int, int]) -> None:
    out, in_ = pipe
    with StallingBuffer(2, {1}) as buffer, ThreadPoolExecutor(1) as thread:
        read = thread.submit(os.readv, out, [buffer.view(0, PAGESIZE), buffer.view(1, PAGESIZE)])
        assert buffer.wait(5) == 1  # page 0 has been touched before: nobody stops there
        assert not read.done()
        buffer.let_all_go()
        assert read.result(5) == 2 * PAGESIZE
        assert buffer.load(1, PAGESIZE) == b"A" * PAGESIZE
    os.close(out)
    os.close(in_)


def test_a_buffer_without_stops_needs_no_userfaultfd(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(userfault, "userfaultfd", lambda _flags: -EPERM)
    with StallingBuffer(1, ()) as buffer:
        assert buffer.load(0, 3) == bytes(3)
        assert buffer.wait(0) is None


@pytest.mark.parametrize(
    ("errno", "message"),
    [
        (EPERM, f"this user may not stop the kernel in a copy: userfaultfd(2) gives EPERM\n  {PERMIT}"),
        (
            ENOSYS,
            "this kernel has no userfaultfd(2), or a sandbox hides it: it gives ENOSYS\n"
            f"  use a kernel built with CONFIG_USERFAULTFD; there {PERMIT}",
        ),
        (EINVAL, f"userfaultfd(2) fails: Invalid argument\n  {PERMIT}"),
    ],
)
def test_where_it_is_refused(errno: int, message: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(userfault, "userfaultfd", lambda _flags: -errno)
    with pytest.raises(NotOnThisKernel, match=f"^{re.escape(message)}$"):
        Userfault()


def test_on_a_machine_whose_system_call_is_not_known(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(platform, "machine", lambda: "sparc64")
    with pytest.raises(NotOnThisKernel, match=r"the number of userfaultfd\(2\) on sparc64 is not known here"):
        Userfault()


@pytest.mark.usefixtures("userfaultfd")
def test_what_is_opened_is_closed() -> None:
    before = os.listdir("/proc/self/fd")
    for _ in range(3):
        with StallingBuffer(2, {0, 1}):
            pass
    assert os.listdir("/proc/self/fd") == before
