"""The ladder for a mail: word for word, what mail programs do to text, and the line ``Result:``."""

from __future__ import annotations

import subprocess

import pytest
from msgspec.structs import replace

from reports.forms.mail import mail, result
from reports.structure import Event, Report, Thread

LEAK = """\
Sealrace 0.1.0: inflight, fix none, protocol P2, model sc
VIOLATED: leak
Result: Sometimes

A read that began before the seal returns what the guest wrote after
it.

Why:

          reader R3 (step 2): reads inode.seals = 0
  --fr--> owner A9 (step 4): inode.seals 0 -> 32 (0x20)
  --po--> owner F6 (step 6): ready 0 -> 1 (release)
  --rf--> guest K1 (step 7): reads ready = 1 (acquire)
  --po--> guest K4 (step 8): page A.data 0 -> 42
  --rf--> reader R10 (step 10): reads page A.data = 42

  fr: overwrites the value read, po: follows in program order, rf:
  reads that value

 step  owner  guest  reader
   1                R1      reads inode.i_size = 4096
*  2                R3      reads inode.seals = 0
   3  T4                    inode.i_size 4096 -> 0
*  4  A9                    inode.seals 0 -> 32 (0x20) <- sealed
================================ sealed ================================
   5  F5                    inode.i_size 0 -> 4096
*  6  F6                    ready 0 -> 1 (release)
*  7         K1             reads ready = 1 (acquire)
*  8         K4             page A.data 0 -> 42
   9                R7      reads inode.i_size = 4096
* 10                R10     reads page A.data = 42 <- LEAK

Where:

  R1 mm/shmem.c shmem_file_read_iter: first i_size_read
  R3 mm/shmem.c shmem_file_read_iter: seal check
  T4 mm/shmem.c shmem_setattr: shrink
  A9 mm/memfd.c memfd_add_seals: set
  F5 mm/shmem.c shmem_fallocate: grow
  F6 owner
  K1 guest
  K4 KVM: guest store
  R7 mm/shmem.c shmem_file_read_iter: second i_size_read
  R10 mm/shmem.c shmem_file_read_iter: copy_page_to_iter

1,204 executions explored, all of them; 40 late, 37 leak; they stand
for 2,310,448 interleavings.
With kernel = v5.16, pages = 1.
Initially: inode.i_size = 4096, inode.seals = 0, ready = 0,
           page A.data = 0
Order: 3 switches between threads, 0 reordered accesses (the fewest
         possible)

To replay it, access by access:

sealrace replay out/leak.json
"""


def test_the_mail_word_for_word(leak: Report) -> None:
    assert mail(leak, file="out/leak.json") == LEAK


def test_notes_and_remarks_are_told(odd: Report) -> None:
    lines = mail(odd, file="odd.json").splitlines()
    start = lines.index("*  1  *     reads x = 1")
    assert lines[start + 1 : start + 5] == [
        "            ^ reordered: before step 2, its predecessor; tso does not",
        "              order them",
        "            ^ forwarded: reads its own store step 2 before that takes",
        "              effect",
    ]
    assert "Note: b ended blocked: waits for x == 3" in lines


@pytest.mark.parametrize("name", ["leak", "stale", "odd", "long", "hostile"])
def test_lines_are_such_as_mail_keeps(name: str, request: pytest.FixtureRequest) -> None:
    report: Report = request.getfixturevalue(name)
    for line in mail(report, file="a file's long name " * 9).splitlines():
        assert line.isascii()
        assert len(line) <= 72
        assert line == line.rstrip()
        assert not line.startswith((">", "From ", "---", "diff -", "Index: "))


def test_many_threads_are_named_line_by_line(leak: Report) -> None:
    threads = tuple(Thread(name=f"thread with a long name {i}") for i in range(3))
    ladder = mail(replace(leak, threads=threads), file="x.json").splitlines()
    assert " step  thread" in ladder
    assert "*  4  thread with~  A9   inode.seals 0 -> 32 (0x20) <- sealed" in ladder


@pytest.mark.parametrize("file", ["out/leak.json", "a b'c\"d $HOME `x` \\ \\\\", "é", "'" * 60, "x" * 200, "a " * 90])
def test_the_command_is_one_for_the_shell(leak: Report, file: str) -> None:
    """Lines that end with a backslash go on: what the shell makes of it are the words."""
    command = mail(leak, file=file).partition("access by access:\n\n")[2]
    program = f"sealrace() {{ printf '%s\\n' \"$@\"; }}\n{command}"
    done = subprocess.run(["sh", "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout == "replay\n{}\n".format(file.replace("é", "\\xe9"))


def searched(report: Report, **changes: object) -> Report:
    return replace(report, search=replace(report.search, **changes))


def test_the_result_is_that_of_a_kernel_litmus_test(leak: Report, odd: Report) -> None:
    # 37 of 1204 executions leak.
    assert result(leak) == "Sometimes"
    assert result(searched(leak, violating={"leak": 1204})) == "Always"
    # A search that was stopped has seen no other; one that has seen another needs not end.
    assert result(searched(leak, violating={"leak": 9}, executions=9, complete=False, interleavings=None)) == "Maybe"
    assert (
        result(searched(leak, violating={"leak": 9}, executions=10, complete=False, interleavings=None)) == "Sometimes"
    )
    assert result(searched(leak, remarks={"flag data-race": 3})) == "Sometimes DATARACE"
    assert result(odd) == "DEADLOCK"


def test_a_remark_counts_by_its_own_number(leak: Report) -> None:
    race = replace(leak, property=replace(leak.property, name="flag data-race"))
    assert result(searched(race, remarks={"flag data-race": 1204})) == "Always DATARACE"


@pytest.mark.parametrize(
    ("quantifier", "found", "expected"),
    [
        ("exists", 3, "Sometimes"),
        ("exists", 8, "Always"),
        # A counterexample of ~exists is an execution as the condition has it, one of forall is not.
        ("~exists", 3, "Sometimes"),
        ("~exists", 8, "Always"),
        ("forall", 3, "Sometimes"),
        ("forall", 8, "Never"),
    ],
)
def test_the_result_of_a_litmus_test_is_about_its_condition(
    leak: Report, quantifier: str, found: int, expected: str
) -> None:
    litmus = replace(leak, protocol="litmus", property=replace(leak.property, name=quantifier))
    report = searched(litmus, violating={quantifier: found}, executions=8, interleavings=None)
    assert result(report) == expected


def test_a_forall_whose_search_was_stopped_is_not_never(leak: Report) -> None:
    """An execution that meets the condition may only not have been met."""
    litmus = replace(leak, protocol="litmus", property=replace(leak.property, name="forall"))
    assert (
        result(searched(litmus, violating={"forall": 8}, executions=8, complete=False, interleavings=None)) == "Maybe"
    )


@pytest.mark.parametrize(("same", "expected"), [(3, "Sometimes"), (8, "Always")])
def test_the_result_of_an_outcome_counts_the_executions_that_have_it(leak: Report, same: int, expected: str) -> None:
    outcome = replace(leak, property=replace(leak.property, name="outcome"))
    report = searched(outcome, violating={}, executions=8, same_outcome=same, interleavings=None)
    assert result(report) == expected


def test_steps_without_a_place_make_no_list(odd: Report) -> None:
    bare = replace(odd, events=tuple(_bare(event) for event in odd.events))
    assert "Where:" not in mail(bare, file="x.json")


def _bare(event: Event) -> Event:
    return replace(event, reference="", stack=())
