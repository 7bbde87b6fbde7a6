"""Where an execution ends: what each thread has read and how it ended, and the last value of every location.

An execution in which an assumption failed is none: it has no final state.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from explorer.execution.execution import Ending, Execution, Status, ThreadEnd
from explorer.execution.location import Value, show
from explorer.search.outcomes import AT_THE_END, NOTHING, Facts

Shown: TypeAlias = int | str
"""A value as final states have it: a number, or the name of an object."""

Entry: TypeAlias = tuple[str, Shown]
"""A location and a value of it."""

CUT = "cut by the bound of a loop"
GRACE_PERIOD = "waits for the end of a grace period"


@dataclass(frozen=True, slots=True)
class ThreadState:
    """One thread at the end.

    Attributes:
        name: the thread's.
        waits: what it waits for, for ever; ``CUT`` where the bound of a loop ended it; empty where it returned.
        reads: what it has read in program order, each location with the value that it gave.
    """

    name: str
    waits: str
    reads: tuple[Entry, ...]


@dataclass(frozen=True, slots=True)
class FinalState:
    """The end of an execution; ``memory`` has every location, in the program's order."""

    threads: tuple[ThreadState, ...]
    memory: tuple[Entry, ...]

    @property
    def numbers(self) -> list[int]:
        """All values that are numbers; a 0 among them, so that there is one."""
        values = [value for entries in (self.memory, *(t.reads for t in self.threads)) for _location, value in entries]
        return [0, *(value for value in values if isinstance(value, int))]

    @property
    def facts(self) -> Facts:
        """The same in words: per thread, and then the memory."""
        told = []
        for thread in self.threads:
            parts = [f"{location} = {value}" for location, value in thread.reads]
            told.append((thread.name, ", ".join([*parts, thread.waits] if thread.waits else parts) or NOTHING))
        memory = ", ".join(f"{location} = {value}" for location, value in self.memory)
        return (*told, (AT_THE_END, memory)) if memory else tuple(told)


def final_state_of(execution: Execution) -> FinalState | None:
    """The final state of an execution that Sealrace has found; None where an assumption failed."""
    if execution.status is Status.DROPPED:
        return None
    reads: list[list[Entry]] = [[] for _ in execution.threads]
    for event in execution.events[execution.initial_writes :]:
        if event.reads:
            assert event.location is not None
            assert event.value is not None
            reads[event.thread].append((event.location.name, _shown(event.value)))
    memory = []
    for order in execution.coherence:
        last = execution.events[order[-1]]
        assert last.location is not None
        assert last.value is not None
        memory.append((last.location.name, _shown(last.value)))
    threads = zip(execution.threads, execution.ends, reads, strict=True)
    return FinalState(tuple(ThreadState(name, _waits(end), tuple(each)) for name, end, each in threads), tuple(memory))


def _waits(end: ThreadEnd) -> str:
    return {Ending.BLOCKED: end.detail, Ending.CUT: CUT}.get(end.ending, "")


def _shown(value: Value) -> Shown:
    return value if isinstance(value, int) else show(value)
