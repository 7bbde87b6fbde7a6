"""A cycle of events, in the words of a message."""

from __future__ import annotations

from explorer.execution.execution import Execution
from explorer.execution.relation import Relation, find_cycle


def cycle_in_words(execution: Execution, relation: Relation) -> str:
    """A shortest cycle of a relation that has one, its first event named again at the end."""
    cycle = find_cycle(relation)
    assert cycle is not None, "the relation is acyclic"
    return " -> ".join(_name(execution, event) for event in (*cycle, cycle[0]))


def _name(execution: Execution, number: int) -> str:
    event = execution.events[number]
    return f"{execution.threads[event.thread]}: {event}" if event.thread >= 0 else str(event)
