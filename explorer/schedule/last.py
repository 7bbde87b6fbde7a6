"""A thread that runs after all others: every read finds the last value of its location."""

from __future__ import annotations

from collections.abc import Mapping

from explorer.execution.execution import Ending
from explorer.execution.location import Location, Value
from explorer.program.request import Load, LockTest
from explorer.program.segment import PathTree
from explorer.schedule.concrete import ConcreteThread


def obstacle_to_run_last(tree: PathTree, memory: Mapping[Location, Value]) -> str:
    """What keeps the thread from returning in this memory without a write; empty if nothing does."""
    thread = ConcreteThread(tree)
    thread.start()
    try:
        while thread.end is None:
            if not isinstance(thread.request, Load | LockTest):
                return f"writes {thread.location.name}"
            value = memory[thread.location]
            if not thread.takes(value):
                return thread.blocked().detail
            thread.step(value)
    finally:
        thread.close()
    if thread.end.ending is Ending.RETURNED:
        return ""
    return f"is {thread.end.ending.value} ({thread.end.detail})"
