"""What the scheduler chooses from: the steps that may come next."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass, field

from explorer.program.build import Place


@dataclass(frozen=True, slots=True)
class Choice:
    """One step: release the next access of a thread.

    ``source`` is the write that a load or an update reads from, ``place`` where a store or
    the write of an update goes in the coherence order of its location (the initial write
    has place 0; an update's write goes directly after its source).  ``leads_to`` is the key of the partial execution
    after the step: equal keys, equal partial executions.
    """

    thread: int
    source: Place | None = None
    place: int | None = None
    leads_to: Hashable = field(default=None, repr=False, compare=False)


END = Choice(-1)
"""Let the execution end here, where every thread has ended or is blocked."""
