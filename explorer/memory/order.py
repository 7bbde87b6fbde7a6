"""Acyclicity axioms in the form that a search can keep up to date edge by edge."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache, cached_property
from itertools import product

from explorer.execution.event import Event
from explorer.execution.execution import Execution
from explorer.execution.kinds import Kind, Tag
from explorer.execution.location import Location
from explorer.execution.relation import EventSet, Relation, empty, from_pairs, union
from explorer.memory.cat.analysis import Analysis, Growth
from explorer.memory.cat.base import BASE_SETS, BaseValues
from explorer.memory.cat.elaborate import Theory
from explorer.memory.cat.evaluate import Evaluator
from explorer.memory.cat.term import Op, Term, parts

_LOOKED_AT = {"po-apart": frozenset({"Plain"} | {kind.value for kind in Kind if kind not in (Kind.READ, Kind.WRITE)})}
"""The base sets that a base relation tells events apart by."""

_COMMUNICATION = {
    "rf": ("rfi", "rfe"),
    "co": ("coi", "coe"),
    "fr": ("fri", "fre"),
    **{name: (name,) for name in ("rfi", "rfe", "coi", "coe", "fri", "fre")},
}
"""What each communication relation is the union of."""


@dataclass(frozen=True)
class Order:
    """The linear part of one axiom ``acyclic e``: e as a union of terms.

    Attributes:
        axiom: the axiom's name.
        terms: which of rfi, rfe, coi, coe, fri, fre the union contains.
        complete: nothing else is in the union than ``terms`` and the static rows, so that
            the axiom holds exactly where they are acyclic together.
        static: the terms of the union that a thread's path fixes.
        lasting: those of ``static`` whose pairs no event can undo that comes between their ends.
        among: the set that every pair of the order begins and ends in, as in
            ``acyclic [S] ; (...) ; [S]``; None where nothing limits it.
    """

    axiom: str
    terms: frozenset[str]
    complete: bool
    static: tuple[Term, ...] = field(repr=False)
    lasting: tuple[Term, ...] = field(repr=False)
    among: Term | None = field(repr=False)
    evaluator: Evaluator = field(repr=False)

    def static_rows(self, thread_execution: Execution) -> Relation:
        """The pairs of the union that the path of one thread fixes.

        They lie within program order, and each is decided by the events from its one end to
        the other: it stays as it is however the thread goes on.

        Args:
            thread_execution: the events of one thread; read sources and coherence are not
                looked at and may be missing.
        """
        return self._rows(self.static, thread_execution)

    def _rows(self, terms: Sequence[Term], thread_execution: Execution) -> Relation:
        valuation = self.evaluator.valuation(thread_execution)
        rows = union(empty(len(thread_execution)), *[valuation.relation(term) for term in terms])
        members = self.members(thread_execution)
        return [row & members if members >> event & 1 else 0 for event, row in enumerate(rows)]

    def members(self, thread_execution: Execution) -> EventSet:
        """The events of one thread's path that the order can relate."""
        if self.among is None:
            return (1 << len(thread_execution)) - 1
        return self.evaluator.valuation(thread_execution).set(self.among)

    @cached_property
    def uses(self) -> frozenset[str]:
        """Names of the base sets and relations that the static rows are made of, or that these look at."""
        roots = self.static if self.among is None else (*self.static, self.among)
        named = frozenset(term.name for term in parts(roots) if term.op is Op.BASE)
        return named.union(*[_LOOKED_AT[name] for name in named & _LOOKED_AT.keys()])

    def orders_loads_before_later_stores(self) -> bool:
        """Whether every load is ordered before every later store of its thread.

        Sound because the lasting rows only grow with an execution, in whatever place events
        are added: where the two events alone are ordered, so are they among others.
        Two events that no set named in the rows tells apart are interchangeable, so one of
        each class is tried, on one location and on two.
        """
        loads = [kind for kind in Kind if kind.reads]
        stores = [kind for kind in Kind if kind.writes and kind is not Kind.INITIAL]
        one, other = Location("one"), Location("other")
        return self._orders(loads, stores, one, one) and self._orders(loads, stores, one, other)

    def keeps_coherence(self) -> bool:
        """Whether rf, co, fr and the program order of accesses of one location have no cycle together."""
        accesses = [kind for kind in Kind if (kind.reads or kind.writes) and kind is not Kind.INITIAL]
        one = Location("one")
        return self.has_all_communication and self._orders(accesses, accesses, one, one)

    def is_sequential(self) -> bool:
        """Whether rf, co, fr and the whole program order of accesses have no cycle together."""
        accesses = [kind for kind in Kind if (kind.reads or kind.writes) and kind is not Kind.INITIAL]
        one, other = Location("one"), Location("other")
        return (
            self.has_all_communication
            and self._orders(accesses, accesses, one, one)
            and self._orders(accesses, accesses, one, other)
        )

    @property
    def has_all_communication(self) -> bool:
        """Whether all of rf, co and fr are in the order."""
        return self.among is None and self.terms == {part for parts in _COMMUNICATION.values() for part in parts}

    def _orders(
        self, kinds: Sequence[Kind], later: Sequence[Kind], location: Location, later_location: Location
    ) -> bool:
        """Whether each event of some kinds is ordered before each later one of its thread of other kinds.

        Where the rows tell halves of updates apart, each of the two events is tried as one, too,
        and both as one update; False where they look at more of ``rmw`` than who is half of an update.
        """
        named = sorted(self.uses & BASE_SETS.keys())
        if not self._sees_only_halves():
            return False
        halves = (False, True) if "rmw" in self.uses else (False,)
        pairs = product(_classes(kinds, named), _classes(later, named))
        return all(
            self._rows(self.lasting, execution)[first] >> second & 1
            for one, two in pairs
            for execution, first, second in _both(one, location, two, later_location, halves)
        )

    def _sees_only_halves(self) -> bool:
        """Whether the static rows look at ``rmw`` through its domain and its range alone."""
        return all(
            term.op in (Op.DOMAIN, Op.RANGE)
            for term in parts(self.static if self.among is None else (*self.static, self.among))
            if any(operand.op is Op.BASE and operand.name == "rmw" for operand in term.operands)
        ) and not any(term.op is Op.BASE and term.name == "rmw" for term in self.static)


