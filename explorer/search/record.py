"""One execution as one line: what each read read, and the coherence orders.

Together with the program this is all there is to an execution: the values read decide the
paths, and the paths everything else.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass

from explorer.errors import InputError
from explorer.execution.execution import Execution, ThreadEnd
from explorer.execution.location import Value, show
from explorer.program.build import INITIAL, blocked_at, build_execution
from explorer.program.expression import evaluate
from explorer.program.segment import PathTree, Segment
from explorer.program.step import Access, Cause
from explorer.program.symbolic import Outcome
from explorer.program.tree import Unfolding

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
    """

    properties: tuple[str, ...]
    reads: tuple[tuple[tuple[int | str, Name], ...], ...]
    coherence: tuple[tuple[str, tuple[Name, ...]], ...]
    ends: tuple[str, ...]

    @classmethod
    def of(cls, execution: Execution, properties: tuple[str, ...]) -> Record:
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
                shown = value if isinstance(value, int) else show(value)
                reads[execution.events[read].thread].append((shown, name(source)))
        return cls(
            properties,
            tuple(tuple(thread) for thread in reads),
            tuple(
                (execution.events[order[0]].location.name, tuple(name(write) for write in order[1:]))  # type: ignore[union-attr]
                for order in execution.coherence
                if len(order) > 2
            ),
            tuple(end.ending.value for end in execution.ends),
        )

    def execution(self, unfolding: Unfolding) -> Execution:
        """The execution that the record stands for.

        Raises RecordError when the program does not have it.
        """
        if len(self.reads) != len(unfolding.trees) or len(self.ends) != len(unfolding.trees):
            raise RecordError(f"it has {len(self.reads)} threads, the program has {len(unfolding.trees)}")
        walks = [
            _Walk(unfolding, thread, reads, end)
            for thread, (reads, end) in enumerate(zip(self.reads, self.ends, strict=True))
        ]
        places = {f"={location.name}": (INITIAL, i) for i, location in enumerate(unfolding.locations)}
        for thread, walk in enumerate(walks):
            places |= {f"{thread}.{i}": (thread, i) for i, (access, _) in enumerate(walk.path) if access.writes}
        several = dict(self.coherence)
        try:
            sources = {
                (thread, position): places[name]
                for thread, walk in enumerate(walks)
                for position, name in walk.sources.items()
            }
            coherence = {
                location: [places[name] for name in several[location.name]]
                if location.name in several
                else [
                    (thread, i)
                    for thread, walk in enumerate(walks)
                    for i, (access, _) in enumerate(walk.path)
                    if access.writes and access.location is location
                ]
                for location in unfolding.locations
            }
            return build_execution(
                unfolding,
                [w.path for w in walks],
                [w.values for w in walks],
                sources,
                coherence,
                [w.end for w in walks],
            )
        except (KeyError, AssertionError) as error:
            raise RecordError(f"its read sources or coherence orders do not fit the program ({error})") from error

    def to_line(self) -> str:
        """The record as one line of JSON, without a line break."""
        return json.dumps(
            {
                "properties": self.properties,
                "reads": self.reads,
                "coherence": dict(self.coherence),
                "ends": self.ends,
            },
            ensure_ascii=True,
            separators=(",", ":"),
        )


class RecordError(InputError):
    """A record does not fit the program: one of the two has changed."""

    def __init__(self, cause: str) -> None:
        super().__init__(f"this execution is none of the program: {cause}\n  explore again")


class _Walk:
    """Follows one thread along the values that it read."""

    def __init__(self, unfolding: Unfolding, thread: int, reads: Sequence[tuple[int | str, Name]], end: str) -> None:
        self.path: list[tuple[Access, int]] = []
        self.values: list[Value | None] = []
        self.sources: dict[int, Name] = {}
        self._objects = unfolding.objects
        self._reads = list(reads)
        self._name = unfolding.program.threads[thread].name
        tree = unfolding.trees[thread]
        segment = tree.root
        while True:
            waiting = self._follow(segment)
            if waiting is not None:
                self.end = blocked_at(waiting)
                break
            if segment.finish is not None:
                self.end = ThreadEnd(segment.finish.ending, segment.finish.detail, segment.finish.source)
                break
            segment = tree.child(segment, self._outcome(tree, segment))
        if self._reads or self.end.ending.value != end:
            raise RecordError(f"thread {self._name} ends otherwise")

    def _follow(self, segment: Segment) -> Access | None:
        """Add the accesses of a segment; gives the one before which the thread waits for ever."""
        for access, control in zip(segment.accesses, segment.control, strict=True):
            value: Value | None = None
            if access.reads:
                if not self._reads and access.waits:
                    if access.fenced:
                        # The thread has not begun this update: its fence is no event.
                        self.path.pop()
                        self.values.pop()
                    return access
                value = self._next_read(len(self.path))
            elif access.writes:
                assert access.value is not None
                value = evaluate(access.value, self.values)
            self.path.append((access, control))
            self.values.append(value)
        return None

    def _next_read(self, position: int) -> Value:
        if not self._reads:
            raise RecordError(f"thread {self._name} reads more than was recorded")
        shown, self.sources[position] = self._reads.pop(0)
        return self._value(shown)

    def _value(self, shown: int | str) -> Value:
        if isinstance(shown, int):
            return shown
        if shown not in self._objects:
            raise RecordError(f"the program has no object {shown}")
        return self._objects[shown]

    def _outcome(self, tree: PathTree, segment: Segment) -> Outcome:
        fork = segment.fork
        assert fork is not None
        if fork.expression is not None:
            value = evaluate(fork.expression, self.values)
            return value if fork.cause is Cause.POINTER else value != 0  # type: ignore[return-value]
        # An update that may fail: the value that it read decides.
        if not self._reads:
            raise RecordError(f"thread {self._name} reads more than was recorded")
        updating = tree.child(segment, True)
        read = next(access for access in updating.accesses if access.reads)
        assert read.requires is not None
        values = [*self.values, *[None] * (read.position - len(self.values)), self._value(self._reads[0][0])]
        return evaluate(read.requires, values) != 0
