"""The text ladder, line by line."""

from __future__ import annotations

from pathlib import Path

from msgspec.structs import replace

from reports.forms.text import text
from reports.structure import Report

LEAK = """\
inflight, fix none, protocol P2, model sc                                                                 VIOLATED: leak
A read that began before the seal returns what the guest wrote after it.
with kernel = v5.16, pages = 1
1,204 executions explored, all of them; 40 late, 37 leak; they stand for 2,310,448 interleavings

 why          reader R3 (step 2)    reads inode.seals = 0       mm/shmem.c shmem_file_read_iter: seal check
      --fr--> owner A9 (step 4)     inode.seals 0 -> 32 (0x20)  mm/memfd.c memfd_add_seals: set  <- sealed
      --po--> owner F6 (step 6)     ready 0 -> 1 (release)      owner
      --rf--> guest K1 (step 7)     reads ready = 1 (acquire)   guest
      --po--> guest K4 (step 8)     page A.data 0 -> 42         KVM: guest store
      --rf--> reader R10 (step 10)  reads page A.data = 42      mm/shmem.c shmem_file_r…iter: copy_page_to_iter  <- LEAK
      fr: overwrites the value read, po: follows in program order, rf: reads that value

  step  owner  guest  reader
     1                R1      reads inode.i_size = 4096   mm/shmem.c shmem_file_read_iter: first i_size_read
>    2                R3      reads inode.seals = 0       mm/shmem.c shmem_file_read_iter: seal check
     3  T4                    inode.i_size 4096 -> 0      mm/shmem.c shmem_setattr: shrink
>    4  A9                    inode.seals 0 -> 32 (0x20)  mm/memfd.c memfd_add_seals: set  <- sealed
════════════════════════════════════════════════════════ sealed ════════════════════════════════════════════════════════
     5  F5                    inode.i_size 0 -> 4096      mm/shmem.c shmem_fallocate: grow
>    6  F6                    ready 0 -> 1 (release)      owner
>    7         K1             reads ready = 1 (acquire)   guest
>    8         K4             page A.data 0 -> 42         KVM: guest store
     9                R7      reads inode.i_size = 4096   mm/shmem.c shmem_file_read_iter: second i_size_read
>   10                R10     reads page A.data = 42      mm/shmem.c shmem_file_read_iter: copy_page_to_iter  <- LEAK

 initially  inode.i_size = 4096, inode.seals = 0, ready = 0, page A.data = 0
 order      3 switches between threads, 0 reordered accesses (the fewest possible)
 replay     sealrace replay out/leak.json
"""

ODD = """\
odd, fix none, protocol P1, model tso                     VIOLATED: deadlock
Thread b waits for ever.
2 executions explored, all of them; 2 deadlock

 why           b step 5  reads x = 0
      --fre--> a step 2  x 0 -> 1
      --rfi--> a step 1  reads x = 1
      fre: overwrites the value read, rfi: reads that value

  step  a  b
>    1  *     reads x = 1
              ^ reordered: before step 2, its predecessor; tso does not
                order them
              ^ forwarded: reads its own store step 2 before that takes
                effect
>    2  *     x 0 -> 1
     3     *  lock lock 0 -> 1
     4     *  unlock lock 1 -> 0
>    5     *  reads x = 0
              ^ an old value: step 2 has written 1
>    6     *  x = 2                 <- b waits
              ^ x stays 1: step 2 is later in coherence

 initially  x = 0, lock = 0
 order      1 switch between threads, 1 reordered access, 1 forwarded load
              (greedy)
 note       x: values change in coherence order, which the steps could not
              follow there
 note       b ended blocked: waits for x == 3
 replay     sealrace replay 'out/b c.json'
"""

LONG = """\
  step  owner  reader
     1  O1             count 0 -> 1 (full)         mm/toy.c get_page: take
     2  O2             fence wmb                   owner: smp_wmb
     3  O3             reads inode.seals = 0       owner
     4         Q1      reads count = 1 (acquire)   reader
     5         Q1      reads count = 1             reader
>    6         Q2      reads inode.seals = 0       reader  <- LATE
>    7  O4             inode.seals 0 -> 32 (0x20)  owner  <- sealed
════════════════════════════════════════════════════════ sealed ════════════════════════════════════════════════════════
     8  O5             count 1 -> 2 (release)      owner
"""


FOLDED = """\
  step  owner  reader
   1-2  ...            (2 steps, O1 to O2: get_page, owner)
     3  O3             reads inode.seals = 0       owner
   4-5         ...     (2 steps, Q1: reader)
>    6         Q2      reads inode.seals = 0       reader  <- LATE
>    7  O4             inode.seals 0 -> 32 (0x20)  owner  <- sealed
════════════════════════════════════════════════════════ sealed ════════════════════════════════════════════════════════
     8  O5             count 1 -> 2 (release)      owner
"""


# Columns: 2 for the marker, 4 for the number, the threads' names, and 26 for the longest access (A9); 2 between.
def test_the_leak(leak: Report) -> None:
    assert text(leak, file="out/leak.json", width=120) == LEAK


def test_forwarding_locks_old_values_and_coherence_that_was_not_kept(odd: Report) -> None:
    assert text(odd, file="out/b c.json", width=76) == ODD


