"""What is found of the places that make accesses."""

from __future__ import annotations

from edited_programs import X, Y, counting, facts, message, taking

from explorer.program.sites import Does, sites_of
from explorer.program.thread import FULL, ONCE, PLAIN, RELEASE
from explorer.program.tree import Unfolding


def test_a_site_is_a_step_of_a_line_with_what_it_does_and_who_comes_before() -> None:
    found = facts(message())
    assert list(found) == ["W1", "W2", "R1", "R2"]
    assert [each.site.does for each in found.values()] == [Does.WRITE, Does.WRITE, Does.READ, Does.READ]
    assert [each.order for each in found.values()] == [PLAIN, ONCE, ONCE, ONCE]
    assert [each.locations for each in found.values()] == [(X,), (Y,), (Y,), (X,)]
    assert [each.threads for each in found.values()] == [(0,), (0,), (1,), (1,)]
    assert found["W2"].after == (found["W1"].site,)
    assert found["R1"].after == ()
    assert found["W1"].source.reference == "kernel/toy.c publish: data"
    assert not any(each.lock or each.waits for each in found.values())


def test_all_threads_and_rounds_share_the_site_of_a_line() -> None:
    (only,) = facts(counting()).values()
    assert (only.site.does, only.threads, only.after) == (Does.UPDATE, (0, 1), (only.site,))


def test_an_update_that_fails_is_at_the_site_of_the_update() -> None:
    found = facts(taking())
    assert list(found) == ["T1", "T2"]
    assert (found["T1"].site.does, found["T1"].order) == (Does.UPDATE, FULL)
    assert (found["T2"].order, found["T2"].after) == (RELEASE, (found["T1"].site,))


def test_paths_that_nobody_has_taken_have_no_sites() -> None:
    unfolding = Unfolding(message(), 3)
    assert [site.label for site in sites_of(unfolding)] == ["W1", "W2", "R1"]
