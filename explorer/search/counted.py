"""What was counted and kept in one piece of a search, as plain data.

Counts of pieces that follow one another in depth-first order are put together to what one
search of both would have counted: numbers are added, lists joined, and of the executions of
a kind the simplest is kept, the first of equally simple ones.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TypeVar

from explorer.execution.execution import Status
from explorer.memory.model import Model
from explorer.program.unfolded import UnfoldedProgram
from explorer.property import Violation
from explorer.scenario import Case
from explorer.schedule.linear import is_simpler
from explorer.schedule.witness import Witness
from explorer.search.record import Record
from explorer.search.remarks import Remark, RemarkKey
from explorer.search.result import UNLIMITED, Finding, KindKey
from explorer.search.tally import Tally


@dataclass(frozen=True, slots=True)
class Found:
    """A finding whose execution its record stands for."""

    violation: Violation
    record: Record
    witness: Witness | None
    count: int
    canonical: bool


@dataclass(frozen=True, slots=True)
class FoundRemark:
    """A remark whose execution its record stands for."""

    flag: str
    sides: tuple[int, ...]
    finding: Violation
    record: Record
    witness: Witness | None
    count: int
    canonical: bool


T = TypeVar("T", Found, FoundRemark)


@dataclass(slots=True)
class Counted:
    """The fields are those of ``Tally``; ``remarked`` and ``remarks`` are what its remarks have noted."""

    statuses: dict[Status, int]
    violating: dict[str, int]
    goals: dict[str, bool]
    examples: dict[str, Record]
    cuts: dict[str, None]
    other_cuts: dict[str, None]
    findings: dict[KindKey, Found]
    records: list[Record]
    unrecorded: int
    remarked: dict[str, int]
    remarks: dict[RemarkKey, FoundRemark]

    @classmethod
    def of(cls, tally: Tally) -> Counted:
        """What a tally has counted."""
        return cls(
            tally.statuses,
            tally.violating,
            tally.goals,
            tally.examples,
            tally.cuts,
            tally.other_cuts,
            {kind: Found(f.violation, f.record, f.witness, f.count, f.canonical) for kind, f in tally.findings.items()},
            tally.records,
            tally.unrecorded,
            tally.remarks.executions,
            {
                kind: FoundRemark(
                    r.flag, r.sides, r.finding, Record.of(r.execution, ()), r.witness, r.executions, r.canonical
                )
                for kind, r in tally.remarks.kept.items()
            },
        )

    @property
    def executions(self) -> int:
        """Complete executions."""
        return self.statuses[Status.COMPLETE]

    def add(self, later: Counted, most_records: int | None) -> None:
        """Add what was counted in a later piece; ``most_records`` is the cap on records of the whole search."""
        for status, count in later.statuses.items():
            self.statuses[status] += count
        for name, count in later.violating.items():
            self.violating[name] += count
        for goal, reached in later.goals.items():
            self.goals[goal] |= reached
        self.examples = later.examples | self.examples
        self.cuts |= later.cuts
        self.other_cuts |= later.other_cuts
        for kind, found in later.findings.items():
            known = self.findings.get(kind)
            self.findings[kind] = found if known is None else _simpler(known, found)
        room = len(later.records) if most_records is None else max(most_records - len(self.records), 0)
        self.records += later.records[:room]
        self.unrecorded += later.unrecorded + sum([record.orbit for record in later.records[room:]])
        for flag, count in later.remarked.items():
            self.remarked[flag] = self.remarked.get(flag, 0) + count
        for key, remark in later.remarks.items():
            noted = self.remarks.get(key)
            self.remarks[key] = remark if noted is None else _simpler(noted, remark)

    def tally(self, case: Case, model: Model, unfolding: UnfoldedProgram) -> Tally:
        """The same as a tally, with the executions made from their records."""
        tally = Tally(case, model, UNLIMITED)
        tally.statuses, tally.violating, tally.goals = self.statuses, self.violating, self.goals
        tally.examples = self.examples
        tally.cuts, tally.other_cuts = self.cuts, self.other_cuts
        tally.records, tally.unrecorded = self.records, self.unrecorded
        tally.findings = {
            kind: Finding(kind, f.violation, f.record.execution(unfolding), f.witness, f.record, f.count, f.canonical)
            for kind, f in self.findings.items()
        }
        tally.remarks.executions = self.remarked
        tally.remarks.kept = {
            kind: Remark(r.flag, r.sides, r.finding, r.record.execution(unfolding), r.witness, r.count, r.canonical)
            for kind, r in self.remarks.items()
        }
        return tally


def _simpler(earlier: T, later: T) -> T:
    """The simpler of two of a kind, the earlier of equally simple ones, counted as both.

    A canonical one goes before any that is not, and of these the first is kept.
    """
    if earlier.canonical and later.canonical:
        kept = later if is_simpler(later.witness, earlier.witness) else earlier
    else:
        kept = later if later.canonical else earlier
    return replace(kept, count=earlier.count + later.count)
