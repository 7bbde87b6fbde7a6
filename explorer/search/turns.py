"""What threads may still do with one location, step by step, whatever they do elsewhere."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from explorer.execution.location import Location
from explorer.program.errors import ScenarioError
from explorer.program.expression import Expression, Operation, ReadOf, evaluate, reads_of
from explorer.program.segment import Onward, Shape, shape_of
from explorer.program.step import Access
from explorer.program.unfolded import UnfoldedProgram
from explorer.search.prepared import Prepared

UNKNOWN = None
"""A value that is not known: it may be any."""


@dataclass(frozen=True, slots=True)
class Step:
    """An access of the location, or an update of it, whose read is ``ReadOf(0)`` in the expressions.

    ``shape`` says what events it is made of, ``position`` where the last of them stands on the
    thread's path if that is known, else -1.  ``requires`` must hold of the value before it; None
    where nothing is required, or something that other reads decide.  ``value`` is what it
    stores if nothing but the value before decides that, else None.
    """

    shape: Shape
    position: int
    requires: Expression | None
    value: Expression | None

    @property
    def writes(self) -> bool:
        return self.shape[-1][0].writes

    def may_follow(self, before: Any) -> bool:
        """Whether it can happen where the location has this value."""
        return self.requires is None or before is UNKNOWN or _value(self.requires, before) != 0

    def may_fail(self, before: Any) -> bool:
        """Whether it may be that it cannot happen there."""
        return before is UNKNOWN or self.requires is None or not _value(self.requires, before)

    def after(self, before: Any) -> Any:
        """The value that it leaves."""
        if not self.writes:
            return before
        if self.value is None or (before is UNKNOWN and reads_of(self.value)):
            return UNKNOWN
        return _value(self.value, before)


def _value(expression: Expression, before: Any) -> Any:
    try:
        return evaluate(expression, [before])
    except (ScenarioError, TypeError):
        return UNKNOWN  # an error of the thread if it really gets there


@dataclass(eq=False, slots=True)
class Node:
    """What a thread may do next with the location, and where it is then; ``reads`` if it may at some time only read."""

    moves: tuple[tuple[Step, Node], ...]
    reads: bool


class Turns:
    """The nodes of all threads of one program, each found when it is first asked for."""

    def __init__(self, locations: Sequence[Location]) -> None:
        self._locations = locations
        self._nodes: dict[frozenset[tuple[Step, int]], Node] = {}
        self._ahead: dict[tuple[Prepared, int, int], Node | None] = {}
        self._arms: dict[tuple[Onward, int], Node] = {}

    def ahead(self, prepared: Prepared, index: int, location: int) -> Node | None:
        """Where a thread is that has come to an item of a segment; None where its steps are not known."""
        key = prepared, index, location
        if key not in self._ahead:
            onward = prepared.segment.tree.onward(prepared.segment)
            if onward is None:
                self._ahead[key] = None
            else:
                self._spread(onward, location)
                accesses = prepared.segment.accesses[index:]
                self._ahead[key] = self._before(accesses, self._either(onward, location), location, known=True)
        return self._ahead[key]

    def _spread(self, onward: Iterable[Onward], location: int) -> None:
        """Find the nodes of these arms and of all behind them, the last first."""
        stack = list(onward)
        while stack:
            arm = stack[-1]
            missing = [other for other in arm.following if (other, location) not in self._arms]
            stack += missing
            if not missing:
                stack.pop()
                after = self._either(arm.following, location)
                self._arms[arm, location] = self._before(arm.accesses, after, location, known=False)

    def _either(self, onward: Iterable[Onward], location: int) -> Node:
        return self._same([move for arm in onward for move in self._arms[arm, location].moves])

    def _before(self, accesses: Sequence[Access], node: Node, location: int, *, known: bool) -> Node:
        for step in reversed(_steps(accesses, self._locations[location], known=known)):
            node = self._same([(step, node)])
        return node

    def _same(self, moves: Iterable[tuple[Step, Node]]) -> Node:
        """The one node with these moves."""
        each = dict.fromkeys(moves)
        reads = any(node.reads or not step.writes for step, node in each)
        return self._nodes.setdefault(frozenset((step, id(node)) for step, node in each), Node(tuple(each), reads))


def loaded_and_stored(unfolding: UnfoldedProgram) -> frozenset[int]:
    """The locations, by place, that threads only load and store, with no update and no wait.

    None are named where paths are not known ahead.
    """
    others: set[Location] = set()
    for tree in unfolding.trees:
        onward = tree.onward(tree.root)
        if onward is None:
            return frozenset()
        arms = dict.fromkeys(onward)
        pending = list(arms)
        while pending:
            new = [arm for arm in pending.pop().following if arm not in arms]
            arms.update(dict.fromkeys(new))
            pending += new
        for access in (*tree.root.accesses, *(access for arm in arms for access in arm.accesses)):
            if access.location is not None and (access.rmw or access.requires is not None):
                others.add(access.location)
    return frozenset(i for i, location in enumerate(unfolding.locations) if location not in others)


def _steps(accesses: Sequence[Access], location: Location, *, known: bool) -> list[Step]:
    """The accesses of a location that change it, or cannot happen whatever its value."""
    return [
        step_of(accesses[: i + 1], known=known)
        for i, access in enumerate(accesses)
        if access.location is location
        and (access.writes or (access.reads and not access.rmw and access.requires is not None))
    ]


def step_of(accesses: Sequence[Access], *, known: bool = False) -> Step:
    """The step that the last of these accesses ends; ``known``: its place is that on the thread's path."""
    last = accesses[-1]
    read = accesses[-2] if last.writes and last.rmw else last if last.reads else None
    own = read.position if read else -1
    return Step(
        shape=shape_of(accesses),
        position=last.position if known else -1,
        requires=_alone(read.requires, own) if read else None,
        value=_alone(last.value, own),
    )


def _alone(expression: Expression | None, position: int) -> Expression | None:
    """The expression where it depends on this read at most, which becomes ``ReadOf(0)``; else None."""
    match expression:
        case ReadOf():
            return ReadOf(0) if expression.position == position else None
        case Operation():
            operands = [_alone(operand, position) for operand in expression.operands]
            known = [operand for operand in operands if operand is not None]
            return Operation(expression.operator, tuple(known)) if len(known) == len(operands) else None
        case _:
            return expression
