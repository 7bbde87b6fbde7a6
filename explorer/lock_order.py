"""Lock order as a property: no thread waits for a lock while it holds one that comes later in the order.

The rules are lockdep's.  Locks belong to classes, classes have an order, outermost first.  A thread
that acquires a lock while it holds one of a later class, or another one of the same class, could
meet a thread that does so the other way round, whether or not it does in this program.  A trylock
waits for nothing: its success is allowed against the order, and the lock is held like any other.

A thread that waits for ever acquires nothing.  So one that wants a lock twice that it cannot have
twice is a deadlock, which every search reports by itself.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from explorer.execution.execution import Execution
from explorer.execution.kinds import Kind
from explorer.execution.location import Location
from explorer.property import Edge, Mark, Violation


@dataclass(frozen=True)
class LockClass:
    """Locks that the order does not tell apart.

    Attributes:
        name: as a sentence has it, ``page lock``.
        words: the locations of the locks (``word`` of the locks of ``explorer.program.locks``).
        recursive: whether a thread may acquire one while it holds one.
    """

    name: str
    words: tuple[Location, ...]
    recursive: bool = False


@dataclass(frozen=True, slots=True)
class _Held:
    """A lock that a thread has: its class, and the acquisition."""

    rank: int
    acquisition: int


@dataclass(frozen=True)
class LockOrder:
    """Violated where a thread acquires a lock against the order of ``classes``, outermost first.

    A lock is held until the thread that acquired it releases it.  Locks of no class are not looked at.

    The violation told is the first by classes, locks, functions and places in the thread: not by
    the thread, so that it is of the same kind when identical threads change names (``alike``).  It
    speaks of one thread, and one that acquires a lock writes (``of_one_thread``).
    """

    classes: tuple[LockClass, ...]
    name: str = "lock-order"
    alike: bool = True
    of_one_thread: bool = True

    @cached_property
    def _ranks(self) -> Mapping[Location, int]:
        return {word: rank for rank, each in enumerate(self.classes) for word in each.words}

    def find(self, execution: Execution, _before: object) -> Violation | None:
        """As ``Property.find``; the path leads from the acquisition of the lock held to the one that violates."""
        found = [pair for thread in range(len(execution.threads)) for pair in self._against(execution, thread)]
        if not found:
            return None
        held, taken = min(found, key=lambda pair: [self._sort_key(execution, event) for event in pair])
        rank, below = self._rank(execution, held), self._rank(execution, taken)
        sentence = f"A thread acquires {self._named(execution, taken)} while it holds {self._named(execution, held)}, "
        sentence += "of the same class." if rank == below else "which comes after it in the lock order."
        marks = (Mark(held, "held"), Mark(taken, "LOCK ORDER"))
        return Violation(self.name, (Edge(held, taken, "po"),), marks, sentence)

    def _against(self, execution: Execution, thread: int) -> Iterator[tuple[int, int]]:
        """The pairs of acquisitions of one thread, of a lock held and of one taken, that violate the order."""
        held: list[_Held] = []
        for event in execution.thread_events(thread):
            rank = self._rank(execution, event)
            if rank is None:
                continue
            if _acquires(execution, event):
                if execution.events[event].waits:
                    yield from ((lock.acquisition, event) for lock in held if self._violates(lock.rank, rank))
                held.append(_Held(rank, event))
            elif _releases(execution, event):
                word = execution.events[event].location
                last = next((x for x in reversed(held) if execution.events[x.acquisition].location is word), None)
                if last is not None:
                    held.remove(last)

    def _violates(self, held: int, taken: int) -> bool:
        return held > taken or (held == taken and not self.classes[taken].recursive)

    def _rank(self, execution: Execution, event: int) -> int | None:
        """The place in the order of the lock that an event is about, None where it is about none."""
        word = execution.events[event].location
        return None if word is None else self._ranks.get(word)

    def _named(self, execution: Execution, event: int) -> str:
        """The lock and its class: ``page A0.lock (page lock)``."""
        rank, word = self._rank(execution, event), execution.events[event].location
        assert rank is not None
        assert word is not None
        name = self.classes[rank].name
        return word.name if name == word.name else f"{word.name} ({name})"

    def _sort_key(self, execution: Execution, event: int) -> tuple[int, str, str, int]:
        found, rank = execution.events[event], self._rank(execution, event)
        assert rank is not None
        assert found.location is not None
        return rank, found.location.name, found.source.function if found.source else "", found.index


def _acquires(execution: Execution, event: int) -> bool:
    """Whether an event is the load of an update that makes a lock's word greater: so every lock is acquired."""
    found = execution.events[event]
    return found.kind.reads and _stored(execution, event) > _number(execution, event)


def _releases(execution: Execution, event: int) -> bool:
    """Whether it is a spin lock's unlock, or the load of an update that makes the word smaller."""
    found = execution.events[event]
    if found.kind is Kind.UNLOCK:
        return True
    return found.kind.reads and _stored(execution, event) < _number(execution, event)


def _stored(execution: Execution, load: int) -> int:
    """What the update of this load stores, the number loaded where it is the load of none."""
    row = execution.rmw[load]
    return _number(execution, row.bit_length() - 1 if row else load)


def _number(execution: Execution, event: int) -> int:
    value = execution.events[event].value
    return value if isinstance(value, int) else 0
