"""Sets and relations as terms: a model's expressions after names, functions and includes.

Terms are interned: equal expressions of one table are the same object, whatever names
the file gave them.  So each is evaluated once per execution, and "is this axiom about
the same relation as ``before``" is a comparison of objects.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import Enum, auto

from explorer.memory.cat.sort import RELATION, SET, Sort, set_of
from explorer.memory.cat.source import Place


class Op(Enum):
    """How a term is made.  All but the first group work on other terms."""

    BASE = auto()  # a set or relation that the execution itself gives, by name
    VARIABLE = auto()  # stands for one result of the fixpoint, or one member of the collection, around it
    EMPTY = auto()  # the empty set, relation or collection, by sort

    # Sets, relations and larger collections.
    UNION = auto()  # two operands or more, ordered by number
    INTERSECTION = auto()
    DIFFERENCE = auto()
    COMPLEMENT = auto()
    SINGLETON = auto()  # the collection with one member

    # Sets and relations.
    PRODUCT = auto()
    IDENTITY = auto()
    DOMAIN = auto()
    RANGE = auto()
    SEQUENCE = auto()
    INVERSE = auto()
    PLUS = auto()
    STAR = auto()
    OPTIONAL = auto()
    SINGLESTEP = auto()  # the pairs that no longer path joins
    DIFFERENT_VALUES = auto()  # the pairs whose events have different values

    # Larger collections.
    CLASSES = auto()  # of an equivalence relation
    CROSS = auto()  # every union of one member of each member
    LINEARISATIONS = auto()  # of a set: the total orders that keep a relation
    MAP = auto()  # what the first operand is as its variable takes every member of the second
    CHOICE = auto()  # one member of its operand: another one in every candidate

    FIXPOINT = auto()  # the operands are the bodies of a ``let rec``
    COMPONENT = auto()  # one of the results of a fixpoint, its only operand


@dataclass(frozen=True, slots=True, eq=False)
class Term:
    """One set, relation, or other value.

    ``number`` is the place in the table; invariant: operands have smaller numbers
    (asserted by the table).  ``name`` is that of a base set or relation, or of a choice.
    ``variables`` are, for a fixpoint, its variables in the order of the bodies, for a map
    or variable the one variable.  ``index`` says which result a component takes.
    ``open_in`` holds the numbers of the variables whose fixpoint or map is still around
    the term.
    """

    number: int
    op: Op
    sort: Sort
    operands: tuple[Term, ...]
    name: str = ""
    index: int = 0
    variables: tuple[int, ...] = ()
    open_in: frozenset[int] = frozenset()


class TermTable:
    """Makes terms and keeps one of each.

    ``places`` says of some terms where they were first spelled out: it serves messages.
    ``size`` counts the terms and their operands.
    """

    def __init__(self) -> None:
        self.terms: list[Term] = []
        self.size = 0
        self.places: dict[int, Place] = {}
        self._interned: dict[tuple[object, ...], Term] = {}

    def base(self, name: str, sort: Sort) -> Term:
        return self._make(Op.BASE, sort, name=name)

    def empty(self, sort: Sort) -> Term:
        return self._make(Op.EMPTY, sort)

    def union(self, operands: Iterable[Term]) -> Term:
        """The union of one or more terms of one sort, flattened, so that grouping and order do not matter."""
        parts: dict[int, Term] = {}
        for operand in operands:
            for part in operand.operands if operand.op is Op.UNION else (operand,):
                parts[part.number] = part
        ordered = tuple(parts[number] for number in sorted(parts))
        return ordered[0] if len(ordered) == 1 else self._make(Op.UNION, ordered[0].sort, ordered)

    def sequence(self, first: Term, second: Term) -> Term:
        """Composition, grouped to the left: in ``r ; [S] ; q`` the cheap ``r ; [S]`` comes first."""
        later: list[Term] = []
        while second.op is Op.SEQUENCE:
            second, last = second.operands
            later.append(last)
        result = self._make(Op.SEQUENCE, RELATION, (first, second))
        for factor in reversed(later):
            result = self._make(Op.SEQUENCE, RELATION, (result, factor))
        return result

    def binary(self, op: Op, first: Term, second: Term) -> Term:
        """Intersection and difference (both of one sort), product, or linearisations."""
        if op is Op.INTERSECTION and second.number < first.number:
            first, second = second, first
        sort = {Op.PRODUCT: RELATION, Op.LINEARISATIONS: set_of(RELATION)}.get(op, first.sort)
        return self._make(op, sort, (first, second))

    def unary(self, op: Op, operand: Term) -> Term:
        match op:
            case Op.DOMAIN | Op.RANGE:
                sort = SET
            case Op.COMPLEMENT:
                sort = operand.sort
            case Op.SINGLETON:
                sort = set_of(operand.sort)
            case Op.CLASSES:
                sort = set_of(SET)
            case Op.CROSS:
                # A set of sets of relations gives a set of relations.
                assert operand.sort.element is not None
                sort = operand.sort.element
            case _:
                sort = RELATION
        return self._make(op, sort, (operand,))

    def variable(self, sort: Sort) -> Term:
        """A fresh variable; close it with ``fixpoint`` or ``map``."""
        return self._make(Op.VARIABLE, sort, variables=(len(self.terms),))

    def fixpoint(self, variables: list[Term], bodies: list[Term], place: Place) -> list[Term]:
        """The sets and relations that come out when ``variables[i] = bodies[i]`` is repeated from nothing.

        The place is that of the recursion, should it never come to rest.
        """
        numbers = tuple(variable.number for variable in variables)
        fixpoint = self._make(Op.FIXPOINT, RELATION, tuple(bodies), variables=numbers)
        self.places.setdefault(fixpoint.number, place)
        return [self._make(Op.COMPONENT, body.sort, (fixpoint,), index=index) for index, body in enumerate(bodies)]

    def map(self, variable: Term, body: Term, collection: Term) -> Term:
        """The collection of what ``body`` is for every member of ``collection`` in place of the variable."""
        return self._make(Op.MAP, set_of(body.sort), (body, collection), variables=(variable.number,))

    def choice(self, name: str, source: Term) -> Term:
        """A member of a collection, chosen anew by every ``with``."""
        assert source.sort.element is not None
        return self._make(Op.CHOICE, source.sort.element, (source,), name=name, variables=(len(self.terms),))

    def _make(
        self,
        op: Op,
        sort: Sort,
        operands: tuple[Term, ...] = (),
        *,
        name: str = "",
        index: int = 0,
        variables: tuple[int, ...] = (),
    ) -> Term:
        key = (op, sort, tuple(operand.number for operand in operands), name, index, variables)
        known = self._interned.get(key)
        if known is not None:
            return known
        open_in = frozenset(variables if op is Op.VARIABLE else ())
        for operand in operands:
            assert self.terms[operand.number] is operand, "a term of another table"
            open_in |= operand.open_in
        if op in (Op.FIXPOINT, Op.MAP):
            open_in -= frozenset(variables)
        term = Term(len(self.terms), op, sort, operands, name, index, variables, open_in)
        self.terms.append(term)
        self.size += 1 + len(operands)
        self._interned[key] = term
        return term


def parts(roots: Iterable[Term]) -> Iterator[Term]:
    """Every term that the roots are made of, themselves among them, once each."""
    seen: set[int] = set()
    pending = list(roots)
    while pending:
        term = pending.pop()
        if term.number not in seen:
            seen.add(term.number)
            pending.extend(term.operands)
            yield term
