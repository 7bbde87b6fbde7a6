"""Random calls on the modelled memfd: invariants of it hold, what does not hold shrinks to few calls."""

from __future__ import annotations

from collections import Counter
from itertools import pairwise

import pytest
from hypothesis import Phase, find, given, settings

from explorer.errors import InputError
from explorer.testing import call_sequences, calls
from explorer.testing.calls import CallSequence
from scenarios.conformance.calls import Call
from scenarios.shmem.constants import F_SEAL_SEAL, F_SEAL_SHRINK, F_SEAL_WRITE

QUICK = settings(database=None, phases=(Phase.generate, Phase.shrink), max_examples=300)


@settings(max_examples=60, database=None)
@given(sequence=call_sequences(most=12))
def test_seals_stay_and_are_obeyed(sequence: CallSequence) -> None:
    assert 1 <= len(sequence.calls) <= 13
    for before, after in pairwise(sequence.steps):
        # Of another file nothing is seen here.
        assert after.state.seals & before.state.seals == before.state.seals or after.call.name == "memfd_create"
        if before.state.seals & F_SEAL_SHRINK:
            assert after.state.size >= before.state.size
        if before.state.seals & F_SEAL_WRITE:
            assert after.state.content[: before.state.size] == before.state.content[: after.state.size]
        if before.state.seals & F_SEAL_SEAL:
            assert after.state.seals == before.state.seals


def test_every_kind_of_call_comes() -> None:
    kinds: Counter[str] = Counter()

    @settings(max_examples=1000, database=None, derandomize=True)
    @given(sequence=call_sequences(most=30))
    def test(sequence: CallSequence) -> None:
        kinds.update(call.name for call in sequence.calls)

    test()
    assert sorted(kinds) == sorted([
        "memfd_create", "pread", "pwrite", "ftruncate", "fallocate", "fchmod", "add_seals", "get_seals", "mmap",
        "mprotect", "mremap", "munmap", "load", "store", "splice", "drain",
    ])  # fmt: skip


def test_a_sequence_shrinks_to_the_calls_that_it_takes() -> None:
    """A file that is not empty takes one call that makes it so."""
    found = find(call_sequences(), lambda sequence: sequence.steps[-1].state.size > 0, settings=QUICK)
    assert len(found.calls) == 2
    assert eval(repr(found), {**vars(calls), "Call": Call}) == found


def test_its_script_has_what_each_gave() -> None:
    sequence = CallSequence("v6.9", (1, 2), (Call("memfd_create", ("rw", 2)), Call("pwrite", ("rw", 65, 2, 0))))
    assert sequence.script().splitlines() == [
        "rw = memfd_create('sealrace', MFD_ALLOW_SEALING)  # 0",
        "pwrite(rw, b'A' * 2, 0)                           # 2",
    ]
    assert [step.state.size for step in sequence.steps] == [0, 2]


def test_a_version_that_is_not_modelled_is_refused() -> None:
    with pytest.raises(InputError, match=r"unknown kernel version 'v5\.0'\n  there are: v5\.16, "):
        find(call_sequences(version="v5.0"), lambda _sequence: True)
