"""Exploring one case under one model: search, properties, goals, verdict."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from explorer.execution.execution import Status
from explorer.memory.model import Model
from explorer.program.segment import event_limit
from explorer.program.unfolded import UnfoldedProgram
from explorer.scenario import Case
from explorer.search.explore import Search
from explorer.search.interleavings import count_interleavings, counts_interleavings
from explorer.search.result import UNLIMITED, Limits, Result, Verdict, execution_limit, time_limit
from explorer.search.tally import Tally

PROGRESS_SECONDS = 0.2
"""Time between two calls of a progress display."""


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a running search is."""

    executions: int
    violating: int
    states: int
    seconds: float


def explore(
    case: Case,
    model: Model,
    unfolding: UnfoldedProgram,
    limits: Limits = UNLIMITED,
    progress: Callable[[Progress], None] | None = None,
) -> Result:
    """Explore a case exhaustively under a model, within limits.

    ``progress`` is called now and then (at most a few times a second).  Ctrl-C ends the
    search and gives what was found up to then, as INCOMPLETE.
    """
    started = time.monotonic()
    tally = Tally(case, model, limits)
    reasons: list[str] = []
    search = Search(unfolding, model)
    clock = _Clock(started, limits, progress)
    try:
        for leaf in search:
            if leaf is not None:
                tally.count(leaf)
            reason = clock.check(search, tally)
            if reason:
                reasons.append(reason)
                break
    except KeyboardInterrupt:
        reasons.append("interrupted")
    return conclude(tally, model, unfolding, reasons, time.monotonic() - started)


def conclude(tally: Tally, model: Model, unfolding: UnfoldedProgram, reasons: Sequence[str], seconds: float) -> Result:
    """The answer to what a search has counted.

    ``reasons`` say why the search ended early, and are empty if it did not; ``seconds`` is how long it took.
    """
    started = time.monotonic()
    complete = not reasons
    bounds = (*reasons, *(_bound(cut, unfolding) for cut in tally.cuts))
    if complete and not any(tally.statuses.values()):
        bounds += ("no execution at all: the model forbids everything",)
    elif complete and not bounds and not tally.statuses[Status.COMPLETE]:
        bounds += ("no complete execution",)
    unreached = tuple(f"goal not reached: {name}" for name, reached in tally.goals.items() if not reached)
    violated = any(tally.violating.values()) or tally.statuses[Status.BLOCKED] > 0
    verdict = Verdict.HOLDS
    if violated:
        verdict = Verdict.VIOLATED
    elif bounds or unreached:
        verdict = Verdict.INCOMPLETE
    interleavings = count_interleavings(unfolding) if complete and counts_interleavings(model) else None
    return Result(
        verdict=verdict,
        complete=complete,
        executions=tally.statuses[Status.COMPLETE],
        blocked=tally.statuses[Status.BLOCKED],
        cut=tally.statuses[Status.CUT],
        dropped=tally.statuses[Status.DROPPED],
        violating=tally.violating,
        goals=tally.goals,
        limits=bounds + unreached,
        interleavings=interleavings,
        seconds=seconds + time.monotonic() - started,
        findings=tuple(tally.findings[kind] for kind in sorted(tally.findings)),
        records=tuple(tally.records),
        unrecorded=tally.unrecorded,
        remarked=tally.remarks.executions,
        remarks=tally.remarks.kinds(),
    )


def _bound(cut: str, unfolding: UnfoldedProgram) -> str:
    """The bound that cut a path, and the option that moves it."""
    if unfolding.max_events is not None and cut == event_limit(unfolding.max_events):
        return f"{cut} reached: raise --max-events"
    return f"{cut} was cut after {unfolding.unroll} iterations: raise --unroll"


class _Clock:
    """Looks at the limits and reports progress, without asking for the time at every step."""

    EVERY = 64

    def __init__(self, started: float, limits: Limits, progress: Callable[[Progress], None] | None) -> None:
        self._started = started
        self._limits = limits
        self._progress = progress
        self._calls = 0
        self._reported = started

    def check(self, search: Search, tally: Tally) -> str | None:
        """Why the search must stop now, or None."""
        executions = tally.statuses[Status.COMPLETE]
        if self._limits.executions is not None and executions >= self._limits.executions:
            return execution_limit(self._limits.executions)
        self._calls += 1
        if self._calls % self.EVERY:
            return None
        now = time.monotonic()
        if self._progress is not None and now - self._reported > PROGRESS_SECONDS:
            self._reported = now
            self._progress(Progress(executions, sum(tally.violating.values()), search.states, now - self._started))
        if self._limits.seconds is not None and now - self._started > self._limits.seconds:
            return time_limit(self._limits.seconds)
        return None
