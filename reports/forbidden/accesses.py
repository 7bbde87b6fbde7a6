"""The accesses of a litmus test as text: the thread, the statement, the line."""

from __future__ import annotations

from explorer.execution.event import Event
from explorer.execution.execution import Execution
from explorer.execution.kinds import Kind
from explorer.execution.location import show
from explorer.litmus.statements import Spelling, Spellings

_NOUNS = {
    Kind.READ: "load",
    Kind.WRITE: "store",
    Kind.FENCE: "barrier",
    Kind.LOCK_READ: "lock",
    Kind.LOCK_WRITE: "lock",
    Kind.UNLOCK: "unlock",
    Kind.LOCK_FAILED: "try",
    Kind.IS_LOCKED: "test",
    Kind.IS_UNLOCKED: "test",
    Kind.INITIAL: "initial value",
}
LOCKS = frozenset({Kind.LOCK_READ, Kind.LOCK_WRITE, Kind.UNLOCK})


class Accesses:
    """The events of one execution in words."""

    def __init__(self, execution: Execution, spellings: Spellings) -> None:
        self.execution = execution
        self._spellings = spellings
        self._halves = {
            event for read, row in enumerate(execution.rmw) if row for event in (read, row.bit_length() - 1)
        }

    def event(self, event: int) -> Event:
        return self.execution.events[event]

    def is_initial(self, event: int) -> bool:
        return self.event(event).kind is Kind.INITIAL

    def spelling(self, event: int) -> Spelling:
        return self._spellings.of(self.event(event))

    def thread(self, event: int) -> str:
        """``P1``."""
        return self.execution.threads[self.event(event).thread]

    def value(self, event: int) -> str:
        value = self.event(event).value
        return "" if value is None else show(value)

    def location(self, event: int) -> str:
        location = self.event(event).location
        return location.name if location else ""

    def is_half(self, event: int) -> bool:
        """Whether it is the load or the store of an atomic operation."""
        return event in self._halves

    def noun(self, event: int) -> str:
        """``load``, ``store``, ``lock``, ..."""
        return _NOUNS[self.event(event).kind]

    def both(self, first: int, second: int) -> str:
        """``the two stores``, ``the store and the load``."""
        one, other = self.noun(first), self.noun(second)
        return f"the two {one}s" if one == other else f"the {one} and the {other}"

    def operation(self, event: int) -> str:
        """``smp_wmb()``; of a plain access what it is."""
        operation = self.spelling(event).operation
        return f"{operation}()" if operation else f"the {self.noun(event)}"

    def line(self, event: int) -> str:
        """``P1: r0 = READ_ONCE(*flag), line 17``."""
        if self.is_initial(event):
            return f"the initial {self.location(event)} = {self.value(event)}"
        spelling = self.spelling(event)
        half = f", its {self.noun(event)}" if self.is_half(event) and self.event(event).kind not in LOCKS else ""
        return f"{self.thread(event)}: {spelling.text}{half}, line {spelling.line}"
