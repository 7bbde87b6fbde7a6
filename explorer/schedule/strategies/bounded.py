"""All schedules with few preemptions, or few delays: none first, then one, and so on.

A preemption is a switch away from a thread that could have gone on (Musuvathi, Qadeer, "Iterative context bounding for
systematic testing of multithreaded programs", PLDI 2007).  A delay passes over a thread that a scheduler without choice
would have run: one that lets a thread go on as long as it can, and then takes the next in turn that can (Emmi, Qadeer,
Rakamaric, "Delay-bounded scheduling", POPL 2011).

A partial execution is gone on from once for each thread that ran last: at the lowest cost, as all that is cheaper comes
first.  So when all schedules at a cost have been taken, the search is complete within that bound.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass

from explorer.execution.execution import Execution
from explorer.schedule.choice import END, Choice
from explorer.schedule.partial import Partial
from explorer.schedule.strategies.sampling import ready

NOBODY = -1
"""The thread that ran before the first step."""

Cost = Callable[[int, int, Sequence[int], int], int]
"""What a step costs, by the thread that ran last, the one that makes it, those that can, and how many there are."""


def preemptions(last: int, thread: int, able: Sequence[int], _count: int) -> int:
    """1 for a switch away from a thread that can go on."""
    return int(last != thread and last in able)


def delays(last: int, thread: int, able: Sequence[int], count: int) -> int:
    """How many threads that can go on are passed over, the last one first, then the next in turn."""
    first = max(last, 0)
    return sorted(able, key=lambda each: (each - first) % count).index(thread)


@dataclass(frozen=True, slots=True)
class _Step:
    """A step after others: which of the options it is, who makes it, and what it leads to."""

    before: _Step | None
    index: int
    thread: int
    leads_to: Hashable

    @property
    def known(self) -> Hashable:
        """What makes two steps lead to the same schedules from there on: the partial execution and who ran last."""
        return self.leads_to, self.thread


@dataclass(slots=True)
class Level:
    """The schedules at one cost: how many runs they took, and how many executions are at no lower one."""

    cost: int
    runs: int = 0
    executions: int = 0


class Bounded:
    """Strategy that takes every schedule whose cost is at most ``bound``, the cheaper ones first.

    Attributes:
        cost_of: per execution, by its key, the least cost of its schedules.
        levels: what was taken so far; all but the last one are complete.
        complete: the bound within which every schedule was taken, -1 if there is none.
        exhausted: whether all that costs more leads to what was gone on from already.
    """

    def __init__(self, bound: int, cost: Cost = preemptions) -> None:
        assert bound >= 0
        self.cost_of: dict[Hashable, int] = {}
        self.levels: list[Level] = []
        self.complete = -1
        self.exhausted = False
        self._bound = bound
        self._cost = cost
        # By what it costs to make them: steps that are still to be made, the next one last.
        self._waiting: defaultdict[int, list[_Step | None]] = defaultdict(list, {0: [None]})
        self._seen: set[Hashable] = set()
        self._run: list[_Step] = []
        self._made = 0

    def start(self) -> bool:
        if not self._next_level():
            return False
        step = self._waiting[self.levels[-1].cost].pop()
        self._run = []
        while step is not None:
            self._run.append(step)
            step = step.before
        self._run.reverse()
        self._made = 0
        return True

    def choose(self, options: Sequence[Choice], state: Partial) -> int | None:
        if self._made == len(self._run):
            step = self._branch(options, state)
            if step is None:
                return None
            self._run.append(step)
        self._made += 1
        return self._run[self._made - 1].index

    def finish(self, result: Execution | None) -> None:
        self.levels[-1].runs += 1
        if result is not None and result.key not in self.cost_of:
            self.cost_of[result.key] = self.levels[-1].cost
            self.levels[-1].executions += 1

    def _next_level(self) -> bool:
        """Go on to the lowest cost at which something waits; False where that is beyond the bound, or nothing does."""
        if not self.levels:
            self.levels.append(Level(0))
            return True
        while True:
            cost = self.levels[-1].cost
            waiting = self._waiting[cost]
            # What has been gone on from meanwhile is not made again.
            while waiting and (last := waiting[-1]) is not None and last.known in self._seen:
                waiting.pop()
            if waiting:
                return True
            del self._waiting[cost]
            self.complete = cost
            for later, steps in self._waiting.items():
                self._waiting[later] = [step for step in steps if step is None or step.known not in self._seen]
            self.exhausted = not any(self._waiting.values())
            if self.exhausted or cost == self._bound:
                return False
            self.levels.append(Level(cost + 1))

    def _branch(self, options: Sequence[Choice], state: Partial) -> _Step | None:
        """Take the first new step that costs nothing, if there is one; leave the others to be made in their time."""
        before = self._run[-1] if self._run else None
        if before is not None:
            self._seen.add(before.known)
        last = before.thread if before else NOBODY
        able, spent = ready(options), self.levels[-1].cost
        taken: _Step | None = None
        left: list[tuple[int, _Step]] = []
        for index, choice in enumerate(options):
            if choice == END:
                step, cost = _Step(before, index, last, (END, state.key)), 0
            else:
                step = _Step(before, index, choice.thread, choice.leads_to)
                cost = self._cost(last, choice.thread, able, len(state.threads))
            if step.known in self._seen:
                continue
            if cost == 0 and taken is None:
                taken = step
            else:
                left.append((cost, step))
        for cost, step in reversed(left):
            self._waiting[spent + cost].append(step)
        return taken
