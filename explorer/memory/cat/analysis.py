"""What can be said of a term without an execution.

Four questions, each answered by one pass over the table (operands come first):

* does it depend on rf or co (``dynamic``), or do the paths of the threads fix it;
* does it depend on what a ``with`` chooses (``chosen``);
* how does it change as an execution grows (``growth``, ``growth_on_paths``, ``growth_anywhere``, ``growth_of_parts``);
* can it be evaluated on one thread's path alone (``locality``).
"""

from __future__ import annotations

from collections.abc import Callable
from enum import IntEnum
from functools import cached_property, reduce
from operator import and_

from explorer.memory.cat.base import CHANGING, DYNAMIC, PAIRWISE, PREFIX_LOCAL
from explorer.memory.cat.sort import RELATION, SET
from explorer.memory.cat.term import Op, Term, TermTable


class Growth(IntEnum):
    """What happens to a term, on the events there are, when an execution grows.

    It grows by events at the ends of threads and by pairs of rf and co; kinds, tags,
    locations, threads and the program order of its events stay.  The larger says less.
    """

    FIXED = 0  # nothing
    GROWING = 1  # it may gain members or pairs, never loses any
    UNKNOWN = 2


class Locality:
    """How much of an execution decides a pair of a relation, or a member of a set: claims as bits.

    NONE claims nothing.  The claims are independent: ``[W]`` has the first two, ``po`` the
    last two.  (enum.Flag would take ten times as long, and all terms are looked at on every start.)
    """

    NONE = 0
    PAIRWISE = 1  # the two events alone (the member alone) decide
    FORWARD = 2  # every pair is within po or id, and the events from one to the other decide
    STRICT = 4  # moreover no pair is within id; only together with FORWARD


_PO = Locality.FORWARD | Locality.STRICT

_OPAQUE = frozenset(
    {
        Op.SINGLETON,
        Op.SINGLESTEP,
        Op.DIFFERENT_VALUES,
        Op.CLASSES,
        Op.CROSS,
        Op.LINEARISATIONS,
        Op.MAP,
        Op.CHOICE,
    }
)
"""Operations of which nothing is claimed."""


