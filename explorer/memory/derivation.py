"""Why a pair of events is in a relation of a model: the terms of the model, walked down to what the execution gives.

A derivation is a tree.  Each node says that some events are in the value of a term, and its parts are the reasons: of
a union the branch that holds, of a sequence both halves with the event between them, of a closure the steps of a
path, of an intersection all operands, of a recursion the bodies in the rounds before.  At the leaves are base sets
and relations of the execution.  Of several derivations the one with the fewest steps from access to access is taken.
"""

from __future__ import annotations

import heapq
from dataclasses import dataclass, field
from typing import Any

from explorer.execution import rows
from explorer.execution.relation import Relation, members, transitive_closure
from explorer.memory.cat import families
from explorer.memory.cat.evaluate import Valuation
from explorer.memory.cat.sort import RELATION, SET
from explorer.memory.cat.steps import in_order
from explorer.memory.cat.term import Op, Term, parts

ASIDE = frozenset({"loc", "int", "ext", "id"})
"""Base relations that say something of two events, and do not lead from one to the other."""


@dataclass(frozen=True, slots=True, eq=False)
class Derivation:
    """That ``events`` (one, or a pair) are in the value of ``term``, and why.

    ``parts`` are the derivations that it rests on; a leaf has none: what the execution gives, or what is *not* in a
    relation (the right side of a difference, a complement), or one candidate's choice.  ``cost`` counts half steps:
    from access to access are two, from an access to a fence one.
    """

    term: Term
    events: tuple[int, ...]
    parts: tuple[Derivation, ...]
    cost: int = field(compare=False)


class Derivations:
    """Derives what is in the relations of one candidate; each pair once."""

    def __init__(self, valuation: Valuation) -> None:
        self._valuation = valuation
        self._outside = _Scope(valuation, {})
        self._accesses = [event.reads or event.writes for event in valuation.base.events]

    def of(self, term: Term, *events: int) -> Derivation:
        """Why these events are in the value of a term; they must be."""
        return self._derive(self._outside, term, events)

    def cycle(self, term: Term) -> tuple[Derivation, ...]:
        """A cycle of a relation that has one, with the fewest steps from access to access; the first of equal ones."""
        relation = self._valuation.relation(term)
        closed = transitive_closure(list(relation))
        on_cycle = sum(1 << event for event, row in enumerate(closed) if row >> event & 1)
        inside = [row & on_cycle if on_cycle >> event & 1 else 0 for event, row in enumerate(relation)]
        paths = (self._path(self._outside, term, inside, event, event) for event in members(on_cycle))
        return min(paths, key=lambda path: (sum(part.cost for part in path), len(path)))

    # ---- one node

    def _derive(self, scope: _Scope, term: Term, events: tuple[int, ...]) -> Derivation:
        key = term.number, events
        known = scope.derived.get(key)
        if known is None:
            assert scope.has(term, events), "what is derived holds"
            parts = self._parts(scope, term, events)
            known = scope.derived[key] = Derivation(term, events, parts, self._cost(term, events, parts))
        return known

    def _cost(self, term: Term, events: tuple[int, ...], parts: tuple[Derivation, ...]) -> int:
        match term.op:
            case Op.BASE | Op.CHOICE:
                if term.sort != RELATION or term.name in ASIDE:
                    return 0
                return sum(self._accesses[event] for event in events)
            case Op.INVERSE if parts[0].term.op is Op.BASE and parts[0].term.name == "rf":
                return 0  # the way back to what was read, and on to what overwrites it, is one step
            case Op.INTERSECTION:
                return max(part.cost for part in parts)
            case _:
                return sum(part.cost for part in parts)

    def _parts(self, scope: _Scope, term: Term, events: tuple[int, ...]) -> tuple[Derivation, ...]:
        operands = term.operands
        match term.op:
            case Op.UNION:
                holding = [self._derive(scope, part, events) for part in operands if scope.has(part, events)]
                return (min(holding, key=lambda part: part.cost),)
            case Op.INTERSECTION:
                return tuple(self._derive(scope, part, events) for part in operands)
            case Op.DIFFERENCE | Op.SINGLESTEP | Op.DIFFERENT_VALUES:
                return (self._derive(scope, operands[0], events),)
            case Op.IDENTITY:
                return (self._derive(scope, operands[0], events[:1]),)
            case Op.PRODUCT:
                pairs = zip(operands, events, strict=True)
                return tuple(self._derive(scope, part, (event,)) for part, event in pairs)
            case Op.DOMAIN | Op.RANGE:
                (event,) = events
                return (self._partner(scope, operands[0], event, first=term.op is Op.DOMAIN),)
            case Op.SEQUENCE:
                return self._sequence(scope, operands[0], operands[1], events)
            case Op.INVERSE:
                return (self._derive(scope, operands[0], events[::-1]),)
            case Op.OPTIONAL:
                return () if events[0] == events[1] else (self._derive(scope, operands[0], events),)
            case Op.STAR if events[0] == events[1]:
                return ()
            case Op.PLUS | Op.STAR:
                return self._path(scope, operands[0], scope.relation(operands[0]), events[0], events[1])
            case Op.COMPONENT:
                rounds = scope.rounds(operands[0])
                return self._in_round(rounds, rounds.last, term.index, events)
            case Op.VARIABLE if term.number in scope.variables:
                return self._in_round(*scope.variables[term.number], events)
            case _:
                return ()

    def _in_round(self, rounds: _Rounds, last: int, index: int, events: tuple[int, ...]) -> tuple[Derivation, ...]:
        """Why a body had these events in a round: from what there was in the first of the rounds without a break."""
        number = last
        while rounds.has(number - 1, index, events):
            number -= 1
        return (self._derive(rounds.scope(number, index), rounds.bodies[index], events),)

    def _sequence(
        self, scope: _Scope, first: Term, second: Term, events: tuple[int, ...]
    ) -> tuple[Derivation, Derivation]:
        start, end = events
        best: tuple[Derivation, Derivation] | None = None
        for middle in members(scope.relation(first)[start]):
            if scope.has(second, (middle, end)):
                found = self._derive(scope, first, (start, middle)), self._derive(scope, second, (middle, end))
                if best is None or found[0].cost + found[1].cost < best[0].cost + best[1].cost:
                    best = found
        assert best is not None
        return best

    def _partner(self, scope: _Scope, relation: Term, event: int, *, first: bool) -> Derivation:
        """The pair of a relation that an event is one end of."""
        pairs = [(event, other) if first else (other, event) for other in range(self._valuation.base.size)]
        return min(
            (self._derive(scope, relation, pair) for pair in pairs if scope.has(relation, pair)),
            key=lambda part: part.cost,
        )

    def _path(self, scope: _Scope, step: Term, relation: Relation, start: int, goal: int) -> tuple[Derivation, ...]:
        """The steps of a path of one step or more from ``start`` to ``goal`` that costs least, and then is shortest."""
        waiting: list[tuple[int, int, int, int, tuple[Derivation, ...]]] = [(0, 0, 0, start, ())]
        found = 0
        settled: set[int] = set()
        while True:
            cost, length, _, at, path = heapq.heappop(waiting)
            if path and at == goal:
                return path
            if path and at in settled:
                continue
            if path:
                settled.add(at)
            for target in members(relation[at]):
                if target not in settled:
                    part = self._derive(scope, step, (at, target))
                    found += 1
                    heapq.heappush(waiting, (cost + part.cost, length + 1, found, target, (*path, part)))