def test_updates_fences_and_steps_off_the_path(long: Report) -> None:
    assert text(long, file="r.json").split("\n\n")[2] + "\n" == LONG


def test_folded_stretches_are_one_line_each(long: Report) -> None:
    """What the pictures fold (steps 1 and 2, 4 and 5) is, and the command for all of it stands below."""
    blocks = text(long, file="r.json", folded=True).split("\n\n")
    assert blocks[2] + "\n" == FOLDED
    assert blocks[3].split("\n", 2)[2] == (
        " folded     4 steps off the path\n all steps  sealrace graph r.json\n replay     sealrace replay r.json\n"
    )
    narrow = text(long, file="r.json", width=46, folded=True).split("\n\n")[2]
    assert "   1-2  ...            (2 steps, O1 to O2: ge…\n" in narrow
    assert " folded " not in text(long, file="r.json")


def test_a_ladder_without_such_stretches_is_as_it_is(leak: Report) -> None:
    assert text(leak, file="r.json", folded=True) == text(leak, file="r.json")


def test_a_long_reference_loses_its_middle_not_its_ends(leak: Report) -> None:
    narrow = text(leak, file="r.json", width=100).splitlines()
    # 58 columns before the reference and 9 for the label leave 33: 16 from each end.
    assert next(line for line in narrow if line.startswith(">   10")).split("  ")[-2:] == [
        "mm/shmem.c shmem…opy_page_to_iter",
        "<- LEAK",
    ]


def test_a_violation_without_a_path_shows_its_marks(long: Report) -> None:
    bare = replace(long, property=replace(long.property, path=()))
    lines = text(bare, file="r.json").splitlines()
    assert " ".join(lines[4].split()) == "why owner O4 (step 7) inode.seals 0 -> 32 (0x20) owner <- sealed"
    assert " ".join(lines[5].split()) == "reader Q2 (step 6) reads inode.seals = 0 reader <- LATE"
    assert [line[:6].split()[-1] for line in lines if line.startswith(">")] == ["6", "7"]


def test_a_reordered_access_stands_where_it_took_effect(stale: Report) -> None:
    lines = text(stale, file="r.json").splitlines()
    first = lines.index(next(line for line in lines if line.startswith(">    1  ")))
    shown = "> 1 R3 reads inode.seals = 0 mm/shmem.c shmem_file_read_iter: seal check <- STALE"
    assert " ".join(lines[first].split()) == shown
    assert lines[first + 1].strip() == "^ reordered: before R1 (step 5), its predecessor; weak does not order them"


def test_a_file_leaves_nothing_out(leak: Report) -> None:
    """R10 on the path is the widest line: 34 columns with its name, 30 with its access, the reference, 9 of label."""
    lines = text(leak, file="r.json").splitlines()
    assert "…" not in "".join(lines)
    where = "mm/shmem.c shmem_file_read_iter: copy_page_to_iter"
    assert next(line for line in lines if " R10 " in line).endswith(f"{where}  <- LEAK")
    assert len(next(line for line in lines if " sealed " in line and "═" in line)) == 34 + 30 + len(where) + 9


def test_names_take_the_width_that_is_there(leak: Report) -> None:
    """Threads of 18 letters are shown as they are where each line still fits, and cut where it does not."""
    names = ("kvm_memslot_owner0", "kvm_memslot_guest0", "shmem_file_reader0")
    named = replace(
        leak, threads=tuple(replace(thread, name=name) for thread, name in zip(leak.threads, names, strict=True))
    )
    heading = text(named, file="r.json", width=160).split("\n\n")[2].splitlines()[0]
    assert heading.split() == ["step", *names]
    heading = text(named, file="r.json", width=110).split("\n\n")[2].splitlines()[0]
    assert heading.split() == ["step", "kvm_…er0", "kvm_…st0", "shme…er0"]


def test_the_headline_claims_no_more_than_the_search_did(leak: Report) -> None:
    bounded = replace(leak, parameters={"pages": 1, "unroll": 3, "max-events": 20})
    assert "1,204 executions explored, all up to unroll = 3 and max-events = 20; " in text(bounded, file="r.json")
    stopped = replace(leak, search=replace(leak.search, complete=False, interleavings=None))
    assert "1,204 executions explored, not all of them; " in text(stopped, file="r.json")


def test_no_line_is_wider_than_asked(leak: Report, stale: Report, odd: Report, long: Report, hostile: Report) -> None:
    for report in (leak, stale, odd, long, hostile):
        for width in (100, 120, 160):
            assert max(map(len, text(report, file="r.json", width=width).splitlines())) <= width


def test_the_ladder_file_is_not_named_anywhere_else(leak: Report) -> None:
    assert text(leak, file="x.json").replace("x.json", "y.json") == text(leak, file="y.json")
    assert str(Path.cwd()) not in text(leak, file="x.json")


def test_a_long_command_can_be_pasted(leak: Report) -> None:
    """Words stay whole; what goes on stands behind a backslash."""
    name = f"out/{'long-' * 17}name of a report.json"
    lines = text(replace(leak, scenario="../ring.py:ring"), file=name).splitlines()
    start = next(i for i, line in enumerate(lines) if line.startswith(" replay "))
    assert lines[start:] == [
        " replay     sealrace replay \\",
        f"            '{name}' \\",
        "            --scenario ../ring.py",
    ]
