"""Replay: run a program along a recording, and refuse where the two differ.

Each thread is fed the recorded values in program order, so an execution whose po | rf has
a cycle (load buffering) replays too.  Every event is compared with the recorded one; then
read sources, coherence and the model's axioms are checked again.
"""

from __future__ import annotations

from itertools import pairwise

from explorer.errors import InputError
from explorer.execution.event import Event
from explorer.execution.execution import Execution
from explorer.execution.kinds import Kind
from explorer.execution.location import Value, show
from explorer.execution.relation import pairs
from explorer.memory.model import Model
from explorer.program.build import INITIAL, Place, build_execution
from explorer.program.request import Store, Update
from explorer.program.unfolded import UnfoldedProgram
from explorer.schedule.concrete import ConcreteThread
from explorer.schedule.recording import RecordedEnd, RecordedEvent, Recording
from explorer.schedule.stage import Stage, run_staged, staged


class ReplayMismatch(InputError):
    """The recording is not of this program, or is no execution that the model allows."""


def replay(unfolding: UnfoldedProgram, recording: Recording, model: Model) -> Execution:
    """The recorded execution, made anew by the program's coroutines.

    Raises:
        ReplayMismatch: the program does something else than the recording, which is named
            with the first differing event; or the recorded sources and coherence orders
            are none of an execution; or the model does not allow it.
    """
    _check_names(unfolding, recording)
    _check_sources(recording)
    _check_coherence(recording)
    execution = _rerun(unfolding, recording)
    _check_updates(execution)
    broken = model.violated(execution)
    if broken:
        raise ReplayMismatch(
            f"the model {model.name} does not allow the execution of the report: it violates {', '.join(broken)}"
        )
    return execution


def _check_names(unfolding: UnfoldedProgram, recording: Recording) -> None:
    """The threads are the same, and so are the initial values of locations that both know."""
    names = tuple(thread.name for thread in unfolding.program.threads)
    if recording.threads != names:
        raise ReplayMismatch(
            f"the report has the threads {', '.join(recording.threads)}, the program {', '.join(names)}"
        )
    initial = {
        location.name: RecordedEvent.of(Event(INITIAL, 0, Kind.INITIAL, None, location, location.initial))
        for location in unfolding.locations
    }
    for event in recording.events:
        if event.thread == INITIAL and initial.get(event.location or "", event) != event:
            raise ReplayMismatch(f"the report starts with {event}, the program with {initial[event.location or '']}")


def _check_sources(recording: Recording) -> None:
    """Every read reads a write of its location and value, never one of its own thread's future."""
    events = recording.events
    for read, source in enumerate(recording.source_of):
        event = events[read]
        if not event.kind.reads and source == -1:
            continue
        if not event.kind.reads or not 0 <= source < len(events):
            raise ReplayMismatch(f"event {read} of the report ({event}) cannot read from event {source}")
        write = events[source]
        same = (write.location, write.value) == (event.location, event.value)
        own_future = write.thread == event.thread and source > read
        if not write.kind.writes or not same or own_future:
            raise ReplayMismatch(f"event {read} of the report ({event}) cannot read from event {source} ({write})")


def _check_coherence(recording: Recording) -> None:
    """The coherence orders are the writes of each location, the initial one first."""
    events = recording.events
    starts = [order[:1] for order in recording.coherence]
    if starts != [(i,) for i, event in enumerate(events) if event.kind is Kind.INITIAL]:
        raise ReplayMismatch("the coherence orders of the report do not start with the initial writes")
    for order in recording.coherence:
        location = events[order[0]].location
        writes = [i for i, event in enumerate(events) if event.kind.writes and event.location == location]
        if sorted(order) != writes:
            raise ReplayMismatch(f"the coherence order of {location} in the report does not list its writes once each")


def _check_updates(execution: Execution) -> None:
    """No write comes between an update and its source: atomicity, which no model lacks."""
    follows = {second: first for order in execution.coherence for first, second in pairwise(order)}
    for read, write in pairs(execution.rmw):
        if follows[write] != execution.source_of[read]:
            raise ReplayMismatch(
                f"in the report a write comes between the update of {execution.events[write].location} "
                f"by thread {execution.threads[execution.events[write].thread]} and its source"
            )


def _rerun(unfolding: UnfoldedProgram, recording: Recording) -> Execution:
    result: list[Execution] = []

    async def work() -> None:
        async with staged(unfolding.trees) as stage:
            run = _Run(unfolding, recording, stage)
            await run.to_the_end()
            result.append(run.execution())

    run_staged(work)
    return result[0]


