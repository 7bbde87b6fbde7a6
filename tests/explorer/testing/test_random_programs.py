"""Random programs as users have them: within their bounds, run, and printed so that they run again."""

from __future__ import annotations

import pytest
from falsified import falsified
from hypothesis import HealthCheck, Phase, find, given, settings
from hypothesis import strategies as st

from explorer.testing import operations, programs, schedules
from explorer.testing.operations import RandomProgram, Read, Write
from explorer.testing.random_programs import READS, WRITES

BUFFERED = RandomProgram(((Write("x", 1), Read("y")), (Write("y", 1), Read("x"))))
"""Store buffering: each thread stores to one location and reads the other."""


@settings(max_examples=100, database=None)
@given(program=programs(size=5, threads=(1, 4), longest=2))
def test_programs_are_within_their_bounds(program: RandomProgram) -> None:
    assert 1 <= len(program.threads) <= 4
    assert all(1 <= len(thread) <= 2 for thread in program.threads)
    assert sum(map(len, program.threads)) <= 5
    assert eval(repr(program), vars(operations)) == program


@settings(max_examples=25, database=None, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data(), program=programs(size=4))
def test_they_run(data: st.DataObject, program: RandomProgram) -> None:
    run = data.draw(schedules(program))
    assert len(run.execution.threads) == len(program.threads)


def test_the_simplest_is_simple() -> None:
    found = find(
        programs(), lambda _program: True, settings=settings(database=None, phases=(Phase.generate, Phase.shrink))
    )
    assert found == RandomProgram(((Write("x", 1),), (Write("x", 1),)))


@pytest.mark.parametrize(("model", "allowed"), [("sc", False), ("tso", True)])
def test_an_example_of_one_prints_all_of_it(model: str, allowed: bool) -> None:
    """By hand: both reads give 0 where stores are buffered, and under sc they cannot."""

    def neither_seen(outcome: str) -> bool:
        return outcome == "P0: y = 0; P1: x = 0"

    found = falsified(schedules(BUFFERED, model=model), lambda run: not neither_seen(run.outcome), examples=300)
    assert (found is not None) == allowed
    if found is not None:
        assert found.printed.startswith(f"run_of({BUFFERED!r}, model='tso', steps='")
        assert found.again(**vars(operations)) == found.run


def test_bounds_that_contradict_each_other_are_refused() -> None:
    with pytest.raises(ValueError, match=r"there are no programs of \(3, 4\) threads with 2 operations"):
        find(programs(READS | WRITES, size=2, threads=(3, 4)), lambda _program: True)