class Analysis:
    """The answers for all terms of a table as it is now.

    ``absent`` are base sets known to be empty in all executions in question: more can then be
    said of what is empty with them.
    """

    def __init__(self, table: TermTable, absent: frozenset[str] = frozenset()) -> None:
        self._dynamic: list[bool] = []
        self._chosen: list[bool] = []
        self._locality: list[int] = []
        self._rmw: list[bool] = []
        self._terms = tuple(table.terms)
        # Where all may be there, only ``0`` is: the evaluator relies on static terms having static operands.
        self._empty = self.empty_without(absent) if absent else [term.op is Op.EMPTY for term in self._terms]
        for term in table.terms:
            self._dynamic.append(self._is_dynamic(term))
            self._chosen.append(term.op is Op.CHOICE or self._any(self._chosen, term))
            self._rmw.append(self._is_rmw(term))
            self._locality.append(self._locality_of(term))

    def dynamic(self, term: Term) -> bool:
        """Whether the term depends on rf or co."""
        return self._dynamic[term.number]

    def chosen(self, term: Term) -> bool:
        """Whether the term depends on what a ``with`` chooses."""
        return self._chosen[term.number]

    def static(self, term: Term) -> bool:
        """Whether the paths of the threads fix the term."""
        return not self.dynamic(term) and not self.chosen(term)

    def growth(self, term: Term) -> Growth:
        """As the execution grows by events, rf and co."""
        return self._growths[term.number]

    def growth_on_paths(self, term: Term) -> Growth:
        """As the execution grows by rf and co alone: all its events are there."""
        return self._growths_on_paths[term.number]

    def growth_anywhere(self, term: Term) -> Growth:
        """As the execution grows by rf, co and events in whatever place: between the ends of a pair as well.

        ``po \\ (po ; [F] ; po)`` is fixed once its events are there, but not where a fence may still
        come between them.
        """
        return self._growths_anywhere[term.number]

    def growth_of_parts(self, term: Term) -> Growth:
        """As ``growth_anywhere``, where of ``local`` terms only pairs are looked at that will stay.

        ``po \\ (po ; [F] ; po)`` grows then: its pairs are left out until all events between them are there.
        """
        return self._growths_of_parts[term.number]

    def prefix_local(self, term: Term) -> bool:
        """Whether the term lies within po and each pair is decided by the events from one to the other.

        Such a relation can be evaluated on the path of one thread, and stays as it is
        however the thread goes on.
        """
        return self._locality[term.number] & _PO == _PO

    def pairwise(self, term: Term) -> bool:
        """Whether each event, or each two, tell alone whether they are in the term."""
        return bool(self._locality[term.number] & Locality.PAIRWISE)

    def empty_without(self, absent: frozenset[str]) -> list[bool]:
        """Per term whether it is certainly empty where these base sets are."""
        fixpoints = [term for term in self._terms if term.op is Op.FIXPOINT]
        assumed = {variable for term in fixpoints for variable in term.variables}
        while True:
            empty: list[bool] = []
            for term in self._terms:
                empty.append(_is_empty(term, empty, absent, assumed))
            # A variable is as empty as its body; a body may need others to be.
            refuted = {
                variable
                for term in fixpoints
                for variable, body in zip(term.variables, term.operands, strict=True)
                if variable in assumed and not empty[body.number]
            }
            if not refuted:
                return empty
            assumed -= refuted

    @staticmethod
    def _any(answers: list[bool], term: Term) -> bool:
        return any(answers[operand.number] for operand in term.operands)

    def empty(self, term: Term) -> bool:
        """Whether the term is ``0``, or certainly empty for want of the absent sets."""
        return self._empty[term.number]

    def local(self, term: Term) -> bool:
        """Whether its value in an execution is made up of its values on the threads' paths alone.

        No pair has its ends in different threads, and no member needs another thread's events.
        """
        locality = self._locality[term.number]
        if term.sort == SET:
            return bool(locality & Locality.PAIRWISE)
        return term.sort == RELATION and bool(locality & Locality.FORWARD)

    def _is_dynamic(self, term: Term) -> bool:
        if self._empty[term.number]:
            return False
        match term.op:
            case Op.BASE:
                return term.name in DYNAMIC
            case Op.DIFFERENT_VALUES:
                return True  # a read's value comes with its source
            case _:
                return self._any(self._dynamic, term)

    @cached_property
    def _growths(self) -> list[Growth]:
        # The locality of a variable is an assumption until its fixpoint is closed.  Events that are
        # added stand behind the ones that decide.
        stays = Locality.PAIRWISE | Locality.FORWARD
        return self._grown(lambda term: not term.open_in and bool(self._locality[term.number] & stays))

    @cached_property
    def _growths_on_paths(self) -> list[Growth]:
        return self._grown(lambda term: not term.open_in and self.static(term))

    @cached_property
    def _growths_anywhere(self) -> list[Growth]:
        return self._grown(lambda term: not term.open_in and bool(self._locality[term.number] & Locality.PAIRWISE))

    @cached_property
    def _growths_of_parts(self) -> list[Growth]:
        found: list[Growth] = []
        for term in self._terms:
            growth = self._growths_anywhere[term.number]
            if growth is Growth.UNKNOWN:
                growth = _combined(term, [found[operand.number] for operand in term.operands])
                if not term.open_in and self.static(term) and self.local(term):
                    growth = Growth.GROWING
            found.append(growth)
        return found

    def _grown(self, fixed: Callable[[Term], bool]) -> list[Growth]:
        """The growth of every term, where the empty ones and these are fixed."""
        found: list[Growth] = []
        for term in self._terms:
            if self._empty[term.number] or fixed(term):
                found.append(Growth.FIXED)
            else:
                found.append(_combined(term, [found[operand.number] for operand in term.operands]))
        return found

    def _locality_of(self, term: Term) -> int:
        if self._empty[term.number]:
            return Locality.PAIRWISE | (_PO if term.sort == RELATION else Locality.NONE)
        of = [self._locality[operand.number] for operand in term.operands]
        common = reduce(and_, of) if of else Locality.NONE
        match term.op:
            case Op.BASE:
                return _base_locality(term)
            case Op.VARIABLE:
                # Holds in every round of the fixpoint if the bodies keep it; checked where it closes.
                return _PO if term.sort == RELATION else Locality.NONE
            case Op.UNION:
                return common
            case Op.INTERSECTION:
                either = of[0] | of[1]
                return common & Locality.PAIRWISE | (either & _PO if all(of) else Locality.NONE)
            case Op.DIFFERENCE:
                return common & Locality.PAIRWISE | (of[0] & _PO if all(of) else Locality.NONE)
            case Op.COMPLEMENT | Op.PRODUCT | Op.INVERSE:
                return common & Locality.PAIRWISE
            case Op.IDENTITY:
                return Locality.PAIRWISE | Locality.FORWARD if of[0] & Locality.PAIRWISE else Locality.NONE
            case Op.SEQUENCE:
                return (of[0] | of[1]) & _PO if common & Locality.FORWARD else Locality.NONE
            case Op.PLUS:
                return common & _PO
            case Op.STAR:
                return common & Locality.FORWARD
            case Op.OPTIONAL:
                return common & (Locality.FORWARD | Locality.PAIRWISE)
            case Op.DOMAIN | Op.RANGE:
                return Locality.PAIRWISE if self._rmw[term.operands[0].number] else Locality.NONE
            case Op.FIXPOINT:
                return common & _PO if common & _PO == _PO else Locality.NONE
            case Op.COMPONENT:
                return common
            case _:
                assert term.op in _OPAQUE, term.op
                return Locality.NONE

    def _is_rmw(self, term: Term) -> bool:
        """Whether a relation is rmw, or the part of it with certain kinds and tags.

        The halves of an update are one step of a thread: they are always there together.
        """
        match term.op:
            case Op.BASE:
                return term.name == "rmw"
            case Op.SEQUENCE:
                kinds = [o for o in term.operands if o.op is Op.IDENTITY and self._locality[o.number]]
                return bool(kinds) and self._any(self._rmw, term)
            case _:
                return False


