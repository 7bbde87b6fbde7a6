"""Each system call alone, one thread: results in the order of checks of kernel-facts section C."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from errno import EBUSY, EINVAL, ENOENT, EPERM
from typing import Any

import pytest

from explorer.execution.execution import Execution
from explorer.execution.location import Location
from explorer.memory.model import load_model
from explorer.program.program import Program, ThreadSpec
from explorer.program.thread import Thread
from explorer.program.tree import Unfolding
from explorer.search.explore import Search
from scenarios.shmem.constants import F_SEAL_GROW, F_SEAL_INACCESSIBLE, F_SEAL_SEAL, F_SEAL_SHRINK
from scenarios.shmem.fallocate import shmem_fallocate
from scenarios.shmem.fixes import Fix
from scenarios.shmem.getpage import Sgp, shmem_getpage
from scenarios.shmem.guest import SECRET, guest_write
from scenarios.shmem.objects import OLD, Inode
from scenarios.shmem.read import shmem_file_read_iter
from scenarios.shmem.seals import memfd_add_seals
from scenarios.shmem.truncate import do_truncate

Call = Callable[[Thread, Inode], Coroutine[Any, Any, int]]


def truncate(size: int, passes: int = 2) -> Call:
    return lambda t, inode: do_truncate(t, inode, size, passes)


def add_seals(seals: int) -> Call:
    return lambda t, inode: memfd_add_seals(t, inode, seals)


def allocate(offset: int, length: int) -> Call:
    return lambda t, inode: shmem_fallocate(t, inode, offset, length)


def read(pos: int, count: int, fix: Fix = Fix.NONE) -> Call:
    return lambda t, inode: shmem_file_read_iter(t, inode, pos, count, fix)


async def one_after_another(t: Thread, inode: Inode, calls: tuple[Call, ...], results: tuple[Location, ...]) -> None:
    for call, result in zip(calls, results, strict=True):
        await t.write(result, await call(t, inode))


def run(pages: int, *calls: Call) -> tuple[list[int], Execution]:
    """The results of calls made one after another on a file of this many pages (2 at most)."""
    results = tuple(Location(f"result {i}") for i in range(len(calls)))
    inode = Inode(2, pages, acquire_size=False)
    program = Program((ThreadSpec("caller", one_after_another, (inode, calls, results)),))
    (leaf,) = (leaf for leaf in Search(Unfolding(program, 3), load_model("sc")) if leaf is not None)
    execution = leaf.execution
    assert execution.status.value == "complete"
    values = {event.location: event.value for event in execution.events if event.writes}
    found = [values[result] for result in results]
    assert all(isinstance(value, int) for value in found)
    return [int(str(value)) for value in found], execution


def last(execution: Execution, location: str) -> object:
    """The final value of a location."""
    return [e.value for e in execution.events if e.writes and e.location and e.location.name == location][-1]


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
        (0, [SEAL, truncate(100)], [0, -EINVAL]),
        # Sealed and not empty: not even to the same size; the size comes before the alignment.
        (0, [SEAL, allocate(0, 8192), truncate(0), truncate(8192), truncate(100)], [0, 0, -EPERM, -EPERM, -EPERM]),
    ],
)
def test_ftruncate(pages: int, calls: list[Call], expected: list[int]) -> None:
    assert run(pages, *calls)[0] == expected


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
    assert run(pages, *calls)[0] == expected


@pytest.mark.parametrize(
    ("pages", "calls", "expected"),
    [
        (0, [allocate(0, 8192)], [0]),
        (0, [SEAL, allocate(0, 4096), allocate(4096, 4096)], [0, 0, 0]),  # no check of the new seal
        (1, [add_seals(F_SEAL_GROW), allocate(0, 4096), allocate(4096, 4096)], [0, 0, -EPERM]),
    ],
)
def test_fallocate(pages: int, calls: list[Call], expected: list[int]) -> None:
    assert run(pages, *calls)[0] == expected


@pytest.mark.parametrize(
    ("pages", "calls", "expected"),
    [
        (2, [read(0, 4096), read(0, 8192), read(100, 50)], [4096, 8192, 50]),
        (1, [read(0, 8192), read(4096, 4096)], [4096, 0]),
        (0, [read(0, 4096), read(4096, 4096)], [0, 0]),
        # An empty sealed file: EPERM inside the page in which it ends, 0 beyond it.
        (0, [SEAL, read(0, 4096), read(4096, 4096)], [0, -EPERM, 0]),
        (0, [SEAL, allocate(0, 4096), read(0, 4096), read(4096, 4096)], [0, 0, -EPERM, -EPERM]),
        (0, [SEAL, allocate(0, 4096), read(0, 4096, Fix.NO_CHECK)], [0, 0, 4096]),
    ],
)
def test_read(pages: int, calls: list[Call], expected: list[int]) -> None:
    assert run(pages, *calls)[0] == expected


@pytest.mark.parametrize("fix", list(Fix))
def test_every_variant_reads_an_unsealed_file(fix: Fix) -> None:
    assert run(2, read(0, 8192, fix))[0] == [8192]


@pytest.mark.parametrize("fix", [fix for fix in Fix if fix is not Fix.NO_CHECK])
def test_every_variant_with_a_check_refuses_a_sealed_file(fix: Fix) -> None:
    assert run(0, SEAL, allocate(0, 4096), read(0, 4096, fix))[0] == [0, 0, -EPERM]


@pytest.mark.parametrize("passes", [1, 2])
def test_truncation_detaches_every_page_and_drops_its_reference(passes: int) -> None:
    _, execution = run(2, truncate(0, passes))
    for index in (0, 1):
        assert last(execution, f"page cache[{index}]") == 0
        assert last(execution, f"page A{index}.mapping") == 0
        assert last(execution, f"page A{index}._refcount") == 0
        assert last(execution, f"page A{index}.PG_locked") == 0


def test_a_page_read_again_after_shrinking_and_growing_is_a_hole() -> None:
    _, execution = run(1, truncate(0), allocate(0, 4096), read(0, 4096))
    contents = ("page A0.data[0]", "page B0.data[0]")
    assert not [e for e in execution.events if e.reads and e.location and e.location.name in contents]


def test_a_read_copies_the_old_content() -> None:
    _, execution = run(1, read(0, 4096))
    copied = [e.value for e in execution.events if e.source and e.source.reference.endswith("copy_page_to_iter")]
    assert copied == [OLD]


async def _no_alloc(t: Thread, inode: Inode) -> int:
    error, page = await shmem_getpage(t, inode, 0, Sgp.NOALLOC)
    if page is not None:
        await guest_write(t, page)
        await page.lock.release(t)
    return error


def test_guest_lookup_clears_a_preallocated_page_and_finds_no_page_in_a_hole() -> None:
    assert run(0, _no_alloc)[0] == [-EINVAL]  # beyond the size
    assert run(0, truncate(4096), _no_alloc)[0] == [0, -ENOENT]
    results, execution = run(0, allocate(0, 4096), _no_alloc)
    assert results == [0, 0]
    assert [e.value for e in execution.events if e.writes and e.location and e.location.name == "page B0.data[0]"][
        1:
    ] == [0, SECRET]
    assert last(execution, "page B0.PG_uptodate") == 1
