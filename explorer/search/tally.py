"""The tally of a search: what is counted and kept of the executions that it finds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from explorer.execution.execution import Ending, Execution, Status
from explorer.memory.model import Model
from explorer.property import Violation
from explorer.scenario import Case
from explorer.schedule.linear import below
from explorer.search.leaf import Leaf
from explorer.search.ordered import witness_if_ordered
from explorer.search.record import Record
from explorer.search.remarks import Remarks
from explorer.search.result import Finding, KindKey, Limits
from explorer.search.symmetry import Symmetry
from explorer.search.violations import deadlock, find_violations, kind_of, reaches


class Tally:
    """What is known of the executions of a case that have been counted.

    Attributes:
        statuses: executions by how they ended, each with those that it stands for.
        violating: per property the complete executions that break it.
        goals: per declared goal whether it was reached, and
        examples: per goal reached the first canonical execution that does.
        cuts: what cut paths, in the order in which it was met by canonical executions; ``other_cuts``: by others.
        findings: per kind of violation the simplest execution, the first of equally simple ones.
        records: one per violating execution, up to the limit; ``unrecorded`` counts the others.
        remarks: what the model flags.

    Where the case has a ``symmetry``, only a canonical execution is kept for a report as long as
    there is one of its kind.  So it is the same one whether the others are searched, too, or
    (``reduced``) counted by way of the canonical ones.
    """

    def __init__(
        self, case: Case, model: Model, limits: Limits, symmetry: Symmetry | None = None, *, reduced: bool = False
    ) -> None:
        self._symmetry = symmetry
        self._reduced = reduced
        self._case = case
        self._model = model
        self._most_records = limits.records
        self.statuses = dict.fromkeys(Status, 0)
        self.violating = {prop.name: 0 for prop in case.properties}
        self.goals = {goal.name: False for goal in case.goals}
        self.examples: dict[str, Record] = {}
        self.cuts: dict[str, None] = {}
        self.other_cuts: dict[str, None] = {}
        self.findings: dict[KindKey, Finding] = {}
        self.records: list[Record] = []
        self.unrecorded = 0
        self.remarks = Remarks(model)

    @property
    def executions(self) -> int:
        """Complete executions."""
        return self.statuses[Status.COMPLETE]

    def count(self, leaf: Leaf) -> list[str]:
        """Count an execution that the search has found, and those that it stands for; gives the properties broken."""
        orbit = 1 if self._symmetry is None else self._symmetry.orbit(leaf.state)
        canonical = orbit > 0
        number = orbit if self._reduced else 1
        self.statuses[leaf.status] += number
        if leaf.status is Status.CUT:
            for end in leaf.ends:
                if end.ending is Ending.CUT:
                    (self.cuts if canonical else self.other_cuts).setdefault(end.detail)
        if leaf.status is Status.BLOCKED:
            self._keep(leaf.execution, [deadlock(leaf.execution)], leaf.before(self._model), number, canonical)
        if leaf.status is not Status.COMPLETE:
            return []
        if self._model.flag_checks:
            self.remarks.note(leaf, number, canonical=canonical)
        if not (self._case.properties or self._case.goals):
            return []
        execution = leaf.execution
        before = leaf.before(self._model)
        violations = find_violations(execution, before, self._case)
        for violation in violations:
            self.violating[violation.property] += number
        if violations:
            self._keep(execution, violations, before, number, canonical)
        for goal in self._case.goals:
            wanted = canonical or not self.goals[goal.name]
            if wanted and goal.name not in self.examples and reaches(execution, goal):
                self.goals[goal.name] = True
                if canonical:
                    self.examples[goal.name] = Record.of(execution, ())
        return [violation.property for violation in violations]

    def _keep(
        self,
        execution: Execution,
        violations: list[Violation],
        before: Sequence[int] | None,
        number: int,
        canonical: bool,
    ) -> None:
        """Record a violating execution; keep it for a report if it is the simplest of its kind."""
        record = Record.of(execution, tuple(violation.property for violation in violations), number)
        if self._most_records is None or len(self.records) < self._most_records:
            self.records.append(record)
        else:
            self.unrecorded += number
        for violation in violations:
            kind = kind_of(execution, violation)
            known = self.findings.get(kind)
            count = number + (known.count if known else 0)
            if known is None or (canonical and not known.canonical):
                found = None if before is None else witness_if_ordered(execution, before, self._model)
                self.findings[kind] = Finding(kind, violation, execution, found, record, count, canonical)
                continue
            known = replace(known, count=count)
            if canonical and before is not None and known.witness is not None:
                better = witness_if_ordered(execution, before, self._model, at_most=below(known.witness))
                if better is not None:
                    known = replace(known, violation=violation, execution=execution, witness=better, record=record)
            self.findings[kind] = known
