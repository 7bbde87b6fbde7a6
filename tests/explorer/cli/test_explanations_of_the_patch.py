"""Explanations of executions of the patch word for word, each derived by hand in the words above it."""

from __future__ import annotations

from pathlib import Path

import pytest
from command_line import run


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("COLUMNS", raising=False)


SHMEM = [
    # The reader's R3 finds no seal; the owner seals (A9), puts a new page into the slot (G6), the guest stores to it,
    # and G2b finds that page: the copy takes its address from G2b, so there the window ends.
    (
        ("inflight", "none", "P2", "sc", "leak"),
        """\
inflight, fix none, protocol P2, model sc
VIOLATED: leak. A read returned 42 from page B0.data[0], which the guest stored after the seal was
set.

In this order:
  reader loads 0 from inode.seals (R3 seal check, mm/shmem.c shmem_file_read_iter, step 2).
  owner stores 32 (0x20) to inode.seals (A9 seals |= new, mm/memfd.c memfd_add_seals, step 21):
     sealed.
  owner stores page B0 to page cache[0] (G6 xas_store, mm/shmem.c shmem_add_to_page_cache, step 29).
  guest stores 42 to page B0.data[0] (K4 guest store, guest_write, step 50): guest data.
  reader loads page B0 from page cache[0] (G2b page lookup, mm/filemap.c pagecache_get_page,
     step 52).
  reader loads 42 from page B0.data[0] (R10 copy, lib/iov_iter.c copy_page_to_iter, step 61): LEAK.

No barrier can forbid this: the window from R3 (seal check) to G2b (page lookup) is open. In it
owner stores to inode.seals, and reader does not load inode.seals again before it ends. sc, which
reorders nothing, allows it.
""",
    ),
    # Sealed as it is created, and no read looks at the seals.
    (
        ("inflight", "no-check", "P1", "sc", "leak"),
        """\
inflight, fix no-check, protocol P1, model sc
VIOLATED: leak. A read returned 42 from page B0.data[0], which the guest stored after the seal was
set.

In this order:
  owner stores 33 (0x21) to inode.seals (M0 seals, mm/memfd.c memfd_create, step 1): sealed.
  owner stores i_mapping to page B0.mapping (G6 page->mapping, mm/shmem.c shmem_add_to_page_cache,
     step 8).
  guest loads i_mapping from page B0.mapping (G2h page->mapping, mm/filemap.c pagecache_get_page,
     step 22).
  guest stores 42 to page B0.data[0] (K4 guest store, guest_write, step 30): guest data.
  reader loads 42 from page B0.data[0] (R10 copy, lib/iov_iter.c copy_page_to_iter, step 43): LEAK.

No barrier can forbid this: sc, which reorders nothing, allows it. Before it, reader never loads
inode.seals.
""",
    ),
    # The second check comes behind the lookup, so the window is from that check to the copy.
    (
        ("inflight", "recheck", "P2", "sc", "late"),
        """\
inflight, fix recheck, protocol P2, model sc
VIOLATED: late. A read returned 65 from page A0.data[0], and nothing had it copied before the seal
was set.

In this order:
  reader loads 0 from inode.seals (R5 seal recheck, mm/shmem.c shmem_file_read_iter, step 11).
  owner stores 32 (0x20) to inode.seals (A9 seals |= new, mm/memfd.c memfd_add_seals, step 31):
     sealed.
  reader loads 65 from page A0.data[0] (R10 copy, lib/iov_iter.c copy_page_to_iter, step 62): LATE.

No barrier can forbid this: the window from R5 (seal recheck) to R10 (copy) is open. In it owner
stores to inode.seals, and reader does not load inode.seals again before it ends. sc, which reorders
nothing, allows it.
""",
    ),
    # armv8 keeps A9 before F5 (an unlock, then a lock: a release before an acquire), and loads in no order.
    (
        ("fresh", "none", "P2", "armv8", "stale"),
        """\
fresh, fix none, protocol P2, model armv8
VIOLATED: stale. A read saw a size that was stored after the seal, and then found the inode
unsealed.

sc forbids this; it needs armv8 or weaker (armv8, lkmm). Each of these comes before the next, and
the last before the first, which no one order of all accesses can have:
  1. owner stores 32 (0x20) to inode.seals (A9 seals |= new, mm/memfd.c memfd_add_seals, step 6).
  2. owner stores 4096 to inode.i_size (F5 i_size_write, mm/shmem.c shmem_fallocate, step 18), later
     in the same code.
  3. reader loads 4096 from inode.i_size (R1 first i_size_read, mm/shmem.c shmem_file_read_iter,
     step 36), which is what 2 stored.
  4. reader loads 0 from inode.seals (R3 seal check, mm/shmem.c shmem_file_read_iter, step 1), later
     in the same code; and 1 overwrites what it loaded.

armv8 does not keep this order:
  the load of inode.i_size (R1 first i_size_read) before the load of inode.seals (R3 seal check).
     Two plain loads, and nothing between them orders them. It takes smp_load_acquire() for the
     first, smp_rmb() or smp_mb() between them, or an address dependency. On x86 hardware they stay
     in order, but the compiler may exchange them.
""",
    ),
    # The same two loads; put_page() (F4), fully ordered, keeps A9 before F5, but F5 and R1 are plain, and a plain store
    # that is read orders nothing in the kernel's model.
    (
        ("fresh", "none", "P2", "lkmm", "leak"),
        """\
fresh, fix none, protocol P2, model lkmm
VIOLATED: leak. A read returned 42 from page B0.data[0], which the guest stored after the seal was
set.

sc forbids this; it needs armv8 or weaker (armv8, lkmm). Each of these comes before the next, and
the last before the first, which no one order of all accesses can have:
  1. owner stores 32 (0x20) to inode.seals (A9 seals |= new, mm/memfd.c memfd_add_seals, step 5).
  2. owner stores 4096 to inode.i_size (F5 i_size_write, mm/shmem.c shmem_fallocate, step 17), later
     in the same code.
  3. reader loads 4096 from inode.i_size (R1 first i_size_read, mm/shmem.c shmem_file_read_iter,
     step 35), which is what 2 stored.
  4. reader loads 0 from inode.seals (R3 seal check, mm/shmem.c shmem_file_read_iter, step 36),
     later in the same code; and 1 overwrites what it loaded.

lkmm does not keep this order:
  the load of inode.i_size (R1 first i_size_read) before the load of inode.seals (R3 seal check).
     Two plain loads, and nothing between them orders them. It takes smp_load_acquire() for the
     first, smp_rmb() or smp_mb() between them, or an address dependency. On x86 hardware they stay
     in order, but the compiler may exchange them.
  the store to inode.i_size (F5 i_size_write) before the load of inode.i_size (R1 first
     i_size_read). Both are plain, and what a plain access gives says nothing of the accesses around
     it. It takes WRITE_ONCE() or smp_store_release() for the store, and READ_ONCE() or
     smp_load_acquire() for the load.
""",
    ),
    # R1 and R3 are adjacent plain loads of one file, which compiler.cat lets a compiler exchange; the rest is sc.
    (
        ("fresh", "none", "P2", "sc+compiler", "late"),
        """\
fresh, fix none, protocol P2, model sc+compiler
VIOLATED: late. A read returned 42 from page B0.data[0], and nothing had it copied before the seal
was set.

sc forbids this; it needs armv8 or weaker (armv8, lkmm); sc+compiler allows it too. Each of these
comes before the next, and the last before the first, which no one order of all accesses can have:
  1. owner stores 32 (0x20) to inode.seals (A9 seals |= new, mm/memfd.c memfd_add_seals, step 6).
  2. owner stores 4096 to inode.i_size (F5 i_size_write, mm/shmem.c shmem_fallocate, step 18), later
     in the same code.
  3. reader loads 4096 from inode.i_size (R1 first i_size_read, mm/shmem.c shmem_file_read_iter,
     step 36), which is what 2 stored.
  4. reader loads 0 from inode.seals (R3 seal check, mm/shmem.c shmem_file_read_iter, step 1), later
     in the same code; and 1 overwrites what it loaded.

sc+compiler does not keep this order:
  the load of inode.i_size (R1 first i_size_read) before the load of inode.seals (R3 seal check).
     Two plain loads, and nothing between them orders them. sc keeps them in order, but the compiler
     may exchange them. It takes READ_ONCE() or WRITE_ONCE() for both, or barrier() between them.
""",
    ),
    # The first page was copied while the file was not sealed, the second check found the seal; 4096 bytes are returned.
    (
        ("masked-eperm", "recheck-locked", "P2", "sc", "masked"),
        """\
masked-eperm, fix recheck-locked, protocol P2, model sc
VIOLATED: masked. A read met the seal, and the call returned 4096 and no error.

In this order:
  reader loads 0 from inode.seals (R5 seal recheck, mm/shmem.c shmem_file_read_iter, step 11).
  owner stores 32 (0x20) to inode.seals (A9 seals |= new, mm/memfd.c memfd_add_seals, step 43):
     sealed.
  reader loads 32 (0x20) from inode.seals (R3 seal check, mm/shmem.c shmem_file_read_iter, step 45):
     -EPERM.
  reader stores 4096 to return value (R13 return value, step 46): MASKED.

No barrier can forbid this: the window from R5 (seal recheck) to R13 (return value) is open. In it
owner stores to inode.seals. sc, which reorders nothing, allows it.
""",
    ),
    # writepage looks at the seals (O2) and later replaces the page (O5); nothing holds the seal back between. The drawn
    # schedule replaces it before the seal: nothing orders the two, and that is what the property means.
    (
        ("seal-swap", "none", "P2", "sc", "swapped"),
        """\
seal-swap, fix none, protocol P2, model sc
VIOLATED: swapped. page cache[0] became swap entry 0, and nothing had the page swapped out before
the seal was set.

In this order (the schedule drawn is another order of the same execution):
  kswapd loads 0 from inode.seals (O2 seals, mm/shmem.c shmem_writepage, step 28).
  owner stores 32 (0x20) to inode.seals (A9 seals |= new, mm/memfd.c memfd_add_seals, step 43):
     sealed.
  kswapd stores swap entry 0 to page cache[0] (O5 page cache slot, mm/shmem.c
     shmem_delete_from_page_cache, step 37): SWAPPED.

No barrier can forbid this: the window from O2 (seals) to O5 (page cache slot) is open. In it owner
stores to inode.seals, and kswapd does not load inode.seals again before it ends. sc, which reorders
nothing, allows it.
""",
    ),
    # mmap() looks at the seals (M2) before it links the mapping (M3).
    (
        ("mmap-window", "none", "P2", "sc", "mapped"),
        """\
mmap-window, fix none, protocol P2, model sc
VIOLATED: mapped. new vma.pages became 1, and nothing had the file mapped before the seal was set.

In this order:
  mapper loads 0 from inode.seals (M2 seals, mm/shmem.c shmem_mmap, step 4).
  owner stores 32 (0x20) to inode.seals (A9 seals |= new, mm/memfd.c memfd_add_seals, step 11):
     sealed.
  mapper stores 1 to new vma.pages (M3 vm_end, mm/mmap.c vma_link, step 31): MAPPED.

No barrier can forbid this: the window from M2 (seals) to M3 (vm_end) is open. In it owner stores to
inode.seals, and mapper does not load inode.seals again before it ends. sc, which reorders nothing,
allows it.
""",
    ),
    # What the pipe gives (S3) was looked up by the splice (G2b), through the thread's own store to the pipe's buffer.
    (
        ("splice", "none", "P2", "sc", "leak"),
        """\
splice, fix none, protocol P2, model sc
VIOLATED: leak. A pipe gave 42 from page B0.data[0], which the guest stored after the seal was set.

In this order:
  splicer loads 0 from inode.seals (R3 seal check, mm/shmem.c shmem_file_read_iter, step 3).
  owner stores 32 (0x20) to inode.seals (A9 seals |= new, mm/memfd.c memfd_add_seals, step 22):
     sealed.
  owner stores page B0 to page cache[0] (G6 xas_store, mm/shmem.c shmem_add_to_page_cache, step 30).
  guest stores 42 to page B0.data[0] (K4 guest store, guest_write, step 51): guest data.
  splicer loads page B0 from page cache[0] (G2b page lookup, mm/filemap.c pagecache_get_page,
     step 53).
  splicer loads 42 from page B0.data[0] (S3 copy_page_to_iter, fs/pipe.c pipe_read, step 69): LEAK.

No barrier can forbid this: the window from R3 (seal check) to G2b (page lookup) is open. In it
owner stores to inode.seals, and splicer does not load inode.seals again before it ends. sc, which
reorders nothing, allows it.
""",
    ),
]


@pytest.mark.parametrize(("cell", "text"), SHMEM, ids=[" ".join(cell) for cell, _ in SHMEM])
def test_an_execution_of_the_patch(cell: tuple[str, str, str, str, str], text: str) -> None:
    scenario, fix, protocol, model, kind = cell
    explored = run("explore", scenario, "--small", "--fix", fix, "--protocol", protocol, "--model", model)
    assert explored.exit_code == 1
    (report,) = Path("out").glob(f"*-{kind}.json")
    explained = run("explain", str(report))
    assert (explained.exit_code, explained.output) == (0, text)
