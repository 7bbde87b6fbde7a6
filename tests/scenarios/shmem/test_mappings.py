"""mmap(2) and what becomes of mappings, one thread: facts B8, the errors in the order of section C."""

from __future__ import annotations

from errno import EACCES, EBUSY, EFAULT, EPERM

import pytest
from one_thread import OneThread

from scenarios.shmem.constants import (
    F_SEAL_FUTURE_WRITE,
    F_SEAL_INACCESSIBLE,
    F_SEAL_WRITE,
    FALLOC_FL_KEEP_SIZE,
    FALLOC_FL_PUNCH_HOLE,
)
from scenarios.shmem.fault import user_load, user_store
from scenarios.shmem.mmap import do_mprotect, dup_mmap, move_vma
from scenarios.shmem.objects import OLD, File
from scenarios.shmem.syscalls import add_seals, fallocate, ftruncate, mmap, munmap

PUNCH = FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE


def one(pages: int = 2, **more: object) -> OneThread:
    return OneThread(pages, mapped=True, **more)  # type: ignore[arg-type]


def test_a_mapping_is_linked_and_counted_and_goes_again() -> None:
    on = one()
    assert on.do(mmap, on.mm, on.file, on.vma, 2) == 0
    assert on.value(on.inode.i_mapping.i_mmap) == on.value(on.inode.i_mapping.i_mmap_writable) == 1
    assert on.do(user_load, on.mm, on.inode, on.vma, 1) == 0
    assert on.content() == [OLD]
    page = on.inode.cached[1]
    assert (on.value(page.refcount), on.value(page.mapcount)) == (2, 1)
    on.do(munmap, on.mm, on.file, on.vma)
    assert on.value(on.inode.i_mapping.i_mmap) == on.value(on.inode.i_mapping.i_mmap_writable) == 0
    assert (on.value(page.refcount), on.value(page.mapcount)) == (1, 0)
    assert on.do(user_load, on.mm, on.inode, on.vma, 1) == -EFAULT  # SIGSEGV


@pytest.mark.parametrize(
    ("readable", "writable", "error"), [(True, True, 0), (True, False, -EACCES), (False, True, -EACCES)]
)
def test_a_shared_writable_mapping_wants_a_file_open_for_both(readable: bool, writable: bool, error: int) -> None:
    on = one()
    assert on.do(mmap, on.mm, File(on.inode, readable=readable, writable=writable), on.vma, 2) == error


@pytest.mark.parametrize("name", ["vma", "other", "private"])
def test_a_file_sealed_inaccessible_is_not_mapped_in_any_way(name: str) -> None:
    on = one(0)
    assert on.do(add_seals, on.file, F_SEAL_INACCESSIBLE) == 0
    assert on.do(mmap, on.mm, on.file, getattr(on, name), 2) == -EPERM
    assert on.value(on.inode.i_mapping.i_mmap) == on.value(on.inode.i_mapping.i_mmap_writable) == 0


def test_a_write_sealed_file_is_mapped_shared_for_reading_since_6_7_and_private_always() -> None:
    for version, error in (("v5.16", -EPERM), ("v6.7", 0)):
        on = one(2, choices=(version,))
        assert on.do(add_seals, on.file, F_SEAL_WRITE) == 0
        assert on.do(mmap, on.mm, on.file, on.vma, 2) == -EPERM
        assert on.do(mmap, on.mm, on.file, on.other, 2) == error
        assert on.do(mmap, on.mm, on.file, on.private, 2) == 0
        if not error:
            assert on.do(do_mprotect, on.mm, on.other) == -EACCES


def test_a_file_sealed_for_future_writes_is_mapped_for_reading_and_stays_that() -> None:
    on = one()
    assert on.do(add_seals, on.file, F_SEAL_FUTURE_WRITE) == 0
    assert on.do(mmap, on.mm, on.file, on.vma, 2) == -EPERM
    assert on.do(mmap, on.mm, on.file, on.other, 2) == 0
    assert on.do(do_mprotect, on.mm, on.other) == -EACCES
    assert on.value(on.inode.i_mapping.i_mmap_writable) == 1


def test_a_shared_mapping_may_be_made_writable_unless_a_seal_says_no() -> None:
    on = one()
    assert on.do(mmap, on.mm, on.file, on.other, 2) == 0
    assert on.do(do_mprotect, on.mm, on.other) == 0
    # ... so even one for reading keeps F_SEAL_WRITE away.
    assert on.do(add_seals, on.file, F_SEAL_WRITE) == -EBUSY
    on.do(munmap, on.mm, on.file, on.other)
    assert on.do(add_seals, on.file, F_SEAL_WRITE) == 0


def test_a_private_mapping_does_not_keep_the_write_seal_away() -> None:
    on = one()
    assert on.do(mmap, on.mm, on.file, on.private, 2) == 0
    assert on.do(user_store, on.mm, on.inode, on.private, 0, 7) == 0
    assert on.do(add_seals, on.file, F_SEAL_WRITE) == 0


