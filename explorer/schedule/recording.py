"""What is kept of an execution so that it can be replayed: names and plain values only.

A recording outlives the program it was made from: it is compared with a program built
anew, whose objects and locations are other ones with the same names.
"""

from __future__ import annotations

from dataclasses import dataclass

from explorer.execution.event import Event
from explorer.execution.execution import Ending, Execution, ThreadEnd
from explorer.execution.kinds import Kind, Tag


@dataclass(frozen=True, slots=True)
class RecordedEvent:
    """An event by names. ``value`` is an integer, or the name of an object."""

    thread: int
    kind: Kind
    tag: Tag | None
    location: str | None
    value: int | str | None
    function: str
    step: str

    @classmethod
    def of(cls, event: Event) -> RecordedEvent:
        location = event.location.name if event.location else None
        value = event.value if event.value is None or isinstance(event.value, int) else event.value.name
        function, step = (event.source.function, event.source.step) if event.source else ("", "")
        return cls(event.thread, event.kind, event.tag, location, value, function, step)

    def __str__(self) -> str:
        """``W[once] x=1 in writer, step W1``."""
        text = f"{self.kind.value}[{self.tag.value}]" if self.tag else self.kind.value
        if self.location is not None:
            text += f" {self.location}={self.value}"
        if self.function:
            text += f" in {self.function}"
        return f"{text}, step {self.step}" if self.step else text


@dataclass(frozen=True, slots=True)
class RecordedEnd:
    """How a thread ended; ``detail`` says where it waits or was cut."""

    ending: Ending
    detail: str

    @classmethod
    def of(cls, end: ThreadEnd) -> RecordedEnd:
        return cls(end.ending, end.detail)

    def __str__(self) -> str:
        """``an end (blocked: waits for lock)``."""
        return f"an end ({self.ending.value}: {self.detail})" if self.detail else f"an end ({self.ending.value})"


@dataclass(frozen=True)
class Recording:
    """An execution as a report holds it.

    ``events``, ``source_of`` and ``coherence`` have the shapes of ``Execution``: events by
    position, the initial writes first, -1 as the source of an event that does not read.

    Invariant: there is a source for every event and an end for every thread (asserted).
    """

    threads: tuple[str, ...]
    events: tuple[RecordedEvent, ...]
    source_of: tuple[int, ...]
    coherence: tuple[tuple[int, ...], ...]
    ends: tuple[RecordedEnd, ...]

    def __post_init__(self) -> None:
        assert len(self.source_of) == len(self.events)
        assert len(self.ends) == len(self.threads)

    @classmethod
    def of(cls, execution: Execution) -> Recording:
        """The recording of a whole execution."""
        return cls(
            execution.threads,
            tuple(RecordedEvent.of(event) for event in execution.events),
            execution.source_of,
            execution.coherence,
            tuple(RecordedEnd.of(end) for end in execution.ends),
        )

    def of_thread(self, thread: int) -> tuple[int, ...]:
        """Positions of one thread's events, in program order."""
        return tuple(i for i, event in enumerate(self.events) if event.thread == thread)
