"""How many executions the whole program has, from those of the kept threads (``explorer.search.projection``).

Where at most one thread writes, an execution is one of that thread and, for each reader, a
*choice*: what its reads read.  The readers choose independently where all choices can be
made at once, each by a reader of its own: then so can any of them, for an execution that
the model allows it allows without some readers, and with several that do the same.  That
one execution is built and judged, so nothing is assumed of the model.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from itertools import product
from math import prod

from explorer.execution.execution import Execution, Status
from explorer.execution.parts import Name, name_of, together
from explorer.execution.relation import Relation, empty
from explorer.memory.model import Model
from explorer.scenario import Case
from explorer.search.leaf import Leaf
from explorer.search.projection import Projection
from explorer.search.violations import find_violations

MOST_CHOICES = 2_000
"""Choices that are kept before the count is given up."""

MOST_EVENTS = 400
"""Events of an execution in which all choices are made."""

DIGITS = 4_000
"""Digits of the numbers that are given."""


@dataclass
class _Choice:
    """What a reader does in ``execution``; ``breaks`` are the properties broken whenever it does so."""

    execution: Execution
    breaks: set[str]


@dataclass
class _Group:
    """The executions with one behaviour of the threads that are no readers; per class the choices of a reader."""

    choices: list[dict[tuple[Name, ...], _Choice]] = field(default_factory=list)


class Multiplied:
    """Counts of the whole program.

    ``note`` says why they are not known, empty while they may be.
    """

    def __init__(self, case: Case, model: Model, projection: Projection) -> None:
        self.note = ""
        self._case = case
        self._model = model
        self._readers = projection.readers
        self._sizes = [1 + others.count for others in projection.left_out]
        self._others = [t for t in range(len(projection.unfolding.trees)) if t not in projection.readers]
        self._groups: dict[object, _Group] = {}
        self._kept = 0
        if len(self._others) > 1:
            self.note = "several threads do more than read, and what one reader sees may depend on another's"
        elif not projection.model_multiplies:
            self.note = "the model may tell several readers that do the same from one"

    def add(self, leaf: Leaf, broken: Collection[str]) -> None:
        """Take note of an execution and the properties that it breaks."""
        if self.note:
            return
        if leaf.status is not Status.COMPLETE:
            self.note = "some executions do not complete"
            return
        execution = leaf.execution
        group = self._groups.setdefault(self._behaviour(execution), _Group([{} for _ in self._readers]))
        for reader, choices in zip(self._readers, group.choices, strict=True):
            choice = choices.setdefault(_sources(execution, reader), _Choice(execution, set(broken)))
            choice.breaks &= set(broken)
            if choice.execution is execution:
                self._kept += 1
        if self._kept > MOST_CHOICES:
            self.note = "the readers can do too many different things"

    def counts(self) -> tuple[int | None, dict[str, int | None]]:
        """All executions, and those that break each property; None for what is not known."""
        names = [prop.name for prop in self._case.properties]
        unknown: dict[str, int | None] = dict.fromkeys(names)
        if self.note:
            return None, unknown
        executions, violating = 0, dict.fromkeys(names, 0)
        depends = False
        for group in self._groups.values():
            self.note, more = self._look_at_all_at_once(group)
            depends |= more
            if self.note:
                return None, unknown
            choices = [list(each.values()) for each in group.choices]
            every = self._product(choices)
            executions += every
            for name in names:
                keeping = [[choice for choice in each if name not in choice.breaks] for each in choices]
                violating[name] += every - self._product(keeping)
        if executions >= 10**DIGITS:
            self.note = f"their number has more than {DIGITS:,} digits"
            return None, unknown
        if depends:
            self.note = "what one reader breaks may depend on what another sees"
            return executions, unknown
        return executions, {**violating}

    def _product(self, choices: list[list[_Choice]]) -> int:
        """In how many ways all readers can choose."""
        return prod(len(each) ** size for each, size in zip(choices, self._sizes, strict=True))

    def _behaviour(self, execution: Execution) -> object:
        """What the threads do that are no readers."""
        orders = tuple(tuple(name_of(execution, write) for write in order[1:]) for order in execution.coherence)
        return orders, tuple(_sources(execution, thread) for thread in self._others)

    def _look_at_all_at_once(self, group: _Group) -> tuple[str, bool]:
        """Why the readers do not choose independently, as far as can be told; empty if they do.

        Gives also whether what one reader breaks may depend on the others even so: they may add to
        ``before``.  A property asks of it only what is *not* there, so where it finds the same with
        the most that they can add and with nothing, it finds the same with anything between.
        """
        pieces = [
            (choice.execution, reader)
            for reader, choices in zip(self._readers, group.choices, strict=True)
            for choice in choices.values()
        ]
        all_at_once, places = together(pieces, self._others)
        if len(all_at_once) > MOST_EVENTS:
            return "the readers can do too many different things", False
        if not self._model.allows(all_at_once):
            return "what one reader sees may depend on what another sees", False
        before = self._model.before(all_at_once)
        if before is None:
            return "", False
        for piece, place in zip(pieces, places, strict=True):
            alone, (own,) = together([piece], self._others)
            least = self._model.before(alone)
            most = empty(len(alone))
            for first, second in product(place, repeat=2):
                # Nothing that is asked of this order begins at an initial write.
                if piece[0].events[first].thread >= 0 and before[place[first]] >> place[second] & 1:
                    most[own[first]] |= 1 << own[second]
            if self._broken(alone, least) != self._broken(alone, most):
                return "", True
        return "", False

    def _broken(self, execution: Execution, before: Relation | None) -> list[str]:
        return [violation.property for violation in find_violations(execution, before, self._case)]


def _sources(execution: Execution, thread: int) -> tuple[Name, ...]:
    """What the reads of a thread read from."""
    sources = (execution.source_of[position] for position in execution.thread_events(thread))
    return tuple(name_of(execution, source) for source in sources if source >= 0)
