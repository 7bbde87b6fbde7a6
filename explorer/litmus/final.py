"""The end of an execution of a litmus test: final values, and the events that they come from."""

from __future__ import annotations

from explorer.execution.execution import Execution
from explorer.execution.kinds import Kind
from explorer.execution.location import Value
from explorer.litmus.condition import State, Target, needed
from explorer.litmus.source import LitmusError
from explorer.litmus.syntax import Register
from explorer.litmus.unfold import LitmusSegment, LitmusTree, LitmusUnfolding
from explorer.program.expression import reads_of


def final_state(unfolding: LitmusUnfolding, execution: Execution) -> State:
    """The values at the end of what the test's condition, filter and locations name."""
    last = _last_writes(execution)
    state: dict[str, int | str] = {}
    for target in needed(unfolding.test):
        if isinstance(target, Register):
            segment, values = _end(unfolding, execution, target)
            value: Value | None = segment.final(target.name, values)
        else:
            value = execution.events[last[unfolding.memory.cell(target, target.place).name]].value
        assert value is not None
        state[str(target)] = value if isinstance(value, int) else value.name
    return state


def events_behind(unfolding: LitmusUnfolding, execution: Execution, target: Target) -> list[int]:
    """The events that gave a location or register its final value: a last write, or the reads that it is made of.

    There is none for an initial value, and for a register that holds a constant.
    """
    if isinstance(target, Register):
        segment, _ = _end(unfolding, execution, target)
        mask = reads_of(segment.registers.get(target.name, 0))
        thread = execution.thread_events(target.thread)
        return [event for position, event in enumerate(thread) if mask >> position & 1]
    write = _last_writes(execution)[unfolding.memory.cell(target, target.place).name]
    return [write] if write >= execution.initial_writes else []


def _last_writes(execution: Execution) -> dict[str, int]:
    """The write of each location that is last in coherence."""
    last = {}
    for order in execution.coherence:
        location = execution.events[order[0]].location
        assert location is not None
        last[location.name] = order[-1]
    return last


def _end(
    unfolding: LitmusUnfolding, execution: Execution, register: Register
) -> tuple[LitmusSegment, list[Value | None]]:
    """Where the path of the register's thread ends, and the values of the thread's events."""
    if register.thread >= len(unfolding.trees):
        raise LitmusError(f"there is no thread P{register.thread}", register.place)
    tree = unfolding.trees[register.thread]
    assert isinstance(tree, LitmusTree)
    # The index that an SRCU mark carries is no value that the thread read.
    events = [execution.events[i] for i in execution.thread_events(register.thread)]
    values = [None if event.kind is Kind.FENCE else event.value for event in events]
    return tree.last(values), values
