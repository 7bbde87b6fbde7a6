"""What a strategy is: the one that makes the scheduler's choices.

The scheduler knows which steps are legal and prefers none; a strategy prefers, and knows
nothing of programs or models.  Strategies are combined by wrapping.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from explorer.execution.execution import Execution
from explorer.schedule.choice import Choice
from explorer.schedule.partial import Partial


class Strategy(Protocol):
    """Three methods, called in this order for each run: start, choose at every step, finish."""

    def start(self) -> bool:
        """Begin an execution; False when there is nothing left to run.

        Whoever drives it may stop there: what has begun is made only once it is finished.
        """

    def choose(self, options: Sequence[Choice], state: Partial) -> int | None:
        """The index of the next step among the legal ones, None to abandon the run.

        ``options`` is not empty and always in the same order at the same partial
        execution: ``END`` first if the execution may end here, then by thread, source in
        coherence order, and place.
        """

    def finish(self, result: Execution | None) -> None:
        """Take the execution of the run.

        None when the run was abandoned, when a read found no legal source, or when the
        model refuses the whole execution.
        """
