"""Random runs: every legal step equally likely, the same ones for the same seed."""

from __future__ import annotations

from collections.abc import Sequence

from explorer.schedule.choice import Choice
from explorer.schedule.partial import Partial
from explorer.schedule.strategies.sampling import Sampling


class RandomWalk(Sampling):
    """Takes any of the options, the end among them where the execution may end."""

    def choose(self, options: Sequence[Choice], state: Partial) -> int | None:
        return self.random.randrange(len(options))
