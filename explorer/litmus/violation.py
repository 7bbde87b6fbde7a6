"""The condition of a litmus test as a property: the execution that satisfies it, and why it is remarkable."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass

from explorer.execution.execution import Execution
from explorer.execution.relation import Relation, intersection, members
from explorer.litmus.condition import holds, state_text, text_of
from explorer.litmus.judge import final_state
from explorer.litmus.unfold import LitmusUnfolding
from explorer.property import Edge, Mark, Violation

NAME = "condition"


@dataclass(frozen=True)
class Condition:
    """Broken by executions whose final state satisfies the test's proposition."""

    unfolding: LitmusUnfolding

    @property
    def name(self) -> str:
        return NAME

    def find(self, execution: Execution, _before: Sequence[int] | None) -> Violation | None:
        """The shortest cycle that sequential consistency forbids, else what each read read."""
        test = self.unfolding.test
        state = final_state(self.unfolding, execution)
        if (test.filter is not None and not holds(test.filter, state)) or not holds(test.condition, state):
            return None
        path = _shortest_cycle(execution)
        sentence = f"{text_of(test.condition)} holds at the end: {state_text(state)}"
        if path:
            sentence += " No order of all accesses explains it: each edge of the path comes before the next."
        else:
            path = _sources(execution)
            sentence += " Some order of all accesses explains it."
        marks = (Mark(path[-1].target, NAME),) if path else ()
        return Violation(NAME, tuple(path), marks, sentence)


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
