"""Where windows begin and end, over all violating executions of a cell."""

from __future__ import annotations

import pytest

from explorer.execution.execution import Execution
from explorer.explain.allowed import shipped
from explorer.explain.explanation import Explanation, Why, explain
from explorer.program.tree import Unfolding
from explorer.property import Violation
from explorer.search.explore import Search
from explorer.search.violations import violations_of
from scenarios.registry import scenarios


def explanations(fix: str) -> list[tuple[Execution, Violation, Explanation]]:
    """All violations of the small inflight under sc, P2."""
    inflight = next(each for each in scenarios() if each.name == "inflight")
    case = inflight.case(fix, "P2", inflight.small)
    found = []
    for leaf in Search(Unfolding(case.program, unroll=3), shipped("sc")):
        if leaf:
            for violation in violations_of(leaf.execution, case, shipped("sc")):
                why = explain(leaf.execution, violation, shipped("sc"), case)
                found.append((leaf.execution, violation, why))
    return found


def step(execution: Execution, event: int) -> str:
    source = execution.events[event].source
    return source.step if source else ""


# As posted 23 executions leak and 65 are late (README, docs). A leak has found the page that was inserted after the
# seal, so its window ends at that lookup. The recheck, behind the lookup, leaves the 2 late ones that have found the
# old page before the seal: there nothing after the seal is seen, and the window ends at the copy. The other 63 have
# found the new page.
CELLS = [
    ("none", {("leak", "R3", "G2b", "R10"): 23, ("late", "R3", "G2b", "R10"): 63, ("late", "R3", "R10", "R10"): 2}),
    ("recheck", {("late", "R5", "R10", "R10"): 2}),
]


@pytest.mark.parametrize(("fix", "windows"), CELLS)
def test_every_violation_has_its_window(fix: str, windows: dict[tuple[str, str, str, str], int]) -> None:
    counted: dict[tuple[str, ...], int] = {}
    for execution, violation, explanation in explanations(fix):
        window = explanation.window
        assert explanation.why is Why.WINDOW
        assert window is not None
        assert execution.fr[window.check] >> window.missed & 1
        assert execution.po[window.check] >> window.use & 1
        assert window.use == window.end or execution.po[window.use] >> window.end & 1
        assert step(execution, window.missed) == "A9"
        assert (explanation.story[0], explanation.story[-1]) == (window.check, window.end)
        assert not window.looks_again
        key = (violation.property, *(step(execution, each) for each in (window.check, window.use, window.end)))
        counted[key] = counted.get(key, 0) + 1
    assert counted == windows
