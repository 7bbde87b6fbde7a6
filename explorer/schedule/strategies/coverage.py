"""Guided by coverage: each run goes for one order of two accesses that was seen least.

What is covered are the pairs of ``explorer.execution.pair_orders``: conflicting accesses, by their places in the code,
and which of the two came first.  The strategy remembers those of all its runs.  A run goes for one of the orders that
were seen and gone for least often, a random one of them: first the ones never seen.  The thread of the second access
is held where it stands before it, as long as the first one is still to come and another thread can go on; apart from
that a random thread makes a random step.

Not every order can happen (a lock may rule it out): such a one comes to its turn as often as others are seen.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence

from explorer.execution.execution import Execution
from explorer.execution.pair_orders import Access, Does, PairOrders, conflict
from explorer.schedule.choice import END, Choice
from explorer.schedule.partial import Partial
from explorer.schedule.strategies.sampling import Sampling, ready

_Order = tuple[Access, Access]
"""Two conflicting accesses, the first one first."""


class CoverageGuided(Sampling):
    """Random runs, each of which goes for an order of two accesses."""

    def __init__(self, seed: int, runs: int) -> None:
        super().__init__(seed, runs)
        self._pairs = PairOrders()
        self._known = 0
        # By the order of discovery, whatever the hash seed.
        self._times: dict[_Order, int] = {}
        self._of: dict[Hashable, list[_Order]] = {}
        self._goal: _Order | None = None
        self._done: set[Access] = set()

    @property
    def orders(self) -> tuple[int, int]:
        """How many orders were seen, of how many that the accesses seen can have."""
        return len(self._pairs.ordered), len(self._times)

    def begin(self) -> None:
        self._done = set()
        self._goal = None
        if self._times:
            least = min(self._times.values())
            self._goal = self.random.choice([order for order, times in self._times.items() if times == least])
            self._times[self._goal] += 1

    def pick(self, options: Sequence[Choice], state: Partial) -> int:
        able = ready(options)
        free = able
        if self._goal is not None and self._goal[0] not in self._done:
            second = self._goal[1]
            held = {c.thread for c in options if c != END and c.thread == second.thread and _access(c, state) == second}
            free = [thread for thread in able if thread not in held] or able
        index = self.of_thread(options, self.random.choice(free))
        self._done.add(_access(options[index], state))
        return index

    def finish(self, result: Execution | None) -> None:
        if result is None:
            return
        found = self._of.get(result.key)
        if found is None:
            found = self._of[result.key] = self._learn(result)
        for order in found:
            self._times[order] += 1

    def _learn(self, execution: Execution) -> list[_Order]:
        """The orders of an execution; its new accesses are noted."""
        alone = PairOrders()
        alone.add(execution)
        self._pairs.add(execution)
        accesses = self._pairs.accesses()
        new = accesses[self._known :]
        self._known = len(accesses)
        for access in new:
            for other in accesses:
                if other.location == access.location and conflict(access, other):
                    self._times.setdefault((access, other), 0)
                    self._times.setdefault((other, access), 0)
        mine = alone.accesses()
        return [(mine[first], mine[second]) for first, second in sorted(alone.ordered)]


def _access(choice: Choice, state: Partial) -> Access:
    made = state.access(choice)
    assert made.location is not None
    does: Does = "updates" if made.writes and choice.source is not None else "writes" if made.writes else "reads"
    return Access.at(choice.thread, made.source, made.location, does)
