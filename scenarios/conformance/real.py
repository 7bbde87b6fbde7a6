"""The memfd of the kernel that runs this program."""

from __future__ import annotations

import ctypes
import os
from errno import errorcode

from scenarios.conformance.calls import CAPACITY, Answer, State, same_page
from scenarios.real.kernel import require_linux
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
    pwrite,
    size_of,
)
from scenarios.shmem.constants import MAP_PRIVATE, PAGE_SIZE, PROT_NONE

_MAP_ANONYMOUS = 0x20
_MREMAP_MAYMOVE, _MREMAP_FIXED = 1, 2

_libc = ctypes.CDLL(None, use_errno=True)


class UserMemory:
    """Loads and stores that give EFAULT where a program's own would end it with SIGBUS or SIGSEGV.

    The kernel makes them: to load is to write the bytes to a pipe, to store is to read them from it.
    """

    def __init__(self) -> None:
        self._out, self._in = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)

    def load(self, address: int, count: int) -> bytes | str:
        """Bytes of one page."""
        done = _libc.write(self._in, ctypes.c_void_p(address), ctypes.c_size_t(count))
        return errorcode[ctypes.get_errno()] if done == -1 else os.read(self._out, count)

    def store(self, address: int, data: bytes) -> int | str:
        """Store to one page: 0."""
        os.write(self._in, data)
        done = _libc.read(self._out, ctypes.c_void_p(address), ctypes.c_size_t(len(data)))
        if done != -1:
            return 0
        error = errorcode[ctypes.get_errno()]
        os.read(self._out, len(data))
        return error

    def close(self) -> None:
        os.close(self._in)
        os.close(self._out)


class RealSide:
    """A real memfd: see Side. Before anything else it wants a file (``memfd_create``)."""

    def __init__(self) -> None:
        require_linux()
        self._files: dict[str, int] = {}
        self._mappings: dict[str, Mapping] = {}
        self._pipe = Pipe(2 * CAPACITY * PAGE_SIZE)
        self._memory = UserMemory()

    def memfd_create(self, name: str, flags: int) -> Answer:
        fd = memfd_create(name, flags)
        if isinstance(fd, str):
            return fd
        seals = get_seals(fd)
        if name == "rw":
            self._close_files()
            opened = f"/proc/self/fd/{fd}"
            self._files = {"rw": fd, "ro": os.open(opened, os.O_RDONLY), "wo": os.open(opened, os.O_WRONLY)}
        else:
            os.close(fd)
        return seals

    def pread(self, file: str, count: int, offset: int) -> Answer:
        return pread(self._files[file], count, offset)

    def pwrite(self, file: str, token: int, count: int, offset: int) -> Answer:
        return pwrite(self._files[file], bytes([token]) * count, offset)

    def ftruncate(self, file: str, length: int) -> Answer:
        return ftruncate(self._files[file], length)

    def fallocate(self, file: str, mode: int, offset: int, length: int) -> Answer:
        return fallocate(self._files[file], mode, offset, length)

    def fchmod(self, file: str, mode: int) -> Answer:
        try:
            os.fchmod(self._files[file], mode)
        except OSError as error:
            return errorcode[error.errno or 0]
        return 0

    def add_seals(self, file: str, seals: int) -> Answer:
        return add_seals(self._files[file], seals)

    def get_seals(self, file: str) -> Answer:
        return get_seals(self._files[file])

    def mmap(self, mapping: str, file: str, length: int, prot: int, flags: int) -> Answer:
        found = mmap(self._files[file], length, prot, flags)
        if isinstance(found, str):
            return found
        self._mappings[mapping] = found
        return 0

    def mprotect(self, mapping: str, prot: int) -> Answer:
        return self._mappings[mapping].protect(prot)

    def mremap(self, mapping: str) -> Answer:
        found = self._mappings[mapping]
        length = ctypes.c_size_t(found.length)
        # A place that is free, and that nobody else takes meanwhile: it is mapped until the move replaces it.
        _libc.mmap.restype = _libc.mremap.restype = ctypes.c_void_p
        place = ctypes.c_void_p(
            _libc.mmap(None, length, PROT_NONE, MAP_PRIVATE | _MAP_ANONYMOUS, -1, ctypes.c_int64(0))
        )
        how = ctypes.c_int(_MREMAP_MAYMOVE | _MREMAP_FIXED)
        moved = _libc.mremap(ctypes.c_void_p(found.address), length, length, how, place)
        if moved != place.value:
            return errorcode[ctypes.get_errno()]
        found.address = moved
        return 0

    def munmap(self, mapping: str) -> Answer:
        self._mappings.pop(mapping).close()
        return 0

    def load(self, mapping: str, offset: int, count: int) -> Answer:
        assert same_page(offset, count)
        return self._memory.load(self._mappings[mapping].address + offset, count)

    def store(self, mapping: str, token: int, count: int, offset: int) -> Answer:
        assert same_page(offset, count)
        return self._memory.store(self._mappings[mapping].address + offset, bytes([token]) * count)

    def splice(self, file: str, count: int, offset: int) -> Answer:
        return self._pipe.splice(self._files[file], count, offset)

    def drain(self) -> Answer:
        found = b""
        while isinstance(more := self._pipe.drain(CAPACITY * PAGE_SIZE), bytes):
            found += more
        return found

    def state(self) -> State:
        """Looked at by fstat(2), fcntl(2) and pread(2)."""
        fd = self._files["rw"]
        size, seals = size_of(fd), get_seals(fd)
        content = pread(fd, size, 0)
        assert isinstance(seals, int)
        assert isinstance(content, bytes)
        return State(size, seals, os.fstat(fd).st_mode & 0o7777, blocks_of(fd), content)

    def close(self) -> None:
        for mapping in self._mappings.values():
            mapping.close()
        self._close_files()
        self._pipe.close()
        self._memory.close()

    def _close_files(self) -> None:
        for fd in self._files.values():
            os.close(fd)
        self._files = {}
