"""Sites: the places in modelled code that make accesses, and what is known of each.

A site is a line of modelled code, the step that it makes there, and what kind of operation it
is.  Every thread that runs the line makes its accesses at the same site, in every round of a
loop: a change of the site is a change of the code.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import Enum

from explorer.execution.event import Source
from explorer.execution.kinds import Kind, Tag
from explorer.execution.location import Location
from explorer.program.segment import Segment
from explorer.program.step import Access
from explorer.program.thread import ACQUIRE, FULL, ONCE, PLAIN, RELEASE, Order
from explorer.program.unfolded import UnfoldedProgram


class Does(Enum):
    """What an operation of modelled code is."""

    READ = "read"
    WRITE = "write"
    UPDATE = "update"  # an atomic read-modify-write, whether it happens or not
    FENCE = "fence"  # also the marks of RCU
    TEST = "test"  # spin_is_locked()


@dataclass(frozen=True)
class Site:
    """A place in modelled code that makes an access or a fence.

    ``file`` and ``line`` are those of the event's ``Source``; ``label`` is its step or, where the model
    names none, its reference: several steps can share a line, as in a function that many call.
    """

    file: str
    line: int
    label: str
    does: Does

    @property
    def order(self) -> tuple[str, int, str, str]:
        """A sort key: the same in every run."""
        return self.file, self.line, self.label, self.does.value


@dataclass(frozen=True)
class SiteFacts:
    """What was found of a site.

    Attributes:
        source: of an event there, the first one found.
        threads: the threads that run it, by index.
        locations: what it accesses, in the order in which it was found.
        order: how its accesses are ordered; None of a fence, and where not all accesses agree.
        fence: the tag of a fence.
        waits: whether it blocks.
        lock: whether it works on a lock: some operation waits to update its location.
        returns: False for an atomic operation that returns nothing.
        after: the sites that a thread may have been at just before.
    """

    site: Site
    source: Source
    threads: tuple[int, ...]
    locations: tuple[Location, ...]
    order: Order | None
    fence: Tag | None
    waits: bool
    lock: bool
    returns: bool
    after: tuple[Site, ...]


def label_of(step: str, reference: str) -> str:
    """The label of a site by what its source says."""
    return step or reference


def operations(accesses: Sequence[Access]) -> Iterator[tuple[int, int]]:
    """The accesses of one thread operation by operation: start and end of each.

    A fully ordered update is a fence, a pair and a fence, another one that happens a pair.
    """
    start = 0
    while start < len(accesses):
        first = accesses[start]
        end = start + (4 if first.implied else 2 if first.rmw else 1)
        yield start, min(end, len(accesses))
        start = end


def order_of(accesses: Sequence[Access]) -> Order | None:
    """How the operation that makes these accesses is ordered, None if it is a fence."""
    if len(accesses) == 4:
        return FULL
    first, last = accesses[0].tag, accesses[-1].tag
    if len(accesses) == 2 and last is Tag.RELEASE:
        return RELEASE
    orders = {Tag.PLAIN: PLAIN, Tag.ONCE: ONCE, Tag.NORETURN: ONCE, Tag.ACQUIRE: ACQUIRE, Tag.RELEASE: RELEASE}
    return None if first is None else orders.get(first)


def does(accesses: Sequence[Access]) -> Does:
    """What the operation that makes these accesses is; an update that fails makes an access of its own kind."""
    if len(accesses) > 1:
        return Does.UPDATE
    match accesses[0].kind:
        case Kind.FENCE:
            return Does.FENCE
        case Kind.LOCK_FAILED:
            return Does.UPDATE
        case Kind.IS_LOCKED | Kind.IS_UNLOCKED:
            return Does.TEST
        case kind:
            return Does.WRITE if kind.writes else Does.READ


def sites_of(unfolding: UnfoldedProgram) -> dict[Site, SiteFacts]:
    """The sites of all paths unfolded so far, in an order that is the same in every run.

    Paths are unfolded as a search comes to them: explore the program first, or ``unfold_all``.
    """
    found: dict[Site, _Found] = {}
    for thread, tree in enumerate(unfolding.trees):
        waiting: list[tuple[Segment, Site | None]] = [(tree.root, None)]
        while waiting:
            segment, before = waiting.pop()
            for start, end in operations(segment.accesses):
                made = segment.accesses[start:end]
                source = made[0].source
                site = Site(source.file, source.line, label_of(source.step, source.reference), does(made))
                found.setdefault(site, _Found(source)).add(thread, made, before)
                before = site
            waiting += [(child, before) for child in reversed(segment.children.values())]
    locks = {location for each in found.values() if each.waits for location in each.updated}
    _join_failures(found)
    return {site: found[site].facts(site, locks) for site in sorted(found, key=lambda site: site.order)}


def unfold_all(unfolding: UnfoldedProgram) -> None:
    """Unfold every path of every thread; a path through a null pointer is none."""
    for tree in unfolding.trees:
        waiting = [tree.root]
        while waiting:
            segment = waiting.pop()
            waiting += [tree.child(segment, outcome) for outcome in segment.outcomes]


def _join_failures(found: dict[Site, _Found]) -> None:
    """An update that fails makes a read: where it may also happen, both are the update's."""
    for site in [site for site in found if site.does is Does.READ]:
        update = Site(site.file, site.line, site.label, Does.UPDATE)
        if update in found:
            found[update].join(found.pop(site))
    for each in found.values():
        for before in [site for site in each.after if site not in found]:
            del each.after[before]
            each.after.setdefault(Site(before.file, before.line, before.label, Does.UPDATE))


class _Found:
    def __init__(self, source: Source) -> None:
        self.source = source
        self.threads: set[int] = set()
        self.locations: dict[Location, None] = {}
        self.orders: dict[Order | None, None] = {}
        self.fence: Tag | None = None
        self.waits = False
        self.updated: set[Location] = set()
        self.returns = True
        self.after: dict[Site, None] = {}

    def add(self, thread: int, made: Sequence[Access], before: Site | None) -> None:
        self.threads.add(thread)
        self.locations |= dict.fromkeys(_locations(made))
        self.orders.setdefault(order_of(made))
        self.fence = made[0].tag if made[0].kind is Kind.FENCE and not made[0].implied else None
        self.waits = self.waits or any(access.waits for access in made)
        self.updated |= {access.location for access in made if access.rmw and access.location is not None}
        self.returns = self.returns and not any(access.tag is Tag.NORETURN for access in made)
        self.after |= {} if before is None else {before: None}

    def join(self, other: _Found) -> None:
        self.threads |= other.threads
        self.locations |= other.locations
        self.after |= other.after

    def facts(self, site: Site, locks: set[Location]) -> SiteFacts:
        return SiteFacts(
            site,
            self.source,
            tuple(sorted(self.threads)),
            tuple(self.locations),
            next(iter(self.orders)) if len(self.orders) == 1 else None,
            self.fence,
            self.waits,
            not locks.isdisjoint(self.locations),
            self.returns,
            tuple(sorted(self.after, key=lambda each: each.order)),
        )


def _locations(accesses: Iterable[Access]) -> Iterator[Location]:
    return (access.location for access in accesses if access.location is not None)
