"""Calls and their results as they are printed."""

from __future__ import annotations

import pytest

from scenarios.conformance.calls import Answer, Call, State
from scenarios.conformance.compare import Difference
from scenarios.conformance.script import script, shown, written


@pytest.mark.parametrize(
    ("call", "text"),
    [
        (Call("memfd_create", ("rw", 0x2A)), "rw = memfd_create('sealrace', MFD_ALLOW_SEALING|MFD_NOEXEC_SEAL|0x20)"),
        (Call("memfd_create", ("other", 0)), "other = memfd_create('sealrace', 0)"),
        (Call("pread", ("ro", 10, 4096)), "pread(ro, 10, 4096)"),
        (Call("pwrite", ("rw", 65, 10, 4096)), "pwrite(rw, b'A' * 10, 4096)"),
        (Call("ftruncate", ("wo", 100)), "ftruncate(wo, 100)"),
        (Call("fallocate", ("rw", 3, 1, 9)), "fallocate(rw, FALLOC_FL_KEEP_SIZE|FALLOC_FL_PUNCH_HOLE, 1, 9)"),
        (Call("fchmod", ("rw", 0)), "fchmod(rw, 0o000)"),
        (Call("add_seals", ("rw", 0x44)), "fcntl(rw, F_ADD_SEALS, F_SEAL_GROW|0x40)"),
        (Call("get_seals", ("ro",)), "fcntl(ro, F_GET_SEALS)"),
        (Call("mmap", ("m0", "rw", 8192, 3, 1)), "m0 = mmap(rw, 8192, PROT_READ|PROT_WRITE, MAP_SHARED)"),
        (Call("mprotect", ("m0", 0)), "mprotect(m0, 0)"),
        (Call("mremap", ("m0",)), "m0 = mremap(m0, MREMAP_MAYMOVE|MREMAP_FIXED)"),
        (Call("munmap", ("m0",)), "munmap(m0)"),
        (Call("load", ("m0", 10, 5)), "m0[10:15]"),
        (Call("store", ("m0", 66, 5, 10)), "m0[10:15] = b'B' * 5"),
        (Call("splice", ("rw", 5, 10)), "splice(rw, pipe, 5, offset_src=10)"),
        (Call("drain"), "read(pipe)"),
    ],
)
def test_a_call_reads_like_python(call: Call, text: str) -> None:
    assert written(call) == text


@pytest.mark.parametrize(
    ("answer", "text"), [(0, "0"), ("EPERM", "EPERM"), (b"", "b''"), (b"AAB\0", r"b'A' * 2 + b'B' * 1 + b'\x00' * 1")]
)
def test_a_result_is_short(answer: Answer, text: str) -> None:
    assert shown(answer) == text


def test_only_what_differs_is_told() -> None:
    states = State(1, 2, 0o777, 8, b"A"), State(1, 6, 0o666, 0, b"A")
    before = ((Call("ftruncate", ("rw", 1)), 0), (Call("get_seals", ("rw",)), 2))
    assert list(script(Difference((), before, Call("munmap", ("m0",)), (0, 0), states))) == [
        "ftruncate(rw, 1)        # 0",
        "fcntl(rw, F_GET_SEALS)  # 2",
        "munmap(m0)",
        "    # seals   model:   F_SEAL_SHRINK",
        "    # seals   kernel:  F_SEAL_SHRINK|F_SEAL_GROW",
        "    # mode    model:   0o777",
        "    # mode    kernel:  0o666",
        "    # blocks  model:   8",
        "    # blocks  kernel:  0",
    ]
