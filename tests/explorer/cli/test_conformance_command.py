"""``sealrace conformance``: what it prints, its exit status, and that it says where it cannot be done."""

from __future__ import annotations

import json
import os
import platform
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Callable

import pytest
from command_line import process, run

from scenarios.conformance import sequences
from scenarios.conformance.calls import Call
from scenarios.conformance.compare import Comparison, Difference
from scenarios.conformance.sequences import Tally
from scenarios.shmem.constants import F_SEAL_EXEC, MFD_ALLOW_SEALING
from scenarios.shmem.kernel import Kernel, Version


def test_a_short_run_is_without_a_difference() -> None:
    result = run("conformance", "--calls", "300")
    assert result.exit_code == 0
    first, *kinds, last = result.output.splitlines()
    assert re.fullmatch(rf"model v\S+, on Linux {re.escape(platform.release())} \S+, seed 1", first)
    counts = [int(line.split()[1].replace(",", "")) for line in kinds]
    total, sequences = re.fullmatch(r"(\d+) calls in (\d+) sequences, no difference", last).groups()  # type: ignore[union-attr]
    assert sum(counts) == int(total) >= 300
    assert int(sequences) >= 6


def test_the_same_seed_makes_the_same_calls() -> None:
    first, again, other = (run("conformance", "--calls", "200", "--seed", seed, "--json").output for seed in "778")
    assert first == again != other
    found = json.loads(first)
    assert found["total"] == sum(found["calls"].values()) >= found["asked"] == 200
    assert found["difference"] is None


def differing(
    _kernel: Kernel, _calls: int, _seed: int, _progress: Callable[[Tally], None]
) -> tuple[Tally, Difference | None]:
    """In place of ``compare``: a difference of two calls, which takes no search."""
    with Comparison(Kernel(parts=frozenset(), version=Version.V5_16), (10, 20)) as comparison:
        comparison.make(Call("memfd_create", ("rw", MFD_ALLOW_SEALING)))
        try:
            comparison.make(Call("add_seals", ("rw", F_SEAL_EXEC)))
        except Difference as difference:
            return Tally(3, Counter(pread=117)), difference
    return Tally(), None


def test_a_difference_is_told_as_a_script(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sequences, "compare", differing)
    result = run("conformance", "--kernel", "v5.16")
    assert result.exit_code == 1
    first, *rest = result.output.splitlines()
    assert first.startswith("model v5.16, on Linux ")
    assert rest == [
        "they differ, after 117 calls in 3 sequences; the shortest sequence:",
        "",
        "  rw = memfd_create('sealrace', MFD_ALLOW_SEALING)  # 0",
        "  fcntl(rw, F_ADD_SEALS, F_SEAL_EXEC)",
        "      # result  model:   EINVAL",
        "      # result  kernel:  0",
        "      # seals   model:   0",
        "      # seals   kernel:  F_SEAL_SHRINK|F_SEAL_GROW|F_SEAL_WRITE|F_SEAL_FUTURE_WRITE|F_SEAL_EXEC",
    ]
    found = json.loads(run("conformance", "--json").output)["difference"]
    assert found["before"] == [{"call": "rw = memfd_create('sealrace', MFD_ALLOW_SEALING)", "result": "0"}]
    assert found["differs"]["result"] == {"model": "EINVAL", "kernel": "0"}


def test_a_version_can_be_chosen() -> None:
    result = run("conformance", "--kernel", "v5.16", "--json")
    assert result.exit_code == 1
    found = json.loads(result.output)
    assert found["model"] == "v5.16"
    assert len(found["difference"]["before"]) <= 1
    assert "result" in found["difference"]["differs"]


def test_a_version_that_is_not_modelled_is_told() -> None:
    result = run("conformance", "--kernel", "v4.20")
    assert result.exit_code == 2
    assert "the model has no version 'v4.20'\n  choose from v5.16, v6.3," in result.stderr


def test_elsewhere_than_linux_it_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "darwin")
    monkeypatch.setattr(platform, "system", lambda: "Darwin")
    result = run("conformance")
    assert result.exit_code == 2
    assert "this makes system calls of Linux, and this machine runs Darwin" in result.stderr


def test_ctrl_c_tells_what_was_compared() -> None:
    before = """
import os, signal
from scenarios.conformance import compare
make = compare.Comparison.make
count = 0
def counted(self, call):
    global count
    count += 1
    if count == 100:
        os.kill(os.getpid(), signal.SIGINT)
    return make(self, call)
compare.Comparison.make = counted
"""
    done = subprocess.run(process("conformance", before=before), capture_output=True, text=True, check=False)
    assert done.returncode == 3, done.stderr
    assert re.search(r"interrupted: 100 calls in \d+ sequences, no difference; 20,000 were asked for$", done.stdout)
    assert "Traceback" not in done.stderr


def test_it_leaves_no_file_open() -> None:
    before = len(os.listdir("/proc/self/fd"))
    assert run("conformance", "--calls", "100").exit_code == 0
    assert len(os.listdir("/proc/self/fd")) == before
