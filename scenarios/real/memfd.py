"""System calls on a memfd, each with the result that the kernel in front of you gives it.

A call that fails gives the name of its errno (``"EPERM"``), so that it compares with what a
model says; nothing here raises OSError.  Where Python has no call, or checks arguments
itself before the kernel sees them, libc is called.  Every call lets other threads run while
it is in the kernel.

On a machine without Linux this module can be imported, and ``memfd_create`` raises
NotOnThisKernel.
"""

from __future__ import annotations

import ctypes
import os
from collections.abc import Callable, Sequence
from errno import EOPNOTSUPP, errorcode
from typing import ParamSpec, TypeAlias, TypeVar

from scenarios.real.kernel import require_linux
from scenarios.shmem.constants import (
    F_SEAL_EXEC,
    F_SEAL_FUTURE_WRITE,
    F_SEAL_GROW,
    F_SEAL_SEAL,
    F_SEAL_SHRINK,
    F_SEAL_WRITE,
)

P = ParamSpec("P")
R = TypeVar("R")

Errno: TypeAlias = str
"""The name of an errno, in place of a result."""

_F_ADD_SEALS = 1033
_F_GET_SEALS = 1034
_F_SETPIPE_SZ = 1031
_MAP_FAILED = ctypes.c_void_p(-1).value

_SEALS = {
    "F_SEAL_SEAL": F_SEAL_SEAL,
    "F_SEAL_SHRINK": F_SEAL_SHRINK,
    "F_SEAL_GROW": F_SEAL_GROW,
    "F_SEAL_WRITE": F_SEAL_WRITE,
    "F_SEAL_FUTURE_WRITE": F_SEAL_FUTURE_WRITE,
    "F_SEAL_EXEC": F_SEAL_EXEC,
}

UPSTREAM_SEALS = tuple(_SEALS.values())
"""The seals of released kernels: FUTURE_WRITE from 5.1 on, EXEC from 6.3 on."""

_NAMES = {**errorcode, EOPNOTSUPP: "EOPNOTSUPP"}  # Python has the number's other name, ENOTSUP

_libc = ctypes.CDLL(None, use_errno=True)


def seal_names(seals: int) -> str:
    """``F_SEAL_SHRINK|F_SEAL_GROW``; bits without a name as a number, no seal as ``0``."""
    names = [name for name, bit in _SEALS.items() if seals & bit]
    rest = seals & ~sum(UPSTREAM_SEALS)
    return "|".join([*names, *([hex(rest)] if rest else [])]) or "0"


def memfd_create(name: str, flags: int) -> int | Errno:
    """A new file descriptor. ``flags`` are those of ``os`` (``os.MFD_ALLOW_SEALING``).

    Raises NotOnThisKernel where there is no Linux.
    """
    require_linux()
    return _named(os.memfd_create, name, flags)


def pread(fd: int, count: int, offset: int) -> bytes | Errno:
    """Up to ``count`` bytes at ``offset``."""
    return _named(os.pread, fd, count, offset)


def preadv(fd: int, buffers: Sequence[memoryview], offset: int) -> int | Errno:
    """Read at ``offset`` into one buffer after the other; gives the number of bytes."""
    return _named(os.preadv, fd, buffers, offset)


def pwrite(fd: int, data: bytes, offset: int) -> int | Errno:
    """Write at ``offset``; gives the number of bytes."""
    return _named(os.pwrite, fd, data, offset)


def ftruncate(fd: int, length: int) -> int | Errno:
    """Set the size: 0."""
    return _named(os.ftruncate, fd, length) or 0


def fallocate(fd: int, mode: int, offset: int, length: int) -> int | Errno:
    """Allocate pages, or punch a hole: 0."""
    return _checked(_libc.fallocate(fd, ctypes.c_int(mode), ctypes.c_int64(offset), ctypes.c_int64(length)))


def add_seals(fd: int, seals: int) -> int | Errno:
    """fcntl(F_ADD_SEALS): 0. All bits of ``seals`` reach the kernel; newer ones look at 32 of them only."""
    return _checked(_libc.fcntl(fd, ctypes.c_int(_F_ADD_SEALS), ctypes.c_ulong(seals)))


