"""In which order two accesses of one location came, over all executions of a program.

An *access* is a place in the code: thread, modelled function, step, file and line, and there the
location and whether it reads, writes, or does both (an update that happened).  Two accesses
*conflict* if they are of different threads, of one location, and one of them writes.

The order is that of the location's communication, (rf | co | fr)+: a write comes before another
that is later in coherence, and before the reads of itself and of later ones; a read comes before
the writes that are later in coherence than its source.  So two events of conflicting accesses are
always ordered, in one way.  An update stands where its write stands.  An access may happen several
times in an execution (a loop): then it may come both before and after another one.

Nothing is worked out execution by execution: what one location saw, its accesses in their order, is
looked up, and of each such sequence the pairs are found once.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

from explorer.execution.event import Event, Source
from explorer.execution.execution import Execution
from explorer.execution.kinds import Kind
from explorer.execution.location import Location

Does: TypeAlias = Literal["reads", "writes", "updates"]

_NO_PLACE = -1


@dataclass(frozen=True, slots=True)
class Access:
    """A place in the code; ``thread`` is the thread's index. Functions, steps, files may be empty, lines 0."""

    thread: int
    function: str
    step: str
    file: str
    line: int
    location: str
    does: Does

    @classmethod
    def at(cls, thread: int, source: Source | None, location: Location, does: Does) -> Access:
        """The access of a thread that stands here in its code, if it stands anywhere."""
        if source is None:
            return cls(thread, "", "", "", 0, location.name, does)
        return cls(thread, source.function, source.step, source.file, source.line, location.name, does)

    @property
    def writes(self) -> bool:
        return self.does != "reads"


@dataclass(frozen=True, slots=True)
class Pair:
    """Two conflicting accesses, and in how many executions what was found of them.

    Attributes:
        first, second: the accesses, the one of the lower thread first.
        before: executions in which the first came before the second.
        after: executions in which it came after it.
        both: executions counted in both of these: one of the two happened several times.
        alone: executions in which only one of the two happened.
    """

    first: Access
    second: Access
    before: int
    after: int
    both: int
    alone: int

    @property
    def races(self) -> bool:
        """Whether both orders were found."""
        return self.before > 0 and self.after > 0

    @property
    def met(self) -> bool:
        """Whether both happened in one execution."""
        return self.before > 0 or self.after > 0


_Sequence: TypeAlias = tuple[tuple[int, tuple[int, ...]], ...]
"""What one location saw: its writes in coherence order, each with the reads of it."""


class PairOrders:
    """Counts the orders of pairs.

    Attributes:
        ordered: the pairs of accesses, by number, of which the first was found before the second.
        locks: the locations that are taken as locks: by a lock operation or an update that waits.
    """

    def __init__(self) -> None:
        self.ordered: set[tuple[int, int]] = set()
        self.locks: set[str] = set()
        self._numbers: dict[Access, int] = {}
        # By identity: the executions of one path share their events. The event is held so that it stays.
        self._known: dict[int, tuple[Event, int]] = {}
        self._seen: Counter[_Sequence] = Counter()

    def add(self, execution: Execution) -> None:
        """Count one execution."""
        known, events = self._known, execution.events
        readers: dict[int, list[int]] = {}
        for read, source in enumerate(execution.source_of):
            if source >= 0:
                entry = known.get(id(events[read]))
                number = self._number(execution, read) if entry is None else entry[1]
                if number != _NO_PLACE:
                    readers.setdefault(source, []).append(number)
        for initial, *writes in execution.coherence:
            sequence = [(_NO_PLACE, tuple(sorted(readers.get(initial, ()))))]
            for write in writes:
                entry = known.get(id(events[write]))
                number = self._number(execution, write) if entry is None else entry[1]
                sequence.append((number, tuple(sorted(readers.get(write, ())))))
            found = tuple(sequence)
            if found not in self._seen:
                self.ordered |= self._orders(found)
            self._seen[found] += 1

    def accesses(self) -> list[Access]:
        """Those that happened in some execution, by number: that of ``ordered``."""
        return list(self._numbers)

    def pairs(self) -> list[Pair]:
        """Every two conflicting accesses that happened at all, by location, threads and place in the code."""
        happened: Counter[int] = Counter()
        before: Counter[tuple[int, int]] = Counter()
        both: Counter[tuple[int, int]] = Counter()
        for sequence, times in self._seen.items():
            for number in {number for write, reads in sequence for number in (write, *reads)} - {_NO_PLACE}:
                happened[number] += times
            orders = self._orders(sequence)
            for first, second in orders:
                before[first, second] += times
                if (second, first) in orders:
                    both[first, second] += times
        accesses = list(self._numbers)
        of_location: dict[str, list[int]] = {}
        for number in happened:
            of_location.setdefault(accesses[number].location, []).append(number)
        found = []
        for location in sorted(of_location):
            here = sorted(of_location[location], key=lambda number: _place(accesses[number]))
            for i, first in enumerate(here):
                for second in here[i + 1 :]:
                    if not conflict(accesses[first], accesses[second]):
                        continue
                    one, other = before[first, second], before[second, first]
                    together = one + other - both[first, second]
                    alone = happened[first] + happened[second] - 2 * together
                    found.append(Pair(accesses[first], accesses[second], one, other, both[first, second], alone))
        return found

    def _orders(self, sequence: _Sequence) -> set[tuple[int, int]]:
        """The conflicting accesses of which one comes before the other."""
        accesses = list(self._numbers)
        found = set()
        so_far: set[int] = set()
        for write, reads in sequence:
            # Reads of one write come in no order, but two reads never conflict.
            for later in (write, *reads):
                if later != _NO_PLACE:
                    found |= {(one, later) for one in so_far if conflict(accesses[one], accesses[later])}
                    so_far.add(later)
        return found

    def _number(self, execution: Execution, position: int) -> int:
        """The number of the access that an event is; none for the read of an update."""
        event = execution.events[position]
        number = _NO_PLACE
        assert event.location is not None
        updates = event.writes and any(row >> position & 1 for row in execution.rmw)
        if event.kind in (Kind.LOCK_READ, Kind.LOCK_WRITE, Kind.UNLOCK) or (event.waits and execution.rmw[position]):
            self.locks.add(event.location.name)
        if not execution.rmw[position]:
            does: Does = "updates" if updates else "writes" if event.writes else "reads"
            access = Access.at(event.thread, event.source, event.location, does)
            number = self._numbers.setdefault(access, len(self._numbers))
        self._known[id(event)] = event, number
        return number


def conflict(one: Access, other: Access) -> bool:
    """Whether their order matters."""
    return one.thread != other.thread and (one.writes or other.writes)


def _place(access: Access) -> tuple[int, str, int, str, str, str]:
    """What accesses of one location are sorted by: all that tells two of them apart."""
    return access.thread, access.file, access.line, access.step, access.does, access.function


def accesses_of(pairs: Sequence[Pair]) -> list[Access]:
    """The accesses of some pairs, sorted as they are."""
    return sorted({access for pair in pairs for access in (pair.first, pair.second)}, key=_place)
