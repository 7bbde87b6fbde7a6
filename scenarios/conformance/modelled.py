"""The modelled memfd: each call is run alone, on a memory with concrete values."""

from __future__ import annotations

from collections.abc import Coroutine, Iterable, Sequence
from dataclasses import dataclass, field
from errno import EFAULT, EOPNOTSUPP, errorcode
from typing import Any

from explorer.execution.location import Location, Value
from explorer.program.thread import Thread
from explorer.schedule.alone import Memory, run_alone
from scenarios.conformance.calls import CAPACITY, Answer, Call, State, same_page
from scenarios.shmem import syscalls
from scenarios.shmem.constants import (
    MAP_SHARED,
    PAGE_SHIFT,
    PAGE_SIZE,
    PROT_READ,
    PROT_WRITE,
)
from scenarios.shmem.fault import user_load, user_store
from scenarios.shmem.kernel import Kernel
from scenarios.shmem.memfd import memfd_create
from scenarios.shmem.mmap import Mm, do_mprotect, move_vma
from scenarios.shmem.objects import UNCLEARED, File, Inode, Page, Vma
from scenarios.shmem.splice import Pipe, pipe_read

_NAMES = {**errorcode, EOPNOTSUPP: "EOPNOTSUPP"}  # Python has the number's other name, ENOTSUP


class LivingInode(Inode):
    """An inode that lives on from call to call: its allocator gives another page each time."""

    def __init__(self, kernel: Kernel, cuts: Sequence[int]) -> None:
        super().__init__(kernel, CAPACITY, 0, mapped=True, punched=True, cuts=cuts, whole_pages=False)
        self._allocated = 0

    def allocate(self, page: Page) -> Page:
        self._allocated += 1
        return Page(f"{page.name}.{self._allocated}", 0, 0, UNCLEARED, len(self.cuts) - 1)


@dataclass(frozen=True)
class Extent:
    """``length`` bytes at ``start`` of what was read that are those at ``offset`` of a page; the rest is a hole."""

    start: int
    page: Page
    offset: int
    length: int


@dataclass
class Gathered:
    """Where a read puts what it finds: which bytes of which pages."""

    extents: list[Extent] = field(default_factory=list)

    async def copy_page(self, t: Thread, inode: Inode, page: Any, done: int, offset: int, nr: int) -> None:
        self.extents.append(Extent(done, page, offset, nr))


class GatheringPipe(Pipe):
    """A pipe that knows, too, which bytes of the pages are in it."""

    def __init__(self) -> None:
        super().__init__(CAPACITY + 1)
        self.extents: list[Extent] = []
        self.count = 0

    async def copy_page(self, t: Thread, inode: Inode, page: Any, done: int, offset: int, nr: int) -> None:
        self.extents.append(Extent(done, page, offset, nr))
        await super().copy_page(t, inode, page, done, offset, nr)


@dataclass
class _Mapping:
    vma: Vma
    file: File
    prot: int


