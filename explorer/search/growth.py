"""Whether a partial execution can still grow into one that the model allows, as far as its axioms tell.

The orders that a state keeps up to date see only what is linear in a model.  Here the other
axioms that only get harder to meet are asked, of what is there and of what must still come: the
write that an open read waits for can only come behind what its thread has done already.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate, product

from explorer.execution.event import Source
from explorer.execution.kinds import Kind
from explorer.execution.location import Location
from explorer.execution.relation import EventSet, as_set
from explorer.memory.cat.base import SET_NAMES
from explorer.memory.growing import Block, Growing
from explorer.memory.model import Model
from explorer.program.expression import reads_of
from explorer.program.segment import Segment, Shape
from explorer.program.step import Access, Cause
from explorer.program.unfolded import UnfoldedProgram
from explorer.search.finished import accesses_to, initial_writes
from explorer.search.prepared import WRITE, Prepared, alone
from explorer.search.state import State
from explorer.search.supply import Supply
from explorer.search.turns import Step

MOST = 64
"""Ways round a cycle that are tried before it is taken to be possible."""


@dataclass(frozen=True, slots=True)
class Part:
    """What a thread has done, less what no other thread has to do with.

    ``kept`` are the positions of the events of ``block``.
    """

    block: Block
    kept: tuple[int, ...]

    def prefix(self, size: int) -> Part:
        """What of it is among the first so many events of the thread."""
        count = bisect_left(self.kept, size)
        return Part(self.block.prefix(count), self.kept[:count])

    def place(self, position: int) -> int:
        """The place of an event in the block."""
        return bisect_left(self.kept, position)


class PartialExecutions:
    """Answers for the partial executions of one program under one model."""

    def __init__(self, unfolding: UnfoldedProgram, model: Model, supply: Supply) -> None:
        self._unfolding = unfolding
        self._model = model
        self._supply = supply
        self._paths: dict[tuple[int, Segment], Part] = {}
        self._prefixes: dict[tuple[int, Segment, int], Part] = {}
        # Each ends with the write in question.
        self._supplies: dict[tuple[int, Segment, int, int, tuple[Step, ...] | None], tuple[Part, ...] | None] = {}
        self._initial: dict[tuple[int, ...], Block] = {}
        self._cycles: dict[tuple[object, ...], bool] = {}
        self._index = {location: i for i, location in enumerate(unfolding.locations)}
        self._axioms: Growing | None = None
        self._shared_locations: EventSet = -1

    # ---- what is found once, when a model first needs it

    def _growing(self) -> Growing:
        if self._axioms is None:
            present: set[str] = set()
            for tree in self._unfolding.trees:
                shapes = tree.shapes()
                if shapes is None:
                    present |= SET_NAMES
                    continue
                for kind, tag, _rmw in {part for steps in shapes.values() for shape in steps for part in shape}:
                    present |= {kind.value} | ({tag.cat_name} if tag else set())
            self._axioms = Growing(self._model, self._model.axioms, frozenset(present))
        return self._axioms

    def _shared(self) -> EventSet:
        """The locations (bits) that several threads touch and one writes: nothing but them relates threads."""
        if self._shared_locations < 0:
            self._shared_locations = as_set(self._find_shared())
        return self._shared_locations

    def _find_shared(self) -> list[int]:
        locations = self._unfolding.locations
        touched: list[set[Location]] = []
        written: set[Location] = set()
        for tree in self._unfolding.trees:
            shapes = tree.shapes()
            if shapes is None:
                return list(range(len(locations)))
            touched.append({location for location in shapes if location is not None})
            written |= {x for x, steps in shapes.items() if x is not None and any(s[-1][0].writes for s in steps)}
        return [i for i, x in enumerate(locations) if x in written and sum(x in each for each in touched) > 1]

    def _relates_threads(self, access: Access) -> bool:
        """Whether it is an access of a shared location, or one that is related to threads that share none with it."""
        if access.tag is not None and access.tag.is_rcu:
            return True
        location = access.location
        return location is not None and self._shared() >> self._index[location] & 1 != 0

    def more_than_orders(self) -> bool:
        """Whether a partial execution that the orders accept can fail an axiom."""
        return any(axiom in self._model.residual_axioms for axiom in self._growing().axioms)

    # ---- a state

    def possible(self, state: State) -> bool:
        """Whether the state passes, and each open read may still get its write."""
        threads = [self._made(state, thread) for thread in range(len(state.segments))]
        if not state.open:
            return self._passes(state, threads)
        # With one event more it fails all that it fails without.
        return all(self._may_be_supplied(state, read, threads) for read in state.open)

    def _may_be_supplied(self, state: State, read: int, threads: list[Part]) -> bool:
        location = state.access[read].location
        for thread, steps in self._supply.suppliers(state, state.owner[read], state.access[read], read).items():
            segment = state.segments[thread]
            supplies = self._supplies_of(thread, segment, state.index[thread], location, steps)
            if supplies is None:
                return True
            for supply in supplies:
                extended = [*threads[:thread], supply, *threads[thread + 1 :]]
                if self._passes(state, extended, (read, thread)):
                    return True
        return False

    def _made(self, state: State, thread: int) -> Part:
        """What a thread has done; of an update that it waits to begin, nothing."""
        segment = state.segments[thread]
        size = len(state.where[thread])
        if state.stands(thread):
            size -= segment.items[state.index[thread]].access.fenced
        return self._prefix(thread, segment.segment, size)

    def _passes(self, state: State, threads: Sequence[Part], supplied: tuple[int, int] | None = None) -> bool:
        """Whether the axioms hold where the threads have done this.

        ``supplied``: an open read, and the thread whose last event it reads from; that one
        has a place in coherence only if the read is half of an update: right before the other.
        """
        shared = self._shared()
        written = tuple([location for location, order in enumerate(state.co) if order and shared >> location & 1])
        blocks = [self._initial_writes(written)]
        starts = []
        size = len(written)
        for part in threads:
            starts.append(size)
            blocks.append(part.block)
            size += len(part.kept)
        # The number of each event that is kept.
        numbers = [-1] * len(state.owner)
        for thread, part in enumerate(threads):
            where = state.where[thread]
            start = starts[thread]
            for place, position in enumerate(part.kept):
                if position < len(where):
                    numbers[where[position]] = start + place
        initial = {location: place for place, location in enumerate(written)}
        source_of = [-1] * size
        for event, source in enumerate(state.source):
            if source is not None and numbers[event] >= 0:
                source_of[numbers[event]] = numbers[source] if source >= 0 else initial.get(-1 - source, -1)
        coherence = [[initial[location], *[numbers[write] for write in state.co[location]]] for location in written]
        if supplied is not None:
            read, thread = supplied
            source = source_of[numbers[read]] = starts[thread] + len(threads[thread].kept) - 1
            item, owner = state.access[read], state.owner[read]
            if item.rmw and state.updating is None:
                order = coherence[initial[item.location]]
                order.insert(order.index(numbers[state.where[owner][item.position + 1]]), source)
        return self._growing().evaluation(tuple(blocks), source_of, coherence).holds()

    # ---- waiting reads round a cycle

    def cycle_possible(
        self, cycle: Sequence[tuple[int, Prepared, int]], steps: Sequence[tuple[Step, ...] | None]
    ) -> bool:
        """Whether each of these waiting reads may read from the thread before it, the first from the last.

        Nothing else that the threads have done with each other is looked at, so that the
        answer is found once.

        Args:
            cycle: per thread its number, its segment and the index in it of the item that it
                waits at.
            steps: per thread those by which it may write what the next one reads; None for any.
        """
        key = *((thread, segment.segment, index) for thread, segment, index in cycle), *steps
        known = self._cycles.get(key)
        if known is None:
            known = self._cycles[key] = self._cycle_possible(cycle, steps)
        return known

    def _cycle_possible(
        self, cycle: Sequence[tuple[int, Prepared, int]], steps: Sequence[tuple[Step, ...] | None]
    ) -> bool:
        wanted = [segment.items[index] for _thread, segment, index in cycle]
        ways: list[tuple[Part, ...]] = []
        for place, (thread, segment, index) in enumerate(cycle):
            location = wanted[(place + 1) % len(cycle)].location
            supplies = self._supplies_of(thread, segment, index, location, steps[place])
            if supplies is None:
                return True
            ways.append(supplies)
        for tried, way in enumerate(product(*ways)):
            if tried == MOST:
                return True
            locations = tuple(dict.fromkeys(item.location for item in wanted if item.rmw))
            blocks = [self._initial_writes(locations), *(part.block for part in way)]
            ends = list(accumulate(len(block.events) for block in blocks))
            source_of = [-1] * ends[-1]
            overwritten: list[dict[int, int]] = [{} for _ in locations]
            for place, item in enumerate(wanted):
                read = ends[place] + way[place].place(item.position)
                source_of[read] = ends[place or len(way)] - 1
                if item.rmw:  # its other half comes right after what it reads from
                    overwritten[locations.index(item.location)][source_of[read]] = read + 1
            coherence = [(place, *_chain(following)) for place, following in enumerate(overwritten)]
            if self._growing().evaluation(tuple(blocks), source_of, coherence).holds():
                return True
        return False

    # ---- what a thread can still write

    def _supplies_of(
        self, thread: int, prepared: Prepared, index: int, location: int, steps: tuple[Step, ...] | None
    ) -> tuple[Part, ...] | None:
        """The weakest ways in which a thread may go on, from an item on, to one of these steps that write the location.

        Every other way adds events before the write, which can only make the axioms asked here
        harder to meet (see ``Growing``). None where the steps of the thread are not known.
        """
        key = (thread, prepared.segment, index, location, steps)
        if key not in self._supplies:
            found = self._find_supplies(thread, prepared, index, self._unfolding.locations[location], steps)
            self._supplies[key] = None if found is None else tuple(found)
        return self._supplies[key]

    def _find_supplies(
        self, thread: int, prepared: Prepared, index: int, location: Location, steps: tuple[Step, ...] | None
    ) -> list[Part] | None:
        segment = prepared.segment
        if steps is not None:
            positions = [step.position for step in steps if step.position >= 0]
            later = {step.shape for step in steps if step.position < 0}
        else:
            items = prepared.items[index:]
            positions = [item.position for item in items if item.kind == WRITE and item.access.location is location]
            later = set()
            if location in segment.later_writes:
                shapes = segment.tree.shapes()
                if shapes is None:
                    return None
                later = {shape for shape in shapes.get(location, ()) if shape[-1][0].writes}
        return [
            *(self._prefix(thread, segment, position + 1) for position in positions),
            *(self._with_step(thread, segment, location, shape) for shape in sorted(later, key=repr)),
        ]

    def _with_step(self, thread: int, segment: Segment, location: Location, shape: Shape) -> Part:
        """The path up to the end of the segment and then a step that nothing but its kind and place orders.

        It is made in the kernel file of the access before it, so that a compiler may exchange the two.
        """
        path, control = accesses_to(segment)
        source = Source("", 0, (), kernel_file=path[-1].source.kernel_file if path else "")
        gap = len(path)
        later = path[-1].ctrl_later if path else 0
        fork = segment.fork
        if fork is not None and fork.cause is Cause.IF and fork.expression is not None:
            later |= reads_of(fork.expression)
        for kind, tag, rmw in shape:
            where = None if kind is Kind.FENCE else location
            path.append(Access(len(path), kind, tag, where, source, ctrl_later=later, rmw=rmw))
            control.append(0)
        return self._part(thread, path, control, gap)

    def _part(self, thread: int, path: Sequence[Access], control: Sequence[int], gap: int | None = None) -> Part:
        kept = tuple(access.position for access in path if self._relates_threads(access))
        return Part(self._growing().block(alone(thread, path, control), gap).among(kept), kept)

    def _prefix(self, thread: int, segment: Segment, size: int) -> Part:
        """The first events of a path; what relates them is as in the whole path."""
        known = self._prefixes.get((thread, segment, size))
        if known is None:
            whole = self._paths.get((thread, segment))
            if whole is None:
                whole = self._paths[thread, segment] = self._part(thread, *accesses_to(segment))
            known = self._prefixes[thread, segment, size] = whole.prefix(size)
        return known

    def _initial_writes(self, locations: tuple[int, ...]) -> Block:
        known = self._initial.get(locations)
        if known is None:
            known = self._initial[locations] = self._growing().block(
                initial_writes([self._unfolding.locations[location] for location in locations])
            )
        return known


def _chain(following: dict[int, int]) -> list[int]:
    """The longest chain of a map from each to the next; empty where all are round a cycle."""
    chains: list[list[int]] = [[]]
    for start in following.keys() - following.values():
        chain = [start]
        while chain[-1] in following:
            chain.append(following[chain[-1]])
        chains.append(chain)
    return max(chains, key=len)
