"""Memory models: which executions a model file allows.

``load_model`` reads, checks and analyses a file once; the ``Model`` then judges any number
of executions.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from hashlib import sha256
from pathlib import Path

from explorer.execution.execution import Execution
from explorer.execution.relation import Relation, is_acyclic, is_irreflexive, transitive_closure
from explorer.memory.cat.analysis import Analysis, Growth
from explorer.memory.cat.base import BASE_SETS, names_present
from explorer.memory.cat.elaborate import Rule, elaborate
from explorer.memory.cat.evaluate import Evaluator
from explorer.memory.cat.include import find_model, model_names, statements_of
from explorer.memory.cat.source import CatError
from explorer.memory.cat.syntax import CheckKind
from explorer.memory.cat.term import Sort, Term
from explorer.memory.order import Order, linear_form

__all__ = ["Axiom", "CatError", "Model", "Order", "Relevant", "load_model", "model_names", "names_present"]


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
        term: the expression with names and functions resolved.
    """

    name: str
    kind: CheckKind
    negated: bool
    expression: str
    monotone: bool
    term: Term = field(repr=False)


@dataclass(frozen=True)
class Relevant:
    """The residual axioms and the flags that executions of some kinds and tags can fail or raise."""

    residual_axioms: tuple[Axiom, ...]
    flag_checks: tuple[Axiom, ...]


@dataclass(frozen=True)
class Model:
    """A memory model, ready to judge executions.

    Attributes:
        name: what reports call it: ``tso``, or the file's name without ``.cat``.
        text: the file, as read.
        rules_hash: SHA-256 (hex) of the rules with includes in place. Comments, layout, the
            title and ``show`` make no difference.
        axioms: the checks that an allowed execution passes, in file order.
        orders: the linear form of every monotone axiom ``acyclic e``, in file order.
        residual_axioms: the axioms that no complete order stands for.
        before_order: the place in ``orders`` of the one about the relation ``before``, if any.
        flag_checks: the checks under ``flag``, which remark on an execution and forbid nothing.
        relations: the relations that the file names, ``before`` among them.
        analysis: what can be said of the terms without an execution.
        evaluator: computes the terms of ``axioms``, ``flag_checks`` and ``relations``.
    """

    name: str
    text: str
    rules_hash: str
    axioms: tuple[Axiom, ...]
    orders: tuple[Order, ...]
    residual_axioms: tuple[Axiom, ...]
    before_order: int | None
    flag_checks: tuple[Axiom, ...] = field(repr=False)
    relations: dict[str, Term] = field(repr=False)
    analysis: Analysis = field(repr=False)
    evaluator: Evaluator = field(repr=False)

    @property
    def has_before(self) -> bool:
        """Whether the file names the order in which accesses take effect."""
        return "before" in self.relations

    def violated(self, execution: Execution) -> tuple[str, ...]:
        """Names of the axioms that the execution fails, in file order."""
        return tuple(axiom.name for axiom in self.axioms if not self.holds(axiom, execution))

    def violated_while_growing(self, execution: Execution) -> tuple[str, ...]:
        """Names of the monotone axioms that the execution fails, in file order.

        What a partial execution fails here, no execution that it can grow into passes.
        """
        return tuple(axiom.name for axiom in self.axioms if axiom.monotone and not self.holds(axiom, execution))

    def relevant(self, present: frozenset[str]) -> Relevant:
        """What must be checked on executions of these kinds and tags (by their names in cat).

        A check is left out where nothing can be in its relation: without a grace period no
        axiom about RCU can fail, without plain accesses there is no data race.
        """
        known = self._relevant.get(present)
        if known is None:
            absent = frozenset(BASE_SETS) - present - {"R", "W", "_"}
            empty = self.analysis.empty_without(absent)
            known = self._relevant[present] = Relevant(
                tuple(a for a in self.residual_axioms if a.negated or not empty[a.term.number]),
                tuple(f for f in self.flag_checks if not f.negated or not empty[f.term.number]),
            )
        return known

    @cached_property
    def _relevant(self) -> dict[frozenset[str], Relevant]:
        return {}

    def allows(self, execution: Execution) -> bool:
        """Whether the execution passes every axiom."""
        return all(self.holds(axiom, execution) for axiom in self.axioms)

    def holds(self, axiom: Axiom, execution: Execution) -> bool:
        """Whether the execution passes one of this model's axioms."""
        valuation = self.evaluator.valuation(execution)
        if axiom.term.sort is Sort.SET:
            passes = not valuation.set(axiom.term)
        else:
            rows = valuation.relation(axiom.term)
            match axiom.kind:
                case CheckKind.ACYCLIC:
                    passes = is_acyclic(rows)
                case CheckKind.IRREFLEXIVE:
                    passes = is_irreflexive(rows)
                case CheckKind.EMPTY:
                    passes = not any(rows)
        return passes is not axiom.negated

    def flags(self, execution: Execution) -> tuple[str, ...]:
        """Names of the flags that the execution raises, in file order."""
        checks = self.relevant(names_present(execution.events)).flag_checks if self.flag_checks else ()
        return tuple(flag.name for flag in checks if self.holds(flag, execution))

    def before(self, execution: Execution) -> Relation | None:
        """The order in which accesses take effect, transitively closed; None without ``let before``."""
        if not self.has_before:
            return None
        return transitive_closure(self.evaluator.valuation(execution).relation(self.relations["before"]))

    def named_relations(self, execution: Execution) -> dict[str, Relation]:
        """The relations that the file (its includes too) names, in order of first definition."""
        valuation = self.evaluator.valuation(execution)
        return {name: list(valuation.relation(term)) for name, term in self.relations.items()}

    @cached_property
    def orders_loads_before_later_stores(self) -> bool:
        """Whether some order shows that no allowed execution has a cycle in po | rf.

        Such a cycle consists of rfe edges and of program order from the load that one ends in
        to the store that the next begins with; an axiom whose union holds both kinds of
        edges forbids it.  False means only that no axiom shows it in this way.
        """
        return any("rfe" in order.terms and order.orders_loads_before_later_stores() for order in self.orders)


def load_model(name_or_path: str) -> Model:
    """The model of one of ``model_names()``, or of a ``.cat`` file.

    Raises:
        CatError: there is no such model, or its file has a mistake (the error says where).
    """
    source = find_model(name_or_path)
    statements = statements_of(source)
    theory = elaborate(statements)
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
        name=name_or_path if name_or_path in model_names() else Path(name_or_path).stem,
        text=source.text,
        rules_hash=sha256(repr(statements).encode()).hexdigest(),
        axioms=axioms,
        orders=tuple(orders.values()),
        residual_axioms=tuple(axiom for axiom in axioms if axiom not in orders or not orders[axiom].complete),
        before_order=next((place for place, axiom in enumerate(orders) if axiom.term is before), None),
        flag_checks=tuple(_axiom(rule, analysis) for rule in theory.rules if rule.check.flag),
        relations=theory.relations,
        analysis=analysis,
        evaluator=evaluator,
    )


def _axiom(rule: Rule, analysis: Analysis) -> Axiom:
    check = rule.check
    return Axiom(
        name=rule.name,
        kind=check.kind,
        negated=check.negated,
        expression=check.expression.place.text,
        monotone=not check.flag and not check.negated and analysis.growth(rule.term) is not Growth.UNKNOWN,
        term=rule.term,
    )
