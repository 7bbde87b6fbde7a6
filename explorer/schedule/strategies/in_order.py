"""The scheduler that strategies are to drive: in order, where the model loses nothing by it.

The scheduler also lets a read take an old value and a store go early in coherence order, wherever the model allows the
execution.  What counts preemptions, or makes them with a known probability, goes by runs whose steps take effect at
once; under a sequential model these reach everything.
"""

from __future__ import annotations

from explorer.execution.kinds import Tag
from explorer.memory.model import Axiom, Model
from explorer.program.unfolded import UnfoldedProgram
from explorer.schedule.scheduler import Scheduler, set_names


def driven(unfolding: UnfoldedProgram, model: Model) -> Scheduler:
    """The scheduler of a program that is driven by a strategy."""
    return Scheduler(unfolding, model, in_order=model.is_sequential)


def refusing(unfolding: UnfoldedProgram, model: Model) -> tuple[Axiom, ...]:
    """The axioms of a sequential model that may refuse what steps in order have made; none where no run is abandoned.

    Grace periods bring one in: a section may have begun that must end before one that is over.
    """
    return model.axioms_in_question(set_names(unfolding), in_order=True)


def has_grace_periods(unfolding: UnfoldedProgram) -> bool:
    """Whether a thread may wait for a grace period."""
    return not set_names(unfolding).isdisjoint(tag.cat_name for tag in (Tag.SYNC_RCU, Tag.SYNC_SRCU))
