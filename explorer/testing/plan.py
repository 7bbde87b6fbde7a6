"""A schedule as a plan: which thread runs how far, one after the other, and where a step takes something old.

A plan is what Hypothesis draws, all of it before the run begins.  How far a thread runs is counted from its start, so
a part of the plan can be left out: the thread makes those steps in its next part, the threads before and after it are
not interrupted, and all else still means the same.  That is what lets a plan shrink to few switches; a choice drawn at
every step could not be taken away, for all after it would mean something else.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

from explorer.execution.execution import Execution
from explorer.schedule.choice import END, Choice
from explorer.schedule.partial import Partial
from explorer.schedule.steps import Step, step_of

Place: TypeAlias = tuple[int, int]
"""A thread, and how many steps it has made."""


@dataclass(frozen=True)
class Plan:
    """What a run does.

    Attributes:
        stretches: threads in turn, and how many steps each will have made at the end of its stretch.
        older: by place how many writes come, in coherence order, after what the next step reads or writes there;
            at other places a step takes effect at once.

    A thread that cannot go on ends its stretch; where the model allows no step so old, one less old is made.  Behind
    the last stretch the threads run on, the last one first and then the lowest.
    """

    stretches: Sequence[Place] = ()
    older: Mapping[Place, int] = field(default_factory=dict)


class Planned:
    """Strategy that makes one run by a plan.

    Attributes:
        steps: those of the run.
        execution: what came of it, None where it reached no legal end.
    """

    def __init__(self, plan: Plan) -> None:
        self.steps: list[Step] = []
        self.execution: Execution | None = None
        self._older = plan.older
        self._stretches = list(reversed(plan.stretches))
        self._made: dict[int, int] = {}
        self._begun = False

    def start(self) -> bool:
        begins, self._begun = not self._begun, True
        return begins

    def choose(self, options: Sequence[Choice], state: Partial) -> int | None:
        able = sorted({choice.thread for choice in options if choice != END})
        if options[0] == END:
            # All that can still come takes something old.
            able = [thread for thread in able if self._wanted(thread)]
            if not able:
                return 0
        thread = self._next(able)
        steps = {i: step_of(choice, state) for i, choice in enumerate(options) if choice.thread == thread}
        wanted = self._wanted(thread)
        chosen = min(steps, key=lambda i: (steps[i].older > wanted, abs(steps[i].older - wanted)))
        self.steps.append(steps[chosen])
        self._made[thread] = self._made.get(thread, 0) + 1
        return chosen

    def finish(self, result: Execution | None) -> None:
        self.execution = result

    def _wanted(self, thread: int) -> int:
        return self._older.get((thread, self._made.get(thread, 0)), 0)

    def _next(self, able: Sequence[int]) -> int:
        while self._stretches:
            thread, end = self._stretches[-1]
            if thread in able and self._made.get(thread, 0) < end:
                return thread
            self._stretches.pop()
        last = self.steps[-1].thread if self.steps else 0
        return last if last in able else able[0]
