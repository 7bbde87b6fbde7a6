"""A second check of the seals and a page that was there before the seal: which pages, which kernels."""

from __future__ import annotations

import pytest

from explorer.memory.model import load_model
from explorer.program.tree import Unfolding
from explorer.search.run import explore
from scenarios.shmem.preallocated import PREALLOCATED

PAGE_0 = {"pages": 1, "pos": 0}


# The reference is taken after the look at the count, and the seals are looked at before they are stored: nothing
# keeps both from coming between the two.
def test_a_page_taken_between_the_look_for_pins_and_the_seal_defeats_that_look_and_a_second_check_together() -> None:
    case = PREALLOCATED.build("guard-pins+recheck", "P2", PREALLOCATED.small)
    result = explore(case, load_model("sc"), Unfolding(case.program, 3))
    assert result.complete
    execution = next(each.execution for each in result.findings if each.violation.property == "leak")
    event = {
        step: next(
            position
            for position, event in enumerate(execution.events)
            if event.source is not None
            and execution.threads[event.thread] == thread
            and event.source.reference.endswith(place)
            and event.writes == writes
        )
        for step, thread, place, writes in [
            ("look", "owner", ": page_count", False),
            ("take", "reader", ": get_page_unless_zero", True),
            ("check", "reader", ": seal recheck", False),
            ("seal", "owner", ": seals |= new", True),
        ]
    }
    assert execution.fr[event["look"]] >> event["take"] & 1
    assert execution.po[event["take"]] >> event["check"] & 1
    assert execution.fr[event["check"]] >> event["seal"] & 1


# Between the truncation and the grow R7 finds the file empty. For page 0 that ends the read, so
# a read that gets on has seen the grown size, and a check that comes after R7 finds the seal; the check
# before R7 need not. For page 1 an empty file is not noticed up to v6.12.
@pytest.mark.parametrize(
    ("fix", "sizes", "leaks"),
    [
        ("recheck", PAGE_0, True),
        ("recheck-late", PAGE_0, False),
        ("recheck-late", {}, True),
        ("recheck-late", {"v6.13": 1}, False),
    ],
)
def test_where_a_second_check_comes_matters_for_page_0_only_until_the_size_is_compared_right(
    fix: str, sizes: dict[str, int], leaks: bool
) -> None:
    case = PREALLOCATED.build(fix, "P2", {**PREALLOCATED.small, **sizes})
    result = explore(case, load_model("sc"), Unfolding(case.program, 3))
    assert result.complete
    assert all(result.goals.values())
    assert result.violating["late"] > 0
    assert (result.violating["leak"] > 0) == leaks
