"""Memory models: which executions a model file allows.

``load_model`` reads, checks and analyses a file once; the ``Model`` then judges any number
of executions.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from hashlib import sha256
from pathlib import Path
from typing import Any

from explorer.execution import rows
from explorer.execution.cycle import cycle_in_words
from explorer.execution.execution import Execution
from explorer.execution.relation import Relation, is_irreflexive, members, pairs, transitive_closure
from explorer.memory.cat.analysis import Analysis, Growth
from explorer.memory.cat.base import SET_NAMES, names_present
from explorer.memory.cat.candidates import candidates
from explorer.memory.cat.elaborate import Rule, Theory, elaborate
from explorer.memory.cat.evaluate import Evaluator, Prepared, Valuation
from explorer.memory.cat.include import compiled_names, find_model, model_names, statements_of
from explorer.memory.cat.sort import RELATION, SET
from explorer.memory.cat.source import CatError, Source
from explorer.memory.cat.syntax import CheckKind, Statement
from explorer.memory.cat.term import Op, Term
from explorer.memory.model_directory import read_directory
from explorer.memory.order import Order, linear_form

__all__ = [
    "Axiom",
    "CatError",
    "Model",
    "Order",
    "Prepared",
    "Valuation",
    "compiled_names",
    "flag_title",
    "load_model",
    "model_names",
    "model_of",
    "names_present",
]


@dataclass(frozen=True)
class Axiom:
    """One check of a model file.

    Attributes:
        name: its name in the file (``as NAME``), else its kind and line.
        kind: ``acyclic``, ``irreflexive`` or ``empty``.
        negated: the file asks for the contrary (``~empty``).
        expression: what it is about, as the file spells it.
        monotone: it only gets harder to meet as an execution grows by events at the ends of
            threads and by pairs of rf and co; so an execution that fails it may be dropped
            before it is complete.
        monotone_on_paths: the same where all events are there and only rf and co grow.
        chosen: whether it holds depends on what a ``with`` chooses.
        term: the expression with names and functions resolved.
    """

    name: str
    kind: CheckKind
    negated: bool
    expression: str
    monotone: bool
    monotone_on_paths: bool
    chosen: bool
    term: Term = field(repr=False)

    def holds(self, valuation: Valuation) -> bool:
        """Whether a candidate passes."""
        return self.passes(valuation.value(self.term))

    def passes(self, value: Any) -> bool:
        """Whether this value of the term passes."""
        match self.kind:
            case CheckKind.ACYCLIC:
                passes = rows.is_acyclic(value)
            case CheckKind.IRREFLEXIVE:
                passes = rows.is_irreflexive(value)
            case CheckKind.EMPTY:
                passes = rows.is_empty(value) if self.term.sort == RELATION else not value
        return passes is not self.negated

    def raised_for(self, value: Any) -> list[tuple[int, ...]]:
        """The pairs or events that make ``~empty`` true, and one empty tuple for any other check that is."""
        if self.kind is not CheckKind.EMPTY or not self.negated:
            return [()]
        if self.term.sort == RELATION:
            return list(pairs(rows.to_rows(value)))
        return [(event,) for event in members(value)] if self.term.sort == SET else [()]


@dataclass(frozen=True)
class Model:
    """A memory model, ready to judge executions.

    A file with ``with`` makes several candidates of an execution, one for each choice; the
    execution is allowed when one of them passes every axiom.

    Attributes:
        name: what reports call it: ``tso``, or the file's name without ``.cat``.
        text: the file, as read; of a directory the .bell and the .cat file.
        macros: the text of the macro file (.def) of a directory, and None elsewhere.
        macros_file: its path, for messages.
        rules_hash: SHA-256 (hex) of the rules with includes in place. Comments, layout, the
            title and ``show`` make no difference.
        axioms: the checks that an allowed execution passes, in file order.
        orders: the linear form of every monotone axiom ``acyclic e``, in file order.
        residual_axioms: the axioms that no complete order stands for.
        before_order: the place in ``orders`` of the one about the relation ``before``, if any.
        flag_checks: the checks under ``flag``, which remark on an execution and forbid nothing.
        relations: the relations that the file names, ``before`` among them.
        theory: what the file says, as terms.
        analysis: what can be said of these terms without an execution.
        evaluator: computes them.
    """

    name: str
    text: str
    macros: str | None
    macros_file: str | None
    rules_hash: str
    axioms: tuple[Axiom, ...]
    orders: tuple[Order, ...]
    residual_axioms: tuple[Axiom, ...]
    before_order: int | None
    flag_checks: tuple[Axiom, ...] = field(repr=False)
    theory: Theory = field(repr=False)
    analysis: Analysis = field(repr=False)
    evaluator: Evaluator = field(repr=False)

    @property
    def relations(self) -> dict[str, Term]:
        return self.theory.relations

    @property
    def has_before(self) -> bool:
        """Whether the file names the order in which accesses take effect."""
        return "before" in self.relations

    # ---- which executions are allowed

    def allows(self, execution: Execution) -> bool:
        """Whether the execution passes every axiom, with some choice."""
        return self._passes(self.axioms, self.evaluator.valuation(execution))

    def candidates(self, execution: Execution) -> int:
        """How many choices make the execution pass every axiom; without ``with`` 1 if it is allowed, else 0."""
        return sum(1 for _ in self._passing(self.axioms, self.evaluator.valuation(execution)))

    def flags_of(self, present: frozenset[str]) -> tuple[Axiom, ...]:
        """The flags that executions of these kinds and tags (by their names in cat) can raise.

        One is left out where nothing can be in its relation: without plain accesses there is no data race.
        """
        known = self._flags.get(present)
        if known is None:
            empty = self.analysis.empty_without(SET_NAMES - present)
            known = self._flags[present] = tuple(
                f for f in self.flag_checks if not f.negated or not empty[f.term.number]
            )
        return known

    def analysis_of(self, present: frozenset[str]) -> Analysis:
        """What can be said of the terms in executions of these kinds and tags (by their names in cat)."""
        known = self._analyses.get(present)
        if known is None:
            known = self._analyses[present] = Analysis(self.theory.table, SET_NAMES - present)
        return known

    @cached_property
    def _analyses(self) -> dict[frozenset[str], Analysis]:
        return {}

    @cached_property
    def _flags(self) -> dict[frozenset[str], tuple[Axiom, ...]]:
        return {}

    def accepts(self, valuation: Valuation, axioms: Sequence[Axiom]) -> bool:
        """Whether one candidate passes all of these axioms.

        Args:
            valuation: from ``evaluator.valuation``, or from the ``Prepared`` of its paths.
            axioms: the residual ones, where the complete orders are known to hold.
        """
        return self._passes(axioms, valuation)

    def violated(self, execution: Execution) -> tuple[str, ...]:
        """Names of the axioms that the execution fails, in file order; none exactly where it is allowed.

        Of several candidates the first of those that fail the fewest counts.
        """
        valuation = self.evaluator.valuation(execution)
        fixed = {axiom.name for axiom in self.axioms if not axiom.chosen and not axiom.holds(valuation)}
        chosen = [axiom for axiom in self.axioms if axiom.chosen]
        failures = (
            [axiom.name for axiom in chosen if not axiom.holds(candidate)]
            for candidate in candidates(valuation, self.theory.choices)
        )
        # There is no candidate where a ``with`` finds nothing: its axiom is among the fixed or the chosen.
        fewest = min(failures, key=len, default=[axiom.name for axiom in chosen])
        return tuple(axiom.name for axiom in self.axioms if axiom.name in fixed or axiom.name in fewest)

    def violated_while_growing(self, execution: Execution) -> tuple[str, ...]:
        """Names of the monotone axioms that the execution fails, in file order.

        What a partial execution fails here, no execution that it can grow into passes.
        """
        valuation = self.evaluator.valuation(execution)
        return tuple(axiom.name for axiom in self.axioms if axiom.monotone and not axiom.holds(valuation))

    def axioms_while_growing(self, present: frozenset[str], *, in_order: bool) -> tuple[Axiom, ...]:
        """The monotone axioms that a partial execution of these kinds and tags (by their names in cat) can fail.

        ``in_order``: its accesses have come one after the other, each read taking the last value and each write coming
        last in coherence order. Then program order, rf, co and fr all go forwards, and an order of them is kept.
        """
        return tuple(axiom for axiom in self.axioms_in_question(present, in_order=in_order) if axiom.monotone)

    def axioms_in_question(self, present: frozenset[str], *, in_order: bool) -> tuple[Axiom, ...]:
        """The axioms that a complete execution of these kinds and tags can fail; ``in_order`` as above."""
        acyclic = [axiom for axiom in self.axioms if axiom.monotone and axiom.kind is CheckKind.ACYCLIC]
        kept = [axiom for axiom, order in zip(acyclic, self.orders, strict=True) if in_order and order.complete]
        analysis = self.analysis_of(present)
        return tuple(
            axiom for axiom in self.axioms if axiom not in kept and (axiom.negated or not analysis.empty(axiom.term))
        )

    def _passes(self, axioms: Sequence[Axiom], valuation: Valuation) -> bool:
        return next(self._passing(axioms, valuation), None) is not None

    def _passing(self, axioms: Sequence[Axiom], valuation: Valuation) -> Iterator[Valuation]:
        """The candidates that pass; axioms that no choice touches are looked at once."""
        if all(axiom.holds(valuation) for axiom in axioms if not axiom.chosen):
            chosen = [axiom for axiom in axioms if axiom.chosen]
            for candidate in candidates(valuation, self.theory.choices):
                if all(axiom.holds(candidate) for axiom in chosen):
                    yield candidate

    # ---- what else the file says of an execution

    def flags(self, execution: Execution) -> tuple[str, ...]:
        """Names of the flags that the execution raises with some choice, in file order."""
        return tuple(self.remarks(execution))

    def remarks(self, execution: Execution) -> dict[str, list[tuple[int, ...]]]:
        """Per flag that the execution raises with some choice, in file order, what it is raised for.

        These are pairs of events where the flag asks for a relation (``flag ~empty r``), single
        events where it asks for a set, and one empty tuple for every other form.
        """
        valuation = self.evaluator.valuation(execution)
        raised: dict[str, dict[tuple[int, ...], None]] = {}
        for flag in self.flags_of(names_present(execution.events)):
            for candidate in candidates(valuation, self.theory.choices if flag.chosen else ()):
                value = candidate.value(flag.term)
                if flag.passes(value):
                    raised.setdefault(flag.name, {}).update(dict.fromkeys(flag.raised_for(value)))
        return {name: list(events) for name, events in raised.items()}

    def before(self, execution: Execution) -> Relation | None:
        """The order in which accesses take effect, transitively closed; None without ``let before``.

        Raises:
            CatError: it has a cycle, and the model allows the execution.
        """
        if not self.has_before:
            return None
        order = self._accepted(execution).relation(self.relations["before"])
        closed = transitive_closure(order)
        if not is_irreflexive(closed) and self.allows(execution):
            raise CatError(
                f"'before' has a cycle in an execution that the model allows: {cycle_in_words(execution, order)}",
                self.theory.defined["before"],
                "it is the order in which accesses take effect: without cycles in every execution that is allowed",
                "add 'acyclic before' to forbid such executions, or define it without the cycle (r+ for r*, r for r?)",
            )
        return closed

    def named_relations(self, execution: Execution) -> dict[str, Relation]:
        """The relations that the file (its includes too) names, in order of first definition, then those it flags.

        What is flagged has its ``flag_title``. Relations that depend on a choice are left out of an
        execution that no choice makes allowed.
        """
        valuation = self._accepted(execution)
        flagged = {flag_title(flag.name): flag.term for flag in self.flag_checks if flag.term.sort == RELATION}
        named = {**self.relations, **flagged}
        known = {name: term for name, term in named.items() if valuation.decides(term)}
        return {name: list(valuation.relation(term)) for name, term in known.items()}

    def _accepted(self, execution: Execution) -> Valuation:
        """The values of the first candidate that passes; of the execution alone where none does."""
        valuation = self.evaluator.valuation(execution)
        if not self.theory.choices:
            return valuation
        return next(self._passing(self.axioms, valuation), valuation)

    @cached_property
    def orders_loads_before_later_stores(self) -> bool:
        """Whether some order shows that no allowed execution has a cycle in po | rf.

        Such a cycle consists of rfe edges and of program order from the load that one ends in
        to the store that the next begins with; an axiom whose union holds both kinds of
        edges forbids it.  False means only that no axiom shows it in this way.
        """
        return any("rfe" in order.terms and order.orders_loads_before_later_stores() for order in self.orders)

    @property
    def can_have_load_buffering(self) -> bool:
        """Whether an allowed execution may have a cycle in po | rf, for all that the axioms show."""
        return not (self.is_sequential or self.orders_loads_before_later_stores)

    @cached_property
    def keeps_coherence(self) -> bool:
        """Whether some axiom shows that the accesses of each location are one sequence, each thread's in program order.

        False means only that no order shows it alone.
        """
        return any(order.keeps_coherence() for order in self.orders)

    @cached_property
    def is_sequential(self) -> bool:
        """Whether some axiom shows that all accesses are one sequence, each thread's in program order.

        Then every allowed execution comes about step by step, each read taking the last value and each store
        coming last in coherence.  False means only that no order shows it alone.
        """
        return any(order.is_sequential() for order in self.orders)


def flag_title(flag: str) -> str:
    """What reports call a flag of a model file and the relation that raises it: ``flag data-race``.

    No property of a scenario and no relation of a file is called so.
    """
    return f"flag {flag}"


def load_model(name_or_path: str) -> Model:
    """The model of a name, of a ``.cat`` file, or of a kernel tree's ``tools/memory-model``.

    The names are ``model_names()`` and ``compiled_names()``.

    Raises:
        CatError: there is no such model, or a file of it has a mistake (the error says where).
    """
    path = Path(name_or_path)
    names = (*model_names(), *compiled_names())
    if name_or_path not in names and path.is_dir():
        directory = read_directory(path)
        name = Path(directory.model.file).stem
        return model_of(directory.statements(), name, directory.text, directory.macros, kernel=True)
    source = find_model(name_or_path)
    name = name_or_path if name_or_path in names else path.stem
    return model_of(statements_of(source), name, source.text)


def model_of(
    statements: tuple[Statement, ...], name: str, text: str, macros: Source | None = None, *, kernel: bool = False
) -> Model:
    """The model that these rules state; ``kernel``: in the dialect of a kernel tree's files.

    Raises:
        CatError: a mistake in a rule.
    """
    theory = elaborate(statements, kernel=kernel)
    analysis = Analysis(theory.table)
    evaluator = Evaluator(theory.table, analysis)
    axioms = tuple(_axiom(rule, analysis) for rule in theory.rules if not rule.check.flag)
    orders = {
        axiom: linear_form(axiom.name, axiom.term, theory, analysis, evaluator)
        for axiom in axioms
        if axiom.monotone and axiom.kind is CheckKind.ACYCLIC
    }
    before = theory.relations.get("before")
    return Model(
        name=name,
        text=text,
        macros=macros.text if macros else None,
        macros_file=macros.file if macros else None,
        rules_hash=sha256(repr(statements).encode()).hexdigest(),
        axioms=axioms,
        orders=tuple(orders.values()),
        residual_axioms=tuple(
            axiom for axiom in axioms if not (axiom in orders and orders[axiom].complete) and not _always_holds(axiom)
        ),
        before_order=next((place for place, axiom in enumerate(orders) if axiom.term is before), None),
        flag_checks=tuple(_axiom(rule, analysis) for rule in theory.rules if rule.check.flag),
        theory=theory,
        analysis=analysis,
        evaluator=evaluator,
    )


def _axiom(rule: Rule, analysis: Analysis) -> Axiom:
    check = rule.check
    grows_only = not check.flag and not check.negated
    return Axiom(
        name=rule.name,
        kind=check.kind,
        negated=check.negated,
        expression=check.expression.place.text,
        monotone=grows_only and analysis.growth(rule.term) is not Growth.UNKNOWN,
        monotone_on_paths=grows_only and analysis.growth_on_paths(rule.term) is not Growth.UNKNOWN,
        chosen=analysis.chosen(rule.term),
        term=rule.term,
    )


def _always_holds(axiom: Axiom) -> bool:
    return axiom.term.op is Op.EMPTY and not axiom.negated
