"""Sets and relations as terms: a model's expressions after names, functions and includes.

Terms are interned: equal expressions of one table are the same object, whatever names
the file gave them.  So each is evaluated once per execution, and "is this axiom about
the same relation as ``before``" is a comparison of objects.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum, auto


class Sort(Enum):
    """What a term denotes; the value is the word for it in messages."""

    SET = "set"
    RELATION = "relation"


class Op(Enum):
    """How a term is made.  All but the first group work on other terms."""

    BASE = auto()  # a set or relation that the execution itself gives, by name
    VARIABLE = auto()  # stands for one result of the fixpoint around it
    EMPTY = auto()  # the empty set or relation, by sort

    UNION = auto()  # two operands or more, ordered by number
    INTERSECTION = auto()
    DIFFERENCE = auto()
    COMPLEMENT = auto()
    PRODUCT = auto()
    IDENTITY = auto()
    DOMAIN = auto()
    RANGE = auto()
    SEQUENCE = auto()
    INVERSE = auto()
    PLUS = auto()
    STAR = auto()
    OPTIONAL = auto()
    FIXPOINT = auto()  # the operands are the bodies of a ``let rec``
    COMPONENT = auto()  # one of the results of a fixpoint, its only operand


@dataclass(frozen=True, slots=True, eq=False)
class Term:
    """One set or relation.

    ``number`` is the place in the table; invariant: operands have smaller numbers
    (asserted by the table).  ``name`` is that of a base set or relation.  ``variables``
    are, for a fixpoint, its variables in the order of the bodies, for a variable itself.
    ``index`` says which result a component takes.  ``open_in`` holds the numbers of the
    variables whose fixpoint is still around the term.  ``monotone`` is False for a fixpoint
    that has one of its variables under a complement or on the right of a difference.
    """

    number: int
    op: Op
    sort: Sort
    operands: tuple[Term, ...]
    name: str = ""
    index: int = 0
    variables: tuple[int, ...] = ()
    open_in: frozenset[int] = frozenset()
    monotone: bool = True


class TermTable:
    """Makes terms and keeps one of each."""

    def __init__(self) -> None:
        self.terms: list[Term] = []
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
        if second.op is Op.SEQUENCE:
            return self.sequence(self.sequence(first, second.operands[0]), second.operands[1])
        return self._make(Op.SEQUENCE, Sort.RELATION, (first, second))

    def binary(self, op: Op, first: Term, second: Term) -> Term:
        """Intersection, difference (both of any sort) or product of two terms."""
        if op is Op.INTERSECTION and second.number < first.number:
            first, second = second, first
        return self._make(op, Sort.RELATION if op is Op.PRODUCT else first.sort, (first, second))

    def unary(self, op: Op, operand: Term) -> Term:
        if op in (Op.DOMAIN, Op.RANGE):
            sort = Sort.SET
        elif op is Op.COMPLEMENT:
            sort = operand.sort
        else:
            sort = Sort.RELATION
        return self._make(op, sort, (operand,))

    def variable(self, sort: Sort) -> Term:
        """A fresh variable; close it with ``fixpoint``."""
        return self._make(Op.VARIABLE, sort, variables=(len(self.terms),))

    def fixpoint(self, variables: list[Term], bodies: list[Term]) -> list[Term]:
        """The sets and relations with ``variables[i] = bodies[i]`` for all i that repetition comes to.

        They are the least ones where the bodies only grow with the variables.
        """
        numbers = tuple(variable.number for variable in variables)
        monotone = not any(self._negates(body, frozenset(numbers)) for body in bodies)
        fixpoint = self._make(Op.FIXPOINT, Sort.RELATION, tuple(bodies), variables=numbers, monotone=monotone)
        return [self._make(Op.COMPONENT, body.sort, (fixpoint,), index=index) for index, body in enumerate(bodies)]

    def _negates(self, term: Term, variables: frozenset[int]) -> bool:
        """Whether one of the variables is in the term where it shrinks as the variable grows."""
        if not term.open_in & variables:
            return False
        negated = {Op.COMPLEMENT: term.operands[:1], Op.DIFFERENCE: term.operands[1:]}.get(term.op, ())
        return any(operand.open_in & variables for operand in negated) or any(
            self._negates(operand, variables) for operand in term.operands
        )

    def _make(
        self,
        op: Op,
        sort: Sort,
        operands: tuple[Term, ...] = (),
        *,
        name: str = "",
        index: int = 0,
        variables: tuple[int, ...] = (),
        monotone: bool = True,
    ) -> Term:
        key = (op, sort, tuple(operand.number for operand in operands), name, index, variables)
        known = self._interned.get(key)
        if known is not None:
            return known
        open_in = frozenset(variables if op is Op.VARIABLE else ())
        for operand in operands:
            assert self.terms[operand.number] is operand, "a term of another table"
            open_in |= operand.open_in
        if op is Op.FIXPOINT:
            open_in -= frozenset(variables)
        term = Term(len(self.terms), op, sort, operands, name, index, variables, open_in, monotone)
        self.terms.append(term)
        self._interned[key] = term
        return term