class ModelledSide:
    """The modelled memfd of one kernel, its pages cut at ``cuts``: see Side."""

    def __init__(self, kernel: Kernel, cuts: Sequence[int]) -> None:
        self._kernel = kernel
        self._cuts = tuple(cuts)
        self._t = Thread()
        self._begin(LivingInode(kernel, cuts), {})

    def _begin(self, inode: Inode, memory: Memory) -> None:
        self._inode = inode
        self._memory = memory
        self._files = {
            "rw": File(inode),
            "ro": File(inode, writable=False),
            "wo": File(inode, readable=False),
        }
        self._mm = Mm("mm")
        self._mappings: dict[str, _Mapping] = {}
        self._pipe = GatheringPipe()

    def _run(self, call: Coroutine[Any, Any, int]) -> int | str:
        """What a call gives; its errors by name."""
        result: int = run_alone(call, self._memory)
        return _NAMES[-result] if result < 0 else result

    def _value(self, location: Location) -> Value:
        return self._memory.get(location, location.initial)

    def memfd_create(self, name: str, flags: int) -> Answer:
        inode = LivingInode(self._kernel, self._cuts)
        memory: Memory = {}
        result = run_alone(memfd_create(self._t, inode, flags), memory)
        if result < 0:
            return _NAMES[-result]
        if name == "rw":
            self._begin(inode, memory)
        seals: int = run_alone(syscalls.get_seals(self._t, File(inode)), memory)
        return seals

    def pread(self, file: str, count: int, offset: int) -> Answer:
        into = Gathered()
        result = self._run(syscalls.pread(self._t, self._files[file], offset, count, into))
        return result if isinstance(result, str) else self._bytes(into.extents, result)

    def pwrite(self, file: str, token: int, count: int, offset: int) -> Answer:
        return self._run(syscalls.pwrite(self._t, self._files[file], offset, count, token))

    def ftruncate(self, file: str, length: int) -> Answer:
        return self._run(syscalls.ftruncate(self._t, self._files[file], length))

    def fallocate(self, file: str, mode: int, offset: int, length: int) -> Answer:
        return self._run(syscalls.fallocate(self._t, self._files[file], mode, offset, length))

    def fchmod(self, file: str, mode: int) -> Answer:
        return self._run(syscalls.fchmod(self._t, self._files[file], mode))

    def add_seals(self, file: str, seals: int) -> Answer:
        return self._run(syscalls.add_seals(self._t, self._files[file], seals))

    def get_seals(self, file: str) -> Answer:
        return self._run(syscalls.get_seals(self._t, self._files[file]))

    def mmap(self, mapping: str, file: str, length: int, prot: int, flags: int) -> Answer:
        words = len(self._inode.all_words)
        vma = Vma(mapping, CAPACITY, words, shared=bool(flags & MAP_SHARED), writable=bool(prot & PROT_WRITE))
        opened = self._files[file]
        result = self._run(syscalls.mmap(self._t, self._mm, opened, vma, length >> PAGE_SHIFT))
        if result == 0:
            self._mappings[mapping] = _Mapping(vma, opened, prot)
            self._inode.vmas = tuple(known.vma for known in self._mappings.values())
        return result

    def mprotect(self, mapping: str, prot: int) -> Answer:
        mapped = self._mappings[mapping]
        result = self._run(do_mprotect(self._t, self._mm, mapped.vma, prot))
        if result == 0:
            mapped.prot = prot
        return result

    def mremap(self, mapping: str) -> Answer:
        old = self._mappings[mapping]
        words = len(self._inode.all_words)
        vma = Vma(mapping, CAPACITY, words, shared=old.vma.shared, writable=old.vma.writable, moved=old.vma)
        run_alone(move_vma(self._t, self._mm, self._inode, old.vma, vma), self._memory)
        self._mappings[mapping] = _Mapping(vma, old.file, old.prot)
        self._inode.vmas = tuple(known.vma for known in self._mappings.values())
        return 0

    def munmap(self, mapping: str) -> Answer:
        mapped = self._mappings.pop(mapping)
        run_alone(syscalls.munmap(self._t, self._mm, mapped.file, mapped.vma), self._memory)
        self._inode.vmas = tuple(known.vma for known in self._mappings.values())
        return 0

    def load(self, mapping: str, offset: int, count: int) -> Answer:
        assert same_page(offset, count)
        mapped, index = self._mappings[mapping], offset >> PAGE_SHIFT
        # PROT_WRITE alone lets a program load, too, on most machines.
        if not mapped.prot & (PROT_READ | PROT_WRITE):
            return _NAMES[EFAULT]
        result = self._run(user_load(self._t, self._mm, self._inode, mapped.vma, index))
        if isinstance(result, str):
            return result
        return self._content(self._value(mapped.vma.pte[index]))[offset % PAGE_SIZE :][:count]

    def store(self, mapping: str, token: int, count: int, offset: int) -> Answer:
        assert same_page(offset, count)
        mapped = self._mappings[mapping]
        if not mapped.prot & PROT_WRITE:
            return _NAMES[EFAULT]
        words = self._inode.words(offset % PAGE_SIZE, count)
        index = offset >> PAGE_SHIFT
        return self._run(user_store(self._t, self._mm, self._inode, mapped.vma, index, token, words))

    def splice(self, file: str, count: int, offset: int) -> Answer:
        result = self._run(syscalls.splice(self._t, self._files[file], offset, count, self._pipe))
        if isinstance(result, int):
            self._pipe.count = result
        return result

    def drain(self) -> Answer:
        found = self._bytes(self._pipe.extents, self._pipe.count)
        run_alone(pipe_read(self._t, self._inode, self._pipe), self._memory)
        self._pipe = GatheringPipe()
        return found

    def state(self) -> State:
        """What the memory holds, looked at without any call."""
        slots = [self._value(slot) for slot in self._inode.i_mapping.i_pages]
        size, seals, mode = (self._value(x) for x in (self._inode.i_size, self._inode.seals, self._inode.i_mode))
        assert isinstance(size, int)
        assert isinstance(seals, int)
        assert isinstance(mode, int)
        return State(
            size=size,
            seals=seals,
            mode=mode,
            blocks=sum(8 for slot in slots if slot != 0),
            content=b"".join(map(self._content, slots))[:size],
        )

    def can(self, call: Call) -> bool:
        """Whether the mapping that a call names is there, and the pipe is as the call needs it."""
        if call.name in ("load", "store", "mprotect", "mremap", "munmap"):
            return call.arguments[0] in self._mappings
        return (self._pipe.count > 0) == (call.name == "drain") if call.name in ("splice", "drain") else True

    def close(self) -> None:
        """Nothing is left behind by a model."""

    def _content(self, page: Value) -> bytes:
        """All bytes of a page; one that is not there or not uptodate reads as zeros."""
        if not isinstance(page, Page) or not self._value(page.uptodate):
            return bytes(PAGE_SIZE)
        ends = zip(self._inode.cuts[:-1], self._inode.cuts[1:], page.data, strict=True)
        return b"".join(bytes([self._token(word)]) * (end - start) for start, end, word in ends)

    def _token(self, word: Location) -> int:
        token = self._value(word)
        assert isinstance(token, int)
        return token

    def _bytes(self, extents: Iterable[Extent], count: int) -> bytes:
        """What was read, as its pages are now."""
        found = bytearray(count)
        for extent in extents:
            page = self._content(extent.page)
            found[extent.start : extent.start + extent.length] = page[extent.offset : extent.offset + extent.length]
        return bytes(found)
