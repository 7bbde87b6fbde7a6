"""The properties of reads on executions built by hand, event by event."""

from __future__ import annotations

from built_executions import (
    GUEST,
    INODE,
    NEW_PAGE,
    OLD_PAGE,
    OWNER,
    PUBLISH,
    READER,
    SEAL,
    SEALS,
    SECRET,
    SIZE,
    Step,
    execution,
    read,
    wait,
    write,
)

from explorer.execution.kinds import Kind
from explorer.execution.location import Location
from explorer.execution.relation import empty
from explorer.property import Edge
from scenarios.shmem.constants import F_SEAL_GROW, F_SEAL_INACCESSIBLE
from scenarios.shmem.properties import Late, Leak, Masked, Stale


class TestLeak:
    def test_guest_data_stored_after_the_seal_and_copied(self) -> None:
        leaking, at = execution(SEAL, PUBLISH, wait(1, 1), SECRET, read(SEALS, 0), read(NEW_PAGE, 42, 3))
        violation = Leak(INODE).find(leaking, None)
        assert violation is not None
        assert violation.path == (
            Edge(at[4], at[0], "fr"),  # the check missed the seal
            Edge(at[0], at[1], "po"),
            Edge(at[1], at[2], "rf"),
            Edge(at[2], at[3], "po"),
            Edge(at[3], at[5], "rf"),
        )
        assert [(mark.event, mark.label) for mark in violation.marks] == [
            (at[0], "sealed"),
            (at[3], "guest data"),
            (at[5], "LEAK"),
        ]
        assert violation.sentence == (
            "A read returned 42 from page B0.data[0], which the guest stored after the seal was set."
        )

    def test_without_a_check_the_path_starts_at_the_seal(self) -> None:
        leaking, at = execution(SEAL, PUBLISH, wait(1, 1), SECRET, read(NEW_PAGE, 42, 3))
        violation = Leak(INODE).find(leaking, None)
        assert violation is not None
        assert violation.path[0] == Edge(at[0], at[1], "po")

    def test_other_content_is_no_leak(self) -> None:
        old, _ = execution(SEAL, PUBLISH, wait(1, 1), SECRET, read(OLD_PAGE, OLD_PAGE.initial))
        assert Leak(INODE).find(old, None) is None
        zeros = write(GUEST, NEW_PAGE, 0, "shmem_getpage")
        cleared, _ = execution(SEAL, PUBLISH, wait(1, 1), zeros, read(NEW_PAGE, 0, 3))
        assert Leak(INODE).find(cleared, None) is None

    def test_a_guest_store_not_after_the_seal_is_no_leak(self) -> None:
        # The guest did not wait: nothing leads from the seal to its store.
        unordered, _ = execution(SEAL, SECRET, read(NEW_PAGE, 42, 1))
        assert Leak(INODE).find(unordered, None) is None
        # It was told before the seal.
        early, _ = execution(PUBLISH, SEAL, wait(1, 0), SECRET, read(NEW_PAGE, 42, 3))
        assert Leak(INODE).find(early, None) is None

    def test_another_seal_does_not_count(self) -> None:
        grow = write(OWNER, SEALS, F_SEAL_GROW, "memfd_add_seals")
        unsealed, _ = execution(grow, PUBLISH, wait(1, 1), SECRET, read(NEW_PAGE, 42, 3))
        assert Leak(INODE).find(unsealed, None) is None

    def test_a_load_outside_of_a_read_is_no_leak(self) -> None:
        own = Step(READER, Kind.READ, NEW_PAGE, 42, "vcpu", 0, 3)
        elsewhere, _ = execution(SEAL, PUBLISH, wait(1, 1), SECRET, own)
        assert Leak(INODE).find(elsewhere, None) is None


