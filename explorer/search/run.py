"""Exploring one case under one model: search, properties, goals, verdict."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

from explorer.execution.execution import Ending, Execution, Status
from explorer.memory.model import Model
from explorer.program.errors import ScenarioError
from explorer.program.segment import event_limit
from explorer.program.unfolded import UnfoldedProgram
from explorer.property import Edge, Mark, Violation
from explorer.scenario import Case
from explorer.schedule.linear import below, witness
from explorer.search.explore import Search
from explorer.search.interleavings import count_interleavings
from explorer.search.leaf import Leaf
from explorer.search.record import Record
from explorer.search.remarks import Remarks
from explorer.search.result import UNLIMITED, Finding, KindKey, Limits, Result, Verdict

PROGRESS_SECONDS = 0.2
"""Time between two calls of a progress display."""

DEADLOCK = "deadlock"
"""The property that every program has: no execution ends with a thread that waits for ever."""


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a running search is."""

    executions: int
    violating: int
    states: int
    seconds: float


@dataclass
class _Tally:
    remarks: Remarks
    executions: int = 0
    statuses: dict[Status, int] = field(default_factory=lambda: dict.fromkeys(Status, 0))
    violating: dict[str, int] = field(default_factory=dict)
    goals: dict[str, bool] = field(default_factory=dict)
    cuts: dict[str, None] = field(default_factory=dict)
    findings: dict[KindKey, Finding] = field(default_factory=dict)
    records: list[Record] = field(default_factory=list)
    unrecorded: int = 0


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
    tally = _Tally(Remarks(model))
    tally.violating = {prop.name: 0 for prop in case.properties}
    tally.goals = {goal.name: False for goal in case.goals}
    reasons: list[str] = []
    search = Search(unfolding, model)
    clock = _Clock(started, limits, progress)
    try:
        for leaf in search:
            if leaf is not None:
                _count(tally, leaf, case, model, limits)
            reason = clock.check(search, tally)
            if reason:
                reasons.append(reason)
                break
    except KeyboardInterrupt:
        reasons.append("interrupted")
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
    interleavings = count_interleavings(unfolding) if complete and model.name == "sc" else None
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
        seconds=time.monotonic() - started,
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

    def check(self, search: Search, tally: _Tally) -> str | None:
        """Why the search must stop now, or None."""
        executions = tally.statuses[Status.COMPLETE]
        if self._limits.executions is not None and executions >= self._limits.executions:
            return f"limit of {self._limits.executions} executions reached"
        self._calls += 1
        if self._calls % self.EVERY:
            return None
        now = time.monotonic()
        if self._progress is not None and now - self._reported > PROGRESS_SECONDS:
            self._reported = now
            self._progress(Progress(executions, sum(tally.violating.values()), search.states, now - self._started))
        if self._limits.seconds is not None and now - self._started > self._limits.seconds:
            return f"limit of {self._limits.seconds:g} seconds reached"
        return None


def _count(tally: _Tally, leaf: Leaf, case: Case, model: Model, limits: Limits) -> None:
    tally.statuses[leaf.status] += 1
    if leaf.status is Status.CUT:
        for end in leaf.ends:
            if end.ending is Ending.CUT:
                tally.cuts.setdefault(end.detail)
    if leaf.status is Status.BLOCKED:
        _keep(tally, leaf.execution, [deadlock(leaf.execution)], leaf.before(model), limits)
    if leaf.status is not Status.COMPLETE:
        return
    if model.flag_checks:
        tally.remarks.note(leaf.execution)
    if not (case.properties or case.goals):
        return
    execution = leaf.execution
    before = leaf.before(model)
    violations = _find(execution, before, case)
    for violation in violations:
        tally.violating[violation.property] += 1
    if violations:
        _keep(tally, execution, violations, before, limits)
    for goal in case.goals:
        if not tally.goals[goal.name]:
            tally.goals[goal.name] = goal.reached(execution)


def violations_of(execution: Execution, case: Case, model: Model) -> list[Violation]:
    """What a finished execution breaks: properties if it is complete, or that it is a deadlock."""
    if execution.status is Status.BLOCKED:
        return [deadlock(execution)]
    if execution.status is not Status.COMPLETE:
        return []
    return _find(execution, model.before(execution), case)


def _find(execution: Execution, before: Sequence[int] | None, case: Case) -> list[Violation]:
    found = []
    for prop in case.properties:
        try:
            violation = prop.find(execution, before)
        except Exception as error:
            raise ScenarioError(f"the property {prop.name} raised {type(error).__name__}: {error}") from error
        if violation is not None:
            found.append(violation)
    return found


def _keep(
    tally: _Tally, execution: Execution, violations: list[Violation], before: Sequence[int] | None, limits: Limits
) -> None:
    """Record a violating execution; keep it for a report if it is the simplest of its kind."""
    record = Record.of(execution, tuple(violation.property for violation in violations))
    if limits.records is None or len(tally.records) < limits.records:
        tally.records.append(record)
    else:
        tally.unrecorded += 1
    for violation in violations:
        kind = kind_of(execution, violation)
        known = tally.findings.get(kind)
        if known is None:
            found = witness(execution, before) if before is not None else None
            tally.findings[kind] = Finding(kind, violation, execution, found, record, 1)
            continue
        known = replace(known, count=known.count + 1)
        if before is not None and known.witness is not None:
            better = witness(execution, before, at_most=below(known.witness))
            if better is not None:
                known = replace(known, violation=violation, execution=execution, witness=better, record=record)
        tally.findings[kind] = known


def kind_of(execution: Execution, violation: Violation) -> KindKey:
    """What two violations must share for one report to stand for both."""
    events: dict[int, None] = {}
    for edge in violation.path:
        events.setdefault(edge.source)
        events.setdefault(edge.target)
    return violation.property, tuple(
        (event.source.function if event.source else "", event.location.name if event.location else "")
        for event in (execution.events[i] for i in events)
    )


def deadlock(execution: Execution) -> Violation:
    """Why a blocked execution is a deadlock: who waits for what, and who wrote it last."""
    path: list[Edge] = []
    marks: list[Mark] = []
    waits: list[str] = []
    for thread, end in enumerate(execution.ends):
        if end.ending is not Ending.BLOCKED or end.waits_for is None:
            continue
        order = next(o for o in execution.coherence if execution.events[o[0]].location is end.waits_for)
        last = order[-1]
        owner = execution.events[last].thread
        holder = f"last written by {execution.threads[owner]}" if owner >= 0 else "never written"
        waits.append(f"{execution.threads[thread]} waits for {end.waits_for.name}, {holder}")
        marks.append(Mark(last, f"{execution.threads[thread]} waits"))
        if owner >= 0:
            following = execution.thread_events(owner)[-1]
            if following != last:
                path.append(Edge(last, following, "po"))
    return Violation(DEADLOCK, tuple(path), tuple(marks), "; ".join(waits) + ".")
