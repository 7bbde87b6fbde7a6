"""Leaving out threads that never write, beside one that is identical to them.

docs/engine.md has the argument; in short: what an execution of the whole program lets one
reader do, it lets it do without the others, and every execution of the kept threads goes on
to one of the whole program, in which the others run to their end after everything else.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from explorer.execution.execution import Execution
from explorer.execution.kinds import Tag
from explorer.execution.location import Location, Object, Value
from explorer.memory.model import Model
from explorer.memory.readers import ReadersOfModel
from explorer.program.program import Program
from explorer.program.segment import PathTree
from explorer.program.unfolded import UnfoldedProgram
from explorer.property import is_of_one_thread
from explorer.scenario import Case
from explorer.schedule.last import obstacle_to_run_last
from explorer.search.state import State


class KeptThreads(UnfoldedProgram):
    """Some threads (indices, ascending) of a program, which touch all locations that it touches."""

    def __init__(self, whole: UnfoldedProgram, kept: tuple[int, ...]) -> None:
        self._whole = whole
        self._kept = kept
        program = Program(tuple(whole.program.threads[thread] for thread in kept))
        super().__init__(program, whole.unroll, whole.max_events)

    def _unfold(self) -> tuple[tuple[PathTree, ...], tuple[Location, ...], dict[str, Object]]:
        whole = self._whole
        return tuple(whole.trees[thread] for thread in self._kept), whole.locations, whole.objects


@dataclass(frozen=True, slots=True)
class LeftOut:
    """``count`` threads that are left out, from ``first`` to ``last``, identical to ``like``, which is kept."""

    like: str
    first: str
    last: str
    count: int

    @property
    def names(self) -> str:
        """``reader 2 to reader 100``."""
        return self.first if self.count == 1 else f"{self.first} to {self.last}"


@dataclass(frozen=True)
class Projection:
    """The kept threads of a program.

    Attributes:
        unfolding: the kept threads.
        left_out: the others, class by class.
        readers: of each of these classes the kept thread's index in ``unfolding``.
        model_multiplies: see ``ReadersOfModel.multiplies``.
    """

    unfolding: UnfoldedProgram
    left_out: tuple[LeftOut, ...]
    readers: tuple[int, ...]
    model_multiplies: bool
    _known: dict[tuple[Value, ...], str] = field(default_factory=dict, repr=False)

    def obstacle(self, memory: tuple[Value, ...]) -> str:
        """Why the threads left out cannot all run to their end in this memory, without a write; empty if they can.

        ``memory``: per location of the program its value.
        """
        known = self._known.get(memory)
        if known is None:
            values = dict(zip(self.unfolding.locations, memory, strict=True))
            known = self._known[memory] = self._obstacle(values)
        return known

    def _obstacle(self, memory: Mapping[Location, Value]) -> str:
        for others, reader in zip(self.left_out, self.readers, strict=True):
            # One run is enough: the others are the same function with the same arguments.
            found = obstacle_to_run_last(self.unfolding.trees[reader], memory)
            if found:
                return f"{others.names} would not end after all others: {found}"
        return ""


def last_values(state: State) -> tuple[Value, ...]:
    """What is in memory at the end of a finished execution."""
    return tuple(
        state.value_of(order[-1] if order else -1 - location, location) for location, order in enumerate(state.co)
    )


def final_memory(execution: Execution) -> tuple[Value, ...]:
    """The same of an execution; its locations are those of the program, in their order."""
    values = [execution.events[order[-1]].value for order in execution.coherence]
    return tuple(value for value in values if value is not None)


def projection_of(case: Case, model: Model, unfolding: UnfoldedProgram) -> Projection | str:
    """The projection that an exploration of this case can use, or why there is none.

    The reason is empty where no two threads are identical.
    """
    several = [members for members in unfolding.identical if len(members) > 1]
    if not several:
        return ""
    classes = [members for members in several if not _may_write(unfolding.trees[members[0]])]
    if not classes:
        names = [unfolding.program.threads[members[0]].name for members in several]
        return f"{_listed(names)} may write, lock or wait for a grace period, and so may those like it"
    reason = _unsaid(case)
    if reason:
        return reason
    reading = frozenset(name for members in classes for name in _names(unfolding.trees[members[0]]))
    present = reading.union(*(_names(unfolding.trees[members[0]]) for members in unfolding.identical))
    of_model = ReadersOfModel(model, present, reading)
    if of_model.obstacle:
        return of_model.obstacle
    dropped = {thread for members in classes for thread in members[1:]}
    kept = tuple(thread for thread in range(len(unfolding.trees)) if thread not in dropped)
    names = [thread.name for thread in unfolding.program.threads]
    return Projection(
        KeptThreads(unfolding, kept),
        tuple(LeftOut(names[m[0]], names[m[1]], names[m[-1]], len(m) - 1) for m in classes),
        tuple(kept.index(members[0]) for members in classes),
        of_model.multiplies,
    )


def _unsaid(case: Case) -> str:
    """What in a case does not say that it speaks of one thread."""
    if not case.properties:
        return "there is no property: all executions of all threads are asked for"
    for prop in case.properties:
        if not is_of_one_thread(prop):
            return f"the property {prop.name} does not say that it speaks of one thread"
    for goal in case.goals:
        if not goal.of_one_thread:
            return f"the goal {goal.name} does not say that it speaks of one thread"
    return ""


def _may_write(tree: PathTree) -> bool:
    """Whether a thread may store, update, lock or unlock, or wait for a grace period, on any of its paths."""
    shapes = tree.shapes()
    if shapes is None:
        return True  # nobody has looked
    return any(
        kind.writes or rmw or tag in (Tag.SYNC_RCU, Tag.SYNC_SRCU)
        for steps in shapes.values()
        for shape in steps
        for kind, tag, rmw in shape
    )


def _names(tree: PathTree) -> frozenset[str]:
    """The sets of cat that the thread's events may be in by kind and tag."""
    shapes = tree.shapes()
    assert shapes is not None, "its paths are known if those of one thread of the program are"
    parts = {part for steps in shapes.values() for shape in steps for part in shape}
    return frozenset({kind.value for kind, _tag, _rmw in parts} | {tag.cat_name for _kind, tag, _rmw in parts if tag})


def _listed(names: list[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
