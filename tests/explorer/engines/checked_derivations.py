"""Derivations and chains checked node by node against the execution alone.

The values of terms are computed here once more, as plain sets of pairs and straight from the definitions; nothing is
shared with the evaluator, the derivations or the chains but the terms themselves.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

from explorer.execution.adjacent import po_apart
from explorer.execution.event import Event
from explorer.execution.execution import Execution
from explorer.execution.kinds import Kind
from explorer.execution.relation import Relation, pairs
from explorer.memory.cat.sort import RELATION
from explorer.memory.cat.term import Op, Term, parts
from explorer.memory.chain import Link, Step
from explorer.memory.derivation import Derivation

Pairs = frozenset[tuple[int, int]]


def base_set(name: str, execution: Execution) -> frozenset[int]:
    """The events of a base set of cat."""

    def belongs(event: Event) -> bool:
        if name in ("R", "W", "_"):
            return {"R": event.reads, "W": event.writes, "_": True}[name]
        if name == event.kind.value:
            return True
        return event.kind is not Kind.INITIAL and event.tag is not None and event.tag.cat_name == name

    if name == "FW":
        return frozenset(order[-1] for order in execution.coherence)
    return frozenset(i for i, event in enumerate(execution.events) if belongs(event))


def base_relation(name: str, execution: Execution) -> Pairs:
    """The pairs of a base relation of cat, and of fr."""
    given: dict[str, Relation] = {
        "addr": execution.addr,
        "data": execution.data,
        "ctrl": execution.ctrl,
        "ctrl-later": execution.ctrl_later,
        "rmw": execution.rmw,
    }
    if name in given:
        return frozenset(pairs(given[name]))
    if name == "po-apart":
        return frozenset(pairs(po_apart(execution)))
    if name == "rf":
        return frozenset((write, read) for read, write in enumerate(execution.source_of) if write >= 0)
    if name in ("co", "co0"):
        found = [(a, b) for order in execution.coherence for n, a in enumerate(order) for b in order[n + 1 :]]
        ends = {order[0] for order in execution.coherence}, {order[-1] for order in execution.coherence}
        return frozenset((a, b) for a, b in found if name == "co" or a in ends[0] or b in ends[1])
    if name == "fr":
        co = base_relation("co", execution)
        sources = base_relation("rf", execution)
        return frozenset((read, later) for write, read in sources for before, later in co if before == write)

    def related(a: int, b: int) -> bool:
        first, second = execution.events[a], execution.events[b]
        one_thread = first.thread == second.thread >= 0
        match name:
            case "po":
                return one_thread and first.index < second.index
            case "loc":
                return first.location is not None and first.location is second.location
            case "int":
                return one_thread
            case "ext":
                return not one_thread
            case "id":
                return a == b
            case _:
                raise AssertionError(name)

    every = range(len(execution))
    return frozenset((a, b) for a in every for b in every if related(a, b))


class Checker:
    """Checks the derivations of one execution."""

    def __init__(self, execution: Execution, terms: Sequence[Term]) -> None:
        self.execution = execution
        self.checked: dict[int, Derivation] = {}
        self._values: dict[int, Any] = {}
        self._events = frozenset(range(len(execution)))
        fixpoints = [term for term in terms if term.op is Op.FIXPOINT]
        self._body = {v: body for f in fixpoints for v, body in zip(f.variables, f.operands, strict=True)}

    # ---- values, once more

    def value(self, term: Term, known: dict[int, Any] | None = None) -> Any:
        """The value of a term; ``known`` are those of the variables in it."""
        if term.open_in:
            return self._computed(term, known or {})
        if term.number not in self._values:
            self._values[term.number] = self._computed(term, {})
        return self._values[term.number]

    def _computed(self, term: Term, known: dict[int, Any]) -> Any:
        if term.op is Op.BASE:
            table: Any = base_relation if term.sort == RELATION else base_set
            return table(term.name, self.execution)
        if term.op is Op.VARIABLE:
            return known[term.number]
        if term.op is Op.FIXPOINT:
            return self._rest(term, known)
        values = [self.value(operand, known) for operand in term.operands]
        universe: Any = self._events if term.sort != RELATION else self._square()
        match term.op, values:
            case Op.EMPTY, _:
                return frozenset()
            case Op.UNION, _:
                return frozenset().union(*values)
            case Op.INTERSECTION, [a, b]:
                return a & b
            case Op.DIFFERENCE, [a, b]:
                return a - b
            case Op.COMPLEMENT, [a]:
                return universe - a
            case Op.PRODUCT, [a, b]:
                return frozenset((x, y) for x in a for y in b)
            case Op.IDENTITY, [a]:
                return frozenset((x, x) for x in a)
            case Op.DOMAIN, [a]:
                return frozenset(x for x, _ in a)
            case Op.RANGE, [a]:
                return frozenset(y for _, y in a)
            case Op.SEQUENCE, [a, b]:
                return _composed(a, b)
            case Op.INVERSE, [a]:
                return frozenset((y, x) for x, y in a)
            case Op.PLUS, [a]:
                return _closed(a)
            case Op.STAR, [a]:
                return _closed(a) | self._identity()
            case Op.OPTIONAL, [a]:
                return a | self._identity()
            case Op.SINGLESTEP, [a]:
                return a - _composed(a, _closed(a))
            case Op.DIFFERENT_VALUES, [a]:
                of = [event.value for event in self.execution.events]
                return frozenset((x, y) for x, y in a if None not in (of[x], of[y]) and of[x] != of[y])
            case Op.COMPONENT, [results]:
                return results[term.index]
            case _:
                raise NotImplementedError(term.op)

    def _rest(self, term: Term, known: dict[int, Any]) -> tuple[Any, ...]:
        found = {**known, **dict.fromkeys(term.variables, frozenset())}
        while True:
            before = dict(found)
            for variable, body in zip(term.variables, term.operands, strict=True):
                found[variable] = self.value(body, found)
            if found == before:
                return tuple(found[variable] for variable in term.variables)

    def _square(self) -> Pairs:
        return frozenset((a, b) for a in self._events for b in self._events)

    def _identity(self) -> Pairs:
        return frozenset((a, a) for a in self._events)

    # ---- derivations

    def check(self, derivation: Derivation) -> None:
        """Whether every node of a derivation follows from its parts, and every leaf from the execution."""
        if id(derivation) in self.checked:
            return
        self.checked[id(derivation)] = derivation
        term, events, given = derivation.term, derivation.events, derivation.parts
        told = [(part.term, part.events) for part in given]
        operands = term.operands
        match term.op:
            case Op.BASE | Op.COMPLEMENT:
                assert told == []
                assert term.open_in or _of(events) in self.value(term)
            case Op.CHOICE:
                assert told == []
            case Op.UNION:
                assert len(told) == 1
                assert told[0][0] in operands
                assert told[0][1] == events
            case Op.INTERSECTION:
                assert told == [(operand, events) for operand in operands]
            case Op.DIFFERENCE | Op.SINGLESTEP | Op.DIFFERENT_VALUES:
                assert told == [(operands[0], events)]
                # What a recursion changes is not at hand here; a term without variables is looked up whole.
                assert term.open_in or _of(events) in self.value(term)
            case Op.IDENTITY:
                assert told == [(operands[0], events[:1])]
                assert events[0] == events[1]
            case Op.PRODUCT:
                assert told == [(operand, (event,)) for operand, event in zip(operands, events, strict=True)]
            case Op.DOMAIN | Op.RANGE:
                ((inner, pair),) = told
                assert inner is operands[0]
                assert pair[0 if term.op is Op.DOMAIN else 1] == events[0]
            case Op.SEQUENCE:
                assert tuple(inner for inner, _ in told) == operands
                self._is_path(told, events)
            case Op.INVERSE:
                assert told == [(operands[0], events[::-1])]
            case Op.OPTIONAL | Op.STAR if not told:
                assert events[0] == events[1]
            case Op.OPTIONAL:
                assert told == [(operands[0], events)]
            case Op.PLUS | Op.STAR:
                assert {inner for inner, _ in told} == {operands[0]}
                self._is_path(told, events)
            case Op.COMPONENT:
                assert told == [(operands[0].operands[term.index], events)]
            case Op.VARIABLE:
                assert told == [(self._body[term.number], events)]
            case _:
                raise AssertionError(term.op)
        for part in given:
            self.check(part)

    @staticmethod
    def _is_path(told: list[tuple[Term, tuple[int, ...]]], events: tuple[int, ...]) -> None:
        assert (told[0][1][0], told[-1][1][1]) == events
        assert all(first[1][1] == second[1][0] for first, second in pairwise(told))

    # ---- chains

    def check_step(self, step: Step) -> None:
        """Whether a step is in the base relation that it names."""
        pair = (step.second, step.first) if step.backward else (step.first, step.second)
        names = {"ctrl": ("ctrl", "ctrl-later"), "": ()}.get(step.relation, (step.relation,))
        assert not names or any(pair in base_relation(name, self.execution) for name in names)

    def check_links(self, links: Sequence[Link]) -> None:
        """Whether every step holds, and each begins where the one before ends."""
        steps = [step for link in links for step in link.steps]
        assert all(first.second == second.first for first, second in pairwise(steps))
        for step in steps:
            self.check_step(step)


def checker_of(execution: Execution, roots: Sequence[Term]) -> Checker:
    """A checker of derivations of these terms."""
    return Checker(execution, list(parts(roots)))


def _of(events: tuple[int, ...]) -> Any:
    return events if len(events) == 2 else events[0]


def _composed(a: Pairs, b: Pairs) -> Pairs:
    return frozenset((x, z) for x, y in a for other, z in b if other == y)


def _closed(a: Pairs) -> Pairs:
    closed = a
    while True:
        more = closed | _composed(closed, a)
        if more == closed:
            return closed
        closed = more
