"""Each system call alone, one thread: results in the order of checks of kernel-facts section C."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from errno import EBUSY, EINVAL, ENOENT, EPERM
from typing import Any

import pytest

from explorer.execution.location import Location, Value
from explorer.program.request import Load, Request, Update
from explorer.program.thread import Thread
from explorer.schedule.alone import Memory, run_alone
from scenarios.shmem.constants import F_SEAL_GROW, F_SEAL_INACCESSIBLE, F_SEAL_SEAL, F_SEAL_SHRINK
from scenarios.shmem.fixes import FIXES
from scenarios.shmem.getpage import Sgp, shmem_getpage
from scenarios.shmem.guest import SECRET, guest_write
from scenarios.shmem.kernel import Kernel
from scenarios.shmem.objects import OLD, File, Inode
from scenarios.shmem.syscalls import add_seals as fcntl_add_seals
from scenarios.shmem.syscalls import fallocate, ftruncate, pread

Call = Callable[[Thread, File], Coroutine[Any, Any, int]]


def truncate(size: int) -> Call:
    return lambda t, file: ftruncate(t, file, size)


def add_seals(seals: int) -> Call:
    return lambda t, file: fcntl_add_seals(t, file, seals)


def allocate(offset: int, length: int) -> Call:
    return lambda t, file: fallocate(t, file, 0, offset, length)


def read(pos: int, count: int) -> Call:
    return lambda t, file: pread(t, file, pos, count)


@dataclass
class Run:
    """What calls made one after another came to: their results, the memory after, what was loaded from where."""

    inode: Inode
    results: list[int] = field(default_factory=list)
    memory: Memory = field(default_factory=dict)
    loads: list[tuple[Location, Value]] = field(default_factory=list)

    def value(self, location: Location) -> Value:
        return self.memory.get(location, location.initial)

    def copied(self) -> list[Value]:
        """The content that was read."""
        return [value for location, value in self.loads if location in self.inode.content]


def run(pages: int, *calls: Call, fix: str = "none", passes: int = 2, whole_pages: bool = True) -> Run:
    """Make calls on a file of this many pages (2 at most)."""
    made = Run(Inode(Kernel.of(fix, "P2", {}), 2, pages, passes=passes, whole_pages=whole_pages))
    file = File(made.inode)
    for call in calls:
        result = run_alone(
            call(Thread(), file), made.memory, lambda request, value: made.loads.append((place(request), value))
        )
        made.results.append(result)
    return made


def place(request: Request) -> Location:
    assert isinstance(request, Load | Update)
    assert isinstance(request.location, Location)
    return request.location


SEAL = add_seals(F_SEAL_INACCESSIBLE)


@pytest.mark.parametrize(
    ("pages", "calls", "expected"),
    [
        (1, [truncate(0)], [0]),
        (1, [truncate(8192)], [0]),
        (1, [add_seals(F_SEAL_SHRINK), truncate(0), truncate(4096), truncate(8192)], [0, -EPERM, 0, 0]),
        (1, [add_seals(F_SEAL_GROW), truncate(8192), truncate(4096), truncate(0)], [0, -EPERM, 0, 0]),
        # Sealed and empty: any whole number of pages, once.
        (0, [SEAL, truncate(0), truncate(4096), truncate(4096)], [0, 0, 0, -EPERM]),
        # Sealed and not empty: not even to the same size.
        (0, [SEAL, allocate(0, 8192), truncate(0), truncate(8192)], [0, 0, -EPERM, -EPERM]),
    ],
)
def test_ftruncate(pages: int, calls: list[Call], expected: list[int]) -> None:
    assert run(pages, *calls).results == expected


def test_ftruncate_of_a_sealed_file_wants_whole_pages() -> None:
    assert run(0, SEAL, truncate(100), whole_pages=False).results == [0, -EINVAL]
    # The size comes before the alignment.
    assert run(0, SEAL, allocate(0, 8192), truncate(100), whole_pages=False).results == [0, 0, -EPERM]


@pytest.mark.parametrize(
    ("pages", "calls", "expected"),
    [
        (0, [SEAL, SEAL], [0, 0]),
        (1, [SEAL], [-EBUSY]),  # the guard of P2
        (1, [truncate(0), SEAL], [0, 0]),
        (1, [add_seals(0x40)], [-EINVAL]),
        (0, [add_seals(F_SEAL_SEAL), SEAL], [0, -EPERM]),
        (0, [add_seals(F_SEAL_SEAL), add_seals(0x40)], [0, -EINVAL]),  # unknown bits come first
        (1, [add_seals(F_SEAL_SEAL), SEAL], [0, -EPERM]),  # F_SEAL_SEAL before the guard
    ],
)
def test_add_seals(pages: int, calls: list[Call], expected: list[int]) -> None:
    assert run(pages, *calls).results == expected


@pytest.mark.parametrize(
    ("pages", "calls", "expected"),
    [
        (0, [allocate(0, 8192)], [0]),
        (0, [SEAL, allocate(0, 4096), allocate(4096, 4096)], [0, 0, 0]),  # no check of the new seal
        (1, [add_seals(F_SEAL_GROW), allocate(0, 4096), allocate(4096, 4096)], [0, 0, -EPERM]),
    ],
)
def test_fallocate(pages: int, calls: list[Call], expected: list[int]) -> None:
    assert run(pages, *calls).results == expected


@pytest.mark.parametrize(
    ("pages", "calls", "expected"),
    [
        (2, [read(0, 4096), read(0, 8192), read(100, 50)], [4096, 8192, 50]),
        (1, [read(0, 8192), read(4096, 4096)], [4096, 0]),
        (0, [read(0, 4096), read(4096, 4096)], [0, 0]),
        # An empty sealed file: EPERM inside the page in which it ends, 0 beyond it.
        (0, [SEAL, read(0, 4096), read(4096, 4096)], [0, -EPERM, 0]),
        (0, [SEAL, allocate(0, 4096), read(0, 4096), read(4096, 4096)], [0, 0, -EPERM, -EPERM]),
    ],
)
def test_read(pages: int, calls: list[Call], expected: list[int]) -> None:
    assert run(pages, *calls).results == expected


def test_a_read_without_the_check_returns_what_is_in_a_sealed_file() -> None:
    assert run(0, SEAL, allocate(0, 4096), read(0, 4096), fix="no-check").results == [0, 0, 4096]


@pytest.mark.parametrize("fix", FIXES)
def test_every_variant_reads_an_unsealed_file(fix: str) -> None:
    assert run(2, read(0, 8192), fix=fix).results == [8192]


@pytest.mark.parametrize("fix", [fix for fix in FIXES if fix != "no-check"])
def test_every_variant_with_a_check_refuses_a_sealed_file(fix: str) -> None:
    assert run(0, SEAL, allocate(0, 4096), read(0, 4096), fix=fix).results == [0, 0, -EPERM]


@pytest.mark.parametrize("passes", [1, 2])
def test_truncation_detaches_every_page_and_drops_its_reference(passes: int) -> None:
    made = run(2, truncate(0), passes=passes)
    for index, page in enumerate(made.inode.cached):
        assert made.value(made.inode.i_mapping.i_pages[index]) == 0
        assert made.value(page.mapping) == 0
        assert made.value(page.refcount) == 0
        assert made.value(page.lock.word) == 0


def test_a_page_read_again_after_shrinking_and_growing_is_a_hole() -> None:
    made = run(1, truncate(0), allocate(0, 4096), read(0, 4096))
    assert made.results == [0, 0, 4096]
    assert made.copied() == []


def test_a_read_copies_the_old_content() -> None:
    assert run(1, read(0, 4096)).copied() == [OLD]


async def _no_alloc(t: Thread, file: File) -> int:
    error, page = await shmem_getpage(t, file.inode, 0, Sgp.NOALLOC)
    if page is not None:
        await guest_write(t, page)
        await page.lock.release(t)
    return error


def test_guest_lookup_clears_a_preallocated_page_and_finds_no_page_in_a_hole() -> None:
    assert run(0, _no_alloc).results == [-EINVAL]  # beyond the size
    assert run(0, truncate(4096), _no_alloc).results == [0, -ENOENT]
    made = run(0, allocate(0, 4096), _no_alloc)
    assert made.results == [0, 0]
    (page, *_) = made.inode.fresh
    assert made.value(page.data[0]) == SECRET
    assert made.value(page.uptodate) == 1
