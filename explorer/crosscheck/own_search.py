"""Sealrace's own side: every execution, and what each ends in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol

from explorer.execution.execution import Execution, Status
from explorer.memory.model import Model
from explorer.program.unfolded import UnfoldedProgram
from explorer.search.deadline import Deadline
from explorer.search.explore import Search
from explorer.search.outcomes import Facts
from explorer.search.record import Record


class Outcomes(Protocol):
    """Tells what an execution ends in, as a tool would say it too."""

    def of(self, execution: Execution) -> Facts | None:
        """The outcome; None for an execution that has none."""


@dataclass
class Seen:
    """The first execution with an outcome, and how many have it."""

    record: Record
    executions: int = 1


@dataclass
class Found:
    """What executions end in; ``complete`` counts complete ones, ``blocked`` those in which a thread waits for ever."""

    outcomes: dict[Facts, Seen] = field(default_factory=dict)
    complete: int = 0
    blocked: int = 0

    def add(self, outcome: Facts, execution: Execution) -> None:
        """Count an execution with an outcome."""
        status = execution.status
        self.complete += status is Status.COMPLETE
        self.blocked += status is Status.BLOCKED
        seen = self.outcomes.get(outcome)
        if seen is None:
            self.outcomes[outcome] = Seen(Record.of(execution, ()))
        else:
            seen.executions += 1


def search_all(
    program: UnfoldedProgram, model: Model, tellers: Sequence[Outcomes], deadline: Deadline
) -> tuple[list[Found], str]:
    """Every execution, as each of the tellers has it; and why that is not all, empty where it is.

    Nothing is left out: no thread, and no execution for another that it is like.
    """
    found = [Found() for _ in tellers]
    if program.stopped:
        return found, program.stopped
    for leaf in Search(program, model):
        if leaf is not None:
            for teller, each in zip(tellers, found, strict=True):
                outcome = teller.of(leaf.execution)
                if outcome is not None:
                    each.add(outcome, leaf.execution)
        reason = deadline.reason()
        if reason:
            return found, reason
    return found, ""
