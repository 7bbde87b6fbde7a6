"""What keeps a modelled program in order, piece by piece: orderings, fences, sections, locks and checks.

Each *element* comes with the edits that weaken or remove it.  They are found in the paths that have been unfolded, by
what the code does there, whatever it is called:

- an **ordering**: the accesses of a site that are marked, one step weaker: acquire and release become once, a fully
  ordered update a relaxed one, once becomes plain;
- a **fence** that stands alone, or a **grace period**: it is not made;
- a **section** of RCU or SRCU: its beginnings and ends are not made;
- a **lock**: all sites at which threads acquire it and release it again, with those that share one of them, make
  nothing.  A lock is a location that some operation waits to update; its orderings go with it;
- a **check**: a read whose value does nothing but decide branches (or assumptions) is not made, and the code goes on as
  if its location still had its initial value: nothing that has happened since is noticed.  Where that is not 0, it
  is taken for 0 as well (no flag, no mapping, no page), so that a check of what was there from the beginning is
  passed, too.  Each value is an element of its own.

Where it is asked for, a **store** is an element too: a store or an atomic update of what is no lock is not made, an
update gives the initial value of its location.  Stores are what programs are for, not what keeps them in order: without
one it shows whether a property would notice at all.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Literal, TypeAlias

from explorer.execution.kinds import Kind, Tag
from explorer.execution.location import Location, Value
from explorer.program.edits import Edit, Reorder, Skip
from explorer.program.expression import reads_of
from explorer.program.segment import Segment
from explorer.program.sites import Does, Site, SiteFacts, does, label_of, operations, sites_of
from explorer.program.step import Access, Cause
from explorer.program.thread import ACQUIRE, FULL, ONCE, PLAIN, RELEASE, Order
from explorer.program.unfolded import UnfoldedProgram

ElementKind: TypeAlias = Literal["ordering", "fence", "grace period", "section", "lock", "check", "store"]
"""What an element is."""

WEAKER: Mapping[Order, Order] = {FULL: ONCE, ACQUIRE: ONCE, RELEASE: ONCE, ONCE: PLAIN}
"""One step down."""

_GRACE = (Tag.SYNC_RCU, Tag.SYNC_SRCU)
_BEGINS = {Tag.RCU_LOCK: True, Tag.RCU_UNLOCK: False, Tag.SRCU_LOCK: True, Tag.SRCU_UNLOCK: False}


@dataclass(frozen=True)
class Element:
    """One element.

    Attributes:
        kind: what it is.
        sites: where it is, in the order of files and lines.
        edits: what weakens or removes it.
        before: an ordering as it is, and
        after: one step weaker; both None of anything else.
        taken_for: of a check, and of an update that is left out, the value with which the code goes on, else None.
    """

    kind: ElementKind
    sites: tuple[SiteFacts, ...]
    edits: tuple[Edit, ...]
    before: Order | None = None
    after: Order | None = None
    taken_for: Value | None = None

    @property
    def locations(self) -> tuple[Location, ...]:
        """What its sites access, each once."""
        return tuple(dict.fromkeys(location for facts in self.sites for location in facts.locations))

    @property
    def sets(self) -> frozenset[str]:
        """The names in cat of the sets of events that its edits change; empty where they change what threads do."""
        if self.kind == "ordering":
            updates = any(facts.site.does is Does.UPDATE for facts in self.sites)
            orders = {order for order in (self.before, self.after) if order is not None}
            fences = {"Mb", "F"} if FULL in orders and updates else set()
            return frozenset({order.value.capitalize() for order in orders - {FULL}} | fences)
        if self.kind in ("fence", "grace period", "section"):
            return frozenset({"F", *(facts.fence.cat_name for facts in self.sites if facts.fence is not None)})
        return frozenset()


def elements_of(unfolding: UnfoldedProgram, *, stores: bool = False) -> list[Element]:
    """The elements of all paths unfolded so far: explore the program first.  The order is the same in every run.

    ``stores``: these, too.
    """
    sites = sites_of(unfolding)
    uses = _Uses(unfolding, sites)
    found = [*uses.pairs()]
    for site, facts in sites.items():
        if facts.lock:
            continue
        if site.does is Does.FENCE and facts.fence is not None and facts.fence not in _BEGINS:
            kind: ElementKind = "grace period" if facts.fence in _GRACE else "fence"
            found.append(Element(kind, (facts,), (Skip(site),)))
        weaker = _weaker(facts)
        if weaker is not None:
            found.append(Element("ordering", (facts,), (Reorder(site, weaker),), facts.order, weaker))
        if uses.is_check(site, facts):
            values = dict.fromkeys((*(location.initial for location in facts.locations), 0))
            found += [Element("check", (facts,), (Skip(site, value),), taken_for=value) for value in values]
        if stores and site.does in (Does.WRITE, Does.UPDATE):
            value = facts.locations[0].initial if site.does is Does.UPDATE and facts.returns else None
            found.append(Element("store", (facts,), (Skip(site, value),), taken_for=value))
    return sorted(found, key=lambda each: (each.sites[0].site.order, each.kind))


class _Uses:
    """What is made of the values that are read, and which sites begin and end the same lock or section."""

    def __init__(self, unfolding: UnfoldedProgram, sites: Mapping[Site, SiteFacts]) -> None:
        self._sites = sites
        self._locks = {location for facts in sites.values() if facts.lock for location in _waited_for(facts, sites)}
        self._decides: set[Site] = set()
        self._used: set[Site] = set()
        self._joined: dict[Site, Site] = {}
        for tree in {id(tree.root): tree for tree in unfolding.trees}.values():
            self._walk(tree.root)

    def is_check(self, site: Site, facts: SiteFacts) -> bool:
        """Whether the values read there do nothing but decide."""
        return site.does is Does.READ and not facts.waits and site in self._decides and site not in self._used

    def pairs(self) -> Iterator[Element]:
        """Locks and sections, each with all sites that begin or end it."""
        groups: dict[Site, list[Site]] = {}
        for site in sorted(self._joined, key=lambda site: site.order):
            groups.setdefault(self._root(site), []).append(site)
        for group in groups.values():
            facts = tuple(self._sites[site] for site in group)
            sections = facts[0].site.does is Does.FENCE
            # A lock that is taken tells the code that it was free; the index of an SRCU section is of no use any more.
            edits = tuple(Skip(each.site, 0 if sections else _free(each)) for each in facts)
            yield Element("section" if sections else "lock", facts, edits)

    def _walk(self, root: Segment) -> None:
        waiting: list[tuple[Segment, tuple[Site, ...], dict[object, Site]]] = [(root, (), {})]
        while waiting:
            segment, path, held = waiting.pop()
            held = dict(held)
            for start, end in operations(segment.accesses):
                made = segment.accesses[start:end]
                site = self._site(made)
                path = (*path, *(site for _ in made))
                self._note_values(made, path)
                self._note_pair(made, site, held)
            if segment.fork is not None and segment.fork.expression is not None:
                decides = segment.fork.cause in (Cause.IF, Cause.ASSUME)
                (self._decides if decides else self._used).update(_at(reads_of(segment.fork.expression), path))
            waiting += [(child, path, held) for child in segment.children.values()]

    def _site(self, made: tuple[Access, ...]) -> Site:
        source = made[0].source
        site = Site(source.file, source.line, label_of(source.step, source.reference), does(made))
        # An update that fails is a read of the update's site.
        return site if site in self._sites else Site(site.file, site.line, site.label, Does.UPDATE)

    def _note_values(self, made: Iterable[Access], path: tuple[Site, ...]) -> None:
        for access in made:
            bits = access.addr | access.data
            for expression in (access.value, access.requires):
                bits |= 0 if expression is None else reads_of(expression)
            own = 1 << access.position | (1 << access.position - 1 if access.rmw and access.writes else 0)
            self._used.update(_at(bits & ~own, path))

    def _note_pair(self, made: tuple[Access, ...], site: Site, held: dict[object, Site]) -> None:
        """Follow what the thread holds, by the location of a lock or of an SRCU domain (None: RCU)."""
        first = made[0]
        if first.kind is Kind.FENCE and first.tag in _BEGINS:
            key, begins = (first.tag in (Tag.RCU_LOCK, Tag.RCU_UNLOCK), first.location), _BEGINS[first.tag]
            self._begin_or_end(site, ("section", key), held, begins=begins)
            return
        write = next((access for access in made if access.writes), None)
        if write is None or write.location not in self._locks:
            return
        read = next((access for access in made if access.reads), None)
        begins = read.requires is not None if read is not None else write.value != 0
        self._begin_or_end(site, write.location, held, begins=begins)

    def _begin_or_end(self, site: Site, key: object, held: dict[object, Site], *, begins: bool) -> None:
        if begins:
            self._joined.setdefault(site, site)
            held[key] = site
        elif key in held:
            self._joined.setdefault(site, site)
            self._joined[self._root(site)] = self._root(held.pop(key))

    def _root(self, site: Site) -> Site:
        while self._joined[site] != site:
            site = self._joined[site]
        return site


def _waited_for(facts: SiteFacts, sites: Mapping[Site, SiteFacts]) -> Iterator[Location]:
    """The locations of a site that some operation waits to update."""
    waited = {
        location
        for other in sites.values()
        if other.waits and other.site.does is Does.UPDATE
        for location in other.locations
    }
    return (location for location in facts.locations if location in waited)


def _weaker(facts: SiteFacts) -> Order | None:
    """The ordering of a site one step weaker; there is no atomic update that is less than relaxed."""
    if facts.order is None or (facts.site.does is Does.UPDATE and facts.order is ONCE):
        return None
    return WEAKER.get(facts.order)


def _free(facts: SiteFacts) -> Value | None:
    """What an update of a lock is told that is not made: the value of a free one."""
    return None if facts.site.does is Does.WRITE else facts.locations[0].initial


def _at(bits: int, path: tuple[Site, ...]) -> list[Site]:
    return [path[i] for i in range(bits.bit_length()) if bits >> i & 1]
