"""Probabilistic concurrency testing: random priorities, and a few random places at which they change.

Burckhardt, Kothari, Musuvathi, Nagarakatte, "A randomized scheduler with probabilistic guarantees of finding bugs",
ASPLOS 2010.  A bug has depth d if d ordering constraints between steps are enough to show it.  Of n threads, each run
finds a bug of depth d that shows within k steps of all threads with a probability of at least 1 / (n * k^(d-1)).

That holds where a thread's next step is one (``in_order``) and every run comes to an execution: where one is abandoned,
as a grace period can make it, what would have shown the bug may be lost.  Elsewhere the thread is chosen in this way
and one of its steps at random, and no bound is claimed.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from math import ceil

from explorer.execution.execution import Execution
from explorer.schedule.choice import Choice
from explorer.schedule.partial import Partial
from explorer.schedule.strategies.sampling import Sampling, ready


class Pct(Sampling):
    """Runs of ``threads`` threads with ``depth`` - 1 changes of priority at random steps up to step ``length``.

    Nothing is claimed of bugs that show only later.

    Attributes:
        made: how many runs there were; ``abandoned`` of them came to no execution.
    """

    def __init__(self, seed: int, runs: int, *, threads: int, length: int, depth: int, first: int = 1) -> None:
        assert min(threads, length, depth) >= 1
        super().__init__(seed, runs, first=first)
        self.made = 0
        self.abandoned = 0
        self._threads = threads
        self._length = length
        self._depth = depth
        self._priorities: list[int] = []
        self._changes: list[int] = []
        self._step = 0

    def begin(self) -> None:
        self._priorities = list(range(self._depth, self._depth + self._threads))
        self.random.shuffle(self._priorities)
        self._changes = [self.random.randint(1, self._length) for _ in range(self._depth - 1)]
        self._step = 0

    def pick(self, options: Sequence[Choice], state: Partial) -> int:
        self._step += 1
        thread = self._highest(options)
        # The i-th change gives the thread about to make the step priority i, lower than any that a thread begins with.
        for lower, step in enumerate(self._changes, 1):
            if step == self._step:
                self._priorities[thread] = lower
                thread = self._highest(options)
        return self.of_thread(options, thread)

    def finish(self, result: Execution | None) -> None:
        self.made += 1
        self.abandoned += result is None

    def _highest(self, options: Sequence[Choice]) -> int:
        return max(ready(options), key=self._priorities.__getitem__)


def probability(threads: int, length: int, depth: int) -> Fraction:
    """That with which a run finds a bug of this depth, at least."""
    return Fraction(1, threads * length ** (depth - 1))


_UNIT = 10**60
"""Probabilities of many runs are kept in parts of it: exact ones would have as many digits as there are runs."""


def within(runs: int, each: Fraction) -> Fraction:
    """The probability that one of some runs finds what each finds with this one; at least, and short by < 1e-40."""
    missed, factor = Fraction(1), 1 - each
    while runs:
        if runs % 2:
            missed = _rounded_up(missed * factor)
        factor = _rounded_up(factor * factor)
        runs //= 2
    return 1 - missed


def _rounded_up(number: Fraction) -> Fraction:
    return Fraction(ceil(number * _UNIT), _UNIT)
