"""What no growth of an execution can mend, asked while it grows.

A search keeps the orders of a model up to date edge by edge.  The other axioms that only get
harder to meet (by a program of which the kinds and tags are known) are evaluated here, on
partial executions.  What the threads' paths decide is computed once per path: most of a
kernel's model.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from explorer.execution import rows
from explorer.execution.event import Event
from explorer.execution.execution import Execution
from explorer.execution.relation import EventSet, as_set, members
from explorer.execution.rows import Rows
from explorer.memory.cat import families
from explorer.memory.cat.analysis import Analysis, Growth
from explorer.memory.cat.base import BaseValues
from explorer.memory.cat.sort import RELATION
from explorer.memory.cat.steps import Step, in_order
from explorer.memory.cat.term import Op, Term
from explorer.memory.model import Axiom, Model

KEPT = 256
"""Choices of paths of which the values that they decide are kept, before all are forgotten."""


@dataclass(frozen=True, eq=False)
class Block:
    """Events of one thread, or initial writes, with the values of all local terms on them.

    ``sets`` and ``relations`` are in the order of ``BlockAxioms``'s local terms of that sort; their
    rows are in the numbering of ``events``.
    """

    events: tuple[Event, ...]
    sets: tuple[EventSet, ...] = field(repr=False)
    relations: tuple[Rows, ...] = field(repr=False)

    def prefix(self, size: int) -> Block:
        """The block of the first so many events."""
        mask = (1 << size) - 1
        return Block(
            self.events[:size],
            tuple(events & mask for events in self.sets),
            tuple(rows.prefix(relation, size) for relation in self.relations),
        )

    def among(self, kept: Sequence[int]) -> Block:
        """The block of some of the events (positions, ascending)."""
        place = {old: new for new, old in enumerate(kept)}

        def renumbered(events: EventSet) -> EventSet:
            return as_set(place[event] for event in members(events) if event in place)

        def narrowed(relation: Rows) -> Rows:
            plain = rows.to_rows(relation)
            return rows.from_rows([renumbered(plain[event]) for event in kept])

        return Block(
            tuple(self.events[event] for event in kept),
            tuple(map(renumbered, self.sets)),
            tuple(map(narrowed, self.relations)),
        )


class Paths:
    """What some blocks, one after the other, decide together.

    ``values`` are those of the terms that neither rf nor co touches; of the first ``ready``
    axioms all are there.
    """

    def __init__(self, events: tuple[Event, ...], values: list[Any]) -> None:
        self.events = events
        self.values = values
        self.ready = 0


class BlockAxioms:
    """Some axioms of a model, asked of executions that are put together from blocks.

    ``axioms`` and ``flags`` are those of the given ones that executions with events of these
    kinds and tags can fail or raise. None may depend on what a ``with`` chooses.
    ``look_at_values`` says whether the values of events matter to the axioms,
    ``flags_look_at_values`` whether they do to the flags.
    """

    def __init__(
        self, model: Model, axioms: Iterable[Axiom], present: frozenset[str], flags: Iterable[Axiom] = ()
    ) -> None:
        table = model.theory.table
        analysis = model.analysis_of(present)
        self.axioms = tuple([axiom for axiom in axioms if self._wanted(axiom, analysis)])
        self.flags = tuple([flag for flag in flags if not flag.negated or not analysis.empty(flag.term)])
        assert not any(check.chosen for check in (*self.axioms, *self.flags))
        self._evaluator = model.evaluator

        def nothing(term: Term) -> bool:
            return not term.open_in and analysis.empty(term)

        def local(term: Term) -> bool:
            return not term.open_in and analysis.static(term) and analysis.local(term)

        def given(term: Term) -> bool:
            return nothing(term) or local(term)

        self.terms = tuple([check.term for check in (*self.axioms, *self.flags)])
        needed = [table.terms[number] for number in in_order(self.terms, lambda term: not term.open_in, given)]
        self._nothing = [term for term in needed if nothing(term)]
        self._sets = [term for term in needed if not nothing(term) and local(term) and term.sort != RELATION]
        self._relations = [term for term in needed if not nothing(term) and local(term) and term.sort == RELATION]
        # Those of the relations that may lose pairs while events can still come between the two.
        self._changeable = [analysis.growth_anywhere(term) is Growth.UNKNOWN for term in self._relations]
        # What is left, by the first check that needs it: static terms between threads, and all that rf and co touch.
        self.fixed: list[list[int]] = []
        self.changing: list[list[int]] = []
        done = {term.number for term in (*self._nothing, *self._sets, *self._relations)}
        for root in self.terms:
            numbers = [n for n in in_order([root], lambda term: not term.open_in, given) if n not in done]
            self.fixed.append([number for number in numbers if analysis.static(table.terms[number])])
            self.changing.append([number for number in numbers if not analysis.static(table.terms[number])])
            done.update(numbers)
        at_values = {term.number for term in needed if term.op is Op.DIFFERENT_VALUES}
        self.look_at_values = any(not at_values.isdisjoint(numbers) for numbers in self.changing[: len(self.axioms)])
        self.flags_look_at_values = any(
            not at_values.isdisjoint(numbers) for numbers in self.changing[len(self.axioms) :]
        )
        self._paths: dict[tuple[Block, ...], Paths] = {}

    def _wanted(self, axiom: Axiom, analysis: Analysis) -> bool:
        return not axiom.chosen and (axiom.negated or not analysis.empty(axiom.term))

    def block(self, alone: Execution, gap: int | None = None) -> Block:
        """What one thread's path decides, or initial writes do.

        Args:
            alone: the events, each with its thread's number; values, rf and co may be missing.
            gap: before which event of a thread others may be missing; None where all are there.
        """
        valuation = self._evaluator.valuation(alone)
        relations = [valuation.rows(term) for term in self._relations]
        if gap is not None:
            # Events that are not there may take from a relation what leads across the gap.
            ahead = (1 << gap) - 1
            relations = [
                rows.restrict_codomain(relation, ahead) if changeable else relation
                for relation, changeable in zip(relations, self._changeable, strict=True)
            ]
        return Block(alone.events, tuple([valuation.set(term) for term in self._sets]), tuple(relations))

    def evaluation(
        self,
        blocks: tuple[Block, ...],
        source_of: Sequence[int],
        coherence: Sequence[Sequence[int]],
        events: tuple[Event, ...] | None = None,
    ) -> Evaluation:
        """The execution made of these blocks.

        Args:
            blocks: initial writes first, then thread by thread; they number the events.
            source_of: per event the write that it reads from, -1 for none (yet).
            coherence: per location its writes, the initial one first; a write that is not
                placed yet is left out.
            events: those of the blocks with their values, where these are known.
        """
        paths = self._paths.get(blocks)
        if paths is None:
            if len(self._paths) >= KEPT:
                self._paths.clear()
            paths = self._paths[blocks] = self._together(blocks)
        base = BaseValues(paths.events if events is None else events, source_of, coherence)
        return Evaluation(self, self._evaluator.steps, paths, base)

    def _together(self, blocks: tuple[Block, ...]) -> Paths:
        """What the blocks decide of local terms."""
        size = sum([len(block.events) for block in blocks])
        values: list[Any] = [None] * len(self._evaluator.steps)
        for term in self._nothing:
            values[term.number] = families.nothing(term.sort, size)
        for place, term in enumerate(self._sets):
            events = start = 0
            for block in blocks:
                events |= block.sets[place] << start
                start += len(block.events)
            values[term.number] = events
        for place, term in enumerate(self._relations):
            values[term.number] = rows.together([block.relations[place] for block in blocks], size)
        return Paths(tuple([event for block in blocks for event in block.events]), values)


class Evaluation:
    """One execution made of blocks: the values that its axioms and flags ask for, each computed once."""

    def __init__(self, checks: BlockAxioms, steps: list[Step], paths: Paths, base: BaseValues) -> None:
        self._checks = checks
        self._steps = steps
        self._paths = paths
        self._base = base
        self._values = paths.values[:]
        self._computed = 0

    def holds(self) -> bool:
        """Whether the execution passes the axioms."""
        return all(axiom.passes(self._value(place)) for place, axiom in enumerate(self._checks.axioms))

    def learn(self, events: tuple[Event, ...]) -> None:
        """The events with their values, where only flags look at these."""
        self._base.events = events

    def raised(self) -> dict[str, list[tuple[int, ...]]]:
        """Per flag that the execution raises what it is raised for (see ``Model.remarks``)."""
        found: dict[str, list[tuple[int, ...]]] = {}
        for place, flag in enumerate(self._checks.flags):
            value = self._value(len(self._checks.axioms) + place)
            if flag.passes(value):
                found.setdefault(flag.name, []).extend(flag.raised_for(value))
        return {name: list(dict.fromkeys(events)) for name, events in found.items()}

    def _value(self, place: int) -> Any:
        """The value of the term of a check."""
        values, paths, steps = self._values, self._paths, self._steps
        while self._computed <= place:
            now = self._computed
            fixed = self._checks.fixed[now]
            if now == paths.ready:
                for number in fixed:
                    paths.values[number] = steps[number](paths.values, self._base)
                paths.ready += 1
            # Another evaluation may have computed them since this one began.
            for number in fixed:
                values[number] = paths.values[number]
            for number in self._checks.changing[now]:
                values[number] = steps[number](values, self._base)
            self._computed += 1
        return values[self._checks.terms[place].number]


class Growing(BlockAxioms):
    """The axioms that an execution, once it fails one, fails whatever events are added to it, in whatever place.

    So an execution that lacks events anywhere is judged as well: what fails without them fails with them.
    The values of local terms are an exception: the blocks have them from the events that are
    left out as well, and say by their gaps where events are missing.
    """

    def _wanted(self, axiom: Axiom, analysis: Analysis) -> bool:
        return (
            super()._wanted(axiom, analysis)
            and not axiom.negated
            and analysis.growth_of_parts(axiom.term) is not Growth.UNKNOWN
        )
