"""A coroutine run by itself on a memory, with concrete values: one call after another, nobody else there."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Any

from explorer.execution.location import Location, Value
from explorer.program.errors import ScenarioError
from explorer.program.request import Assume, Fence, Load, LockTest, Request, Store, Update
from explorer.schedule.concrete import as_memory_holds_it

Memory = dict[Location, Value]
"""The values of locations; one that is missing has its initial value."""


def run_alone(
    body: Coroutine[Any, Any, Any], memory: Memory, seen: Callable[[Request, Value], None] | None = None
) -> Any:
    """Run modelled code to its end on ``memory``, which it changes; gives what it returns.

    ``seen`` is told of every load and update, with the value read.

    Raises ScenarioError where the code waits for something that nobody is there to do.
    """
    answer: Value | None = None
    while True:
        try:
            request = body.send(answer)
        except StopIteration as end:
            return end.value
        answer = _perform(request, memory)
        if seen is not None and answer is not None and isinstance(request, Load | Update):
            seen(request, answer)


def _perform(request: Any, memory: Memory) -> Value | None:
    if isinstance(request, Fence):
        mark: Value | None = request.value
        return mark
    if isinstance(request, Assume):
        if not request.condition:
            raise ScenarioError("an assumption is false", place=request.at)
        return None
    location: Location = request.location
    old = memory.get(location, location.initial)
    match request:
        case Load():
            if request.until is not None and not request.until(old):
                raise _waits(request)
            return old
        case LockTest():
            return int(old != 0)
        case Store():
            memory[location] = as_memory_holds_it(request.value)
            return None
        case Update():
            if request.condition is not None and not request.condition(old):
                if request.blocking:
                    raise _waits(request)
                return old
            new: Value = as_memory_holds_it(request.new(old))
            memory[location] = new
            return new if request.gives_new else old
    raise ScenarioError(f"{request!r} is no operation of a thread")


def _waits(request: Load | Update) -> ScenarioError:
    return ScenarioError(
        f"waits for {request.location.name} for ever: nobody else runs", place=request.at, advice="run it with others"
    )
