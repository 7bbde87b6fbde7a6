"""Executions up to the renaming of identical threads.

The *descriptor* of a thread in an execution has a component per access in program order:
of a read the place of its source in the coherence order of its location, of a write its own
place; a thread that stands before a read at the end has one more, larger than any place.
Renaming identical threads permutes their descriptors, and an execution is determined by the
descriptors of all its threads.  So an orbit, the executions that renaming makes of one, has
exactly one *canonical* member, whose descriptors ascend within every class of identical
threads, and k! / (m1! m2! ...) members altogether per class, where k threads have
descriptors m1 of which are equal, m2, and so on.

While an execution grows, the relative place of two writes in a coherence order never
changes.  So the first difference between two neighbouring threads of a class is final as
soon as both components are there, and a partial execution in which it is the wrong way
round grows into no canonical one.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from math import factorial, inf

from explorer.execution.execution import Ending, Execution
from explorer.memory.model import Model
from explorer.program.unfolded import UnfoldedProgram
from explorer.property import treats_threads_alike
from explorer.scenario import Case
from explorer.search.prepared import FENCE, READ
from explorer.search.state import BLOCKED, State

LESS, EQUAL, GREATER = -1, 0, 1


class Symmetry:
    """What renaming the threads of some classes makes of states; every class has several threads (indices)."""

    def __init__(self, classes: tuple[tuple[int, ...], ...]) -> None:
        self.classes = classes
        self._neighbours = [
            (members[place], members[place + 1]) for members in classes for place in range(len(members) - 1)
        ]

    def rejects(self, state: State) -> bool:
        """Whether a partial execution grows into no canonical one."""
        return any(_compare(state, first, second, finished=False) == GREATER for first, second in self._neighbours)

    def orbit(self, state: State) -> int:
        """How many executions a finished one stands for; 0 if it is not canonical."""
        size = 1
        for members in self.classes:
            equal = 1
            size *= factorial(len(members))
            for place in range(1, len(members)):
                compared = _compare(state, members[place - 1], members[place], finished=True)
                if compared == GREATER:
                    return 0
                equal = equal + 1 if compared == EQUAL else 1
                size //= equal  # the factors of m! one after the other
        return size


def symmetry_of(case: Case, model: Model, unfolding: UnfoldedProgram) -> Symmetry | None:
    """The symmetry that an exploration of this case can use; None if there is none.

    Every property and goal must say that it treats identical threads alike; deadlocks and a
    model's flags do.  What a ``with`` chooses first need not: a model with one has no symmetry.
    """
    classes = tuple(members for members in unfolding.identical if len(members) > 1)
    if not classes or model.theory.choices:
        return None
    alike = all(map(treats_threads_alike, case.properties)) and all(goal.alike for goal in case.goals)
    return Symmetry(classes) if alike else None


def orbit_of(execution: Execution, classes: Sequence[Sequence[int]]) -> int:
    """What ``Symmetry.orbit`` says of the state of a finished execution, found from the execution itself."""
    places = {write: place for order in execution.coherence for place, write in enumerate(order)}
    size = 1
    for members in classes:
        descriptors = [_descriptor(execution, thread, places) for thread in members]
        if descriptors != sorted(descriptors):
            return 0
        size *= factorial(len(members))
        for times in Counter(descriptors).values():
            size //= factorial(times)
    return size


def _descriptor(execution: Execution, thread: int, places: Mapping[int, int]) -> tuple[float, ...]:
    components: list[float] = []
    for position in execution.thread_events(thread):
        event = execution.events[position]
        if event.reads:
            components.append(places[execution.source_of[position]])
        elif event.writes:
            components.append(places[position])
    if execution.ends and execution.ends[thread].ending is Ending.BLOCKED:
        components.append(inf)
    return tuple(components)


def _compare(state: State, first: int, second: int, *, finished: bool) -> int:
    """The descriptors of two identical threads; EQUAL also where the first difference is not there yet."""
    mine, theirs = state.where[first], state.where[second]
    i = j = 0
    while True:
        while i < len(mine) and state.access[mine[i]].kind == FENCE:
            i += 1
        while j < len(theirs) and state.access[theirs[j]].kind == FENCE:
            j += 1
        if i == len(mine) or j == len(theirs):
            return _compare_ends(state, first, second, i == len(mine), j == len(theirs), finished)
        item, other = state.access[mine[i]], state.access[theirs[j]]
        if item.kind != other.kind or item.location != other.location:
            return EQUAL  # one of the two has guessed wrong what an unknown value decides
        if item.kind == READ:
            source, another = state.source[mine[i]], state.source[theirs[j]]
            if source is None or another is None:
                return EQUAL
        else:
            source, another = mine[i], theirs[j]
        if source != another:
            order = state.co[item.location]
            place = order.index(source) if source >= 0 else -1
            other_place = order.index(another) if another >= 0 else -1
            return LESS if place < other_place else GREATER
        i += 1
        j += 1


def _compare_ends(state: State, first: int, second: int, mine_over: bool, theirs_over: bool, finished: bool) -> int:
    """Where the descriptors agree as far as both go, and one of them at least goes no further."""
    if mine_over is theirs_over:
        return EQUAL
    thread = first if mine_over else second
    if state.phase[thread] == BLOCKED or (finished and state.stands(thread)):
        return GREATER if mine_over else LESS
    return EQUAL
