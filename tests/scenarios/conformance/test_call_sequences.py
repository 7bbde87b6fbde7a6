"""Random sequences of calls: none shows a difference; a model without a check is found out, in few calls."""

from __future__ import annotations

from typing import Any

import pytest

from scenarios.conformance.calls import Call, Side
from scenarios.conformance.compare import Comparison, Difference, shortened
from scenarios.conformance.drawn import TOKEN
from scenarios.conformance.running import running_kernel
from scenarios.conformance.sequences import Tally, compare
from scenarios.shmem import truncate
from scenarios.shmem.constants import F_SEAL_SHRINK, MFD_ALLOW_SEALING, PAGE_SIZE

KERNEL = running_kernel()


def nobody(_tally: Tally) -> None:
    """Progress that nobody looks at."""


def test_a_thousand_calls_without_a_difference() -> None:
    tally, difference = compare(KERNEL, 1000, 1, nobody)
    assert difference is None
    assert tally.total >= 1000
    again, _ = compare(KERNEL, 1000, 1, nobody)
    assert again == tally


def test_every_kind_of_call_is_among_five_thousand() -> None:
    """A thousand lack one kind or another in one seed of ten; what hypothesis draws varies with what is imported."""
    tally, _ = compare(KERNEL, 5000, 1, nobody)
    assert set(tally.calls) == {name for name in vars(Side) if not name.startswith("_")} - {"state", "close"}


def test_a_missing_check_is_found_by_the_shortest_sequence(monkeypatch: pytest.MonkeyPatch) -> None:
    """shmem_setattr() without F_SEAL_SHRINK: a file that is sealed and not empty gets smaller."""
    monkeypatch.setattr(truncate, "F_SEAL_SHRINK", 0)
    _, difference = compare(KERNEL, 5000, 1, nobody)
    assert difference is not None
    made, *prepared = (call.name for call, _ in difference.before)
    assert (made, difference.call.name) == ("memfd_create", "ftruncate")
    # To grow and to seal are two calls in either order; which one the search ends with is hypothesis's choice.
    assert len(prepared) == 2
    assert "add_seals" in prepared
    assert set(prepared) & {"ftruncate", "pwrite", "fallocate"}
    assert difference.what[:2] == ("result", "size")
    assert difference.answers == (0, "EPERM")


def test_calls_that_show_nothing_are_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(truncate, "F_SEAL_SHRINK", 0)
    needed = (
        Call("memfd_create", ("rw", MFD_ALLOW_SEALING)),
        Call("pwrite", ("rw", TOKEN, PAGE_SIZE, 0)),
        Call("add_seals", ("rw", F_SEAL_SHRINK)),
        Call("ftruncate", ("rw", 0)),
    )
    mapping = Call("mmap", ("m0", "rw", PAGE_SIZE, 1, 1)), Call("load", ("m0", 0, 1)), Call("munmap", ("m0",))
    found = difference_of(needed[0], Call("get_seals", ("rw",)), needed[1], *mapping, *needed[2:])
    assert len(found.before) == 7
    short = shortened(found, KERNEL)
    assert (*(call for call, _ in short.before), short.call) == needed


def difference_of(*calls: Call) -> Difference:
    with Comparison(KERNEL, (10, 20)) as comparison:
        for call in calls[:-1]:
            comparison.make(call)
        with pytest.raises(Difference, match="ftruncate") as caught:
            comparison.make(calls[-1])
    return caught.value


def test_an_interrupt_ends_it() -> None:
    def progress(tally: Tally) -> None:
        if tally.total == 100:
            raise KeyboardInterrupt("here")

    with pytest.raises(KeyboardInterrupt, match="here"):
        compare(KERNEL, 1000, 1, progress)


def test_an_interrupt_while_it_is_shortened_leaves_what_was_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(truncate, "F_SEAL_SHRINK", 0)
    made: list[Any] = []

    def progress(tally: Tally) -> None:
        made.append(tally.total)
        if made[-5:] == [tally.total] * 5:  # it counts no more
            raise KeyboardInterrupt

    _, difference = compare(KERNEL, 5000, 1, progress)
    assert difference is not None
    assert difference.call.name == "ftruncate"
