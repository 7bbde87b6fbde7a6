"""The text ladder, line by line."""

from __future__ import annotations

from pathlib import Path

from reports.structure import Report
from reports.text import text

LEAK = """\
inflight, fix none, protocol P2, model sc                                                                 VIOLATED: leak
A read that began before the seal returns what the guest wrote after it.
with kernel = v5.16, pages = 1
1,204 executions explored, all of them; 40 late, 37 leak; they stand for 2,310,448 interleavings

 initially  inode.i_size = 4096, inode.seals = 0, ready = 0, page A.data = 0

 step  owner                    guest                       reader                        what changed
    1                                                       R1   inode.i_size reads 4096
    2                                                       R3   inode.seals reads 0
    3  T4  inode.i_size = 0                                                               inode.i_size 4096 -> 0
    4  A9  inode.seals = 32                                                               inode.seals 0 -> 32
       ═════════════════════════════════════ sealed ════════════════════════════════════
    5  F5  inode.i_size = 4096                                                            inode.i_size 0 -> 4096
    6  F6  ready[release] = 1                                                             ready 0 -> 1
    7                           K1  ready[acquire] reads 1
    8                           K4  page A.data = 42                                      page A.data 0 -> 42
    9                                                       R7   inode.i_size reads 4096
   10                                                       R10  page A.data reads 42     <- LEAK

 why     reader R3 (step 2)  --fr-->     owner A9 (step 4)     which overwrites the value read
         owner A9 (step 4)   --po-->     owner F6 (step 6)     which follows in program order
         owner F6 (step 6)   --rf-->     guest K1 (step 7)     which reads that value
         guest K1 (step 7)   --po-->     guest K4 (step 8)     which follows in program order
         guest K4 (step 8)   --rf-->     reader R10 (step 10)  which reads that value
 order   3 switches between threads, 0 reordered accesses (the fewest possible)
 steps   R3 = mm/shmem.c shmem_file_read_iter: seal check
         A9 = mm/memfd.c memfd_add_seals: set
         K4 = KVM: guest store
         R10 = mm/shmem.c shmem_file_read_iter: copy_page_to_iter
 replay  sealrace replay out/leak.json
"""

ODD = """\
odd, fix none, protocol P1, model tso                     VIOLATED: deadlock
Thread b waits for ever.
2 executions explored, all of them; 2 deadlock

 initially  x = 0, lock = 0

 step  a                b                what changed
    1  x[once] reads 1
       ^ reordered: before step 2, its predecessor; tso does not order them
       ^ forwarded: reads its own store step 2 before that takes effect
    2  x[once] = 1                       x 0 -> 1
    3                   lock lock        lock 0 -> 1
    4                   unlock lock      lock 1 -> 0
    5                   x[once] reads 0
                        ^ an old value: step 2 has written 1
    6                   x[once] = 2      x stays 1: step 2 is later in
                                           coherence <- b waits

 why     b step 5  --fre-->    a step 2  which overwrites the value read
         a step 2  --rfi-->    a step 1  which reads that value
 order   1 switch between threads, 1 reordered access, 1 forwarded load
           (greedy)
 note    x: values change in coherence order, which the steps could not
           follow there
 note    b ended blocked: waits for x == 3
 replay  sealrace replay 'out/b c.json'
"""


# Columns: 7 for the numbers, then 23, 26 and 28 for the longest cells F5, K1 and R1, 2 between.
def test_the_leak(leak: Report) -> None:
    assert text(leak, file="out/leak.json") == LEAK


def test_forwarding_locks_old_values_and_coherence_that_was_not_kept(odd: Report) -> None:
    assert text(odd, file="out/b c.json", width=76) == ODD


def test_a_reordered_access_stands_where_it_took_effect(stale: Report) -> None:
    lines = text(stale, file="r.json").splitlines()
    first = lines.index(next(line for line in lines if line.startswith("    1  ")))
    assert lines[first].split() == ["1", "R3", "inode.seals", "reads", "0", "<-", "STALE"]
    assert lines[first + 1].strip() == "^ reordered: before R1 (step 5), its predecessor; weak does not order them"


def test_no_line_is_wider_than_asked(leak: Report, stale: Report, odd: Report, hostile: Report) -> None:
    for report in (leak, stale, odd, hostile):
        for width in (100, 120, 160):
            assert max(map(len, text(report, file="r.json", width=width).splitlines())) <= width


def test_the_ladder_file_is_not_named_anywhere_else(leak: Report) -> None:
    assert text(leak, file="x.json").replace("x.json", "y.json") == text(leak, file="y.json")
    assert str(Path.cwd()) not in text(leak, file="x.json")
