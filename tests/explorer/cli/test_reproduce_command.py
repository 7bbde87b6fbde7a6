"""``sealrace reproduce`` on the kernel that runs the tests."""

from __future__ import annotations

import json
import platform
from errno import ENOSYS, EPERM
from pathlib import Path

import pytest
from command_line import run

from scenarios.real import userfault, userspace

STOP = (
    "user space can stop a read at R10, its copy of a page to user memory (userfaultfd on the reader's buffer), "
    "and nowhere else; what is spliced into a pipe is copied when the pipe is drained"
)
NOTE = (
    "F_SEAL_INACCESSIBLE is on no kernel: F_SEAL_SHRINK|F_SEAL_FUTURE_WRITE takes its place, at which a read does not "
    "look"
)
LINGERING = f"""\
lingering-page, fix none, protocol P2, model sc: late
on {platform.system()} {platform.release()} {platform.machine()}

 1  reader  pread(4096 bytes at 0)                                 stops at R10, its copy of page 0
 2  owner   ftruncate(0)                                           = 0
 3  owner   fcntl(F_ADD_SEALS, F_SEAL_SHRINK|F_SEAL_FUTURE_WRITE)  = 0
 4  reader  pread goes on                                          = 4096 bytes: 4096 x 'A'

{NOTE}
after the seal reader's pread(4096 bytes at 0) returned 4096 bytes: 4096 x 'A', which the file held before the seal
"""
SPLICE = f"""\
splice, fix none, protocol P2, model sc: late
on {platform.system()} {platform.release()} {platform.machine()}

 1  owner    splice(4096 bytes at 0)                                = 4096
 2  owner    pwrite(4096 x 'Z' at 0)                                = 4096
 3  owner    fcntl(F_ADD_SEALS, F_SEAL_WRITE)                       = -EBUSY
 4  owner    ftruncate(0)                                           = 0
 5  owner    fcntl(F_ADD_SEALS, F_SEAL_SHRINK|F_SEAL_FUTURE_WRITE)  = 0
 6  drainer  read(pipe)                                             = 4096 bytes: 4096 x 'Z'

{NOTE}
after the seal drainer's read(pipe) returned 4096 bytes: 4096 x 'Z'
"""


@pytest.fixture(autouse=True)
def empty_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


@pytest.mark.usefixtures("userfaultfd")
def test_lingering_page_in_100_of_100_runs() -> None:
    result = run("reproduce", "lingering-page", "--runs", "100")
    assert result.stdout == f"{LINGERING}reproduced in 100 of 100 runs: 3 calls of 2 threads, as in the model\n"
    assert result.exit_code == 0


def test_splice_shows_the_late_store_in_100_of_100_runs() -> None:
    """No call has to stop. A memfd of which a pipe holds a page refuses F_SEAL_WRITE after a sixth of a second."""
    result = run("reproduce", "splice", "--runs", "100")
    assert result.stdout == f"{SPLICE}reproduced in 100 of 100 runs: 6 calls of 2 threads, as in the model\n"
    assert result.exit_code == 0


@pytest.mark.usefixtures("userfaultfd")
def test_in_json() -> None:
    result = run("reproduce", "lingering-page", "--runs", "2", "--json")
    assert result.exit_code == 0
    found = json.loads(result.stdout)
    assert (found["runs"], found["reproduced"], found["differences"]) == (2, 2, [])
    assert found["stand_in"] == "F_SEAL_SHRINK|F_SEAL_FUTURE_WRITE"
    assert [(step["thread"], step["result"]) for step in found["steps"]] == [
        ("reader", "stops at R10, its copy of page 0"),
        ("owner", "= 0"),
        ("owner", "= 0"),
        ("reader", "= 4096 bytes: 4096 x 'A'"),
    ]
    assert [(call["call"], call["modelled"], call["real"]) for call in found["calls"]] == [
        ("pread(4096 bytes at 0)", "4096 bytes: 4096 x 'A'", "4096 bytes: 4096 x 'A'"),
        ("ftruncate(0)", "0", "0"),
        ("fcntl(F_ADD_SEALS, F_SEAL_SHRINK|F_SEAL_FUTURE_WRITE)", "0", "0"),
    ]


@pytest.mark.usefixtures("userfaultfd")
def test_a_report_and_a_line_of_a_run_file() -> None:
    assert run("explore", "lingering-page", "--small", "--model", "pso", "--fix", "recheck").exit_code == 1
    stem = "out/lingering-page-P2-recheck-small-pso"
    for file in (f"{stem}-late.json", f"{stem}.run.jsonl:1"):
        result = run("reproduce", file)
        assert result.exit_code == 0, result.output
        assert result.stdout == (
            LINGERING.replace("fix none", "fix recheck")
            .replace("model sc", "model pso")
            .replace("after the seal", "the read path is this kernel's own: it has no fix recheck\nafter the seal")
            + "reproduced in 1 of 1 runs: 3 calls of 2 threads, as in the model\n"
        )


