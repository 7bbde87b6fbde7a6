"""A buffer in which reads can be made to stand still, page by page."""

from __future__ import annotations

import ctypes
from collections.abc import Collection
from mmap import MAP_ANONYMOUS, MAP_PRIVATE, PAGESIZE, PROT_READ, PROT_WRITE

from scenarios.real.kernel import NotOnThisKernel
from scenarios.real.memfd import Mapping, mmap
from scenarios.real.userfault import Userfault


class StallingBuffer:
    """Pages of memory; a copy to one of the ``stalling`` pages stands still until it is let go.

    Close it when nobody reads into it any more, or use it in a ``with`` block; ``let_all_go`` comes first where a
    read may still stand in it.
    """

    def __init__(self, pages: int, stalling: Collection[int]) -> None:
        """Raises NotOnThisKernel where pages are wanted to stall and there is no userfaultfd for it."""
        self._faults = Userfault() if stalling else None
        memory = mmap(-1, pages * PAGESIZE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS)
        if isinstance(memory, str):
            self.let_all_go()
            raise NotOnThisKernel(f"no memory for a buffer of {pages} pages: {memory}\n  free some and try again")
        self._memory: Mapping = memory
        for page in set(range(pages)) - set(stalling):
            self._memory.store(page * PAGESIZE, b"\0")  # once touched it never faults
        if self._faults is not None:
            self._faults.register(self._memory.address, self._memory.length)

    def view(self, page: int, count: int) -> memoryview:
        """The first ``count`` bytes of a page, to read into."""
        assert 0 <= count <= PAGESIZE
        array = (ctypes.c_char * count).from_address(self._memory.address + page * PAGESIZE)
        return memoryview(array).cast("B")

    def load(self, page: int, count: int) -> bytes:
        """What has been copied to the start of a page. It must have been let go."""
        return self._memory.load(page * PAGESIZE, count)

    def wait(self, seconds: float) -> int | None:
        """The page at which a copy stands still, None if none does within this time."""
        address = None if self._faults is None else self._faults.wait(seconds)
        return None if address is None else (address - self._memory.address) // PAGESIZE

    def let_go(self, page: int) -> None:
        """Let the copy that stands at this page go on."""
        assert self._faults is not None
        self._faults.zero(self._memory.address + page * PAGESIZE, PAGESIZE)

    def let_all_go(self) -> None:
        """Let every copy go on, and stall none any more."""
        if self._faults is not None:
            self._faults.close()

    def close(self) -> None:
        """Give the memory back."""
        self.let_all_go()
        self._memory.close()

    def __enter__(self) -> StallingBuffer:
        return self

    def __exit__(self, *_error: object) -> None:
        self.close()