@pytest.mark.parametrize(("protocol", "error"), [("P2", -EBUSY), ("P3", 0)])
def test_the_guard_of_p2_refuses_a_mapped_file(protocol: str, error: int) -> None:
    on = one(0, protocol=protocol)
    assert on.do(mmap, on.mm, on.file, on.vma, 2) == 0
    assert on.do(add_seals, on.file, F_SEAL_INACCESSIBLE) == error
    # The guard lets its lock go either way.
    on.do(munmap, on.mm, on.file, on.vma)
    assert on.do(add_seals, on.file, F_SEAL_INACCESSIBLE) == 0


def test_merge_fork_and_mremap_map_a_sealed_file_without_a_look_at_its_seals() -> None:
    on = one(0, protocol="P3")
    assert on.do(mmap, on.mm, on.file, on.vma, 1) == 0
    assert on.do(add_seals, on.file, F_SEAL_INACCESSIBLE) == 0
    assert on.do(mmap, on.mm, on.file, on.other, 1, on.vma) == 0
    assert on.value(on.vma.pages) == 2
    assert on.value(on.inode.i_mapping.i_mmap) == 1
    on.do(dup_mmap, on.mm, on.inode, on.vma, on.other)
    assert on.value(on.inode.i_mapping.i_mmap) == on.value(on.inode.i_mapping.i_mmap_writable) == 2
    on.do(munmap, on.mm, on.file, on.other)
    on.do(move_vma, on.mm, on.inode, on.vma, on.other)
    assert on.value(on.inode.i_mapping.i_mmap) == on.value(on.inode.i_mapping.i_mmap_writable) == 1
    assert on.value(on.other.pages) == 2
    # The faults do not look either.
    assert on.do(fallocate, on.file, 0, 0, 8192) == 0
    assert on.do(user_load, on.mm, on.inode, on.other, 1) == 0
    assert on.content() == [0]


@pytest.mark.parametrize("around", [False, True])
def test_a_fault_beyond_the_size_is_sigbus_and_in_a_hole_makes_a_page(around: bool) -> None:
    on = one(0)
    assert on.do(mmap, on.mm, on.file, on.vma, 2) == 0
    assert on.do(user_load, on.mm, on.inode, on.vma, 0, around=around) == -EFAULT
    assert on.do(ftruncate, on.file, 4096) == 0
    assert on.do(user_load, on.mm, on.inode, on.vma, 0, around=around) == 0
    assert on.content() == [0]
    page = on.inode.faulted[0]
    assert on.value(on.inode.i_mapping.i_pages[0]) is page
    assert (on.value(page.refcount), on.value(page.mapcount), on.value(page.uptodate)) == (2, 1, 1)
    assert on.value(page.lock.word) == 0


def test_truncation_takes_pages_out_of_mappings_even_copied_ones_and_a_hole_spares_these() -> None:
    for shrink in (True, False):
        on = one(2)
        assert on.do(mmap, on.mm, on.file, on.vma, 2) == on.do(mmap, on.mm, on.file, on.private, 2) == 0
        assert on.do(user_store, on.mm, on.inode, on.vma, 0, 7) == 0
        assert on.do(user_store, on.mm, on.inode, on.private, 0, 8) == 0
        if shrink:
            assert on.do(ftruncate, on.file, 0) == 0
        else:
            assert on.do(fallocate, on.file, PUNCH, 0, 8192) == 0
        assert on.value(on.vma.pte[0]) == 0
        assert on.value(on.private.pte[0]) is (0 if shrink else on.private.anon[0])
        page = on.inode.cached[0]
        assert (on.value(page.refcount), on.value(page.mapcount)) == (0, 0)


def test_a_private_mapping_writes_to_a_copy_of_its_own() -> None:
    on = one(1)
    assert on.do(mmap, on.mm, on.file, on.private, 1) == 0
    assert on.do(user_load, on.mm, on.inode, on.private, 0) == 0
    assert on.do(user_store, on.mm, on.inode, on.private, 0, 7) == 0
    on.content()
    assert on.do(user_load, on.mm, on.inode, on.private, 0) == 0
    assert on.content() == [7]
    page = on.inode.cached[0]
    assert on.value(page.data[0]) == OLD
    assert (on.value(page.refcount), on.value(page.mapcount)) == (1, 0)


def test_mmap_guard_refuses_as_it_links_what_has_been_sealed_meanwhile() -> None:
    on = one(0, fix="mmap-guard", choices=("without-mmap",))
    assert on.do(add_seals, on.file, F_SEAL_INACCESSIBLE) == 0
    assert on.do(mmap, on.mm, on.file, on.vma, 2) == -EPERM
    assert on.value(on.inode.i_mapping.i_mmap_writable) == 0
