"""What becomes of a term when threads that only read join an execution.

The threads that are there are *kept*, those that join are *added*: they have no write and no
update of memory, so nothing reads from them and coherence stays as it is.  Where they run
to their end after everything else (``last``), every read of theirs takes the last write of
its location, and nothing overwrites what they read: fr leads out of none of them.

Like ``explorer.memory.cat.analysis`` this is one pass over the table, operands first; a
fixpoint is assumed to have no pair and weakened until its bodies give no more than that.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

from explorer.memory.cat.sort import RELATION, SET
from explorer.memory.cat.term import Op, Term, TermTable


class Among(IntEnum):
    """Which pairs of two events of added threads there may be; each includes those before it."""

    NONE = 0
    PO = 1  # from one event to a later one of its thread
    PO_OR_ID = 2
    THREAD = 3  # any two events of one thread
    ANY = 4


@dataclass(frozen=True, slots=True)
class Claim:
    """What may be the case of a term; the less, the more is claimed.

    Attributes:
        gains: pairs of kept events (kept members) that were not there without the added threads.
        loses: pairs of kept events (kept members) that were there without them.
        enters: pairs from a kept event to an added one.
        leaves: pairs from an added event to a kept one.
        among: pairs of added events, or (ANY) members of a set that are added events.
        splits: take two added threads that do the same for one: then there are pairs that were
            not there before, other than from one of the two to the other.
        splits_across: the same from one of the two to the other.
    """

    gains: bool = False
    loses: bool = False
    enters: bool = False
    leaves: bool = False
    among: Among = Among.NONE
    splits: bool = False
    splits_across: bool = False

    @property
    def changes(self) -> bool:
        """Whether anything may change between kept events."""
        return self.gains or self.loses

    def __or__(self, other: Claim) -> Claim:
        """What may be the case of a union."""
        return Claim(
            self.gains or other.gains,
            self.loses or other.loses,
            self.enters or other.enters,
            self.leaves or other.leaves,
            max(self.among, other.among),
            self.splits or other.splits,
            self.splits_across or other.splits_across,
        )


_NOTHING = Claim()
_ANYTHING = Claim(True, True, True, True, Among.ANY, True, True)
_WITHIN_THREADS = {
    "po": Claim(among=Among.PO),
    "po-apart": Claim(among=Among.PO),
    "addr": Claim(among=Among.PO),
    "data": Claim(among=Among.PO),
    "ctrl": Claim(among=Among.PO),
    "ctrl-later": Claim(among=Among.PO),
    "id": Claim(among=Among.PO_OR_ID),
    "int": Claim(among=Among.THREAD),
    "rmw": _NOTHING,
}
_BASE = {
    **_WITHIN_THREADS,
    "rf": Claim(enters=True),
    "co": _NOTHING,
    "co0": _NOTHING,
    "loc": Claim(enters=True, leaves=True, among=Among.ANY),
    # The two of one are not external to each other there.
    "ext": Claim(enters=True, leaves=True, among=Among.ANY, splits_across=True),
}


class AddedReaders:
    """The claims for all terms of a table.

    Args:
        table: the terms.
        empty: per term whether it is certainly empty in the executions in question.
        absent: base sets that no event of an added thread is in; all sets of writes are among them.
        last: whether the added threads run to their end after everything else.
    """

    def __init__(self, table: TermTable, empty: list[bool], absent: frozenset[str], *, last: bool) -> None:
        self._empty = empty
        self._absent = absent | {"W", "IW", "FW"}
        self._last = last
        self._assumed: dict[int, Claim] = {}
        fixpoints = [term for term in table.terms if term.op is Op.FIXPOINT]
        while True:
            self._claims: list[Claim] = []
            for term in table.terms:
                self._claims.append(self._claim(term))
            weaker = {
                variable: assumed | claim
                for fixpoint in fixpoints
                for variable, body in zip(fixpoint.variables, fixpoint.operands, strict=True)
                if (assumed := self._assumed.get(variable, _NOTHING)) | (claim := self._claims[body.number]) != assumed
            }
            if not weaker:
                break
            self._assumed.update(weaker)

    def claim(self, term: Term) -> Claim:
        """What may be the case of a term."""
        return self._claims[term.number]

    def _claim(self, term: Term) -> Claim:
        if self._empty[term.number] and not term.open_in:
            return _NOTHING
        if term.sort not in (SET, RELATION) and term.op is not Op.FIXPOINT:
            return _ANYTHING
        of = [self._claims[operand.number] for operand in term.operands]
        match term.op:
            case Op.EMPTY:
                return _NOTHING
            case Op.BASE if term.sort == SET:
                return _NOTHING if term.name in self._absent else Claim(among=Among.ANY)
            case Op.BASE:
                return _BASE[term.name]
            case Op.VARIABLE:
                return self._assumed.get(term.number, _NOTHING)
            case Op.UNION | Op.FIXPOINT:
                claim = of[0]
                for other in of[1:]:
                    claim |= other
                return claim
            case Op.COMPONENT:
                return self._claims[term.operands[0].operands[term.index].number]
            case Op.INTERSECTION:
                return _intersection(*of)
            case Op.DIFFERENCE:
                return _difference(of[0], of[1], without_id=_has_identity(term.operands[1]))
            case Op.COMPLEMENT:
                related = term.sort == RELATION
                return Claim(of[0].loses, of[0].gains, related, related, Among.ANY, of[0].loses, related)
            case Op.PRODUCT:
                return _product(*of)
            case Op.IDENTITY:
                return Claim(of[0].gains, of[0].loses, among=min(of[0].among, Among.PO_OR_ID), splits=of[0].splits)
            case Op.DOMAIN:
                return _set(of[0], added=of[0].leaves or of[0].among > Among.NONE, gains=of[0].enters)
            case Op.RANGE:
                return _set(of[0], added=of[0].enters or of[0].among > Among.NONE, gains=of[0].leaves)
            case Op.SEQUENCE:
                claim = _sequence(*of)
                if self._last and _is_from_reads(term):
                    return Claim(claim.gains, claim.loses, among=Among.NONE)
                return claim
            case Op.INVERSE:
                among = of[0].among
                if among in (Among.PO, Among.PO_OR_ID):
                    among = Among.THREAD
                claim = of[0]
                return Claim(
                    claim.gains, claim.loses, claim.leaves, claim.enters, among, claim.splits, claim.splits_across
                )
            case Op.PLUS:
                return _closure(of[0])
            case Op.STAR:
                return _closure(of[0]) | _WITHIN_THREADS["id"]
            case Op.DIFFERENT_VALUES:
                return of[0]  # values stay, and two that do the same have the same ones
            case Op.OPTIONAL:
                return of[0] | _WITHIN_THREADS["id"]
            case _:
                return _ANYTHING


def _set(claim: Claim, *, added: bool, gains: bool = False) -> Claim:
    """The claim for a set made of a term with this claim."""
    splits = claim.splits or claim.splits_across
    return Claim(claim.gains or gains, claim.loses, among=Among.ANY if added else Among.NONE, splits=splits)


def _intersection(first: Claim, second: Claim) -> Claim:
    among = min(first.among, second.among)
    splits = first.splits or second.splits
    return Claim(
        first.gains or second.gains,
        first.loses or second.loses,
        first.enters and second.enters,
        first.leaves and second.leaves,
        among,
        splits,
        among is Among.ANY and (first.splits_across or second.splits_across),
    )


def _difference(first: Claim, second: Claim, *, without_id: bool) -> Claim:
    among = Among.PO if without_id and first.among is Among.PO_OR_ID else first.among
    # What is taken away between kept events and one of the two may be less between the two.
    return Claim(
        first.gains or second.loses,
        first.loses or second.gains,
        first.enters,
        first.leaves,
        among,
        first.splits or second.loses,
        among is Among.ANY,
    )


def _product(first: Claim, second: Claim) -> Claim:
    return Claim(
        first.gains or second.gains,
        first.loses or second.loses,
        enters=second.among > Among.NONE,
        leaves=first.among > Among.NONE,
        among=min(first.among, second.among),
        splits=first.splits or second.splits,
        splits_across=first.splits or second.splits,
    )


def _sequence(first: Claim, second: Claim) -> Claim:
    around = first.leaves and second.enters  # from an added event through a kept one to an added one
    if around:
        among = Among.ANY
    elif Among.NONE in (first.among, second.among):
        among = Among.NONE
    elif max(first.among, second.among) <= Among.PO_OR_ID:
        among = min(first.among, second.among)
    else:
        among = max(first.among, second.among)
    splits = first.splits or second.splits or first.splits_across or second.splits_across
    return Claim(
        first.gains or second.gains or (first.enters and second.leaves),
        first.loses or second.loses,
        second.enters or (first.enters and second.among > Among.NONE),
        first.leaves or (first.among > Among.NONE and second.leaves),
        among,
        splits,
        splits,
    )


def _closure(claim: Claim) -> Claim:
    through = claim.enters and claim.leaves
    splits = claim.splits or claim.splits_across
    return Claim(
        claim.gains or through,
        claim.loses,
        claim.enters,
        claim.leaves,
        Among.ANY if through else claim.among,
        splits,
        splits,
    )


def _is_from_reads(term: Term) -> bool:
    """Whether this is ``rf^-1 ; co``."""
    first, second = term.operands
    reads = first.operands[0] if first.op is Op.INVERSE else None
    return reads is not None and (reads.op, reads.name, second.op, second.name) == (Op.BASE, "rf", Op.BASE, "co")


def _has_identity(term: Term) -> bool:
    """Whether every event is related to itself, as far as can be told at a glance."""
    return term.op in (Op.STAR, Op.OPTIONAL) or (term.op is Op.BASE and term.name == "id")