def linear_form(axiom: str, term: Term, theory: Theory, analysis: Analysis, evaluator: Evaluator) -> Order:
    """The linear form of the axiom ``acyclic term``.

    Terms of the union that are neither simple communication relations nor local to a thread's
    path are left out, and the order is not complete.
    """
    among = _both_ends(term, analysis)
    if among is not None:
        term = term.operands[0].operands[1]
    simple: dict[object, tuple[str, ...]] = {theory.names[name]: parts for name, parts in _COMMUNICATION.items()}
    sides: dict[object, str] = {theory.names["int"]: "i", theory.names["ext"]: "e"}
    terms: set[str] = set()
    local: list[Term] = []
    complete = True
    for part in term.operands if term.op is Op.UNION else (term,):
        one_sided = _one_sided(part, simple, sides)
        if part in simple:
            terms.update(simple[part])
        elif one_sided:
            terms.update(one_sided)
        elif analysis.prefix_local(part):
            local.append(part)
        else:
            complete = False
    lasting = tuple(part for part in local if analysis.growth_anywhere(part) is not Growth.UNKNOWN)
    return Order(axiom, frozenset(terms), complete, tuple(local), lasting, among, evaluator)


def _both_ends(term: Term, analysis: Analysis) -> Term | None:
    """The set S of a term ``[S] ; r ; [S]`` where each event tells alone whether it is in S."""
    if term.op is not Op.SEQUENCE or term.operands[0].op is not Op.SEQUENCE:
        return None
    first, last = term.operands[0].operands[0], term.operands[1]
    if first is last and first.op is Op.IDENTITY and analysis.pairwise(first.operands[0]):
        return first.operands[0]
    return None


def _one_sided(part: Term, simple: Mapping[object, tuple[str, ...]], sides: Mapping[object, str]) -> set[str]:
    """The communication relations that ``(co | fr) & int`` and its like stand for; none if it is no such term."""
    if part.op is not Op.INTERSECTION:
        return set()
    for whole, side in (part.operands, part.operands[::-1]):
        pieces = whole.operands if whole.op is Op.UNION else (whole,)
        if side in sides and all(len(simple.get(piece, ())) == 2 for piece in pieces):
            return {name for piece in pieces for name in simple[piece] if name.endswith(sides[side])}
    return set()


def _classes(kinds: Sequence[Kind], named: list[str]) -> list[tuple[Kind, Tag | None]]:
    """One kind and tag of every class of events that the named sets tell apart."""
    found: dict[tuple[bool, ...], tuple[Kind, Tag | None]] = {}
    for kind, tag in product(kinds, (None, *Tag)):
        found.setdefault(tuple(_belongs(kind, tag, name) for name in named), (kind, tag))
    return list(found.values())


_Class = tuple[Kind, Tag | None]


def _both(
    one: _Class, location: Location, two: _Class, later_location: Location, halves: Sequence[bool]
) -> Iterator[tuple[Execution, int, int]]:
    """One thread with two events and the places of these: each by itself or as half of an update."""
    for first_is_half, second_is_half in product(halves, halves):
        events: list[Event] = []
        updates: list[tuple[int, int]] = []
        places: list[int] = []
        for (kind, tag), where, is_half in ((one, location, first_is_half), (two, later_location, second_is_half)):
            itself = Event(0, 0, kind, tag, where, 0)
            if not is_half:
                group = [itself]
            elif kind.reads:
                group = [itself, Event(0, 0, Kind.WRITE, Tag.ONCE, where, 0)]
            else:
                group = [Event(0, 0, Kind.READ, Tag.ONCE, where, 0), itself]
            places.append(len(events) + group.index(itself))
            updates += [(len(events), len(events) + 1)] if is_half else []
            events += group
        yield _thread(*events, updates=updates), places[0], places[1]
    if len(halves) > 1 and one[0].reads and two[0].writes and location is later_location:
        update = (Event(0, 0, *one, location, 0), Event(0, 1, *two, location, 0))
        yield _thread(*update, updates=[(0, 1)]), 0, 1


@cache
def _belongs(kind: Kind, tag: Tag | None, name: str) -> bool:
    """Whether an event is in a base set."""
    return BASE_SETS[name](_alone(kind, tag)) != 0


@cache
def _alone(kind: Kind, tag: Tag | None) -> BaseValues:
    return BaseValues.of(_thread(Event(0, 0, kind, tag, Location("any"), 0)))


def _thread(*events: Event, updates: Sequence[tuple[int, int]] = ()) -> Execution:
    """One thread's path without dependences."""
    events = tuple(replace(event, index=place) for place, event in enumerate(events))
    none = empty(len(events))
    return Execution(
        threads=("thread",),
        events=events,
        source_of=(-1,) * len(events),
        coherence=(),
        rmw=from_pairs(len(events), updates),
        addr=none,
        data=none,
        ctrl=none,
        ctrl_later=none,
    )
