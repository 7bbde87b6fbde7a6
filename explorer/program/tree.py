"""The paths of a thread written as a coroutine, walked one segment at a time.

A segment is what happens between two undecided forks.  Segments are run when the search
first gets there, so only paths that some execution takes are ever unfolded; what a
segment must know about the rest of the thread comes from its flow.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property

from explorer.execution.event import Source
from explorer.execution.execution import Ending
from explorer.execution.location import Location, Object
from explorer.program.control import ControlGraph, PathControl, Stretch
from explorer.program.errors import ScenarioError
from explorer.program.exploration import Stopping, UnfoldingStopped, explore_program, never
from explorer.program.expression import Expression
from explorer.program.flow import Arm, Flow, State
from explorer.program.identical import classes_of
from explorer.program.program import Program
from explorer.program.segment import Onward, PathTree, Segment, Shape, event_limit
from explorer.program.step import Access, Cause, Finish, Fork, Made, Step
from explorer.program.symbolic import Outcome, Stop, SymbolicRun
from explorer.program.unfolded import UnfoldedProgram


@dataclass(eq=False)
class FlowSegment(Segment):
    """A segment with the arms of the flow that it goes through."""

    stretches: tuple[Stretch, ...] = ()

    @cached_property
    def path_control(self) -> PathControl:
        """Control along the path up to the end of the segment."""
        assert isinstance(self.tree, Tree)
        assert isinstance(self.parent, FlowSegment | None)
        before = self.parent.path_control if self.parent else PathControl()
        return self.tree.control_graph.walk(before, self.stretches)


class Tree(PathTree):
    """All paths of a thread written as a coroutine."""

    def __init__(self, flow: Flow, max_events: int | None = None) -> None:
        self.flow = flow
        super().__init__(flow.thread, max_events)

    @cached_property
    def control_graph(self) -> ControlGraph:
        return ControlGraph(self.flow)

    def _unfold(self, parent: Segment | None, decisions: tuple[Outcome, ...]) -> Segment:
        return _Walk(self, parent, decisions).segment

    def control(self, segment: Segment) -> tuple[int, ...]:
        assert isinstance(segment, FlowSegment)
        if "path_control" not in vars(segment):
            for part in segment.path:
                assert isinstance(part, FlowSegment)
                _ = part.path_control  # the parent's first: no deep recursion
        return segment.path_control.accesses

    def shapes(self) -> dict[Location | None, frozenset[Shape]]:
        return self._shapes

    @cached_property
    def _shapes(self) -> dict[Location | None, frozenset[Shape]]:
        found: dict[Location | None, set[Shape]] = {}
        for arm in self.flow.arms:
            for location, shape in arm.shapes:
                found.setdefault(location, set()).add(shape)
        return {location: frozenset(shapes) for location, shapes in found.items()}

    def onward(self, segment: Segment) -> Collection[Onward]:
        assert isinstance(segment, FlowSegment)
        return segment.stretches[-1].arm.following if segment.fork else ()

    def summary(self) -> Iterator[tuple[object, ...]]:
        yield _arm_summary(self.flow.start)
        for state in self.flow.states:
            for outcome, arm in state.arms.items():
                yield ("arm", state.number, state.cause.value, outcome)
                yield _arm_summary(arm)


def _arm_summary(arm: Arm) -> tuple[object, ...]:
    return (arm.summary, len(arm.places), bool(arm.cut), arm.next.number if arm.next else None)


class Unfolding(UnfoldedProgram):
    """A program of coroutines ready to be explored; ``stopping`` may end its unfolding early (see ``stopped``)."""

    def __init__(
        self, program: Program, unroll: int, max_events: int | None = None, stopping: Stopping = never
    ) -> None:
        self._stopping = stopping
        super().__init__(program, unroll, max_events)

    def _unfold(self) -> tuple[tuple[PathTree, ...], tuple[Location, ...], dict[str, Object]]:
        try:
            flows, pointees = explore_program(self.program, self.unroll, self._stopping)
        except UnfoldingStopped as reason:
            self.stopped = str(reason)
            return (), (), {}
        touched: dict[Location, None] = {}
        for flow in flows.values():
            for arm in flow.arms:
                touched.update(arm.touched)
        locations = tuple(touched)
        objects = {o.name: o for location in locations for o in pointees.get(location, {})}
        objects |= {o.name: o for location in locations if isinstance(o := location.initial, Object)}
        trees: list[PathTree] = []
        first = {member: members[0] for members in classes_of(self.program) for member in members}
        for index, thread in enumerate(self.program.threads):
            made = first[index]
            trees.append(Tree(flows[index], self.max_events) if made == index else trees[made].under(thread))
        return tuple(trees), locations, objects


class _Walk:
    """Runs the thread along decisions and keeps what comes after the last of them."""

    def __init__(self, tree: Tree, parent: Segment | None, decisions: tuple[Outcome, ...]) -> None:
        self.segment = FlowSegment(tree, parent, decisions)
        self._expected = [access for segment in parent.path for access in segment.accesses] if parent else []
        self._arm: Arm = tree.flow.start
        self._taken = 0
        # What led to the arm, and the steps made in it.
        self._entry: tuple[Fork, State, Outcome] | None = None
        self._steps: list[Access | Made] = []
        # Arms of this segment that the path has left.
        self._stretches: list[Stretch] = []
        self._known: dict[Expression, bool] = {}
        self._accesses: list[Access] = []
        # The step that is being made; all events of one share their source.
        self._source: Source | None = None
        self._run = SymbolicRun(tree.flow.thread, self._decide, self._record)
        self._stop_if_cut()
        if self.segment.finish is None:
            with suppress(Stop):
                self._run.execute()
        self.segment.accesses = tuple(self._accesses[len(self._expected) :])
        self.segment.stretches = (*self._stretches, self._stretch())
        self.segment.later_writes = self._arm.later_writes

    def _record(self, step: Step) -> None:
        match step:
            case Access():
                self._stop_at_limit(step.source)
                self._check(step)
                self._accesses.append(step)
                self._step_in_arm(step)
            case Made():
                self._step_in_arm(step)
            case Finish():
                if self._arm.next is not None or len(self._steps) < len(self._arm.places):
                    raise ScenarioError(
                        "a thread ended where it did not end before",
                        place=self._run.place(),
                        advice="modelled code must depend on nothing but the values it reads",
                    )
                self.segment.finish = step
            case Fork():
                pass

    def _check(self, access: Access) -> None:
        """A path that is run again must make the same accesses."""
        index = len(self._accesses)
        if index < len(self._expected) and self._expected[index] != access:
            raise _nondeterministic(self._expected[index], access)

    def _stretch(self) -> Stretch:
        return Stretch(self._entry, self._arm, tuple(self._steps))

    def _step_in_arm(self, step: Access | Made) -> None:
        self._steps.append(step)
        # The search relies on the arm for what the thread may write.
        unknown = isinstance(step, Access) and step.writes and step.location not in self._arm.writes
        if unknown or len(self._steps) > len(self._arm.places):
            raise ScenarioError(
                "a thread took a path that it did not take before",
                place=self._run.place(),
                advice="modelled code must depend on nothing but the values it reads",
            )
        self._stop_if_cut()

    def _stop_if_cut(self) -> None:
        if self._arm.cut and len(self._steps) == len(self._arm.places):
            self.segment.finish = Finish(Ending.CUT, self._arm.cut)
            if self._run.frames:
                raise Stop

    def _stop_at_limit(self, source: Source) -> None:
        """Cut a path that has all the events that it may have, where its next step begins."""
        limit = self.segment.tree.max_events
        if limit is not None and len(self._accesses) >= limit and source is not self._source:
            self.segment.finish = Finish(Ending.CUT, event_limit(limit))
            raise Stop
        self._source = source

    def _decide(self, fork: Fork) -> Outcome:
        if fork.cause is Cause.UPDATE:
            self._stop_at_limit(fork.source)
        state = self._arm.next
        if state is None or state.cause is not fork.cause or len(self._steps) < len(self._arm.places):
            raise ScenarioError(
                "a thread decided something that it did not decide before",
                place=f"{fork.source.file}:{fork.source.line}",
                advice="modelled code must depend on nothing but the values it reads",
            )
        taken = self._taken
        outcome = self._outcome(fork, state)
        self._stretches = [] if self._taken > taken else [*self._stretches, self._stretch()]
        self._arm = state.arms[outcome]
        self._entry = fork, state, outcome
        self._steps = []
        self._stop_if_cut()
        return outcome

    def _outcome(self, fork: Fork, state: State) -> Outcome:
        if fork.expression is not None and fork.cause is Cause.IF:
            known = self._known.get(fork.expression)
            if known is not None:
                return known
        if self._taken == len(self.segment.decisions):
            self.segment.fork = fork
            self.segment.outcomes = tuple(state.arms)
            raise Stop
        outcome = self.segment.decisions[self._taken]
        self._taken += 1
        if fork.expression is not None and fork.cause is Cause.IF:
            self._known[fork.expression] = bool(outcome)
        return outcome


def _nondeterministic(expected: Access, found: Access) -> ScenarioError:
    return ScenarioError(
        f"the thread is not deterministic: it made {_name(expected)} before and {_name(found)} now",
        place=f"{found.source.file}:{found.source.line}",
        advice="modelled code must depend on nothing but the values it reads: "
        "no random numbers, clocks or global counters",
    )


def _name(access: Access) -> str:
    where = f" of {access.location.name}" if access.location else ""
    return f"{access.kind.value}{where} = {access.value}" if access.writes else f"{access.kind.value}{where}"