def _combined(term: Term, of: list[Growth]) -> Growth:
    """The growth that follows from that of the operands."""
    most = max(of, default=Growth.FIXED)
    match term.op:
        case Op.EMPTY:
            return Growth.FIXED
        case Op.BASE:
            return Growth.UNKNOWN if term.name in CHANGING else Growth.GROWING
        case Op.VARIABLE:
            # By induction over the rounds of the fixpoint; its bodies are checked where it closes.
            return Growth.GROWING
        case Op.UNION | Op.INTERSECTION | Op.PRODUCT | Op.IDENTITY | Op.INVERSE | Op.OPTIONAL:
            return most
        case Op.DIFFERENCE:
            return of[0] if of[1] is Growth.FIXED else Growth.UNKNOWN
        case Op.COMPLEMENT:
            return Growth.UNKNOWN  # what kinds and tags decide has been dealt with: it is fixed
        case _:
            # A new event can join two old ones in a composition or a closure, and can become
            # the other end that domain and range look for.
            return Growth.UNKNOWN if term.op in _OPAQUE else max(most, Growth.GROWING)


def _is_empty(term: Term, empty: list[bool], absent: frozenset[str], assumed: set[int]) -> bool:
    of = [empty[operand.number] for operand in term.operands]
    match term.op:
        case Op.EMPTY:
            return True
        case Op.BASE:
            return term.name in absent
        case Op.VARIABLE:
            return term.number in assumed
        case Op.UNION | Op.FIXPOINT:
            return all(of)
        case Op.COMPONENT:
            return empty[term.operands[0].operands[term.index].number]
        case Op.INTERSECTION | Op.PRODUCT | Op.SEQUENCE:
            return any(of)
        case Op.DIFFERENCE | Op.IDENTITY | Op.INVERSE | Op.PLUS | Op.DOMAIN | Op.RANGE:
            return of[0]
        case Op.SINGLESTEP | Op.DIFFERENT_VALUES:
            return of[0]  # some of its pairs
        case _:
            return False


def _base_locality(term: Term) -> int:
    if term.name in DYNAMIC:
        return Locality.NONE
    if term.sort == SET or term.name in PAIRWISE:
        return Locality.PAIRWISE | (Locality.FORWARD if term.name == "id" else Locality.NONE)
    return _PO if term.name in PREFIX_LOCAL else Locality.NONE
