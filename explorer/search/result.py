"""What an exploration answers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import Enum

from explorer.execution.execution import Execution
from explorer.program.unfolded import UnfoldedProgram
from explorer.property import Violation
from explorer.schedule.witness import Witness
from explorer.search.projection import LeftOut
from explorer.search.record import Record
from explorer.search.reductions import Reductions
from explorer.search.remarks import Remark

KindKey = tuple[str, tuple[tuple[str, str], ...]]
"""A kind of violation: the property, and function and location of every event on its path."""


class Verdict(Enum):
    """The three answers. Only an exhausted search without a violation HOLDS."""

    HOLDS = "HOLDS"
    VIOLATED = "VIOLATED"
    INCOMPLETE = "INCOMPLETE"


@dataclass(frozen=True, slots=True)
class Limits:
    """Where a search stops; None for no limit.

    ``seconds`` is wall-clock time; ``spent`` of them were over when the search began, as unfolding counts too.
    """

    executions: int | None = None
    seconds: float | None = None
    records: int | None = None
    spent: float = 0.0

    def after(self, seconds: float) -> Limits:
        """What is left of these limits when some more seconds are over."""
        return replace(self, spent=self.spent + seconds)


UNLIMITED = Limits()


def execution_limit(executions: int) -> str:
    """Why a search ended at the limit on executions."""
    return f"limit of {executions} executions reached"


def time_limit(seconds: float) -> str:
    """Why a search ended at the limit on time."""
    return f"limit of {seconds:g} seconds reached"


NOT_UNFOLDED = "the program was not unfolded by then: nothing of it was explored"
"""What follows such a reason where the search had not begun."""


@dataclass(frozen=True, slots=True)
class Finding:
    """The simplest violating execution of one kind, and how often the kind was met.

    ``witness`` is None where the model names no order in which accesses take effect.  ``canonical``:
    the execution is (``explorer.search.symmetry``), or may be taken to be; another one is kept only
    as long as none of the kind is.
    """

    kind: KindKey
    violation: Violation
    execution: Execution
    witness: Witness | None
    record: Record
    count: int
    canonical: bool = True


@dataclass(frozen=True, slots=True)
class Projected:
    """What a search without some of the threads says of all of them.

    Attributes:
        left_out: the threads that were left out.
        executions: the complete executions of all threads, None where that is not known.
        violating: per property how many of them break it, None likewise.
        note: why they are not known, in words.
    """

    left_out: tuple[LeftOut, ...]
    executions: int | None
    violating: Mapping[str, int | None]
    note: str


@dataclass(frozen=True, slots=True)
class Result:
    """The answer for one program and one model.

    With a projection the verdict, the goals and the limits are those of all threads; counts,
    findings, records and remarks are of the threads that were kept.

    Attributes:
        complete: whether the search was exhausted.
        executions: complete executions; ``blocked``, ``cut`` and ``dropped`` count the others.
        violating: per property the complete executions that break it.
        goals: per declared goal whether it was reached.
        examples: per goal reached the first execution that reaches it, of those that are canonical.
        limits: what kept the answer from being final, in words, empty if nothing did.
        interleavings: orders of steps that the executions stand for (sc only), else None.
        findings: one per kind of violation, in a fixed order.
        records: one per violating execution, in the order in which they were found.
        unrecorded: violating executions beyond the cap on records.
        remarked: per flag that the model raises the complete executions that it raises it for.
        remarks: one per kind of remark, in a fixed order.
        searched: the threads that were searched.
        reductions: those that were asked for.
        projected: what it says of threads that were left out, None if there are none.
        not_projected: why none were left out of threads that are identical; empty if none are,
            or if that was not asked for.
    """

    verdict: Verdict
    complete: bool
    executions: int
    blocked: int
    cut: int
    dropped: int
    violating: Mapping[str, int]
    goals: Mapping[str, bool]
    examples: Mapping[str, Record]
    limits: tuple[str, ...]
    interleavings: int | None
    seconds: float
    findings: tuple[Finding, ...]
    records: tuple[Record, ...]
    unrecorded: int
    remarked: Mapping[str, int]
    remarks: tuple[Remark, ...]
    searched: UnfoldedProgram
    reductions: Reductions
    projected: Projected | None = None
    not_projected: str = ""
