"""Walks single paths of one modelled thread and names what its events depend on."""

from __future__ import annotations

from collections import Counter
from typing import Any

from explorer.execution.location import Location
from explorer.program.program import Body, Program, ThreadSpec
from explorer.program.segment import PathTree, Segment
from explorer.program.step import Access
from explorer.program.symbolic import Outcome
from explorer.program.tree import Unfolding

Controls = dict[str, set[str]]


def unfold(body: Body, *arguments: Any, unroll: int = 3) -> PathTree:
    """The paths of a thread that runs alone."""
    return Unfolding(Program((ThreadSpec("P0", body, arguments),)), unroll).trees[0]


def follow(tree: PathTree, *outcomes: Outcome) -> Segment:
    """The segment at which a path ends that goes these ways; asserts that nothing is left to decide."""
    segment = tree.root
    for outcome in outcomes:
        assert outcome in segment.outcomes
        segment = tree.child(segment, outcome)
    assert segment.finish is not None
    return segment


def leaves(tree: PathTree) -> list[Segment]:
    """The last segments of all paths, the first outcomes first."""
    found = []
    waiting = [tree.root]
    while waiting:
        segment = waiting.pop()
        if segment.finish is not None:
            found.append(segment)
        waiting += [tree.child(segment, outcome) for outcome in reversed(segment.outcomes)]
    return found


def names(accesses: list[Access]) -> list[str]:
    """Each access by kind and location, ``Rx``, ``Wy``; a repetition is numbered: ``Rx2``."""
    seen: Counter[str] = Counter()
    result = []
    for access in accesses:
        name = access.kind.value + (access.location.name if access.location else "")
        seen[name] += 1
        result.append(name if seen[name] == 1 else f"{name}{seen[name]}")
    return result


def controls(end: Segment) -> Controls:
    """Per access of a path the reads that control it, by name."""
    accesses = [access for segment in end.path for access in segment.accesses]
    masks = [mask for segment in end.path for mask in segment.control]
    called = names(accesses)
    return {
        name: {called[read] for read in range(len(called)) if mask >> read & 1}
        for name, mask in zip(called, masks, strict=True)
    }


def controls_on(body: Body, *outcomes: Outcome, using: tuple[Any, ...] = (), unroll: int = 3) -> Controls:
    """The controls of one path of a thread that runs alone."""
    return controls(follow(unfold(body, *using, unroll=unroll), *outcomes))


X, Y, Z, W = (Location(name) for name in "xyzw")
"""Locations for threads that need no more than names."""