class _Rounds:
    """What a recursion comes to, round by round: ``values[n][i]`` is body i in in round n, in round 0 nothing."""

    def __init__(self, fixpoint: Term, outer: _Scope, valuation: Valuation) -> None:
        self.bodies = fixpoint.operands
        self._fixpoint = fixpoint
        self._outer = outer
        self._scopes: dict[tuple[int, int], _Scope] = {}
        size = valuation.base.size
        self.values: list[tuple[Any, ...]] = [tuple(families.nothing(body.sort, size) for body in self.bodies)]
        while len(self.values) < 2 or not self._is_at_rest():
            self.values.append(())
            for index, body in enumerate(self.bodies):
                self.values[-1] += (self.scope(len(self.values) - 1, index).value(body),)

    @property
    def last(self) -> int:
        return len(self.values) - 1

    def _is_at_rest(self) -> bool:
        pairs = zip(self.values[-1], self.values[-2], self.bodies, strict=True)
        return all(families.same(new, old, body.sort) for new, old, body in pairs)

    def has(self, number: int, index: int, events: tuple[int, ...]) -> bool:
        """Whether a body had these events in a round."""
        return number > 0 and _is_in(self.values[number][index], self.bodies[index], events)

    def scope(self, number: int, index: int) -> _Scope:
        """The point at which a body is computed in a round: it sees what the bodies before it have just given."""
        found = self._scopes.get((number, index))
        if found is None:
            given = {
                variable: (self, number if place < index else number - 1, place)
                for place, variable in enumerate(self._fixpoint.variables)
            }
            found = self._scopes[number, index] = self._outer.inside(given)
        return found


class _Scope:
    """The values of terms at one point: outside all recursions, or where a body of one is computed in some round.

    ``variables`` say of each variable there which rounds, which of them and which body gave its value.
    """

    def __init__(self, valuation: Valuation, variables: dict[int, tuple[_Rounds, int, int]]) -> None:
        self.variables = variables
        self.derived: dict[tuple[int, tuple[int, ...]], Derivation] = {}
        self._valuation = valuation
        self._steps = valuation.prepared.evaluator.steps
        self._values: list[Any] = [None] * len(self._steps)
        for variable, (rounds, number, index) in variables.items():
            self._values[variable] = rounds.values[number][index]
        self._relations: dict[int, Relation] = {}
        self._rounds: dict[int, _Rounds] = {}

    def inside(self, variables: dict[int, tuple[_Rounds, int, int]]) -> _Scope:
        return _Scope(self._valuation, {**self.variables, **variables})

    def value(self, term: Term) -> Any:
        """The value of a term whose variables are all known here."""
        if not term.open_in:
            return self._valuation.value(term)
        values = self._values
        if values[term.number] is None:
            terms = {each.number: each for each in parts([term])}
            for number in in_order([term], lambda each: each.open_in <= self.variables.keys()):
                if values[number] is None:
                    each = terms[number]
                    base = self._valuation.base
                    values[number] = self._steps[number](values, base) if each.open_in else self._valuation.value(each)
        return values[term.number]

    def relation(self, term: Term) -> Relation:
        found = self._relations.get(term.number)
        if found is None:
            found = self._relations[term.number] = rows.to_rows(self.value(term))
        return found

    def has(self, term: Term, events: tuple[int, ...]) -> bool:
        """Whether these events are in the value of a term."""
        if term.sort == RELATION:
            return bool(self.relation(term)[events[0]] >> events[1] & 1)
        return _is_in(self.value(term), term, events)

    def rounds(self, fixpoint: Term) -> _Rounds:
        """What a recursion comes to here."""
        found = self._rounds.get(fixpoint.number)
        if found is None:
            found = self._rounds[fixpoint.number] = _Rounds(fixpoint, self, self._valuation)
        return found


def _is_in(value: Any, term: Term, events: tuple[int, ...]) -> bool:
    if term.sort == SET:
        return bool(value >> events[0] & 1)
    return bool(rows.to_rows(value)[events[0]] >> events[1] & 1)
