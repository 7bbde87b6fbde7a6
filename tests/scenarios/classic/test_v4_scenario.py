"""The v4 scenario: what its readers can do, by hand, and what it declares."""

from __future__ import annotations

import pytest

from explorer.execution.execution import Execution
from explorer.memory.model import load_model
from explorer.program.program import Program
from explorer.program.tree import Unfolding
from explorer.search.explore import Search
from explorer.search.result import Result
from explorer.search.run import explore
from scenarios.classic.v4_scenario import FIXES, V4


def run(fix: str, model: str, readers: int) -> Result:
    case = V4.build(fix, "P2", {"readers": readers})
    return explore(case, load_model(model), Unfolding(case.program, 3))


@pytest.mark.parametrize(("protocol", "fix", "model"), V4.expected)
@pytest.mark.parametrize("readers", [1, 100])
def test_verdicts_are_as_declared(protocol: str, fix: str, model: str, readers: int) -> None:
    declared = V4.expected[protocol, fix, model]
    result = run(fix, model, readers)
    assert result.verdict.value == ("VIOLATED" if declared else "HOLDS")
    assert {name for name, count in result.violating.items() if count} == declared
    assert all(result.goals.values())


def test_every_fix_is_declared_under_every_model() -> None:
    assert set(V4.expected) == {("P2", fix, model) for fix in FIXES for model in ("sc", "tso", "pso", "armv8", "lkmm")}


def reads(execution: Execution) -> tuple[tuple[str, int], ...]:
    """What the reader read: locations and places in coherence order (0 the initial write), in program order."""
    places = {write: place for order in execution.coherence for place, write in enumerate(order)}
    return tuple(
        (event.location.name if event.location else "", places[execution.source_of[i]])
        for i, event in enumerate(execution.events)
        if event.thread == 1 and event.reads
    )


# The stores in the owner's order are T2 (size 0: place 1), T3 (data 0: place 1), A3 (seal: place 1),
# F2 (size 1: place 2), G1 (secret: place 2). A reader goes on only where it read size 1 (place 0 or
# 2) and no seal (place 0). Under sc no read goes back behind a store that an earlier read has passed.
SC_WAYS = {
    (("isize", 1),),  # it found the file empty
    (("isize", 0), ("seals", 1)),
    (("isize", 2), ("seals", 1)),  # F2 comes after A3
    *(
        (("isize", 0), ("seals", 0), ("data", data), ("isize", size))
        for data, size in [(0, 0), (0, 1), (0, 2), (1, 1), (1, 2), (2, 2)]
    ),
}
LEAK = (("isize", 0), ("seals", 0), ("data", 2), ("isize", 2))


def searched(program: Program, model: str) -> set[tuple[tuple[str, int], ...]]:
    return {reads(leaf.execution) for leaf in Search(Unfolding(program, 3), load_model(model)) if leaf is not None}


def test_one_reader_under_sc_has_nine_ways_and_one_of_them_leaks() -> None:
    # The reader looks at size and seal before T2, the owner does all that it does, the reader copies.
    assert searched(V4.build("none", "P2", {"readers": 1}).program, "sc") == SC_WAYS
    result = run("none", "sc", 1)
    assert (result.executions, result.violating) == (9, {"leak": 1})
    assert reads(result.findings[0].execution) == LEAK


def test_a_second_look_at_the_seal_under_sc_takes_the_leak_away() -> None:
    # Three ways end before the copy. Then, data at place 0: no seal and sizes 0, 1 or 2, or the seal and no more;
    # at place 1: no seal and sizes 1 or 2, or the seal; the secret: the seal, which was set before.
    result = run("recheck", "sc", 1)
    assert (result.executions, result.violating) == (3 + 4 + 3 + 1, {"leak": 0})


@pytest.mark.parametrize("readers", [2, 3, 50])
def test_more_readers_leak_in_all_executions_but_those_in_which_none_does(readers: int) -> None:
    result = run("none", "sc", readers)
    assert result.projected is not None
    assert result.projected.executions == 9**readers
    assert result.projected.violating == {"leak": 9**readers - 8**readers}
