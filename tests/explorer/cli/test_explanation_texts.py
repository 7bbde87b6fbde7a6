"""Explanations word for word, each derived by hand in the words above it."""

from __future__ import annotations

from pathlib import Path

import pytest
from command_line import run
from explained_scenarios import SCENARIOS

LAWLESS = '"no rule for RCU"\nlet before = po | rf | co | fr\nacyclic before as order\n'


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

OWN = [
    # Each holds one lock and waits for the other's: no load was relied on, so there is no window.
    (
        ("locks", "sc", "deadlock"),
        """\
own.py:locks, fix none, protocol plain, model sc
VIOLATED: deadlock. left waits for b, last written by right; right waits for a, last written by
left.

In this order:
  left takes a (L1 first lock, both, step 1): right waits.
  right takes b (L1 first lock, both, step 2): left waits.

No barrier can forbid this: sc, which reorders nothing, allows it. What the threads wait for, or the
order in which they take it, has to change.
""",
    ),
    # One thread alone, against the order of the classes.
    (
        ("locks", "sc", "lock-order"),
        """\
own.py:locks, fix none, protocol plain, model sc
VIOLATED: lock-order. A thread acquires a (outer) while it holds b (inner), which comes after it in
the lock order.

In this order:
  right takes b (L1 first lock, both, step 5): held.
  right takes a (L2 second lock, both, step 6): LOCK ORDER.

No barrier can forbid this: sc, which reorders nothing, allows it.
""",
    ),
    # The lost update: what the last store adds to was overwritten before it. The path has the two stores only; the load
    # is found by the value that the store depends on.
    (
        ("count", "sc", "lost"),
        """\
own.py:count, fix none, protocol plain, model sc
VIOLATED: lost. Two were added, and the count is 1.

In this order:
  right loads 0 from count (C1 look, add, step 1).
  left stores 1 to count (C2 add, add, step 3).
  right stores 1 to count (C2 add, add, step 4): LOST.

No barrier can forbid this: the window from C1 (look) to C2 (add) is open. In it left stores to
count, and right does not load count again before it ends. sc, which reorders nothing, allows it.
""",
    ),
    # fr is no order in the kernel's model, and nothing keeps R1 before R2 (READ_ONCE, then WRITE_ONCE); sc keeps both.
    (
        ("copy", "lkmm", "late"),
        """\
own.py:copy, fix none, protocol plain, model lkmm
VIOLATED: late. The copy does not come before the seal.

sc allows these accesses and these values, and in its order nothing is violated. It puts each of
these before the next:
  1. reader loads 0 from box (R1 copy, look, step 1).
  2. reader stores 1 to done (R2 done, look, step 2), later in the same code.
  3. owner loads 1 from done (S1 wait, seal, step 3), which is what 2 stored.
  4. owner stores 1 to box (S2 seal, seal, step 4), later in the same code.

lkmm does not keep this order:
  the load of box (R1 copy) before the store to done (R2 done). A load with READ_ONCE() and a later
     store with WRITE_ONCE(), and nothing between them orders them. It takes smp_load_acquire() for
     the first, smp_store_release() for the second, smp_mb() between them, or a dependency. On x86
     hardware they stay in order.
""",
    ),
    # Plain stores in opposite orders, smp_mb() between them: the kernel's model keeps the two of each thread (and flags
    # a data race), but draws nothing between threads from which plain store came last. All others forbid it.
    (
        ("stores", "lkmm", "crossed"),
        """\
own.py:stores, fix none, protocol plain, model lkmm
VIOLATED: crossed. Both first stores came last.

sc forbids this; it needs lkmm. Each of these comes before the next, and the last before the first,
which no one order of all accesses can have:
  1. left stores 1 to x (W1 first, two_stores, step 4).
  2. left stores 2 to y (W3 second, two_stores, step 6), later in the same code.
  3. right stores 1 to y (W1 first, two_stores, step 1), which overwrites what 2 stored.
  4. right stores 2 to x (W3 second, two_stores, step 3), later in the same code; and 1 overwrites
     what it stored.

lkmm keeps each thread's accesses in order here, but a plain access orders nothing between threads.
It takes READ_ONCE() or WRITE_ONCE() where one of two is plain:
  the store to y (W3 second) before the store to y (W1 first).
  the store to x (W3 second) before the store to x (W1 first).
""",
    ),
    # R1 sees the state before the grace period and R2 that after it: no cycle of accesses, but sc has the axiom rcu.
    (
        ("section", "lawless.cat", "spanned"),
        """\
own.py:section, fix none, protocol plain, model lawless.cat
VIOLATED: spanned. A section saw both sides of a grace period.

sc forbids this, and so do the other models that come with Sealrace; lawless.cat allows it: by what
was read, a read-side critical section spans a grace period. By the rules of lawless.cat that does
not follow from it.
""",
    ),
]

