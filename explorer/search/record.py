"""One execution as one line: what each read read, and the coherence orders.

Together with the program this is all there is to an execution: the values read decide the
paths, and the paths everything else.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from explorer.errors import InputError
from explorer.execution.execution import Execution, ThreadEnd
from explorer.execution.location import Location, Value
from explorer.program.build import INITIAL, Place, blocked_at, build_execution
from explorer.program.expression import evaluate
from explorer.program.segment import PathTree
from explorer.program.step import Access, Cause
from explorer.program.unfolded import UnfoldedProgram

Name = str
"""An event as ``thread.position``, or the initial write of a location as ``=location``."""


@dataclass(frozen=True, slots=True)
class Record:
    """The choices of one execution.

    Attributes:
        properties: the properties that it breaks.
        reads: per thread, in program order, the value that each read got (a number, or an
            object's name) and the name of the write that it came from.
        coherence: per location with several writes their names in coherence order.
        ends: how each thread ended.
        orbit: how many executions it stands for: those that the renaming of identical threads
            makes of it, where the search has used symmetry.
    """

    properties: tuple[str, ...]
    reads: tuple[tuple[tuple[int | str, Name], ...], ...]
    coherence: tuple[tuple[str, tuple[Name, ...]], ...]
    ends: tuple[str, ...]
    orbit: int = 1

    @classmethod
    def of(cls, execution: Execution, properties: tuple[str, ...], orbit: int = 1) -> Record:
        """The record of an execution that breaks these properties."""

        def name(event: int) -> Name:
            e = execution.events[event]
            if e.thread >= 0:
                return f"{e.thread}.{e.index}"
            assert e.location is not None
            return f"={e.location.name}"

        reads: list[list[tuple[int | str, Name]]] = [[] for _ in execution.threads]
        for read, source in enumerate(execution.source_of):
            if source >= 0:
                value = execution.events[read].value
                assert value is not None
                reads[execution.events[read].thread].append((_shown(value), name(source)))
        return cls(
            properties,
            tuple(tuple(thread) for thread in reads),
            tuple(
                (execution.events[order[0]].location.name, tuple(name(write) for write in order[1:]))  # type: ignore[union-attr]
                for order in execution.coherence
                if len(order) > 2
            ),
            tuple(end.ending.value for end in execution.ends),
            orbit,
        )

    def execution(self, unfolding: UnfoldedProgram) -> Execution:
        """The execution that the record stands for; whether a model allows it is not asked here.

        Raises RecordError when the program does not have it.
        """
        if len(self.reads) != len(unfolding.trees) or len(self.ends) != len(unfolding.trees):
            shape = f"{len(self.reads)} threads and {len(self.ends)} ends"
            raise RecordError(f"it has {shape}, the program has {len(unfolding.trees)} threads")
        written = {f"={x.name}": _Write((INITIAL, i), x, x.initial) for i, x in enumerate(unfolding.locations)}
        walks = [_Walk(unfolding, thread, reads, written) for thread, reads in enumerate(self.reads)]
        running = [walk for walk in walks if walk.wanted is not None]
        while running:
            # Where every read waits for another thread, po | rf has a cycle: break it at the first thread.
            walk = next((walk for walk in running if walk.wanted in written), running[0])
            walk.go_on()
            running = [walk for walk in running if walk.wanted is not None]
        for walk, end in zip(walks, self.ends, strict=True):
            walk.check(end)
        return build_execution(
            unfolding,
            [walk.path for walk in walks],
            [walk.values for walk in walks],
            {place: written[name].place for walk in walks for place, name in walk.sources.items()},
            self._coherence_orders(unfolding.locations, written),
            [walk.end for walk in walks],
        )

    def _coherence_orders(
        self, locations: Sequence[Location], written: Mapping[Name, _Write]
    ) -> dict[Location, list[Place]]:
        """Per location its writes in coherence order, the initial write left out."""
        recorded = dict(self.coherence)
        known = {location.name for location in locations}
        for name, _order in self.coherence:
            if name not in known:
                raise RecordError(f"the program has no location {name!r}, or it is listed twice")
            known.remove(name)
        orders = {}
        for location in locations:
            writes = sorted(
                (write.place, name)
                for name, write in written.items()
                if write.location is location and write.place[0] != INITIAL
            )
            names = [name for _place, name in writes]
            order = recorded.get(location.name, () if len(names) > 1 else names)
            if sorted(order) != sorted(names):
                raise RecordError(f"the coherence order of {location.name} must list {', '.join(names)}, each once")
            orders[location] = [written[name].place for name in order]
        return orders

    def to_line(self) -> str:
        """The record as one line of JSON, without a line break; ``orbit`` is left out where it is 1."""
        fields: dict[str, object] = {
            "properties": self.properties,
            "reads": self.reads,
            "coherence": dict(self.coherence),
            "ends": self.ends,
        }
        if self.orbit > 1:
            fields["orbit"] = self.orbit
        return json.dumps(fields, ensure_ascii=True, separators=(",", ":"))


class RecordError(InputError):
    """A record does not fit the program: one of the two has changed."""

    def __init__(self, cause: str) -> None:
        super().__init__(
            f"this execution is none of the program: {cause}\n  the scenario or the file has changed: explore again"
        )


@dataclass(frozen=True, slots=True)
class _Write:
    """A write that a thread has made on its walk, or an initial one."""

    place: Place
    location: Location
    value: Value


class _Walk:
    """Follows one thread along the values that it read.

    ``written`` are the writes of all threads so far, which the walks fill.  ``wanted`` is the
    source of the read before which the walk stands, None once it is over.
    """

    def __init__(
        self,
        unfolding: UnfoldedProgram,
        thread: int,
        reads: Sequence[tuple[int | str, Name]],
        written: dict[Name, _Write],
    ) -> None:
        self.path: list[tuple[Access, int]] = []
        self.values: list[Value | None] = []
        self.sources: dict[Place, Name] = {}
        self.wanted: Name | None = None
        self.end: ThreadEnd
        self._objects = unfolding.objects
        self._written = written
        self._thread = thread
        self._name = unfolding.program.threads[thread].name
        self._reads = list(reads)
        # Reads whose source was not there yet.
        self._ahead: list[tuple[Access, int | str, Name]] = []
        self._steps = self._walk(unfolding.trees[thread])
        self.go_on()

    def go_on(self) -> None:
        """Make the read that is wanted, and walk up to the next one."""
        self.wanted = next(self._steps, None)

    def check(self, end: str) -> None:
        """The walk ended as recorded, and every read of it has its source."""
        for access, shown, name in self._ahead:
            self._check_source(access, shown, name)
        if self._reads or self.end.ending.value != end:
            raise RecordError(f"thread {self._name} ends otherwise")

    def _walk(self, tree: PathTree) -> Iterator[Name]:
        """Gives the source of each read before it is made."""
        segment = tree.root
        while True:
            for access, control in zip(segment.accesses, segment.control, strict=True):
                value: Value | None = None
                if access.reads:
                    if not self._reads and access.waits:
                        if access.fenced:
                            # The thread has not begun this update: its fence is no event.
                            self.path.pop()
                            self.values.pop()
                        self.end = blocked_at(access)
                        return
                    yield self._next_source()
                    value = self._read(access)
                    self.sources[self._thread, len(self.path)] = self._reads.pop(0)[1]
                elif access.writes:
                    value = self._write(access)
                self.path.append((access, control))
                self.values.append(value)
            fork = segment.fork
            if fork is None:
                assert segment.finish is not None
                self.end = ThreadEnd(segment.finish.ending, segment.finish.detail, segment.finish.source)
                return
            if fork.expression is None:
                # An update that may fail: the value that it reads decides.
                yield self._next_source()
                happens = next(access for access in tree.child(segment, True).accesses if access.reads)
                assert happens.requires is not None
                fences = [None] * (happens.position - len(self.values))
                outcome: object = evaluate(happens.requires, [*self.values, *fences, self._read(happens)]) != 0
            else:
                value = evaluate(fork.expression, self.values)
                outcome = value if fork.cause is Cause.POINTER else value != 0
            if outcome not in segment.outcomes:
                raise RecordError(f"thread {self._name} follows a pointer to {outcome}")
            segment = tree.child(segment, outcome)

    def _write(self, access: Access) -> Value:
        assert access.value is not None
        assert access.location is not None
        place = (self._thread, len(self.path))
        value = evaluate(access.value, self.values)
        self._written[f"{place[0]}.{place[1]}"] = _Write(place, access.location, value)
        return value

    def _next_source(self) -> Name:
        if not self._reads:
            raise RecordError(f"thread {self._name} reads more than was recorded")
        return self._reads[0][1]

    def _read(self, access: Access) -> Value:
        """The value of the next read: what its source wrote, or the recorded one where that is not there yet."""
        shown, name = self._reads[0]
        if name in self._written:
            self._check_source(access, shown, name)
            return self._written[name].value
        if name.startswith(f"{self._thread}."):
            raise RecordError(f"thread {self._name} reads {shown!r} from {name!r}, which does not come before it")
        self._ahead.append((access, shown, name))
        if not isinstance(shown, str):
            return shown
        if shown not in self._objects:
            raise RecordError(f"thread {self._name} reads {shown!r}, and there is no such object")
        return self._objects[shown]

    def _check_source(self, access: Access, shown: int | str, name: Name) -> None:
        """The source is a write of the read's location and value."""
        write = self._written.get(name)
        if write is None or write.location is not access.location or _shown(write.value) != shown:
            raise RecordError(f"thread {self._name} cannot read {shown!r} of {access.location} from {name!r}")


def _shown(value: Value) -> int | str:
    return value if isinstance(value, int) else value.name
