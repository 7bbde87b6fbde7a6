"""What no growth of an execution can mend, asked while it grows.

A search keeps the orders of a model up to date edge by edge.  The other axioms that only get
harder to meet (by a program of which the kinds and tags are known) are evaluated here, on
partial executions.  What the threads' paths decide is computed once per path: most of a
kernel's model.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import accumulate
from typing import Any

from explorer.execution.event import Event
from explorer.execution.execution import Execution
from explorer.execution.relation import empty, members
from explorer.memory.cat import families
from explorer.memory.cat.analysis import Analysis, Growth
from explorer.memory.cat.base import BaseValues
from explorer.memory.cat.sort import RELATION
from explorer.memory.cat.steps import in_order
from explorer.memory.cat.term import Term
from explorer.memory.model import Axiom, Model


@dataclass(frozen=True)
class Block:
    """Events of one thread, or initial writes, with the values of all local terms on them.

    ``sets`` and ``relations`` are in the order of ``Growing``'s local terms of that sort; their
    rows are in the numbering of ``events``.
    """

    events: tuple[Event, ...]
    sets: tuple[int, ...] = field(repr=False)
    relations: tuple[tuple[int, ...], ...] = field(repr=False)
    _moved: dict[int, tuple[tuple[int, ...], ...]] = field(default_factory=dict, init=False, repr=False, compare=False)

    def relations_from(self, start: int) -> tuple[tuple[int, ...], ...]:
        """The rows of the relations where the events are numbered from ``start`` on."""
        known = self._moved.get(start)
        if known is None:
            known = self._moved[start] = tuple(tuple(row << start for row in rows) for rows in self.relations)
        return known

    def prefix(self, size: int) -> Block:
        """The block of the first so many events."""
        mask = (1 << size) - 1
        return Block(
            self.events[:size],
            tuple(events & mask for events in self.sets),
            tuple(tuple(row & mask for row in rows[:size]) for rows in self.relations),
        )

    def among(self, kept: Sequence[int]) -> Block:
        """The block of some of the events (positions, ascending)."""
        place = {old: new for new, old in enumerate(kept)}

        def renumbered(events: int) -> int:
            return sum(1 << place[event] for event in members(events) if event in place)

        return Block(
            tuple(self.events[event] for event in kept),
            tuple(renumbered(events) for events in self.sets),
            tuple(tuple(renumbered(rows[event]) for event in kept) for rows in self.relations),
        )


class BlockAxioms:
    """Some axioms of a model, asked of executions that are put together from blocks.

    ``axioms`` are those of the given ones that executions with events of these kinds and tags
    can fail. None may depend on what a ``with`` chooses.
    """

    def __init__(self, model: Model, axioms: Iterable[Axiom], present: frozenset[str]) -> None:
        table = model.theory.table
        analysis = model.analysis_of(present)
        self.axioms = tuple(axiom for axiom in axioms if self._wanted(axiom, analysis))
        self._evaluator = model.evaluator

        def nothing(term: Term) -> bool:
            return not term.open_in and analysis.empty(term)

        def local(term: Term) -> bool:
            return not term.open_in and analysis.static(term) and analysis.local(term)

        def given(term: Term) -> bool:
            return nothing(term) or local(term)

        roots = [axiom.term for axiom in self.axioms]
        needed = [table.terms[number] for number in in_order(roots, lambda term: not term.open_in, given)]
        self._nothing = [term for term in needed if nothing(term)]
        self._sets = [term for term in needed if not nothing(term) and local(term) and term.sort != RELATION]
        self._relations = [term for term in needed if not nothing(term) and local(term) and term.sort == RELATION]
        # What is left, by the first axiom that needs it: static terms between threads, and all that rf and co touch.
        self._steps: list[list[int]] = []
        done = {term.number for term in (*self._nothing, *self._sets, *self._relations)}
        for axiom in self.axioms:
            numbers = in_order([axiom.term], lambda term: not term.open_in, given)
            self._steps.append([number for number in numbers if number not in done])
            done.update(numbers)

    def _wanted(self, axiom: Axiom, analysis: Analysis) -> bool:
        return not axiom.chosen and (axiom.negated or not analysis.empty(axiom.term))

    def block(self, alone: Execution) -> Block:
        """What one thread's path decides, or initial writes do.

        Args:
            alone: the events, each with its thread's number; values, rf and co may be missing.
        """
        valuation = self._evaluator.valuation(alone)
        return Block(
            alone.events,
            tuple(valuation.set(term) for term in self._sets),
            tuple(tuple(valuation.relation(term)) for term in self._relations),
        )

    def holds(self, blocks: Sequence[Block], source_of: Sequence[int], coherence: Sequence[Sequence[int]]) -> bool:
        """Whether the execution made of these blocks passes the axioms.

        Args:
            blocks: initial writes first, then thread by thread; they number the events.
            source_of: per event the write that it reads from, -1 for none (yet).
            coherence: per location its writes, the initial one first; a write that is not
                placed yet is left out.
        """
        none = empty(sum(len(block.events) for block in blocks))
        execution = Execution(
            threads=(),
            events=tuple(event for block in blocks for event in block.events),
            source_of=tuple(source_of),
            coherence=tuple(tuple(order) for order in coherence),
            rmw=none,
            addr=none,
            data=none,
            ctrl=none,
            ctrl_later=none,
        )
        return self.hold_in(execution, blocks)

    def hold_in(self, execution: Execution, blocks: Sequence[Block]) -> bool:
        """The same of an execution that is there; its dependences are not looked at."""
        base = BaseValues(execution)
        size = base.size
        starts = accumulate((len(block.events) for block in blocks[:-1]), initial=0)
        spread = list(zip(blocks, starts, strict=True))
        moved = [block.relations_from(start) for block, start in spread]
        values: list[Any] = [None] * len(self._evaluator.steps)
        for term in self._nothing:
            values[term.number] = families.nothing(term.sort, size)
        for place, term in enumerate(self._sets):
            events = 0
            for block, start in spread:
                events |= block.sets[place] << start
            values[term.number] = events
        for place, term in enumerate(self._relations):
            values[term.number] = [row for rows in moved for row in rows[place]]
        steps = self._evaluator.steps
        for axiom, numbers in zip(self.axioms, self._steps, strict=True):
            for number in numbers:
                values[number] = steps[number](values, base)
            if not axiom.passes(values[axiom.term.number]):
                return False
        return True


class Growing(BlockAxioms):
    """The axioms that an execution, once it fails one, fails whatever events are added to it, in whatever place.

    So an execution that lacks events anywhere is judged as well: what fails without them fails with them.
    """

    def _wanted(self, axiom: Axiom, analysis: Analysis) -> bool:
        return (
            super()._wanted(axiom, analysis)
            and not axiom.negated
            and analysis.growth_anywhere(axiom.term) is not Growth.UNKNOWN
        )
