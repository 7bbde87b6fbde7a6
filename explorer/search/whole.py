"""What the executions of the kept threads say of the whole program."""

from __future__ import annotations

from collections.abc import Collection

from explorer.execution.execution import Status
from explorer.memory.model import Model
from explorer.scenario import Case
from explorer.search.leaf import Leaf
from explorer.search.multiplied import Multiplied
from explorer.search.projection import Projection, last_values
from explorer.search.result import Projected


class NotLast(Exception):
    """An execution of the kept threads after which the others do not run to their end."""


class Whole:
    """Follows the search of the kept threads."""

    def __init__(self, case: Case, model: Model, projection: Projection) -> None:
        self._case = case
        self._projection = projection
        self._multiplied = Multiplied(case, model, projection)

    def add(self, leaf: Leaf, broken: Collection[str]) -> None:
        """Take note of an execution and the properties that it breaks; NotLast where the others could not follow.

        Executions that are cut or dropped claim nothing that the others would have to follow for.
        """
        if leaf.status in (Status.COMPLETE, Status.BLOCKED):
            obstacle = self._projection.obstacle(last_values(leaf.state))
            if obstacle:
                raise NotLast(obstacle)
        self._multiplied.add(leaf, broken)

    def projected(self, *, complete: bool) -> Projected:
        """The answer, once the search has ended; ``complete``: having looked at everything."""
        left_out = self._projection.left_out
        if not complete:
            unknown = {prop.name: None for prop in self._case.properties}
            return Projected(left_out, None, unknown, "the search was stopped")
        executions, violating = self._multiplied.counts()
        return Projected(left_out, executions, violating, self._multiplied.note)
