"""Whether two threads can do the same: path by path the same accesses with the same dependences.

This is what makes an exported test worth trusting.  How the statements were found does not
matter: the test's own paths are compared with those that it was made from, access by
access, with values, addresses and all dependences.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

from explorer.execution.execution import Ending
from explorer.execution.location import Location, Object
from explorer.program.expression import Expression, Operation, ReadOf
from explorer.program.segment import PathTree, Segment
from explorer.program.step import Access, Cause, Fork
from explorer.program.symbolic import Outcome

Rename = Callable[[Location | Object], str]
"""The name of a location or object in the test."""

Decision = tuple[Any, ...]
"""What was decided, and how."""


@dataclass(frozen=True)
class PathSummary:
    """One path, in terms that both programs share.

    ``decisions`` are what was decided on it, ``waits`` those of them that ended waits;
    ``accesses`` what it does, ``sources`` the same as the thread has it.
    """

    decisions: frozenset[Decision]
    waits: frozenset[Decision]
    accesses: tuple[tuple[Any, ...], ...]
    sources: tuple[Access, ...]

    @property
    def possible(self) -> bool:
        """Whether nothing is decided in two ways."""
        return not any(d[0] == Cause.IF.value and _contrary(d) in self.decisions for d in self.decisions)


@dataclass(frozen=True)
class Difference:
    """The first access in which a path of the program differs from the test's; None where the path ends."""

    access: Access | None
    what: str


def difference(program: PathTree, test: PathTree, rename: Rename) -> Difference | None:
    """The first difference between a thread and what was made of it; None if there is none.

    Paths on which one thing is decided in two ways do not count: no values lead there.  Nor do
    paths of the test on which something that its filter asks for is false, or a pointer points
    where it never does: the program has none to compare them with.
    """
    made = {path.decisions: path for path in paths(test, lambda each: each.name) if path.possible}
    waits: set[Decision] = set()
    followed: set[Decision] = set()
    for path in paths(program, rename):
        waits |= path.waits
        followed |= {decision for decision in path.decisions if decision[0] == Cause.POINTER.value}
        if not path.possible:
            continue
        found = made.pop(path.decisions, None)
        if found is None:
            return Difference(None, "a path of the thread is missing")
        for mine, other, access in zip(path.accesses, found.accesses, path.sources, strict=False):
            if mine != other:
                names = [name for name, one, two in zip(_ASPECTS, mine, other, strict=True) if one != two]
                return Difference(access, ", ".join(names))
        if len(path.accesses) != len(found.accesses):
            return Difference(None, "a path has more accesses or fewer")
    for decisions in made:
        refused = any(_contrary(wait) in decisions for wait in waits)
        if not refused and all(d in followed for d in decisions if d[0] == Cause.POINTER.value):
            return Difference(None, "the test has a path that the thread does not have")
    return None


def _contrary(decision: Decision) -> Decision:
    return *decision[:-1], not decision[-1]


_ASPECTS = (
    "kind", "ordering", "location", "value", "condition", "address dependence", "data dependence",
    "control dependence", "control dependence of hardware", "atomicity", "implied fence",
)  # fmt: skip


def paths(tree: PathTree, rename: Rename) -> Iterator[PathSummary]:
    """The paths of a thread on which no assumption fails."""
    waiting = [(tree.root, PathSummary(frozenset(), frozenset(), (), ()))]
    while waiting:
        segment, path = waiting.pop()
        path = _extended(path, segment, rename)
        if segment.fork is None:
            assert segment.finish is not None
            if segment.finish.ending is not Ending.DROPPED:
                yield path
            continue
        for outcome in segment.outcomes:
            if segment.fork.cause is Cause.ASSUME and not outcome:
                continue
            decided = path.decisions | _decisions(segment.fork, len(path.accesses), outcome, rename)
            waiting.append((tree.child(segment, outcome), replace(path, decisions=decided)))


def _extended(path: PathSummary, segment: Segment, rename: Rename) -> PathSummary:
    """The path with the accesses of a segment."""
    ends = [access.requires for access in segment.accesses if access.waits and not access.rmw]
    waits = frozenset((Cause.IF.value, *_canonical(end, True, rename)) for end in ends if end is not None)
    accesses = tuple(
        _summary(access, control, rename) for access, control in zip(segment.accesses, segment.control, strict=True)
    )
    return PathSummary(
        path.decisions | waits, path.waits | waits, path.accesses + accesses, path.sources + segment.accesses
    )


def _decisions(fork: Fork, position: int, outcome: Outcome, rename: Rename) -> frozenset[Decision]:
    """What is decided where a path goes on one way."""
    match fork.cause:
        case Cause.IF:
            assert fork.expression is not None
            return frozenset([(fork.cause.value, *_canonical(fork.expression, bool(outcome), rename))])
        case Cause.POINTER:
            assert fork.expression is not None
            assert isinstance(outcome, Object)
            return frozenset([(fork.cause.value, _comparable(fork.expression, rename), rename(outcome))])
        case Cause.UPDATE:
            return frozenset([(fork.cause.value, position, outcome)])
        case Cause.ASSUME:
            return frozenset()


def _summary(access: Access, control: int, rename: Rename) -> tuple[Any, ...]:
    conditional = access.requires is not None and not access.waits
    return (
        access.kind,
        access.tag,
        access.location and rename(access.location),
        None if access.value is None else _comparable(access.value, rename),
        _canonical(access.requires, True, rename) if conditional and access.requires is not None else None,
        access.addr,
        access.data,
        control,
        access.ctrl_later,
        access.rmw,
        (access.implied, access.fenced),
    )


def _comparable(expression: Expression, rename: Rename) -> Any:
    """An expression as a value that equals another program's, objects by name."""
    match expression:
        case Object():
            return rename(expression)
        case ReadOf(position):
            return ("read", position)
        case Operation(operator="&", operands=operands) if 0 in operands:
            return 0
        case Operation(operator="neg", operands=(int() as value,)):
            return -value
        case Operation(operator=operator, operands=operands):
            return (operator, *(_comparable(operand, rename) for operand in operands))
    return expression


def _canonical(expression: Expression, outcome: bool, rename: Rename) -> tuple[Any, bool]:
    """A condition and its outcome, the same for ``x == 0`` is true and ``x`` is false."""
    match expression:
        case Operation(operator="==", operands=(left, 0)):
            return _canonical(left, not outcome, rename)
        case Operation(operator="!=", operands=(left, 0)):
            return _canonical(left, outcome, rename)
        case Operation(operator="!=", operands=operands):
            return _comparable(Operation("==", operands), rename), not outcome
    return _comparable(expression, rename), outcome