def test_inflight_is_refused_with_every_step_that_cannot_be_reached() -> None:
    result = run("reproduce", "inflight")
    assert result.exit_code == 2
    nothing = "is no part of a system call, user space cannot make it"
    read, look_up = "mm/shmem.c shmem_file_read_iter: seal check", "mm/shmem.c shmem_getpage: i_size_read"
    assert result.stderr == (
        "inflight, fix none, protocol P2, model sc: leak: this execution cannot be driven on a real kernel\n"
        f"  owner: K0 (virt/kvm/kvm_main.c kvm_set_memslot: memslot published) {nothing}\n"
        f"  guest: K0 (virt/kvm/kvm_main.c __kvm_memslots: memslot ready) {nothing}; 23 more such steps follow\n"
        f"  reader: pread would have to stop after R3 ({read}) and go on with G1 ({look_up})\n"
        f"  {STOP}\n"
    )


def test_what_needs_reordered_accesses_is_refused() -> None:
    assert run("explore", "fresh", "--small", "--model", "armv8").exit_code == 1
    result = run("reproduce", "out/fresh-P2-none-small-armv8-stale.json")
    assert result.exit_code == 2
    read = "mm/shmem.c shmem_file_read_iter"
    assert (
        f"  reader: R3 ({read}: seal check) takes effect before R1 ({read}: first i_size_read), which its code has "
        "first: user space cannot make a processor do that\n" in result.stderr
    )


def test_a_scenario_without_system_calls_is_refused() -> None:
    result = run("reproduce", "lingering-page-window")
    assert result.exit_code == 2
    assert result.stderr.splitlines()[1] == "  it makes no system call"


def test_a_scenario_that_holds_has_nothing_to_reproduce() -> None:
    result = run("reproduce", "fresh")
    assert result.exit_code == 2
    assert result.stderr == (
        "fresh, fix none, protocol P2, model sc: breaks no property, so there is nothing to reproduce\n"
        "  name the report of another fix: sealrace explore, then sealrace reproduce REPORT\n"
    )


def test_neither_scenario_nor_file() -> None:
    result = run("reproduce", "lingering")
    assert result.exit_code == 2
    assert result.stderr.startswith("unknown scenario 'lingering'\n  there are: ")
    result = run("reproduce", "no/such.json")
    assert result.exit_code == 2
    assert result.stderr.startswith("no/such.json: No such file or directory\n")


@pytest.mark.parametrize(
    ("errno", "message"),
    [
        (
            EPERM,
            "this user may not stop the kernel in a copy: userfaultfd(2) gives EPERM\n"
            "  run it as root, or permit it to everybody: sysctl vm.unprivileged_userfaultfd=1\n",
        ),
        (
            ENOSYS,
            "this kernel has no userfaultfd(2), or a sandbox hides it: it gives ENOSYS\n"
            "  use a kernel built with CONFIG_USERFAULTFD; there run it as root, or permit it to everybody: "
            "sysctl vm.unprivileged_userfaultfd=1\n",
        ),
    ],
)
def test_without_userfaultfd(errno: int, message: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(userfault, "userfaultfd", lambda _flags: -errno)
    result = run("reproduce", "lingering-page")
    assert (result.exit_code, result.stdout, result.stderr) == (2, "", message)


def test_elsewhere_than_on_linux(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.platform", "darwin")
    monkeypatch.setattr(platform, "system", lambda: "Darwin")
    result = run("reproduce", "lingering-page")
    assert (result.exit_code, result.stderr) == (
        2,
        "this makes system calls of Linux, and this machine runs Darwin\n"
        "  run it on Linux; everything else that sealrace does works here too\n",
    )


@pytest.mark.usefixtures("userfaultfd")
def test_a_difference_is_told_call_by_call(monkeypatch: pytest.MonkeyPatch) -> None:
    answers = iter([0, 0, "EPERM", 0])
    monkeypatch.setattr(userspace, "ftruncate", lambda _fd, _length: next(answers))
    result = run("reproduce", "lingering-page", "--runs", "4")
    assert result.exit_code == 1
    assert "\n 2  owner   ftruncate(0)                                           = -EPERM\n" in result.stdout
    assert result.stdout.endswith(
        "differs in run 3: owner's ftruncate(0): the report has 0, the kernel gave -EPERM\n"
        "not reproduced: 1 of 4 runs differ from the model\n"
    )