class TestLate:
    def test_a_copy_not_before_the_seal_is_late(self) -> None:
        built, at = execution(SEAL, read(SEALS, 0), read(OLD_PAGE, OLD_PAGE.initial))
        violation = Late(INODE).find(built, empty(len(built)))
        assert violation is not None
        assert violation.path == (Edge(at[1], at[0], "fr"), Edge(at[1], at[2], "po"))
        assert [(mark.event, mark.label) for mark in violation.marks] == [(at[0], "sealed"), (at[2], "LATE")]

    def test_a_copy_before_the_seal_is_not(self) -> None:
        built, at = execution(SEAL, read(SEALS, 0), read(OLD_PAGE, OLD_PAGE.initial))
        before = empty(len(built))
        before[at[2]] = 1 << at[0]
        assert Late(INODE).find(built, before) is None

    def test_without_a_check_the_path_leads_from_the_seal_to_the_copy(self) -> None:
        grow = write(OWNER, SIZE, 4096)
        built, at = execution(SEAL, grow, read(SIZE, 4096, 1), read(OLD_PAGE, OLD_PAGE.initial))
        violation = Late(INODE).find(built, empty(len(built)))
        assert violation is not None
        assert violation.path == (Edge(at[0], at[1], "po"), Edge(at[1], at[2], "rf"), Edge(at[2], at[3], "po"))

    def test_a_hole_has_no_content(self) -> None:
        built, _ = execution(SEAL, read(SEALS, 0), read(SIZE, SIZE.initial))
        assert Late(INODE).find(built, empty(len(built))) is None

    def test_nothing_is_late_without_a_seal_or_without_an_order(self) -> None:
        unsealed, _ = execution(PUBLISH, read(OLD_PAGE, OLD_PAGE.initial))
        assert Late(INODE).find(unsealed, empty(len(unsealed))) is None
        sealed, _ = execution(SEAL, read(OLD_PAGE, OLD_PAGE.initial))
        assert Late(INODE).find(sealed, None) is None


class TestStale:
    GROW = write(OWNER, SIZE, 8192, "shmem_fallocate")

    def test_new_size_and_then_unsealed(self) -> None:
        built, at = execution(SEAL, self.GROW, read(SIZE, 8192, 1), read(SEALS, 0))
        violation = Stale(INODE).find(built, None)
        assert violation is not None
        assert violation.path == (
            Edge(at[0], at[1], "po"),
            Edge(at[1], at[2], "rf"),
            Edge(at[2], at[3], "po"),
            Edge(at[3], at[0], "fr"),
        )

    def test_seal_seen_or_size_from_before_is_not_stale(self) -> None:
        seen, _ = execution(SEAL, self.GROW, read(SIZE, 8192, 1), read(SEALS, F_SEAL_INACCESSIBLE, 0))
        assert Stale(INODE).find(seen, None) is None
        before, _ = execution(self.GROW, SEAL, read(SIZE, 8192, 0), read(SEALS, 0))
        assert Stale(INODE).find(before, None) is None

    def test_a_check_before_the_size_is_not_stale(self) -> None:
        first, _ = execution(SEAL, self.GROW, read(SEALS, 0), read(SIZE, 8192, 1))
        assert Stale(INODE).find(first, None) is None

    def test_two_reads_are_not_one(self) -> None:
        two, _ = execution(SEAL, self.GROW, read(SIZE, 8192, 1, number=0), read(SEALS, 0, number=1))
        assert Stale(INODE).find(two, None) is None


class TestMasked:
    RESULT = Location("return value")
    MASKED = Masked(INODE, RESULT)

    def test_bytes_returned_by_a_read_that_met_the_seal(self) -> None:
        built, at = execution(SEAL, read(SEALS, F_SEAL_INACCESSIBLE, 0), write(READER, self.RESULT, 4096))
        violation = self.MASKED.find(built, None)
        assert violation is not None
        assert violation.path == (Edge(at[0], at[1], "rf"), Edge(at[1], at[2], "po"))
        assert [(mark.event, mark.label) for mark in violation.marks] == [
            (at[0], "sealed"),
            (at[1], "-EPERM"),
            (at[2], "MASKED"),
        ]
        assert violation.sentence == "A read met the seal, and the call returned 4096 and no error."

    def test_the_error_itself_is_not_masked(self) -> None:
        built, _ = execution(SEAL, read(SEALS, F_SEAL_INACCESSIBLE, 0), write(READER, self.RESULT, -1))
        assert self.MASKED.find(built, None) is None

    def test_bytes_of_a_read_that_met_no_seal_are_not(self) -> None:
        built, _ = execution(SEAL, read(SEALS, 0), write(READER, self.RESULT, 4096))
        assert self.MASKED.find(built, None) is None
        other, _ = execution(SEAL, write(READER, self.RESULT, 4096), read(SEALS, F_SEAL_INACCESSIBLE, 0, number=1))
        assert self.MASKED.find(other, None) is None
