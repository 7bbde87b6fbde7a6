"""Lock holds: from the RMW that takes a lock to the release store that gives it back."""

from __future__ import annotations

from msgspec.structs import replace

from reports.holds import Hold, held_at, lock_holds
from reports.steps import Schedule
from reports.structure import Report


def test_a_spinlock_is_held_from_its_taking_to_its_unlock(odd: Report) -> None:
    schedule = Schedule(odd)
    # Steps: 1 load of a, 2 its store, 3 b takes the lock, 4 unlock, 5 load, 6 store.
    assert lock_holds(odd, schedule) == (Hold("lock", 1, 3, 4),)


def test_a_full_rmw_and_a_release_store_make_no_hold(long: Report) -> None:
    """The reference count of the long schedule: taken by a fully ordered RMW, not by an acquire."""
    assert lock_holds(long, Schedule(long)) == ()


def test_a_step_belongs_to_the_hold_of_its_thread_that_began_first(odd: Report) -> None:
    steps = Schedule(odd).steps
    inner, outer, other = Hold("b", 1, 4, 4), Hold("a", 1, 3, 5), Hold("c", 0, 1, 6)
    holds = (other, outer, inner)
    assert [held_at(holds, step) for step in steps] == [other, other, outer, outer, outer, None]


def test_a_hold_that_never_ends_lasts_to_the_last_step(locked: Report) -> None:
    """Without the release store, which becomes one of another location."""
    kept = replace(locked.events[7], location="y")
    report = replace(locked, events=(*locked.events[:7], kept, *locked.events[8:]))
    assert lock_holds(report, Schedule(locked)) == (Hold("lock", 0, 1, 6),)


def test_an_acquiring_update_that_does_not_wait_is_a_hold_from_0_to_0_only(locked: Report) -> None:
    tried = replace(locked.events[3], waits=False)
    report = replace(locked, events=(*locked.events[:3], tried, *locked.events[4:]))
    assert lock_holds(report, Schedule(locked)) == (Hold("lock", 0, 1, 4),)
    counted = replace(locked.events[7], value=2)
    report = replace(report, events=(*report.events[:7], counted, *report.events[8:]))
    assert lock_holds(report, Schedule(locked)) == ()
