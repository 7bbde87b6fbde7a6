"""The scheduler that strategies are to drive: in order, where the model loses nothing by it.

The scheduler also lets a read take an old value and a store go early in coherence order, wherever the model allows the
execution.  What counts preemptions, or makes them with a known probability, goes by runs whose steps take effect at
once; under a sequential model these reach everything.
"""

from __future__ import annotations

from explorer.memory.model import Model
from explorer.program.unfolded import UnfoldedProgram
from explorer.schedule.scheduler import Scheduler


def driven(unfolding: UnfoldedProgram, model: Model) -> Scheduler:
    """The scheduler of a program that is driven by a strategy."""
    return Scheduler(unfolding, model, in_order=model.is_sequential)