LITMUS = [
    # Store buffering: x86 delays each store past the load behind it, and nothing else.
    (
        "sb",
        "tso",
        """\
P0(int *x, int *y) { WRITE_ONCE(*x, 1); int r0 = READ_ONCE(*y); }
P1(int *x, int *y) { WRITE_ONCE(*y, 1); int r0 = READ_ONCE(*x); }
exists (0:r0=0 /\\ 1:r0=0)
""",
        """\
sb.litmus, model tso
WITNESS: exists. 0:r0=0 /\\ 1:r0=0 holds at the end. No order of all accesses explains it: each edge
of the path comes before the next.

sc forbids this; it needs tso or weaker (tso, pso, armv8, lkmm). Each of these comes before the
next, and the last before the first, which no one order of all accesses can have:
  1. P0 stores 1 to x (WRITE_ONCE(*x, 1), step 4).
  2. P0 loads 0 from y (READ_ONCE(*y), step 1), later in the same code.
  3. P1 stores 1 to y (WRITE_ONCE(*y, 1), step 2), which overwrites what 2 loaded.
  4. P1 loads 0 from x (READ_ONCE(*x), step 3), later in the same code; and 1 overwrites what it
     loaded.

tso does not keep this order:
  the store to x (WRITE_ONCE(*x, 1)) before the load of y (READ_ONCE(*y)). A store with WRITE_ONCE()
     and a later load with READ_ONCE(), and nothing between them orders them. The store waits in the
     store buffer while the load is done. It takes smp_mb() between them.
  the store to y (WRITE_ONCE(*y, 1)) before the load of x (READ_ONCE(*x)). A store with WRITE_ONCE()
     and a later load with READ_ONCE(), and nothing between them orders them. The store waits in the
     store buffer while the load is done. It takes smp_mb() between them.
""",
    ),
    # Load buffering: each load gives what the other thread stores behind its own load. x86 keeps loads before stores.
    (
        "lb",
        "armv8",
        """\
P0(int *x, int *y) { int r0 = READ_ONCE(*x); WRITE_ONCE(*y, 1); }
P1(int *x, int *y) { int r0 = READ_ONCE(*y); WRITE_ONCE(*x, 1); }
exists (0:r0=1 /\\ 1:r0=1)
""",
        """\
lb.litmus, model armv8
WITNESS: exists. 0:r0=1 /\\ 1:r0=1 holds at the end. No order of all accesses explains it: each edge
of the path comes before the next.

sc forbids this; it needs armv8 or weaker (armv8, lkmm). Each of these comes before the next, and
the last before the first, which no one order of all accesses can have:
  1. P0 loads 1 from x (READ_ONCE(*x), step 4).
  2. P0 stores 1 to y (WRITE_ONCE(*y, 1), step 1), later in the same code.
  3. P1 loads 1 from y (READ_ONCE(*y), step 2), which is what 2 stored.
  4. P1 stores 1 to x (WRITE_ONCE(*x, 1), step 3), later in the same code; and 1 loads what it
     stored.

armv8 does not keep this order:
  the load of x (READ_ONCE(*x)) before the store to y (WRITE_ONCE(*y, 1)). A load with READ_ONCE()
     and a later store with WRITE_ONCE(), and nothing between them orders them. It takes
     smp_load_acquire() for the first, smp_store_release() for the second, smp_mb() between them, or
     a dependency. On x86 hardware they stay in order.
  the load of y (READ_ONCE(*y)) before the store to x (WRITE_ONCE(*x, 1)). A load with READ_ONCE()
     and a later store with WRITE_ONCE(), and nothing between them orders them. It takes
     smp_load_acquire() for the first, smp_store_release() for the second, smp_mb() between them, or
     a dependency. On x86 hardware they stay in order.
""",
    ),
    # Message passing: pso keeps the two loads, not the two stores.
    (
        "mp",
        "pso",
        """\
P0(int *x, int *y) { WRITE_ONCE(*x, 1); WRITE_ONCE(*y, 1); }
P1(int *x, int *y) { int r0 = READ_ONCE(*y); int r1 = READ_ONCE(*x); }
exists (1:r0=1 /\\ 1:r1=0)
""",
        """\
mp.litmus, model pso
WITNESS: exists. 1:r0=1 /\\ 1:r1=0 holds at the end. No order of all accesses explains it: each edge
of the path comes before the next.

sc forbids this; it needs pso or weaker (pso, armv8, lkmm). Each of these comes before the next, and
the last before the first, which no one order of all accesses can have:
  1. P0 stores 1 to x (WRITE_ONCE(*x, 1), step 4).
  2. P0 stores 1 to y (WRITE_ONCE(*y, 1), step 1), later in the same code.
  3. P1 loads 1 from y (READ_ONCE(*y), step 2), which is what 2 stored.
  4. P1 loads 0 from x (READ_ONCE(*x), step 3), later in the same code; and 1 overwrites what it
     loaded.

pso does not keep this order:
  the store to x (WRITE_ONCE(*x, 1)) before the store to y (WRITE_ONCE(*y, 1)). Two stores with
     WRITE_ONCE(), and nothing between them orders them. Stores to different locations leave the
     store buffer in any order. It takes smp_store_release() for the second, or smp_wmb() or
     smp_mb() between them.
""",
    ),
    # R with smp_wmb(): every thread's accesses are kept, but the order of the stores to y is none that the kernel's
    # model counts (it takes smp_mb() in P0, as the kernel's list of tests has it). All others forbid it.
    (
        "r",
        "lkmm",
        """\
P0(int *x, int *y) { WRITE_ONCE(*x, 1); smp_wmb(); WRITE_ONCE(*y, 1); }
P1(int *x, int *y) { WRITE_ONCE(*y, 2); smp_mb(); int r0 = READ_ONCE(*x); }
exists (y=2 /\\ 1:r0=0)
""",
        """\
r.litmus, model lkmm
WITNESS: exists. [y]=2 /\\ 1:r0=0 holds at the end. No order of all accesses explains it: each edge
of the path comes before the next.

sc forbids this; it needs lkmm. Each of these comes before the next, and the last before the first,
which no one order of all accesses can have:
  1. P0 stores 1 to x (WRITE_ONCE(*x, 1), step 1).
  2. P0 stores 1 to y (WRITE_ONCE(*y, 1), step 3), later in the same code.
  3. P1 stores 2 to y (WRITE_ONCE(*y, 2), step 4), which overwrites what 2 stored.
  4. P1 loads 0 from x (READ_ONCE(*x), step 6), later in the same code; and 1 overwrites what it
     loaded.

lkmm keeps each thread's accesses in order here, but not every CPU sees the stores of the others at
the same time. It takes a full memory barrier, smp_mb(), where there is less between:
  the store to x (WRITE_ONCE(*x, 1)) before the store to y (WRITE_ONCE(*y, 1)).
""",
    ),
    # Nothing weak about it.
    (
        "ok",
        "sc",
        """\
P0(int *x) { WRITE_ONCE(*x, 1); }
P1(int *x) { int r0 = READ_ONCE(*x); }
exists (1:r0=1)
""",
        """\
ok.litmus, model sc
WITNESS: exists. 1:r0=1 holds at the end. Some order of all accesses explains it.

No barrier can forbid this: sc allows it, so some order of all accesses explains it.
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


@pytest.mark.parametrize(("cell", "text"), OWN, ids=[" ".join(cell) for cell, _ in OWN])
def test_an_execution_of_a_file_of_ones_own(cell: tuple[str, str, str], text: str) -> None:
    scenario, model, kind = cell
    Path("own.py").write_text(SCENARIOS, encoding="utf-8")
    Path("lawless.cat").write_text(LAWLESS, encoding="utf-8")
    assert run("explore", f"own.py:{scenario}", "--model", model).exit_code == 1
    (report,) = Path("out").glob(f"*-{kind}.json")
    explained = run("explain", str(report))
    assert (explained.exit_code, explained.output) == (0, text)


@pytest.mark.parametrize(("name", "model", "code", "text"), LITMUS, ids=[each[0] for each in LITMUS])
def test_the_witness_of_a_litmus_test(name: str, model: str, code: str, text: str) -> None:
    Path(f"{name}.litmus").write_text(f"C {name}\n{{}}\n{code}", encoding="utf-8")
    assert run("litmus", "--model", model, "--reports", "out", f"{name}.litmus").exit_code == 0
    explained = run("explain", f"out/{name}-{model}.json")
    assert (explained.exit_code, explained.output) == (0, text)
