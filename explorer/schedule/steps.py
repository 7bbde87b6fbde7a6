"""Steps of the scheduler in short form: enough to take them again in a program built anew.

A step names its thread and, counted from the newest write of the location, the write that it reads from or comes
before.  So a step that takes effect now, in the order of sequential consistency, is its thread alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from explorer.execution.execution import Execution
from explorer.execution.relation import pairs
from explorer.schedule.choice import Choice
from explorer.schedule.partial import Partial


@dataclass(frozen=True, slots=True)
class Step:
    """One step: the next access of a thread.

    ``older`` counts the writes of the location released so far that come in coherence order after what the step reads
    from, or after what it writes: 0 is the last value, and the end of the order.  The write of an update goes directly
    after its source, so that one number says both.
    """

    thread: int
    older: int = 0


def step_of(choice: Choice, state: Partial) -> Step:
    """The short form of one of the scheduler's steps; ``state`` is the one that it is offered in."""
    order = state.coherence[state.threads[choice.thread].location]
    if choice.source is not None:
        return Step(choice.thread, len(order) - 1 - order.index(choice.source))
    assert choice.place is not None
    return Step(choice.thread, len(order) - choice.place)


def find_step(step: Step, options: Sequence[Choice], state: Partial) -> int | None:
    """The index of the option that a step is the short form of, None where there is none."""
    for index, choice in enumerate(options):
        if choice.thread == step.thread and step_of(choice, state) == step:
            return index
    return None


def steps_of(execution: Execution, order: Iterable[int]) -> tuple[Step, ...] | None:
    """The steps that lead to an execution, None where there are none: po | rf has a cycle (load buffering).

    They come in the order of the events in ``order`` (a witness schedule) as far as program order and reads-from let
    them: a step follows the one before it in its thread, and the write that it reads from.
    """
    accesses = accesses_in_order(execution, order)
    if accesses is None:
        return None
    updates = dict(pairs(execution.rmw))
    coherence = {write: (order, i) for order in execution.coherence for i, write in enumerate(order)}
    released = {order[0] for order in execution.coherence}
    steps = []
    for event in accesses:
        # An update's write stands directly after its source.
        at = execution.source_of[event] if execution.source_of[event] >= 0 else event
        writes, place = coherence[at]
        older = sum(write in released for write in writes[place + 1 :])
        steps.append(Step(execution.events[event].thread, older))
        released.add(updates.get(event, event))
    return tuple(steps)


def accesses_in_order(execution: Execution, order: Iterable[int]) -> tuple[int, ...] | None:
    """The events whose steps lead to an execution, in the order of ``steps_of``: of an update its read."""
    updates = dict(pairs(execution.rmw))
    written = set(updates.values())
    per_thread = [
        [i for i in execution.thread_events(thread) if execution.source_of[i] >= 0 or _is_store(execution, i, written)]
        for thread in range(len(execution.threads))
    ]
    rank = {event: i for i, event in enumerate(order)}
    released = {order[0] for order in execution.coherence}
    done = [0] * len(per_thread)
    accesses: list[int] = []
    while True:
        ready = [
            events[count]
            for events, count in zip(per_thread, done, strict=True)
            if count < len(events)
            and (execution.source_of[events[count]] < 0 or execution.source_of[events[count]] in released)
        ]
        if not ready:
            break
        event = min(ready, key=rank.__getitem__)
        accesses.append(event)
        released.add(updates.get(event, event))
        done[execution.events[event].thread] += 1
    return tuple(accesses) if done == [len(events) for events in per_thread] else None


def _is_store(execution: Execution, event: int, written_by_updates: set[int]) -> bool:
    return execution.events[event].writes and event not in written_by_updates
