"""The arms of a thread that is written as a coroutine, each with the steps that it makes.

A litmus test shows every statement once, so the export needs what the flow of a thread has
(each arm of each fork once) together with what a path has (accesses with their
expressions).  One run of the thread per arm gives both.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field

from explorer.execution.event import Source
from explorer.execution.kinds import Kind
from explorer.execution.location import Object
from explorer.program.errors import ScenarioError
from explorer.program.expression import ReadOf
from explorer.program.flow import Arm, Flow
from explorer.program.loops import Place
from explorer.program.step import Access, Cause, Finish, Fork, Made, Step
from explorer.program.symbolic import Outcome, Stop, SymbolicRun


@dataclass(eq=False)
class ArmRun:
    """One path to an arm, and what is done in it.

    Attributes:
        arm: the arm, the last of the path.
        decisions: the outcomes of the forks that lead to it.
        entry: the last of these forks, None for the arm that the thread starts with.
        accesses: what the arm does, each with its place.
        reads: the reads that the whole path makes by position, each with its place.
        marks: the marks of SRCU that the whole path makes, each with its place.
        pointees: the objects that the pointers read on the path point to, by position.
        fork: the fork that the arm ends in, None where the thread ends.
        dropped_at: where an assumption that is false ends it.
    """

    arm: Arm
    decisions: tuple[Outcome, ...]
    entry: Fork | None = None
    accesses: list[tuple[Access, Place]] = field(default_factory=list)
    reads: dict[int, tuple[Access, Place]] = field(default_factory=dict)
    marks: list[tuple[Access, Place]] = field(default_factory=list)
    pointees: dict[int, Object] = field(default_factory=dict)
    fork: Fork | None = None
    dropped_at: Source | None = None

    @property
    def failed(self) -> bool:
        """Whether the arm begins with an update that does not happen (or a lock that is found free)."""
        return self.entry is not None and self.entry.cause is Cause.UPDATE and not self.decisions[-1]


def arm_runs(flow: Flow) -> Iterator[ArmRun]:
    """A run for every arm of a thread, each before those that follow it.

    Raises:
        ScenarioError: the bound of a loop cuts an arm.
    """
    waiting: list[tuple[Arm, tuple[Outcome, ...]]] = [(flow.start, ())]
    met = set()
    while waiting:
        arm, decisions = waiting.pop()
        yield _run(flow, arm, decisions)
        state = arm.next
        if state is not None and state.number not in met:
            met.add(state.number)
            following = [(after, (*decisions, outcome)) for outcome, after in state.arms.items()]
            waiting += reversed(following)


def _run(flow: Flow, target: Arm, decisions: tuple[Outcome, ...]) -> ArmRun:
    found = ArmRun(target, decisions)
    arm = flow.start
    left = list(decisions)
    places = iter(arm.places)

    def record(step: Step) -> None:
        if isinstance(step, Finish):
            found.dropped_at = step.source
        if isinstance(step, Fork | Finish):
            return
        place = next(places, None)
        if place is None:
            raise Stop
        if isinstance(step, Made):
            return
        if step.reads:
            found.reads[step.position] = step, place
        elif step.kind is Kind.FENCE and step.location is not None:
            found.marks.append((step, place))
        if arm is target and not left:
            found.accesses.append((step, place))

    def decide(fork: Fork) -> Outcome:
        nonlocal arm, places
        if not left or arm.next is None:
            found.fork = fork
            raise Stop
        outcome = left.pop(0)
        arm = arm.next.arms[outcome]
        places = iter(arm.places)
        if not left:
            found.entry = fork
        if fork.cause is Cause.POINTER:
            assert isinstance(fork.expression, ReadOf), "the flow follows no computed pointer"
            assert isinstance(outcome, Object)
            found.pointees[fork.expression.position] = outcome
        return outcome

    with suppress(Stop):
        SymbolicRun(flow.thread, decide, record).execute()
    if target.cut:
        raise ScenarioError(
            f"thread {flow.thread.name} cannot be exported: herd has no loops, and a bound cuts the {target.cut}",
            advice="wait with t.wait_until(location, predicate), or loop over a fixed range",
        )
    return found
