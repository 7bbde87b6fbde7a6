"""The properties of the file itself on executions built by hand, event by event."""

from __future__ import annotations

import pytest
from built_executions import GUEST, INODE, OWNER, PUBLISH, SEAL, SIZE, Step, execution, wait, write

from explorer.execution.kinds import Kind
from explorer.execution.location import Location
from explorer.property import Edge, Violation
from scenarios.shmem.file_properties import Pages, Shrunk, SizeCache

SLOT = INODE.i_mapping.i_pages[0]
OLD, NEW = INODE.cached[0], INODE.fresh[0]
"""The page that is in the file at first, and one that the allocator gives."""


def shrink(thread: int = OWNER) -> Step:
    return write(thread, SIZE, 0, "shmem_setattr")


DETACH = write(OWNER, SLOT, 0, "delete_from_page_cache")
INSERT = write(OWNER, SLOT, NEW, "shmem_fallocate")


class TestShrunk:
    def test_a_smaller_size_after_the_seal(self) -> None:
        built, at = execution(SEAL, write(OWNER, SIZE, 8192), shrink())
        violation = Shrunk(INODE).find(built, None)
        assert violation is not None
        assert violation.path == (Edge(at[0], at[2], "po"), Edge(at[1], at[2], "co"))
        assert [(mark.event, mark.label) for mark in violation.marks] == [(at[0], "sealed"), (at[2], "SHRUNK")]
        assert violation.sentence == "The size went from 8192 to 0 after the seal was set."

    def test_another_thread_that_comes_after_the_seal(self) -> None:
        built, at = execution(SEAL, PUBLISH, wait(1, 1), shrink(GUEST))
        violation = Shrunk(INODE).find(built, None)
        assert violation is not None
        assert violation.path == (Edge(at[0], at[1], "po"), Edge(at[1], at[2], "rf"), Edge(at[2], at[3], "po"))

    def test_before_the_seal_or_unordered_is_allowed(self) -> None:
        before, _ = execution(shrink(), SEAL)
        assert Shrunk(INODE).find(before, None) is None
        unordered, _ = execution(SEAL, shrink(GUEST))
        assert Shrunk(INODE).find(unordered, None) is None
        unsealed, _ = execution(shrink(), PUBLISH)
        assert Shrunk(INODE).find(unsealed, None) is None

    def test_a_sealed_file_may_grow(self) -> None:
        built, _ = execution(shrink(), SEAL, write(OWNER, SIZE, 8192), write(OWNER, SIZE, 12288))
        assert Shrunk(INODE).find(built, None) is None


class TestSizeCache:
    def test_a_page_left_behind_by_a_truncation(self) -> None:
        built, at = execution(shrink(), write(OWNER, SLOT, OLD, "shmem_getpage"))
        violation = SizeCache(INODE).find(built, None)
        assert violation is not None
        assert [(mark.event, mark.label) for mark in violation.marks] == [
            (at[0], "size at rest"),
            (at[1], "BEYOND THE END"),
        ]
        assert violation.sentence == "In the end the size is 0, and page cache[0] still holds something."

    def test_a_page_detached_or_below_the_end_is_in_order(self) -> None:
        emptied, _ = execution(shrink(), DETACH)
        assert SizeCache(INODE).find(emptied, None) is None
        grown, _ = execution(shrink(), DETACH, INSERT, write(OWNER, SIZE, 4096))
        assert SizeCache(INODE).find(grown, None) is None
        untouched, _ = execution(SEAL)
        assert SizeCache(INODE).find(untouched, None) is None

    def test_what_keep_size_put_there_may_stay(self) -> None:
        built, _ = execution(shrink(), DETACH, INSERT)
        assert SizeCache(INODE).find(built, None) is None

    def test_what_a_growing_fallocate_put_there_may_not(self) -> None:
        looks = Step(OWNER, Kind.READ, SIZE, 0, "shmem_fallocate", 0, 0, "F5")
        built, _ = execution(shrink(), INSERT, looks)
        assert SizeCache(INODE).find(built, None) is not None


def find(*steps: Step, others: tuple[Location, ...] = ()) -> Violation | None:
    built, _ = execution(*steps)
    return Pages(INODE, others).find(built, None)


def count(value: int, page: object = OLD) -> Step:
    return write(OWNER, OLD.refcount if page is OLD else NEW.refcount, value, "put_page")


class TestPages:
    @pytest.mark.parametrize(
        ("steps", "word", "sentence"),
        [
            ([DETACH, count(2), count(1)], "LEAKED", "In the end page A0 has the reference count 1, and 0 lead to it."),
            (
                [write(OWNER, SLOT, OLD), count(0)],
                "TWICE",
                "page A0 was inserted into the page cache twice.",
            ),
            ([DETACH, INSERT, count(0), count(2, NEW)], "LEAKED", None),
            ([DETACH, INSERT, count(0), count(0, NEW)], "FREED", None),
            ([DETACH, count(0), count(-1)], "BELOW 0", "The reference count of page A0 went below 0."),
        ],
    )
    def test_a_count_that_is_wrong(self, steps: list[Step], word: str, sentence: str | None) -> None:
        violation = find(*steps)
        assert violation is not None
        assert [mark.label for mark in violation.marks] == [word]
        assert sentence is None or violation.sentence == sentence

    def test_a_count_is_that_of_what_leads_to_the_page(self) -> None:
        assert find(DETACH, count(2), count(1), count(0)) is None
        assert find(DETACH, INSERT, count(0), count(2, NEW), count(1, NEW)) is None

    def test_a_pipe_leads_to_a_page_that_the_file_has_let_go(self) -> None:
        buffer = Location("pipe.bufs[0]")
        linked = (DETACH, count(2), count(1), write(OWNER, buffer, OLD))
        assert find(*linked) is not None
        assert find(*linked, others=(buffer,)) is None

    def test_a_page_that_stays_with_the_allocator_is_nobody_s_leak(self) -> None:
        assert find(Step(OWNER, Kind.READ, NEW.refcount, 1, "get_page")) is None
