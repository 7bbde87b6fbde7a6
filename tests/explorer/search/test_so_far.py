"""What is said of executions of which only a part has happened, and how a position stands."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pytest

from explorer.execution.execution import Execution
from explorer.memory.model import load_model
from explorer.property import Mark, Violation
from explorer.scenario import Case
from explorer.schedule.steps import Step
from explorer.schedule.walk import walk_now
from explorer.search.so_far import Answer, Stand, answers_so_far, last_answers, stand_of
from explorer.testing.operations import Assume, Threads, WaitUntil, Write, unfold

SC, TSO = load_model("sc"), load_model("tso")


@dataclass(frozen=True)
class LastIsOne:
    """Broken where the last value of x is 1."""

    name: str = "one"

    def find(self, execution: Execution, _before: object) -> Violation | None:
        last = execution.coherence[0][-1]
        return Violation(self.name, (), (Mark(last, "ONE"),), "x is 1.") if execution.events[last].value == 1 else None


@dataclass(frozen=True)
class Second:
    """Looks at the second store, wherever there is one or not."""

    name: str = "second"

    def find(self, execution: Execution, _before: object) -> Violation | None:
        assert execution.events[execution.coherence[0][2]].value is not None
        return None


def test_properties_are_asked_of_what_has_happened() -> None:
    program = unfold(((Write("x", 1, "once"), Write("x", 2, "once")),))
    case = Case(program.program, (LastIsOne(), Second()))
    broken = Violation("one", (), (Mark(1, "ONE"),), "x is 1.")
    said = [answers_so_far(walk_now(program, SC, [Step(0)] * count).execution, case, SC) for count in range(2)]
    assert said == [
        (Answer("one", None), Answer("second", None, asked=False)),
        (Answer("one", broken), Answer("second", None, asked=False)),
    ]
    # The second store has overwritten the first: what was broken so far is kept in the end.
    end = walk_now(program, SC, [Step(0)] * 2).execution
    assert last_answers(end, case, SC) == (Answer("one", None), Answer("second", None))


def test_a_deadlock_is_said_beside_properties_that_are_not_asked() -> None:
    program = unfold(((WaitUntil("x", 7, "once"),), (Write("x", 1, "once"),)))
    end = walk_now(program, SC, [Step(1)]).execution
    first, deadlock = last_answers(end, Case(program.program, (LastIsOne(),)), SC)
    assert first == Answer("one", None, asked=False)
    assert deadlock.violation is not None
    assert (deadlock.name, deadlock.violation.sentence) == ("deadlock", "P0 waits for x, last written by P1.")


ONE: Threads = ((Write("x", 1, "once"),),)
WAIT: Threads = ((WaitUntil("x", 0, "once"),), (Write("x", 1, "once"),))


@pytest.mark.parametrize(
    ("threads", "steps", "stand"),
    [
        (ONE, [], Stand.OPEN),
        (ONE, [Step(0)], Stand.COMPLETE),
        (WAIT, [], Stand.OPEN),
        # P0 waits for ever, or has read the 0 that was there before.
        (WAIT, [Step(1)], Stand.BLOCKED),
        (WAIT, [Step(1), Step(0, older=1)], Stand.COMPLETE),
        (((Assume(1), Write("x", 1, "once")), (Write("x", 1, "once"),)), [Step(1)], Stand.DROPPED),
    ],
)
def test_how_a_position_stands(threads: Threads, steps: Sequence[Step], stand: Stand) -> None:
    assert stand_of(walk_now(unfold(threads), SC, steps), SC) is stand
