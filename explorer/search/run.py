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
from explorer.search.leaf import Leaf
from explorer.search.projection import projection_of
from explorer.search.reductions import ALL, Reductions
from explorer.search.result import (
    NOT_UNFOLDED,
    UNLIMITED,
    Limits,
    Projected,
    Result,
    Verdict,
    execution_limit,
    time_limit,
)
from explorer.search.symmetry import symmetry_of
from explorer.search.tally import Tally
from explorer.search.whole import NotLast, Whole

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
    reductions: Reductions = ALL,
) -> Result:
    """Explore a case exhaustively under a model, within limits.

    ``progress`` is called now and then (at most a few times a second).  Ctrl-C ends the
    search and gives what was found up to then, as INCOMPLETE.  So is a program whose unfolding was stopped.
    """
    started = time.monotonic()
    found = explore_kept(case, model, unfolding, limits, progress, reductions)
    if isinstance(found, Result):
        return found
    limits = limits.after(time.monotonic() - started)
    return _explore(case, search_of(case, model, unfolding, reductions), limits, progress, reductions, found)


def explore_kept(
    case: Case,
    model: Model,
    unfolding: UnfoldedProgram,
    limits: Limits,
    progress: Callable[[Progress], None] | None,
    reductions: Reductions,
) -> Result | str:
    """Explore a case without the threads that can be left out.

    Gives a reason where that cannot be done: empty if no two threads are identical, or if it is not asked for.
    """
    if not reductions.projection or unfolding.stopped:
        return ""
    projection = projection_of(case, model, unfolding)
    if isinstance(projection, str):
        return projection
    search = search_of(case, model, projection.unfolding, reductions)
    try:
        return _explore(case, search, limits, progress, reductions, "", Whole(case, model, projection))
    except NotLast as obstacle:
        return str(obstacle)


def search_of(case: Case, model: Model, unfolding: UnfoldedProgram, reductions: Reductions) -> Search:
    """The search of these threads of a case, with the symmetry that it has."""
    return Search(unfolding, model, symmetry_of(case, model, unfolding), reduced=reductions.symmetry)


def _explore(
    case: Case,
    search: Search,
    limits: Limits,
    progress: Callable[[Progress], None] | None,
    reductions: Reductions,
    not_projected: str,
    whole: Whole | None = None,
) -> Result:
    """Go through a search; ``whole`` follows it where threads are left out, and may raise NotLast."""
    started = time.monotonic()
    tally = Tally(case, search.model, limits, search.symmetry, reduced=search.reduced)

    def take(leaf: Leaf) -> None:
        broken = tally.count(leaf)
        if whole is not None:
            whole.add(leaf, broken)

    reasons = go_through(search, tally, Clock(started, limits, progress), take)
    projected = whole.projected(complete=not reasons) if whole else None
    seconds = time.monotonic() - started
    return conclude(tally, search, reasons, seconds, reductions, projected=projected, not_projected=not_projected)


def go_through(search: Search, tally: Tally, clock: Clock, take: Callable[[Leaf], None]) -> list[str]:
    """Give ``take`` every execution of a search; why the search ended early, nothing if it did not.

    A limit of the clock ends it, which looks at what ``tally`` has counted, and so does Ctrl-C. Of a program whose
    unfolding was stopped there is nothing to go through.
    """
    if search.unfolding.stopped:
        return [search.unfolding.stopped, NOT_UNFOLDED]
    try:
        for leaf in search:
            if leaf is not None:
                take(leaf)
            reason = clock.check(search, tally)
            if reason:
                return [reason]
    except KeyboardInterrupt:
        return ["interrupted"]
    return []


def conclude(
    tally: Tally,
    search: Search,
    reasons: Sequence[str],
    seconds: float,
    reductions: Reductions,
    *,
    projected: Projected | None = None,
    not_projected: str = "",
) -> Result:
    """The answer to what a search has counted.

    ``reasons`` say why the search ended early, and are empty if it did not; ``seconds`` is how long it took.
    The rest is as in ``Result``.
    """
    unfolding = search.unfolding
    started = time.monotonic()
    complete = not reasons
    bounds = (*reasons, *(cut_in_words(cut, unfolding) for cut in {**tally.cuts, **tally.other_cuts}))
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
    counted = complete and projected is None and counts_interleavings(search.model)
    interleavings = count_interleavings(unfolding) if counted else None
    return Result(
        verdict=verdict,
        complete=complete,
        executions=tally.statuses[Status.COMPLETE],
        blocked=tally.statuses[Status.BLOCKED],
        cut=tally.statuses[Status.CUT],
        dropped=tally.statuses[Status.DROPPED],
        violating=tally.violating,
        goals=tally.goals,
        examples={name: tally.examples[name] for name in tally.goals if name in tally.examples},
        limits=bounds + unreached,
        interleavings=interleavings,
        seconds=seconds + time.monotonic() - started,
        findings=tuple(tally.findings[kind] for kind in sorted(tally.findings)),
        records=tuple(tally.records),
        unrecorded=tally.unrecorded,
        remarked=tally.remarks.executions,
        remarks=tally.remarks.kinds(),
        searched=unfolding,
        reductions=reductions,
        projected=projected,
        not_projected=not_projected,
    )


def cut_in_words(cut: str, unfolding: UnfoldedProgram) -> str:
    """The bound that cut a path, and the option that moves it; a loop that only waits is cut at every bound."""
    if unfolding.max_events is not None and cut == event_limit(unfolding.max_events):
        return f"{cut} reached: raise --max-events"
    return f"{cut} was cut after {unfolding.unroll} iterations: raise --unroll, or let it wait (t.wait_until, t.assume)"


class Clock:
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
        if self._limits.seconds is not None and self._limits.spent + now - self._started > self._limits.seconds:
            return time_limit(self._limits.seconds)
        return None
