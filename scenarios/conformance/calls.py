"""The system calls that a real memfd and the modelled one are driven with, and what is compared after each.

A *side* is either of the two.  It has one file at a time, open three times (``rw``, ``ro``,
``wo``), mappings of it with names (``m0``, ``m1``, ...), and a pipe.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol, TypeAlias

from scenarios.shmem.constants import PAGE_SIZE

CAPACITY = 3
"""Pages that the file may grow to."""

FILES = ("rw", "ro", "wo")
"""The open files: opened for reading and writing, for reading, for writing."""

Answer: TypeAlias = int | bytes | str
"""What a call gives: a number, the bytes that were read, or the name of an errno."""


@dataclass(frozen=True)
class State:
    """What can be seen of the file from outside; ``blocks`` are units of 512 bytes, eight to a page that is in use."""

    size: int
    seals: int
    mode: int
    blocks: int
    content: bytes


class Side(Protocol):
    """A memfd that calls are made on.

    Offsets, lengths and counts are bytes.  Content is written by calls at the places alone at which the
    modelled pages are cut, and at those of pages; everything else may be anywhere.
    """

    def memfd_create(self, name: str, flags: int) -> Answer:
        """A new file, which gives its seals. One called ``rw`` is the file from then on; any other is closed."""

    def pread(self, file: str, count: int, offset: int) -> Answer: ...

    def pwrite(self, file: str, token: int, count: int, offset: int) -> Answer:
        """Write ``count`` times the byte ``token``."""

    def ftruncate(self, file: str, length: int) -> Answer: ...

    def fallocate(self, file: str, mode: int, offset: int, length: int) -> Answer: ...

    def fchmod(self, file: str, mode: int) -> Answer: ...

    def add_seals(self, file: str, seals: int) -> Answer: ...

    def get_seals(self, file: str) -> Answer: ...

    def mmap(self, mapping: str, file: str, length: int, prot: int, flags: int) -> Answer:
        """Map the file from its first byte on, whole pages: 0."""

    def mprotect(self, mapping: str, prot: int) -> Answer: ...

    def mremap(self, mapping: str) -> Answer:
        """Move a mapping to another place: 0."""

    def munmap(self, mapping: str) -> Answer: ...

    def load(self, mapping: str, offset: int, count: int) -> Answer:
        """Load bytes of one page; EFAULT stands for SIGBUS and SIGSEGV."""

    def store(self, mapping: str, token: int, count: int, offset: int) -> Answer:
        """Store ``count`` times the byte ``token`` to one page: 0."""

    def splice(self, file: str, count: int, offset: int) -> Answer:
        """Link pages of the file into the pipe, which must be empty: the number of bytes."""

    def drain(self) -> Answer:
        """Read the pipe until it is empty: the bytes."""

    def state(self) -> State:
        """What can be seen of the file now."""

    def close(self) -> None:
        """Let everything go."""


@dataclass(frozen=True)
class Call:
    """One call: the name of a method of Side, and its arguments."""

    name: str
    arguments: tuple[int | str, ...] = ()

    def on(self, side: Side) -> Answer:
        """Make it."""
        answer: Answer = getattr(side, self.name)(*self.arguments)
        return answer


def same_page(offset: int, count: int) -> bool:
    """Whether the bytes lie in one page."""
    return count > 0 and offset // PAGE_SIZE == (offset + count - 1) // PAGE_SIZE