def get_seals(fd: int) -> int | Errno:
    """fcntl(F_GET_SEALS): the seals."""
    return _checked(_libc.fcntl(fd, ctypes.c_int(_F_GET_SEALS)))


def size_of(fd: int) -> int:
    """The size in bytes."""
    return os.fstat(fd).st_size


def blocks_of(fd: int) -> int:
    """st_blocks: allocated units of 512 bytes, eight to a page."""
    return os.fstat(fd).st_blocks


class Mapping:
    """A mapping of a file. Close it, or use it in a ``with`` block.

    Touching a page beyond the end of the file kills the process (SIGBUS), so does a store
    without PROT_WRITE (SIGSEGV): the caller looks at the size and at what it asked for.
    """

    def __init__(self, address: int, length: int) -> None:
        self.address = address
        self.length = length

    def load(self, offset: int, count: int) -> bytes:
        """Bytes of the mapping."""
        assert 0 <= offset <= offset + count <= self.length
        return ctypes.string_at(self.address + offset, count)

    def store(self, offset: int, data: bytes) -> None:
        """Store bytes to the mapping."""
        assert 0 <= offset <= offset + len(data) <= self.length
        ctypes.memmove(self.address + offset, data, len(data))

    def protect(self, prot: int) -> int | Errno:
        """mprotect() of all of it: 0."""
        return _checked(_libc.mprotect(ctypes.c_void_p(self.address), ctypes.c_size_t(self.length), prot))

    def close(self) -> None:
        """munmap(), once."""
        if self.address:
            _libc.munmap(ctypes.c_void_p(self.address), ctypes.c_size_t(self.length))
            self.address = 0

    def __enter__(self) -> Mapping:
        return self

    def __exit__(self, *_error: object) -> None:
        self.close()


def mmap(fd: int, length: int, prot: int, flags: int, offset: int = 0) -> Mapping | Errno:
    """Map a file; ``prot`` and ``flags`` are those of Python's ``mmap`` (``PROT_READ``, ``MAP_SHARED``).

    Python's own mmap would compare length and size itself, and never ask the kernel.
    """
    _libc.mmap.restype = ctypes.c_void_p
    address = _libc.mmap(None, ctypes.c_size_t(length), prot, flags, fd, ctypes.c_int64(offset))
    if address == _MAP_FAILED:
        return _NAMES[ctypes.get_errno()]
    return Mapping(address, length)


class Pipe:
    """A pipe that files are spliced into and that is drained later. Close it, or use it in a ``with`` block.

    Neither end ever waits: a full pipe and an empty one are ``"EAGAIN"``.
    """

    def __init__(self, capacity: int) -> None:
        """``capacity`` is in bytes; the kernel rounds it up to pages."""
        self._out, self._in = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
        _libc.fcntl(self._in, ctypes.c_int(_F_SETPIPE_SZ), ctypes.c_int(capacity))

    def splice(self, fd: int, count: int, offset: int) -> int | Errno:
        """splice() from a file at ``offset`` into the pipe: the number of bytes. The pages are linked, not copied."""
        return _named(os.splice, fd, self._in, count, offset_src=offset, flags=os.SPLICE_F_NONBLOCK)

    def drain(self, count: int) -> bytes | Errno:
        """read() from the pipe, where the bytes of the pages are copied."""
        return _named(os.read, self._out, count)

    def close(self) -> None:
        """Close both ends; pages that are still in the pipe are let go."""
        os.close(self._in)
        os.close(self._out)

    def __enter__(self) -> Pipe:
        return self

    def __exit__(self, *_error: object) -> None:
        self.close()


def _named(call: Callable[P, R], *arguments: P.args, **named: P.kwargs) -> R | Errno:
    """The result of a call, or the name of the errno that it fails with."""
    try:
        return call(*arguments, **named)
    except OSError as error:
        return _NAMES[error.errno or 0]


def _checked(result: int) -> int | Errno:
    """A result of libc, or the name of the errno that it leaves."""
    return _NAMES[ctypes.get_errno()] if result == -1 else result
