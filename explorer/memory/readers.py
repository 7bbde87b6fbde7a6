"""Whether a model lets threads that only read be left out of an exploration.

What is asked of the model, by way of ``explorer.memory.cat.readers``: an execution that it
allows is still allowed without some of these threads; one that it allows is allowed with
them, too, where they run to their end last; and what it says of an execution (``before``,
flags) is the same of the threads that are there, or at least no less without the others.
"""

from __future__ import annotations

from functools import cached_property

from explorer.memory.cat.base import SET_NAMES
from explorer.memory.cat.readers import AddedReaders, Among, Claim
from explorer.memory.cat.sort import RELATION
from explorer.memory.cat.syntax import CheckKind
from explorer.memory.model import Axiom, Model


class ReadersOfModel:
    """The answers for programs with events of some kinds and tags.

    Args:
        model: the model.
        present: the sets of cat that events of the program are in by kind and tag.
        reading: those that events of the threads that only read are in.
    """

    def __init__(self, model: Model, present: frozenset[str], reading: frozenset[str]) -> None:
        self._model = model
        self._empty = model.analysis_of(present).empty_without(SET_NAMES - present)
        self._absent = SET_NAMES - reading

    @cached_property
    def _anywhere(self) -> AddedReaders:
        return AddedReaders(self._model.theory.table, self._empty, self._absent, last=False)

    @cached_property
    def _last(self) -> AddedReaders:
        return AddedReaders(self._model.theory.table, self._empty, self._absent, last=True)

    @property
    def obstacle(self) -> str:
        """Why threads that only read cannot be left out under this model; empty if they can."""
        if self._model.theory.choices:
            return "the model chooses (with)"
        for axiom in self._axioms:
            if axiom.negated or self._anywhere.claim(axiom.term).loses:
                return f"an execution may pass the axiom {axiom.name} because of the other readers"
            if not _holds(axiom, self._last.claim(axiom.term)):
                return f"a reader that runs last may fail the axiom {axiom.name}"
        before = self._model.relations.get("before")
        if before is not None:
            last = self._last.claim(before)
            if self._anywhere.claim(before).loses or last.changes or last.leaves:
                return "the order 'before' of two accesses may depend on the other readers"
        for flag in self._model.flag_checks:
            if not (flag.negated and self._empty[flag.term.number]) and not self._concerns_one(flag):
                return f"the flag {flag.name} may speak of several readers at once"
        return ""

    @property
    def multiplies(self) -> bool:
        """Whether several readers that do the same fail no axiom that one of them passes, nor add to 'before'."""
        before = self._model.relations.get("before")
        terms = [axiom.term for axiom in self._axioms] + ([] if before is None else [before])
        claims = [self._anywhere.claim(term) for term in terms]
        return not any(claim.splits or claim.splits_across for claim in claims)

    @property
    def _axioms(self) -> list[Axiom]:
        """Those that executions of the program can fail."""
        return [axiom for axiom in self._model.axioms if axiom.negated or not self._empty[axiom.term.number]]

    def _concerns_one(self, flag: Axiom) -> bool:
        """Whether what is raised for events of one reader and the other threads is so whatever other readers do."""
        claim = self._anywhere.claim(flag.term)
        if flag.kind is not CheckKind.EMPTY or not flag.negated or claim.gains:
            return False
        if flag.term.sort == RELATION and claim.among > Among.THREAD:
            return False
        return not self._last.claim(flag.term).loses


def _holds(axiom: Axiom, claim: Claim) -> bool:
    """Whether an axiom that holds of the kept threads holds with the added ones, which run last."""
    if claim.gains:
        return False
    match axiom.kind:
        case CheckKind.ACYCLIC:
            # A cycle that gets to an added event cannot get out; within a thread it would go back in po.
            return not claim.leaves and claim.among <= Among.PO
        case CheckKind.IRREFLEXIVE:
            return claim.among <= Among.PO
        case CheckKind.EMPTY:
            return not (claim.enters or claim.leaves) and claim.among is Among.NONE
