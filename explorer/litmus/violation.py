"""The condition of a litmus test as a property: the execution that is worth showing, and why it is remarkable."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass

from explorer.execution.execution import Execution
from explorer.execution.relation import Relation, intersection, members
from explorer.litmus.condition import State, Target, holds, observed, sides, state_entries, text_of
from explorer.litmus.final import events_behind, final_state
from explorer.litmus.syntax import Address, And, Equal, Integer, Litmus, Location, Proposition, Register
from explorer.litmus.unfold import LitmusUnfolding
from explorer.property import Edge, Mark, Violation

_MARK = "condition"
"""The word beside the events whose values the condition names."""


@dataclass(frozen=True)
class Condition:
    """Found in the witnesses of ``exists`` and ``~exists``, and in the counterexamples of ``forall``.

    It goes by the name of the quantifier.
    """

    unfolding: LitmusUnfolding

    @property
    def name(self) -> str:
        return self.unfolding.test.quantifier.value

    def find(self, execution: Execution, _before: Sequence[int] | None) -> Violation | None:
        """The shortest cycle that sequential consistency forbids, else what each read read."""
        test = self.unfolding.test
        state = final_state(self.unfolding, execution)
        if test.filter is not None and not holds(test.filter, state):
            return None
        if holds(test.condition, state) is not test.quantifier.shows:
            return None
        path = _shortest_cycle(execution)
        if path:
            order = "No order of all accesses explains it: each edge of the path comes before the next."
        else:
            path = _sources(execution)
            order = "Some order of all accesses explains it."
        named = dict.fromkeys(side for side in sides(test.condition) if isinstance(side, Register | Location))
        behind = (event for target in named for event in events_behind(self.unfolding, execution, target))
        marks = tuple(Mark(event, _MARK) for event in dict.fromkeys(behind))
        return Violation(self.name, tuple(path), marks, f"{_at_the_end(test, state)} {order}")


def _at_the_end(test: Litmus, state: State) -> str:
    """Whether the proposition holds, and the final values that it does not tell by itself."""
    verb = "holds" if test.quantifier.shows else "does not hold"
    told = _told(test.condition) if test.quantifier.shows else frozenset()
    entries = state_entries({str(target): state[str(target)] for target in observed(test) if target not in told})
    where = f", where {', '.join(entries)}" if entries else ""
    return f"{text_of(test.condition)} {verb} at the end{where}."


def _told(proposition: Proposition) -> frozenset[Target]:
    """What has the one value that stands in a proposition, where that holds."""
    match proposition:
        case Equal(left, Integer() | Address()):
            return frozenset({left})
        case And(operands):
            return frozenset().union(*map(_told, operands))
        case _:
            return frozenset()


def _sources(execution: Execution) -> list[Edge]:
    return [Edge(write, read, "rf") for read, write in enumerate(execution.source_of) if write >= 0]


def _shortest_cycle(execution: Execution) -> list[Edge]:
    """A shortest cycle in po | rf | co | fr, communication first; none under sequential consistency."""
    relations = {"rf": execution.rf, "fr": execution.fr, "co": execution.co, "po": _accesses(execution)}
    best: list[Edge] = []
    for start in range(execution.initial_writes, len(execution)):
        cycle = _cycle_through(start, relations)
        if cycle and (not best or len(cycle) < len(best)):
            best = cycle
    return best


def _accesses(execution: Execution) -> Relation:
    """Program order between accesses."""
    accesses = sum(1 << i for i, event in enumerate(execution.events) if event.reads or event.writes)
    return intersection(execution.po, [accesses if accesses >> i & 1 else 0 for i in range(len(execution))])


def _cycle_through(start: int, relations: dict[str, Relation]) -> list[Edge]:
    arrived: dict[int, Edge] = {}
    waiting = deque([start])
    while waiting:
        event = waiting.popleft()
        for name, rows in relations.items():
            for target in members(rows[event]):
                if target not in arrived:
                    arrived[target] = Edge(event, target, name)
                    if target == start:
                        return _back_from(start, arrived)
                    waiting.append(target)
    return []


def _back_from(start: int, arrived: dict[int, Edge]) -> list[Edge]:
    path = [arrived[start]]
    while path[-1].source != start:
        path.append(arrived[path[-1].source])
    return path[::-1]
