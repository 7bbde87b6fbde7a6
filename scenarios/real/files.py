"""A memfd that starts as the modelled file does, and the pipe that it can be spliced into."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import pairwise

from explorer.execution.location import Location
from scenarios.real.kernel import NotOnThisKernel
from scenarios.real.memfd import Errno, Pipe, add_seals, fallocate, ftruncate, memfd_create, pwrite
from scenarios.shmem.constants import FALLOC_FL_KEEP_SIZE, PAGE_SIZE
from scenarios.shmem.objects import Inode, Page


@dataclass(frozen=True)
class Files:
    """What the calls are made on."""

    fd: int
    pipe: Pipe


@contextmanager
def new_files(inode: Inode, seals: int) -> Iterator[Files]:
    """A memfd with the size and pages that the modelled file has at first, with these seals, and an empty pipe.

    Raises NotOnThisKernel where they cannot be made.
    """
    fd = memfd_create("sealrace", os.MFD_ALLOW_SEALING)
    if isinstance(fd, str):
        raise NotOnThisKernel(f"memfd_create(2) fails: {fd}\n  allow this user more open files or memory")
    try:
        answers = [ftruncate(fd, initial(inode.i_size)), *_fill(fd, inode), add_seals(fd, seals)]
        failed = [answer for answer in answers if isinstance(answer, str)]
        if failed:
            raise NotOnThisKernel(f"the file cannot be made as it is at first: {failed[0]}\n  free some memory")
        with Pipe(len(inode.i_mapping.i_pages) * PAGE_SIZE) as pipe:
            yield Files(fd, pipe)
    finally:
        os.close(fd)


def first_content(inode: Inode) -> bytes:
    """What the file's pages hold at first, beyond its end too; zeros where there is none."""
    pages = [slot.initial for slot in inode.i_mapping.i_pages]
    held = (page if isinstance(page, Page) and initial(page.uptodate) else None for page in pages)
    return b"".join(page_content(inode, [initial(word) for word in page.data] if page else []) for page in held)


def page_content(inode: Inode, tokens: Sequence[int]) -> bytes:
    """The bytes of a page whose words hold these tokens; zeros if there are none."""
    if not tokens:
        return bytes(PAGE_SIZE)
    return b"".join(
        bytes([token]) * (end - start) for token, (start, end) in zip(tokens, pairwise(inode.cuts), strict=True)
    )


def initial(location: Location) -> int:
    """What a location that holds a number holds at first."""
    assert isinstance(location.initial, int)
    return location.initial


def _fill(fd: int, inode: Inode) -> Iterator[int | Errno]:
    """Give a file of the right size its first pages."""
    for index, slot in enumerate(inode.i_mapping.i_pages):
        page, place = slot.initial, index * PAGE_SIZE
        if not isinstance(page, Page):
            continue
        uptodate = initial(page.uptodate)
        if uptodate and place < initial(inode.i_size):
            yield pwrite(fd, page_content(inode, [initial(word) for word in page.data]), place)
            continue
        # Allocated once it is not uptodate, allocated again it is a page of zeros.
        assert not uptodate or not any(map(initial, page.data)), (
            "beyond the end of a file nothing but zeros can be made"
        )
        for _ in range(1 + uptodate):
            yield fallocate(fd, FALLOC_FL_KEEP_SIZE, place, PAGE_SIZE)
