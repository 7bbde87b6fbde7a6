"""Small programs by hand, and all their candidate executions by brute force."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise, permutations, product

from explorer.execution.event import Event
from explorer.execution.execution import Execution
from explorer.execution.kinds import Kind, Tag
from explorer.execution.location import Location
from explorer.execution.relation import Relation, empty, from_pairs


@dataclass(frozen=True)
class Step:
    """One event of a program: ``value`` is what a write stores; ``pairs`` joins it to the read before it."""

    kind: Kind
    tag: Tag | None
    location: str = ""
    value: int = 0
    pairs: bool = False


Thread = Sequence[Step]


def read(location: str, tag: Tag = Tag.ONCE) -> Step:
    return Step(Kind.READ, tag, location)


def write(location: str, value: int = 1, tag: Tag = Tag.ONCE) -> Step:
    return Step(Kind.WRITE, tag, location, value)


def fence(tag: Tag) -> Step:
    return Step(Kind.FENCE, tag)


def exchange(location: str, value: int = 1) -> list[Step]:
    return [Step(Kind.READ, Tag.ONCE, location), Step(Kind.WRITE, Tag.ONCE, location, value, pairs=True)]


def lock(location: str) -> list[Step]:
    return [
        Step(Kind.LOCK_READ, Tag.ACQUIRE, location),
        Step(Kind.LOCK_WRITE, Tag.ONCE, location, 1, pairs=True),
    ]


def candidates(threads: Sequence[Thread]) -> Iterator[Execution]:
    """Every choice of read sources and coherence orders, the initial write first and RMWs atomic.

    A read takes no store of its own thread that is later in program order.
    """
    names = sorted({step.location for thread in threads for step in thread if step.location})
    places = {name: Location(name) for name in names}
    steps = [step for thread in threads for step in thread]
    owners = [number for number, thread in enumerate(threads) for _ in thread]
    size = len(names) + len(steps)

    def writes(name: str) -> list[int]:
        stores = [len(names) + i for i, step in enumerate(steps) if step.kind.writes and step.location == name]
        return [names.index(name), *stores]

    reads = [len(names) + i for i, step in enumerate(steps) if step.kind.reads]
    sources = [
        [
            w
            for w in writes(steps[r - len(names)].location)
            if w < len(names) or not (w > r and owners[w - len(names)] == owners[r - len(names)])
        ]
        for r in reads
    ]
    rmw = from_pairs(size, [(len(names) + i - 1, len(names) + i) for i, step in enumerate(steps) if step.pairs])
    orders = [[(first, *rest) for rest in permutations(others)] for first, *others in map(writes, names)]
    none = empty(size)

    outcomes = (
        (order, choice) for order in product(*orders) for choice in product(*_atomic(reads, sources, rmw, order))
    )
    for coherence, chosen in outcomes:
        source_of = [-1] * size
        for r, w in zip(reads, chosen, strict=True):
            source_of[r] = w
        events = [Event(-1, i, Kind.INITIAL, None, places[name], 0) for i, name in enumerate(names)]
        for i, step in enumerate(steps):
            position = len(names) + i
            value = step.value
            if step.kind.reads:
                source = source_of[position]
                value = 0 if source < len(names) else steps[source - len(names)].value
            events.append(
                Event(
                    owners[i],
                    i - owners.index(owners[i]),
                    step.kind,
                    step.tag,
                    places.get(step.location),
                    value if step.location else None,
                )
            )
        yield Execution(
            threads=tuple(f"T{number}" for number in range(len(threads))),
            events=tuple(events),
            source_of=tuple(source_of),
            coherence=coherence,
            rmw=rmw,
            addr=none,
            data=none,
            ctrl=none,
            ctrl_later=none,
        )


def _atomic(
    reads: list[int], sources: list[list[int]], rmw: Relation, coherence: Sequence[tuple[int, ...]]
) -> list[list[int]]:
    """The sources that are left for each read when an RMW reads what its own write comes right after."""
    just_before = {later: earlier for order in coherence for earlier, later in pairwise(order)}
    return [
        [w for w in found if not rmw[r] or w == just_before[rmw[r].bit_length() - 1]]
        for r, found in zip(reads, sources, strict=True)
    ]
