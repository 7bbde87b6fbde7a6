"""An execution under construction: what has been released, and the steps that may come next."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from explorer.execution.execution import Execution, ThreadEnd
from explorer.execution.kinds import Kind
from explorer.execution.location import Location, Value
from explorer.program.build import INITIAL, Place, build_execution
from explorer.program.request import Store
from explorer.program.step import Access
from explorer.program.unfolded import UnfoldedProgram
from explorer.schedule.choice import Choice
from explorer.schedule.concrete import ConcreteThread, Effect

_Key = tuple[tuple[tuple[Place | None, ...], ...], tuple[tuple[Place, ...], ...]]


@dataclass(frozen=True, slots=True)
class _Growth:
    """What one step adds: events of its thread, a read source, a coherence order."""

    effects: tuple[Effect, ...]
    read: Place | None
    write: Place | None
    order: tuple[Place, ...]


class Partial:
    """The events released so far with their read sources and coherence orders.

    ``key`` tells partial executions apart: per thread the source of every step (None for a
    store) and per location the coherence order.  Values and fences follow from these.
    """

    def __init__(self, unfolding: UnfoldedProgram, threads: Sequence[ConcreteThread]) -> None:
        self.threads = threads
        self.source_of: dict[Place, Place] = {}
        self.coherence: dict[Location, tuple[Place, ...]] = {
            location: ((INITIAL, i),) for i, location in enumerate(unfolding.locations)
        }
        self.key: _Key = (tuple(() for _ in threads), tuple(self.coherence.values()))
        self._unfolding = unfolding
        self._updates: set[Place] = set()
        self._index_of = {location: i for i, location in enumerate(unfolding.locations)}

    def value_of(self, write: Place) -> Value:
        """The value that a released write stored."""
        thread, position = write
        if thread == INITIAL:
            return self._unfolding.locations[position].initial
        value = self.threads[thread].values[position]
        assert value is not None
        return value

    def may_end(self) -> bool:
        """Whether every thread has ended, or waits for what the last value of a location is not."""
        return all(
            thread.end is not None
            or (thread.waits and not thread.takes(self.value_of(self.coherence[thread.location][-1])))
            for thread in self.threads
        )

    def first_independent(self) -> int | None:
        """The first thread whose next access takes nothing from what is still to come, if any.

        That is a store, or a read, waiting for no value, of a location that no other thread
        can still write.
        """
        for index, thread in enumerate(self.threads):
            if thread.end is not None or thread.waits:
                continue
            others = (other for other in self.threads if other is not thread)
            if isinstance(thread.request, Store) or not any(other.may_write(thread.location) for other in others):
                return index
        return None

    def candidates(self, threads: Iterable[int], *, in_order: bool = False) -> Iterator[Choice]:
        """The next steps of these threads, as far as no model forbids them.

        ``in_order``: those alone that take effect at once, by the last value and behind the last store.
        """
        for index in threads:
            thread = self.threads[index]
            if thread.end is not None:
                continue
            order = self.coherence[thread.location]
            if isinstance(thread.request, Store):
                for place in range(len(order) if in_order else 1, len(order) + 1):
                    if self._is_free(order, place):
                        yield self._choice(index, None, place)
                continue
            for place, write in enumerate(order, 1):
                if in_order and place < len(order):
                    continue
                value = self.value_of(write)
                if thread.updates(value):
                    if thread.takes(value) and self._is_free(order, place):
                        yield self._choice(index, write, place)
                elif thread.takes(value):
                    yield self._choice(index, write, None)

    def _is_free(self, order: tuple[Place, ...], place: int) -> bool:
        """Whether a write may come here in coherence order: not between an update and its source."""
        return place == len(order) or order[place] not in self._updates

    def _choice(self, thread: int, source: Place | None, place: int | None) -> Choice:
        choice = Choice(thread, source, place)
        return Choice(thread, source, place, self._key_after(choice, self._growth(choice)))

    def access(self, choice: Choice) -> Access:
        """The access that a step makes; of an update that happens its write."""
        return [each.access for each in self._growth(choice).effects if each.access.kind is not Kind.FENCE][-1]

    def _growth(self, choice: Choice) -> _Growth:
        thread = self.threads[choice.thread]
        effects = thread.effects(None if choice.source is None else self.value_of(choice.source))
        order = self.coherence[thread.location]
        read = write = None
        for position, effect in enumerate(effects, len(thread.path)):
            if effect.access.reads:
                read = (choice.thread, position)
            if effect.access.writes:
                assert choice.place is not None
                write = (choice.thread, position)
                order = (*order[: choice.place], write, *order[choice.place :])
        return _Growth(effects, read, write, order)

    def _key_after(self, choice: Choice, growth: _Growth) -> _Key:
        sources, orders = self.key
        thread = choice.thread
        location = self._index_of[self.threads[thread].location]
        return (
            (*sources[:thread], (*sources[thread], choice.source), *sources[thread + 1 :]),
            (*orders[:location], growth.order, *orders[location + 1 :]),
        )

    def execution_after(self, choice: Choice) -> Execution:
        """The partial execution that this step leads to."""
        growth = self._growth(choice)
        thread = self.threads[choice.thread]
        paths = [t.path for t in self.threads]
        values = [t.values for t in self.threads]
        paths[choice.thread] = thread.path + [(effect.access, effect.control) for effect in growth.effects]
        values[choice.thread] = thread.values + [effect.value for effect in growth.effects]
        source_of = dict(self.source_of)
        if growth.read is not None and choice.source is not None:
            source_of[growth.read] = choice.source
        coherence = {**self.coherence, thread.location: growth.order}
        return build_execution(self._unfolding, paths, values, source_of, _without_initial(coherence))

    def execution(self) -> Execution:
        """The whole execution, where it may end (asserted)."""
        assert self.may_end()
        return self._so_far(tuple(thread.end or thread.blocked() for thread in self.threads))

    def unfinished(self) -> Execution:
        """What has been released, as an execution whose threads have no ends."""
        return self._so_far(())

    def _so_far(self, ends: tuple[ThreadEnd, ...]) -> Execution:
        paths = [thread.path for thread in self.threads]
        values = [thread.values for thread in self.threads]
        coherence = _without_initial(self.coherence)
        return build_execution(self._unfolding, paths, values, self.source_of, coherence, ends)

    def release(self, choice: Choice) -> Value | None:
        """Take note of a step; gives the value with which its thread must now make it."""
        growth = self._growth(choice)
        self.key = self._key_after(choice, growth)
        self.coherence[self.threads[choice.thread].location] = growth.order
        if growth.read is not None and choice.source is not None:
            self.source_of[growth.read] = choice.source
            if growth.write is not None:
                self._updates.add(growth.write)
        return None if choice.source is None else self.value_of(choice.source)


def _without_initial(coherence: Mapping[Location, tuple[Place, ...]]) -> dict[Location, tuple[Place, ...]]:
    return {location: order[1:] for location, order in coherence.items()}