class _Run:
    """The threads of the program on their way along the recording."""

    def __init__(self, unfolding: UnfoldedProgram, recording: Recording, stage: Stage) -> None:
        self._unfolding = unfolding
        self._recording = recording
        self._stage = stage
        self._positions = [recording.of_thread(thread) for thread in range(len(stage.threads))]
        self._compared = [0] * len(stage.threads)
        self._place_of: dict[int, Place] = {}
        for thread, positions in enumerate(self._positions):
            self._place_of.update((i, (thread, position)) for position, i in enumerate(positions))
        indices = {location.name: i for i, location in enumerate(unfolding.locations)}
        for i, event in enumerate(recording.events):
            if event.thread == INITIAL:
                self._place_of[i] = (INITIAL, indices.get(event.location or "", -1))

    async def to_the_end(self) -> None:
        """Release step after step; a read waits for its source where that is possible."""
        threads = range(len(self._stage.threads))
        for thread in threads:
            self._compare(thread)
        running = [thread for thread in threads if self._goes_on(thread)]
        while running:
            # Where every read waits for another thread, po | rf has a cycle: break it at the first thread.
            thread = next((t for t in running if self._is_ready(t)), running[0])
            await self._stage.release(thread, self._value(thread))
            self._compare(thread)
            running = [t for t in running if t != thread or self._goes_on(t)]

    def execution(self) -> Execution:
        """The execution that the threads have made."""
        recording, threads = self._recording, self._stage.threads
        names = tuple(location.name for location in self._unfolding.locations)
        recorded = tuple(event.location or "" for event in recording.events if event.thread == INITIAL)
        if names != recorded:
            raise ReplayMismatch(f"the report has the locations {', '.join(recorded)}, the program {', '.join(names)}")
        source_of = {
            self._place_of[read]: self._place_of[write] for read, write in enumerate(recording.source_of) if write >= 0
        }
        coherence = {
            self._unfolding.locations[i]: tuple(self._place_of[write] for write in order[1:])
            for i, order in enumerate(recording.coherence)
        }
        for thread in threads:
            if thread.end is None:
                self._check_blocked(thread, (INITIAL, names.index(thread.location.name)), coherence[thread.location])
        ends = tuple(thread.end or thread.blocked() for thread in threads)
        paths = [thread.path for thread in threads]
        return build_execution(
            self._unfolding, paths, [thread.values for thread in threads], source_of, coherence, ends=ends
        )

    def _check_blocked(self, thread: ConcreteThread, initial: Place, order: tuple[Place, ...]) -> None:
        last = self._written((initial, *order)[-1])
        assert last is not None
        if thread.takes(last):
            raise ReplayMismatch(
                f"thread {thread.name} is blocked in the report, "
                f"but {thread.location.name}={show(last)} lets the program go on"
            )

    def _goes_on(self, thread: int) -> bool:
        """Whether the thread has an access to make, as the recording says (checked)."""
        concrete, done = self._stage.threads[thread], self._compared[thread]
        recorded = self._recording.ends[thread]
        if done < len(self._positions[thread]):
            if concrete.end is not None:
                raise self._mismatch(thread, RecordedEnd.of(concrete.end))
            return True
        if concrete.end is None and not (concrete.waits and recorded == RecordedEnd.of(concrete.blocked())):
            raise self._mismatch(thread, concrete.asked())
        if concrete.end is not None and concrete.end.ending is not recorded.ending:
            raise self._mismatch(thread, RecordedEnd.of(concrete.end))
        return False

    def _compare(self, thread: int) -> None:
        """Compare the events that the last step has added."""
        concrete = self._stage.threads[thread]
        for position in range(self._compared[thread], len(concrete.path)):
            access = concrete.path[position][0]
            does = RecordedEvent.of(
                Event(
                    thread,
                    position,
                    access.kind,
                    access.tag,
                    access.location,
                    concrete.values[position],
                    access.source,
                )
            )
            if does != self._recorded(thread):
                raise self._mismatch(thread, does)
            self._compared[thread] += 1

    def _is_ready(self, thread: int) -> bool:
        """Whether the next step is a store, or a read whose source is there."""
        if isinstance(self._stage.threads[thread].request, Store):
            return True
        return self._written(self._place_of[self._recording.source_of[self._next_read(thread)]]) is not None

    def _value(self, thread: int) -> Value | None:
        """The value to make the next step with: the recorded one."""
        concrete = self._stage.threads[thread]
        if isinstance(concrete.request, Store):
            return None
        read = self._next_read(thread)
        value = self._written(self._place_of[self._recording.source_of[read]])
        if value is None:
            recorded = self._recording.events[read].value
            if not isinstance(recorded, int):
                raise self._mismatch(thread, f"{concrete.asked()}, and no store of {recorded} before it")
            value = recorded
        if not concrete.takes(value):
            raise self._mismatch(thread, f"{concrete.asked()}, waiting for another value")
        return value

    def _next_read(self, thread: int) -> int:
        """Position in the recording of the read that the thread's next step makes."""
        concrete, positions = self._stage.threads[thread], self._positions[thread][self._compared[thread] :]
        fences = isinstance(concrete.request, Update) and concrete.request.full
        for position in positions[: 1 + fences]:
            event = self._recording.events[position]
            if event.kind.reads and event.location == concrete.location.name:
                return position
        raise self._mismatch(thread, concrete.asked())

    def _written(self, write: Place) -> Value | None:
        """The value of a write if it is made already (and compared)."""
        thread, position = write
        if thread == INITIAL:
            return self._unfolding.locations[position].initial
        return self._stage.threads[thread].values[position] if position < self._compared[thread] else None

    def _recorded(self, thread: int) -> RecordedEvent | RecordedEnd:
        """What the recording has next for this thread."""
        done, positions = self._compared[thread], self._positions[thread]
        return self._recording.events[positions[done]] if done < len(positions) else self._recording.ends[thread]

    def _mismatch(self, thread: int, does: object) -> ReplayMismatch:
        number = self._compared[thread] + 1
        name = self._stage.threads[thread].name
        return ReplayMismatch(
            f"thread {name}, event {number}: the report has {self._recorded(thread)}, the program {does}"
        )
