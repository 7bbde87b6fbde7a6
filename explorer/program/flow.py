"""Everywhere a modelled thread can get to: its places and forks.

A thread can have far too many paths to list, but it has few *states*: where every frame
is, in which iteration of its loops, with which plain local variables.  Two paths that
meet in one state go on alike, so each arm of each fork is there once.  The result bounds
what a thread may still write, cuts endless loops, and is the graph on which control
dependence is computed.  ``exploration`` finds it.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field

from explorer.execution.location import Location, Object
from explorer.program.loops import Place
from explorer.program.program import ThreadSpec
from explorer.program.segment import Shape
from explorer.program.step import Access, Cause, MadeAt
from explorer.program.symbolic import Outcome

MAX_EVENTS = 1000
"""Events of one path before it is taken to be endless."""

Operands = tuple[int | Object | MadeAt, ...]


@dataclass(eq=False)
class Arm:
    """What follows one outcome of a fork, up to the next fork or the end.

    ``places`` has one entry per step (accesses and values made), ``operands`` what a value
    is made from there (empty for accesses) and ``tested`` what the fork that follows tests:
    constants as they are, values as ``MadeAt`` numbers that stand for the place where they
    came to be.  ``summary`` has one entry per access: kind, tag, location and what is stored
    if it is a constant.  ``accesses`` are they themselves, as made on the first path that came here
    (see ``Onward``).  ``shapes`` has the steps made, each with the location that it ends at
    (see ``PathTree.shapes``).  ``touched`` are the locations read or written in it, ``writes``
    those written, both without repetition; ``later_writes`` those that may be written after
    it.  ``cut`` names the loop whose bound ended it (empty otherwise), ``returns`` says
    that the thread returned.
    """

    places: list[Place] = field(default_factory=list)
    operands: list[Operands] = field(default_factory=list)
    tested: Operands = ()
    summary: list[tuple[str, ...]] = field(default_factory=list)
    accesses: list[Access] = field(default_factory=list)
    shapes: dict[tuple[Location | None, Shape], None] = field(default_factory=dict)
    touched: dict[Location, None] = field(default_factory=dict)
    writes: dict[Location, None] = field(default_factory=dict)
    next: State | None = None
    cut: str = ""
    returns: bool = False
    later_writes: frozenset[Location] = frozenset()

    @property
    def following(self) -> Collection[Arm]:
        """The arms of the fork that it ends in, none where the thread ends."""
        return self.next.arms.values() if self.next else ()


@dataclass(eq=False)
class State:
    """A fork as a place that several paths share."""

    number: int
    cause: Cause
    place: Place
    arms: dict[Outcome, Arm] = field(default_factory=dict)


@dataclass(eq=False)
class Flow:
    """All states of one thread. ``start`` leads to the first fork."""

    thread: ThreadSpec
    start: Arm
    states: list[State]

    @property
    def arms(self) -> list[Arm]:
        """All arms, in the order of their states."""
        return [self.start, *(arm for state in self.states for arm in state.arms.values())]
