"""A survey of a whole search: what can come out and how often, when it was found, and what was found in both orders.

Every execution is visited: no thread is left out, none stands for others, and one process searches.
So what a survey counts is what a plain search counts.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field

from explorer.execution.execution import Status
from explorer.execution.pair_orders import Pair, PairOrders
from explorer.memory.model import Model
from explorer.program.unfolded import UnfoldedProgram
from explorer.scenario import Case
from explorer.schedule.linear import below
from explorer.schedule.witness import Witness
from explorer.search.explore import Search
from explorer.search.leaf import Leaf
from explorer.search.ordered import witness_if_ordered
from explorer.search.outcomes import Facts, Outcomes
from explorer.search.record import Record
from explorer.search.reductions import NONE
from explorer.search.result import UNLIMITED, Limits, Result
from explorer.search.run import Clock, Progress, conclude, go_through
from explorer.search.tally import Tally
from explorer.search.violations import DEADLOCK

SAMPLES = 200
"""States of exploration that a survey keeps at most."""


@dataclass(slots=True)
class Outcome:
    """One outcome of a program.

    Attributes:
        facts: what each thread got; see ``explorer.search.outcomes``.
        breaks: the properties that its executions break, in the order of the case, or ``deadlock``. Executions
            that get the same and break others have another outcome.
        executions: how many executions have it.
        first: which execution it was found with, counted from 1.
        record: of these the one with the simplest witness, the first of equally simple ones.
        witness: that, None where the model names no order (then the execution is the first one).
    """

    facts: Facts
    breaks: tuple[str, ...]
    executions: int
    first: int
    record: Record
    witness: Witness | None


@dataclass(frozen=True, slots=True)
class Sample:
    """What was known after so many executions, deadlocks included.

    ``states`` are the partial executions looked at, ``violating`` the executions that break something,
    ``kinds`` the kinds of violation among them, ``ordered`` the pairs of accesses found in an order (a pair found
    in both counts twice).
    """

    executions: int
    states: int
    outcomes: int
    violating: int
    kinds: int
    ordered: int


@dataclass(frozen=True, slots=True)
class Survey:
    """What a search came upon.

    Attributes:
        result: what ``explore`` would have said without reductions, but for its records.
        outcomes: in the order in which they were found.
        samples: at multiples of a stride, and the end.
        pairs: every two conflicting accesses; ``locks`` are the locations among theirs that are locks.
        filtered: complete executions that were not to be counted; they are nowhere else.
        incomplete: why this is not all, in words; empty where it is.
    """

    result: Result
    outcomes: tuple[Outcome, ...]
    samples: tuple[Sample, ...]
    pairs: tuple[Pair, ...]
    locks: frozenset[str]
    filtered: int
    incomplete: tuple[str, ...]

    @property
    def executions(self) -> int:
        """Complete executions and deadlocks: those that have an outcome."""
        return self.result.executions + self.result.blocked


def survey(
    case: Case,
    model: Model,
    unfolding: UnfoldedProgram,
    outcomes: Outcomes,
    limits: Limits = UNLIMITED,
    progress: Callable[[Progress], None] | None = None,
) -> Survey:
    """Survey a case under a model, within limits; ``progress`` as for ``explore``.

    Ctrl-C ends the search and gives what was found up to then.
    """
    started = time.monotonic()
    search = Search(unfolding, model)
    tally = Tally(case, model, limits)
    found = _Found(tally, model, outcomes)
    clock = Clock(started, limits, progress)
    reasons = go_through(search, tally, clock, lambda leaf: found.add(leaf, search.states))
    found.timeline.end(found.sample(search.states))
    result = conclude(tally, search, reasons, time.monotonic() - started, NONE)
    return Survey(
        result,
        tuple(found.outcomes.values()),
        tuple(found.timeline.samples),
        tuple(found.pairs.pairs()),
        frozenset(found.pairs.locks),
        found.filtered,
        # The goals that were not reached come last: they keep a verdict open, and here there is none.
        result.limits[: len(result.limits) - list(result.goals.values()).count(False)],
    )


class Timeline:
    """Samples of a search, sparser the longer it gets: at most ``SAMPLES``, at multiples of a stride, and the end."""

    def __init__(self) -> None:
        self.samples: list[Sample] = []
        self._stride = 1

    def is_due(self, executions: int) -> bool:
        """Whether the state after so many executions is to be kept."""
        return executions % self._stride == 0

    def keep(self, sample: Sample) -> None:
        """Keep a sample that was due; the stride doubles when there are too many."""
        self.samples.append(sample)
        if len(self.samples) == SAMPLES:
            self.samples = self.samples[1::2]
            self._stride *= 2

    def end(self, sample: Sample) -> None:
        """The last sample, which tells of the search up to its end."""
        if self.samples and self.samples[-1].executions == sample.executions:
            self.samples.pop()
        self.samples.append(sample)


@dataclass
class _Found:
    """What the search has come upon so far; ``seen`` are the executions with an outcome."""

    tally: Tally
    model: Model
    teller: Outcomes
    outcomes: dict[tuple[Facts, tuple[str, ...]], Outcome] = field(default_factory=dict)
    pairs: PairOrders = field(default_factory=PairOrders)
    timeline: Timeline = field(default_factory=Timeline)
    filtered: int = 0
    seen: int = 0
    violating: int = 0

    def add(self, leaf: Leaf, states: int) -> None:
        """Count an execution."""
        if leaf.status not in (Status.COMPLETE, Status.BLOCKED):
            self.tally.count(leaf)
            return
        facts = self.teller.of(leaf.execution)
        if facts is None:
            self.filtered += 1
            return
        broken = self.tally.count(leaf)
        breaks = (DEADLOCK,) if leaf.status is Status.BLOCKED else tuple(broken)
        self.seen += 1
        self.violating += bool(breaks)
        self.pairs.add(leaf.execution)
        known = self.outcomes.get((facts, breaks))
        if known is None:
            before = leaf.before(self.model)
            found = None if before is None else witness_if_ordered(leaf.execution, before, self.model)
            self.outcomes[facts, breaks] = Outcome(
                facts, breaks, 1, self.seen, Record.of(leaf.execution, breaks), found
            )
        else:
            known.executions += 1
            self._simplify(known, leaf)
        if self.timeline.is_due(self.seen):
            self.timeline.keep(self.sample(states))

    def _simplify(self, known: Outcome, leaf: Leaf) -> None:
        """Take the execution for its outcome if its witness is simpler."""
        if known.witness is None:
            return
        bound = below(known.witness)
        # Each thread that does anything is switched to, but the first.
        if bound[1] < 0 or bound[0] < sum(1 for made in leaf.made if made) - 1:
            return
        before = leaf.before(self.model)
        assert before is not None, "the model named an order before"
        better = witness_if_ordered(leaf.execution, before, self.model, at_most=bound)
        if better is not None:
            known.record, known.witness = Record.of(leaf.execution, known.breaks), better

    def sample(self, states: int) -> Sample:
        """The state of exploration."""
        return Sample(
            self.seen,
            states,
            len(self.outcomes),
            self.violating,
            len(self.tally.findings),
            len(self.pairs.ordered),
        )
