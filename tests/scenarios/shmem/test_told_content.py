"""The words for what a read gave: by its result, and by the content that was copied for user space."""

from __future__ import annotations

import pytest

from explorer.execution.event import Call, Event, Source
from explorer.execution.kinds import Kind, Tag
from explorer.execution.location import Location
from explorer.program.told import Returned, result_words, returned_words
from scenarios.shmem.content import load_words, read_words
from scenarios.shmem.guest import SECRET
from scenarios.shmem.objects import OLD, UNCLEARED


def load(value: int, function: str = "copy_page_to_iter", name: str = "page A0.data[0]") -> Event:
    source = Source("scenarios/shmem/read.py", 1, (Call("pread", 0), Call(function, 1)), "R10")
    return Event(0, 0, Kind.READ, Tag.PLAIN, Location(name), value, source)


@pytest.mark.parametrize(
    ("result", "events", "words"),
    [
        (-1, (), "pread = -EPERM"),
        (0, (), "pread = 0"),
        (4096, (), "pread = 4096: a hole"),
        (4096, (load(OLD),), "pread = 4096: what the file held"),
        (4096, (load(SECRET),), "pread = 4096: what the guest wrote"),
        (4096, (load(0), load(0)), "pread = 4096: zeros"),
        (8192, (load(OLD), load(UNCLEARED), load(7)), "pread = 8192: what the file held, an uncleared page, written 7"),
        # What the read looks at on its way is not copied: a size, a page read in from swap.
        (4096, (load(4096, "shmem_file_read_iter", "inode.i_size"), load(7, "shmem_swapin")), "pread = 4096: a hole"),
        (None, (load(SECRET, "pipe_read"),), "pread: what the guest wrote"),
        (None, (), "pread: nothing"),
    ],
)
def test_a_read(result: int | None, events: tuple[Event, ...], words: str) -> None:
    assert read_words(Returned("pread", {}, events, result)) == words


@pytest.mark.parametrize(
    ("result", "events", "words"),
    [(0, (load(SECRET, "user_load"),), "load: what the guest wrote"), (-14, (), "load = -EFAULT")],
)
def test_a_load_from_a_mapping(result: int, events: tuple[Event, ...], words: str) -> None:
    assert load_words(Returned("load", {}, events, result)) == words


def test_other_calls_are_told_by_their_result() -> None:
    assert returned_words(Returned("F_ADD_SEALS", {}, (), -16)) == "F_ADD_SEALS = -EBUSY"
    assert returned_words(Returned("munmap", {}, (), None)) == "munmap"
    assert [result_words(value) for value in (0, 5, -100_000, True)] == ["0", "5", "-100000", "True"]
