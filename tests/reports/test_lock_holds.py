"""Lock holds: from the RMW that takes a lock to the release store that gives it back."""

from __future__ import annotations

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
