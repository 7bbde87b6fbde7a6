"""What an exploration answers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum

from explorer.execution.execution import Execution
from explorer.property import Violation
from explorer.schedule.witness import Witness
from explorer.search.record import Record
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
    """Where a search stops; None for no limit. ``seconds`` is wall-clock time."""

    executions: int | None = None
    seconds: float | None = None
    records: int | None = None


UNLIMITED = Limits()


def execution_limit(executions: int) -> str:
    """Why a search ended at the limit on executions."""
    return f"limit of {executions} executions reached"


def time_limit(seconds: float) -> str:
    """Why a search ended at the limit on time."""
    return f"limit of {seconds:g} seconds reached"


@dataclass(frozen=True, slots=True)
class Finding:
    """The simplest violating execution of one kind, and how often the kind was met.

    ``witness`` is None where the model names no order in which accesses take effect.
    """

    kind: KindKey
    violation: Violation
    execution: Execution
    witness: Witness | None
    record: Record
    count: int


@dataclass(frozen=True, slots=True)
class Result:
    """The answer for one program and one model.

    Attributes:
        complete: whether the search was exhausted.
        executions: complete executions; ``blocked``, ``cut`` and ``dropped`` count the others.
        violating: per property the complete executions that break it.
        goals: per declared goal whether it was reached.
        limits: what kept the answer from being final, in words, empty if nothing did.
        interleavings: orders of steps that the executions stand for (sc only), else None.
        findings: one per kind of violation, in a fixed order.
        records: one per violating execution, in the order in which they were found.
        unrecorded: violating executions beyond the cap on records.
        remarked: per flag that the model raises the complete executions that it raises it for.
        remarks: one per kind of remark, in a fixed order.
    """

    verdict: Verdict
    complete: bool
    executions: int
    blocked: int
    cut: int
    dropped: int
    violating: Mapping[str, int]
    goals: Mapping[str, bool]
    limits: tuple[str, ...]
    interleavings: int | None
    seconds: float
    findings: tuple[Finding, ...]
    records: tuple[Record, ...]
    unrecorded: int
    remarked: Mapping[str, int]
    remarks: tuple[Remark, ...]
